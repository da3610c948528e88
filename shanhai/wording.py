"""Figures in words: amounts with their units, differences, lists, and figures as a language prints them.

Labels are those of the data (``codes.csv``), numbers those of `shanhai.formats`. Notebooks and pages say
figures alike, as both come here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shanhai import formats
from shanhai.evidence.interval import Interval, Number
from shanhai.evidence.ledger import Claim, Ledger
from shanhai.evidence.quantity import Quantity
from shanhai.evidence.quantity import place as printed_place
from shanhai.language import Language


@dataclass(frozen=True)
class Wording:
    """Says figures of a ledger in the language of a locale."""

    ledger: Ledger
    locale: str

    @property
    def language(self) -> str:
        """Suffix of the data's language columns."""
        return Language.of(self.locale).code

    def unit(self, unit: str, number: str = "") -> str:
        """Return a unit's label with the space its language sets before it; of a ratio, what is above.

        ``number`` is the number as shown: after one, ``unit_one`` of the codes has the label.
        """
        names = [name for name in unit.partition("/")[0].split("*") if name]
        one = number and formats.plural(number, self.locale) == "one"
        label = "·".join(self._label(name, one=bool(one)) for name in names)
        return label if self.language == "zh" or not label else f" {label}"

    def amount(self, value: Interval | Number, unit: str = "", place: Number | None = None) -> str:
        """Return an amount in the locale's scale with its unit; ``place`` is that of its last digit.

        A quantity has its own unit, and is shown to the last place that its figures are printed to.
        What it is for one of is said too: ``2.22 million yuan per project``.
        """
        if isinstance(value, Quantity):
            unit = unit or value.unit
            place = place or printed_place(value.formula, self._place)
        bare = value.value if isinstance(value, Interval) and place is not None else value
        text = formats.format_scaled(bare, self.locale, place=place)
        text += self.unit(unit, text)
        below = [name for name in unit.partition("/")[2].split("*") if name]
        if not below:
            return text
        one = "·".join(self._label(name, one=True) for name in below)
        return self._code("difference", "per", "{}/{}").format(text, one)

    def printed(self, claim: Claim | str) -> str:
        """Return a claim's figure as this language prints it: its token, or what the data says for it.

        Where the data is silent, the amount stands in, and a date as its year or month.
        """
        if isinstance(claim, str):
            claim = self.ledger.claims[claim]
        if self.language == "zh":
            return claim.token
        if said := str(getattr(claim, f"token_{self.language}", "")):
            return said
        if claim.unit == "date":
            return formats.format_period(claim.period_start, claim.period_end, self.locale)
        text = self.amount(claim.amount, claim.unit, claim.place)
        if claim.qualifier in {"exact", "ordinal"}:
            return text
        return f"{self._code('qualifier', claim.qualifier)} {text}"

    def misprinted(self, claim: Claim, value: Decimal) -> str:
        """Return a figure as it would be printed with another number, to the places of ``value``."""
        places = max(0, -int(value.as_tuple().exponent))
        if self.language == "zh":
            unit = claim.token.lstrip("0123456789.,")
            return formats.format_fixed(value, places, self.locale) + unit
        if claim.unit == "date":
            return str(value)
        amount = Interval.exact(value * claim.scale)
        return self.tally(Quantity.of(amount, ("claim", claim.id), claim.unit))

    def gap(self, value: Interval) -> str:
        """Say a difference in words: more or less by how much, or equal.

        The nominal difference is shown, as one who subtracts the printed numbers finds it.
        """
        if not value.value:
            return self._difference("equal")
        text, counted = self.tally(abs(value)), self._counted(value)
        if counted and not value.is_exact:
            text = self._difference("about").format(text)
        if value.value > 0:
            return self._difference("more").format(text)
        return self._difference("fewer" if counted else "less").format(text)

    def tally(self, value: Interval) -> str:
        """Return how many there are of what is counted, without its name: ``26个``, ``26``.

        What is measured, such as money, has its unit all the same.
        """
        unit = self._counted(value)
        if not unit:
            return self.amount(value)
        text = formats.format_count(value, self.locale)
        return self._code("measure", unit, "{}" + self.unit(unit)).format(text)

    def _counted(self, value: Interval) -> str:
        """Return the unit of a quantity if it is one of things that are counted."""
        unit = value.unit if isinstance(value, Quantity) else ""
        return unit if self._code("unit_one", unit, "") else ""

    def listed(self, words: Sequence[str]) -> str:
        """Return words as a list, joined as the language joins them."""
        return formats.format_list(words, self.locale)

    def clauses(self, *texts: str) -> str:
        """Return texts that are no sentence yet with the language's comma between them."""
        return self._points[0].join(texts)

    def sentence(self, head: str, text: str) -> str:
        """Return what is spoken of, a colon, and what is said of it."""
        _, colon, stop = self._points
        return f"{head}{colon}{text}{stop}"

    @property
    def _points(self) -> tuple[str, str, str]:
        return ("，", "：", "。") if self.language == "zh" else (", ", ": ", ".")

    def _difference(self, key: str) -> str:
        return self._code("difference", key)

    def _label(self, unit: str, *, one: bool) -> str:
        return (self._code("unit_one", unit, "") if one else "") or self._code("unit", unit)

    def _code(self, list_name: str, code: str, default: str | None = None) -> str:
        return self.ledger.code(list_name, code, self.language, default)

    def _place(self, kind: str, row_id: str) -> Number:
        return (self.ledger.claims if kind == "claim" else self.ledger.facts)[row_id].place
