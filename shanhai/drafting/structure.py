"""The article's parts: sections by its headings, paragraphs, sentences, each by offset."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from shanhai.evidence.article import normalise

#: A paragraph longer than this that ends in the middle of a sentence was broken by a page.
_BROKEN = 25

#: No heading is longer than this, and no title is written longer.
_HEADING = 30

#: What a section without a heading of its own is called.
_OPENING = "开头"

_ENDS = re.compile(r"[。！？；…：:.!?;]['\"”’」』）)]*$|[”」』）)]$")
_NUMBERED = re.compile(
    r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|第[一二三四五六七八九十]+[章节部分]+)"
)
_BYLINE = re.compile(
    r"^(?:本报|记者|作者|来源|编辑|责编|责任编辑|通讯员|图[：为/]|新华社|——|—)|摄$|(?:记者|通讯员) ?\S+$"
)
_SENTENCE = re.compile(r"[。！？；…]['\"”’」』）)]*|[!?;]")


@dataclass(frozen=True)
class Section:
    """One section: its id, its heading, its span, and where its paragraphs start."""

    id: str
    title: str
    start: int
    end: int
    paragraphs: list[int]
    label: str = ""


@dataclass
class Structure:
    """An article's text as counted, and its parts."""

    text: str
    title: str = ""
    sections: list[Section] = field(default_factory=list)
    #: Places where the text as printed has a blank between two characters, or begins a line.
    gaps: set[int] = field(default_factory=set)
    #: Where sentences start; a paragraph and a line that ends starts one too.
    sentences: list[int] = field(default_factory=list)

    def section(self, offset: int) -> Section:
        """Return the section a place lies in."""
        starts = [section.start for section in self.sections]
        return self.sections[max(0, bisect_right(starts, offset) - 1)]

    def paragraph(self, offset: int) -> int:
        """Return a place's paragraph within its section, from 1."""
        return max(1, bisect_right(self.section(offset).paragraphs, offset))

    def sentence(self, offset: int) -> int:
        """Return the number of the sentence a place lies in."""
        return max(0, bisect_right(self.sentences, offset) - 1)

    def bounds(self, offset: int) -> tuple[int, int]:
        """Return where the sentence of a place starts and ends."""
        number = self.sentence(offset)
        ends = [*self.sentences, len(self.text)]
        return self.sentences[number], ends[number + 1]


@dataclass
class _Line:
    raw: str
    start: int
    length: int
    heading: bool = False


def structure(text: str) -> Structure:
    """Return the parts of a text that may be plain or Markdown."""
    lines, gaps, whole = _lines(text)
    found = Structure(whole, gaps=gaps)
    for index, line in enumerate(lines):
        follows = index + 1 < len(lines)
        line.heading = follows and _is_heading(line.raw, index == 0)
    heads: list[str] = []
    sections: list[tuple[str, int, list[int]]] = []
    broken = False
    for index, line in enumerate(lines):
        if line.heading:
            title = _title(line.raw)
            if index == 0:
                found.title = title
            elif not heads:
                sections.append((title, line.start, []))
            heads.append(title)
            found.sentences.append(line.start)
            broken = False
            continue
        if heads and sections and heads[0] == sections[-1][0]:
            sections[-1] = (" ".join(heads)[:_HEADING], *sections[-1][1:])
        elif not sections or len(heads) > 1:
            # The article's title opens its first section, or its first heading does.
            sections.append((heads[-1] if heads else found.title, 0, []))
        heads = []
        if not broken:
            sections[-1][2].append(line.start)
            found.sentences.append(line.start)
        broken = line.length >= _BROKEN and not _ENDS.search(line.raw.strip())
    sections = [(title, start, starts) for title, start, starts in sections if starts]
    ends = [start for _, start, _ in sections[1:]] + [len(whole)]
    found.sections = [
        Section(
            f"s{number}",
            title,
            start if number > 1 else 0,
            end,
            starts,
            _OPENING if not title or title == found.title else title,
        )
        for number, ((title, start, starts), end) in enumerate(zip(sections, ends, strict=True), 1)
    ]
    cuts = {match.end() for match in _SENTENCE.finditer(whole) if match.end() < len(whole)}
    found.sentences = sorted(cuts | set(found.sentences) | {0})
    return found


def _lines(text: str) -> tuple[list[_Line], set[int], str]:
    """Return the lines that hold anything, the gaps within and before them, and the whole text."""
    lines, gaps, parts, at = [], set(), [], 0
    for raw in text.splitlines():
        counted = normalise(raw)
        if not counted:
            continue
        lines.append(_Line(raw, at, len(counted)))
        gaps.add(at)
        place = at
        for piece in re.split(r"\s+", raw.strip()):
            gaps.add(place)
            place += len(normalise(piece))
        parts.append(counted)
        at += len(counted)
    return lines, gaps, "".join(parts)


def _is_heading(raw: str, first: bool) -> bool:
    line = raw.strip()
    plain = line.strip("*#> \t").strip()
    if line.startswith("#") or (line.startswith("**") and line.endswith("**") and len(plain) > 1):
        return len(plain) <= 60
    if len(normalise(plain)) > _HEADING or _ENDS.search(plain) or _BYLINE.search(plain):
        return False
    if plain.endswith(("，", "、", ",")) or not re.search("[一-龥]", plain):
        return False
    # A comma or a figure is of a sentence that a page broke, or of a caption.
    return first or bool(_NUMBERED.match(plain)) or not re.search(r"[\d，,|]|^[-+]", plain)


def _title(raw: str) -> str:
    return " ".join(raw.strip("*#> \t").strip("*").split())[:_HEADING]
