"""What docutils, MyST-NB and authors put into a tree, in markup of our own.

Widths of table columns are classes, for a strict Content-Security-Policy forbids ``style`` attributes.
Folded code is a plain disclosure element, and stands among the tools of the chart it draws. Chinese words on
the pages of another language are marked as such: so they are read aloud and set.
"""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from shanhai.book import context

_HAN = "\\u3400-\\u9fff"
_CHINESE = re.compile(rf"([\d.]*[{_HAN}](?:[\u3000-\u303f{_HAN}\uff00-\uffef\d.·]*[{_HAN}）》])?)")
"""A run of Chinese, with numbers and punctuation between its characters."""

LANGUAGE = "language-zh-CN"
"""The class that docutils writes as the attribute ``lang``."""


def column_rules() -> str:
    """Return the style sheet of the widths of columns."""
    return "".join(f".w-{share}{{width:{share}%}}" for share in range(1, 101)) + "\n"


def _visit_column(self: HTML5Translator, node: nodes.colspec) -> None:
    type(self).visit_colspec(self, node)


def _depart_column(self: HTML5Translator, node: nodes.colspec) -> None:
    """Write all columns of a table at its last, as docutils does."""
    if isinstance(node.next_node(descend=False, siblings=True), nodes.colspec):
        return
    if "colwidths-given" not in node.parent.parent["classes"]:
        return
    total = sum(column["colwidth"] for column in self.colspecs)
    self.body.append("<colgroup>")
    for column in self.colspecs:
        share = max(1, round(100 * column["colwidth"] / total))
        self.body.append(f'<col class="w-{share}">')
    self.body.append("</colgroup>\n")


def _open_fold(self: HTML5Translator, node: nodes.Element) -> None:
    texts = "".join(
        f'<span class="{kind}">{escape(node[prompt])}</span>'
        for kind, prompt in (("folded", "prompt_show"), ("unfolded", "prompt_hide"))
    )
    self.body.append(f'<details class="code"><summary>{texts}</summary>\n')


def _close_fold(self: HTML5Translator, node: nodes.Element) -> None:
    self.body.append("</details>\n")


def _move_folds(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a cell's folded code into the chart that it draws, before the chart's own writer comes."""
    if app.builder.format != "html":
        return
    for fold in list(doctree.findall(HideCodeCellNode)):
        charts = [figure for figure in fold.parent.findall(nodes.figure) if "chart" in figure]
        if charts:
            fold.parent.remove(fold)
            charts[-1] += fold


def _mark_chinese(app: Sphinx, doctree: nodes.document, docname: str) -> None:
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
    """Take the place of the writers, and mark what is Chinese when all else of a page is settled."""
    app.add_node(nodes.colspec, override=True, html=(_visit_column, _depart_column))
    app.add_node(HideCodeCellNode, override=True, html=(_open_fold, _close_fold))
    app.connect("doctree-resolved", _move_folds)
    app.connect("doctree-resolved", _mark_chinese, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
