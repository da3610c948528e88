"""How wide the two layouts of a chart are, and what is left to parts that state no width."""

from __future__ import annotations

import copy
import re
from typing import Any

from shanhai.charts.phone import NARROW, views
from shanhai.design import MEASURE

WIDTHS = {"wide": MEASURE, "narrow": NARROW}
"""Width of the whole picture in pixels: a page's column, and a phone's."""


def across(spec: dict[str, Any]) -> int:
    """Return how many parts of a chart stand side by side and may share a width; 0 of a single view."""
    if any(view is spec for view in views(spec)):
        return 0
    count = len(spec.get("hconcat", spec.get("concat", [0])))
    return min(count, spec.get("columns", count))


def shared(spec: dict[str, Any], width: float) -> dict[str, Any]:
    """Return a chart whose parts are ``width`` pixels wide, where they state no width of their own."""
    spec = copy.deepcopy(spec)
    if across(spec):
        for view in views(spec):
            view.setdefault("width", max(40, int(width)))
            _settle(view, view["width"])
    return spec


def _settle(part: Any, width: int) -> None:
    """Put a number where expressions say ``width``: in a chart of parts, no part has that signal."""
    if isinstance(part, dict):
        if isinstance(part.get("expr"), str):
            part["expr"] = re.sub(r"\bwidth\b", str(width), part["expr"])
        for value in part.values():
            _settle(value, width)
    elif isinstance(part, list):
        for value in part:
            _settle(value, width)
