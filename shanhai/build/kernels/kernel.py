"""A kernel's own process: IPython's kernel, which notes what its notebook reads and writes.

``python kernel.py NOTES -f CONNECTION``, or ``--fork`` (`forkserver`) in their place. A line
of the file ``NOTES`` is one of these, each once::

    r PATH              a file that is read
    w PATH              a file that is written
    d WORDS TABLE ROW   a row of the ledger (``*``: all), 1 where its words are read too
    a                   another program was started, which may read anything

Files of Python and of the system are left out: they change with the versions that are installed. So are
those of the data that the ledger opens, for it says itself what it reads (`shanhai.evidence.reads`).
"""

from __future__ import annotations

import os
import sys

_SYSTEM = ("/proc/", "/dev/", "/sys/", "/etc/", "/usr/share/", "/usr/lib/", "/lib/")
_PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch(notes: str) -> None:
    """Note in the file ``notes`` what this process opens from now on."""
    import sysconfig

    handle = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    own = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    own |= {path for path in sys.path if path.endswith("-packages")}
    ignored = (*_SYSTEM, *(f"{path}{os.sep}" for path in own if path))
    data = os.environ.get("SHANHAI_DATA", "") + os.sep
    seen: set[str] = set()
    expected = ""

    def note(line: str) -> None:
        if line not in seen:
            seen.add(line)
            os.write(handle, f"{line}\n".encode("utf-8", "surrogateescape"))

    def hook(event: str, arguments: tuple) -> None:
        nonlocal expected
        if event == "shanhai.read":
            table, row, words = arguments
            note(f"d {int(words)} {table} {row}")
        elif event == "shanhai.opening":
            expected = os.path.abspath(arguments[0])  # noqa: PTH100 - as below
        elif event in _PROGRAMS:
            note("a")
        if event != "open" or not isinstance(arguments[0], (str, bytes)):
            return
        path, mode, flags = arguments
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - links are followed by who reads this
        if name == expected and name.startswith(data):
            expected = ""
            return
        if name.startswith(ignored):
            return
        # Python's own `open` says its mode, `os.open` its flags.
        writes = any(letter in mode for letter in "wax+") if mode else bool(flags & _WRITES)
        note(f"{'w' if writes else 'r'} {name}")

    sys.addaudithook(hook)


def fork() -> None:
    """Import what notebooks import; then fork a kernel for each line of JSON, which says where and as what.

    Returns in a kernel. What forks answers each line with the kernel's number, and ends with its input.
    """
    import builtins
    import gc
    import json
    import signal
    import types

    import ipykernel.kernelapp  # noqa: F401

    # What asks when it is imported whether it is in a terminal (pandas does) is told: in a kernel.
    builtins.get_ipython = lambda: types.SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    import shanhai.notebook  # noqa: F401

    del builtins.get_ipython  # type: ignore[attr-defined]
    gc.collect()
    gc.freeze()  # A collection in a kernel would write to, and so copy, what all of them share.
    # A kernel that has ended leaves nothing behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.readline():
        if pid := os.fork():
            print(pid, flush=True)
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _become(json.loads(line))
        return
    raise SystemExit


def _become(told: dict) -> None:
    os.environ.clear()
    os.environ.update(told["env"], JPY_PARENT_PID=str(os.getppid()))
    os.chdir(told["cwd"])
    for name, flags, streams in (
        (os.devnull, os.O_RDONLY, (0,)),
        (told["said"], os.O_WRONLY | os.O_APPEND, (1, 2)),
    ):
        handle = os.open(name, flags)
        for stream in streams:
            os.dup2(handle, stream)
        os.close(handle)
    sys.argv[1:] = told["arguments"]


def main() -> None:
    """Start IPython's kernel; what it opens itself at its start is none of the notebook's."""
    # The folder of this file would hide modules of the same names.
    del sys.path[0]
    if sys.argv[1] == "--fork":
        fork()
    from ipykernel.kernelapp import IPKernelApp

    # Its default was read when it was imported: in a forked kernel, before there was a parent.
    app = IPKernelApp.instance(parent_handle=int(os.environ.get("JPY_PARENT_PID", 0)))
    app.initialize(sys.argv[2:])
    watch(sys.argv[1])
    app.start()


if __name__ == "__main__":
    main()
