"""Notebooks are executed side by side, and again only when something they can see has changed.

MyST-NB would execute one notebook after another while it reads the pages. Before it starts, all those
that the cache lacks are executed here; it then finds them in the cache, whose folder is told to it by its
own settings, not by Sphinx's. Which pages are read is for `shanhai.build.pages` to say, in a build by hand
with ``jupyter-book build .`` too.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from myst_nb.core.read import create_nb_reader
from sphinx.errors import ConfigError, SphinxError
from sphinx.util import logging

from shanhai.book import context
from shanhai.build import results
from shanhai.build.dependencies import Now
from shanhai.build.digests import fingerprint, package
from shanhai.build.kernels import faults, forkserver, ready
from shanhai.build.kernels.drawing import Drawer
from shanhai.build.kernels.environment import environment
from shanhai.build.kernels.task import Task, execute_one
from shanhai.build.lock import locked
from shanhai.build.watched import DEPENDS, Reads, UnreadableError, excluded
from shanhai.evidence.checks.package import check
from shanhai.language import Language
from shanhai.programs import cores

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)

T = TypeVar("T")


class NotebookError(SphinxError):
    """Notebooks failed; the message has a line for each fault: file, line, cell, error."""

    category = "Notebook error"


class DataError(SphinxError):
    """The data has faults; the message has a line for each."""

    category = "Data error"


def execute(
    tasks: Iterable[Task],
    cache: Path,
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
    cache.parent.mkdir(parents=True, exist_ok=True)
    with ready.released(), locked(cache.parent / ".lock"):
        kept = results.Results(cache)
        if not (tasks := list(tasks)):
            return 0
        root = tasks[0].root
        now = Now(root, data)
        missing = [task for task in tasks if not kept.has(task.notebook, now)]
        if not missing:
            return 0
        forkserver.begin()
        # Python would take a helper's compiled form for its source if both are of one second.
        for folder in {task.path.parent for task in missing}:
            shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        reads = Reads(root, data, excluded(root))
        with _scratch() as scratch, Drawer() as drawer:

            async def one(number: int, task: Task) -> tuple[list[str], list[str]]:
                folder = scratch / str(number)
                folder.mkdir()
                return await execute_one(task, folder, environment(folder, data, language), reads)

            def keep(task: Task, seconds: float, read: list[str]) -> None:
                kept.keep(task.notebook, task.path, seconds, (read, now.digest(read)))

            failures = _in_thread(
                _execute_all(
                    missing, one, drawer.draw, keep, report, min(jobs or cores(), len(missing))
                )
            )
    if failures:
        raise NotebookError("\n".join(failures))
    return len(missing)


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
    execute_one: Callable[[int, Task], Coroutine[Any, Any, tuple[list[str], list[str]]]],
    draw: Callable[[Task], list[str]],
    keep: Callable[[Task, float, list[str]], None],
    report: Callable[[str], None],
    jobs: int,
) -> list[str]:
    """Execute ``tasks``; return a line for each fault, in their order."""
    room = asyncio.Semaphore(jobs)
    done = 0

    async def one(number: int, task: Task) -> list[str]:
        nonlocal done
        async with room:
            start = time.monotonic()
            found, read = await execute_one(number, task)
            # nbclient says of a notebook that is given up that its kernel has died.
            if (this := asyncio.current_task()) and this.cancelling():
                raise asyncio.CancelledError
            seconds = time.monotonic() - start
        # The next kernel starts meanwhile.
        found = found or await asyncio.to_thread(draw, task)
        done += 1
        count = f"[{done}/{len(tasks)}] {task.name}"
        if not found:
            keep(task, seconds, read)
        report(f"{count} failed" if found else f"{count} {seconds:.1f} s")
        return found

    running = [asyncio.ensure_future(one(*item)) for item in enumerate(tasks)]
    try:
        found = await asyncio.gather(*running)
    finally:
        # Where one was given up, so are the others, and their kernels end.
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return [fault for faults in found for fault in faults]


def _see(app: Sphinx, config: Config) -> None:
    """Note what all pages depend on, before Sphinx compares the settings with those of the last build."""
    if config.nb_execution_mode == "cache" and config.nb_execution_in_temp:
        raise ConfigError("execute: run_in_temp: notebooks run in their own folders; remove it")
    root = Path(app.srcdir)
    try:
        state = fingerprint(root, config.shanhai_data, Language.of(config.language).locale)
    except UnreadableError as error:
        raise ConfigError(str(error)) from None
    surroundings = state.partition("-")[0]
    own_words = (root / config.shanhai_words).is_file()
    config.shanhai_state = state
    config.shanhai_package = f"{package()} {surroundings} {own_words}"


def _check_data(app: Sphinx, config: Config) -> None:
    """Refuse data with faults, unless the build has checked it."""
    if config.shanhai_checked:
        return
    faults = check(Path(app.srcdir) / config.shanhai_data)
    if faults:
        raise DataError("\n".join(str(fault) for fault in faults))


def _choose_cache(app: Sphinx) -> None:
    """Tell MyST-NB the cache's folder, once it has made its settings."""
    env: Any = app.env
    if _settings(env).execution_mode == "cache":
        folder = results.choose(Path(app.srcdir), app.config.shanhai_state)
        env.mystnb_config = _settings(env).copy(execution_cache_path=str(folder))


def _execute_before_reading(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute the notebooks among the pages that are about to be read."""
    if _settings(env).execution_mode != "cache":
        return
    tasks: dict[str, Task] = {}
    unreadable = []
    for docname in docnames:
        try:
            if task := _task(env, docname):
                tasks[docname] = task
        except Exception as error:  # of YAML, JSON, or the notebook's own format
            name = Path(env.doc2path(docname)).relative_to(env.srcdir).as_posix()
            unreadable.append(faults.unreadable(name, error))
    if unreadable:
        raise NotebookError("\n".join(unreadable))
    cache = Path(_settings(env).execution_cache_path)
    count = execute(
        tasks.values(),
        cache,
        Path(app.srcdir) / app.config.shanhai_data,
        Language.of(app.config.language).locale,
        logger.info,
        app.config.shanhai_jobs or None,
    )
    if not count:
        logger.info("no notebook had to be executed")
    elif count < len(tasks):
        logger.info(f"{count} of {len(tasks)} notebooks executed, the others were in the cache")
    read = context.domain(env).notebooks
    for docname, task in tasks.items():
        read[docname] = results.made_of(cache, task.notebook)


def _settings(env: BuildEnvironment) -> Any:
    """Return the settings that MyST-NB keeps with the environment."""
    return cast("Any", env).mystnb_config


def _task(env: BuildEnvironment, docname: str) -> Task | None:
    """Return a page as a task; None if it is no notebook, or MyST-NB is told not to execute it."""
    path = Path(env.doc2path(docname))
    settings = _settings(env)
    text = path.read_text("utf-8-sig")
    reader = create_nb_reader(str(path), cast("Any", env).myst_config, settings, text)
    if reader is None:
        return None
    notebook = reader.read(text)
    with suppress(TypeError, ValueError):  # MyST-NB says what is wrong with a page's own settings
        settings = settings.copy(**notebook.metadata.get(settings.metadata_key, {}))
    excluded = any(path.match(pattern) for pattern in settings.execution_excludepatterns)
    if settings.execution_mode != "cache" or excluded:
        return None
    own = notebook.metadata.get("execution", {})
    return Task(
        root=Path(env.srcdir),
        name=path.relative_to(env.srcdir).as_posix(),
        notebook=notebook,
        timeout=own.get("timeout", settings.execution_timeout),
        allow_errors=own.get("allow_errors", settings.execution_allow_errors),
        stderr_is_fault=settings.output_stderr in ("error", "severe"),
    )


def _keep_dependencies(app: Sphinx, failure: Exception | None) -> None:
    """Keep beside the document trees what pages were made of besides themselves."""
    if failure is None:
        found = set().union(*app.env.dependencies.values())
        names = sorted(os.path.relpath(Path(app.srcdir, name), app.srcdir) for name in found)
        (Path(app.doctreedir) / DEPENDS).write_text(json.dumps(names), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Check the data, choose the cache, and fill it before the pages are read."""
    app.add_config_value("shanhai_jobs", 0, "", int)
    app.add_config_value("shanhai_checked", False, "", bool)
    # Set here alone: pages are read anew when the package, or what surrounds it, is another.
    app.add_config_value("shanhai_package", "", "env", str)
    app.add_config_value("shanhai_state", "", "", str)
    app.connect("config-inited", _check_data)
    app.connect("config-inited", _see)
    app.connect("builder-inited", _choose_cache, priority=900)
    app.connect("env-before-read-docs", _execute_before_reading)
    app.connect("build-finished", _keep_dependencies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
