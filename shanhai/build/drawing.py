"""The charts of a notebook that has been executed get their pictures, which are kept with its results.

One process draws for all kernels: each would take a second and a hundred megabytes to get ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shanhai.build import faults
from shanhai.charts.mime import MIME
from shanhai.charts.pictures import drawn

if TYPE_CHECKING:
    from shanhai.build.kernels import Task


def draw(task: Task) -> list[str]:
    """Draw a notebook's charts in place; return a line for each that cannot be drawn."""
    found = []
    for index, cell in enumerate(task.notebook.cells):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if MIME not in data:
                continue
            try:
                data[MIME] = drawn(data[MIME])
            except ValueError as error:
                found.append(
                    f"{faults.place(task, index)}: {faults.sentence('ValueError', str(error))}"
                )
    return found
