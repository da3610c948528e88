"""How firm is a verdict? The smallest change of one printed figure that would reverse it.

For every figure of an identity, each number is tried that could have been printed in its place, nearest
first, with the same count of decimal places; and each with one digit of the printed figure replaced. A
verdict is reversed when what was inconsistent no longer is, or the other way about. Other figures stay as
they are printed, and bounds follow the new printing (`shanhai.evidence.interval`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.expression import evaluate, names
from shanhai.evidence.interval import Interval
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.reconcile import judge
from shanhai.evidence.records import Claim, Identity


@dataclass(frozen=True, slots=True)
class Change:
    """A figure printed otherwise: the claim's id, and both printed values."""

    claim: str
    before: Decimal
    after: Decimal

    def __str__(self) -> str:
        return f"{self.claim} {self.before} -> {self.after}"

    @property
    def steps(self) -> int:
        """How many units of the last printed place lie between."""
        return abs(int((self.after - self.before) / _place(self.before)))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {"claim": self.claim, "before": str(self.before), "after": str(self.after)}


@dataclass(frozen=True, slots=True)
class Firmness:
    """What would reverse a verdict.

    ``smallest`` is the change by the smallest share of its figure, None where no change of a single
    figure does. ``misprints`` are the changes of one digit that would do, the smallest of each figure.
    """

    smallest: Change | None
    misprints: tuple[Change, ...]

    def __str__(self) -> str:
        if self.smallest is None:
            return "no change of a single figure reverses it"
        one = "; ".join(map(str, self.misprints)) or "none would"
        return f"reversed by {self.smallest}; by one digit: {one}"

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "smallest": self.smallest and self.smallest.as_dict(),
            "one_digit": [change.as_dict() for change in self.misprints],
        }


def firmness(identity: Identity, ledger: Ledger) -> Firmness | None:
    """Return how firm the verdict on an identity is; None where nothing is judged."""
    if identity.comparable != "yes":
        return None
    claims = {name: ledger.claims[name] for name in names(identity.left) + names(identity.right)}
    intervals = {name: claim.interval for name, claim in claims.items()}
    nearest, misprints = [], []
    for claim in claims.values():
        now = _state(identity, intervals, claim, claim.value)
        if now is None:
            continue
        turn = _nearest(identity, intervals, claim, now)
        if turn is not None:
            nearest.append(Change(claim.id, claim.value, turn))
        turned = [
            value
            for value in one_digit(claim.value)
            if _reversed(now, _state(identity, intervals, claim, value))
        ]
        if turned:
            least = min(turned, key=lambda value: abs(value - claim.value))
            misprints.append(Change(claim.id, claim.value, least))
    smallest = min(nearest, key=lambda c: abs((c.after - c.before) / c.before), default=None)
    return Firmness(smallest, tuple(misprints))


def one_digit(value: Decimal) -> Iterator[Decimal]:
    """Yield the numbers that differ from a printed one in one digit; none begins with zero."""
    sign, digits, exponent = value.as_tuple()
    for place, digit in enumerate(digits):
        for other in range(10):
            leading = (
                place == 0 and len(digits) > 1 and not other and int(exponent) + len(digits) > 1
            )
            if other != digit and not leading:
                changed = (*digits[:place], other, *digits[place + 1 :])
                yield Decimal((sign, changed, int(exponent)))


def _state(
    identity: Identity, intervals: dict[str, Interval], claim: Claim, value: Decimal
) -> int | None:
    """Return how the sides stand with ``claim`` printed as ``value``.

    Zero: not inconsistent; else the sign of left minus right. None where it cannot be computed.
    """
    printed = Interval.printed(value, claim.scale, claim.qualifier)
    known = {**intervals, claim.id: printed}
    try:
        left, right = (
            evaluate(side, known.__getitem__) for side in (identity.left, identity.right)
        )
    except EvidenceError:
        return None
    if judge(left, identity.operator, right) != "inconsistent":
        return 0
    return 1 if left.value > right.value else -1


def _reversed(now: int, then: int | None) -> bool:
    return then is not None and (then == 0) != (now == 0)


def _nearest(
    identity: Identity, intervals: dict[str, Interval], claim: Claim, now: int
) -> Decimal | None:
    """Return the nearest printed value of a figure with which the verdict is another.

    The gap between the sides grows or falls with each figure, so steps are doubled until the sides stand
    otherwise, and halved to the first such value.
    """
    place = _place(claim.value)
    found = []
    for direction in (1, -1):
        bound = int(claim.value / place)
        limit = bound if direction < 0 else 10 * bound + 10

        def state(steps: int, direction: int = direction) -> int | None:
            return _state(identity, intervals, claim, claim.value + direction * steps * place)

        low, high = 0, 1
        while high < limit and state(high) == now:
            low, high = high, high * 2
        high = min(high, limit)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if state(middle) == now else (low, middle)
        then = state(high) if high else now
        # Beyond the other side there may be no value in between that agrees.
        if _reversed(now, then):
            found.append(claim.value + direction * high * place)
    return min(found, key=lambda value: abs(value - claim.value), default=None)


def _place(value: Decimal) -> Decimal:
    """Return the unit of the last printed digit."""
    return Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))
