"""One notebook in one kernel: what it is started with, and what comes of it."""

from __future__ import annotations

import atexit
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from shanhai.build.kernels import faults
from shanhai.build.kernels.forkserver import fork
from shanhai.build.watched import EVERYTHING, Reads

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Task:
    """A notebook to be executed: its book, its name in messages, its cells, what counts as a fault."""

    root: Path
    name: str
    notebook: NotebookNode
    timeout: int | None
    allow_errors: bool = False
    stderr_is_fault: bool = False

    @property
    def path(self) -> Path:
        """The notebook's file."""
        return self.root / self.name


class _OnlyPython(KernelSpecManager):
    """Knows one kernel, the Python that runs this, whatever else the user has."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        if kernel_name != "python3":
            raise NoSuchKernel(kernel_name)
        notes = "{connection_file}.opened"
        script = str(Path(__file__).with_name("kernel.py"))
        command = [sys.executable, script, notes, "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


class _Manager(AsyncKernelManager):
    """Has a kernel forked, or starts it."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        provisioner: Any = self.provisioner
        forked = fork(kernel_cmd, settings)
        if forked is None or provisioner is None:
            await super()._async_launch_kernel(kernel_cmd, **settings)
            return
        provisioner.process = forked
        provisioner.pid = provisioner.pgid = forked.pid
        provisioner.cwd = settings.get("cwd")
        self._reconcile_connection_info(provisioner.connection_info)


async def execute_one(
    task: Task, folder: Path, variables: Mapping[str, str], reads: Reads
) -> tuple[list[str], list[str]]:
    """Execute one notebook in place, in ``folder`` as scratch.

    Return its faults, one line each, and what its result depends on (`Reads.dependencies`).
    """
    connection = folder / "k"
    manager = _Manager(
        kernel_name=task.notebook.metadata.get("kernelspec", {}).get("name", "python3"),
        kernel_spec_manager=_OnlyPython(),
        connection_file=str(connection),
        transport="tcp" if sys.platform == "win32" else "ipc",
    )
    current = -1

    def started(cell: NotebookNode, cell_index: int) -> None:
        nonlocal current
        current = cell_index

    client = NotebookClient(
        task.notebook,
        km=manager,
        timeout=task.timeout,
        allow_errors=task.allow_errors,
        resources={"metadata": {"path": str(task.path.parent)}},
        record_timing=False,
        coalesce_streams=True,  # they come in pieces, as the kernel's buffer fills
        shutdown_kernel="immediate",
        on_cell_start=started,
    )
    said = folder / "said"
    try:
        with said.open("wb") as file:
            await client.async_execute(
                cleanup_kc=True, env=dict(variables), stdout=file, stderr=file
            )
    except CellExecutionError as error:
        return [faults.raised(task, current, error)], []
    except CellTimeoutError:
        return [f"{faults.place(task, current)}: took longer than {task.timeout} seconds"], []
    except NoSuchKernel as error:
        return [
            f"{task.name}:1: kernel {error.name!r}: notebooks run in python3 alone; "
            "write `kernelspec: {name: python3, display_name: Python 3}` in its header"
        ], []
    except (DeadKernelError, OSError, RuntimeError) as error:
        if isinstance(error, DeadKernelError) and current >= 0:
            return [f"{faults.place(task, current)}: the kernel died (out of memory?)"], []
        words = faults.plain(said.read_text("utf-8", "replace")).strip()
        faults.keep(task, words + "\n" + "".join(traceback.format_exception(error)))
        why = (words or str(error)).splitlines()[-1]
        return [f"{task.name}:1: the kernel could not be started: {why}"], []
    except nbformat.ValidationError as error:
        words = str(error).splitlines()[0]
        return [f"{faults.place(task, current)}: puts out what no notebook can hold: {words}"], []
    finally:
        # Where it is given up, nbclient leaves this to be done when Python ends.
        atexit.unregister(client._cleanup_kernel)
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)
    notes = connection.with_name("k.opened")
    if not notes.exists():
        return faults.passed_over(task), [EVERYTHING]
    code = "\n".join(cell.source for cell in task.notebook.cells if cell.cell_type == "code")
    found = [f"{task.name}:1: {fault}" for fault in reads.faults(notes)]
    return [*faults.passed_over(task), *found], reads.dependencies(notes, code)
