"""Tables in print: heads repeated, columns by what stands in them, ids on cells, long words broken."""

from __future__ import annotations

from math import ceil

from docutils import nodes
from docutils.nodes import Element

from shanhai.book.pdf.markup import array, string
from shanhai.book.pdf.upstream import Table, TypstTranslator, escape_str
from shanhai.charts.svg import ems

COLUMNS, CROWDED = 16, 6
"""How many columns a table may have, and from how many on its words are broken where they must."""


class ReportTable(Table):
    """A table, numbered and captioned if it has a title, its head repeated on every page."""

    def __init__(self, node: Element) -> None:
        super().__init__(node)
        self.name = "report-table"
        self.number: str | None = None
        self.head: str | None = None
        self.rows = [self._lines(row) for row in node.findall(nodes.row)]

    def _lines(self, row: Element) -> int:
        """Return about how many lines of text a row is high: em by em, in columns of one width.

        Only tables that are clearly short or long need to come out right.
        """
        table_width = 50  # em
        group = row.parent.parent
        given = [each["colwidth"] for each in group if isinstance(each, nodes.colspec)]
        widths = given if self.colwidths_given else [1] * len(given)
        shares = [max(1.0, table_width * width / sum(widths)) for width in widths]
        return max(
            (
                sum(ceil(ems(part.astext()) / share) or 1 for part in entry.children)
                for entry, share in zip(row.children, shares, strict=False)
            ),
            default=1,
        )

    def to_text(self) -> str:
        """Return the call of `report-table`."""
        if self.colwidths_given:
            columns = ", ".join(f"{width}fr" for width in self.colwidths)
        else:
            columns = ", ".join(["auto"] * len(self.colwidths))
        named = {
            "number": self.number,
            "labels": array(map(escape_str, self.labels)),
            "title": self.named_params.get("caption"),
            "columns": f"({columns},)",
            "classes": array(map(escape_str, self.classes)),
            "lines": str(sum(self.rows)),
            "start": str(sum(self.rows[:3])),
            "header": self.head,
        }
        arguments = [f"{name}: {value}" for name, value in named.items() if value is not None]
        return f"#{self.name}(\n  " + ",\n  ".join([*arguments, *self.cells]) + ",\n)\n"


class TableVisitors(TypstTranslator):
    """What the report's translator does with tables."""

    faults: list[tuple[str, nodes.Node]]
    crowded: list[bool]
    """For each table one is in: whether its columns are narrow."""
    _cited: set[str]

    def visit_table(self, node: Element) -> None:
        """Enter a table. Ids in its head are taken out of it: a head is printed many times."""
        table = ReportTable(node)
        table.number = string(self._figure_number(node))
        table.labels = self.label_refs(node["ids"]) + self._take_pending()
        for head in node.findall(nodes.thead):
            for part in head.findall(nodes.Element):
                table.labels += self.label_refs(part["ids"])
        columns = len(list(node.findall(nodes.colspec)))
        if columns > COLUMNS:
            self.faults.append(
                (
                    f"the report has no room for a table of {columns} columns: "
                    f"choose {COLUMNS} or fewer, or turn it with .T",
                    node,
                )
            )
        self.crowded.append(columns > CROWDED)
        self.append_el(table)

    def depart_table(self, node: Element) -> None:
        """Leave a table."""
        self.crowded.pop()
        super().depart_table(node)

    def depart_thead(self, _node: Element) -> None:
        """Leave the head of a table."""
        head = self.pop_el()
        self.curr_element().head = head

    def visit_row(self, node: Element) -> None:
        """Enter a row; its first cell carries its ids."""
        if not isinstance(node.parent, nodes.thead):
            self.add_pending_labels(node["ids"])

    def depart_row(self, node: Element) -> None:
        """Leave a row with a hairline below, save the last."""
        if isinstance(node.parent, nodes.tbody) and node is not node.parent.children[-1]:
            self.curr_element().cells.append("row-rule")

    def visit_entry(self, node: Element) -> None:
        """Enter a cell; its content carries its ids."""
        if "number" in node["classes"] and "text-right" not in node["classes"]:
            node["classes"].append("text-right")
        super().visit_entry(node)
        if isinstance(node.parent.parent, nodes.tbody):
            self.add_pending_labels(node["ids"])
            body = self.curr_element().body
            body += [f"#mlabel({escape_str(label)})" for label in self._take_pending()]

    def depart_paragraph(self, node: Element) -> None:
        """Leave a paragraph; the last of a row that prose refers to says on which pages."""
        entry = node.parent
        if isinstance(entry, nodes.entry) and node is entry.children[-1]:
            row = entry.parent
            if isinstance(row.parent, nodes.tbody) and entry is row.children[-1]:
                ids = [name for part in row.findall(nodes.Element) for name in part["ids"]]
                for label in self._cited.intersection(map(self.label_ref, ids)):
                    self.curr_element().body.append(f"#cited({escape_str(label)})")
        super().depart_paragraph(node)
