"""Made-up articles whose figures and totals are known.

In ``tests/fixtures/articles`` a figure is written ``[name:token|value|scale|unit]``, the name only where a
planted relation uses it; below ``=====`` each line names the figures of one relation, its total first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from shanhai.evidence.article import normalise

FOLDER = Path(__file__).parents[1] / "fixtures" / "articles"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
_FIGURE = re.compile(r"\[(?:(\w+):)?([^|\[\]]+)\|([\d.]+)\|([\de]+)\|([^\]]*)\]")


@dataclass(frozen=True)
class Figure:
    name: str
    offset: int
    token: str
    amount: Decimal
    unit: str


@dataclass(frozen=True)
class Known:
    text: str
    figures: list[Figure]
    relations: list[frozenset[int]]


def known(name: str) -> Known:
    """Return an article's text, its figures, and the offsets of each planted relation."""
    source, _, planted = (FOLDER / f"{name}.txt").read_text("utf-8").partition("\n=====\n")
    text, figures, last = "", [], 0
    for match in _FIGURE.finditer(source):
        text += source[last : match.start()]
        label, token, value, scale, unit = match.groups()
        amount = Decimal(value) * int(float(scale))
        figures.append(Figure(label or "", len(normalise(text)), token, amount, unit))
        text += token
        last = match.end()
    text += source[last:]
    places = {figure.name: figure.offset for figure in figures if figure.name}
    relations = [
        frozenset(places[part] for part in line.split()) for line in planted.strip().splitlines()
    ]
    return Known(text, figures, relations)
