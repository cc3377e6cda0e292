"""``capture``: one copy as it was kept, and its bytes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.errors import BadCall, StorageUnavailable
from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, JsonOption, RestrictedOption, reference
from pressmark.cli.references import find_reference
from pressmark.cli.restricted import note_looks, open_looking

if TYPE_CHECKING:
    from storage import Archive

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def capture_command(
    ctx: typer.Context,
    capture: Annotated[
        str,
        typer.Argument(
            metavar="CAPTURE",
            help="A capture's id, as show and ingest tell it, or RECORD[@N[.R]] for the page that was read.",
            show_default=False,
            callback=reference,
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write the bytes to this new file.", show_default=False)
    ] = None,
    as_sent: Annotated[
        bool, typer.Option("--as-sent", help="With --output: leave the server's content coding (gzip, br) as it is.")
    ] = False,
    restricted: RestrictedOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show how one copy was come by, or get its bytes.

    A copy of a page, of a document that was held, or of an image file.

    \b
    Example:
      pressmark capture 5f1d3a52-7a0e-4c1e-9a53-0f6f1d2c9b11
      pressmark capture 5f1d3a52-7a0e-4c1e-9a53-0f6f1d2c9b11 --output harbor.jpg
      pressmark capture c4p9xk-7f@2 --output page.html
    """
    call: Call = ctx.obj
    if as_sent and output is None:
        raise BadCall("--as-sent says how to write the bytes: give --output FILE with it")
    with open_looking(call, archive, restricted) as kept:
        name = _find(kept, capture, restricted is not None)
        facts = dict(kept.capture_facts(name))
        records = kept.records_of(name)
        if restricted is None:
            for record in sorted(records & kept.restricted()):
                kept.show(record)  # raises ``Restricted``, with the words of the person who restricted it
        note_looks(call, kept, records, restricted)
        if output is not None:
            _write(call, kept, name, call.cwd / output, as_sent)
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, facts)
    elif output is None:
        from pressmark.cli.terminal import console_for

        console_for(call.out, call.environ).print(_card(facts))
    return 0


def _find(kept: Archive, text: str, restricted: bool) -> str:
    if _ID.fullmatch(text.strip()):
        return text.strip().lower()
    wanted = find_reference(kept, text)
    return str(kept.show(wanted.record, wanted.version, wanted.reading, restricted=restricted).capture["id"])


def _write(call: Call, kept: Archive, name: str, path: Path, as_sent: bool) -> None:
    from extractors.decode import decode_entity

    copy = kept.load_capture(name)
    data = copy.entity if as_sent else decode_entity(copy.entity, copy.headers)
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise BadCall(f"{path} is there already: name a new file") from None
    except OSError as error:
        raise StorageUnavailable(f"{path} cannot be written ({error.strerror}): name another place") from error
    call.tell(f"wrote {len(data):,} bytes to {path}")


def _card(facts: dict[str, Any]) -> Any:
    from rich.console import Group
    from rich.text import Text

    from model.said import say_address
    from pressmark.cli.cards import grid
    from pressmark.cli.image_files import say_statements
    from pressmark.cli.listings import say_size
    from pressmark.cli.phrases import say_maker, say_saved
    from pressmark.cli.terminal import words
    from pressmark.cli.times import say_moment

    image, saved = (facts["context"].get(name, {}) for name in ("image", "saved"))
    made = facts["imported"]
    rows = [
        ("Address", say_address(facts["final_url"] or facts["url"] or "nobody said")),
        ("Taken", say_moment(facts["at"]) if facts["at"] else "nobody knows when"),
        ("Received", say_moment(facts["received_at"])),
        ("Basis", facts["basis"] + (f", status {facts['status']}" if facts["status"] else "")),
        ("Came by", say_maker(made["archive"], made["fidelity"]) if made else None),
        ("File", facts["filename"]),
        ("Type", facts["media_type"]),
        ("Size", say_size(facts["length"])),
        ("Digest", facts["payload_digest"]),
        ("Cut off", facts["truncated"]),
        ("Wishes", ", ".join(facts["signals"])),
        ("Image of", f"{image['record']}@{image['version']}" if image else None),
        ("File says", "\n".join(say_statements(image.get("says", ()))) if image else None),
        ("File says", say_saved(saved) if saved else None),
    ]
    return Group(Text(facts["id"], style="bold"), grid([(label, words(str(said))) for label, said in rows if said]))
