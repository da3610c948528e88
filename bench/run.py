"""Run a command and measure it: seconds, processor time, and the peak memory of it and all it starts."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY = 0.2
"""Seconds between two looks at the memory; the same for all that is compared."""


@dataclass(frozen=True)
class Run:
    """What one command took: seconds on the clock, seconds of all processors, bytes."""

    seconds: float
    cpu: float
    memory: int


def interpreter() -> str:
    """Return the Python that both sides run in: one of the book's lock alone, which ``make bench`` makes."""
    return os.environ.get("SHANHAI_BENCH_PYTHON") or sys.executable


class RunError(Exception):
    """A command that is measured failed; the message holds the end of what it said."""


def run(command: Sequence[str], tree: Path) -> Run:
    """Run ``command`` in ``tree``, with the package as it stands there."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    log = tree.parent / f"{tree.name}.log"
    with log.open("wb") as file:
        started, before = time.monotonic(), os.times()
        process = psutil.Popen(
            command, cwd=tree, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
        peak = 0
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired):
                code = process.wait(timeout=_EVERY)
                break
            peak = max(peak, _memory(process))
        seconds, after = time.monotonic() - started, os.times()
    if code:
        raise RunError(log.read_text("utf-8", "replace")[-1500:])
    cpu = after.children_user + after.children_system
    return Run(seconds, cpu - before.children_user - before.children_system, peak)


def _memory(process: psutil.Process) -> int:
    """Return the memory of a process and all its children; pages they share count once on Linux."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                info = each.memory_full_info()
                total += getattr(info, "pss", info.rss)
    return total


def ours(tree: Path, *options: str) -> Run:
    """Build the book in ``tree``."""
    return run([interpreter(), "-m", "shanhai", "build", *options, "."], tree)


def stock(tree: Path, *options: str) -> Run:
    """Build ``tree`` with Jupyter Book's own command."""
    command = str(Path(interpreter()).with_name("jupyter-book"))
    return run([command, "build", *options, "."], tree)
