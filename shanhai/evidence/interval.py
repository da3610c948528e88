"""Exact arithmetic on printed numbers.

A printed number stands for every number that would be printed so: 7.92万 is some number from 79,150 to
79,250. Sums, differences, products and ratios carry the bounds along (R. E. Moore, *Interval Analysis*,
1966), so that a gap larger than rounding can explain is told from one that is not.

Own code, because no kept library has exact decimal intervals with a printed value: ``mpmath.iv`` and
``pyinterval`` round in binary, ``portion`` has interval sets without arithmetic, ``uncertainties`` has
standard deviations, which printed figures do not state. Values are fractions inside, so that division
is exact too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shanhai.evidence.errors import EvidenceError

Number = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Interval:
    """A nominal value and the bounds within which the true value lies, both included."""

    value: Fraction
    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, Fraction(getattr(self, name)))
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} is not within {self.low} and {self.high}")

    @classmethod
    def exact(cls, value: Number) -> Interval:
        """Return a value known exactly, such as a count."""
        return cls(Fraction(value), Fraction(value), Fraction(value))

    @classmethod
    def printed(cls, value: Decimal, scale: int = 1, qualifier: str = "exact") -> Interval:
        """Return the numbers that would be printed as ``value`` times ``scale``.

        A decimal, or a number with a scale, was rounded: half a unit of the last printed place either
        way. A plain integer is a count. ``over``, ``nearly`` and ``about`` reach one, one and half a
        unit of the last digit that is not zero; ``several`` is two to nine times. Below zero the bounds
        are mirrored: more than a loss of 5 is a larger loss.

        Raises:
            EvidenceError: ``qualifier`` is none of these.
        """
        if value < 0:
            return -cls.printed(value.copy_negate(), scale, qualifier)
        nominal = Fraction(value) * scale
        digits, exponent = value.as_tuple().digits, int(value.as_tuple().exponent)
        place = Fraction(10) ** exponent * scale
        coarse = place
        for digit in reversed(digits[1:]):
            if digit or exponent < 0:
                break
            coarse *= 10
        if qualifier == "exact":
            half = place / 2 if exponent < 0 or scale > 1 else Fraction(0)
            return cls(nominal, nominal - half, nominal + half)
        if qualifier == "over":
            return cls(nominal, nominal, nominal + coarse)
        if qualifier == "nearly":
            return cls(nominal, nominal - coarse, nominal)
        if qualifier == "about":
            return cls(nominal, nominal - coarse / 2, nominal + coarse / 2)
        if qualifier == "several":
            return cls(nominal * 2, nominal * 2, nominal * 9)
        if qualifier == "ordinal":
            return cls.exact(nominal)
        raise EvidenceError(f"unknown qualifier {qualifier!r}")

    def __add__(self, other: Interval | Number) -> Interval:
        other = _interval(other)
        return Interval(self.value + other.value, self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.value, -self.high, -self.low)

    def __sub__(self, other: Interval | Number) -> Interval:
        return self + -_interval(other)

    def __mul__(self, other: Interval | Number) -> Interval:
        other = _interval(other)
        products = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(self.value * other.value, min(products), max(products))

    def __truediv__(self, other: Interval | Number) -> Interval:
        """Return the ratio.

        Raises:
            EvidenceError: the divisor may be zero.
        """
        other = _interval(other)
        if other.low <= 0 <= other.high:
            raise EvidenceError("division by a figure that may be zero")
        return self * Interval(1 / other.value, 1 / other.high, 1 / other.low)

    def __radd__(self, other: Number) -> Interval:
        return _interval(other) + self

    def __rsub__(self, other: Number) -> Interval:
        return _interval(other) - self

    def __rmul__(self, other: Number) -> Interval:
        return _interval(other) * self

    def __rtruediv__(self, other: Number) -> Interval:
        return _interval(other) / self

    def __abs__(self) -> Interval:
        if self.low >= 0:
            return self
        if self.high <= 0:
            return -self
        return Interval(abs(self.value), Fraction(0), max(-self.low, self.high))

    @property
    def is_exact(self) -> bool:
        """Whether the bounds coincide."""
        return self.low == self.high

    @property
    def width(self) -> Fraction:
        """Distance between the bounds."""
        return self.high - self.low

    def overlaps(self, other: Interval) -> bool:
        """Return whether some number lies within both."""
        return self.low <= other.high and other.low <= self.high

    def significant(self, most: int = 4) -> int:
        """Return how many significant digits may be shown.

        A number shown with its last digit at some place says its value to half a unit of that place
        either way, as a printed number does. So the last digit shown stands at the finest place whose
        unit is not smaller than the width. Exact values get ``most``; at least one digit is given.
        """
        if not self.value:
            return 1
        if self.is_exact:
            return most
        digits = 1
        while digits < most and self.width <= Fraction(10) ** (magnitude(self.value) - digits):
            digits += 1
        return digits


def magnitude(value: Fraction) -> int:
    """Return the exponent of the leading decimal digit of a value that is not zero."""
    value = abs(value)
    exponent = len(str(value.numerator)) - len(str(value.denominator))
    return exponent if value >= Fraction(10) ** exponent else exponent - 1


def _interval(value: Interval | Number) -> Interval:
    return value if isinstance(value, Interval) else Interval.exact(value)
