"""Serve a book: make its pages, wait for something to be saved, make them again."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shanhai.build.kernels import drawing, forkserver, ready
from shanhai.build.lock import locked
from shanhai.build.run import BuildError, StoppedError
from shanhai.build.watched import PACKAGE
from shanhai.serve.preview import FOLDER, Preview
from shanhai.serve.site import Site
from shanhai.serve.watch import saves

PORT, TRIES = 8000, 20
"""The port that is tried first, where none is asked for, and how many."""


@dataclass(frozen=True)
class Served:
    """A book that is served: the folder that is watched, and its source, which may be written from that."""

    root: Path
    source: Path
    write: Callable[[], None] = lambda: None
    """Writes the source; raises `BuildError` where it cannot."""
    options: tuple[str, ...] = ()
    """What the command says besides folder and port."""


def serve(book: Served, port: int | None, say: Callable[[str], None]) -> None:
    """Serve a book until Ctrl-C.

    Raises:
        BuildError: there is no book, it is served already, or the port is taken.
    """
    book.write()
    preview = Preview(book.source, say=lambda line: None)
    signal.signal(signal.SIGTERM, _stop)
    with contextlib.suppress(KeyboardInterrupt, StoppedError), _alone(book.source):
        with _opened(preview, port) as site, saves(book.root) as saved:
            # A method would be kept with Sphinx's settings, and the server with it.
            preview = replace(preview, follow=lambda pages, write: site.first(pages, write))
            say(f"{site.address} (Ctrl-C ends it)")
            with ready.kept():
                _get_ready()
                while True:
                    _make(book, preview, site, say)
                    _get_ready()
                    changes = _wait(saved)
                    if any(
                        path.is_relative_to(PACKAGE) and path.suffix != ".css" for path in changes
                    ):
                        break
        say("the package has changed: starting again")
        sys.stdout.flush()
        command = ["-m", "shanhai", "serve", "--port", str(site.server_port)]
        command += [*book.options, str(book.root)]
        os.execve(sys.executable, [sys.executable, *command], os.environ)


def _get_ready() -> None:
    forkserver.begin()
    drawing.READY.begin()


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the book: one server at a time."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)

    def refuse() -> None:
        raise BuildError(f"{root}: this book is being served already; end that first")

    with locked(folder / ".serving", refuse):
        yield


@contextlib.contextmanager
def _opened(preview: Preview, port: int | None) -> Iterator[Site]:
    """Open the server on a port, or on the first that is free."""
    wanted = range(PORT, PORT + TRIES) if port is None else [port]
    for number in wanted:
        try:
            site = Site(preview.pages, preview.root / "_build" / "html", number)
            break
        except OSError:
            continue
    else:
        taken = (
            f"port {wanted[0]} is" if len(wanted) == 1 else f"ports {wanted[0]} to {wanted[-1]} are"
        )
        raise BuildError(f"{taken} taken or not allowed; name another with --port")
    thread = threading.Thread(
        target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield site
    finally:
        site.end()


def _make(book: Served, preview: Preview, site: Site, say: Callable[[str], None]) -> None:
    """Make the pages, and tell how it went."""
    started = time.monotonic()
    try:
        book.write()
        preview.run()
    except StoppedError:
        raise
    except BuildError as error:
        site.tell(str(error))
        say(str(error))
    else:
        site.tell("")
        say(f"made in {time.monotonic() - started:.1f} s")


def _wait(saved: queue.SimpleQueue[set[Path]]) -> set[Path]:
    """Wait for something to be saved; return all that has been by then."""
    while True:
        # A wait without an end could not be broken off on Windows.
        with contextlib.suppress(queue.Empty):
            changes = saved.get(timeout=1)
            break
    with contextlib.suppress(queue.Empty):
        while True:
            changes |= saved.get_nowait()
    return changes
