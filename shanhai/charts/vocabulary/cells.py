"""Cells in a grid: a heat map with its values, and tiles of categories."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from shanhai.charts.vocabulary import base
from shanhai.charts.vocabulary.base import VALUE, Colors
from shanhai.design import COLORS

CELL = 34
"""Height of a cell in pixels."""


def heat_map(
    rows: pd.DataFrame,
    *,
    x: str,
    y: str,
    text: str | None = None,
    color: str = "blue",
    columns: Sequence[str] | None = None,
) -> alt.LayerChart:
    """Return a grid of cells, darker for larger values, each with its value; zero is left blank.

    ``rows`` has one row a cell; a combination of ``x`` and ``y`` that has none stays empty. ``text`` is a
    column of labels, if these are not the values themselves; ``color`` what the largest value has;
    ``columns`` the order of the columns, if it is not the frame's.
    """
    base.need("heat_map", rows, x, y, VALUE, text)
    most = float(rows[VALUE].max())
    order = list(columns or dict.fromkeys(rows[x]))
    said = rows[VALUE].map(lambda number: f"{number:g}" if number else "")
    rows = rows.assign(text=rows[text] if text else said)
    scale = alt.Scale(domain=[0, most], range=[COLORS["empty"], base.hue(color)])
    shared = alt.Chart().encode(
        x=alt.X(field=x, type="nominal", sort=order, title=None, axis=_HEAD),
        y=base.row(rows, y),
        **base.tooltip(rows),
    )
    rect = shared.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color(field=VALUE, type="quantitative", scale=scale, legend=None)
    )
    dark = alt.when(f"datum[{VALUE!r}] > {most / 2}").then(alt.value("white"))
    label = shared.mark_text().encode(
        text=alt.Text(field="text", type="nominal"), color=dark.otherwise(alt.value(COLORS["ink"]))
    )
    return base.layered([rect, label], rows, CELL * base.count(rows, y))


def tiles(
    rows: pd.DataFrame,
    *,
    x: str,
    y: str,
    text: str,
    color: str,
    colors: Colors,
    pale: Sequence[str] = (),
    names: bool = True,
    legend: bool = True,
) -> alt.LayerChart:
    """Return a grid of cells coloured by category, each with its text.

    ``colors`` maps the categories of the column ``color`` to colours; text on those in ``pale`` is dark.
    ``names=False`` leaves out the names of rows and columns, where these only say a place in the grid.
    """
    base.need("tiles", rows, x, y, text, color)
    shared = alt.Chart().encode(
        x=alt.X(field=x, type="nominal", sort=list(dict.fromkeys(rows[x])), title=None, axis=_HEAD)
        if names
        else alt.X(field=x, type="ordinal", axis=None),
        y=base.row(rows, y) if names else alt.Y(field=y, type="ordinal", axis=None),
        **base.tooltip(rows),
    )
    paint = base.paint("tiles", rows, color, colors, legend=legend)
    rect = shared.mark_rect(stroke="white", strokeWidth=3).encode(color=paint)
    light = alt.when(f"indexof({list(pale)!r}, datum[{color!r}]) >= 0")
    label = shared.mark_text().encode(
        text=alt.Text(field=text, type="nominal"),
        color=light.then(alt.value(COLORS["ink"])).otherwise(alt.value("white")),
    )
    return base.layered([rect, label], rows, CELL * base.count(rows, y))


_HEAD = alt.Axis(orient="top", labelAngle=0)
