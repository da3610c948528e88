"""The grammar of numbers in Chinese text: the patterns of a numeral, in the order in which they are tried.

Dates come before plain numbers, ranges before their ends.
"""

from __future__ import annotations

import re
from functools import cache

from shanhai.numerals.lexicon import DIGIT, HAN, LARGE, MEASURE, TENS

# Every repetition has an end, so that no text takes more than linear time.
_ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,8}(?!\d)|\d{1,40}+)(?:\.\d{1,40}+)?"
# After a large one, 千 and 两 may begin or be the unit: 四亿千瓦, 一万两千两.
_HAN_IN_NUMBER = (
    rf"(?:(?!(?<=[\d万亿])千[瓦克米帕卡焦伏赫]|(?<=[十百千万亿])两(?![百千万亿]))[{HAN}])"
)
_SCALE = rf"(?:(?!千[瓦克米帕卡焦伏赫])[{TENS}{LARGE}])"
_CHINESE = rf"(?:{_HAN_IN_NUMBER}{{1,24}}+(?:点[{DIGIT}]{{1,24}}+)?)"
_MIXED = (
    rf"(?:{_ARABIC}{_SCALE}{{1,3}}(?:零?{_ARABIC}{_SCALE}{{1,3}}){{0,3}}"
    rf"(?:\d{{3,4}}(?!\d))?|{_ARABIC}|{_CHINESE})"
)
_VAGUE = rf"(?:[一二三四五六七八九]?十几|[一二两三四五六七八九][百千万]几[十百千]?|[数几][{TENS}{LARGE}]{{1,4}}|[几数](?=(?:{MEASURE})))"
_NUMBER = rf"(?:{_VAGUE}|{_MIXED})"
_POINT = rf"(?:点[{DIGIT}]{{1,9}})?"
_TO = r"(?:至|到|~|-|或)"
_YEAR = rf"(?:\d{{4}}|[{DIGIT}]{{4}})年"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
#: A day of the old calendar bears no 日: 八月十五, 二月二.
_OLD_DAY = (
    rf"(?:初[一二三四五六七八九十]|三十|[二廿]?十[一二三四五六七八九]?|廿[一二三四五六七八九]"
    rf"|(?<=二月)二|(?<=三月)三|(?<=六月)六|(?<=九月)九)(?![{HAN}]|{MEASURE})"
)
_PART = r"(?:底|初|末|[上中下]旬|[春夏秋冬](?![天季])|[上下]半年)"
_ONE_TO_NINE = "[一二三四五六七八九]"

_AFTER_GE = "(?:月|小时|钟头|星期|世纪|学期|百分点)"
#: Units of which half is a quantity; 半路 and 半边 are none.
_HALVED = (
    "(?:年|小时|分钟|天|日|斤|公斤|公里|里|英里|亩|吨|米|尺|寸|世纪|学期|辈子|杯|碗|瓶|块|张|只|个)"
)


@cache
def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return the patterns in the order in which they are tried."""
    return [
        ("date", re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)")),
        ("date", re.compile(r"(?:19|20)\d\d(?:/\d\d(?!\d)|[/-]\d\d(?=赛季|学年|财年))")),
        (
            "date",
            re.compile(
                rf"{_YEAR}(?!代)(?:{_MONTH}(?:{_DAY}|{_PART})?|{_PART}|度)?|{_MONTH}份?{_DAY}"
                rf"|(?:十[一二]?|{_ONE_TO_NINE})月{_OLD_DAY}"
            ),
        ),
        (
            "date",
            re.compile(
                rf"(?:\d{{2}}|[{DIGIT}]?十|\d{{4}})年代[初末]?"
                rf"|(?:\d{{1,2}}|[{HAN}]{{1,3}})世纪(?:初|末)?"
            ),
        ),
        ("date", re.compile(rf"{_MONTH}(?:份|{_PART})?")),
        (
            "date",  # A time of the day.
            re.compile(
                r"(?:\d{1,2}|零)[时点]\d{1,2}分?|[二三]?十?[一二三四五六七八九十][时点][一二三四五]?十[一二三四五六七八九]?分"
            ),
        ),
        (
            "plan",
            re.compile(
                rf"(?:十{_ONE_TO_NINE}|{_ONE_TO_NINE})五"
                r"(?=[”」』’\"]|规划|计划|时期|期间|以来|开局|收官|末|初|目标|纲要)"
            ),
        ),
        (
            "range",
            re.compile(
                rf"(?P<low>零下|负|-)?(?P<n>{_MIXED})(?:{MEASURE})?{_TO}(?P<high>零下|-)?(?P<m>{_MIXED})"
                rf"(?P<more>[多余])?(?P<unit>(?:{MEASURE})?)"
            ),
        ),
        (
            "percent",
            re.compile(
                rf"百分之(?P<n>{_NUMBER})(?:{_TO}(?:百分之)?(?P<high>{_MIXED}))?"
                rf"|(?P<m>{_ARABIC})(?P<sign>[%‰])"
            ),
        ),
        (
            "percent",
            re.compile(
                rf"(?P<n>[一二两三四五六七八九])(?P<to>{_ONE_TO_NINE})?成"
                rf"(?P<half>[半{_ONE_TO_NINE[1:-1]}](?!{_ONE_TO_NINE}))?(?P<more>[多余])?"
            ),
        ),
        (
            "fraction",
            re.compile(
                rf"(?P<n>{_CHINESE}|\d{{1,9}})分之(?P<m>{_CHINESE}|\d{{1,9}})"
                r"|(?P<a>\d{1,9})/(?P<b>\d{1,9})(?![/\d])"
            ),
        ),
        (
            "ratio",
            re.compile(
                rf"(?P<n>\d{{1,9}}(?:\.\d{{1,9}})?|[一二两三四五六七八九十零]{{1,3}}{_POINT})(?:对|帮|带|比|:)"
                rf"(?P<m>\d{{1,9}}(?:\.\d{{1,9}})?|[一二两三四五六七八九十零多]{{1,3}}{_POINT})(?![\d:])"
            ),
        ),
        ("ratio", re.compile(r"(?P<n>\d{1,3})-(?P<m>\d{1,3})(?![\d-])")),
        (
            "ordinal",
            re.compile(rf"第(?P<n>\d{{1,9}}|[{DIGIT}{TENS}]{{1,12}})(?P<unit>(?:{MEASURE})?)"),
        ),
        (
            "joined",  # The decimals after the unit: 9秒83, 一米七五, 三块五.
            re.compile(
                rf"(?P<n>\d{{1,4}})(?P<unit>秒|米)(?P<m>\d{{1,2}})(?![\d.]|{MEASURE}|%)"
                rf"|(?P<a>[{HAN}]{{1,4}})(?P<hanunit>[米块])(?P<b>{_ONE_TO_NINE}{{1,2}})(?![{HAN}]|{MEASURE})"
            ),
        ),
        (
            "cardinal",
            re.compile(
                rf"(?P<sign>零[上下])?(?P<n>{_NUMBER})"
                rf"(?P<more>(?:[多余](?=(?:{MEASURE})|[万亿]|$|\W)|(?<=[0十百千万亿])[多余](?!少|数)|来(?=(?:{MEASURE})|[万亿])|(?<=[百千万])把(?=[人个块元斤里])))?"
                rf"(?P<big>[万亿]{{1,2}})?(?P<unit>(?:{MEASURE})?)"
                rf"(?P<over>[多余](?![{HAN}样种大]))?(?P<half>半)?"
                # What a 个 before 多 or 半 counts: 6个多月, 一个半小时.
                rf"(?P<counted>(?<=个[多余半]){_AFTER_GE})?"
            ),
        ),
        (
            "half",
            re.compile(rf"半(?:个{_AFTER_GE}|{_HALVED})(?P<more>[多余])?"),
        ),
    ]
