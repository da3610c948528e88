"""The environment of a kernel: what could make a result differ between two machines is fixed."""

from __future__ import annotations

import os
from pathlib import Path

from shanhai.programs import python_path


def fixed() -> dict[str, str]:
    """Return the variables that every kernel is started with.

    Hashing, time zone and locale are fixed, so that the order of a set, a time or a sorted list
    cannot differ from one machine to another.
    """
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return variables | {
        "PYTHONPATH": python_path(),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }


def environment(folder: Path, data: Path, language: str) -> dict[str, str]:
    """Return the variables of one kernel.

    ``folder`` is its own scratch folder: what IPython and Jupyter keep in the user's home
    (start-up files, settings, history) neither changes a result nor has to be writable.
    """
    variables = fixed()
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        variables[name] = str(folder)
    variables.setdefault("SHANHAI_LOCALE", language)
    return variables | {"SHANHAI_DATA": str(data)}
