"""Colours and type of every chart: the numbers alone, so that pages need not load Altair.

Colours are chosen by number, and ``tests/test_charts.py`` holds them to it: white text reads on
every hue (4.5 to 1 or more), hues stay apart in grey print and under the three common kinds of
colour blindness, and every colour has a partner for dark pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "sans-serif",
)
"""Noto is first because it is what the text is measured with, and what the PDF is set in."""

SIZE = 13
"""Ordinary size of text in a chart, in pixels; none is below 11."""

COLORS: Mapping[str, str] = {
    "blue": "#0f62a8",
    "orange": "#c45508",
    "green": "#0b4f38",
    "violet": "#2b1f4a",
    "accent": "#b8125f",
    "blue-light": "#a9cbe8",
    "orange-light": "#f2c39d",
    "green-light": "#a9d5c3",
    "violet-light": "#cdc6e0",
    "neutral": "#70777f",
    "light": "#c3c9d0",
    "empty": "#eef0f3",
    "ink": "#1f2328",
}
"""Each colour by its name, as it is on white pages."""

DARK: Mapping[str, str] = {
    "blue": "#5ba6ea",
    "orange": "#d07a2e",
    "green": "#5fd6a4",
    "violet": "#d3c8f5",
    "accent": "#f472b0",
    "blue-light": "#274863",
    "orange-light": "#5e3d22",
    "green-light": "#1f4a3a",
    "violet-light": "#463d61",
    "neutral": "#8d959e",
    "light": "#4a5159",
    "empty": "#26292e",
    "ink": "#e8eaed",
}
"""The same on dark pages (``#121212``)."""

HUES = ("blue", "orange", "green", "violet")
"""Colours that an actor may have (``color`` in places.csv); they can be told apart in any light."""

RAMPS = (*HUES, "accent")
"""Colours that a heat map may end in; it starts from ``empty``."""

STEPS = (1 / 8, 2 / 8, 3 / 8, 5 / 8, 6 / 8, 7 / 8)
"""A heat map's steps, without the middle: no text reads on it. Above it text is white."""

GRID, GRID_DARK = "#e1e4e8", "#33383e"
MUTED, MUTED_DARK = "#57606a", "#a9b1ba"
PAPER, PAPER_DARK = "#ffffff", "#121212"


def ramp(name: str) -> list[tuple[str, str]]:
    """Return the steps between ``empty`` and a colour, each on white and on dark pages."""
    light = _readable(COLORS["empty"], COLORS[name], PAPER)
    dark = _readable(DARK["empty"], DARK[name], PAPER_DARK)
    return [
        (
            _mix(COLORS["empty"], COLORS[name], _shown(share, light)),
            _mix(DARK["empty"], DARK[name], _shown(share, dark)),
        )
        for share in STEPS
    ]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1, as WCAG 2.2 defines it."""
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shown(share: float, readable: float) -> float:
    """Move the upper half of a ramp to where text reads."""
    return share if share < 0.5 else readable + (1 - readable) * (share - 0.5) * 2


def _readable(start: str, end: str, text: str) -> float:
    """Return the smallest share of ``end``, in hundredths, on which ``text`` has 4.5 to 1."""
    shares = (share / 100 for share in range(50, 100))
    return next((s for s in shares if contrast(_mix(start, end, s), text) >= 4.5), 1.0)


def pairs() -> Iterator[tuple[str, str]]:
    """Yield every colour a chart may hold, with its partner for dark pages."""
    for name, color in COLORS.items():
        yield color, DARK[name]
    yield from ((GRID, GRID_DARK), (MUTED, MUTED_DARK), ("white", PAPER_DARK), (PAPER, PAPER_DARK))
    for name in RAMPS:
        yield from ramp(name)


def stylesheet() -> str:
    """Return the CSS that turns the colours of inline charts for dark pages."""
    lines = []
    for light, dark in pairs():
        for attribute in ("fill", "stroke"):
            lines.append(
                f'html[data-theme="dark"] .chart svg [{attribute}="{light}"]{{{attribute}:{dark}}}'
            )
    # A printed page is white, whatever the screen shows.
    return "@media not print{\n" + "\n".join(lines) + "\n}\n"


def _mix(start: str, end: str, share: float) -> str:
    values = [
        round(int(start[i : i + 2], 16) * (1 - share) + int(end[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{value:02x}" for value in values)
