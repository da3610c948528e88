"""What the finder of numerals knows of Chinese words: measures, and words that only look like numbers.

Two small files hold what is a matter of lists, ``measures.txt`` and ``words.txt``. The bulk, some 20,000
idioms, names, nouns and adverbs with a numeral inside (``一鼓作气``, ``二氧化碳``, ``四姑娘山``), is the
dictionary of ``rjieba``, which also tells where words end: 方 is a measure in 五方端砚, not in 五方案.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent

DIGIT = "〇零一二三四五六七八九两壹贰叁肆伍陆柒捌玖"
TENS = "十百千拾佰仟廿卅"
LARGE = "万亿萬億"
HAN = DIGIT + TENS + LARGE

#: The digits of banknotes and cheques are no numerals where they stand alone: 队伍 and 登陆 hold two of them.
BANK = "壹贰叁肆伍陆柒捌玖拾佰仟"

#: Every character that is a numeral wherever it stands.
NUMERALS = frozenset("0123456789０１２３４５６７８９" + HAN) - frozenset(BANK)


_HAN_NUMERALS = frozenset(HAN) & NUMERALS


def entries(name: str) -> list[str]:
    """Return the entries of a list: separated by blanks, ``#`` begins a comment."""
    lines = (HERE / name).read_text(encoding="utf-8-sig").splitlines()
    return [entry for line in lines for entry in line.partition("#")[0].split()]


def _measures() -> dict[str, str | None]:
    """Return each measure with the characters that undo it; None where any longer word does."""
    found: dict[str, str | None] = {}
    for entry in entries("measures.txt"):
        measure, trusted, undone = entry.partition("!")
        found.setdefault(measure, undone if trusted or len(measure) > 1 else None)
    return found


MEASURES = _measures()

#: Parts of speech under which the dictionary holds whatever was once counted, along with true words.
_COUNT_TAGS = {"m", "mq", "q"}


def _alternatives(words: list[str]) -> str:
    """Return a pattern for any of ``words``, the longest that fits, tried by first character."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    pattern = "|".join(
        re.escape(first) + (f"(?:{'|'.join(rest)})" if any(rest) else "")
        for first, rest in by_first.items()
    )
    # The look ahead spares most places the trial of every alternative.
    return f"(?=[{re.escape(''.join(by_first))}])(?:{pattern})"


_LATIN_MEASURES = [m for m in MEASURES if re.match("[A-Za-zμ]", m)]
_ONE = (
    _alternatives([m for m in MEASURES if m not in _LATIN_MEASURES])
    + f"|(?:{_alternatives(_LATIN_MEASURES)})(?![A-Za-z0-9])"
)
#: A measure, or one over another. 两 is the weight after a scale, else the number of what follows.
MEASURE = f"(?:(?:{_ONE})(?:/(?:{_ONE}))?|(?<=[{TENS}{LARGE}])两(?![{HAN}会岸国地侧边个种省市县]))"


class Words:
    """The words of one text, by the places where they start and end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._edges: set[int] = {0}
        self._starts: dict[int, tuple[str, str]] = {}
        self._spans: dict[int, int] = {}
        #: For each place, the start of the word without number that covers it.
        self.covering: dict[int, int] = {}
        self._segment()

    def _segment(self) -> None:
        import rjieba  # Here, for it loads its dictionary on import, a fifth of a second.

        # A half of a surrogate pair, which no UTF-8 holds, is no part of a word.
        text = self.text.encode("utf-8", "replace").decode("utf-8")
        at, words = 0, []
        for word, tag in rjieba.tag(text, False):
            start, at = at, at + len(word)
            self._edges.add(at)
            self._starts[start] = (word, tag)
            if len(word) > 1 and tag not in _COUNT_TAGS and not _HAN_NUMERALS.isdisjoint(word):
                words.append((start, at))
        spans = [
            (start, end) for start, end in words if not _counts().fullmatch(self.text[start:end])
        ]
        spans += [
            match.span()
            for match in _own().finditer(self.text)
            if match.end() in self._edges or len(match[0]) > 2
        ]
        for start, end in sorted(spans, key=lambda span: span[0] - span[1]):  # The longest first.
            if self._is_word(start, end):
                self._add(start, end)

    def _is_word(self, start: int, end: int) -> bool:
        """Return whether a numeral at a word's edge is not the rest of a longer number."""
        word, text = self.text[start:end], self.text
        before, after = text[start - 1 : start], text[end : end + 1]
        if word[0] in NUMERALS and before and (before in NUMERALS or before in "第几数."):
            return False
        if word.endswith("点") and after and after in DIGIT:  # 一点七五
            return False
        return not (word[-1] in NUMERALS and after and after in NUMERALS)

    def _add(self, start: int, end: int) -> None:
        if start not in self.covering and end - 1 not in self.covering:
            self._spans[start] = end
            self.covering.update(dict.fromkeys(range(start, end), start))

    def end(self, at: int) -> int:
        """Return the end of the word without number that covers a place."""
        return self._spans[self.covering[at]]

    def edge(self, at: int) -> bool:
        """Return whether no word runs on over a place."""
        return at in self._edges

    def counts(self, at: int) -> bool:
        """Return whether 几 or 数 at a place may stand for a number: 数次登门, but not 数学."""
        word, tag = self._starts.get(at, ("", ""))
        if self.text[at] == "几" or len(word) == 1 or tag in _COUNT_TAGS:
            return True
        return word not in {"数字", "数目", "数位", "数码", "数组"} and bool(
            _counts().fullmatch(word)
        )

    def undoes(self, measure: str, end: int) -> bool:
        """Return whether a measure that ends at ``end`` is only the start of another word."""
        if end in self._edges or end >= len(self.text):
            return False
        undone = MEASURES.get(measure, "")
        return undone is None or self.text[end] in undone


@cache
def _own() -> re.Pattern[str]:
    """Return the pattern of the project's own list: each entry is a regular expression."""
    return re.compile("|".join(sorted(entries("words.txt"), key=len, reverse=True)))


@cache
def _counts() -> re.Pattern[str]:
    """Return the pattern of the dictionary's entries that are numbers, counts and dates."""
    number = rf"[几数]?[{HAN}]+(?:点[{DIGIT}]+)?几?"
    kinds = [
        # 近九成, 每一名, 三年多, 九年期
        rf"[近上约逾超过达前后头每各这那某另第]?{number}[多余来]?(?:{MEASURE})?[多余半]?(?:[月天年期人]|小时)?",
        rf"[几数半](?:{MEASURE})",
        rf"{number}分之(?:{number})?|{number}[对比]{number}|{number}成[{HAN}]?",
        rf"(?:[{HAN}]+年)?[{HAN}]+月[{HAN}]+[日号]?|第?{number}月份|(?:正月|腊月|大年).*",
        # Longer entries in which the number counts all the same: 十一届三中全会, 十大, 两国关系.
        rf"第?{number}届.*|{number}大|国家[一二三]级|[一二三四]期工程|翻.*番|两[国省市县地军校队]..+",
    ]
    return re.compile("|".join(kinds))
