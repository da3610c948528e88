"""What every chart of the vocabulary shares: rows in the frame's order, colours, labels, room for them.

A frame has one row a mark, with the columns that ``book.rows`` gives: ``label`` is its name, ``value`` what
is drawn, ``printed`` the label at the mark, ``color`` the row's own colour, ``says`` the sentence a reader
gets who points at the mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import altair as alt
import pandas as pd

from shanhai.charts import svg
from shanhai.charts.phone import BESIDE, NARROW
from shanhai.design import COLORS, MUTED, SIZE

ROW = 36
"""Height of a row in pixels."""

BAR = 22
"""Thickness of a bar in pixels."""

LABEL, VALUE, PRINTED, OWN, SAYS = "label", "value", "printed", "color", "says"
"""Columns of a frame: a row's name, what is drawn, how it is printed, its own colour, its sentence."""

Colors = Mapping[Any, str]
Reference = tuple[float, str]


def need(chart: str, rows: pd.DataFrame, *columns: str | None) -> None:
    """Raise ValueError in one sentence if ``rows`` is no frame with rows and with these columns."""
    if not isinstance(rows, pd.DataFrame):
        raise TypeError(f"{chart}(): rows must be a pandas data frame, not {type(rows).__name__}")
    if rows.empty:
        raise ValueError(f"{chart}(): the frame has no rows")
    for column in columns:
        if column is not None and column not in rows.columns:
            known = ", ".join(map(str, rows.columns))
            raise ValueError(f"{chart}(): no column {column!r}; the frame has {known}")


def hue(color: str) -> str:
    """Return a colour of the theme by its name, or a colour that is written as ``#rrggbb``."""
    if color in COLORS:
        return COLORS[color]
    if color.startswith("#"):
        return color
    raise ValueError(f"no colour {color!r}; the theme has {', '.join(COLORS)}")


def paint(
    chart: str,
    rows: pd.DataFrame,
    color: str | None = None,
    colors: Colors | None = None,
    legend: bool = False,
) -> alt.Color | alt.Value:
    """Return the colour encoding.

    With ``colors`` (value to colour), ``color`` is a column of categories. Else ``color`` is one colour
    for all, and without it each row has its own (column ``color``), or all are grey.
    """
    if colors is not None:
        if color is None:
            raise ValueError(f"{chart}(): colors needs color, the column of the categories")
        need(chart, rows, color)
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


def row(rows: pd.DataFrame, y: str = LABEL, **options: Any) -> alt.Y:
    """Return the rows' axis: names in the frame's order, no title."""
    options = {"title": None, "sort": list(dict.fromkeys(rows[y]))} | options
    return alt.Y(field=y, type="nominal", **options)


def count(rows: pd.DataFrame, y: str = LABEL) -> int:
    """Return how many rows are drawn."""
    return rows[y].nunique()


def tooltip(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the encoding of the rows' sentences, if they have some."""
    return {"tooltip": alt.Tooltip(field=SAYS, type="nominal")} if SAYS in rows else {}


def room(column: pd.Series) -> int:
    """Return the pixels that the widest text of a column takes beside a mark."""
    texts = [text for text in column if isinstance(text, str) and text]
    return round(max(map(svg.ems, texts), default=0) * SIZE) + 8


def beside(names: pd.Series) -> int:
    """Return the pixels that the names of rows take beside marks on a phone: none where they go above."""
    width = room(names)
    return width if width - 8 <= BESIDE else 0


def value_axis(field: str, least: float, most: float, room: int) -> alt.X:
    """Return the scale of values from ``least`` to ``most``, with ``room`` pixels after it for labels.

    There is no axis: the marks are labelled.
    """
    places: Any = [0, {"expr": f"width - {room}"}]
    scale = alt.Scale(domain=[least, most], range=places, nice=False, zero=False)
    return alt.X(field=field, type="quantitative", axis=None, scale=scale)


def fits(texts: pd.Series, share: pd.Series, free: int) -> pd.Series:
    """Return which texts fit into marks of these shares of a phone's plot, and so of any.

    ``free`` pixels of the plot are not drawn on.
    """

    def width(said: object) -> float:
        return max(map(svg.ems, str(said).split("\n"))) * SIZE + 10

    return share * (NARROW - free) > texts.map(width)


def broken(texts: pd.Series, share: pd.Series, free: int) -> list[str]:
    """Return the texts broken between words, so that they may fit as `fits` judges."""
    widths = share * (NARROW - free) - 11
    return [
        "\n".join(svg.broken(line, SIZE, width) for line in str(said).split("\n"))
        for said, width in zip(texts, widths, strict=True)
    ]


def texts(base: alt.Chart, text: str, **options: Any) -> alt.Chart:
    """Return labels beside the marks of ``base``, ``dx`` pixels after them unless ``options`` differ."""
    mark: dict[str, Any] = {"align": "left", "dx": 6} | options
    said = base.transform_filter(f"datum[{text!r}]")
    return said.mark_text(**mark).encode(text=alt.Text(field=text, type="nominal"))


def silent(rows: pd.DataFrame, text: str, y: alt.Y, **encodings: Any) -> list[alt.Chart]:
    """Return what is said where a row has no value: its text at the start of the row, in grey."""
    if not rows[VALUE].isna().any():
        return []
    base = alt.Chart().transform_filter(f"!isValid(datum[{VALUE!r}])").encode(y=y, **encodings)
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
