# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools==4.68.0"]
# ///
"""Make the fonts that charts are measured with: ``uv run make.py NotoSansCJK-VF.otf.ttc``.

They have the advance widths of Noto Sans CJK SC (SIL Open Font License 1.1) in regular and bold, and a box
for each glyph. Vega asks for the width of each label, and vl-convert opens the font for each of its letters:
the whole font, of 32 MB, takes three times as long, and its widths are those of its thinnest face.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.varLib.models import normalizeLocation, piecewiseLinearMap
from fontTools.varLib.varStore import VarStoreInstancer

FAMILY, UNITS = "Noto Sans CJK SC", 1000
ABOVE, BELOW = 880, -120
"""Where a box begins and ends, in units: as far as Chinese characters reach."""


def widths(font: TTFont, weight: int) -> dict[int, int]:
    """Return the advance width of every character in units, at a weight of the variable font."""
    axes = {
        axis.axisTag: (axis.minValue, axis.defaultValue, axis.maxValue)
        for axis in font["fvar"].axes
    }
    place = {
        tag: piecewiseLinearMap(value, font["avar"].segments[tag])
        for tag, value in normalizeLocation({"wght": weight}, axes).items()
    }
    store = font["HVAR"].table.VarStore  # Without a map of its own: a glyph's number is its index.
    more = VarStoreInstancer(store, font["fvar"].axes, place)
    return {
        character: round(font["hmtx"][glyph][0] + more[font.getGlyphID(glyph)])
        for character, glyph in font.getBestCmap().items()
    }


def write(path: Path, characters: dict[int, int], style: str, weight: int) -> None:
    """Write a font in which all characters of one width share a glyph."""
    glyphs = {width: f"w{width}" for width in sorted(set(characters.values()))}
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder([".notdef", *glyphs.values()])
    builder.setupCharacterMap({ord("a"): glyphs[characters[ord("a")]]})
    builder.setupGlyf(
        {".notdef": box(UNITS), **{name: box(width) for width, name in glyphs.items()}}
    )
    builder.setupHorizontalMetrics(
        {".notdef": (UNITS, 0), **{name: (width, 0) for width, name in glyphs.items()}}
    )
    builder.setupHorizontalHeader(ascent=1160, descent=-288)
    builder.setupNameTable(
        {"familyName": FAMILY, "styleName": style, "psName": f"{FAMILY.replace(' ', '')}-{style}"}
    )
    builder.setupOS2(usWeightClass=weight, sTypoAscender=ABOVE, sTypoDescender=BELOW)
    builder.setupPost(keepGlyphNames=False)
    # In place of the map that the builder needed: a range of characters to one glyph.
    many = CmapSubtable.newSubtable(13)
    many.platformID, many.platEncID, many.language = 3, 10, 0
    many.cmap = {character: glyphs[width] for character, width in characters.items()}
    builder.font["cmap"].tables = [many]
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    builder.save(path)


def box(width: int):
    """Return a glyph that fills its width."""
    pen = TTGlyphPen(None)
    if width:
        pen.moveTo((0, BELOW))
        for corner in ((0, ABOVE), (width, ABOVE), (width, BELOW)):
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


if __name__ == "__main__":
    fonts = TTCollection(sys.argv[1], lazy=True).fonts
    (source,) = (font for font in fonts if font["name"].getDebugName(1) == FAMILY)
    for style, weight in (("Regular", 400), ("Bold", 700)):
        path = Path(__file__).with_name(f"{style.lower()}.ttf")
        write(path, widths(source, weight), style, weight)
