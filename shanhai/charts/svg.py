"""SVG as Vega writes it, made fit to stand in a page beside others."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterator
from operator import mul
from xml.etree import ElementTree as ET

from shanhai import design

SVG = "http://www.w3.org/2000/svg"
_NUMBER = re.compile(r"-?\d*\.\d{3,}(?:e-?\d+)?")
_NOISE = ("role", "aria-label", "aria-roledescription", "aria-hidden", "pointer-events")
_DEFAULTS = {"opacity": "1", "font-weight": "normal", "transform": "translate(0,0)"}
_HEX = re.compile(r"#[0-9a-f]{6}")
_FAR = 50.0
"""How far from a ramp a colour may lie, in RGB steps, and still be taken for one of it."""
_LATIN = (
    (0.23, " "),
    (0.33, "!',.:;ijl|I"),
    (0.44, "()[]{}-/\\frt"),
    (0.53, "*?csz"),
    (0.6, '0123456789+<=>#$^_~"aegvxyFJLY'),
    (0.69, "bdhknopquABCEKPRSTVXZ"),
    (0.78, "DGHNOQU&"),
    (1.01, "mwMW%@"),
)
"""Widths in ems of the characters of the book's own typeface, bold and rounded up."""
_RGB = re.compile(r"rgb\((\d+), ?(\d+), ?(\d+)\)")

ET.register_namespace("", SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def tidy(text: str, prefix: str, title: str, description: str) -> str:
    """Return a picture that can stand in any page.

    Its ids start with ``prefix``; it scales by its viewBox; assistive technology meets one
    picture, named ``title`` and described by ``description``, not a hundred marks; numbers keep
    two decimals; the colours are those of the theme, so that a style sheet can turn them.
    """
    root = ET.fromstring(text)
    ids: dict[str, str] = {}
    for element in root.iter():
        for name in _NOISE:
            element.attrib.pop(name, None)
        element.attrib.pop("class", None)
        if "id" in element.attrib:
            ids[element.attrib["id"]] = element.attrib["id"] = f"{prefix}-{len(ids)}"
        for name, value in element.attrib.items():
            element.set(name, _round(name, value))
        for name, value in _DEFAULTS.items():
            if element.get(name) == value:
                del element.attrib[name]
        if element.tag == f"{{{SVG}}}text" and element.get("stroke"):
            element.set("paint-order", "stroke")
    for element in root.iter():
        for name, value in element.attrib.items():
            if value.startswith("url(#"):
                element.set(name, f"url(#{ids[value[5:-1]]})")
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-label", title)
    root.set("aria-describedby", f"{prefix}-description")
    note = ET.Element(f"{{{SVG}}}desc", {"id": f"{prefix}-description"})
    note.text = description
    root.insert(0, note)
    _prune(root)
    return ET.tostring(root, encoding="unicode")


def mixed(text: str) -> dict[str, str]:
    """Return the colours that Vega mixed, each with the step of the theme that `tidy` puts there."""
    values = {
        value
        for element in ET.fromstring(text).iter()
        for name, value in element.attrib.items()
        if name in {"fill", "stroke"}
    }
    return {value: step for value in sorted(values) if (step := _color(value)) != value.lower()}


def width(text: str) -> float:
    """Return the width of a picture in pixels."""
    return size(text)[0]


def size(text: str) -> tuple[float, float]:
    """Return width and height of a picture in pixels."""
    _, _, width, height = (float(value) for value in ET.fromstring(text).get("viewBox", "").split())
    return width, height


def overflow(text: str) -> dict[str, int]:
    """Return by how many pixels text stands beyond each side of a picture.

    Widths are estimated from above: one em for a full-width character, those of bold type for others.
    """
    root = ET.fromstring(text)
    width, height = size(text)
    beyond = dict.fromkeys(("left", "top", "right", "bottom"), 0.0)
    for left, top, right, bottom in _boxes(root):
        beyond["left"] = max(beyond["left"], -left)
        beyond["top"] = max(beyond["top"], -top)
        beyond["right"] = max(beyond["right"], right - width)
        beyond["bottom"] = max(beyond["bottom"], bottom - height)
    return {side: math.ceil(amount) for side, amount in beyond.items()}


def _boxes(root: ET.Element) -> Iterator[tuple[float, float, float, float]]:
    """Yield left, top, right and bottom of every text that can be seen."""

    def walk(element: ET.Element, x: float, y: float, turn: float) -> Iterator:
        for name, values in re.findall(r"(\w+)\(([^)]*)\)", element.get("transform", "")):
            numbers = [float(value) for value in re.split(r"[ ,]+", values.strip())]
            if name == "translate":
                dx, dy = numbers[0], numbers[1] if len(numbers) > 1 else 0.0
                x += dx * math.cos(turn) - dy * math.sin(turn)
                y += dx * math.sin(turn) + dy * math.cos(turn)
            elif name == "rotate":
                turn += math.radians(numbers[0])
        if element.tag == f"{{{SVG}}}text":
            yield _box(element, x, y, turn)
        else:
            for child in element:
                yield from walk(child, x, y, turn)

    for box in walk(root, 0.0, 0.0, 0.0):
        if box[0] < box[2]:
            yield box


def _box(element: ET.Element, x: float, y: float, turn: float) -> tuple[float, float, float, float]:
    size = float(element.get("font-size", "13px").removesuffix("px"))
    lines = [part.text or "" for part in element] or [element.text or ""]
    width = max(map(ems, lines)) * size
    start = {"end": -width, "middle": -width / 2}.get(element.get("text-anchor", ""), 0.0)
    last = sum(float(part.get("dy", 0)) for part in element)
    corners = [
        (
            x + across * math.cos(turn) - down * math.sin(turn),
            y + across * math.sin(turn) + down * math.cos(turn),
        )
        for across in (start, start + width)
        for down in (-0.88 * size, 0.2 * size + last)
    ]
    across, down = zip(*corners, strict=True)
    return min(across), min(down), max(across), max(down)


def ems(text: str) -> float:
    """Return the width of a line in ems, estimated from above."""
    return sum(map(_em, text))


def broken(text: str, size: float, width: float) -> str:
    """Return a text of ``size`` pixels with line breaks between words, its lines no wider if possible."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and ems(longer) * size > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return next((width for width, characters in _LATIN if character in characters), 0.66)


def _round(name: str, value: str) -> str:
    if name in {"fill", "stroke"}:
        return _color(value)
    if name in {"d", "transform", "viewBox"} or _NUMBER.fullmatch(value):
        return _NUMBER.sub(lambda match: _short(float(match[0])), value)
    return value


def _short(number: float) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _color(value: str) -> str:
    """Return a colour of the theme: itself, or the nearest step of a ramp for a mixed one."""
    value = value.lower()
    if mixed := _RGB.fullmatch(value):
        value = "#" + "".join(f"{int(part):02x}" for part in mixed.groups())
    if value in _known() or not _HEX.fullmatch(value):
        return value
    return _step(value) or value


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(light for light, _ in design.pairs())


@functools.cache
def _step(value: str) -> str | None:
    """Return the step of a ramp that a mixed colour is nearest to, None if it is on no ramp."""
    start = _parts(design.COLORS["empty"])
    best, color = _FAR, None
    for name in design.RAMPS:
        way = [b - a for a, b in zip(start, _parts(design.COLORS[name]), strict=True)]
        off = [b - a for a, b in zip(start, _parts(value), strict=True)]
        nearest = sum(map(mul, way, off)) / sum(map(mul, way, way))
        far = math.dist(off, [nearest * part for part in way])
        if far < best:
            # Vega mixes by lightness. A value in the middle belongs below it: charts turn text
            # white above the middle.
            light, dark = _lightness(design.COLORS["empty"]), _lightness(design.COLORS[name])
            share = (light - _lightness(value)) / (light - dark)
            side = [s for s in design.STEPS if (s > 0.5) == (share > 0.51)]
            best = far
            near = min(side, key=lambda step: abs(step - share))
            color = design.ramp(name)[design.STEPS.index(near)][0]
    return color


def _lightness(color: str) -> float:
    return design.luminance(color) ** (1 / 3)


def _parts(color: str) -> list[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def _prune(root: ET.Element) -> None:
    """Drop what draws nothing, and say the typeface once."""
    drawn = {f"{{{SVG}}}{name}" for name in ("path", "rect", "line", "circle")}

    def useless(element: ET.Element) -> bool:
        if element.get("opacity") == "0":
            return True
        if element.tag == f"{{{SVG}}}g":
            return len(element) == 0
        if element.tag in drawn:
            return not any(element.get(name, "none") != "none" for name in ("fill", "stroke"))
        return element.tag == f"{{{SVG}}}text" and not "".join(element.itertext()).strip()

    def prune(element: ET.Element) -> None:
        for child in list(element):
            if child.tag in {f"{{{SVG}}}clipPath", f"{{{SVG}}}mask"}:
                continue
            prune(child)
            if useless(child):
                element.remove(child)

    prune(root)
    texts = list(root.iter(f"{{{SVG}}}text"))
    families = {text.get("font-family") for text in texts}
    if len(families) == 1:
        (family,) = families
        root.set("font-family", family or design.faces("zh"))
        for text in texts:
            text.attrib.pop("font-family", None)
