"""The reader's own copy of the article, opened in the page: the ``{open-article}`` directive.

The book holds no article. A reader who has its text opens it from the disk; ``article.js`` marks in it
every row of the ledger, links marks and rows both ways, and counts what is covered. The text stays in the
page: no request is made. Without scripts, and outside HTML, the directive leaves nothing.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from shanhai.book import context
from shanhai.book.pages.html_only import WebOnly, load_where, script_data
from shanhai.evidence.article import SIZE_LIMIT, UNCOUNTED
from shanhai.evidence.ledger import Ledger
from shanhai.numerals.finder import NUMERALS


class open_article(WebOnly):  # noqa: N801 - docutils nodes are named so
    """The place where the article is opened; ``known`` is what the script is told."""


class OpenArticleDirective(SphinxDirective):
    """``{open-article}``: a button that opens a text from the disk and marks the ledger in it."""

    def run(self) -> list[nodes.Node]:
        """Return the place with what the script needs to know of the ledger."""
        ledger = context.ledger(self.env)
        told = {
            **_known(ledger, context.language(self.env)),
            "words": context.words(self.env)["article"],
        }
        return [open_article(known=told)]


def _known(ledger: Ledger, lang: str) -> dict[str, Any]:
    """Return the edition, the rows with their places, and how characters are counted."""
    return {
        "sha256": ledger.edition.get("sha256", ""),
        "claims": [[c.id, c.offset, c.token] for c in ledger.claims.values()],
        "others": [
            [row.offset, row.token, ledger.code("reason", row.reason, lang)]
            for row in ledger.non_claims
        ],
        "uncounted": UNCOUNTED,
        "numerals": "".join(sorted(NUMERALS)),
        "limit": SIZE_LIMIT,
    }


def visit(self: HTML5Translator, node: open_article) -> None:
    """Write the place as the script finds it, so that nothing moves when it comes."""
    self.body.append(
        f'<div class="open-article needs-script">{script_data(node["known"])}\n'
        '<p><input type="file" id="article-file" accept=".txt,.md,text/plain" disabled>'
        f'<label for="article-file">{escape(node["known"]["words"]["open"])}</label></p>\n'
        '<p class="article-status" role="status"></p></div>\n'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and its script."""
    app.add_node(open_article, html=(visit, None))
    load_where(app, "article.js", lambda doctree: any(doctree.findall(open_article)))
    app.add_directive("open-article", OpenArticleDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
