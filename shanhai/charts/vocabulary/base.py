"""What every chart of the vocabulary shares: rows in the frame's order, colours, labels, room for them.

A frame has one row a mark. Its columns are named in code (``label``, ``value``, ``printed``); two have
a meaning wherever they occur: ``color`` is the row's own colour, ``says`` is the sentence a reader gets
who points at the mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import altair as alt
import pandas as pd

from shanhai.charts import svg
from shanhai.charts.phone import NARROW
from shanhai.design import COLORS, MUTED, SIZE

ROW = 36
"""Height of a row in pixels."""

BAR = 22
"""Thickness of a bar in pixels."""

OWN, SAYS = "color", "says"
"""Columns of a frame that hold a row's own colour, and its sentence."""

Colors = Mapping[Any, str]
Reference = tuple[float, str]


def need(chart: str, rows: pd.DataFrame, **columns: str | None) -> None:
    """Raise ValueError in one sentence if ``rows`` is no frame with rows and with these columns."""
    if not isinstance(rows, pd.DataFrame):
        raise TypeError(f"{chart}(): rows must be a pandas data frame, not {type(rows).__name__}")
    if rows.empty:
        raise ValueError(f"{chart}(): the frame has no rows")
    for role, column in columns.items():
        if column is not None and column not in rows.columns:
            known = ", ".join(map(str, rows.columns))
            raise ValueError(f"{chart}(): no column {column!r} for {role}; the frame has {known}")


def hue(color: str) -> str:
    """Return a colour of the theme by its name, or a colour that is written as ``#rrggbb``."""
    if color in COLORS:
        return COLORS[color]
    if color.startswith("#"):
        return color
    raise ValueError(f"no colour {color!r}; the theme has {', '.join(COLORS)}")


def paint(
    chart: str, rows: pd.DataFrame, color: str | None, colors: Colors | None, legend: bool = False
) -> alt.Color | alt.Value:
    """Return the colour encoding.

    With ``colors`` (value to colour), ``color`` is a column of categories. Else ``color`` is one colour
    for all, and without it each row has its own (column ``color``), or all are grey.
    """
    if colors is not None:
        if color is None:
            raise ValueError(f"{chart}(): colors needs color, the column of the categories")
        need(chart, rows, color=color)
        values = list(dict.fromkeys(rows[color]))
        for value in values:
            if value not in colors:
                raise ValueError(f"{chart}(): colors has no colour for {value!r}")
        domain = [value for value in colors if value in values]
        scale = alt.Scale(domain=domain, range=[hue(colors[value]) for value in domain])
        guide = alt.Legend(title=None) if legend else None
        return alt.Color(field=color, type="nominal", scale=scale, legend=guide)
    if color is not None:
        return alt.value(hue(color))
    if OWN in rows:
        return alt.Color(field=OWN, type="nominal", scale=None, legend=None)
    return alt.value(COLORS["neutral"])


def row(rows: pd.DataFrame, y: str, **options: Any) -> alt.Y:
    """Return the rows' axis: names in the frame's order, no title."""
    options = {"title": None, "sort": list(dict.fromkeys(rows[y]))} | options
    return alt.Y(field=y, type="nominal", **options)


def count(rows: pd.DataFrame, y: str) -> int:
    """Return how many rows are drawn."""
    return rows[y].nunique()


def tooltip(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the encoding of the rows' sentences, if they have some."""
    return {"tooltip": alt.Tooltip(field=SAYS, type="nominal")} if SAYS in rows else {}


def room(*columns: pd.Series, size: int = SIZE) -> int:
    """Return the pixels that the widest text of the columns takes beside a mark."""
    texts = [str(text) for column in columns for text in column if isinstance(text, str) and text]
    return round(max(map(svg.ems, texts), default=0) * size) + 8


def value_axis(field: str, title: str | None, least: float, most: float, room: int) -> alt.X:
    """Return the axis of values from ``least`` to ``most``, with ``room`` pixels after it for labels.

    ``title`` asks for an axis with ticks and grid. Without it there is none: the marks are labelled.
    """
    places: Any = [0, {"expr": f"width - {room}"}]
    scale = alt.Scale(domain=[least, most], range=places, nice=False, zero=False)
    axis = None if title is None else alt.Axis(title=title)
    return alt.X(field=field, type="quantitative", axis=axis, scale=scale)


def fits(rows: pd.DataFrame, text: str, share: pd.Series, free: int = 0) -> pd.Series:
    """Return which texts fit into marks of these shares of a phone's plot, and so of any.

    ``free`` pixels of the plot are not drawn on.
    """

    def width(said: object) -> float:
        return max(map(svg.ems, str(said).split("\n"))) * SIZE + 10

    return share * (NARROW - free) > rows[text].map(width)


def broken(rows: pd.DataFrame, text: str, share: pd.Series, free: int = 0) -> list[str]:
    """Return the texts broken between words, so that they may fit as `fits` judges."""
    widths = share * (NARROW - free) - 11
    return [
        "\n".join(svg.broken(line, SIZE, width) for line in str(said).split("\n"))
        for said, width in zip(rows[text], widths, strict=True)
    ]


def texts(base: alt.Chart, text: str, **options: Any) -> alt.Chart:
    """Return labels beside the marks of ``base``, ``dx`` pixels after them unless ``options`` differ."""
    mark: dict[str, Any] = {"align": "left", "dx": 6} | options
    said = base.transform_filter(f"datum[{text!r}]")
    return said.mark_text(**mark).encode(text=alt.Text(field=text, type="nominal"))


def silent(rows: pd.DataFrame, x: str, text: str, y: alt.Y, **encodings: Any) -> list[alt.Chart]:
    """Return what is said where a row has no value: its text at the start of the row, in grey."""
    if not rows[x].isna().any():
        return []
    base = alt.Chart().transform_filter(f"!isValid(datum[{x!r}])").encode(y=y, **encodings)
    return [texts(base, text, dx=0, color=MUTED).encode(x=alt.value(2))]


def line(reference: Reference, field: str, across: alt.X) -> list[alt.Chart]:
    """Return a dashed line across all rows with its name above; ``across`` is the axis of ``field``."""
    at, name = reference
    base = alt.Chart(pd.DataFrame({field: [at], "name": [name]})).encode(x=across)
    dashed = base.mark_rule(strokeDash=[4, 3], strokeWidth=1.5, color=COLORS["ink"])
    above = base.mark_text(baseline="bottom", dy=-4, color=MUTED).encode(
        y=alt.value(0), text=alt.Text(field="name", type="nominal")
    )
    return [dashed, above]


def layered(layers: list[alt.Chart], rows: pd.DataFrame, height: float) -> alt.LayerChart:
    """Return layers over one frame as a chart of this height in pixels."""
    return cast("alt.LayerChart", alt.layer(*layers, data=rows).properties(height=height))
