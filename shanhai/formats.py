"""The one place where numbers and dates are formatted, through Babel's locale data (CLDR).

Scales such as 万 and 亿, signs and separators come from the locale; units come from the ledger's codes.
A figure with bounds shows no more digits than its bounds support.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list as join_list
from babel.numbers import format_decimal, format_percent

from shanhai.evidence.interval import Interval, Number, magnitude
from shanhai.language import Language


def decimal(value: Number, places: int) -> Decimal:
    """Return ``value`` rounded half even to ``places`` decimal places; to tens where it is -1."""
    scaled = round(Fraction(value) * Fraction(10) ** places)
    return Decimal(scaled).scaleb(-places)


def _nominal(value: Interval | Number) -> Fraction:
    return value.value if isinstance(value, Interval) else Fraction(value)


def _places(value: Interval | Number, most: int) -> int:
    """Return to how many decimal places a number may be shown.

    ``most`` limits its significant digits after the point alone; bounds limit those before it too, so
    the result is negative where they leave tens or hundreds open.
    """
    nominal = _nominal(value)
    if not nominal:
        return 0
    limit = max(0, most - 1 - magnitude(nominal))
    if isinstance(value, Interval) and not value.is_exact:
        return min(limit, value.significant(most) - 1 - magnitude(nominal))
    return limit


def format_count(value: Interval | Number, locale: str) -> str:
    """Format a whole number, such as ``6614`` (``6,614`` in English) or ``12,345``."""
    return format_fixed(value, 0, locale)


def format_fixed(value: Interval | Number, places: int, locale: str) -> str:
    """Format a number with a fixed count of decimal places; Chinese does not group four digits.

    Negative ``places`` round to tens, hundreds and so on.
    """
    number = decimal(_nominal(value), places)
    pattern = "#,##0" + ("." + "0" * places if places > 0 else "")
    return _decimal(number, pattern, locale)


def _decimal(number: Decimal, pattern: str, locale: str) -> str:
    grouped = abs(number) >= _small(locale)
    return format_decimal(number, format=pattern, locale=_locale(locale), group_separator=grouped)


@functools.cache
def _locale(name: str) -> Locale:
    """Return Babel's locale of a name, however an author wrote it; Babel takes long to find one."""
    return Locale.parse(Language.of(name).locale)


@functools.cache
def _small(locale: str) -> int:
    """Return from where a locale groups digits: 10,000 where it counts in myriads, else 1,000."""
    return 10_000 if _scale(Fraction(10_000), locale)[0] == 10_000 else 1_000


def format_ratio(value: Interval | Number, locale: str, most: int = 3) -> str:
    """Format a ratio with the digits its bounds support, ``most`` significant ones at the most."""
    return format_fixed(value, _places(value, most), locale)


def format_share(value: Interval | Number, locale: str, most: int = 3) -> str:
    """Format a share as per cent with the digits its bounds support, one decimal at the most."""
    places = min(1, _places(value, most) - 2)
    pattern = "#,##0" + ("." + "0" * places if places > 0 else "") + "%"
    return format_percent(
        decimal(_nominal(value), places + 2), format=pattern, locale=_locale(locale)
    )


def format_scaled(
    value: Interval | Number, locale: str, most: int = 4, place: Number | None = None
) -> str:
    """Format an amount in the locale's largest fitting scale, such as ``5.17亿`` or ``517 million``.

    The scale words are the locale's compact decimal patterns. A figure with bounds keeps the digits they
    support, ``most`` at the most. A plain number is shown to ``place``, the unit of its last digit, as
    sums of printed figures are; without it, to two places of its scale at the most, of millions to three.
    """
    nominal = _nominal(value)

    def finest(divisor: int) -> int:
        return 0 if divisor == 1 else 2 if _small(locale) == 10_000 else 3

    def rounded(divisor: int) -> tuple[Decimal, int]:
        if isinstance(value, Interval):
            places = min(finest(divisor), _places(value / divisor, most))
        elif place is not None:
            places = max(0, magnitude(Fraction(divisor)) - magnitude(Fraction(place)))
        else:
            places = finest(divisor)
        return decimal(nominal / divisor, places), places

    divisor, pattern = _scale(abs(nominal), locale)
    number, places = rounded(divisor)
    # Rounded, a number may reach the next scale: 9999.9999万 is 1亿.
    lifted, higher = _scale(abs(Fraction(number)) * divisor, locale)
    if lifted != divisor:
        pattern = higher
        number, places = rounded(lifted)
    if isinstance(value, Interval) or place is not None:
        return pattern.format(format_fixed(Fraction(number), places, locale))
    return pattern.format(_decimal(number, "#,##0.###", locale))


def format_bounds(value: Interval, locale: str, *, percent: bool = False) -> tuple[str, str]:
    """Format both bounds in the scale of the value, to two digits of their distance, outward."""
    nominal = value.value or value.high or value.low
    divisor, pattern = (Fraction(1, 100), "{}%") if percent else _scale(abs(nominal), locale)
    low, high = value.low / divisor, value.high / divisor
    places = max(0, 1 - magnitude(high - low)) if high > low else 0
    power = Fraction(10) ** places
    ends = Fraction((low * power).__floor__()) / power, Fraction((high * power).__ceil__()) / power
    while places and all((end * 10 ** (places - 1)).denominator == 1 for end in ends):
        places -= 1
    low_text, high_text = (pattern.format(format_fixed(end, places, locale)) for end in ends)
    return low_text, high_text


def common_scale(values: Iterable[Interval | Number], locale: str) -> tuple[int, str]:
    """Return the divisor and the word of the scale in which all of the values are drawn.

    It is the locale's largest that the largest value reaches: (100000000, ``亿``), or (1, ````).
    """
    largest = max((abs(_nominal(value)) for value in values), default=Fraction(0))
    divisor, pattern = _scale(largest, locale)
    return divisor, pattern.format("").strip()


def _scale(value: Fraction, locale: str) -> tuple[int, str]:
    """Return the divisor and the pattern, with ``{}`` for the number, of the locale's scale.

    Thousands are no scale: 7,210 is read at a glance, "7.21 thousand" is not.
    """
    formats = _locale(locale).compact_decimal_formats
    compact = formats["long" if "long" in formats else "short"]["other"]
    best = (1, "{}")
    for key, pattern in sorted(compact.items(), key=lambda item: int(item[0])):
        text = pattern.pattern.replace("'", "")
        zeros = text.count("0")
        if zeros and int(key) <= value:
            divisor = int(key) // 10 ** (zeros - 1)
            if 10_000 <= divisor <= value and text.strip("0"):
                best = (divisor, text.replace("0" * zeros, "{}"))
    return best


def plural(number: str, locale: str) -> str:
    """Return the locale's plural category of a number as shown: ``one`` of ``1``, in English."""
    try:
        return _locale(locale).plural_form(Decimal(number))
    except InvalidOperation:
        return "other"


def format_list(words: Sequence[str], locale: str) -> str:
    """Join words as the locale joins a list of them."""
    return join_list(words, style="standard", locale=_locale(locale))


def format_day(value: date, locale: str) -> str:
    """Format a day in the locale's long form."""
    return format_date(value, format="long", locale=_locale(locale))


def format_month(value: date, locale: str) -> str:
    """Format a year and a month."""
    return format_skeleton("yMMMM", value, locale=_locale(locale))


def format_period(start: date | None, end: date | None, locale: str) -> str:
    """Format a period as years or months where it covers them whole; open ends stay open."""
    if start is None and end is None:
        return ""
    if start and end and (start, end) == (date(start.year, 1, 1), date(start.year, 12, 31)):
        return format_skeleton("y", start, locale=_locale(locale))
    if start and end and (start.year, start.month) == (end.year, end.month):
        return format_month(start, locale)
    return "–".join(format_month(day, locale) if day else "" for day in (start, end))
