"""Programs of this package, started as processes of their own: their environment, and how many at a time."""

from __future__ import annotations

import os
from pathlib import Path


def python_path() -> str:
    """Return the ``PYTHONPATH`` on which a process that is started finds this package first."""
    package = str(Path(__file__).parents[1])
    own = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join([package, *filter(None, own)])


def variables() -> dict[str, str]:
    """Return the environment of a program of this package."""
    return {**os.environ, "PYTHONPATH": python_path(), "PYTHONUTF8": "1"}


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
