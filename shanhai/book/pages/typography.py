"""Line breaks in the source of Chinese text are not spaces in print.

Markdown turns a line break within a paragraph into a space. Chinese is written without spaces, so the
break is dropped where a Chinese character or a full-width mark stands on a side of it where a space
would show. (CSS has ``text-spacing`` for this in no browser yet, and the PDF needs it too.)
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from shanhai.book import context

_MARK = "\u3000-\u303f\uff00-\uffef\u2014\u2018-\u201d\u2026"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"

_NO_SPACE = re.compile(rf"[{_MARK}]")
_CHINESE = re.compile(rf"[{_HAN}]")


class JoinLines(SphinxTransform):
    """Drop the line breaks of Chinese paragraphs; MyST keeps each as a text node of its own."""

    default_priority = 200

    def apply(self) -> None:
        """Rewrite the text nodes that hold a break, looking at what stands on either side."""
        if (
            context.language(self.env) != "zh"
        ):  # Elsewhere quotes and dashes have spaces beside them.
            return
        for text in list(self.document.findall(nodes.Text)):
            parent = text.parent
            if "\n" not in text or isinstance(parent, nodes.FixedTextElement | nodes.raw):
                continue
            at = parent.index(text)
            before = parent[at - 1].astext() if at else ""
            after = parent[at + 1].astext() if at + 1 < len(parent) else ""
            joined = _join(before[-1:] + text.astext() + after[:1])
            joined = joined[len(before[-1:]) : len(joined) - len(after[:1])]
            if joined != text.astext():
                parent.replace(text, nodes.Text(joined))


def _join(text: str) -> str:
    """Return ``text`` without the line breaks that Chinese print has no space for."""
    lines = text.split("\n")
    joined = lines[0]
    for line in lines[1:]:
        before, after = joined[-1:], line[:1]
        marked = _NO_SPACE.match(before) or _NO_SPACE.match(after)
        chinese = _CHINESE.match(before) and _CHINESE.match(after)
        joined += line if marked or chinese else f"\n{line}"
    return joined


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(JoinLines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
