"""A total beside its parts: a waterfall whose gaps are bracketed and named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from shanhai.charts.vocabulary import base
from shanhai.charts.vocabulary.base import BAR, LABEL, PRINTED, ROW, VALUE
from shanhai.design import COLORS, MUTED


def waterfall(
    rows: pd.DataFrame,
    *,
    total: str,
    gaps: Mapping[str, str] | None = None,
    zoom: tuple[float, float] | None = None,
    zoom_title: str = "",
) -> alt.LayerChart | alt.VConcatChart:
    """Return parts laid end to end, and their total as a bar of its own to compare with.

    ``rows`` has the parts in order, and the row whose label is ``total``, wherever it stands. ``gaps``
    says of a part, in words, how its end differs from the total: ``{"广东": "少5.17亿元"}``; that difference
    is bracketed in the part's row and labelled. ``zoom=(low, high)`` adds a second picture below, titled
    ``zoom_title``, in which gaps too small to see are large; they are then labelled there alone, and a
    pale band in the first marks the stretch. Values
    stand within the bars, or before them where they do not fit: what lies behind an end is free for the gap.

    Raises:
        ValueError: a column is misspelt, or ``total`` or a part with a gap is no row.
    """
    base.need("waterfall", rows, LABEL, VALUE, PRINTED)
    names = list(rows[LABEL])
    for name in (total, *(gaps or {})):
        if name not in names:
            raise ValueError(f"waterfall(): no row {name!r}; the frame has {', '.join(names)}")
    is_total = rows[LABEL] == total
    steps = rows[VALUE].where(~is_total, 0).cumsum()
    whole = float(rows.loc[is_total, VALUE].iloc[0])
    end = steps.where(~is_total, whole)
    rows = rows.assign(start=(end - rows[VALUE]).round(9), end=end.round(9), total=whole)
    rows["gap"] = rows[LABEL].map(dict(gaps or {})).fillna("")
    most = float(rows["end"].max())
    if zoom is None:
        return _picture(rows, (0, most), gaps=bool(gaps))
    near = rows[(rows["gap"] != "") | is_total]
    main = _picture(rows, (0, most), gaps=False)
    band = alt.Chart(pd.DataFrame({"low": [zoom[0]], "high": [zoom[1]]})).mark_rect(
        color=COLORS["empty"]
    )
    across = base.value_axis("low", 0, most, 8)
    main.layer.insert(0, band.encode(x=across, x2="high"))
    title = alt.Title(zoom_title, fontSize=13, fontWeight="normal", color=MUTED, offset=6)
    large = _picture(near, zoom, gaps=True).properties(title=title)
    return alt.vconcat(main, large, spacing=20, data=rows)


def _picture(rows: pd.DataFrame, domain: tuple[float, float], *, gaps: bool) -> alt.LayerChart:
    """Return the steps of a frame with ``start``, ``end``, ``total`` and ``gap``, within a domain."""
    low, high = domain
    share = (rows["end"] - rows["start"].clip(lower=low)) / (high - low)
    free = base.room(rows["gap"]) + 8 if gaps else 8
    free_on_phone = free + base.beside(rows[LABEL])
    inside = base.fits(rows[PRINTED], share, free_on_phone)
    # A bracket over the end of a bar needs the bar's end.
    inside &= (rows["gap"] == "") | (rows["end"] <= rows["total"])
    seen = rows["start"] >= low
    # What is enlarged has its values in the picture above: here they stand where they have room.
    ahead = base.fits(rows[PRINTED], (rows["start"] - low) / (high - low), free_on_phone)
    before = ~inside & (ahead if low else seen)
    rows = rows.assign(
        within=rows[PRINTED].where(inside & seen, ""),
        before=rows[PRINTED].where(before, ""),
    )

    def across(field: str) -> alt.X:
        return base.value_axis(field, low, high, free)

    shared = alt.Chart().encode(y=base.row(rows), **base.tooltip(rows))
    bar = shared.mark_bar(size=BAR, clip=True).encode(x=across("start"), x2="end")
    bar = bar.encode(color=base.paint("waterfall", rows))
    dashed = alt.Chart(rows.head(1)).mark_rule(strokeDash=[4, 3], strokeWidth=1.5)
    layers = [
        bar,
        dashed.encode(x=across("total")),
        base.texts(shared.encode(x=across("end")), "within", align="right", dx=-6, color="white"),
        base.texts(shared.encode(x=across("start")), "before", align="right", dx=-6),
    ]
    if gaps:
        missing = shared.transform_filter("datum.gap != ''").transform_calculate(
            left="min(datum.end, datum.total)", right="max(datum.end, datum.total)"
        )
        red: dict[str, Any] = {"color": COLORS["accent"]}
        ends = [
            missing.mark_tick(thickness=2, size=14, **red).encode(x=across(edge))
            for edge in ("left", "right")
        ]
        layers += [
            missing.mark_rule(strokeWidth=2, **red).encode(x=across("left"), x2="right"),
            *ends,
            base.texts(missing.encode(x=across("right")), "gap", fontWeight="bold", **red),
        ]
    return base.layered(layers, rows, ROW * base.count(rows))
