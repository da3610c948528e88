"""Line breaks in the source of Chinese text are not spaces in print.

Markdown turns a line break within a paragraph into a space. Chinese is written without spaces, so the
break is dropped where a Chinese character or a full-width mark stands on a side of it where a space
would show. (CSS has ``text-spacing`` for this in no browser yet, and the PDF needs it too.)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_MARK = "\u3000-\u303f\uff00-\uffef\u2014\u2018-\u201d\u2026"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"

#: A break beside a full-width mark, or between two Chinese characters.
_BREAK = re.compile(rf"(?<=[{_MARK}])\n|\n(?=[{_MARK}])|(?<=[{_HAN}])\n(?=[{_HAN}])")


class JoinLines(SphinxTransform):
    """Drop the line breaks of Chinese paragraphs."""

    default_priority = 200

    def apply(self) -> None:
        """Rewrite the text nodes of every paragraph that holds a break."""
        for text in list(self.document.findall(nodes.Text)):
            if "\n" not in text or isinstance(text.parent, nodes.FixedTextElement | nodes.raw):
                continue
            joined = _BREAK.sub("", text.astext())
            if joined != text.astext():
                text.parent.replace(text, nodes.Text(joined))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(JoinLines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
