"""A process that has made a kernel's imports, and forks a kernel for each notebook.

Python, IPython, pandas and Altair take 1.4 s of processor time to import; forked kernels share that, and
the memory of it. What is forked is a process of one thread that has run nothing but imports (`kernel`).
Where the system has no handles for processes (Linux has), and where the server does not answer, a kernel
is started as always.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from shanhai.build.kernels.environment import fixed
from shanhai.build.kernels.ready import Ready

_SERVER = Ready([str(Path(__file__).with_name("kernel.py")), "--fork"], fixed)


class Forked:
    """A forked kernel, no child of this process, with what jupyter-client uses of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle: int | None = None
        with suppress(ProcessLookupError):
            self._handle = _handle(pid)

    def poll(self) -> int | None:
        """Return None while it runs, then 0: the server alone knows its exit code."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end, at most ``timeout`` seconds; return as `poll` does."""
        if self._handle is not None:
            if not select.select([self._handle], [], [], timeout)[0]:
                return None
            os.close(self._handle)
            self._handle = None
        return 0

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if sys.platform == "linux" and self._handle is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _handle(pid: int) -> int:
    if sys.platform != "linux":
        raise OSError("no handles for processes")
    return os.pidfd_open(pid)


def _possible() -> bool:
    try:
        os.close(_handle(os.getpid()))
    except OSError:
        return False
    return True


def begin() -> None:
    """Start the server, where there can be one."""
    if _possible():
        _SERVER.begin()


def fork(command: Sequence[str], settings: Mapping[str, Any]) -> Forked | None:
    """Fork the kernel of ``command``, with the settings of `subprocess.Popen`; None if that cannot be."""
    if not _possible():
        return None
    told = {
        "arguments": list(command[2:]),
        "cwd": str(Path(settings["cwd"]).absolute()),
        "env": dict(settings["env"]),
        "said": settings["stdout"].name,
    }
    server = _SERVER.begin()
    assert server.stdin and server.stdout
    try:
        print(json.dumps(told), file=server.stdin, flush=True)
        answer = server.stdout.readline()
    except OSError:
        return None
    return Forked(int(answer)) if answer else None
