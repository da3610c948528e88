"""Pictures made ready for the page: SVG in the report's typeface, pixels as they are."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from shanhai.book.pdf.characters import printable
from shanhai.book.pdf.text import is_han
from shanhai.book.pdf.typeset import FACE, LATIN_FACE, reads

CANVAS = 680
"""Width in pixels of a chart that fills the column; a narrower one is scaled alike."""

PIXELS = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
"""Pictures in pixels that Typst reads, with the endings of their files."""

_TALLEST = 1.32
"""Height of the tallest picture, in column widths: it must fit a page with its caption."""

_QUOTES = "\u2018\u2019\u201c\u201d"
"""Marks that are as wide as a character in the face for Chinese."""

_SVG = "http://www.w3.org/2000/svg"
_STARTS = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif"}


@dataclass(frozen=True)
class Picture:
    """A picture ready for the page: its file beside the Typst source, its width in per cent."""

    name: str
    width: float | None
    """None: as many pixels as it has, no wider than the column."""
    notes: tuple[str, ...] = ()
    """What of its text could not be printed."""


def prepare_picture(source: Path, target: Path) -> Picture | None:
    """Write the picture `source` to `target`, SVG in the report's typeface.

    Returns None if it is neither SVG nor pixels that Typst reads, or is SVG that holds other pictures.

    Every text gets the face and its weight as a variation: the face is one variable font, whose
    default is its thinnest weight, and the renderer would set ordinary text in that.
    """
    try:
        tree = ElementTree.parse(source)
    except OSError:
        return None
    except ElementTree.ParseError:
        return _pixels(source, target)
    root = tree.getroot()
    if root.tag != f"{{{_SVG}}}svg" or root.find(f".//{{{_SVG}}}image") is not None:
        return None
    notes = _make_printable(root, source.name)
    _set_face(root, 400)
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    target.parent.mkdir(parents=True, exist_ok=True)
    tree.write(target, "utf-8", xml_declaration=False)
    wide, high = _size(root)
    share = min(1.0, wide / CANVAS, _TALLEST * wide / high)
    return Picture(target.name, 100 * share, tuple(notes))


def _make_printable(root: ElementTree.Element, name: str) -> list[str]:
    """Put a sign where the text of a picture has no glyph; return a sentence on that, if there is any."""
    parts = [element for element in root.iter() if (element.text or element.tail)]
    shown, notes = printable([part.text or "" for part in parts], name)
    for part, text in zip(parts, shown, strict=True):
        part.text = text or None
    return notes


def _pixels(source: Path, target: Path) -> Picture | None:
    """Copy a picture in pixels under a name that says what it is; None if it is of no known kind."""
    head = source.read_bytes()[:16]
    kind = next((end for start, end in _STARTS.items() if head.startswith(start)), None)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        kind = ".webp"
    if kind is None:
        return None
    target = target.with_suffix(kind)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return Picture(target.name, None) if reads(target) else None


def _set_face(element: ElementTree.Element, weight: int) -> None:
    given = element.get("font-weight", "")
    pairs = (item.partition(":") for item in element.get("style", "").split(";") if ":" in item)
    style = {name.strip(): value.strip() for name, _, value in pairs}
    given = style.get("font-weight", given)
    weight = {"normal": 400, "bold": 700}.get(given, int(given) if given.isdigit() else weight)
    if element.tag in (f"{{{_SVG}}}text", f"{{{_SVG}}}tspan"):
        style.pop("font-family", None)
        style["font-variation-settings"] = f"'wght' {weight}"
        said = "".join(element.itertext())
        narrow = any(mark in said for mark in _QUOTES) and not any(map(is_han, said))
        element.set("font-family", LATIN_FACE if narrow else FACE)
        element.set("style", ";".join(f"{name}:{value}" for name, value in style.items()))
    for child in element:
        _set_face(child, weight)


def _size(root: ElementTree.Element) -> tuple[float, float]:
    """Return the width and height of an SVG picture in pixels."""
    lengths = [re.match(r"[0-9.]+", root.get(name, "")) for name in ("width", "height")]
    if lengths[0] and lengths[1]:
        return float(lengths[0].group()), float(lengths[1].group())
    box = [float(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip()) if part]
    return (box[2], box[3]) if len(box) == 4 else (CANVAS, CANVAS)
