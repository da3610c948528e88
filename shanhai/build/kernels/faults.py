"""What went wrong in a notebook, in one line: file, line, cell, the true words, and the way out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from nbclient.exceptions import CellExecutionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

    from shanhai.build.kernels.task import Task

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r"Cell In ?\[\d+\], line (\d+)")
_LONGEST = 600
"""Characters of an exception's words that are said; the log has them all."""


def plain(text: str) -> str:
    """Return text without the codes that colour it on a terminal."""
    return _ANSI.sub("", text)


def raised(task: Task, index: int, error: CellExecutionError) -> str:
    """Return the fault of a cell that raised, the traceback being kept in the logs.

    For an exception while a value is shown the kernel says no more than ``NoneType: None``; the true one
    is the last that the cell has put out.
    """
    name, words, trace = error.ename, error.evalue, plain(error.traceback)
    shown = [each for each in task.notebook.cells[index].outputs if each.output_type == "error"]
    if name == "NoneType" and shown:
        name, words, trace = _output(shown[-1])
    keep(task, trace)
    return f"{place(task, index, trace)}: {sentence(name, words)}"


def unreadable(name: str, error: Exception) -> str:
    """Return the fault of a page that cannot be read as a notebook; MyST-NB's words name the line."""
    line = re.search(r"\bline (\d+)", str(error))
    words = re.search(r"msg='([^']*)'", str(error))
    return f"{name}:{line[1] if line else 1}: {_one_line(words[1] if words else str(error))}"


def passed_over(task: Task) -> list[str]:
    """Return the faults of a notebook that ran to its end: errors while showing, words on stderr."""
    found = []
    for index, cell in enumerate(task.notebook.cells):
        if cell.cell_type != "code":
            continue
        tags = cell.metadata.get("tags", [])
        for output in cell.outputs:
            if output.output_type == "error" and not (
                task.allow_errors or "raises-exception" in tags
            ):
                name, words, trace = _output(output)
                keep(task, trace)
                found.append(f"{place(task, index, trace)}: {sentence(name, words)}")
        told = "".join(each.text for each in cell.outputs if each.get("name") == "stderr")
        if (
            task.stderr_is_fault
            and told.strip()
            and not {"remove-stderr", "remove-output"} & {*tags}
        ):
            found.append(
                f"{place(task, index)}: on stderr: {_one_line(told)} "
                "(mend it, or give the cell the tag remove-stderr)"
            )
    return found


def place(task: Task, index: int, trace: str = "") -> str:
    """Return ``FILE:LINE: cell N`` of a cell, the line that of the source file.

    The line is that of the last frame in the notebook, or the cell's first. Jupyter's own format has no
    lines that a reader would look for: there it is ``FILE: cell N, line L``.
    """
    cells = task.notebook.cells
    number = sum(cell.cell_type == "code" for cell in cells[: index + 1])
    source = cells[index].source.splitlines()
    frames = _FRAME.findall(trace)
    within = int(frames[-1]) if frames else 1
    if frames:  # IPython leaves out a cell's first lines where they are empty.
        within += next((number for number, line in enumerate(source) if line.strip()), 0)
    starts = task.notebook.metadata.get("source_map")
    if not starts:
        return f"{task.name}:1: cell {number}, line {within}"
    line = starts[index]
    lines = task.path.read_text("utf-8-sig").splitlines()
    # The map points at the fence's first line; options may stand before the code.
    for start in range(line, len(lines)):
        if lines[start : start + len(source)] == source:
            line = start
            break
    return f"{task.name}:{line + within}: cell {number}"


def keep(task: Task, text: str) -> None:
    """Keep a traceback where the developer finds it."""
    log = task.root / "_build" / "logs" / f"{Path(task.name).stem}.traceback.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(text, "utf-8")


def _output(output: NotebookNode) -> tuple[str, str, str]:
    return output.ename, output.evalue, plain("\n".join(output.traceback))


def sentence(name: str, words: str) -> str:
    """Return an exception's kind and words in one line."""
    # Python gives a cell a file name of its own.
    said = _one_line(re.sub(r" \([\w-]+\.py, line \d+\)$", "", words))
    return f"{name}: {said}" if said else name


def _one_line(text: str) -> str:
    line = " ".join(_parts(plain(text)))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"


def _parts(text: str) -> Iterator[str]:
    """Yield the words of a message, without the code and the files that a warning or traceback quotes."""
    quoting = False
    for line in text.splitlines():
        if quoting and line.startswith("  "):
            continue
        warned = re.fullmatch(r"\S+\.py:\d+: (\w+: .*)", line)
        traced = line.startswith("Traceback (most recent call last)")
        quoting = traced or bool(warned)
        if not traced:
            yield from (warned[1] if warned else line).split()
