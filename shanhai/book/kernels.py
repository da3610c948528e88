"""Kernels that start at once: forked from one process that has made the imports of all.

A kernel of its own takes a second to import what every notebook uses, and there is one for each
notebook. This is a kernel provisioner, Jupyter's interface for who starts a kernel and how; the
processes are those of `multiprocessing`'s fork server. Only Linux forks safely after such imports:
elsewhere kernels start as usual.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

NAME = "shanhai-fork"
"""Of the provisioner among the entry points."""

_PRELOAD = "shanhai.book.preload"

_state = {"refused": sys.platform != "linux"}


def can_fork() -> bool:
    """Return whether kernels are forked: on Linux, where the server could be started."""
    return not _state["refused"]


def start_server(variables: Mapping[str, str]) -> None:
    """Start the process that kernels are forked from, with ``variables`` as its environment.

    It imports while this process goes on, and ends with it. Does nothing where there is one.
    """
    if not can_fork():
        return
    multiprocessing.set_forkserver_preload([_PRELOAD])
    try:
        with _environment(variables):
            forkserver.ensure_running()
    except OSError:
        # Its socket lies where temporary files do, and that may be too long a name for one.
        _state["refused"] = True


def use_server(manager: KernelManager) -> None:
    """Let ``manager`` fork its kernel, where that can be done."""
    spec = manager.kernel_spec
    if can_fork():
        spec.metadata["kernel_provisioner"] = {"provisioner_name": NAME}
        if not KernelProvisionerFactory.instance().is_provisioner_available(spec):
            del spec.metadata["kernel_provisioner"]  # the package is not installed, only imported


class ForkProvisioner(LocalProvisioner):
    """Launches a Python kernel by forking instead of executing its command."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel; ``cmd`` names its connection file, ``kwargs`` its folder and variables."""
        context = multiprocessing.get_context("forkserver")
        arguments = cmd[cmd.index("-f") :]
        # Without what only the build has: its own folder, and that of its script.
        own = {"", str(Path.cwd()), sys.path[0]}
        path = [entry for entry in sys.path if entry not in own]
        process = context.Process(
            target=_serve, args=(arguments, kwargs["cwd"], kwargs["env"], path)
        )
        try:
            process.start()
        except EOFError:
            raise RuntimeError("the process that kernels are forked from has ended") from None
        self.process = _Process(process)
        self.pid = self.pgid = process.pid
        return self.connection_info


class _Process:
    """A process of `multiprocessing`, with what a provisioner asks of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, process: multiprocessing.Process) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _serve(
    arguments: list[str], folder: str, variables: Mapping[str, str], path: list[str]
) -> None:
    """Be a kernel, as ``python -m ipykernel_launcher`` started in ``folder`` would be."""
    with contextlib.suppress(OSError):
        os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    given = [entry for entry in variables.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:] = [*given, *(entry for entry in path if entry not in given)]
    # What a fork inherits and a process of its own would not have: a way to start processes, chance.
    multiprocessing.set_start_method(None, force=True)
    if chance := sys.modules.get("numpy.random"):
        chance.seed()

    from ipykernel.kernelapp import IPKernelApp

    # The server ends after its last kernel: a kernel has to end with the build itself.
    threading.Thread(
        target=_end_with, args=(multiprocessing.parent_process(),), daemon=True
    ).start()
    sys.argv = ["ipykernel_launcher", *arguments]
    IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


def _end_with(build: multiprocessing.Process) -> None:
    build.join()
    os._exit(1)


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
