"""Programs of this package, started as processes of their own: where Python finds the package then."""

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
