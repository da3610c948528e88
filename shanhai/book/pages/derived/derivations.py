"""How every derived figure was made: the ``{derivations}`` directive, in any builder.

One row for each: the figure as shown, its formula in words and in numbers with each figure linked to the
evidence, the bounds, the chapter and the cell that made it. Figures in prose lead here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from shanhai.book import context
from shanhai.book.pages.derived.formulas import Writer, resolve
from shanhai.book.pages.derived.role import DERIVATIONS, DERIVED, anchor, glued
from shanhai.book.pages.evidence import page_name, page_order
from shanhai.evidence.derivation import Derivation

logger = logging.getLogger(__name__)


class derivations(nodes.General, nodes.Element):  # noqa: N801 - docutils nodes are named so
    """The place of the rows, until all notebooks have been read."""


class DerivationsDirective(SphinxDirective):
    """``{derivations} notebook …``: the rows of these notebooks, or of all."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the place of the rows."""
        chosen = self.arguments[0].split() if self.arguments else ["*"]
        context.record(self.env, DERIVATIONS).setdefault(self.env.docname, []).extend(chosen)
        context.words(self.env)
        return [derivations(pages=chosen, docname=self.env.docname)]


class Derivations(SphinxPostTransform):
    """Put the rows in their place."""

    default_priority = 4

    def run(self, **kwargs: Any) -> None:
        """Replace each place by a table for each notebook."""
        for place in list(self.document.findall(derivations)):
            tables = [
                node
                for page in _pages(self.env, place["pages"])
                for node in _table(self.env, self.env.docname, page)
            ]
            place.replace_self(
                tables or nodes.paragraph("", context.words(self.env)["derived"]["none"])
            )


def _pages(env: BuildEnvironment, chosen: Sequence[str]) -> list[str]:
    """Return the notebooks that have glued figures, in the book's order."""
    pages = [p for p in context.record(env, DERIVED) if p in chosen or "*" in chosen]
    return sorted(pages, key=page_order(env))


def _table(env: BuildEnvironment, docname: str, page: str) -> list[nodes.Node]:
    """Return the rows of one notebook below its title."""
    term, writer = context.words(env)["derived"], Writer.on(env)
    made = [each for each in glued(env, page).values() if each.formula]
    if not made:
        return []
    header = [term["figure"], term["making"], term["bounds_title"]]
    rows = [_row(env, writer, page, each) for each in made]
    table = context.table(header, rows, widths=[18, 52, 30], classes=["derivations"])
    resolve(env, docname, table)
    return [nodes.rubric("", page_name(env, page), **{"heading-level": 2}), table]


def _row(
    env: BuildEnvironment, writer: Writer, page: str, made: Derivation
) -> Sequence[Sequence[nodes.Node]]:
    """Return the cells of one figure."""
    term = context.words(env)["derived"]
    label = anchor(page, made.key)
    figure = nodes.paragraph("", "", nodes.strong("", made.text), ids=[label])
    key = nodes.paragraph("", "", nodes.literal("", made.key), classes=["claim-id"])
    making = [nodes.paragraph("", "", *writer.in_words(made.formula))]
    numbers = writer.in_numbers(made)
    if numbers:
        making.append(nodes.paragraph("", "", *numbers, classes=["facts"]))
    where = nodes.paragraph("", term["cell"].format(cell=made.cell), classes=["facts"])
    bounds = writer.bounds(made) or (term["exact"] if made.value else term["worded"])
    return [[figure, key], making, [nodes.paragraph("", bounds), where]]


def _say_words(app: Sphinx, env: BuildEnvironment) -> None:
    """Say which texts were glued without a quantity: they should be words."""
    bare = [
        f"{page}#{key}"
        for page in sorted(context.record(env, DERIVED))
        for key, made in glued(env, page).items()
        if not made.formula
    ]
    if bare:
        logger.info("glued without a quantity, as words: %s", ", ".join(bare))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_node(derivations)
    app.add_directive("derivations", DerivationsDirective)
    app.add_post_transform(Derivations)
    app.connect("env-check-consistency", _say_words)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
