"""Typst in process: the fonts of the report, what they can show, and the compilation."""

from __future__ import annotations

import datetime
import functools
import importlib.util
import json
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

import manimgx_fonts_cjk
import typst
from sphinx.errors import SphinxError

FACE, LATIN_FACE = "Noto Sans CJK SC", "Noto Sans CJK KR"
"""The typeface of the report, and of the charts in it."""

MORE_FACES = "manimgx_fonts"
"""A wheel with faces for emoji and for scripts that `FACE` lacks; used where it is installed."""

STANDARD: Final = "ua-1"
"""PDF/UA-1: Typst refuses to write a file that is not accessible."""

_PLACE = re.compile(r"\.typ:(\d+):")
_SHOWN: dict[str, bool] = {}
"""Whether a font can show a character, once it was asked."""


class ReportError(SphinxError):
    """The report cannot be made."""

    category = "Report error"


@functools.cache
def fonts() -> typst.Fonts:
    """Return the fonts of the report: those that pip installed, never the system's."""
    folders = [Path(manimgx_fonts_cjk.__file__).parent]
    more = importlib.util.find_spec(MORE_FACES)
    if more and more.submodule_search_locations:
        folders.append(Path(more.submodule_search_locations[0]))
    return typst.Fonts(include_system_fonts=False, font_paths=folders)


def without_glyph(characters: Collection[str]) -> set[str]:
    """Return those of `characters`, or of short texts, that no font of the report can show.

    Typst is asked once to set each on a line of its own: its standard refuses what has no glyph.
    """
    if asked := sorted(set(characters) - _SHOWN.keys()):
        lines = [f'#par[#"{_escaped(character)}"]' for character in asked]
        head = f'#set document(title: "-"); #set text(font: "{FACE}")\n'
        lost = set()
        try:
            typst.compile(
                (head + "\n".join(lines)).encode(),
                font_paths=fonts(),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=[STANDARD],
            )
        except typst.TypstError as error:
            lost = {asked[int(line) - 2] for line in _PLACE.findall(error.diagnostic or "")}
        _SHOWN.update((character, character not in lost) for character in asked)
    return {character for character in characters if not _SHOWN[character]}


def reads(picture: Path) -> bool:
    """Tell whether Typst can read a picture."""
    name = picture.name.replace("\\", "\\\\").replace('"', '\\"')
    try:
        typst.compile(  # type: ignore[call-overload] # bytes and a path are taken together
            f'#set document(title: "-")\n#image("{name}", alt: "-")'.encode(),
            root=str(picture.parent),
            font_paths=fonts(),
            ignore_system_fonts=True,
            format="pdf",
        )
    except typst.TypstError:
        return False
    return True


def _escaped(text: str) -> str:
    return "".join(f"\\u{{{ord(character):x}}}" for character in text)


def timestamp(day: datetime.date) -> int:
    """Return the second the PDF says it was made: the same for every build of one edition."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return int(epoch)
    midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
    return int(midnight.timestamp())


def compile_report(source: Path, made: int, cited: Path) -> bytes:
    """Return the PDF of a Typst file; its folder is all that Typst can read.

    Args:
        source: the file, with what it imports beside it.
        made: the second the PDF says it was made, since 1970 in UTC.
        cited: where to leave the pages on which each row of the ledger is cited, as JSON.

    Raises:
        ReportError: Typst refuses it, or warns.
    """
    try:
        pdf, warnings = typst.compile_with_warnings(
            source,
            root=source.parent,
            font_paths=fonts(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=[STANDARD],
            timestamp=made,
        )
    except typst.TypstError as error:
        hints = "".join(f"; {hint}" for hint in error.hints)
        raise ReportError(
            f"{_place(error.diagnostic, source)}: the report cannot be typeset: {error.message}{hints}"
        ) from None
    if warnings:
        raise ReportError(
            "\n".join(
                f"{_place(item.diagnostic, source)}: report: {item.message}" for item in warnings
            )
        )
    cited.parent.mkdir(parents=True, exist_ok=True)
    cited.write_text(json.dumps(_cited_pages(source)), "utf-8")
    return bytes(pdf)


def _cited_pages(source: Path) -> dict[str, list[int]]:
    """Return the pages of a report that cite a row, by its label; Typst has them laid out already."""
    found = typst.query(
        source,
        "<cited-pages>",
        field="value",
        root=source.parent,
        font_paths=fonts(),
        ignore_system_fonts=True,
    )
    return {label.partition("#")[2]: pages for label, pages in json.loads(found)}


def _place(diagnostic: str | None, source: Path) -> str:
    """Return the page whose text Typst blames, by its label before it; else the template and its line."""
    found = re.search(r"([^/\\\s]+\.typ):(\d+)", diagnostic or "")
    if not found:
        return "report"
    if found[1] != source.name:
        return f"{found[1]}:{found[2]}"
    before = source.read_text("utf-8").splitlines()[: int(found[2])]
    pages = re.findall(r'"%([^"#]+)"', "\n".join(before))
    return f"page {pages[-1]}" if pages else source.name
