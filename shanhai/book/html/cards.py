"""What a figure says of itself in the page: ``claims.js`` shows it beside the figure.

A claim says what it means, where it stands and how exact it is. A derived figure says how it was made, in
words and in numbers, which figures it rests on, and which cell made it.
"""

from __future__ import annotations

import json
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from shanhai.book import context
from shanhai.book.pages.derived.formulas import Writer, address
from shanhai.book.pages.derived.role import glued_one
from shanhai.book.pages.evidence import page_name
from shanhai.book.pages.html_only import load_where


class DerivedCards(SphinxPostTransform):
    """Give each derived figure of a page its card, before its own link is made."""

    default_priority = 4
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Write formula, bounds, place and inputs beside each figure."""
        term = None
        for node in self.document.findall(nodes.inline):
            if "derived" not in node:
                continue
            page, key = node["derived"]
            made = glued_one(self.env, page, key)
            if made is None or not made.formula:
                continue
            if term is None:
                term, writer = context.words(self.env), Writer.on(self.env)
            said, numbers = (
                "".join(part.astext() for part in written)
                for written in (writer.in_words(made.formula), writer.in_numbers(made))
            )
            exact = term["sep"].join(filter(None, (numbers, writer.bounds(made))))
            place = term["derived"]["made_in"].format(
                page=page_name(self.env, page), cell=made.cell
            )
            inputs = [
                [text, address(self.env, self.env.docname, f"{kind}-{each}")]
                for kind, each, text in writer.inputs(made.formula)
            ]
            node["card"] = {"meaning": said, "exact": exact, "place": place}
            node["card"]["inputs"] = json.dumps(inputs, ensure_ascii=False)


def visit_inline(self: HTML5Translator, node: nodes.inline) -> None:
    """Write a figure with what its card says; other marked text as Sphinx does."""
    if "card" not in node:
        type(self).visit_inline(self, node)
        return
    said = {f"data-{key}": text for key, text in node["card"].items()}
    page, name = node.get("use", ("", ""))
    ids = [name] if name and page == self.builder.current_docname else []
    self.body.append(self.starttag(node, "span", "", ids=ids, **said))


def depart_inline(self: HTML5Translator, node: nodes.inline) -> None:
    """Close a figure, or other marked text."""
    if "card" in node:
        self.body.append("</span>")
    else:
        type(self).depart_inline(self, node)


def _has_cards(doctree: nodes.document) -> bool:
    return any("card" in node for node in doctree.findall(nodes.inline))


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the cards with the figures, and load the script where there are any."""
    app.add_node(nodes.inline, override=True, html=(visit_inline, depart_inline))
    app.add_post_transform(DerivedCards)
    load_where(app, "claims.js", _has_cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
