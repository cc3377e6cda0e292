"""What a program asks of the kernel about its files, in order: a small tracer over ptrace(2) (Linux 5.3 and later).

    python tracer.py OUT PROGRAM [ARGUMENT]...

Writes a JSON line a call to OUT as each begins: {call, path, sent}. ``path`` is the file or folder of the call's
descriptor, or the name that it gives; ``sent`` is what goes to a socket. Ends with the program's own exit code.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import sys
from contextlib import suppress
from pathlib import Path

_TRACEME, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x100000  # sysgood, fork, vfork, clone, exec, exitkill
_WALL = 0x40000000
_ENTRY = 1
_OURS = frozenset({signal.SIGTRAP | 0x80, signal.SIGTRAP, signal.SIGSTOP})  # stops that are no signals to the program
_SENT = 400
_PAGE = 4096
_NUMBERS = {
    "x86_64": {1: "write", 18: "pwrite64", 20: "writev", 44: "sendto", 74: "fsync", 75: "fdatasync", 77: "ftruncate",
               82: "rename", 87: "unlink", 257: "openat", 264: "renameat", 263: "unlinkat", 316: "renameat2"},
    "aarch64": {64: "write", 68: "pwrite64", 66: "writev", 206: "sendto", 82: "fsync", 83: "fdatasync", 46: "ftruncate",
                56: "openat", 38: "renameat", 35: "unlinkat", 276: "renameat2"},
}  # fmt: skip
# which argument names the file, where it is no descriptor
_NAMED = {"openat": 1, "rename": 0, "unlink": 0, "renameat": 1, "unlinkat": 1, "renameat2": 1}

_NONE = "ptrace is not to be had here"

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long


class _Entry(ctypes.Structure):
    """``struct ptrace_syscall_info`` as far as it tells of a call that begins."""

    _fields_ = (
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("instruction_pointer", ctypes.c_uint64),
        ("stack_pointer", ctypes.c_uint64),
        ("nr", ctypes.c_uint64),
        ("args", ctypes.c_uint64 * 6),
    )


def _ptrace(request: int, pid: int, address: int = 0, data: object = 0) -> int:
    done = int(_libc.ptrace(request, pid, address, data))
    if done == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return done


def _begun(pid: int) -> _Entry | None:
    """The call that a stopped thread begins; ``None`` where it ends one."""
    info = _Entry()
    _ptrace(_GET_SYSCALL_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info))
    return info if info.op == _ENTRY else None


def _bytes(pid: int, address: int, length: int) -> bytes:
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        memory.seek(address)
        return memory.read(length)


def _text(pid: int, address: int) -> str:
    text = b""
    while b"\0" not in text:  # page by page: what lies behind the one in which it ends may not be there
        at = address + len(text)
        text += _bytes(pid, at, _PAGE - at % _PAGE)
    return text.partition(b"\0")[0].decode("utf-8", "replace")


def _told(pid: int, name: str, args: list[int]) -> dict[str, str]:
    if name in _NAMED:
        return {"call": name, "path": _text(pid, args[_NAMED[name]])}
    told = {"call": name, "path": str(Path(f"/proc/{pid}/fd/{args[0]}").readlink())}
    if name == "sendto":
        told["sent"] = _bytes(pid, args[1], min(args[2], _SENT)).decode("latin-1")
    return told


def _started(program: list[str]) -> int:
    """A process that stands still before it becomes the program."""
    first = os.fork()
    if first == 0:
        try:
            _ptrace(_TRACEME, 0)
        except OSError:
            os._exit(1)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.execvp(program[0], program)
    if not os.WIFSTOPPED(os.waitpid(first, 0)[1]):
        sys.exit(f"{_NONE}: it is forbidden")
    try:
        _ptrace(_SETOPTIONS, first, 0, _OPTIONS)
    except OSError as error:
        os.kill(first, signal.SIGKILL)
        sys.exit(f"{_NONE}: {error.strerror}")
    return first


def main() -> int:
    """Runs the program and writes what it does."""
    out, *program = sys.argv[1:]
    numbers = _NUMBERS.get(platform.machine())
    if platform.system() != "Linux" or numbers is None:
        sys.exit(f"{_NONE}: calls of {platform.system()} on {platform.machine()} are not known")
    first = _started(program)
    _ptrace(_SYSCALL, first)
    with Path(out).open("w", encoding="utf-8") as lines:
        while True:
            pid, status = os.waitpid(-1, _WALL)
            if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                if pid == first:
                    return os.waitstatus_to_exitcode(status)
                continue
            stopped = os.WSTOPSIG(status)
            # it may be killed while it stands still, or ask for a file that is not open
            with suppress(ProcessLookupError, FileNotFoundError):
                entry = _begun(pid) if stopped == signal.SIGTRAP | 0x80 else None
                if entry is not None and entry.nr in numbers:
                    lines.write(json.dumps(_told(pid, numbers[entry.nr], list(entry.args))) + "\n")
            with suppress(ProcessLookupError):
                _ptrace(_SYSCALL, pid, 0, 0 if stopped in _OURS else stopped)


if __name__ == "__main__":
    sys.exit(main())
