"""Background figures: of other documents, told apart from the article's at every place.

``{fact}`id` `` prints one, linked to its row; ``{facts}`` makes the rows. Each says who published it, when,
where, and that a stored copy was read. None is counted in the audit. Where the table is empty, the book is
built all the same and says at each place that the figure is missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from shanhai.book import context
from shanhai.book.pages.claims import row_reference
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.records import Fact, Source

logger = logging.getLogger(__name__)

TABLES = ("facts", "sources", "codes", "places")


def amount(env: BuildEnvironment, fact: Fact) -> str:
    """Return a fact's figure with its unit, as it was printed."""
    return context.wording(env).amount(fact.interval.value, fact.unit, fact.place)


def source_line(env: BuildEnvironment, source: Source) -> str:
    """Return who published a fact, and when."""
    lang, term = context.language(env), context.words(env)
    parts = [str(getattr(source, f"publisher_{lang}")), source.title]
    return str(term["comma"].join(filter(None, (*parts, source.published))))


def _cited(env: BuildEnvironment, source: Source) -> list[nodes.Node]:
    """Return `source_line` with the title in its language, and the date in one piece."""
    lang, comma = context.language(env), context.words(env)["comma"]
    publisher = nodes.Text(getattr(source, f"publisher_{lang}"))
    # Chinese is marked as such wherever it is not the page's language.
    foreign = [] if source.language in {lang, "zh"} else [f"language-{source.language}"]
    title = nodes.inline("", source.title, classes=foreign)
    day = nodes.inline("", source.published, classes=["day"])
    parts = [part for part in (title, day) if part.astext()]
    return [publisher, *(each for part in parts for each in (nodes.Text(comma), part))]


def _access(ledger: Ledger, source: Source, lang: str) -> str:
    """Say what of a document was read: a stored copy, or the original."""
    code = ledger.codes["access"][source.access]
    return str(code[f"definition_{lang}"] or code[lang])


class FactRole(SphinxRole):
    """``{fact}`id` ``: a background figure, linked to its row."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the figure with its card, or an error that names the id and the file to look in."""
        ledger, row_id = context.ledger(self.env), self.text.strip()
        term = context.words(self.env)["fact"]
        if not ledger.facts:
            logger.info(
                "%s has no rows: fact %r is missing", context.path(self.env, "facts"), row_id
            )
            return [nodes.inline("", term["missing"], classes=["missing"])], []
        fact = ledger.facts.get(row_id)
        if fact is None:
            return context.refused(self, context.unknown(self.env, "fact", row_id, ledger.facts))
        source, lang = ledger.sources[fact.source], context.language(self.env)
        node = row_reference(f"fact-{fact.id}", amount(self.env, fact), self.env.docname, "fact")
        exact = (
            [ledger.code("qualifier", fact.qualifier, lang)] if fact.qualifier != "exact" else []
        )
        note = getattr(fact, f"note_{lang}")
        node["card"] = {
            "meaning": term["background"].format(label=getattr(fact, f"label_{lang}")),
            "place": source_line(self.env, source),
            "exact": context.words(self.env)["sep"].join(filter(None, [*exact, note])),
            "access": _access(ledger, source, lang),
            "address": source.url,
        }
        return [node], []


class FactsDirective(SphinxDirective):
    """``{facts} topic …``: the rows of background figures of these topics, or of all."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the table, and register an anchor for each row."""
        ledger, term = context.ledger(self.env), context.words(self.env)
        topics = self.arguments[0].split() if self.arguments else []
        facts = [f for f in ledger.facts.values() if not topics or f.topic in topics]
        if not facts:
            return [nodes.paragraph("", term["fact"]["none"])]
        header = [term["figure"], term["meaning"], term["fact"]["source"]]
        rows = [self._row(fact) for fact in facts]
        return [context.table(header, rows, widths=[18, 46, 36], classes=["facts-table"])]

    def _row(self, fact: Fact) -> Sequence[Sequence[nodes.Node]]:
        ledger, lang = context.ledger(self.env), context.language(self.env)
        term, source = context.words(self.env), ledger.sources[fact.source]
        label = f"fact-{fact.id}"
        context.anchor(self.env, label)
        figure = nodes.paragraph("", "", nodes.strong("", amount(self.env, fact)), ids=[label])
        row_id = nodes.paragraph("", "", nodes.literal("", fact.id), classes=["claim-id"])
        said = [ledger.label("places", fact.scope, lang)] if fact.scope else []
        said.append(context.period(fact.period_start, fact.period_end, self.env))
        if fact.qualifier != "exact":
            said.append(ledger.code("qualifier", fact.qualifier, lang))
        meaning = [
            nodes.paragraph("", getattr(fact, f"label_{lang}")),
            nodes.paragraph("", term["sep"].join(filter(None, said)), classes=["facts"]),
        ]
        if note := getattr(fact, f"note_{lang}"):
            meaning.append(nodes.paragraph("", note, classes=["note"]))
        link = nodes.reference(refuri=source.url) if source.url else nodes.inline()
        link.extend(_cited(self.env, source))
        access = nodes.paragraph("", _access(ledger, source, lang), classes=["facts"])
        return [[figure, row_id], meaning, [nodes.paragraph("", "", link), access]]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register role and directive."""
    app.add_role("fact", FactRole())
    app.add_directive("facts", FactsDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
