"""Numbers and dates as readers see them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanhai import formats
from shanhai.evidence.interval import Interval


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (7214, "7214", "7,214"),
        (517_000_000, "5.17亿", "517 million"),
        (-517_000_000, "-5.17亿", "-517 million"),
        (79_200, "7.92万", "79,200"),
        (87_000_000, "8700万", "87 million"),
        (963_500, "96.35万", "963,500"),
        (9_635_000, "963.5万", "9.635 million"),
        (14_108_000_000, "141.08亿", "14.108 billion"),
    ],
)
def test_scales_are_the_locale_s(value, zh, en):
    assert formats.format_scaled(value, "zh_CN") == zh
    assert formats.format_scaled(value, "en") == en


def test_bounds_limit_the_digits():
    ratio = Interval.printed(Decimal("1.03"), 10_000) / Interval.printed(Decimal("7.92"), 10_000)
    assert formats.format_ratio(ratio, "zh_CN") == "0.13"
    assert formats.format_share(ratio, "zh_CN") == "13%"
    loose = Interval(Fraction("1.38"), 1, 2)
    assert formats.format_ratio(loose, "zh_CN") == "1"
    assert (
        formats.format_share(Interval(Fraction("0.3"), Fraction("0.2"), Fraction("0.4")), "zh_CN")
        == "30%"
    )


def test_bounds_limit_the_digits_of_amounts():
    people = Interval.printed(Decimal("7.92"), 10_000)
    assert formats.format_scaled(people, "zh_CN") == "7.92万"
    gap = Interval(517_000_000, 515_500_000, 518_500_000)
    assert formats.format_scaled(gap, "zh_CN") == "5.2亿"
    assert formats.format_scaled(gap, "en") == "520 million"
    assert formats.format_scaled(Interval.exact(21), "zh_CN") == "21"
    assert formats.format_ratio(Interval(0, -1, 1), "zh_CN") == "0"


@given(st.fractions(min_value=Fraction(1, 100), max_value=10**6), st.integers(0, 4))
def test_fixed_places_round_half_even(value, places):
    text = formats.format_fixed(value, places, "zh_CN").replace(",", "")
    assert Decimal(text) == formats.decimal(value, places)
    assert abs(Fraction(Decimal(text)) - value) <= Fraction(1, 2 * 10**places)


def test_four_digits_are_grouped_in_english_alone():
    assert formats.format_count(6614, "en_GB") == "6,614"
    assert formats.format_count(6614, "zh_CN") == "6614"
    assert formats.format_count(66140, "zh_CN") == "66,140"
    assert formats.format_count(Interval.exact(5), "zh_CN") == "5"


def test_never_scientific_notation():
    assert formats.format_scaled(Fraction(1, 10**9), "zh_CN") == "0"
    assert "E" not in formats.format_scaled(10**18, "zh_CN")


@pytest.mark.parametrize(
    ("start", "end", "zh"),
    [
        (None, None, ""),
        (date(1996, 1, 1), date(1996, 12, 31), "1996年"),
        (date(2016, 9, 1), date(2016, 9, 30), "2016年9月"),
        (date(2016, 1, 1), None, "2016年1月–"),
        (None, date(2015, 12, 31), "–2015年12月"),
        (date(2017, 10, 1), date(2017, 12, 31), "2017年10月–2017年12月"),
        (date(2016, 1, 1), date(2020, 12, 31), "2016年1月–2020年12月"),
    ],
)
def test_periods(start, end, zh):
    assert formats.format_period(start, end, "zh_CN") == zh


def test_days_and_months_follow_the_locale():
    assert formats.format_day(date(2026, 11, 23), "zh_CN") == "2026年11月23日"
    assert formats.format_day(date(2026, 11, 23), "en") == "November 23, 2026"
    assert formats.format_day(date(2026, 11, 23), "en_GB") == "23 November 2026"
    assert formats.format_month(date(2016, 9, 1), "en") == "September 2016"


def test_lists_and_plurals_are_the_locale_s():
    assert formats.format_list(["甲", "乙", "丙"], "zh_CN") == "甲、乙和丙"
    assert formats.format_list(["a", "b", "c"], "en_GB") == "a, b and c"
    assert formats.format_list([], "en") == ""
    assert [formats.plural(number, "en") for number in ("1", "2", "1.0", "1 million")] == [
        "one", "other", "other", "other",
    ]  # fmt: skip
    assert formats.plural("1", "zh_CN") == "other"


@pytest.mark.parametrize(
    ("value", "place", "zh", "en"),
    [
        (79000, 100, "7.90万", "79,000"),
        (517_000_000, 10**6, "5.17亿", "517 million"),
        (87_000_000, 10**6, "8700万", "87 million"),
        (6925, 1, "6925", "6,925"),
        (13_591_000_000, 10**6, "135.91亿", "13.591 billion"),
        (9_635_000, 1000, "963.5万", "9.635 million"),
    ],
)
def test_a_sum_is_shown_to_the_printed_place(value, place, zh, en):
    assert formats.format_scaled(value, "zh_CN", place=place) == zh
    assert formats.format_scaled(value, "en", place=place) == en


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (99_999_999, "1亿", "100 million"),
        (999_999, "100万", "999,999"),
        (9_999, "9999", "9,999"),
    ],
)
def test_a_number_that_rounding_lifts_is_shown_in_the_next_scale(value, zh, en):
    assert formats.format_scaled(value, "zh_CN") == zh
    assert formats.format_scaled(value, "en") == en


@pytest.mark.parametrize("locale", ["zh_CN", "zh-CN", "zh", "zh-hans-cn"])
def test_a_rounded_figure_reaches_the_next_scale_on_every_path(locale):
    almost = 99_999_999
    assert formats.format_scaled(almost, locale) == "1亿"
    assert formats.format_scaled(Interval(almost, almost - 5000, almost + 1), locale) == "1.00亿"
    assert formats.format_scaled(almost, locale, place=10_000) == "1.0000亿"
    assert formats.format_day(date(2016, 9, 1), locale) == "2016年9月1日"
