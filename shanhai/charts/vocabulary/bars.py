"""Bars: with labels at their ends, in pairs, stacked."""

from __future__ import annotations

import altair as alt
import pandas as pd

from shanhai.charts.vocabulary import base
from shanhai.charts.vocabulary.base import BAR, LABEL, PRINTED, ROW, VALUE, Colors, Reference


def bars(
    rows: pd.DataFrame,
    *,
    color: str | None = None,
    colors: Colors | None = None,
    reference: Reference | None = None,
) -> alt.LayerChart:
    """Return horizontal bars from zero, one a row of the frame, in its order, each labelled at its end.

    The frame is as ``book.rows`` gives it. A missing value (NaN) draws no bar: its text stands at the
    row's start. ``color`` is a colour for all (``"blue"``), or with ``colors={category: colour}`` a column
    of categories; without both, each row has the colour in its column ``color``, or all are grey.
    ``reference=(value, name)`` is a dashed line across all rows.

    Raises:
        ValueError: a column is missing or misspelt, or a colour is unknown.
    """
    base.need("bars", rows, LABEL, VALUE, PRINTED)
    most = float(max(rows[VALUE].max(), reference[0] if reference else 0))
    across = base.value_axis(VALUE, 0, most, base.room(rows[PRINTED]))
    names = base.row(rows)
    shared = alt.Chart().encode(y=names, x=across, **base.tooltip(rows))
    layers = [
        shared.mark_bar(size=BAR).encode(color=base.paint("bars", rows, color, colors)),
        base.texts(shared, PRINTED),
        *base.silent(rows, PRINTED, names),
    ]
    if reference is not None:
        layers += base.line(reference, VALUE, across)
    return base.layered(layers, rows, ROW * base.count(rows))


def paired_bars(rows: pd.DataFrame, *, side: str) -> alt.LayerChart:
    """Return groups of bars: one group a label, in it one bar a value of the column ``side``.

    Each bar is labelled at its end with its side and its text (``上海 1.43亿元``), so there is no legend.
    """
    base.need("paired_bars", rows, LABEL, VALUE, PRINTED, side)
    sides = list(dict.fromkeys(rows[side]))
    rows = rows.assign(said=rows[side].astype(str) + " " + rows[PRINTED].astype(str))
    names = base.row(rows, scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1))
    offset = alt.YOffset(field=side, type="nominal", sort=sides)
    across = base.value_axis(VALUE, 0, float(rows[VALUE].max()), base.room(rows["said"]))
    shared = alt.Chart().encode(y=names, yOffset=offset, x=across, **base.tooltip(rows))
    layers = [
        shared.mark_bar(size=BAR - 4).encode(color=base.paint("paired_bars", rows)),
        base.texts(shared, "said"),
        *base.silent(rows, "said", names, yOffset=offset),
    ]
    height = (BAR + 2) * len(sides) * base.count(rows) / 0.7
    return base.layered(layers, rows, round(height))


def stacked_bars(
    rows: pd.DataFrame,
    *,
    part: str,
    colors: Colors,
    pale: tuple[str, ...] = (),
    legend: bool = True,
) -> alt.LayerChart:
    r"""Return bars made of parts, one row of the frame a part, stacked in the frame's order.

    A part is labelled in its middle where its text fits, in white, or in ink where the part is in
    ``pale``; ``\n`` in a text breaks it. ``colors`` maps each part to its colour; the legend names them,
    unless ``legend`` is off because the texts do: they are broken where they need it, and where a part
    has no room on a phone all the same, the legend comes and the last line of each text stands alone.
    One bar alone makes a strip.

    Raises:
        ValueError: a column is misspelt, or a part has no colour.
    """
    base.need("stacked_bars", rows, LABEL, VALUE, PRINTED, part)
    most = float(rows.groupby(LABEL)[VALUE].sum().max())
    share, free = rows[VALUE] / most, base.beside(rows[LABEL])
    fits = base.fits(rows[PRINTED], share, free)
    if not legend and not fits.all():
        shorter = rows.assign(printed=base.broken(rows[PRINTED], share, free))
        legend = not base.fits(shorter[PRINTED], share, free).all()
        rows = rows.assign(printed=rows[PRINTED].str.rpartition("\n")[2]) if legend else shorter
        fits = base.fits(rows[PRINTED], share, free)
    lines = max(str(said).count("\n") for said in rows[PRINTED]) + 1
    rows = rows.assign(
        order=range(len(rows)),
        inside=rows[PRINTED].where(fits, ""),
        ink=[base.hue("ink") if value in pale else "white" for value in rows[part]],
    )
    across = base.value_axis(VALUE, 0, most, 0).stack("zero")
    order = alt.Order(field="order", type="quantitative")
    shared = alt.Chart().encode(y=base.row(rows), order=order, **base.tooltip(rows))
    paint = base.paint("stacked_bars", rows, part, colors, legend=legend)
    stack = shared.mark_bar(size=BAR * lines + 4, stroke="white", strokeWidth=1)
    # Vega sets the first line of a text in the middle, and the others below it.
    middle = shared.mark_text(lineBreak="\n", lineHeight=18, dy=9 - 9 * lines).encode(
        x=across.bandPosition(0.5),
        text=alt.Text(field="inside", type="nominal"),
        color=alt.Color(field="ink", type="nominal", scale=None),
    )
    layers = [stack.encode(x=across, color=paint), middle]
    height = (ROW + BAR * (lines - 1)) * base.count(rows)
    return base.layered(layers, rows, height)
