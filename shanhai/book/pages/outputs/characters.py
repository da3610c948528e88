"""Characters that no page should hold: control characters, and what terminals make of them.

A program that writes to a terminal colours its text by escape sequences and draws its progress over itself
with carriage returns. Pages keep the colours of a cell's output, which MyST-NB turns into classes; all other
sequences and controls are dropped, and of a line that was drawn over itself the last state stays.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ANSI = "myst-ansi"
"""The language of a block in which MyST-NB shows colours."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]"
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_DRAWN_OVER = re.compile(r"[^\n]*\r(?!\n)(?=[^\n])")
_BACKSPACE = re.compile("[^\x08\n]\x08")


def clean(text: str, *, keep_colours: bool = False) -> str:
    """Return ``text`` without escape sequences and control characters; line ends and tabs stay.

    With ``keep_colours`` the sequences that only set colour and weight stay too.
    """
    if not _CONTROL.search(text):
        return text
    text = _DRAWN_OVER.sub("", text.replace("\r\n", "\n"))
    while "\x08" in text and text != (shorter := _BACKSPACE.sub("", text)):
        text = shorter
    if not keep_colours:
        return _CONTROL.sub("", _SEQUENCE.sub("", text))
    parts = _COLOUR.split(text)
    codes = [*_COLOUR.findall(text), ""]
    return "".join(clean(part) + code for part, code in zip(parts, codes, strict=True))


class DropControls(SphinxTransform):
    """Drop them from every text of a page as it is read."""

    default_priority = 190

    def apply(self) -> None:
        """Rewrite the texts that hold any."""
        for text in list(self.document.findall(nodes.Text)):
            parent = text.parent
            if isinstance(parent, nodes.raw):
                continue
            coloured = isinstance(parent, nodes.literal_block) and parent.get("language") == ANSI
            cleaned = clean(text.astext(), keep_colours=coloured)
            if cleaned != text.astext():
                parent.replace(text, nodes.Text(cleaned))
                if isinstance(parent, nodes.literal_block):
                    parent.rawsource = cleaned  # Sphinx highlights a block only if they agree


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(DropControls)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
