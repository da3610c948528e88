"""The days that a date's token names: ``2016年9月`` is the whole of that month.

``年底``, ``年初`` and the seasons have no sharp ends; they are read as the quarter or month of the
calendar that a reader takes them for, and ``is_sharp`` says that they were.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from shanhai.numerals.reading import read

_DATE = re.compile(
    r"(?P<year>\d{4}|[〇零一二三四五六七八九○]{4})(?:年|(?P<sep>[-/.]))"
    r"(?:(?P<month>\d{1,2}|[一二三四五六七八九十]{1,2})(?:月份?|(?P=sep)))?"
    r"(?:(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})[日号]?)?(?P<part>\D*)"
)
#: First and last month of the parts of a year, and first and last day of those of a month.
_OF_YEAR = {
    "底": (10, 12), "末": (10, 12), "初": (1, 3), "春": (3, 5), "夏": (6, 8), "秋": (9, 11),
    "上半年": (1, 6), "下半年": (7, 12),
}  # fmt: skip
_OF_MONTH = {
    "底": (21, 31), "末": (21, 31), "初": (1, 10), "上旬": (1, 10), "中旬": (11, 20),
    "下旬": (21, 31),
}  # fmt: skip


def span(token: str) -> tuple[date, date] | None:
    """Return the first and the last day a token names, or None where it names no year."""
    match = _DATE.fullmatch(token)
    year = read(match["year"].replace("○", "〇")) if match else None
    if match is None or not year:
        return None
    month, day = (int(read(match[name]) or 0) if match[name] else 0 for name in ("month", "day"))
    try:
        if day:
            return date(int(year), month, day), date(int(year), month, day)
        if month:
            low, high = _OF_MONTH.get(match["part"], (1, 31))
            last = monthrange(int(year), month)[1]
            return date(int(year), month, low), date(int(year), month, min(high, last))
        low, high = _OF_YEAR.get(match["part"], (1, 12))
        return date(int(year), low, 1), date(int(year), high, monthrange(int(year), high)[1])
    except ValueError:
        return None


def is_sharp(token: str) -> bool:
    """Return whether the ends of what a date's token names are not a matter of reading."""
    match = _DATE.fullmatch(token)
    return match is not None and match["part"] in {"", "度", "上半年", "下半年"}


def plan(number: int) -> tuple[date, date] | None:
    """Return the years of China's five-year plan of a number: the 13th covers 2016 to 2020."""
    if not 6 <= number <= 30:
        return None
    start = 1981 + 5 * (number - 6)
    return date(start, 1, 1), date(start + 4, 12, 31)
