"""Do the figures agree with one another? Each identity gets a verdict.

``exact``           both sides are known exactly and are equal, or an inequality certainly holds
``within rounding`` the bounds leave room for agreement
``inconsistent``    they do not
``not comparable``  scope or period differ; both sides are shown, nothing is judged
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.expression import evaluate, names
from shanhai.evidence.interval import Interval
from shanhai.evidence.ledger import Identity, Ledger
from shanhai.evidence.quantity import Quantity

#: Kinds of test, the strongest first.
TESTS = ("parts", "counts", "restated", "bound")


@dataclass(frozen=True, slots=True)
class Finding:
    """An identity, its two sides, and what came of holding them together."""

    identity: Identity
    left: Interval
    right: Interval
    unit: str
    verdict: str

    @property
    def test(self) -> str:
        """What kind of test it is, a code of ``identity_test``, the strongest first.

        ``parts`` adds up a total's parts; ``counts`` holds two counts to be equal; ``restated`` is one
        figure printed twice; ``bound`` says only which is larger, and could hardly fail.
        """
        if self.identity.operator != "=":
            return "bound"
        return {"total_parts": "parts", "restated": "restated"}.get(self.identity.kind, "counts")

    @property
    def gap(self) -> Interval:
        """Right side minus left side, with bounds."""
        return self.right - self.left

    @property
    def percent(self) -> Fraction | None:
        """The gap in per cent of the left side; None where the left side is zero."""
        return self.gap.value / self.left.value * 100 if self.left.value else None

    @property
    def claims(self) -> list[str]:
        """The claims both sides use, in order, each once."""
        used = names(self.identity.left) + names(self.identity.right)
        return list(dict.fromkeys(used))

    def as_dict(self) -> dict[str, Any]:
        """Return the finding with plain numbers, for JSON."""
        return {
            "id": self.identity.id,
            "kind": self.identity.kind,
            "status": self.identity.status,
            "test": self.test,
            "verdict": self.verdict,
            "operator": self.identity.operator,
            "unit": self.unit,
            "left": {"expression": self.identity.left, **_plain(self.left)},
            "right": {"expression": self.identity.right, **_plain(self.right)},
            "gap": {
                **_plain(self.gap),
                "percent": None if self.percent is None else round(float(self.percent), 4),
            },
            "reason": self.identity.reason,
        }


def judge(left: Interval, operator: str, right: Interval) -> str:
    """Return the verdict on ``left operator right``.

    Raises:
        EvidenceError: ``operator`` is none of ``=``, ``>=``, ``<=``.
    """
    if operator == "<=":
        return judge(right, ">=", left)
    if operator == ">=":
        if left.low >= right.high:
            return "exact"
        return "within rounding" if left.high >= right.low else "inconsistent"
    if operator == "=":
        if left.is_exact and right.is_exact and left.value == right.value:
            return "exact"
        return "within rounding" if left.overlaps(right) else "inconsistent"
    raise EvidenceError(f"unknown operator {operator!r}; expected =, >= or <=")


def reconcile(ledger: Ledger, status: str = "accepted") -> list[Finding]:
    """Return a finding for each identity of the ledger of that status, in the table's order.

    Raises:
        EvidenceError: an identity names a claim that does not exist, or is not an expression.
    """
    return [_find(each, ledger) for each in ledger.identities if each.status == status]


def tally(findings: Iterable[Finding]) -> dict[str, Counter[str]]:
    """Return how often each verdict was given, by kind of test; what is not comparable is no test."""
    counts: dict[str, Counter[str]] = {test: Counter() for test in TESTS}
    for finding in findings:
        if finding.verdict != "not comparable":
            counts[finding.test][finding.verdict] += 1
    return counts


def _find(identity: Identity, ledger: Ledger) -> Finding:
    def lookup(name: str) -> Quantity:
        if name not in ledger.claims:
            raise EvidenceError(f"identity {identity.id}: no claim {name!r} in claims.csv")
        return Quantity.of_claim(ledger.claims[name])

    left, right = evaluate(identity.left, lookup), evaluate(identity.right, lookup)
    comparable = identity.comparable == "yes"
    verdict = judge(left, identity.operator, right) if comparable else "not comparable"
    used = names(identity.left) + names(identity.right)
    units = dict.fromkeys(ledger.claims[name].unit for name in used)
    return Finding(identity, left, right, next(iter(units), ""), verdict)


def _plain(interval: Interval) -> dict[str, float | int]:
    """Return value and bounds as numbers JSON can carry; whole numbers stay whole."""
    values = {"value": interval.value, "low": interval.low, "high": interval.high}
    return {
        key: int(value) if value.denominator == 1 else float(value) for key, value in values.items()
    }
