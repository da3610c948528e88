"""Small multiples: the same picture for each part of a frame."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import pandas as pd

from shanhai.charts.vocabulary import base


def small_multiples(
    rows: pd.DataFrame,
    *,
    panel: str,
    draw: Callable[[pd.DataFrame], alt.Chart | alt.LayerChart],
) -> alt.ConcatChart:
    """Return one picture for each value of the column ``panel``, the value above it.

    ``draw`` makes the picture of a part of the frame, such as ``bars``.
    Each has a scale of its own. On phones they stand one below another.

    Raises:
        ValueError: there is no such column.
    """
    base.need("small_multiples", rows, panel)
    pictures = [
        draw(part).properties(title=alt.Title(str(name), fontSize=13, offset=6))
        for name, part in rows.groupby(panel, sort=False)
    ]
    grid = alt.concat(*pictures, columns=2, spacing={"row": 18, "column": 24}, data=rows)
    return grid.resolve_scale(x="independent", y="independent", color="independent")
