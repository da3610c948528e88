"""Strings of Python, from what stands between their quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator


def string(text: str, kind: str) -> str:
    """Return a text as a string (``kind`` is ``string``) or an ``f-string`` of Python, in quotes.

    Quotes within the text need no care; those of the other kind stand within an f-string's braces.
    """
    if kind == "string":
        return f'"{_escaped(text, chr(34))}"'
    parts = list(_parts(text))
    held = "".join(part for part in parts if part.startswith("{") and not part.startswith("{{"))
    quote = "'" if '"' in held else '"'
    written = (
        part if part.startswith("{") and not part.startswith("{{") else _escaped(part, quote)
        for part in parts
    )
    return f"f{quote}{''.join(written)}{quote}"


def _escaped(text: str, quote: str) -> str:
    """Return a text in which this quote, and a line's end, cannot end the string."""
    return re.sub(rf"(?<!\\)((?:\\\\)*){quote}", rf"\1\\{quote}", text).replace("\n", "\\n")


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of an f-string: text, or an expression with its braces."""
    start, depth, position = 0, 0, 0
    while position < len(text):
        character = text[position]
        if not depth and text[position : position + 2] in {"{{", "}}"}:
            position += 2
            continue
        if character == "{":
            if not depth and position > start:
                yield text[start:position]
                start = position
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            if not depth:
                yield text[start : position + 1]
                start = position + 1
        position += 1
    if start < len(text):
        yield text[start:]
