"""The look of every chart as Altair's theme; the colours themselves are in `shanhai.design`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from shanhai.design import COLORS, GRID, HUES, MUTED, SIZE, faces

NAME = "shanhai"

LIMIT = 320
"""Widest name of a row in pixels that may stand beside its mark."""


def actor_scale(colors: Mapping[str, str]) -> alt.Scale:
    """Return the colour scale of actors: what the data says (``上海``), and its colour's name."""
    return alt.Scale(domain=list(colors), range=[COLORS[name] for name in colors.values()])


@alt.theme.register(NAME, enable=False)
def theme() -> alt.theme.ThemeConfig:
    """Return the Vega-Lite configuration of every chart."""
    font = faces("zh")  # It is measured with these, whatever the language.
    text: dict[str, Any] = {"font": font, "fontSize": SIZE, "color": COLORS["ink"]}
    # Altair's types know less of Vega-Lite's configuration than its schema does.
    settings: Any = {
        "background": None,
        "font": font,
        "padding": 4,
        "view": {
            "stroke": None,
            "continuousWidth": 560,
            "continuousHeight": 260,
            "discreteHeight": {"step": 36},
        },
        "title": {
            "anchor": "start",
            "color": COLORS["ink"],
            "fontSize": 16,
            "subtitleFontSize": SIZE,
            "offset": 12,
        },
        "axis": {
            "labelFontSize": SIZE,
            "titleFontSize": SIZE,
            "titleFontWeight": "normal",
            "labelColor": COLORS["ink"],
            "titleColor": MUTED,
            "labelLimit": LIMIT,
            "labelPadding": 8,
            "titlePadding": 8,
            "domain": False,
            "ticks": False,
            "gridColor": GRID,
            "domainColor": COLORS["light"],
            "tickColor": COLORS["light"],
        },
        "axisBand": {"grid": False},
        "axisX": {"labelFlush": False},
        "axisQuantitative": {"tickCount": 6},
        "header": {
            "labelFontSize": SIZE,
            "labelColor": COLORS["ink"],
            "titleColor": MUTED,
            "titleFontSize": SIZE,
        },
        "legend": {
            "orient": "top",
            "title": None,
            "labelFontSize": SIZE,
            "labelColor": COLORS["ink"],
            "titleColor": MUTED,
            "titleFontSize": SIZE,
            "titleFontWeight": "normal",
            "labelLimit": 300,
            "symbolType": "circle",
            "symbolSize": 130,
            "symbolStrokeColor": COLORS["neutral"],
            "symbolStrokeWidth": 1,
            "offset": 8,
        },
        "bar": {"color": COLORS["neutral"]},
        "point": {"color": COLORS["neutral"], "filled": True, "size": 120},
        "line": {"color": COLORS["neutral"], "strokeWidth": 2.5},
        "rule": {"color": COLORS["ink"]},
        "text": text,
        "range": {
            "category": [COLORS[actor] for actor in (*HUES, "accent", "neutral")],
            "heatmap": [COLORS["empty"], COLORS["blue"]],
            "ramp": [COLORS["empty"], COLORS["blue"]],
        },
    }
    return alt.theme.ThemeConfig(config=settings)
