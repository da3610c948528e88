"""Quantities keep what they were made of, through any arithmetic, and exactly."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanhai.evidence.derivation import Derivation
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.expression import evaluate as evaluate_text
from shanhai.evidence.interval import Interval
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.quantity import Quantity, evaluate, exact_text, formula_text, place, total


@pytest.fixture(scope="module")
def ledger(root):
    return Ledger.load(root / "data")


@pytest.fixture(scope="module")
def q(ledger):
    return lambda claim: Quantity.of_claim(ledger.claims[claim])


def test_a_gap_knows_its_figures_its_value_and_its_bounds(q, ledger):
    gap = q("sh-aid") + q("gd-aid") - q("all-aid")
    assert gap.claims == ["sh-aid", "gd-aid", "all-aid"] and gap.unit == "CNY"
    plain = ledger.claims["sh-aid"].interval + ledger.claims["gd-aid"].interval
    plain -= ledger.claims["all-aid"].interval
    assert (gap.value, gap.low, gap.high) == (plain.value, plain.low, plain.high)
    assert formula_text(gap.formula) == "sh-aid + gd-aid - all-aid"
    assert place(gap.formula, lambda kind, row: ledger.claims[row].place) == 10**6


def test_units_follow_the_arithmetic(q):
    each = q("sh-aid") / q("sh-projects")
    assert (each.unit, (each * q("sh-projects")).unit) == ("CNY/project", "CNY")
    assert (q("sh-aid") / q("all-aid")).unit == ""
    assert (q("gd-start") - q("sh-start")).unit == "year"


def test_bounds_sizes_and_counts_keep_their_making(q):
    gap = q("sh-aid") - q("all-aid")
    assert formula_text(gap.least.formula) == "low(sh-aid - all-aid)"
    assert abs(gap).value == -gap.value and abs(gap).claims == gap.claims
    share = Quantity.counted(["a", "b"], "claims") / Quantity.counted(["a", "b", "c"], "claims")
    assert (
        share.value == Fraction(2, 3)
        and formula_text(share.formula) == "count(claims) / count(claims)"
    )


def test_zero_and_one_leave_no_trace_and_other_constants_want_a_reason(q):
    assert total([q("sh-aid")]).formula == ("claim", "sh-aid") == (q("sh-aid") * 1).formula
    assert (q("sh-aid") * 12).unexplained == ["12"]
    assert not (q("sh-aid") / Quantity.constant(12, "months of a year")).unexplained


def test_what_is_not_exact_is_refused(q):
    with pytest.raises(EvidenceError, match=r"0\.5 is not exact"):
        q("sh-aid") * 0.5
    with pytest.raises(EvidenceError, match="does not say what it was made of"):
        q("sh-aid") + Interval(2, 1, 3)


NUMBERS = st.integers(1, 9)
TREES = st.recursive(
    NUMBERS.map(lambda n: Quantity.of(Interval(n, n - Fraction(1, 2), n + 1), ("claim", f"c{n}"))),
    lambda inner: st.tuples(inner, inner, st.sampled_from("+-*/")).map(lambda made: _apply(*made)),
    max_leaves=8,
)


def _apply(left, right, sign):
    if sign == "/" and right.low <= 0 <= right.high:
        sign = "+"
    return {"+": left + right, "-": left - right, "*": left * right}.get(sign) or left / right


@given(TREES)
def test_a_formula_computes_what_the_arithmetic_did(made):
    def figure(name):
        n = int(name[1:])
        return Interval(n, n - Fraction(1, 2), n + 1)

    again = evaluate(made.formula, lambda kind, name: figure(name))
    assert (again.value, again.low, again.high) == (made.value, made.low, made.high)
    written = evaluate_text(formula_text(made.formula), figure)
    assert (written.value, written.low, written.high) == (made.value, made.low, made.high)
    kept = Derivation.from_dict(json.loads(json.dumps(Derivation.of("k", "1", made).as_dict())))
    assert kept.formula == made.formula
    assert kept.interval == Interval(made.value, made.low, made.high)


@given(st.decimals(-(10**9), 10**9, places=4))
def test_exact_numbers_are_written_exactly(number):
    assert Fraction(exact_text(Fraction(number))) == Fraction(number)
    assert Decimal(exact_text(Fraction(number))) == number


def test_a_number_without_end_is_a_fraction():
    assert exact_text(Fraction(1, 3)) == "1/3" and exact_text(Fraction(5, 8)) == "0.625"
