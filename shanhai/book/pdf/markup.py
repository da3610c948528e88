"""Values written in Typst's language."""

from __future__ import annotations

from collections.abc import Iterable

from shanhai.book.pdf.upstream import escape_str


def array(items: Iterable[object]) -> str:
    """Return an array of values that are written already."""
    return "(" + "".join(f"{item}, " for item in items) + ")"


def string(text: str | None) -> str | None:
    """Return a text as a string, None as None."""
    return None if text is None else str(escape_str(text))


def flag(value: object) -> str:
    """Return whether a value is true."""
    return "true" if value else "false"
