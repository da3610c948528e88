"""The layout for phones, derived from a chart: row names above their marks, parts one below another.

It works on the specification, so that it follows whatever an analyst did to the chart.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from shanhai.charts import svg
from shanhai.design import SIZE

Spec = dict[str, Any]
Datasets = dict[str, list[dict[str, Any]]]

BESIDE = 84
"""Widest row name in pixels that may stand beside its mark on a phone."""

_NAME, _LINE = 22, 17
"""Height in pixels of a row's name above its marks, and of each further line of it."""

NARROW = 328
"""Width in pixels of a picture on a phone of 360 less its margins."""

_SMALLEST = 11
"""Smallest type in cells that are too narrow for the usual."""

_SYLLABLE = re.compile(
    r"(?<=\w{2}[b-df-hj-np-tv-xz])(?=[b-df-hj-np-tv-xz][aeiouy]\w)", re.IGNORECASE
)
"""Where a long word in a narrow cell may be parted: between two consonants, before a vowel."""

_WORDS, _NAMED = 0.8, 0.7
"""Share of its width that the words of a part may take beside another part, and names beside marks."""

_PARTS = ("hconcat", "vconcat", "concat")


def phone(spec: Spec) -> Spec:
    """Return the specification laid out for a narrow page."""
    spec = _stacked(copy.deepcopy(spec))
    for part in views(spec):
        _legends(part)
        _fit_cells(part, spec.get("datasets", {}))
    return raised(spec, BESIDE, NARROW)


def loose(spec: Spec, width: int) -> Spec:
    """Return the specification with its parts one below another, if words leave marks no room."""
    parts: list[Spec] = spec.get("hconcat") or spec.get("concat") or []
    share = width / max(1, min(len(parts), spec.get("columns", len(parts)))) * _WORDS
    datasets = spec.get("datasets", {})
    crowded = any(_words(view, datasets) > share for part in parts for view in views(part))
    return _stacked(copy.deepcopy(spec)) if crowded else spec


def _words(view: Spec, datasets: Datasets) -> float:
    """Return the pixels that the longest name of a row and the longest labels of a mark take."""
    texts = [unit for unit in units(view) if "field" in unit.get("encoding", {}).get("text", {})]
    said: Counter[tuple[str, int]] = Counter()
    for unit in texts:
        for number, record in enumerate(_records(unit, datasets) or _records(view, datasets)):
            text = str(record.get(unit["encoding"]["text"]["field"], ""))
            said[str(unit.get("data")), number] += round(_pixels(text))
    names = _row_names(view, datasets)[1]
    return max(map(_pixels, names), default=0) + max(said.values(), default=0)


def _stacked(spec: Spec) -> Spec:
    if "hconcat" in spec:
        spec["vconcat"] = spec.pop("hconcat")
    if "concat" in spec:
        spec["columns"] = 1
    for view in views(spec):
        if isinstance(view.get("title"), dict):  # All begin where the marks do.
            view["title"].setdefault("frame", "group")
    return spec


def raised(spec: Spec, beside: int, width: int) -> Spec:
    """Return the specification with row names above their marks, if beside them there is no room.

    There is none where a name needs more than ``beside`` pixels, or words take most of ``width``, to which
    names are broken. A grid of cells keeps its names beside it.
    """
    spec = copy.deepcopy(spec)
    datasets = spec.get("datasets", {})
    named = [(part, *_row_names(part, datasets)) for part in views(spec)]
    if any(
        max(map(_pixels, names)) > beside or _words(part, datasets) > width * _NAMED
        for part, _, names in named
        if names
    ):
        for part, rows, names in named:
            if names:
                _raise_names(part, rows, names, width)
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
    for unit in units(view):
        for channel in unit.get("encoding", {}).values():
            if isinstance(channel, dict) and isinstance(channel.get("legend"), dict):
                names = (channel.get("scale") or {}).get("domain", [])
                widest = max((_pixels(str(name)) for name in names), default=0)
                channel["legend"].setdefault("columns", 2 if 2 * (widest + 34) <= NARROW else 1)


def _pixels(text: str) -> float:
    return svg.ems(text) * SIZE


def _row_names(view: Spec, datasets: Datasets) -> tuple[list[Spec], list[str]]:
    """Return the layers of a view that have rows with names, and the names; none of a grid of cells."""
    drawn = [unit for unit in units(view) if "y" in unit.get("encoding", {})]
    rows = [unit for unit in drawn if _names_rows(unit["encoding"]["y"])]
    if not rows or any(_kind(unit) == "rect" for unit in rows):
        return [], []
    field = rows[0]["encoding"]["y"]["field"]
    return rows, list(dict.fromkeys(_values(view, rows, datasets, field)))


def _raise_names(view: Spec, rows: list[Spec], names: list[str], width: int) -> None:
    """Set row names above their marks."""
    field = rows[0]["encoding"]["y"]["field"]
    said = {name: svg.broken(name, SIZE, width) for name in names}
    lines = max(text.count("\n") for text in said.values())
    above = _NAME + _LINE * lines
    height = view.get("height", 36 * len(names))
    if not isinstance(height, int | float):
        height = 36 * len(names)
    bars = [unit["mark"] for unit in rows if _kind(unit) == "bar" and unit["mark"] != "bar"]
    band = max(height / len(names) * 0.75, *(mark.get("size", 0) for mark in bars), 0)
    step = band + above
    scale = {"paddingInner": above / step, "paddingOuter": above / step, "align": 1}
    for unit in rows:
        channel = unit["encoding"]["y"]
        channel["axis"] = None
        channel["scale"] = {**(channel.get("scale") or {}), **scale}
    view["height"] = round(step * (len(names) + above / step))
    order = rows[0]["encoding"]["y"].get("sort")
    text = {
        # Vega sets the first line in its place and the others below it: all names have as many.
        "data": {
            "values": [
                {field: name, "name": "\n" * (lines - text.count("\n")) + text}
                for name, text in said.items()
            ]
        },
        "mark": {
            **{"type": "text", "align": "left", "baseline": "bottom"},
            **{"dy": -3 - _LINE * lines, "lineBreak": "\n", "lineHeight": _LINE},
            # A line across all rows stops short of the names.
            **{"stroke": "white", "strokeWidth": 5, "strokeJoin": "round"},
        },
        "encoding": {
            "y": {"field": field, "type": "nominal", "sort": order, "axis": None, "scale": scale}
            | {"bandPosition": 0},
            "x": {"value": 0},
            "text": {"field": "name", "type": "nominal"},
        },
    }
    if "layer" not in view:
        unit = {key: view.pop(key) for key in ("mark", "encoding", "params") if key in view}
        view["layer"] = [unit]
    view["layer"].append(text)


def _fit_cells(view: Spec, datasets: Datasets) -> None:
    """Turn the heads of a grid of cells upright, and set its texts smaller, where they have no room."""
    drawn = [unit for unit in units(view) if _is_cell(unit.get("encoding", {}))]
    if not any(_kind(unit) == "rect" for unit in drawn):
        return
    first = drawn[0]["encoding"]
    found = (_records(part, datasets) for part in (view, *drawn))
    records = next((each for each in found if each), [])
    columns = {str(record[first["x"]["field"]]) for record in records}
    if not columns:
        return
    names = 0.0
    if _names_rows(first["y"]):
        names = max(_pixels(str(record[first["y"]["field"]])) for record in records) + 8
    cell = (NARROW - names) / len(columns)
    if _names_rows(first["x"]) and max(map(_pixels, columns)) > cell - 4:
        for unit in drawn:
            axis = dict(unit["encoding"]["x"].get("axis") or {})
            upright = {"labelAngle": -90, "labelAlign": "left", "labelBaseline": "middle"}
            unit["encoding"]["x"]["axis"] = axis | upright
    for unit in drawn:
        field = unit["encoding"].get("text", {}).get("field")
        if _kind(unit) != "text" or field is None:
            continue
        texts = {str(record.get(field, "")) for record in records}
        if max(map(_pixels, texts)) <= cell - 4:
            continue
        least = _SMALLEST / SIZE
        parted = {text: _parted(text) for text in texts if _pixels(text) * least > cell - 4}
        lines = [line for text in texts for line in parted.get(text, text).split("\n")]
        size = max(_SMALLEST, min(SIZE, int(SIZE * (cell - 4) / max(map(_pixels, lines)))))
        said, where = f"({json.dumps(parted)})[datum[{field!r}]]", f"datum[{field!r}]"
        unit.setdefault("transform", []).append({"calculate": f"{said} || {where}", "as": "parted"})
        unit["encoding"]["text"] = {**unit["encoding"]["text"], "field": "parted"}
        # Vega sets the first of two lines in the middle, and the other below it.
        up = {"expr": f"indexof(datum.parted, '\\n') > 0 ? {-size / 2} : 0"}
        mark = unit["mark"] if isinstance(unit["mark"], dict) else {"type": "text"}
        more = {"fontSize": size, "lineBreak": "\n", "lineHeight": size + 1, "dy": up}
        unit["mark"] = {**mark, **more}


def _parted(word: str) -> str:
    """Return a word in two lines, parted where a syllable begins that is near its middle."""
    places = [match.start() for match in _SYLLABLE.finditer(word)]
    if not places:
        return word
    at = min(places, key=lambda place: abs(place - len(word) / 2))
    return f"{word[:at]}-\n{word[at:]}"


def _is_cell(encoding: Spec) -> bool:
    channels = [encoding.get(name, {}) for name in ("x", "y")]
    return all(c.get("type") in {"nominal", "ordinal"} and "field" in c for c in channels)


def _records(part: Spec, datasets: Datasets) -> list[dict[str, Any]]:
    data = part.get("data", {})
    found = datasets.get(data.get("name"), data.get("values", []))
    return [record for record in found if isinstance(record, dict)]


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


def _values(view: Spec, rows: list[Spec], datasets: Datasets, field: str) -> Iterator[str]:
    """Yield the row names of a view in the data's order."""
    sort = rows[0]["encoding"]["y"].get("sort")
    if isinstance(sort, list):
        yield from map(str, sort)
        return
    for holder in (view, *rows):
        for record in _records(holder, datasets):
            if field in record:
                yield str(record[field])
