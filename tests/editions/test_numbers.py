"""Every figure and every chart holds the same numbers in all editions of this book."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import nbformat
from myst_nb.ext.glue import GLUE_PREFIX

from shanhai.charts.mime import MIME
from shanhai.evidence.derivation import MIME as DERIVED


def results(built: Path) -> dict[str, dict[str, Any]]:
    """Return what the notebooks of a build derived and drew, by name: from where their results are kept."""
    derived: dict[str, Any] = {}
    charts: dict[str, Any] = {}
    state = max((built / ".jupyter_cache").glob("*-*"), key=lambda path: path.stat().st_mtime)
    for path in state.glob("executed/*/base.ipynb"):
        for cell in nbformat.read(path, 4).cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if made := data.get(GLUE_PREFIX + DERIVED):
                    derived[made["key"]] = made
                if chart := data.get(MIME):
                    charts[chart["name"]] = chart
    return {"derived": derived, "charts": charts}


def numbers(chart: dict[str, Any]) -> list[list[tuple[str, float]]]:
    """Return the numbers of a chart's rows, each with its column, in the order of the rows."""
    plain = (int, float)
    return [
        [(key, row[key]) for key in sorted(row) if isinstance(row[key], plain)]
        for rows in chart["specs"]["wide"]["datasets"].values()
        for row in rows
    ]


def test_all_editions_derive_and_draw_the_same_numbers(real_book, english_book):
    zh = results(real_book.parent)
    en = results(english_book / "tree" / "en" / "_build")

    assert sorted(zh["derived"]) == sorted(en["derived"]) and len(zh["derived"]) > 80
    for key, made in zh["derived"].items():
        for part in ("value", "low", "high", "unit"):
            assert made.get(part) == en["derived"][key].get(part), (key, part)

    assert sorted(zh["charts"]) == sorted(en["charts"]) and len(zh["charts"]) > 20
    for name, chart in zh["charts"].items():
        rows, others = sorted(numbers(chart)), sorted(numbers(en["charts"][name]))
        assert [[key for key, _ in row] for row in rows] == [[k for k, _ in row] for row in others]
        # What a picture measures is drawn in the language's scale, 亿 or billions: all of it, or nothing.
        pictures = len(chart["specs"]["wide"].get("concat", [chart]))
        steps: dict[str, set[float]] = {}
        for row, another in zip(rows, others, strict=True):
            for (column, one), (_, other) in zip(row, another, strict=True):
                if one or other:
                    steps.setdefault(column, set()).add(round(math.log10(one / other), 9))
        for column, each in steps.items():
            assert len(each) <= pictures and all(s.is_integer() for s in each), (name, column, each)
        for part in ("claims", "derived"):
            assert chart[part] == en["charts"][name][part]
