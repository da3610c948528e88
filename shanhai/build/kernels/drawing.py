"""The charts of a notebook that has been executed get their pictures, which are kept with its results.

One process draws for all kernels: each would take a second and a hundred megabytes to get ready. It ends
with the execution, and what it holds with it; while a book is served, the next one is kept ready.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Self

from shanhai.build.kernels import faults
from shanhai.build.kernels.ready import Process, Ready
from shanhai.charts.mime import MIME
from shanhai.programs import variables

if TYPE_CHECKING:
    from shanhai.build.kernels.task import Task


READY = Ready(["-m", "shanhai.charts.pictures"], variables)


class Drawer:
    """A process that draws charts, started when the first is there."""

    def __init__(self) -> None:
        self._process: Process | None = None
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
                self._process = READY.take()
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
