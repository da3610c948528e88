"""The unit that an expression over claims comes out in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.expression import evaluate_with
from shanhai.evidence.quantity import combined_unit


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit under arithmetic; None is that of a bare number, which goes with any."""

    unit: str | None

    def _same(self, other: _Unit) -> _Unit:
        if None not in (self.unit, other.unit) and self.unit != other.unit:
            raise EvidenceError(f"adds {other.unit or 'a ratio'} to {self.unit or 'a ratio'}")
        return self if other.unit is None else other

    __add__ = __sub__ = _same

    def __mul__(self, other: _Unit) -> _Unit:
        return self._combined(other, 1)

    def __truediv__(self, other: _Unit) -> _Unit:
        return self._combined(other, -1)

    def _combined(self, other: _Unit, power: int) -> _Unit:
        if self.unit is other.unit is None:
            return self
        return _Unit(combined_unit(self.unit or "", other.unit or "", power))


def unit_of(text: str, units: Mapping[str, str]) -> str | None:
    """Return the unit of an expression, of claims with ``units``; None where it is bare numbers alone.

    Raises:
        EvidenceError: it is not an expression, or adds what differs in unit.
    """
    return evaluate_with(text, lambda name: _Unit(units[name]), lambda number: _Unit(None)).unit
