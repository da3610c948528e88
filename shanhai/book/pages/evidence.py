"""The evidence ledger: a row for each claim, with the places of the book that use it.

The page of the ledger holds one ``{evidence}`` directive for each section, which makes the rows and the
anchors that claims in prose link to. In HTML each row links back to every place that uses the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from shanhai.book import context
from shanhai.book.pages.claims import anchor, linked
from shanhai.evidence.ledger import Claim, Ledger

USES = "uses"
"""Group of the domain: on each page, the claims it uses, as id, anchor, and what is found there."""


class EvidenceDirective(SphinxDirective):
    """``{evidence}``: one table row for each claim of a section, with its anchor.

    The argument is a section id. Columns: the token, what it says, where it stands.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, and register an anchor for each of its rows."""
        ledger = context.ledger(self.env)
        section = self.arguments[0]
        claims = [claim for claim in ledger.claims.values() if claim.section == section]
        if section not in ledger.sections:
            raise self.error(f"unknown section {section!r}: no such id in sections.csv")
        if not claims:
            return [nodes.paragraph("", context.words(self.env)["no_claims"])]
        term = context.words(self.env)
        header = [term[key] for key in ("figure", "meaning", "place")]
        rows = [self._row(ledger, claim) for claim in claims]
        return [context.table(header, rows, widths=[18, 46, 36], classes=["evidence"])]

    def _row(self, ledger: Ledger, claim: Claim) -> Sequence[Sequence[nodes.Node]]:
        """Return the cells of one claim."""
        lang = context.language(self.env)
        term = context.words(self.env)
        label = anchor(claim.id)
        context.anchor(self.env, label)
        figure = context.wording(self.env).printed(claim)
        token = nodes.paragraph("", "", nodes.strong("", figure), ids=[label])
        printed = nodes.paragraph("", term["printed_as"].format(claim.token), classes=["facts"])
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
        if note := getattr(claim, f"note_{lang}"):
            meaning.append(nodes.paragraph("", note, classes=["note"]))
        place = term["place_format"].format(
            section=ledger.label("sections", claim.section, lang, column="label"),
            paragraph=claim.paragraph,
            offset=claim.offset,
        )
        cell = [nodes.paragraph("", place)]
        period = context.period(claim.period_start, claim.period_end, self.env)
        if period:
            cell.append(nodes.paragraph("", period, classes=["facts"]))
        for kind in ("uses", "rests"):  # filled in when all pages are read
            said = {key: term[key] for key in ("used_in", "sep", "comma")}
            cell.append(nodes.paragraph("", classes=["facts", kind], claim=claim.id, term=said))
        # What the article prints stands beside what another language makes of it.
        shown = [token, name] if figure == claim.token else [token, printed, name]
        return [shown, meaning, cell]


def _note(app: Sphinx, doctree: nodes.document) -> None:
    """Note which claims a page uses, and where."""
    found = [(claim_id, node["use"][1], _heading(node)) for node, claim_id in linked(doctree)]
    if found:
        context.record(app.env, USES)[app.env.docname] = found


def _heading(node: nodes.Node) -> str:
    """Return the title of the chart or else of the section that a node stands in."""
    for holder in context.upwards(node.parent):
        if isinstance(holder, nodes.figure | nodes.section):
            kind = nodes.caption if isinstance(holder, nodes.figure) else nodes.title
            if title := next(iter(holder.findall(kind)), None):
                return title.astext()
    return ""


def _link_back(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let each row of the ledger name the places that use it; other builders have their own way."""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if "uses" not in paragraph["classes"]:
            continue
        uses = context.record(app.env, USES)
        places = [
            (page, use)
            for page in sorted(uses, key=page_order(app.env))
            for use in uses[page]
            if use[0] == paragraph["claim"] and page in app.env.titles
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
            text = str(number) if number > 1 else page_name(app.env, page)
            uri = f"{app.builder.get_relative_uri(docname, page)}#{name}"
            told = {"reftitle": heading} if heading else {}
            paragraph += nodes.reference("", text, refuri=uri, internal=True, **told)


def page_name(env: BuildEnvironment, docname: str) -> str:
    """Return the name of a page in the contents, or else its title."""
    # Jupyter Book's contents; plain Sphinx has none.
    entry = getattr(env.config, "external_site_map", {}).get(docname)
    return (entry and entry.title) or env.titles[docname].astext()


def page_order(env: BuildEnvironment) -> Callable[[str], tuple[int, str]]:
    """Return the key that sorts pages as the book has them."""
    pages = [env.config.root_doc]
    for page in pages:
        pages += [child for child in env.toctree_includes.get(page, []) if child not in pages]
    places = {page: place for place, page in enumerate(pages)}
    return lambda page: (places.get(page, len(places)), page)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and the links back."""
    app.add_directive("evidence", EvidenceDirective)
    # After the claims have their anchors.
    app.connect("doctree-read", _note, priority=600)
    app.connect("doctree-resolved", _link_back)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
