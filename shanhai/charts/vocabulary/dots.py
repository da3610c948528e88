"""Dots with intervals, and spans with both ends labelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import altair as alt
import pandas as pd

from shanhai.charts.vocabulary import base
from shanhai.charts.vocabulary.base import LABEL, PRINTED, ROW, VALUE, Colors, Reference
from shanhai.design import COLORS, MUTED


def dots(
    rows: pd.DataFrame,
    *,
    low: str | None = None,
    high: str | None = None,
    reference: Reference | None = None,
) -> alt.LayerChart:
    """Return one dot a row, labelled to its right; with ``low`` and ``high``, on its interval.

    Dots may start elsewhere than at zero: from the least of values, bounds and reference to the largest.
    ``reference`` is that of `bars`.
    """
    base.need("dots", rows, LABEL, VALUE, PRINTED, low, high)
    ends = pd.concat([rows[column] for column in (VALUE, low, high) if column is not None])
    at = [reference[0]] if reference else []
    least, most = min([ends.min(), *at]), max([ends.max(), *at])
    least -= (most - least) / 40

    def across(field: str) -> alt.X:
        return base.value_axis(field, float(least), float(most), base.room(rows[PRINTED]) + 8)

    names = base.row(rows)
    shared = alt.Chart().encode(y=names, **base.tooltip(rows))
    paint = base.paint("dots", rows)
    layers = base.line(reference, VALUE, across(VALUE)) if reference is not None else []
    if low is not None and high is not None:
        span = shared.mark_bar(size=10, opacity=0.35)
        layers.append(span.encode(x=across(low), x2=alt.X2(field=high), color=paint))
    dot = shared.mark_point(filled=True, size=130, opacity=1)
    layers += [
        dot.encode(x=across(VALUE), color=paint),
        base.texts(shared.encode(x=across(VALUE if high is None else high)), PRINTED, dx=11),
        *base.silent(rows, PRINTED, names),
    ]
    return base.layered(layers, rows, ROW * base.count(rows))


def spans(
    rows: pd.DataFrame,
    *,
    start: str = "start",
    end: str = "end",
    start_text: str | None = None,
    end_text: str | None = None,
    color: str | None = None,
    colors: Colors | None = None,
    window: tuple[Any, Any, str] | None = None,
    reference: Reference | None = None,
    breaks: Sequence[tuple[Any, Any]] = (),
    ticks: Sequence[float] = (),
) -> alt.LayerChart:
    """Return one bar a row of the frame from ``start`` to ``end``, dates or numbers, ends labelled.

    Rows with the same label lie on one line, such as a sure part and an open one. ``start_text`` and
    ``end_text`` are columns of labels before a bar's start and after its end; an empty text labels
    nothing. ``color`` and ``colors`` are as in `bars`; a legend names the categories.
    ``window=(start, end, name)`` shades a band across all rows, its name above;
    ``reference=(value, name)`` is a dashed line. ``breaks`` are stretches
    ``(start, end)`` in which nothing lies: the axis leaves them out, and two slanted strokes show it.
    ``ticks`` is what has a tick, for dates the years; without it there is no axis: ends are labelled.

    Raises:
        ValueError: a column is misspelt, a colour is unknown, or a break hides a part of a bar.
    """
    base.need("spans", rows, LABEL, start, end, start_text, end_text)
    from_, to = f"{start}_at", f"{end}_at"
    rows = rows.assign(**{from_: rows[start].map(_at), to: rows[end].map(_at)})
    gaps = [(_at(low), _at(high)) for low, high in breaks]
    for low, high in gaps:
        if ((rows[to] > low) & (rows[from_] < high)).any():
            raise ValueError("spans(): a break hides a part of a bar")
    band = (_at(window[0]), _at(window[1])) if window else None
    ends = [*rows[from_], *rows[to], *(band or ()), *(reference or ())[:1], *ticks]
    left = base.room(rows[start_text]) if start_text else 2
    right = base.room(rows[end_text]) if end_text else 2
    scale = _scale(min(ends), max(ends), gaps, left, right)
    guide = (
        alt.Axis(values=list(ticks), title=None, format="d", labelSeparation=4) if ticks else None
    )

    def across(field: str) -> alt.X:
        return alt.X(field=field, type="quantitative", axis=guide, scale=scale)

    shared = alt.Chart().encode(y=base.row(rows), **base.tooltip(rows))
    paint = base.paint("spans", rows, color, colors, legend=color != LABEL)
    layers: list[alt.Chart] = []
    if band and window:
        data = pd.DataFrame({"low": [band[0]], "high": [band[1]], "name": [window[2]]})
        shade = alt.Chart(data).encode(x=across("low"))
        layers.append(shade.mark_rect(color=COLORS["empty"]).encode(x2="high"))
        above = shade.mark_text(align="left", baseline="bottom", dy=-4, color=MUTED)
        layers.append(above.encode(y=alt.value(0), text="name:N"))
    # A month is thinner than a pixel among decades.
    bar = shared.mark_bar(size=14, minBandSize=3).encode(x=across(from_), x2=to, color=paint)
    layers.append(bar)
    # Lines of the axis stop short of a label.
    halo = {"stroke": "white", "strokeWidth": 5, "strokeJoin": "round"} if ticks else {}
    if start_text:
        before = shared.encode(x=across(from_))
        layers.append(base.texts(before, start_text, align="right", dx=-7, **halo))
    if end_text:
        layers.append(base.texts(shared.encode(x=across(to)), end_text, dx=7, **halo))
    if reference:
        layers += base.line(reference, from_, across(from_))
    if gaps:
        edges = pd.DataFrame({"edge": [edge for gap in gaps for edge in gap]})
        stroke = alt.Chart(edges).mark_text(text="⁄", fontSize=16, color=MUTED)
        layers.append(stroke.encode(x=across("edge"), y=alt.YValue("height")))
    return base.layered(layers, rows, ROW * base.count(rows))


def _at(value: Any) -> float:
    """Return a number as it is, a day as its year with a fraction."""
    if isinstance(value, date):
        first = date(value.year, 1, 1)
        length = (date(value.year + 1, 1, 1) - first).days
        day = value.date() if isinstance(value, datetime) else value
        return round(value.year + (day - first).days / length, 4)
    return float(value)


def _scale(
    least: float, most: float, gaps: Sequence[tuple[float, float]], left: int, right: int
) -> alt.Scale:
    """Return a scale that spends 16 pixels on each gap and shares the others by length."""
    domain = [least, *(edge for gap in gaps for edge in gap), most]
    kept = [high - low for low, high in zip(domain[::2], domain[1::2], strict=True)]
    free = f"(width - {left + right + 16 * len(gaps)})"
    places, done = [], 0.0
    for index, length in enumerate(kept):
        for share in (done, done + length / sum(kept)):
            places.append({"expr": f"{left + 16 * index} + {share:.4f} * {free}"})
        done += length / sum(kept)
    return alt.Scale(domain=domain, range=places, nice=False, zero=False)
