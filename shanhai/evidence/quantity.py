"""Quantities that keep what they were made of.

A quantity is an interval with a formula: the claims and context facts it rests on, the operations, the
constants with their reasons, the rows that were counted. Arithmetic on quantities carries bounds as
intervals do and writes the formula as it goes, so that a derived figure leads back to the figures of the
article. Numbers are exact; a float is refused.

A formula is data, not code: nested tuples that JSON can hold, each with what it is first.

=====================================  ===========================================================
``("claim", id)``, ``("fact", id)``    a figure of the ledger, or of another document
``("number", text, reason)``           a constant
``("count", text, table, what, ids)``  rows of a table; ``what`` says which, in the book's language
``("+", a, b, ...)``, ``("*", ...)``   a sum, a product
``("-", a, b)``, ``("/", a, b)``       a difference, a ratio
``("neg" | "abs" | "low" | "high", a)``  the opposite, the size, a bound of one
``("of", how, a, ...)``                made of these in a way that words say
=====================================  ===========================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.interval import Interval, Number
from shanhai.evidence.ledger import Claim

Formula = tuple[Any, ...]

_OBVIOUS = {"0", "1"}
"""Constants that need no reason."""


@dataclass(frozen=True, slots=True)
class Quantity(Interval):
    """A value with bounds, its formula and its unit.

    ``unit`` is a code of the ledger, such as ``CNY`` or ``CNY/project``; empty for a bare number.
    """

    formula: Formula = ("number", "0", "")
    unit: str = ""

    @classmethod
    def of(cls, interval: Interval, formula: Formula, unit: str = "") -> Quantity:
        """Return an interval with its formula."""
        return cls(interval.value, interval.low, interval.high, formula, unit)

    @classmethod
    def of_claim(cls, claim: Claim) -> Quantity:
        """Return a claim's amount with the bounds of its printing."""
        return cls.of(claim.interval, ("claim", claim.id), claim.unit)

    @classmethod
    def of_fact(cls, fact_id: str, interval: Interval, unit: str) -> Quantity:
        """Return a context fact's amount."""
        return cls.of(interval, ("fact", fact_id), unit)

    @classmethod
    def constant(cls, value: Number, reason: str = "", unit: str = "") -> Quantity:
        """Return a number that no document states, with the reason for it.

        Raises:
            EvidenceError: ``value`` is a float, which is not exact.
        """
        if isinstance(value, float) or type(value).__module__ == "numpy":
            raise EvidenceError(f"{value!r} is not exact; use an int, a Decimal or a Fraction")
        return cls.of(Interval.exact(value), ("number", exact_text(Fraction(value)), reason), unit)

    @classmethod
    def counted(cls, ids: Sequence[str], table: str, what: str = "", unit: str = "") -> Quantity:
        """Return how many rows of ``table`` were chosen; ``what`` says which."""
        return cls.of(
            Interval.exact(len(ids)), ("count", str(len(ids)), table, what, tuple(ids)), unit
        )

    def __add__(self, other: Interval | Number) -> Quantity:
        return _combine("+", self, _quantity(other), Interval.__add__)

    def __radd__(self, other: Interval | Number) -> Quantity:
        return _combine("+", _quantity(other), self, Interval.__add__)

    def __sub__(self, other: Interval | Number) -> Quantity:
        return _combine("-", self, _quantity(other), Interval.__sub__)

    def __rsub__(self, other: Interval | Number) -> Quantity:
        return _combine("-", _quantity(other), self, Interval.__sub__)

    def __mul__(self, other: Interval | Number) -> Quantity:
        return _combine("*", self, _quantity(other), Interval.__mul__)

    def __rmul__(self, other: Interval | Number) -> Quantity:
        return _combine("*", _quantity(other), self, Interval.__mul__)

    def __truediv__(self, other: Interval | Number) -> Quantity:
        """Return the ratio.

        Raises:
            EvidenceError: the divisor may be zero.
        """
        return _combine("/", self, _quantity(other), Interval.__truediv__)

    def __rtruediv__(self, other: Interval | Number) -> Quantity:
        return _combine("/", _quantity(other), self, Interval.__truediv__)

    def __neg__(self) -> Quantity:
        return Quantity.of(Interval.__neg__(_plain(self)), ("neg", self.formula), self.unit)

    def __abs__(self) -> Quantity:
        if self.low >= 0:
            return self
        if self.formula[0] == "neg":
            return abs(Quantity.of(Interval.__neg__(_plain(self)), self.formula[1], self.unit))
        return Quantity.of(Interval.__abs__(_plain(self)), ("abs", self.formula), self.unit)

    @property
    def least(self) -> Quantity:
        """The lower bound, as an exact quantity."""
        return self if self.is_exact else self._bound("low", self.low)

    @property
    def most(self) -> Quantity:
        """The upper bound, as an exact quantity."""
        return self if self.is_exact else self._bound("high", self.high)

    def _bound(self, name: str, value: Fraction) -> Quantity:
        return Quantity.of(Interval.exact(value), (name, self.formula), self.unit)

    @property
    def claims(self) -> list[str]:
        """The ids of the claims it rests on, in the formula's order, each once."""
        return leaves(self.formula, "claim")

    @property
    def facts(self) -> list[str]:
        """The ids of the context facts it rests on."""
        return leaves(self.formula, "fact")

    @property
    def unexplained(self) -> list[str]:
        """The constants that stand in the formula without a reason."""
        return [
            node[1]
            for node in walk(self.formula)
            if node[0] == "number" and not node[2] and node[1] not in _OBVIOUS
        ]


def total(parts: Iterable[Quantity]) -> Quantity:
    """Return the sum of quantities; of none, zero."""
    return sum(parts, start=Quantity.constant(0))


def leaves(formula: Formula, kind: str) -> list[str]:
    """Return the ids of one kind (``claim`` or ``fact``) that a formula rests on, each once."""
    return list(dict.fromkeys(node[1] for node in walk(formula) if node[0] == kind))


def walk(formula: Formula) -> Iterator[Formula]:
    """Yield a formula and all within it."""
    yield formula
    for part in parts(formula):
        yield from walk(part)


def parts(formula: Formula) -> Sequence[Formula]:
    """Return what a formula is made of, one step down."""
    if formula[0] in {"claim", "fact", "number", "count"}:
        return ()
    return formula[2:] if formula[0] == "of" else formula[1:]


def evaluate(formula: Formula, lookup: Callable[[str, str], Interval]) -> Interval:
    """Compute a formula anew, ``lookup`` giving the interval of a kind and an id.

    Raises:
        EvidenceError: it divides by what may be zero, or it is made in a way only words say.
    """
    kind = formula[0]
    if kind in {"claim", "fact"}:
        return lookup(kind, formula[1])
    if kind in {"number", "count"}:
        return Interval.exact(Fraction(formula[1]))
    if kind == "of":
        raise EvidenceError(f"{formula[1]!r} says in words how a figure is made")
    values = [evaluate(part, lookup) for part in parts(formula)]
    first, *others = values
    if kind in {"low", "high"}:
        return Interval.exact(getattr(first, kind))
    if kind in {"neg", "abs"}:
        return -first if kind == "neg" else abs(first)
    operate = {
        "+": Interval.__add__,
        "-": Interval.__sub__,
        "*": Interval.__mul__,
        "/": Interval.__truediv__,
    }[kind]
    for value in others:
        first = operate(first, value)
    return first


def place(formula: Formula, lookup: Callable[[str, str], Number]) -> Fraction | None:
    """Return the unit of the last digit of a sum of printed figures, as one who adds them finds it.

    ``lookup`` gives the unit of the last digit printed for a kind and an id. Of what is no sum: None.
    """
    found = list(walk(formula))
    if not {node[0] for node in found} <= {"+", "-", "neg", "abs", "claim", "fact", "count"}:
        return None
    printed = [lookup(node[0], node[1]) for node in found if node[0] in {"claim", "fact"}]
    return min((Fraction(unit) for unit in printed), default=Fraction(1))


def exact_text(value: Fraction) -> str:
    """Return a number exactly: as a decimal where it has an end, else as a fraction."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(value)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return f"{Decimal(int(value * 10**places)).scaleb(-places):f}"


def _plain(quantity: Interval) -> Interval:
    return Interval(quantity.value, quantity.low, quantity.high)


def _quantity(value: Interval | Number) -> Quantity:
    if isinstance(value, Quantity):
        return value
    if isinstance(value, Interval):
        if value.is_exact:
            return Quantity.constant(value.value)
        raise EvidenceError("an interval that does not say what it was made of")
    return Quantity.constant(value)


def _combine(
    sign: str, left: Quantity, right: Quantity, operate: Callable[[Interval, Interval], Interval]
) -> Quantity:
    """Return ``left sign right``; zero added, or one multiplied, leaves no trace."""
    nothing = ("number", "0" if sign in "+-" else "1", "")
    if right.formula == nothing:
        return left
    if left.formula == nothing and sign in "+*":
        return right
    if sign in "+-":
        mixed = left.unit and right.unit and left.unit != right.unit
        unit = "" if mixed else left.unit or right.unit
        if sign == "-" and left.unit == right.unit == "date":
            unit = "year"
    else:
        unit = combined_unit(left.unit, right.unit, 1 if sign == "*" else -1)
    interval = operate(_plain(left), _plain(right))
    first = left.formula[1:] if sign in "+*" and left.formula[0] == sign else (left.formula,)
    return Quantity.of(interval, (sign, *first, right.formula), unit)


def combined_unit(left: str, right: str, power: int) -> str:
    """Return the unit of a product, or of a ratio where ``power`` is -1."""
    powers: Counter[str] = Counter()
    for text, sign in ((left, 1), (right, power)):
        above, _, below = text.partition("/")
        powers.update({name: sign for name in above.split("*") if name})
        powers.subtract({name: sign for name in below.split("*") if name})
    above, below = (
        "*".join(sorted(name for name, count in powers.items() for _ in range(count * way)))
        for way in (1, -1)
    )
    return f"{above}/{below}" if below else above


def formula_text(formula: Formula, within: str = "") -> str:
    """Return a formula over ids, as identities are written: ``(sh-aid + gd-aid) / all-aid``.

    A count is ``count(table)``, what only words say ``how(…)``.
    """
    kind = formula[0]
    if kind in {"claim", "fact", "number"}:
        return str(formula[1])
    if kind == "count":
        return f"count({formula[2]})"
    written = [
        formula_text(part, f"{kind}{index and 1}") for index, part in enumerate(parts(formula))
    ]
    if kind in {"+", "-", "*", "/"}:
        text = f" {kind} ".join(written)
        loose = kind in {"+", "-"}
        tight = within[:1] in {"*", "/"} if loose else within == "/1"
        return f"({text})" if tight or (loose and within == "-1") else text
    name = {"of": "how", "neg": "-"}.get(kind, kind)
    return f"{name}({', '.join(written)})"
