"""A derived figure as a notebook hands it to the pages: what is shown, and what it was made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from shanhai.evidence.interval import Interval
from shanhai.evidence.quantity import Formula, Quantity, exact_text

MIME = "application/vnd.shanhai.derived+json"
"""Mime type of a derivation among the outputs of a notebook."""


@dataclass(frozen=True)
class Derivation:
    """What is shown under a key, and the formula, bounds, unit and cell that made it.

    ``formula`` is empty for words that rest on no figure. ``value``, ``low`` and ``high`` are exact
    numbers as text (``135.91``, ``1/3``), empty where words alone say how the text was made.
    """

    key: str
    text: str
    formula: Formula = ()
    value: str = ""
    low: str = ""
    high: str = ""
    unit: str = ""
    cell: int = 0

    @classmethod
    def of(cls, key: str, text: str, made: Quantity, cell: int = 0) -> Derivation:
        """Return what ``text``, under ``key``, says of a quantity."""
        value, low, high = (exact_text(v) for v in (made.value, made.low, made.high))
        return cls(key, text, made.formula, value, low, high, made.unit, cell)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Derivation:
        """Read what ``as_dict`` gave, after a way through JSON."""
        return cls(**{**record, "formula": _tuples(record["formula"])})

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)

    @property
    def interval(self) -> Interval | None:
        """Value and bounds; None where words say how it was made."""
        if not self.value:
            return None
        return Interval(Fraction(self.value), Fraction(self.low), Fraction(self.high))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value
