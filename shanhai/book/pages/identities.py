"""The ``{reconciliation}`` directive: every identity with both sides, gap, verdict and explanation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from shanhai import formats
from shanhai.book import context
from shanhai.book.pages.claims import reference
from shanhai.book.pages.html_only import disclosure
from shanhai.evidence.firmness import Change, Firmness, firmness
from shanhai.evidence.interval import Interval
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.reconcile import Finding, reconcile

#: How the two sides stand to each other, by the relation that should hold and the verdict.
SIGNS = {
    "=": {"exact": "=", "within rounding": "≈", "inconsistent": "≠", "not comparable": "|"},
    ">=": {"exact": "≥", "within rounding": "≳", "inconsistent": "≱", "not comparable": "|"},
    "<=": {"exact": "≤", "within rounding": "≲", "inconsistent": "≰", "not comparable": "|"},
}


_ORDER = ("inconsistent", "not comparable", "within rounding", "exact")
"""What does not fit comes first."""

_HELD = _ORDER[2:]
"""Verdicts that nothing hangs on: their rows are folded on a page."""


class ReconciliationDirective(SphinxDirective):
    """Tables of identities, verdict first; those that hold are folded on a page.

    Option ``status``: ``accepted`` (the default), or ``proposed`` or ``declined`` of a drafted book.
    """

    option_spec = {"status": directives.unchanged_required}  # noqa: RUF012 - docutils reads it

    def run(self) -> list[nodes.Node]:
        """Return the tables."""
        ledger = context.ledger(self.env)
        term = context.words(self.env)
        header = [term[key] for key in ("verdict", "identity", "sides")]
        findings = reconcile(ledger, self.options.get("status", "accepted"))
        if not findings:
            return [nodes.paragraph("", term["no_identities"])]
        findings = sorted(findings, key=lambda finding: _ORDER.index(finding.verdict))

        def table(chosen: Sequence[Finding]) -> nodes.table:
            rows = [self._row(ledger, finding) for finding in chosen]
            return context.table(header, rows, widths=[22, 46, 32], classes=["reconciliation"])

        held = [finding for finding in findings if finding.verdict in _HELD]
        others = [finding for finding in findings if finding.verdict not in _HELD]
        fold = disclosure("", summary=term["held"].format(count=len(held)), classes=["folded"])
        fold += table(held)
        return ([table(others)] if others else []) + ([fold] if held else [])

    def _row(self, ledger: Ledger, finding: Finding) -> list[Sequence[nodes.Node]]:
        lang = context.language(self.env)
        identity = finding.identity
        context.anchor(self.env, f"identity-{identity.id}")
        title = nodes.paragraph(
            "",
            "",
            nodes.strong("", getattr(identity, f"title_{lang}")),
            ids=[f"identity-{identity.id}"],
        )
        if identity.status != "accepted":  # Whoever judges it has to name it.
            title += [nodes.Text(" "), nodes.literal("", identity.id)]
        used = nodes.paragraph("", "", classes=["facts"])
        for index, claim in enumerate(finding.claims):
            if index:
                used += nodes.Text(context.words(self.env)["comma"])
            figure = context.wording(self.env).printed(ledger.claims[claim])
            used += reference(claim, figure, self.env.docname)
        explanation = nodes.paragraph("", getattr(identity, f"explanation_{lang}"))
        sign = SIGNS[identity.operator][finding.verdict]
        place = min((ledger.claims[claim].place for claim in finding.claims), default=None)
        left, right = (
            self._amount(side, finding.unit, place) for side in (finding.left, finding.right)
        )
        sides = nodes.paragraph("", f"{left} {sign} {right}", classes=["sides"])
        gap = nodes.paragraph("", self._gap(finding, place), classes=["facts", "gap"])
        verdict = nodes.paragraph(
            "",
            "",
            nodes.inline(
                "",
                ledger.code("verdict", finding.verdict, lang),
                classes=["verdict", finding.verdict.replace(" ", "-")],
            ),
        )
        judged, held = [verdict], [sides, gap]
        if identity.reason:
            reason = ledger.code("scope_reason", identity.reason, lang)
            judged.append(nodes.paragraph("", reason, classes=["facts"]))
        firm = firmness(identity, ledger)
        if firm is not None:
            held.append(nodes.paragraph("", self._firm(ledger, firm), classes=["facts", "firm"]))
        return [judged, [title, used, explanation], held]

    def _amount(self, side: Interval, unit: str, place: Decimal | None) -> str:
        if unit == "date":
            return str(side.value)  # A year, whose digits no language groups.
        # As the prose has it, and as a reader who adds the printed figures finds it.
        return formats.format_scaled(side.value, context.locale(self.env), place=place)

    def _firm(self, ledger: Ledger, firm: Firmness) -> str:
        """Say which change of one printed figure would reverse a verdict."""
        term = context.words(self.env)
        if firm.smallest is None:
            return str(term["firm"]["none"])

        def said(change: Change) -> str:
            claim, wording = ledger.claims[change.claim], context.wording(self.env)
            after = wording.misprinted(claim, change.after)
            return str(term["firm"]["change"]).format(before=wording.printed(claim), after=after)

        text = str(term["firm"]["smallest"]).format(change=said(firm.smallest))
        digits = term["comma"].join(map(said, firm.misprints))
        ending = (
            term["firm"]["digit"].format(changes=digits) if digits else term["firm"]["no_digit"]
        )
        return text + str(ending)

    def _gap(self, finding: Finding, place: Decimal | None) -> str:
        if not finding.gap.value:
            return ""
        language = context.locale(self.env)
        text = context.words(self.env)["gap"].format(
            gap=formats.format_scaled(abs(finding.gap.value), language, place=place)
        )
        if finding.percent is not None and finding.identity.operator == "=":
            text += context.words(self.env)["of_left"].format(
                share=formats.format_share(abs(finding.percent) / 100, language)
            )
        return text


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("reconciliation", ReconciliationDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
