"""Notebooks are executed in parallel, and again only when something they can see has changed.

jupyter-cache keeps the results, keyed on the code cells. That key knows nothing of the data, so each
state of the rest (`fingerprint`) has a cache of its own, below ``_build/.jupyter_cache``. The folder is
set as MyST-NB's ``nb_execution_cache_path``, on which Sphinx reads every page anew when it changes: a
build by hand with ``jupyter-book build .`` is never stale either.

MyST-NB would execute one notebook after another while it reads the pages. Before it starts, all those
that the cache lacks are executed here, side by side; it then finds them in the cache.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from myst_nb.core.read import create_nb_reader
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from sphinx.errors import ConfigError, SphinxError
from sphinx.util import logging

import shanhai
from shanhai.build.digests import fingerprint
from shanhai.build.lock import locked
from shanhai.language import Language

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)

T = TypeVar("T")

CACHES = Path("_build", ".jupyter_cache")
"""Where the caches are, within a book."""

_KEPT = 5
"""How many caches are kept: to go back to an earlier state of the data costs no execution."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"Cell In ?\[\d+\], line (\d+)")


class NotebookError(SphinxError):
    """Notebooks failed; the message has one line for each: file, line, cell, error."""

    category = "Notebook error"


@dataclass(frozen=True)
class Task:
    """A notebook to be executed: its name in messages, its file, its cells, its time limit."""

    name: str
    path: Path
    notebook: NotebookNode
    timeout: int | None
    allow_errors: bool


def environment(folder: Path, data: Path, language: str) -> dict[str, str]:
    """Return the variables a kernel is started with.

    ``folder`` is the kernel's own scratch folder: what IPython and Jupyter keep in the user's home
    (start-up files, settings, history) neither changes a result nor has to be writable.
    Hashing, time zone and locale are fixed, so that the order of a set, a time or a sorted list
    cannot differ from one machine to another.
    """
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    package = str(Path(shanhai.__file__).parents[1])
    path = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        variables[name] = str(folder)
    variables.setdefault("SHANHAI_LOCALE", language)
    return variables | {
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "SHANHAI_DATA": str(data),
    }


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def open_cache(folder: Path) -> JupyterCacheAbstract:
    """Return the cache in ``folder``. One that cannot be read in full is thrown away first.

    An entry is written in several steps, so a build that was killed may have left half of one.
    """
    try:
        cache = get_cache(folder)
        for record in cache.list_cache_records():
            entry = folder / "executed" / record.hashkey / "base.ipynb"
            json.loads(entry.read_text("utf-8"))
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        cache = get_cache(folder)
        cache.list_cache_records()
    return cache


def execute(
    tasks: Iterable[Task],
    cache_folder: Path,
    data: Path,
    language: str,
    report: Callable[[str], None],
    jobs: int | None = None,
) -> int:
    """Execute the notebooks that the cache lacks, ``jobs`` at a time (default: one per core).

    Each success is reported in a line and kept in the cache at once. Return how many were executed.

    Raises:
        NotebookError: some failed; the others have been executed nevertheless.
    """
    cache_folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(cache_folder.parent / ".lock"):
        cache = open_cache(cache_folder)
        missing = [task for task in tasks if not _is_cached(cache, task.notebook)]
        if not missing:
            return 0
        with _scratch() as scratch:
            run = _execute_all(
                missing, cache, scratch, data, language, report, min(jobs or cores(), len(missing))
            )
            failures = _in_thread(run)
    if failures:
        raise NotebookError("\n".join(failures))
    return len(missing)


def _is_cached(cache: JupyterCacheAbstract, notebook: NotebookNode) -> bool:
    try:
        cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return True


@contextmanager
def _scratch() -> Iterator[Path]:
    """Make a folder for the kernels; a path short enough for sockets (at most 107 bytes)."""
    base = "/tmp" if os.access("/tmp", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base, prefix="nb-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _in_thread(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` in a thread's own event loop.

    In the main thread nbclient would take over Ctrl-C for the one notebook it knows of. From here
    it stops them all, and their kernels.
    """
    loop = asyncio.SelectorEventLoop()
    task = loop.create_task(main)

    def run() -> T:
        try:
            return loop.run_until_complete(task)
        finally:
            # nbclient looks after its kernel in a task of its own, which a cancelled run leaves behind.
            for left in (tasks := asyncio.all_tasks(loop)):
                left.cancel()
            loop.run_until_complete(_ended(tasks))
            loop.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(run)
        try:
            return future.result()
        except BaseException:
            with suppress(RuntimeError):  # the loop is closed: all has ended by itself
                loop.call_soon_threadsafe(task.cancel)
            raise


async def _ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


async def _execute_all(
    tasks: list[Task],
    cache: JupyterCacheAbstract,
    scratch: Path,
    data: Path,
    language: str,
    report: Callable[[str], None],
    jobs: int,
) -> list[str]:
    """Execute ``tasks``; return a line for each that failed, in their order."""
    room = asyncio.Semaphore(jobs)
    done = 0

    async def one(number: int, task: Task) -> str | None:
        nonlocal done
        async with room:
            start = time.monotonic()
            folder = scratch / str(number)
            folder.mkdir()
            failure = await _execute_one(task, folder, environment(folder, data, language))
            seconds = time.monotonic() - start
        done += 1
        count = f"[{done}/{len(tasks)}] {task.name}"
        if failure is None:
            bundle = CacheBundleIn(
                task.notebook, str(task.path), data={"execution_seconds": seconds}
            )
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            report(f"{count} {seconds:.1f} s")
        else:
            report(f"{count} failed")
        return failure

    running = [asyncio.ensure_future(one(*item)) for item in enumerate(tasks)]
    try:
        results = await asyncio.gather(*running)
    finally:
        # Where one was given up, so are the others, and their kernels end.
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return [failure for failure in results if failure is not None]


async def _execute_one(task: Task, folder: Path, variables: Mapping[str, str]) -> str | None:
    """Execute one notebook in place; return what went wrong, in one line, or None."""
    # No folders to search: the kernel is the Python that runs this, whatever else the user has.
    manager = AsyncKernelManager(
        kernel_name=task.notebook.metadata.get("kernelspec", {}).get("name", "python3"),
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(folder / "k"),
        transport="tcp" if sys.platform == "win32" else "ipc",
    )
    current = 0

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
        shutdown_kernel="immediate",
        on_cell_start=started,
    )
    try:
        await client.async_execute(cleanup_kc=True, env=dict(variables))
    except CellExecutionError as error:
        text = _ANSI.sub("", error.traceback)
        name = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
        _keep(task, text)
        return f"{_place(task, current, text)}: {name}"
    except CellTimeoutError:
        return f"{_place(task, current)}: took longer than {task.timeout} seconds"
    except DeadKernelError:
        return f"{_place(task, current)}: the kernel died (out of memory?)"
    except NoSuchKernel as error:
        return f"{task.name}:1: kernel {error.name!r}: only python3 is there"
    except (OSError, RuntimeError) as error:
        _keep(task, "".join(traceback.format_exception(error)))
        return f"{task.name}:1: the kernel could not be started: {error}"
    finally:
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)
    return None


def _place(task: Task, index: int, trace: str = "") -> str:
    """Return ``FILE:LINE: cell N`` of a failing cell, the line that of the source file."""
    cells = task.notebook.cells
    number = sum(cell.cell_type == "code" for cell in cells[: index + 1])
    source = cells[index].source.splitlines()
    starts = task.notebook.metadata.get("source_map")
    if not starts:
        return f"{task.name}: cell {number}"
    line = starts[index]
    lines = task.path.read_text("utf-8").splitlines()
    # The map points at the fence's first line; options may stand before the code.
    for start in range(line, len(lines)):
        if lines[start : start + len(source)] == source:
            line = start
            break
    frames = _FRAME.findall(trace)
    line += int(frames[-1]) if frames else 1
    return f"{task.name}:{line}: cell {number}"


def _keep(task: Task, text: str) -> None:
    """Keep a traceback where the developer finds it."""
    for parent in task.path.parents:
        if (parent / CACHES).is_dir():
            log = parent / "_build" / "logs" / f"{task.path.stem}.traceback.txt"
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(text, "utf-8")
            return


def _prune(caches: Path) -> None:
    """Remove the caches that have not been used for longest."""
    folders = sorted(
        (path for path in caches.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime
    )
    for folder in folders[:-_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def _choose_cache(app: Sphinx, config: Config) -> None:
    """Set the cache folder before Sphinx compares the configuration with that of the last build."""
    if config.nb_execution_mode != "cache":
        return
    if config.nb_execution_in_temp:
        raise ConfigError("execute: run_in_temp: notebooks run in their own folders; remove it")
    root = Path(app.srcdir)
    digest = fingerprint(root, config.shanhai_data, Language.of(config.language).locale)
    folder = root / CACHES / digest
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    _prune(folder.parent)
    config.nb_execution_cache_path = str(folder)


def _execute_before_reading(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute the notebooks among the pages that are about to be read."""
    if env.mystnb_config.execution_mode != "cache":
        return
    tasks = [task for task in (_task(env, docname) for docname in docnames) if task]
    count = execute(
        tasks,
        Path(app.config.nb_execution_cache_path),
        Path(app.srcdir) / app.config.shanhai_data,
        Language.of(app.config.language).locale,
        logger.info,
        app.config.shanhai_jobs or None,
    )
    if not count:
        logger.info("no notebook had to be executed")
    elif count < len(tasks):
        logger.info(f"{count} of {len(tasks)} notebooks executed, the others were in the cache")


def _task(env: BuildEnvironment, docname: str) -> Task | None:
    """Return a page as a task; None if it is no notebook, or MyST-NB is told not to execute it."""
    path = Path(env.doc2path(docname))
    settings = env.mystnb_config
    text = path.read_text("utf-8")
    reader = create_nb_reader(str(path), env.myst_config, settings, text)
    if reader is None:
        return None
    notebook = reader.read(text)
    mode = notebook.metadata.get(settings.metadata_key, {}).get("execution_mode", "cache")
    excluded = any(path.match(pattern) for pattern in settings.execution_excludepatterns)
    if mode != "cache" or excluded:
        return None
    own = notebook.metadata.get("execution", {})
    return Task(
        name=path.relative_to(env.srcdir).as_posix(),
        path=path,
        notebook=notebook,
        timeout=own.get("timeout", settings.execution_timeout),
        allow_errors=own.get("allow_errors", settings.execution_allow_errors),
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Choose the cache, and fill it before the pages are read."""
    app.add_config_value("shanhai_jobs", 0, "", int)
    app.connect("config-inited", _choose_cache)
    app.connect("env-before-read-docs", _execute_before_reading)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
