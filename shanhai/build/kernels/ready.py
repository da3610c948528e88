"""Processes that get ready before they are needed, while this one does something else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from shanhai.build.digests import package

Process = subprocess.Popen[str]


class Ready:
    """A process of this package that reads lines and answers each with a line.

    Args:
        arguments: what Python is started with.
        variables: returns its environment.
    """

    every: ClassVar[list[Ready]] = []
    kept = False

    def __init__(self, arguments: list[str], variables: Callable[[], dict[str, str]]) -> None:
        self._arguments = arguments
        self._variables = variables
        self._process: Process | None = None
        self._made_of: object = None
        self.every.append(self)

    def begin(self) -> Process:
        """Start it, unless it runs already, with package and environment as they are now."""
        made_of = package(), self._variables()
        if self._process and (self._made_of != made_of or self._process.poll() is not None):
            self.end()
        if not self._process:
            self._made_of = made_of
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env=made_of[1],
                start_new_session=True,  # Ctrl-C is for the build, which ends it.
            )
        return self._process

    def take(self) -> Process:
        """Return it, started if need be; from now on it is the caller's, who ends it."""
        process, self._process = self.begin(), None
        return process

    def end(self) -> None:
        """End it, if it runs."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def released() -> Iterator[None]:
    """End those that stand ready at last, unless they are kept."""
    try:
        yield
    finally:
        for each in Ready.every if not Ready.kept else ():
            each.end()


@contextmanager
def kept() -> Iterator[None]:
    """Keep those that stand ready from one build to the next."""
    with released():
        Ready.kept = True
        try:
            yield
        finally:
            Ready.kept = False
