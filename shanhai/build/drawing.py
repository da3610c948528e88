"""The charts of a notebook that has been executed get their pictures, which are kept with its results.

One process draws for all kernels: each would take a second and a hundred megabytes to get ready. It ends
with the execution, and what it holds with it; while a book is served, the next one is kept ready.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, Self

from shanhai.build import faults
from shanhai.charts.mime import MIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shanhai.build.kernels import Task


READY: list[subprocess.Popen[str]] = []
"""A process that was started before it is needed, if one was (`shanhai.build.spare`)."""


def started(variables: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start the process."""
    return subprocess.Popen(
        [sys.executable, "-m", "shanhai.charts.pictures"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=dict(variables),
    )


class Drawer:
    """A process that draws charts, started when the first is there."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def draw(self, task: Task) -> list[str]:
        """Draw a notebook's charts in place; return a line for each that cannot be drawn."""
        found = []
        for index, cell in enumerate(task.notebook.cells):
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if MIME not in data:
                    continue
                answer = self._ask(data[MIME])
                if "error" in answer:
                    fault = faults.sentence("ValueError", answer["error"])
                    found.append(f"{faults.place(task, index)}: {fault}")
                else:
                    data[MIME] = answer
        return found

    def _ask(self, chart: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            if self._process is None:
                self._process = READY.pop() if READY else started(self._variables)
            assert self._process.stdin and self._process.stdout
            try:
                print(json.dumps(chart), file=self._process.stdin, flush=True)
                answer = self._process.stdout.readline()
            except BrokenPipeError:
                answer = ""
        if not answer:
            return {"error": "the process that draws charts has ended (out of memory?)"}
        known: dict[str, Any] = json.loads(answer)
        return known
