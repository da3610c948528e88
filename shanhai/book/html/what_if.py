"""What if a figure were another? Above the table of identities, in HTML: ``what-if.js`` judges them again.

A reader chooses a figure and moves it within what its printing allows, or types what might have been printed.
Nothing is stored, and one press puts everything back. Without scripts, and outside HTML, there is nothing.
"""

from __future__ import annotations

from fractions import Fraction
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from shanhai import formats
from shanhai.book import context
from shanhai.book.pages.html_only import WebOnly, load_where, script_data
from shanhai.book.pages.identities import SIGNS
from shanhai.evidence.expression import names
from shanhai.evidence.interval import magnitude
from shanhai.evidence.ledger import Claim

FILES = ("what-if.js", "what-if.css")


class what_if(WebOnly):  # noqa: N801 - docutils nodes are named so
    """The place where a figure is changed; ``known`` is what the script is told."""


class OfferWhatIf(SphinxPostTransform):
    """Put the place before the first table of identities: it is for all rows of the page."""

    default_priority = 5
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Insert the place."""
        tables = (t for t in self.document.findall(nodes.table) if "reconciliation" in t["classes"])
        if table := next(tables, None):
            table.parent.insert(table.parent.index(table), what_if(known=_known(self.env)))


def _known(env: BuildEnvironment) -> dict[str, Any]:
    """Return the identities, and the figures they use as printed."""
    ledger, lang, wording = context.ledger(env), context.language(env), context.wording(env)
    identities = [each for each in ledger.identities if each.comparable == "yes"]
    used = dict.fromkeys(n for each in identities for n in names(each.left) + names(each.right))
    claims = (ledger.claims[name] for name in used)
    return {
        "identities": [[each.id, each.left, each.operator, each.right] for each in identities],
        "claims": {
            claim.id: {
                "token": wording.printed(claim),
                "meaning": getattr(claim, f"description_{lang}"),
                "value": str(claim.value),
                "scale": claim.scale,
                "shift": _shift(claim, context.locale(env)),
                "qualifier": claim.qualifier,
                "year": claim.unit == "date",
            }
            for claim in claims
        },
        "verdicts": {code: row[lang] for code, row in ledger.codes["verdict"].items()},
        "signs": SIGNS,
        "language": context.name(env.config).tag,
        "words": context.words(env)["what_if"],
    }


def _shift(claim: Claim, locale: str) -> int:
    """Return by how many places the point stands further left than the article prints it.

    141.08亿 is 14.108 billion, and 7.92万 is 79,200.
    """
    if locale.startswith("zh"):
        return 0
    divisor, _ = formats.common_scale([claim.interval], locale)
    return magnitude(Fraction(divisor, claim.scale))


def visit(self: HTML5Translator, node: what_if) -> None:
    """Write the place; the script shows it."""
    term = {key: escape(text) for key, text in node["known"]["words"].items()}
    self.body.append(
        f'<form class="what-if no-print" aria-label="{term["title"]}" hidden>'
        f"{script_data(node['known'])}\n"
        f"<p><strong>{term['title']}</strong> {term['hint']}</p>\n"
        f'<p class="fields"><label>{term["figure"]} <select name="figure"></select></label>\n'
        f'<label>{term["value"]} <input name="value" inputmode="decimal" autocomplete="off"'
        ' maxlength="15" size="10"></label>\n'
        f'<label>{term["within"]} <input name="within" type="range" min="0" max="100"></label>\n'
        f'<button type="reset">{term["reset"]}</button></p>\n'
        '<p class="outcome" role="status"></p></form>\n'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Put the place before the tables, with its script and its styles."""
    app.add_node(what_if, html=(visit, None))
    app.add_post_transform(OfferWhatIf)
    for file in FILES:
        load_where(app, file, lambda doctree: any(doctree.findall(what_if)))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
