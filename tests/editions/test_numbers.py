"""Every figure and every chart holds the same numbers in all editions of this book."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import altair as alt
import jupytext
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from myst_nb.ext.glue import GLUE_PREFIX

from shanhai.charts.mime import MIME
from shanhai.charts.renderer import render
from shanhai.editions.tree import Edition
from shanhai.evidence.derivation import MIME as DERIVED

ROOT = Path(__file__).parents[2]
FILES = ("book", "data", "notebooks", "locale", "_config.yml", "_toc.yml", "index.md")


@pytest.fixture(autouse=True)
def _altair_as_it_was():
    yield
    alt.theme.enable("default")
    alt.renderers.enable("default")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The book's source, with its catalogues."""
    for name in FILES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    return tmp_path


def results(folder: Path, locale: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict]:
    """Run the notebooks of a folder; return what they derive and what they draw, by name."""
    monkeypatch.setenv("SHANHAI_LOCALE", locale)
    monkeypatch.setenv("SHANHAI_DATA", str(folder / "data"))
    derived: dict[str, Any] = {}
    charts: dict[str, Any] = {}
    shell = InteractiveShell.instance()
    try:
        for path in sorted((folder / "notebooks").glob("*.md")):
            shell.reset(new_session=False)
            for cell in jupytext.read(path).cells:
                if cell.cell_type != "code":
                    continue
                with capture_output() as said:
                    result = shell.run_cell(cell.source)
                result.raise_error()
                for output in said.outputs:
                    if made := output.data.get(GLUE_PREFIX + DERIVED):
                        derived[f"{path.stem}#{made['key']}"] = made
                if isinstance(result.result, alt.TopLevelMixin):
                    chart = render(result.result.to_dict())[MIME]
                    charts[chart["name"]] = chart
    finally:
        InteractiveShell.clear_instance()
    return {"derived": derived, "charts": charts}


def numbers(chart: dict[str, Any]) -> list[list[tuple[str, float]]]:
    """Return the numbers of a chart's rows, each with its column, in the order of the rows."""
    plain = (int, float)
    return [
        [(key, row[key]) for key in sorted(row) if isinstance(row[key], plain)]
        for rows in chart["specs"]["wide"]["datasets"].values()
        for row in rows
    ]


def test_all_editions_derive_and_draw_the_same_numbers(source, monkeypatch):
    edition = Edition(source, "en")
    assert edition.write() == []
    zh = results(source, "zh_CN", monkeypatch)
    en = results(edition.tree, "en", monkeypatch)

    assert list(zh["derived"]) == list(en["derived"]) and len(zh["derived"]) > 80
    for key, made in zh["derived"].items():
        for part in ("value", "low", "high", "unit"):
            assert made.get(part) == en["derived"][key].get(part), (key, part)

    assert list(zh["charts"]) == list(en["charts"]) and len(zh["charts"]) > 20
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
