"""Ids of headings that hold on to their text, whatever is written before them.

docutils makes an id of a heading's ASCII letters, and counts those that have none: a new heading in Chinese
would move the address of all that follow, and links from elsewhere would lead astray.
"""

from __future__ import annotations

import hashlib

from docutils import nodes
from sphinx.application import Sphinx

_of_ascii = nodes.make_id


def make_id(string: str) -> str:
    """Return what docutils makes of ``string``, and a short digest if it has letters beyond ASCII."""
    if not any(letter.isalpha() and not letter.isascii() for letter in string):
        return _of_ascii(string)
    digest = hashlib.sha256(string.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{_of_ascii(string) or 'h'}-{digest}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Let docutils make ids so; it offers no setting."""
    nodes.make_id = make_id
    return {"parallel_read_safe": True, "parallel_write_safe": True}
