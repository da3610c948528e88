"""Tables of the data package on a page, and its glossary: ``{ledger-table}``, ``{ledger-glossary}``."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from shanhai.book import context


class LedgerTableDirective(SphinxDirective):
    """``{ledger-table} name``: a table of the data package, coded values shown by their labels.

    Options: ``columns`` (field names, in order), ``headers`` (their printed names), ``widths`` (whole
    numbers) and ``where`` (``field=value``: only those rows). What a table says in several languages is
    named without them: ``note`` for ``note_zh``, ``label`` for ``zh``; a token has its printed form too.
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
        ledger = context.ledger(self.env)
        columns = self.options["columns"].split()
        headers = [header.strip() for header in self.options["headers"].split("|")]
        if len(headers) != len(columns):
            raise self.error(f"{len(columns)} columns but {len(headers)} headers")
        fields, chosen = ledger.fields(name), ledger.rows(name)
        lang = context.language(self.env)
        found = {column: _in_language(column, list(fields), lang) for column in columns}
        field, _, value = self.options.get("where", "").partition("=")
        for column in (*columns, *filter(None, [field])):
            if column not in fields and not found.get(column):
                raise self.error(f"table {name!r} has no column {column!r}")
        if field:
            chosen = [row for row in chosen if str(row[field]) == value]
        rows = [
            [
                [nodes.paragraph("", context.cell(ledger, fields[c], row[c], lang)) for c in each]
                for each in found.values()
            ]
            for row in chosen
        ]
        return [context.table(headers, rows, self.options.get("widths"), classes=["ledger"])]


def _in_language(column: str, columns: Sequence[str], lang: str) -> list[str]:
    """Return the columns that say what ``column`` names: in ``lang``, and as printed."""
    said = lang if column == "label" else f"{column}_{lang}"
    return [name for name in (said, column) if name in columns]


class GlossaryDirective(SphinxDirective):
    """``{ledger-glossary}``: the terms of ``glossary.csv`` as a definition list with anchors.

    A translated term has the article's own beside it.
    """

    def run(self) -> list[nodes.Node]:
        """Return the definition list, sorted as in the table."""
        ledger = context.ledger(self.env)
        lang = context.language(self.env)
        items = nodes.definition_list(classes=["glossary"])
        for row in ledger.rows("glossary"):
            name = row[lang] if lang == "zh" else f"{row[lang]} ({row['zh']})"
            term = nodes.term("", name, ids=[f"term-{row['id']}"])
            source = ledger.code("source", row["source"], lang)
            text = nodes.paragraph("", row[f"definition_{lang}"])
            text += nodes.inline("", f" {source}", classes=["source", row["source"]])
            context.anchor(self.env, f"term-{row['id']}")
            items += nodes.definition_list_item("", term, nodes.definition("", text))
        return [items]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("ledger-table", LedgerTableDirective)
    app.add_directive("ledger-glossary", GlossaryDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
