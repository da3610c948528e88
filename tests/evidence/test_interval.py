"""Arithmetic on printed numbers keeps the true value inside."""

from dataclasses import FrozenInstanceError
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.interval import Interval, magnitude


def printed(text, scale=1, qualifier="exact"):
    # As it comes from a file: equal to the word in the code, not the same object.
    qualifier = "".join(list(qualifier))
    interval = Interval.printed(Decimal(text), scale, qualifier)
    return interval.value, interval.low, interval.high


@pytest.mark.parametrize(
    ("text", "scale", "qualifier", "expected"),
    [
        ("74", 1, "exact", (74, 74, 74)),
        ("7.92", 10_000, "exact", (79_200, 79_150, 79_250)),
        ("105.64", 10**8, "exact", (10_564_000_000, 10_563_500_000, 10_564_500_000)),
        ("963.5", 10_000, "exact", (9_635_000, 9_634_500, 9_635_500)),
        ("3.5", 1, "exact", (Fraction(7, 2), Fraction(69, 20), Fraction(71, 20))),
        ("3", 10_000, "exact", (30_000, 25_000, 35_000)),
        ("2", 1, "over", (2, 2, 3)),
        ("100", 1, "over", (100, 100, 200)),
        ("120", 1, "over", (120, 120, 130)),
        ("100", 1, "nearly", (100, 0, 100)),
        ("95", 1, "nearly", (95, 94, 95)),
        ("30", 1, "about", (30, 25, 35)),
        ("95", 1, "about", (95, Fraction(189, 2), Fraction(191, 2))),
        ("100", 10_000, "several", (2_000_000, 2_000_000, 9_000_000)),
        ("11", 1, "ordinal", (11, 11, 11)),
        # Only the zeros at the end are coarse, and none after the point.
        ("0", 1, "over", (0, 0, 1)),
        ("1020", 1, "over", (1020, 1020, 1030)),
        ("3.0", 1, "over", (3, 3, Fraction(31, 10))),
        ("1E+2", 1, "exact", (100, 100, 100)),
        ("10E+2", 1, "over", (1000, 1000, 2000)),
        ("3", 2, "exact", (6, 5, 7)),
        ("-5", 1, "over", (-5, -6, -5)),
        ("-0.5", 1, "over", (Fraction(-1, 2), Fraction(-3, 5), Fraction(-1, 2))),
        ("-7.92", 10_000, "exact", (-79_200, -79_250, -79_150)),
    ],
)
def test_printing_gives_the_bounds(text, scale, qualifier, expected):
    assert printed(text, scale, qualifier) == expected


def test_a_bare_number_is_printed_as_it_is():
    assert Interval.printed(Decimal("74")) == Interval.exact(74)


@pytest.mark.parametrize("qualifier", ["", "Exact", "maybe", "zero"])
def test_an_unknown_qualifier_is_named(qualifier):
    with pytest.raises(EvidenceError, match=f"'{qualifier}'"):
        Interval.printed(Decimal(1), 1, qualifier)


@pytest.mark.parametrize("bounds", [(1, 2, 3), (4, 2, 3), (2, 3, 1)])
def test_bounds_must_hold_the_value(bounds):
    with pytest.raises(ValueError, match="not within"):
        Interval(*bounds)


def test_an_interval_does_not_change():
    """Notebooks share the ledger's: one that rounded in place would change it for the others."""
    one = Interval(2, 1, 3)
    with pytest.raises(FrozenInstanceError):
        one.value = Fraction(5)
    assert {one: "found"}[Interval(2, 1, 3)] == "found"


fractions = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)


@st.composite
def held(draw):
    """An interval and a number that lies within it."""
    low, value, high = sorted(draw(st.tuples(fractions, fractions, fractions)))
    share = draw(st.fractions(min_value=0, max_value=1, max_denominator=10))
    return Interval(value, low, high), low + (high - low) * share


@given(held(), held())
def test_the_true_result_lies_within(first, second):
    (a, x), (b, y) = first, second
    for result, true in [
        (a + b, x + y),
        (a - b, x - y),
        (a * b, x * y),
        (-a, -x),
        (abs(a), abs(x)),
    ]:
        assert result.low <= true <= result.high
        assert result.low <= result.value <= result.high


@given(held(), held(), st.booleans())
def test_the_true_ratio_lies_within(first, second, below):
    (a, x), (b, y) = first, second
    # Moved to one side of zero: thrown away, most of what is drawn would be.
    apart = Fraction(1, 100) - b.low
    b, y = b + apart, y + apart
    if below:
        b, y = -b, -y
    ratio = a / b
    assert ratio.low <= x / y <= ratio.high
    assert ratio.value == a.value / b.value


@given(held(), held())
def test_bounds_are_reached(first, second):
    """No operation gives wider bounds than its operands' ends do."""
    (a, _), (b, _) = first, second
    ends = [(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    assert (a + b).low == min(x + y for x, y in ends) and (a + b).high == max(
        x + y for x, y in ends
    )
    assert (a - b).low == min(x - y for x, y in ends) and (a - b).high == max(
        x - y for x, y in ends
    )
    assert (a * b).low == min(x * y for x, y in ends) and (a * b).high == max(
        x * y for x, y in ends
    )


@given(held())
def test_plain_numbers_may_stand_on_either_side(first):
    a, _ = first
    two = Interval.exact(2)
    assert a + 2 == 2 + a == a + two
    assert a - 2 == a - two and 2 - a == two - a
    assert a * 2 == 2 * a == a * two
    assert a / 2 == a / two
    if a.low > 0:
        assert 2 / a == two / a


@pytest.mark.parametrize("divisor", [(0, 0, 0), (0, -1, 1), (1, 0, 2), (-1, -2, 0)])
def test_a_divisor_that_may_be_zero_is_refused(divisor):
    with pytest.raises(EvidenceError, match="may be zero"):
        Interval.exact(1) / Interval(*divisor)


@given(held(), held())
def test_overlap_means_a_common_number(first, second):
    (a, _), (b, _) = first, second
    common = max(a.low, b.low) <= min(a.high, b.high)
    assert a.overlaps(b) == b.overlaps(a) == common


def test_width_and_exactness():
    assert Interval(2, 1, 4).width == 3
    assert not Interval(2, 1, 4).is_exact
    assert Interval.exact(2).is_exact


@pytest.mark.parametrize(
    ("interval", "digits"),
    [
        (Interval.exact(12345), 4),
        (Interval.exact(0), 1),
        (Interval(Fraction("0.13"), Fraction("0.1293"), Fraction("0.1308")), 2),
        (Interval(100, 50, 150), 1),
        (Interval(100, 99, 101), 2),
        (Interval(100, Fraction("99.5"), Fraction("100.5")), 3),
        (Interval(Fraction("1.5"), Fraction("1.4"), Fraction("2.8")), 1),
        (Interval(5, 0, 100), 1),
        (Interval(500, 495, 505), 2),
        (Interval(500, 495, Fraction("505.5")), 1),
        (Interval(12345, Fraction("12344.99"), Fraction("12345.01")), 4),
    ],
)
def test_digits_follow_the_bounds(interval, digits):
    assert interval.significant() == digits
    assert interval.significant(2) == min(2, digits)


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**12))
def test_magnitude_is_the_leading_digit(value):
    assert Fraction(10) ** magnitude(value) <= value < Fraction(10) ** (magnitude(value) + 1)
    assert magnitude(-value) == magnitude(value)


@pytest.mark.parametrize(
    ("value", "exponent"), [(1, 0), (100, 2), (99, 1), (Fraction(1, 10), -1), (Fraction(1, 11), -2)]
)
def test_magnitude_at_powers_of_ten(value, exponent):
    assert magnitude(Fraction(value)) == exponent


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((1, Fraction(1, 2), 2), (1, Fraction(1, 2), 2)),
        ((-1, -2, Fraction(-1, 2)), (1, Fraction(1, 2), 2)),
        ((1, -3, 2), (1, 0, 3)),
        ((-1, -2, 3), (1, 0, 3)),
        ((Fraction(1, 4), Fraction(-1, 2), 1), (Fraction(1, 4), 0, 1)),
        ((Fraction(-1, 4), -1, Fraction(1, 2)), (Fraction(1, 4), 0, 1)),
    ],
)
def test_the_size_of_an_interval(bounds, expected):
    assert abs(Interval(*bounds)) == Interval(*expected)


def test_whole_bounds_divide_exactly():
    assert Interval(1, 1, 1) / Interval(3, 3, 3) == Interval.exact(Fraction(1, 3))
