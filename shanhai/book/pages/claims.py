"""Figures in prose: the ``claim`` role, and what is said beside each.

``{claim}`all-aid` `` prints a figure as the article prints it, or as the book's language does, linked to
its row in the evidence ledger. No figure is typed into prose, so a change of the ledger reaches every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from shanhai import formats
from shanhai.book import context
from shanhai.evidence.ledger import Claim, Ledger


def anchor(claim_id: str) -> str:
    """Return the label of a claim's row in the evidence ledger."""
    return f"claim-{claim_id}"


def reference(claim_id: str, text: str, docname: str) -> nodes.inline:
    """Return an inline link to the evidence row of a claim."""
    return row_reference(anchor(claim_id), text, docname, "claim")


def row_reference(label: str, text: str, docname: str, kind: str) -> nodes.inline:
    """Return an inline link to a row of the ledger, of the class ``kind``.

    The label is resolved by Sphinx's standard domain, so a book without a page of such rows fails.
    """
    xref = addnodes.pending_xref(
        "",
        nodes.inline(text, text),
        refdomain="std",
        reftype="ref",
        refexplicit=True,
        refwarn=True,
        reftarget=label,
        refdoc=docname,
    )
    return nodes.inline("", "", xref, classes=[kind])


class ClaimRole(SphinxRole):
    """``{claim}`id` ``: a claim's figure in the book's language, linked to its evidence row."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or an error that names the id and the file to look in."""
        ledger = context.ledger(self.env)
        row_id = self.text.strip()
        claim = ledger.claims.get(row_id)
        if claim is None:
            return context.refused(self, context.unknown(self.env, "claim", row_id, ledger.claims))
        text = context.wording(self.env).printed(claim)
        return [reference(claim.id, text, self.env.docname)], []


def card(ledger: Ledger, claim: Claim, env: BuildEnvironment) -> dict[str, str]:
    """Return what is said beside a claim: its meaning, where it stands, how exact it is."""
    lang, term = context.language(env), context.words(env)
    place = term["place_format"].format(
        section=ledger.label("sections", claim.section, lang, column="label"),
        paragraph=claim.paragraph,
        offset=claim.offset,
    )
    exact = term["printed_as"].format(claim.token)
    if claim.qualifier != "exact":
        exact += term["sep"] + ledger.code("qualifier", claim.qualifier, lang)
    if not claim.interval.is_exact:
        divisor, scale = formats.common_scale([claim.interval], context.locale(env))
        low, high = (
            _bound(bound / divisor, env) for bound in (claim.interval.low, claim.interval.high)
        )
        unit = context.wording(env).unit(claim.unit)
        if scale and unit.startswith(" "):
            scale = f" {scale}"
        exact += term["sep"] + term["between"].format(low=low, high=high, unit=scale + unit)
    return {"meaning": getattr(claim, f"description_{lang}"), "place": place, "exact": exact}


def _bound(value: Fraction, env: BuildEnvironment) -> str:
    """Return a bound to its last place: it lies one beyond the printed ones."""
    places = next((p for p in range(12) if (value * 10**p).denominator == 1), 12)
    return formats.format_fixed(value, places, context.locale(env))


def _gather(app: Sphinx, doctree: nodes.document) -> None:
    """Give each claim of a page its card and its anchor."""
    env = app.env
    found: dict[str, int] = {}
    for node, claim_id in linked(doctree):
        ledger = context.ledger(env)
        found[claim_id] = found.get(claim_id, 0) + 1
        node["card"] = card(ledger, ledger.claims[claim_id], env)
        # A copy of a chart on another page is no place of its own.
        node["use"] = (env.docname, f"use-{claim_id}-{found[claim_id]}")


def linked(doctree: nodes.document) -> Iterator[tuple[nodes.inline, str]]:
    """Yield the claims of a page that is being read: the node, and the claim's id."""
    for node in doctree.findall(nodes.inline):
        xref = next(iter(node.findall(addnodes.pending_xref)), None)
        if "claim" in node["classes"] and xref is not None:
            yield node, xref["reftarget"].removeprefix(anchor(""))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role and the cards."""
    app.add_role("claim", ClaimRole())
    app.connect("doctree-read", _gather)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
