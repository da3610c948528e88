"""What a figure counts: the units and things that Chinese reports count, and how to find them beside it.

``units.csv`` lists units with their measures (``亩``) and things with their nouns (``园区``). What it does
not know gets a unit of its own, named by its noun or else by its measure.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rjieba


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


#: Measures that say nothing of what they count: the noun beside them does.
GENERIC = word_set(
    "个 家 所 座 项 件 条 支 块 处 份 类 种 套 口 枚 张 款 只 头 株 棵 栋 幢 间 台 艘 "
    "架 部 篇 首 本 册 门 组 对 枝 面 片 宗 笔 场 期 段 道 样 批 轮 届 层 班 队"
)
#: Between a noun and its number: 项目共计达到30个.
_LINKS = word_set(
    "共 共计 合计 总计 总数 数量 达 达到 有 为 超过 突破 约 近 逾 增至 增加 发展 到 "
    "已 各 分别 的 总 累计 计 仅 数 是"
)
#: Tagged as nouns, and yet they begin what is said of the thing counted: 8个方面重点帮助.
_ADVERBS = word_set("重点 全部 全面 同时 共同 首批 主要 先后 联合 平均 同比 合计")
_NOUNS = ("n", "j", "l", "i", "zg", "g", "nz", "nt", "s", "t")
_WITHIN = (*_NOUNS, "a", "b", "v", "ns", "nr", "f", "h", "k", "m", "z", "vn", "an")
_NAMING = ("j", "l", "vn", "b", "zg")
#: How far a thing may stand from its number.
_REACH = 16


@dataclass(frozen=True)
class Unit:
    """A unit of the code list; ``known`` is whether the package's own list has it."""

    code: str
    zh: str
    en: str
    known: bool = True


@cache
def _table() -> tuple[dict[str, Unit], dict[str, Unit]]:
    measures, nouns = {}, {}
    with Path(__file__).with_name("units.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            unit = Unit(row["code"], row["zh"], row["en"])
            measures.update(dict.fromkeys(row["measures"].split(), unit))
            nouns.update(dict.fromkeys(row["nouns"].split(), unit))
    return measures, nouns


def by_measure(measure: str) -> Unit | None:
    """Return the unit of a measure, or None."""
    return _table()[0].get(measure)


def by_noun(phrase: str, word: str = "") -> Unit | None:
    """Return the unit of the longest known noun that a phrase ends in, or None.

    A noun of one character counts only where it is the last ``word``: no 区 in 小区.
    """
    nouns = _table()[1]
    tails = [phrase[at:] for at in range(len(phrase))]
    return next(
        (nouns[t] for t in tails if t in nouns and (len(t) > 1 or t == (word or phrase))), None
    )


@dataclass(frozen=True)
class Thing:
    """What stands beside a number: the words, the noun they end in, the unit it is known as."""

    phrase: str
    noun: str
    unit: Unit | None
    #: The nouns alone, to be shown.
    label: str = ""


def thing_after(text: str) -> Thing | None:
    """Return what a text right after a number names: 贫困县学校 of ``贫困县学校结对帮扶``."""
    nouns = _table()[1]
    for noun in sorted((n for n in nouns if "（" in n), key=len, reverse=True):
        if text.startswith(noun):
            return Thing(noun, noun, nouns[noun])
    found: Thing | None = None
    phrase, last, after_verb = "", "", False
    for word, tag in rjieba.tag(text[:_REACH], False):
        kind = tag[:1]
        if (tag not in _WITHIN and kind != "n") or word in _ADVERBS:
            break
        if found and (kind not in "nz" and tag not in ("j", "l", "vn", "b")):
            break
        phrase += word
        unit = by_noun(phrase, word)
        if unit:
            found = Thing(phrase, word, unit)
        elif found and kind in "nz":
            found = None  # 学校教师: the later noun counts.
            last, after_verb = word, False
        elif (kind == "n" and tag not in ("ns", "nr")) or tag in ("j", "l", "vn", "zg"):
            last = word
        elif kind == "v":
            after_verb = True
    if not found:
        # A clause that ends in a known noun, or a text that starts with one.
        heads = [text[:at] for at in range(len(text), 1, -1)]
        whole = next((head for head in heads if head in nouns), "")
        ending = text if len(text) < _REACH and by_noun(text) else whole
        found = Thing(ending, ending, by_noun(ending)) if ending else None
    if found:
        return found
    if not last and 2 <= len(text) <= 4:
        last = text  # A short rest of a clause, whatever the dictionary calls it.
        phrase, after_verb = text, False
    return Thing(phrase, last, None) if last and not after_verb else None


def thing_before(text: str) -> Thing | None:
    """Return what a text right before a number names: 帮扶项目 of ``实施各类帮扶项目``."""
    words: Sequence[tuple[str, str]] = list(rjieba.tag(text[-_REACH:], False))
    end = len(words)
    while end and words[end - 1][0] in _LINKS:
        end -= 1
    start = end
    while start and (words[start - 1][1] in _WITHIN or words[start - 1][1][:1] == "n"):
        start -= 1
    phrase = "".join(word for word, _ in words[start:end])
    if not phrase:
        return None
    word, tag = words[end - 1]
    unit = by_noun(phrase, word)
    if unit is None and not (tag[:1] == "n" or tag in ("j", "l", "vn")):
        return None
    first = end
    while first > start and (words[first - 1][1][:1] == "n" or words[first - 1][1] in _NAMING):
        first -= 1
    label = "".join(word for word, _ in words[first:end])
    return Thing(phrase, word, unit, label or word)
