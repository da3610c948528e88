"""Figures in prose: the ``claim`` role and the evidence table it links to.

``{claim}`all-aid` `` prints the token of a claim as the article prints it, linked to its row in the
evidence ledger. The ledger page holds one ``{evidence}`` directive, which makes the rows and their
anchors. No figure is typed into prose, so a change of the ledger reaches every page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from shanhai.book import data
from shanhai.book.words import words

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from shanhai.evidence.ledger import Claim, Ledger


def anchor(claim_id: str) -> str:
    """Return the label of a claim's row in the evidence ledger."""
    return f"claim-{claim_id}"


def reference(claim_id: str, text: str, docname: str) -> nodes.inline:
    """Return an inline link to the evidence row of a claim.

    The label is resolved by Sphinx's standard domain, so a book without an evidence page fails.
    """
    xref = addnodes.pending_xref(
        "",
        nodes.inline(text, text),
        refdomain="std",
        reftype="ref",
        refexplicit=True,
        refwarn=True,
        reftarget=anchor(claim_id),
        refdoc=docname,
    )
    return nodes.inline("", "", xref, classes=["claim"])


class ClaimRole(SphinxRole):
    """``{claim}`id` ``: a claim's token as printed, linked to its evidence row."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or an error that names the id and the file to look in."""
        ledger = data.ledger(self.env, "claims")
        claim = ledger.claims.get(self.text.strip())
        if claim is None:
            message = self.inliner.reporter.error(
                f"unknown claim {self.text.strip()!r}: no such id in {data.path(self.env, 'claims')}",
                line=self.lineno,
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [reference(claim.id, claim.token, self.env.docname)], []


class EvidenceDirective(SphinxDirective):
    """``{evidence}``: one table row for each claim of a section, with its anchor.

    The argument is a section id. Columns: the token, what it says, where it stands.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, and register an anchor for each of its rows."""
        ledger = data.ledger(self.env, "claims", "sections", "codes", "metrics", "places")
        section = self.arguments[0]
        claims = [claim for claim in ledger.claims.values() if claim.section == section]
        if section not in ledger.sections:
            raise self.error(f"unknown section {section!r}: no such id in sections.csv")
        if not claims:
            return [nodes.paragraph("", words(self.env)["no_claims"])]
        term = words(self.env)
        header = [term[key] for key in ("figure", "meaning", "place")]
        rows = [self._row(ledger, claim) for claim in claims]
        return [data.table(header, rows, widths=[18, 50, 32], classes=["evidence"])]

    def _row(self, ledger: Ledger, claim: Claim) -> list[list[nodes.Node]]:
        """Return the cells of one claim."""
        lang = data.language(self.env)
        term = words(self.env)
        label = anchor(claim.id)
        domain = self.env.get_domain("std")
        domain.anonlabels[label] = (self.env.docname, label)
        token = nodes.paragraph("", "", nodes.strong("", claim.token), ids=[label])
        name = nodes.paragraph("", "", nodes.literal("", claim.id), classes=["claim-id"])
        description = getattr(claim, f"description_{lang}")
        facts = [ledger.label("metrics", claim.metric, lang)]
        facts += [
            ledger.label("places", place, lang) for place in (claim.donor, claim.recipient) if place
        ]
        if claim.qualifier != "exact":
            facts.append(ledger.code("qualifier", claim.qualifier, lang))
        meaning = [
            nodes.paragraph("", description),
            nodes.paragraph("", term["sep"].join(facts), classes=["facts"]),
        ]
        if claim.note and lang == "zh":
            meaning.append(nodes.paragraph("", claim.note, classes=["note"]))
        place = term["place_format"].format(
            section=ledger.label("sections", claim.section, lang, column="label"),
            paragraph=claim.paragraph,
            offset=claim.offset,
        )
        cell = [nodes.paragraph("", place)]
        period = data.period(claim.period_start, claim.period_end, self.env)
        if period:
            cell.append(nodes.paragraph("", period, classes=["facts"]))
        return [[token, name], meaning, cell]


class LedgerTableDirective(SphinxDirective):
    """``{ledger-table} name``: a table of the data package, coded values shown by their labels.

    Options: ``columns`` (field names, in order) and ``headers`` (their printed names).
    """

    required_arguments = 1
    option_spec = {  # noqa: RUF012 - docutils reads this class attribute
        "columns": directives.unchanged_required,
        "headers": directives.unchanged_required,
        "widths": directives.positive_int_list,
        "where": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        name = self.arguments[0]
        ledger = data.ledger(self.env, name, "codes")
        columns = self.options["columns"].split()
        headers = [header.strip() for header in self.options["headers"].split("|")]
        if len(headers) != len(columns):
            raise self.error(f"{len(columns)} columns but {len(headers)} headers")
        frame = ledger.table(name)
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise self.error(f"table {name!r} has no column {missing[0]!r}")
        if "where" in self.options:
            field, _, value = self.options["where"].partition("=")
            frame = frame[frame[field].astype(str) == value]
        lang = data.language(self.env)
        fields = ledger.fields(name)
        rows = [
            [[nodes.paragraph("", data.cell(ledger, fields[c], row[c], lang))] for c in columns]
            for _, row in frame.iterrows()
        ]
        return [data.table(headers, rows, self.options.get("widths"), classes=["ledger"])]


class GlossaryDirective(SphinxDirective):
    """``{ledger-glossary}``: the terms of ``glossary.csv`` as a definition list with anchors."""

    def run(self) -> list[nodes.Node]:
        """Return the definition list, sorted as in the table."""
        ledger = data.ledger(self.env, "glossary", "codes")
        lang = data.language(self.env)
        items = nodes.definition_list(classes=["glossary"])
        for row in ledger.table("glossary").to_dict("records"):
            other = row["en" if lang == "zh" else "zh"]
            term = nodes.term("", row[lang], ids=[f"term-{row['id']}"])
            term += nodes.inline("", f" {other}", classes=["gloss"])
            source = ledger.code("source", row["source"], lang)
            text = nodes.paragraph("", row[f"definition_{lang}"])
            text += nodes.inline("", f" {source}", classes=["source", row["source"]])
            self.env.get_domain("std").anonlabels[f"term-{row['id']}"] = (
                self.env.docname,
                f"term-{row['id']}",
            )
            items += nodes.definition_list_item("", term, nodes.definition("", text))
        return [items]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role and the directives."""
    app.add_role("claim", ClaimRole())
    app.add_directive("evidence", EvidenceDirective)
    app.add_directive("ledger-table", LedgerTableDirective)
    app.add_directive("ledger-glossary", GlossaryDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
