"""Which commands there are, in which order ``--help`` tells them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pressmark.cli.amend import amend_command, note_command, restrict_command
from pressmark.cli.browse import events_command, list_command, search_command, stats_command
from pressmark.cli.call import SHAPES
from pressmark.cli.capture import capture_command
from pressmark.cli.care import migrate_command, rebuild_command, verify_command
from pressmark.cli.changed import changes_command
from pressmark.cli.collection import build_collection
from pressmark.cli.demo import demo_command
from pressmark.cli.export import export_command
from pressmark.cli.extract import extract_command
from pressmark.cli.ingest import ingest_command
from pressmark.cli.options import CARE, HAND, INTAKE, LOOKING, START
from pressmark.cli.replicas import repair_command, replicate_command
from pressmark.cli.reprocess import reprocess_command
from pressmark.cli.schedule import build_schedule
from pressmark.cli.show import diff_command, history_command, show_command
from pressmark.cli.watch import build_watch


class _Grouped(TyperGroup):
    """Tells the commands under the headings of their panels, as plain text: rich would double the time of ``--help``."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                panel = str(getattr(command, "rich_help_panel", None) or "Commands")
                panels.setdefault(panel, []).append((name.ljust(8), command.get_short_help_str(formatter.width)))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)


def build() -> typer.Typer:
    """The command line as a Typer application."""
    app = typer.Typer(
        cls=_Grouped,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_pressmark)
    app.command("demo", rich_help_panel=START)(demo_command)
    app.command("ingest", rich_help_panel=INTAKE)(ingest_command)
    app.command("extract", rich_help_panel=INTAKE)(extract_command)
    app.add_typer(build_watch(), name="watch", rich_help_panel=INTAKE)
    app.add_typer(build_schedule(), name="schedule", rich_help_panel=INTAKE)
    app.command("list", rich_help_panel=LOOKING)(list_command)
    app.command("show", rich_help_panel=LOOKING)(show_command)
    app.command("capture", rich_help_panel=LOOKING)(capture_command)
    app.command("history", rich_help_panel=LOOKING)(history_command)
    app.command("diff", rich_help_panel=LOOKING)(diff_command)
    # -word is a word that must not be there, even -h...
    words = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
    app.command("search", rich_help_panel=LOOKING, context_settings=words)(search_command)
    app.command("changes", rich_help_panel=LOOKING)(changes_command)
    app.command("export", rich_help_panel=LOOKING, context_settings=words)(export_command)
    app.command("stats", rich_help_panel=LOOKING)(stats_command)
    app.command("amend", rich_help_panel=HAND)(amend_command)
    app.command("note", rich_help_panel=HAND)(note_command)
    app.add_typer(build_collection(), name="collection", rich_help_panel=HAND)
    app.command("restrict", rich_help_panel=HAND)(restrict_command)
    app.command("events", rich_help_panel=CARE)(events_command)
    app.command("verify", rich_help_panel=CARE)(verify_command)
    app.command("rebuild", rich_help_panel=CARE)(rebuild_command)
    app.command("migrate", rich_help_panel=CARE)(migrate_command)
    app.command("replicate", rich_help_panel=CARE)(replicate_command)
    app.command("repair", rich_help_panel=CARE)(repair_command)
    app.command("reprocess", rich_help_panel=CARE)(reprocess_command)
    return app


def _pressmark(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the release and the version of the JSON shapes.")] = False,
) -> None:
    """Takes news articles in, keeps exactly what the server sent, and tells who wrote what, when and where, with proof."""
    if version:
        from importlib.metadata import version as installed

        ctx.obj.out.write(f"pressmark {installed('pressmark')}, JSON shapes {SHAPES}\n")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        ctx.obj.out.write(ctx.get_help() + "\n")
