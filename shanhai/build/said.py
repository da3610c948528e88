"""What Sphinx and its extensions say: kept whole, its progress passed on, its faults told apart."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

from sphinx.errors import SphinxError

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_PROGRESS = re.compile(
    r"\[\d+/\d+\] |\d+ of \d+ notebooks executed|no notebook |note: |no report: "
)
_WARNING = re.compile(r"\b(?:WARNING|ERROR|CRITICAL|SEVERE): ")


class Said:
    """Two streams for one run of Sphinx: ``status`` and ``warnings``."""

    def __init__(self, say: Callable[[str], None] | None) -> None:
        self._all: list[str] = []
        self.status = _Stream(self._all, say)
        self.warnings = _Stream(self._all, None)

    @property
    def text(self) -> str:
        """Everything, in the order in which it was said, without colours."""
        return _ANSI.sub("", "".join(self._all))

    def faults(self, root: Path, result: Exception | int) -> list[str]:
        """Return each fault once: warnings, errors, and what ended the run, paths as seen from the book."""
        lines = _ANSI.sub("", self.warnings.getvalue()).splitlines()
        found = []
        for line, after in zip(lines, [*lines[1:], ""], strict=True):
            if _WARNING.search(line):  # docutils gives the reason on a line of its own
                more = line.endswith(":") and not _WARNING.search(after)
                found.append(f"{line} {after.strip()}" if more else line)
        if isinstance(result, SphinxError):
            found += str(result).splitlines()
        elif isinstance(result, Exception):
            found.append(f"{type(result).__name__}: {result}")
        told: dict[str, str] = {}
        for line in found:
            shown = line.replace(f"{root}{os.sep}", "").strip()
            # A fault of a whole page is said of no line: it is the page's first.
            shown = re.sub(r"^(\S[^:]*?\.(?:md|ipynb|rst))::? (?=WARNING|ERROR)", r"\1:1: ", shown)
            # Another builder, or another pass over the page, says the same again.
            told.setdefault(_WARNING.sub("", shown), shown)
        return list(told.values())


class _Stream(io.StringIO):
    """A stream that is kept together with another; ``say`` is given the lines of progress."""

    def __init__(self, together: list[str], say: Callable[[str], None] | None) -> None:
        super().__init__()
        self._together = together
        self._say = say

    def write(self, text: str) -> int:
        """Keep ``text``."""
        self._together.append(text)
        for line in _ANSI.sub("", text).splitlines():
            if self._say and _PROGRESS.match(line):
                self._say(f"      {line}")
        return super().write(text)
