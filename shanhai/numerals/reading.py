"""Read a number: what a run of numeral characters stands for.

``cn2an`` reads Chinese numerals; what it does not take (bare 百, 卅, 三四十) is put in its words first.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from shanhai.numerals.lexicon import DIGIT, HAN, LARGE, TENS

_FACTORS = dict(zip("十百千万亿拾佰仟", (10, 100, 1000, 10**4, 10**8, 10, 100, 1000), strict=True))
_SCALES = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_ASCII = str.maketrans("零一二三四五六七八九〇两壹贰叁肆伍陆柒捌玖", "012345678902123456789")

#: Two digits side by side, with the scale they share.
PAIR = re.compile(rf"([一二三四五六七八九两])([一二三四五六七八九])([{TENS}{LARGE}]*)$")
_ORDER = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}


def read(text: str) -> Decimal | None:
    """Return the number that a run of numeral characters stands for, or None.

    Chinese, Arabic and mixed forms are read, colloquial ones too (``一万二`` is 12,000).
    """
    text = text.replace(",", "").translate({ord("萬"): "万", ord("億"): "亿"})
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Decimal(text)
    if text[:1].isdigit():
        return _mixed(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    text = re.sub(
        r"(?<![一二两三四五六七八九壹贰叁肆伍陆柒捌玖\d十百千])([百千佰仟])", r"一\1", text
    )
    text = re.sub(r"^([万亿])", r"一\1", text)
    if re.fullmatch(rf"[{DIGIT}]+", text):
        return Decimal(digits(text))
    try:
        import cn2an  # Here, for it takes long to import.

        return Decimal(str(cn2an.cn2an(text, "smart")))
    except (ValueError, InvalidOperation, KeyError, IndexError, TypeError):
        return None


def _mixed(text: str) -> Decimal:
    """Return the number of Arabic digits with Chinese scales: 1万2千, 3亿5000万, 2万3000."""
    total = Decimal(0)
    for number, scales in re.findall(rf"(\d+(?:\.\d+)?)([{TENS}{LARGE}]*)", text):
        factor = 1
        for scale in scales:
            factor *= _FACTORS[scale]
        total += Decimal(number) * factor
    return total


def digits(text: str) -> str:
    """Return digits, whether Chinese or not, as ASCII."""
    return text.translate(_ASCII)


def leading(token: str) -> Decimal | None:
    """Return the leading number of a date."""
    match = re.match(rf"\d+|[{HAN}]+", token)
    return read(match[0]) if match else None


def split(number: str) -> tuple[Decimal | None, int]:
    """Return a number's value as printed and its scale: 万 or 亿 at its end."""
    scale = 1
    body = number
    while len(body) > 1 and body[-1] in _SCALES:
        scale *= _SCALES[body[-1]]
        body = body[:-1]
    if scale == 1:
        return read(number), 1
    if any(c in LARGE for c in body):
        return read(number), 1
    if scale > 100_000_000:  # 万亿, 亿亿
        value = read(body)
        return (None if value is None else value * scale), 1
    return read(body), scale


def approximate(number: str, pair: re.Match[str]) -> bool:
    """Return whether two digits side by side mean one or the other: 三四十, 十七八, 三五."""
    step = _ORDER[pair[2]] - _ORDER[pair[1]]
    stem = number[: pair.start()]
    whole = not stem or stem[-1] in TENS + LARGE
    return whole and (step == 1 or (pair[1], pair[2]) == ("三", "五"))
