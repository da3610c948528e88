"""A formula on a page: in words and in numbers, each figure linked to the row it is from.

``135.91亿元`` is made so: in words *Shanghai's aid + Guangdong's aid*, in numbers *105.64 + 30.27*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment

from shanhai import formats
from shanhai.book import context
from shanhai.evidence.derivation import Derivation
from shanhai.evidence.ledger import Claim
from shanhai.evidence.quantity import Formula, leaves, parts, walk
from shanhai.evidence.quantity import place as printed_place
from shanhai.evidence.records import Fact
from shanhai.wording import Wording

Show = Callable[[Formula], nodes.Node]
"""How a figure, a constant or a count within a formula is shown."""

_SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
_SUMS, _PRODUCTS = {"+", "-", "neg"}, {"*", "/"}


@dataclass(frozen=True)
class Writer(Wording):
    """Writes formulas in the book's language."""

    words: Mapping[str, Any]

    @classmethod
    def on(cls, env: BuildEnvironment) -> Writer:
        """Return the writer for pages of a book."""
        ledger = context.ledger(env)
        return cls(ledger, context.locale(env), context.words(env)["derived"])

    def in_words(self, formula: Formula) -> list[nodes.Node]:
        """Return a formula with its figures named by what they mean, each a link to its row."""
        return self._write(formula, self._named)

    def in_numbers(self, made: Derivation) -> list[nodes.Node]:
        """Return a formula in numbers, and what comes of it; nothing where words alone say it."""
        worded = any(node[0] == "of" for node in walk(made.formula))
        if not made.value or worded or not parts(made.formula):
            return []
        bare = self._common(made.formula)
        show = self._bare if bare else self._amount
        shown, exact = self.result(made)
        sign = " = " if exact else " ≈ "
        return [*self._write(made.formula, show), nodes.Text(f"{sign}{_minus(shown)}")]

    def result(self, made: Derivation) -> tuple[str, bool]:
        """Return what comes of a formula as text, and whether nothing was rounded away."""
        interval = made.interval
        if interval is None:
            return made.text, True
        if "%" in made.text:
            return made.text, False
        place = printed_place(made.formula, self._place)
        if place is None:
            plain = made.text.lstrip("-−")[:1].isdigit()
            shown = made.text if plain else formats.format_ratio(interval, self.locale)
            return shown, interval.value.denominator == 1
        return self.amount(interval.value, made.unit, place), True

    def bounds(self, made: Derivation) -> str:
        """Say within which numbers a derived figure lies; empty where it is exact."""
        interval = made.interval
        if interval is None or interval.is_exact:
            return ""
        percent = "%" in made.text
        low, high = formats.format_bounds(interval, self.locale, percent=percent)
        unit = "" if percent else self.unit(made.unit)
        return str(self.words["bounds"]).format(low=_minus(low), high=_minus(high), unit=unit)

    def inputs(self, formula: Formula) -> list[tuple[str, str, str]]:
        """Return the figures a formula rests on: kind, id, and as printed."""
        printed: list[tuple[str, str, str]] = []
        for kind in ("claim", "fact"):
            printed += [(kind, each, self._printed(kind, each)) for each in leaves(formula, kind)]
        return printed

    def _write(
        self, formula: Formula, show: Show, within: set[str] | None = None
    ) -> list[nodes.Node]:
        """Return a formula as inline nodes, in parentheses where what it stands in binds closer."""
        kind = formula[0]
        if not parts(formula):
            return [show(formula)]
        if kind in _SIGNS:
            closer = _SUMS if kind in _PRODUCTS else set()
            written: list[nodes.Node] = []
            for index, part in enumerate(parts(formula)):
                if index:
                    written.append(nodes.Text(_SIGNS[kind]))
                # What follows a minus or a division keeps its own signs apart.
                apart = closer | ({"-": _SUMS, "/": _PRODUCTS}.get(kind, set()) if index else set())
                written += self._write(part, show, apart)
        elif kind == "neg":
            written = [nodes.Text("−"), *self._write(formula[1], show, _SUMS)]
        elif kind == "of":
            written = [
                nodes.Text(f"{formula[1]}：" if formula[1] and self.language == "zh" else "")
            ]
            if formula[1] and self.language != "zh":
                written = [nodes.Text(f"{formula[1]}: ")]
            for index, part in enumerate(parts(formula)):
                written += [nodes.Text(self.words["comma"])] if index else []
                written += self._write(part, show)
        else:
            before, after = str(self.words[kind]).split("{}")
            written = [nodes.Text(before), *self._write(formula[1], show), nodes.Text(after)]
        if within and kind in within:
            return [nodes.Text("("), *written, nodes.Text(")")]
        return written

    def _named(self, leaf: Formula) -> nodes.Node:
        kind = leaf[0]
        if kind == "number":
            return nodes.Text(leaf[2] or leaf[1])
        if kind == "count":
            title = self.ledger.title(self.ledger.tables.get(leaf[2], {}), self.language) or leaf[2]
            key = "counted_what" if leaf[3] else "counted"
            return nodes.Text(self.words[key].format(table=title, what=leaf[3]))
        return pending(kind, leaf[1], self._meaning(kind, leaf[1]))

    def _amount(self, leaf: Formula) -> nodes.Node:
        kind = leaf[0]
        if kind in {"number", "count"}:
            return nodes.Text(leaf[1])
        row = self._row(kind, leaf[1])
        if row.unit == "date":
            return pending(kind, leaf[1], self._printed(kind, leaf[1]))
        return pending(kind, leaf[1], self._said(row))

    def _bare(self, leaf: Formula) -> nodes.Node:
        row = self._row(leaf[0], leaf[1])
        places = max(0, -int(row.value.as_tuple().exponent))
        return pending(leaf[0], leaf[1], formats.format_fixed(row.value, places, self.locale))

    def _row(self, kind: str, row_id: str) -> Any:
        return (self.ledger.claims if kind == "claim" else self.ledger.facts)[row_id]

    def _printed(self, kind: str, row_id: str) -> str:
        row = self._row(kind, row_id)
        return self.printed(row) if kind == "claim" else self._said(row)

    def _said(self, row: Claim | Fact) -> str:
        return self.amount(row.interval.value, row.unit, row.place)

    def _meaning(self, kind: str, row_id: str) -> str:
        column = "description" if kind == "claim" else "label"
        return str(getattr(self._row(kind, row_id), f"{column}_{self.language}"))

    def _common(self, formula: Formula) -> bool:
        """Tell whether a formula adds figures of one unit and one scale, which is said once.

        Scales are those of the article, so that a translation says each figure with its own.
        """
        kinds = {node[0] for node in walk(formula)}
        if not kinds <= {"+", "-", "claim", "fact"} or kinds <= {"claim", "fact"}:
            return False
        rows = [self._row(node[0], node[1]) for node in walk(formula) if not parts(node)]
        same = len({(row.unit, row.scale) for row in rows}) == 1 and rows[0].unit != "date"
        return same and (self.language == "zh" or rows[0].scale == 1)


def _minus(text: str) -> str:
    """Return a number with the sign that formulas have."""
    return text.replace("-", "−")


def pending(kind: str, row_id: str, text: str) -> nodes.inline:
    """Return the place of a link to a row of the ledger; ``resolve`` makes the link."""
    return nodes.inline(text, text, classes=["formula-figure"], row=f"{kind}-{row_id}")


def resolve(env: BuildEnvironment, docname: str, tree: nodes.Node) -> None:
    """Link what ``pending`` has left within ``tree``, where the rows are in the book."""
    for place in list(tree.findall(nodes.inline)):
        if "row" in place:
            uri = address(env, docname, place["row"])
            if uri:
                link = nodes.reference("", "", *place.children, refuri=uri, internal=True)
                place.children = []
                place += link
            del place["row"]


def address(env: BuildEnvironment, docname: str, label: str) -> str:
    """Return the address of a label as a page names it; empty if no page has it."""
    page, name = env.domaindata["std"]["anonlabels"].get(label, ("", ""))
    if not page and label.startswith("derived-"):
        page, name = next(iter(context.record(env, "derivations")), ""), label
    return f"{env.app.builder.get_relative_uri(docname, page)}#{name}" if page else ""
