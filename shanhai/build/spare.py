"""A kernel that stands ready: started and with everything imported before a notebook needs it.

``make serve`` keeps one, so that the run of a notebook costs what its cells cost. Where none is ready, or its
surroundings are not those that are asked for, a kernel is started as always.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from shanhai.build import drawing

_AT_START = ("PYTHONPATH", "PYTHONHASHSEED", "PYTHONUTF8", "LC_ALL", "TZ")
"""Variables that Python reads when it starts: they must be right by then."""


class Spare:
    """A process that waits to be told what kernel it is."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._at_start = {name: variables.get(name) for name in _AT_START}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("kernel.py")), "--wait"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**variables, "JPY_PARENT_PID": str(os.getpid())},
            start_new_session=True,
        )

    def fits(self, variables: Mapping[str, str]) -> bool:
        """Return whether it lives and was started with these variables, as far as its start goes."""
        same = self._at_start == {name: variables.get(name) for name in _AT_START}
        return same and self.process.poll() is None

    def begin(self, command: Sequence[str], settings: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        """Let it be the kernel of ``command``, started as `subprocess.Popen` would be told to."""
        told = {
            "arguments": list(command[2:]),
            "cwd": str(settings.get("cwd") or "."),
            "env": dict(settings["env"]),
            "said": settings["stdout"].name,
        }
        assert self.process.stdin
        self.process.stdin.write(json.dumps(told).encode() + b"\n")
        self.process.stdin.close()
        return self.process

    def end(self) -> None:
        """End it unused."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


class Spares:
    """The one that is ready, if any is kept."""

    def __init__(self) -> None:
        self._variables: dict[str, str] | None = None
        self._ready: Spare | None = None

    @contextmanager
    def kept(self, variables: Mapping[str, str]) -> Iterator[None]:
        """Keep one ready; ``variables`` are those that kernels are started with."""
        self._variables = dict(variables)
        self.renew()
        try:
            yield
        finally:
            self._variables = None
            if self._ready:
                self._ready.end()
                self._ready = None
            while drawing.READY:
                with drawing.READY.pop() as drawer:
                    drawer.kill()

    def renew(self) -> None:
        """Start one, if one is to be kept and none is there; and what draws charts."""
        if self._variables is None:
            return
        if self._ready is None:
            self._ready = Spare(self._variables)
        if not drawing.READY:
            variables = {**os.environ, "PYTHONPATH": self._variables["PYTHONPATH"]}
            drawing.READY.append(drawing.started({**variables, "PYTHONUTF8": "1"}))

    def take(self, variables: Mapping[str, str]) -> Spare | None:
        """Return the one that is ready, if it fits."""
        spare, self._ready = self._ready, None
        if spare is None or spare.fits(variables):
            return spare
        spare.end()
        return None


SPARES = Spares()


class Manager(AsyncKernelManager):
    """Starts a kernel, or takes the one that is ready."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        spare = SPARES.take(settings.get("env") or {})
        provisioner: Any = self.provisioner
        if spare is None or provisioner is None:
            await super()._async_launch_kernel(kernel_cmd, **settings)
            return
        provisioner.process = spare.begin(kernel_cmd, settings)
        provisioner.pid = spare.process.pid
        provisioner.pgid = os.getpgid(spare.process.pid) if hasattr(os, "getpgid") else None
        provisioner.cwd = settings.get("cwd")
        self._reconcile_connection_info(provisioner.connection_info)
