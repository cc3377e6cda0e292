"""The edge where errors become one line and an exit code: no traceback reaches a person.

Exit codes: 0 all well, 1 something in the work failed, 2 a wrong call, 70 a defect of ours,
130 interrupted, 141 the reader of our output went away.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Sequence

import typer

from model.errors import Ambiguous, BadCall, NotFound, PressmarkError
from pressmark.cli.call import Call
from pressmark.cli.interrupted import say_interrupted
from pressmark.cli.safe import safe

FAILED, WRONG_CALL, DEFECT, INTERRUPTED, PIPE_CLOSED = 1, 2, 70, 130, 141


def run(argv: Sequence[str], call: Call, app: typer.Typer | None = None) -> int:
    """Carries out one command line (of ``app``, by default ours) and returns its exit code. Raises nothing."""
    try:
        return _carry_out(argv, call, app)
    except BrokenPipeError:
        return PIPE_CLOSED


def refuse(argv: Sequence[str], call: Call, error: PressmarkError) -> int:
    """Tells of a call that cannot even begin and returns its exit code."""
    try:
        _tell(call, str(error), error, "--json" in argv)
    except BrokenPipeError:
        return PIPE_CLOSED
    return WRONG_CALL


def _carry_out(argv: Sequence[str], call: Call, app: typer.Typer | None) -> int:
    from pressmark.cli.app import build

    as_json = "--json" in argv
    try:
        code = (app or build())(args=list(argv), prog_name=call.program, standalone_mode=False, obj=call)
        call.out.flush()
    except PressmarkError as error:
        _tell(call, str(error), error, as_json)
        return WRONG_CALL if isinstance(error, (BadCall, NotFound, Ambiguous)) else FAILED
    except typer.TyperException as error:
        command = getattr(getattr(error, "ctx", None), "command_path", call.program)
        said = " ".join(error.format_message().split()).rstrip(".").replace("Value error, ", "")
        _tell(call, f"{said} ({command} --help tells more)", BadCall(said), as_json)
        return WRONG_CALL
    except KeyboardInterrupt:
        return _interrupted(argv, call)
    except typer.Abort as error:
        # typer makes this of an EOFError, which nothing of ours means to raise
        return _defect(call, error.__cause__ if isinstance(error.__cause__, Exception) else error)
    except BrokenPipeError:
        raise
    except SystemExit as stopped:
        return _code_of(stopped)
    except OSError as error:
        return _unwritten(call, error) if error.errno == errno.ENOSPC and error.filename is None else _defect(call, error)
    except Exception as error:  # noqa: BLE001 - the last line of defence, told below
        return _defect(call, error)
    return _interrupted(argv, call) if code == INTERRUPTED else int(code or 0)


def _tell(call: Call, line: str, error: PressmarkError, as_json: bool) -> None:
    call.tell(f"pressmark: {line}")
    if as_json:
        from pressmark.cli.shapes import error_shape, write_json

        write_json(call.out, error_shape(error))


def _interrupted(argv: Sequence[str], call: Call) -> int:
    call.tell(f"pressmark: {say_interrupted(argv)}")
    return INTERRUPTED


def _unwritten(call: Call, error: OSError) -> int:
    call.tell(f"pressmark: the output cannot be written ({error.strerror})")
    return FAILED


def _code_of(stopped: SystemExit) -> int:
    cause = stopped.__context__
    if isinstance(cause, OSError) and cause.errno == errno.EPIPE:
        return PIPE_CLOSED
    return stopped.code if isinstance(stopped.code, int) else FAILED


def _defect(call: Call, error: Exception) -> int:
    if call.environ.get("PRESSMARK_DEBUG"):
        call.err.write(safe("".join(traceback.format_exception(error))))
    said = " ".join(f"{type(error).__name__}: {error}".split())
    call.tell(
        f"pressmark: this is a defect of Pressmark ({said[:300]}); nothing kept before is touched; "
        "the same call with PRESSMARK_DEBUG=1 shows the details to report"
    )
    return DEFECT
