"""A chart to take away: the picture with its title, its subtitle and its source, as one SVG."""

from __future__ import annotations

import re
from html import escape

from shanhai import design
from shanhai.charts import svg

MARGIN = 16
_WORD = re.compile(r"[A-Za-z0-9.,%+\-]+|.", re.DOTALL)
_CLOSING = "，。；：、！？）》”’％%」』…,.;:!?)"


def frame(
    title: str, subtitle: str, source: str, width: int, height: float, faces: str
) -> tuple[str, str]:
    """Return the SVG before and after a plot of this size, its texts set in ``faces``.

    The plot's own ``<svg>``, with ``width`` and ``height`` as attributes, goes between the two.
    """
    texts, top = [], float(MARGIN)
    for text, size, weight, color in (
        (title, 16, 600, design.COLORS["ink"]),
        (subtitle, design.SIZE, 400, design.MUTED),
    ):
        for line in wrap(text, width, size):
            top += size * 1.4
            texts.append(_line(line, MARGIN, top - size * 0.4, size, weight, color))
    top += 10
    notes, end = [], height + 8
    for line in wrap(source, width, 11):
        end += 11 * 1.5
        notes.append(_line(line, 0, end - 4, 11, 400, design.MUTED))
    total, across = round(top + end + MARGIN), width + 2 * MARGIN
    before = (
        f'<svg xmlns="{svg.SVG}" width="{across}" height="{total}" viewBox="0 0 {across} {total}" '
        f'font-family="{escape(faces)}">'
        f'<rect width="100%" height="100%" fill="{design.PAPER}"/>{"".join(texts)}'
        f'<g transform="translate({MARGIN},{top:.2f})">'
    )
    return before, f"{''.join(notes)}</g></svg>"


def poster(picture: str, before: str, after: str) -> str:
    """Return a tidy picture in its frame, as a file of its own."""
    width, height = svg.size(picture)
    return (
        before + picture.replace("<svg ", f'<svg width="{width:g}" height="{height:g}" ', 1) + after
    )


def wrap(text: str, width: float, size: float) -> list[str]:
    """Return a text in lines of ``width`` pixels, none of which starts with a closing mark."""
    room, lines, used = width / size, [""], 0.0
    for word in _WORD.findall(text):
        length = svg.ems(word)
        if lines[-1] and used + length > room and word not in _CLOSING:
            lines.append("")
            used = 0.0
        lines[-1] += word
        used += length
    return [line.strip() for line in lines]


def _line(text: str, x: float, y: float, size: int, weight: int, color: str) -> str:
    return (
        f'<text x="{x}" y="{y:.2f}" font-size="{size}" font-weight="{weight}" fill="{color}">'
        f"{escape(text)}</text>"
    )
