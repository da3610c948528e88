"""Markup that was not set, as it was written in a way that Markdown takes for plain text.

A formula in dollar signs, a mark without its footnote, a role parted from its text, strong words whose stars
touch Chinese punctuation: they would be printed as they stand. Each is refused with the way to write it.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from shanhai.book import context
from shanhai.book.pages.outputs.maths import placed
from shanhai.book.pages.outputs.raw_html import is_put_out

logger = logging.getLogger(__name__)

_NONE = "in backquotes if it is none"
_FORMULA = (
    r"\$\$[^\u3400-\u9fff]+?\$\$"
    r"|(?<![A-Za-z0-9$])\$(?![\s\d])[^$\n\u3400-\u9fff\uff00-\uffef]*?(?<![\s$])\$(?![\d$])"
)
UNSET = {
    re.compile(_FORMULA): f"is not set as a formula: write {{math}}`…`, or write it {_NONE}",
    re.compile(r"~~(?=\S)[^~]+~~"): f"strikes nothing out: take it away, or write it {_NONE}",
    re.compile(r"\[\^[^\]\s]+\]"): f"has no footnote: write one below, or write it {_NONE}",
    re.compile(r"\*\*(?!\s)[^*]+\*\*|\*\*(?=\S)"): (
        "has stars that make nothing bold: put a space outside them, or the punctuation; "
        f"or write it {_NONE}"
    ),
}
"""What markup looks like in a text, and what is said of it."""

_ROLE = re.compile(r"\{[a-z][\w:-]*\}(?=\s*$)")
_NOT_PROSE = (nodes.literal, nodes.FixedTextElement, nodes.raw, nodes.math, nodes.math_block)


class RefuseUnset(SphinxTransform):
    """Warn, which stops a build, of prose that looks like markup."""

    default_priority = 231

    def apply(self) -> None:
        """Look at each text of the page, save code and what cells put out."""
        for text in self.document.findall(nodes.Text):
            found = [
                f"{match[0]} {said}"
                for pattern, said in UNSET.items()
                if (match := pattern.search(text))
            ]
            after = text.next_node(descend=False, siblings=True)
            if isinstance(after, nodes.literal) and (match := _ROLE.search(text)):
                found.append(
                    f"{match[0]} stands apart from its text: write {match[0]}`text` in one"
                )
            if isinstance(after, nodes.math) and text.endswith("$"):
                found.append("$$…$$ within a line is no formula: write {math}`…`")
            if found and _is_prose(text):
                for said in found:
                    logger.warning("%s", said, location=placed(text.parent))


def _is_prose(text: nodes.Text) -> bool:
    return not is_put_out(text) and not any(
        isinstance(each, _NOT_PROSE) for each in context.upwards(text)
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(RefuseUnset)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
