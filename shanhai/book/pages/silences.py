"""What the article does not say: no such sentence is typed, each is a row that ``verify`` searches again.

``{silence}`closing-date` `` prints what is not said, as the row words it, or the words given before the id:
``{silence}`这些年份 <closing-date>` ``; both link to the row. ``{silences}`` makes the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from shanhai.book import context
from shanhai.book.pages.claims import row_reference
from shanhai.evidence.records import Silence


def searched(env: BuildEnvironment, silence: Silence) -> tuple[str, str]:
    """Return where a silence was searched for, and the terms, with what they mean in another language."""
    ledger, lang = context.ledger(env), context.language(env)
    term = context.words(env)["silence"]
    where = str(term["everywhere"])
    if silence.section:
        where = ledger.label("sections", silence.section, lang, column="label")
    terms = context.words(env)["comma"].join(silence.searched)
    if meaning := getattr(silence, f"terms_{lang}", ""):
        terms += f" ({meaning})"
    return where, str(term["terms"]).format(terms=terms)


class SilenceRole(ReferenceRole):
    """``{silence}`id` ``: what the article does not say, linked to its row."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the words with their card, or an error that names the id and the file."""
        ledger, row_id = context.ledger(self.env), self.target.strip()
        silence = ledger.silences.get(row_id)
        if silence is None:
            why = context.unknown(self.env, "silence", row_id, ledger.silences)
            return context.refused(self, why)
        said = getattr(silence, context.language(self.env))
        text = self.title if self.has_explicit_title else said
        node = row_reference(f"silence-{row_id}", text, self.env.docname, "silence")
        where, terms = searched(self.env, silence)
        meaning = context.words(self.env)["silence"]["not_said"].format(what=said)
        node["card"] = {"meaning": meaning, "place": where, "exact": terms}
        return [node], []


class SilencesDirective(SphinxDirective):
    """``{silences}``: a row for each silence, with the terms that were searched, and where."""

    def run(self) -> list[nodes.Node]:
        """Return the table, and register an anchor for each row."""
        ledger = context.ledger(self.env)
        term = context.words(self.env)["silence"]
        if not ledger.silences:
            return [nodes.paragraph("", term["none"])]
        header = [term["title"], term["searched"]]
        rows = [self._row(silence) for silence in ledger.silences.values()]
        return [context.table(header, rows, widths=[46, 54], classes=["silences"])]

    def _row(self, silence: Silence) -> Sequence[Sequence[nodes.Node]]:
        lang, label = context.language(self.env), f"silence-{silence.id}"
        context.anchor(self.env, label)
        said = nodes.paragraph("", getattr(silence, lang), ids=[label])
        row_id = nodes.paragraph("", "", nodes.literal("", silence.id), classes=["claim-id"])
        where, terms = searched(self.env, silence)
        cell = [nodes.paragraph("", terms), nodes.paragraph("", where, classes=["facts"])]
        if note := getattr(silence, f"note_{lang}"):
            cell.append(nodes.paragraph("", note, classes=["note"]))
        return [[said, row_id], cell]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register role and directive."""
    app.add_role("silence", SilenceRole())
    app.add_directive("silences", SilencesDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
