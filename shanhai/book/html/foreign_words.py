"""Chinese words on the pages of another language, marked as such: so they are read aloud and set."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

from shanhai.book import context

_HAN = "\\u3400-\\u9fff"
_CHINESE = re.compile(rf"([\d.]*[{_HAN}](?:[\u3000-\u303f{_HAN}\uff00-\uffef\d.·]*[{_HAN}）》])?)")
"""A run of Chinese, with numbers and punctuation between its characters."""

LANGUAGE = "language-zh-CN"
"""The class that docutils writes as the attribute ``lang``."""


def _mark(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if app.builder.format != "html" or context.name(app.config).code == "zh":
        return
    for text in list(doctree.findall(nodes.Text)):
        parts = _CHINESE.split(text.astext())
        if len(parts) == 1 or isinstance(text.parent, nodes.literal | nodes.FixedTextElement):
            continue
        # Every other part is Chinese: what the expression took in brackets.
        new = [
            nodes.inline("", part, classes=[LANGUAGE]) if number % 2 else nodes.Text(part)
            for number, part in enumerate(parts)
            if part
        ]
        text.parent.replace(text, new)


def setup(app: Sphinx) -> dict[str, bool]:
    """Mark what is Chinese when all else of a page is settled."""
    app.connect("doctree-resolved", _mark, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
