"""The design system: the colours, type, spaces and edges that pages, charts and the report share.

Colours are chosen by number, and ``tests/charts/test_charts.py`` holds them to it: white text reads
on every hue (4.5 to 1 or more), hues stay apart in grey print and under the three common kinds of
colour blindness, and every colour has a partner for dark pages. Pages read all of it as CSS custom
properties (`tokens`), ``--sh-blue`` for ``COLORS["blue"]``; the report reads the light colours.
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

_LATIN = (
    *("-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Noto Sans CJK KR"),
    *("Helvetica Neue", "Arial"),
)
"""Faces for Chinese set ’ and “ as wide as a character: elsewhere these come first."""

SIZE = 13
"""Ordinary size of text in a chart, in pixels; none is below 11."""

COLORS: Mapping[str, str] = {
    "blue": "#0f62a8",
    "orange": "#c45508",
    "green": "#0d5239",
    "violet": "#4a1779",
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

BRAND, BRAND_DARK = "#2f4a63", "#a8c4de"
"""Links, rules, the report's accent: a slate that is no actor's colour."""

PAGE: Mapping[str, tuple[str, str]] = {
    "brand": (BRAND, BRAND_DARK),
    "muted": (MUTED, MUTED_DARK),
    "grid": (GRID, GRID_DARK),
    "paper": (PAPER, PAPER_DARK),
    "surface": ("#f5f7f9", "#1c1f23"),
    "target": ("#fdf0c8", "#473a12"),
    "background": ("#6b5622", "#d9bf7f"),
    "background-light": ("#f7f1e1", "#2b2618"),
}
"""What pages have beside the colours of charts, on white and on dark; ``background`` marks what is
not from the article."""

VERDICTS: Mapping[str, str] = {
    "exact": "brand",
    "within rounding": "brand",
    "inconsistent": "accent",
    "not comparable": "muted",
}
"""The colour of each verdict, by the names above: only what does not fit is loud."""

TEXT: Mapping[str, float] = {
    "small": 0.8,
    "note": 0.875,
    "text": 1.0,
    "lead": 1.125,
    "h3": 1.2,
    "h2": 1.5,
    "h1": 2.0,
}
"""The type scale, in rem of 16 px."""

SPACE: Mapping[str, float] = {"1": 0.25, "2": 0.5, "3": 0.75, "4": 1.0, "6": 1.5, "8": 2.25}
"""Distances, in rem."""

MEASURE = 680
"""The width of prose, tables and charts on a page, in pixels: 42 characters; all end on one line."""


def faces(language: str) -> str:
    """Return the typefaces of charts in a language (``zh``), the first that is there to be taken."""
    return ", ".join(FONTS if language == "zh" else (*_LATIN, *FONTS))


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


def tokens() -> str:
    """Return the design system as CSS custom properties; dark pages have the partners, print has not."""
    colors = {name: (color, DARK[name]) for name, color in COLORS.items()} | dict(PAGE)
    colors |= {
        f"{name}-{number}": pair for name in RAMPS for number, pair in enumerate(ramp(name), 1)
    }
    sizes = {f"text-{name}": f"{size:g}rem" for name, size in TEXT.items()}
    sizes |= {f"space-{name}": f"{size:g}rem" for name, size in SPACE.items()}
    sizes["measure"] = f"{MEASURE / 16:g}rem"
    light = "".join(f"--sh-{name}:{pair[0]};" for name, pair in colors.items())
    light += "".join(f"--sh-{name}:{size};" for name, size in sizes.items())
    dark = "".join(f"--sh-{name}:{pair[1]};" for name, pair in colors.items())
    return (
        f"body{{{light}}}\n@media not print{{\n"
        f'body[data-theme="dark"]{{{dark}}}\n'
        f'@media (prefers-color-scheme:dark){{body:not([data-theme="light"]){{{dark}}}}}\n}}\n'
    )


def chart_rules() -> str:
    """Return the CSS that gives the colours of inline charts their names, so that they turn."""
    named = {color: name for name, color in COLORS.items()}
    named |= {"white": "paper", PAPER: "paper", GRID: "grid", MUTED: "muted"}
    for name in RAMPS:
        named |= {light: f"{name}-{number}" for number, (light, _) in enumerate(ramp(name), 1)}
    return "".join(
        f'.chart svg [{attribute}="{color}"]{{{attribute}:var(--sh-{name})}}\n'
        for color, name in named.items()
        for attribute in ("fill", "stroke")
    )


def _mix(start: str, end: str, share: float) -> str:
    values = [
        round(int(start[i : i + 2], 16) * (1 - share) + int(end[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{value:02x}" for value in values)
