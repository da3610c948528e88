"""Put a folder in the place of another in one step, so that there is always one to read."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

_CANNOT = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM}
"""The file system or the kernel knows no exchange."""


def exchange(fresh: Path, target: Path) -> None:
    """Make ``fresh`` the folder ``target``; what was there is in ``fresh`` afterwards, if anything.

    Linux and macOS exchange two folders at once. Elsewhere, and on file systems that cannot, it takes
    two steps, with the old folder beside the target between them.

    Raises:
        OSError: neither was possible; ``target`` is as it was.
    """
    if not target.exists():
        fresh.rename(target)
        return
    if _swap(fresh, target):
        return
    aside = _aside(target)
    shutil.rmtree(aside, ignore_errors=True)
    target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        aside.rename(target)
        raise
    aside.rename(fresh)


def restore(target: Path) -> None:
    """Put back what stood at ``target`` if an exchange in two steps was killed between them."""
    if not target.exists() and _aside(target).exists():
        _aside(target).rename(target)


def _aside(target: Path) -> Path:
    return target.with_name(f"{target.name}.old")


def _swap(one: Path, other: Path) -> bool:
    """Exchange two paths; return False where that cannot be done."""
    if sys.platform == "win32":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):
        here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE: linux/fs.h
        failed = library.renameat2(here, names[0], here, names[1], swap)
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, 2)  # RENAME_SWAP: sys/stdio.h
    else:
        return False
    if failed and (code := ctypes.get_errno()) not in _CANNOT:
        raise OSError(code, os.strerror(code), str(other))
    return not failed
