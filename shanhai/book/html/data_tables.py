"""The tables of the data package in the page: the ``{data-tables}`` directive.

Each table is folded, whole and in its own order, with its file to download; ``tables.js`` adds a filter and
headers that sort. Other outputs list the tables by name; the search keeps to what is written for reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from shanhai.book import context
from shanhai.book.pages.html_only import WebOnly, load_where
from shanhai.evidence.ledger import Ledger


class data_tables(WebOnly):  # noqa: N801 - docutils nodes are named so
    """All tables; ``tables`` is what of each is written, ``words`` those around them."""


class DataTablesDirective(SphinxDirective):
    """``{data-tables}``: every table of the data package, to be looked through in the page."""

    def run(self) -> list[nodes.Node]:
        """Return the tables, codes and keys as labels of the book's language."""
        ledger = context.ledger(self.env)
        lang = context.language(self.env)
        tables = [_table(ledger, name, lang) for name in ledger.tables]
        term = context.words(self.env)["tables"]
        node = data_tables(
            tables=tables, words={key: term[key] for key in ("filter", "all", "rows", "sort")}
        )
        for table in tables:
            node += addnodes.download_reference(
                "",
                "",
                nodes.inline("", term["download"]),
                reftarget=f"/{self.config.shanhai_data}/{table['path']}",
                refdoc=self.env.docname,
                classes=["download"],
            )
        listed = [
            (
                [nodes.paragraph("", t["title"])],
                [nodes.paragraph("", "", nodes.literal("", t["path"]))],
            )
            for t in tables
        ]
        paper = addnodes.only("", context.table([term["name"], "CSV"], listed), expr="not html")
        return [node, paper]


def _table(ledger: Ledger, name: str, lang: str) -> dict[str, Any]:
    """Return a table's names, its header and its rows as text."""
    resource, fields = ledger.tables[name], ledger.fields(name)
    codes = ledger.fields("codes")
    others = {key for key in codes if f"definition_{key}" in codes} - {lang}
    fields = {k: field for k, field in fields.items() if not _is_foreign(k, fields, lang, others)}
    return {
        "name": name,
        "path": resource["path"],
        "title": ledger.title(resource, lang) or name,
        "header": [(ledger.title(field, lang) or key, key) for key, field in fields.items()],
        "rows": [
            [context.cell(ledger, fields[key], row[key], lang) for key in fields]
            for row in ledger.rows(name)
        ],
    }


def _is_foreign(key: str, fields: Iterable[str], lang: str, others: set[str]) -> bool:
    """Tell whether a column says in another language what one of the book's, or of none, says too."""
    stem, _, language = key.rpartition("_")
    same = ("_".join(filter(None, (stem, lang))), stem)
    return language in others and any(name in fields for name in same)


def visit(self: HTML5Translator, node: data_tables) -> None:
    """Write each table, folded."""
    said = "".join(f' data-{key}="{escape(text)}"' for key, text in sorted(node["words"].items()))
    self.body.append(f'<div class="data-tables"{said}>\n')
    for table, download in zip(node["tables"], node.children, strict=True):
        title, rows = escape(table["title"]), table["rows"]
        count = escape(node["words"]["all"].format(all=len(rows)))
        head = "".join(
            f'<th scope="col">{escape(label)} <code>{escape(key)}</code></th>'
            for label, key in table["header"]
        )
        body = "\n".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        self.body.append(
            f'<details id="table-{escape(table["name"])}"><summary>{title}'
            f' <code>{escape(table["path"])}</code> <span class="count">{count}</span></summary>\n'
            f'<div class="table-scroll" tabindex="0" role="region" aria-label="{title}">'
            f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>\n<p>"
        )
        download.walkabout(self)
        self.body.append("</p></details>\n")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and its script."""
    app.add_node(data_tables, html=(visit, None))
    load_where(app, "tables.js", lambda doctree: any(doctree.findall(data_tables)))
    app.add_directive("data-tables", DataTablesDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
