"""What is saved in a book's folder, and in the package: names of files, as soon as they are written."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchfiles import watch

from shanhai.build.watched import PACKAGE

_QUIET = 60
"""Milliseconds without a further change after which what was saved is passed on."""


def is_saved(root: Path, path: Path) -> bool:
    """Return whether somebody saves such a file: it is no editor's or Jupyter's own, nor built."""
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        return False
    hidden = any(part.startswith(".") or part in {"_build", "__pycache__"} for part in parts)
    return not hidden and not path.name.endswith(("~", ".pyc", ".tmp"))


@contextmanager
def saves(root: Path) -> Iterator[queue.SimpleQueue[set[Path]]]:
    """Watch a book; yield the queue of what is saved.

    The folder itself is watched without those in it that nobody edits: a virtual environment has
    thousands of folders.
    """
    found: queue.SimpleQueue[set[Path]] = queue.SimpleQueue()
    stop = threading.Event()
    folders = [path for path in root.iterdir() if path.is_dir() and is_saved(root, path)]
    if not PACKAGE.is_relative_to(root):
        folders.append(PACKAGE)

    def follow(paths: list[Path], recursive: bool) -> None:
        for changes in watch(
            *paths,
            watch_filter=None,
            debounce=_QUIET * 10,
            step=_QUIET,
            stop_event=stop,
            rust_timeout=500,
            raise_interrupt=False,
            recursive=recursive,
            ignore_permission_denied=True,
        ):
            paths_saved = {Path(name) for _, name in changes}
            kept = {p for p in paths_saved if is_saved(root, p) or is_saved(PACKAGE, p)}
            if kept:
                found.put(kept)

    threads = [
        threading.Thread(target=follow, args=(paths, recursive), daemon=True)
        for paths, recursive in (([root], False), (folders, True))
        if paths
    ]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join(2)
