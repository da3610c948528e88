"""The layout for phones, derived from a chart: row names above their marks, parts one below another.

It works on the specification, so that it follows whatever an analyst did to the chart.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from shanhai.charts import svg
from shanhai.design import SIZE

Spec = dict[str, Any]

_BESIDE = 84
"""Widest row name in pixels that may stand beside its mark on a phone."""

_HALF = 140
"""Widest name in pixels that may stand beside another in a legend on a phone."""

_PAGE = 328
"""Width in pixels of a picture on a phone."""

_NAME = 22
"""Height in pixels of a row's name above its marks."""

_PARTS = ("hconcat", "vconcat", "concat")


def phone(spec: Spec) -> Spec:
    """Return the specification laid out for a narrow page."""
    spec = copy.deepcopy(spec)
    if "hconcat" in spec:
        spec["vconcat"] = spec.pop("hconcat")
    if "concat" in spec:
        spec["columns"] = 1
    for part in views(spec):
        _legends(part)
        _turn_heads(part)
        _raise_names(part, spec.get("datasets", {}))
    return spec


def views(spec: Spec) -> Iterator[Spec]:
    """Yield the views of a specification that have a width of their own."""
    parts = [part for kind in _PARTS for part in spec.get(kind, ())]
    if isinstance(spec.get("spec"), dict):
        parts.append(spec["spec"])
    for part in parts:
        yield from views(part)
    if not parts:
        yield spec


def units(view: Spec) -> Iterator[Spec]:
    """Yield a view's layers, or itself."""
    if "layer" in view:
        for layer in view["layer"]:
            yield from units(layer)
    else:
        yield view


def _legends(view: Spec) -> None:
    """Set legends in two columns, where the longest name fits into half of the page; else in one."""
    for unit in units(view):
        for channel in unit.get("encoding", {}).values():
            if isinstance(channel, dict) and isinstance(channel.get("legend"), dict):
                names = (channel.get("scale") or {}).get("domain") or [""]
                widest = max(svg.ems(str(name)) for name in names) * SIZE
                channel["legend"].setdefault("columns", 2 if widest <= _HALF else 1)


def _turn_heads(view: Spec) -> None:
    """Set the heads of a grid's columns upright where they do not fit beside one another."""
    grid = next((unit for unit in units(view) if _kind(unit) == "rect"), {})
    across, down = (grid.get("encoding", {}).get(channel) for channel in "xy")
    if not (_names_rows(across) and _names_rows(down)):
        return
    heads, names = (
        [svg.ems(str(name)) * SIZE for name in channel.get("sort") or [""]]
        for channel in (across, down)
    )
    if max(heads) > (_PAGE - max(names)) / len(heads):
        for unit in units(view):
            channel = unit.get("encoding", {}).get("x", {})
            if _names_rows(channel):
                channel["axis"] = (channel.get("axis") or {}) | {
                    "labelAngle": -90,
                    "labelAlign": "left",
                    "labelBaseline": "middle",
                }


def _raise_names(view: Spec, datasets: dict[str, list[dict[str, Any]]]) -> None:
    """Set long row names above their marks; a grid of cells keeps them beside it."""
    drawn = [unit for unit in units(view) if "y" in unit.get("encoding", {})]
    rows = [unit for unit in drawn if _names_rows(unit["encoding"]["y"])]
    if not rows or any(_kind(unit) == "rect" for unit in rows):
        return
    field = rows[0]["encoding"]["y"]["field"]
    names = list(dict.fromkeys(_values(view, rows, datasets, field)))
    if not names or max(svg.ems(name) for name in names) * SIZE <= _BESIDE:
        return
    height = view.get("height", 36 * len(names))
    if not isinstance(height, int | float):
        height = 36 * len(names)
    band = height / len(names) * 0.75
    step = band + _NAME
    scale = {"paddingInner": _NAME / step, "paddingOuter": _NAME / step, "align": 1}
    for unit in rows:
        channel = unit["encoding"]["y"]
        channel["axis"] = None
        channel["scale"] = {**(channel.get("scale") or {}), **scale}
    view["height"] = round(step * (len(names) + _NAME / step))
    order = rows[0]["encoding"]["y"].get("sort")
    text = {
        "data": {"values": [{field: name} for name in names]},
        "mark": {"type": "text", "align": "left", "baseline": "bottom", "dy": -3},
        "encoding": {
            "y": {"field": field, "type": "nominal", "sort": order, "axis": None, "scale": scale}
            | {"bandPosition": 0},
            "x": {"value": 0},
            "text": {"field": field, "type": "nominal"},
        },
    }
    if "layer" not in view:
        unit = {key: view.pop(key) for key in ("mark", "encoding", "params") if key in view}
        view["layer"] = [unit]
    view["layer"].append(text)


def _names_rows(channel: Any) -> bool:
    return (
        isinstance(channel, dict)
        and channel.get("type") in {"nominal", "ordinal"}
        and "field" in channel
        and channel.get("axis", {}) is not None
    )


def _kind(unit: Spec) -> str:
    mark = unit.get("mark")
    return mark["type"] if isinstance(mark, dict) else str(mark)


def _values(
    view: Spec, rows: list[Spec], datasets: dict[str, list[dict[str, Any]]], field: str
) -> Iterator[str]:
    """Yield the row names of a view in the data's order."""
    sort = rows[0]["encoding"]["y"].get("sort")
    if isinstance(sort, list):
        yield from map(str, sort)
        return
    for holder in (view, *rows):
        data = holder.get("data", {})
        for record in datasets.get(data.get("name"), data.get("values", [])):
            if isinstance(record, dict) and field in record:
                yield str(record[field])
