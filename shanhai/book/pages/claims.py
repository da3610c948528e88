"""Figures in prose: the ``claim`` role and the evidence table it links to.

``{claim}`all-aid` `` prints the token of a claim as the article prints it, linked to its row in the
evidence ledger. The ledger page holds one ``{evidence}`` directive, which makes the rows and their
anchors. No figure is typed into prose, so a change of the ledger reaches every page.

In HTML a claim also says where it stands and how exact it is, which ``claims.js`` shows beside it, and
its row in the ledger links back to every place that uses it.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from shanhai import formats
from shanhai.book import context
from shanhai.book.pages.html_only import load_where
from shanhai.book.words import words

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

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
        ledger = context.ledger(self.env, "claims")
        claim = ledger.claims.get(self.text.strip())
        if claim is None:
            message = self.inliner.reporter.error(
                f"unknown claim {self.text.strip()!r}: no such id in {context.path(self.env, 'claims')}",
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
        ledger = context.ledger(self.env, "claims", "sections", "codes", "metrics", "places")
        section = self.arguments[0]
        claims = [claim for claim in ledger.claims.values() if claim.section == section]
        if section not in ledger.sections:
            raise self.error(f"unknown section {section!r}: no such id in sections.csv")
        if not claims:
            return [nodes.paragraph("", words(self.env)["no_claims"])]
        term = words(self.env)
        header = [term[key] for key in ("figure", "meaning", "place")]
        rows = [self._row(ledger, claim) for claim in claims]
        uses(self.env).setdefault(self.env.docname, []).append(None)
        return [context.table(header, rows, widths=[18, 50, 32], classes=["evidence"])]

    def _row(self, ledger: Ledger, claim: Claim) -> list[list[nodes.Node]]:
        """Return the cells of one claim."""
        lang = context.language(self.env)
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
        period = context.period(claim.period_start, claim.period_end, self.env)
        if period:
            cell.append(nodes.paragraph("", period, classes=["facts"]))
        cell.append(
            nodes.paragraph(
                "",
                classes=["facts", "uses"],
                claim=claim.id,
                term={key: term[key] for key in ("used_in", "sep")},
            )
        )
        return [[token, name], meaning, cell]


class LedgerTableDirective(SphinxDirective):
    """``{ledger-table} name``: a table of the data package, coded values shown by their labels.

    Options: ``columns`` (field names, in order), ``headers`` (their printed names), ``widths`` (whole
    numbers) and ``where`` (``field=value``: only those rows).
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
        ledger = context.ledger(self.env, name, "codes")
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
            if field not in frame.columns:
                raise self.error(f"table {name!r} has no column {field!r}")
            frame = frame[frame[field].astype(str) == value]
        lang = context.language(self.env)
        fields = ledger.fields(name)
        rows = [
            [[nodes.paragraph("", context.cell(ledger, fields[c], row[c], lang))] for c in columns]
            for _, row in frame.iterrows()
        ]
        return [context.table(headers, rows, self.options.get("widths"), classes=["ledger"])]


class GlossaryDirective(SphinxDirective):
    """``{ledger-glossary}``: the terms of ``glossary.csv`` as a definition list with anchors."""

    def run(self) -> list[nodes.Node]:
        """Return the definition list, sorted as in the table."""
        ledger = context.ledger(self.env, "glossary", "codes")
        lang = context.language(self.env)
        items = nodes.definition_list(classes=["glossary"])
        for row in ledger.table("glossary").to_dict("records"):
            term = nodes.term("", row[lang], ids=[f"term-{row['id']}"])
            source = ledger.code("source", row["source"], lang)
            text = nodes.paragraph("", row[f"definition_{lang}"])
            text += nodes.inline("", f" {source}", classes=["source", row["source"]])
            self.env.get_domain("std").anonlabels[f"term-{row['id']}"] = (
                self.env.docname,
                f"term-{row['id']}",
            )
            items += nodes.definition_list_item("", term, nodes.definition("", text))
        return [items]


#: One use of a claim: its id, the anchor on the page, what the reader finds there.
Use = tuple[str, str, str]


def uses(env: BuildEnvironment) -> dict[str, list[Use | None]]:
    """Return the uses of claims on each page; None marks a page of the ledger."""
    if not hasattr(env, "shanhai_uses"):
        env.shanhai_uses = {}
    return env.shanhai_uses


def card(ledger: Ledger, claim: Claim, env: BuildEnvironment) -> dict[str, str]:
    """Return what is said beside a claim: its meaning, where it stands, how exact it is."""
    lang, term = context.language(env), words(env)
    place = term["place_format"].format(
        section=ledger.label("sections", claim.section, lang, column="label"),
        paragraph=claim.paragraph,
        offset=claim.offset,
    )
    exact = term["printed_as"].format(claim.token)
    if claim.qualifier != "exact":
        exact += term["sep"] + ledger.code("qualifier", claim.qualifier, lang)
    printed = re.fullmatch(r"[\d.,]+(\D*)", claim.token)
    if claim.interval.low != claim.interval.high and printed:
        low, high = (
            _bound(bound / claim.scale, env) for bound in (claim.interval.low, claim.interval.high)
        )
        exact += term["sep"] + term["between"].format(low=low, high=high, unit=printed[1])
    return {"meaning": getattr(claim, f"description_{lang}"), "place": place, "exact": exact}


def _bound(value: Fraction, env: BuildEnvironment) -> str:
    """Return a bound to its last place: it lies one beyond the printed ones."""
    places = next((p for p in range(12) if (value * 10**p).denominator == 1), 12)
    return formats.format_fixed(value, places, env.config.language or "en")


def _gather(app: Sphinx, doctree: nodes.document) -> None:
    """Give each claim of a page its card and its anchor, and note that the page uses it."""
    env = app.env
    found: dict[str, int] = {}
    for node in doctree.findall(nodes.inline):
        xref = next(iter(node.findall(addnodes.pending_xref)), None)
        if "claim" not in node["classes"] or xref is None:
            continue
        ledger = context.ledger(env, "claims", "sections", "codes")
        claim = ledger.claims[xref["reftarget"].removeprefix(anchor(""))]
        found[claim.id] = found.get(claim.id, 0) + 1
        name = f"use-{claim.id}-{found[claim.id]}"
        node["card"] = card(ledger, claim, env)
        # A copy of a chart on another page is no place of its own.
        node["use"] = (env.docname, name)
        uses(env).setdefault(env.docname, []).append((claim.id, name, _heading(node)))


def _heading(node: nodes.Node) -> str:
    """Return the title of the chart or else of the section that a node stands in."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.figure | nodes.section):
            kind = nodes.caption if isinstance(node, nodes.figure) else nodes.title
            title = next(iter(node.findall(kind)), None)
            if title is not None:
                return title.astext()
    return ""


def _link_back(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let each row of the ledger name the places that use it; other builders have their own way."""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if "uses" not in paragraph["classes"]:
            continue
        places = [
            (page, use)
            for page in sorted(uses(app.env), key=_order(app.env))
            for use in uses(app.env)[page]
            if use and use[0] == paragraph["claim"] and page in app.env.titles
        ]
        if app.builder.format != "html" or not places:
            paragraph.parent.remove(paragraph)
            continue
        term = paragraph["term"]
        paragraph += nodes.Text(term["used_in"])
        before, number = None, 0
        for page, (_, name, heading) in places:
            # The page by its name in the contents; its further uses by their number alone.
            number = number + 1 if page == before else 1
            if before is not None:
                paragraph += nodes.Text(" " if number > 1 else term["sep"])
            before = page
            text = str(number) if number > 1 else _name(app.env, page)
            uri = f"{app.builder.get_relative_uri(docname, page)}#{name}"
            told = {"reftitle": heading} if heading else {}
            paragraph += nodes.reference("", text, refuri=uri, internal=True, **told)


def _name(env: BuildEnvironment, docname: str) -> str:
    """Return the name of a page in the contents, or else its title."""
    # Jupyter Book's contents; plain Sphinx has none.
    entry = getattr(env.config, "external_site_map", {}).get(docname)
    return (entry and entry.title) or env.titles[docname].astext()


def _order(env: BuildEnvironment):
    """Return the key that sorts pages as the book has them."""
    pages = [env.config.root_doc]
    for page in pages:
        pages += [child for child in env.toctree_includes.get(page, []) if child not in pages]
    places = {page: place for place, page in enumerate(pages)}
    return lambda page: (places.get(page, len(places)), page)


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    uses(env).pop(docname, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment
) -> None:
    uses(env).update({name: uses(other)[name] for name in docnames if name in uses(other)})


def _ledger_pages(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write the pages of the ledger again: other pages may use more or less of it."""
    return [page for page, found in uses(env).items() if None in found]


def visit_inline(self: HTML5Translator, node: nodes.inline) -> None:
    """Write a claim with what its card says; other marked text as Sphinx does."""
    if "card" not in node:
        type(self).visit_inline(self, node)
        return
    page, name = node["use"]
    said = {f"data-{key}": text for key, text in node["card"].items()}
    ids = [name] if page == self.builder.current_docname else []
    self.body.append(self.starttag(node, "span", "", ids=ids, **said))


def depart_inline(self: HTML5Translator, node: nodes.inline) -> None:
    """Close a claim, or other marked text."""
    if "card" in node:
        self.body.append("</span>")
    else:
        type(self).depart_inline(self, node)


def _has_cards(doctree: nodes.document) -> bool:
    return any("card" in node for node in doctree.findall(nodes.inline))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role and the directives, the cards and the links back."""
    app.add_node(nodes.inline, override=True, html=(visit_inline, depart_inline))
    app.connect("doctree-read", _gather)
    app.connect("doctree-resolved", _link_back)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _ledger_pages)
    load_where(app, "claims.js", _has_cards)
    app.add_role("claim", ClaimRole())
    app.add_directive("evidence", EvidenceDirective)
    app.add_directive("ledger-table", LedgerTableDirective)
    app.add_directive("ledger-glossary", GlossaryDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
