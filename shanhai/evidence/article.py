"""A copy of the article: read from disk, normalised, told apart by its digest."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shanhai.evidence.checks.faults import FaultError
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.files import read_text
from shanhai.evidence.page_text import is_page, page_text

#: Marks of the article's lay-out that are not counted.
MARKS = "*>"

#: A newspaper article is some kilobytes; anything near this is a wrong file.
SIZE_LIMIT = 10_000_000

#: All that is not counted besides white space: those marks, and characters nobody sees.
UNCOUNTED = MARKS + "\u200b\u200c\u200d\u2060\ufeff"


_SAID = {
    "file-missing": "no such file; give the path of the article's text",
    "file-size": "too many bytes for an article; is it the right file?",
    "file-encoding": "is not UTF-8, nor the encoding that --encoding names; save it as UTF-8 text",
}


class ArticleError(EvidenceError):
    """The file given as the article cannot be read as one."""


@dataclass(frozen=True)
class Article:
    """A copy of the article: its text as read and as counted."""

    path: Path
    text: str

    @property
    def normalised(self) -> str:
        """The text in which offsets count characters."""
        return normalise(self.text)

    @property
    def sha256(self) -> str:
        """Digest of the normalised text: the edition."""
        return digest(self.normalised)


def normalise(text: str) -> str:
    """Return ``text`` in Unicode NFC without white space, invisible marks, ``*`` and ``>``."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(char for char in composed if not char.isspace() and char not in UNCOUNTED)


def digest(normalised: str) -> str:
    """Return the SHA-256 of a normalised text as 64 hexadecimal digits."""
    return hashlib.sha256(normalised.encode("utf-8")).hexdigest()


def places(token: str, text: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Yield where a token stands in a normalised text, between two places."""
    return (
        match.start()
        for match in re.compile(re.escape(token)).finditer(text, start, end or len(text))
    )


def is_cut_out(token: str, text: str, at: int) -> bool:
    """Return whether a token at a place is a part of a longer number."""
    before, after = text[max(0, at - 1) : at], text[at + len(token) :][:1]
    left = token[0].isdigit() and (before.isdigit() or before == ".")
    return left or (token[-1].isdigit() and (after.isdigit() or after == "."))


def read(path: Path | str, encoding: str = "utf-8") -> Article:
    """Read a copy of the article: a text, Markdown, or a saved web page, whose text is taken.

    Raises:
        ArticleError: there is no such file, or it is not a text in that encoding.
    """
    path = Path(path)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ArticleError(f"{encoding!r} is no encoding known here; give utf-8 or gbk") from None
    if path.is_dir():
        raise ArticleError(f"{path}: is a folder; give the article's text file")
    try:
        text = read_text(path, SIZE_LIMIT, encoding)
    except FaultError as fault:
        said = _SAID.get(fault.code, str(fault))
        if fault.code == "file-encoding" and _is_gbk(path.read_bytes()):
            said = "is not UTF-8, and reads as GBK; add --encoding gbk, or save it as UTF-8 text"
        raise ArticleError(f"{path}: {said}") from None
    if is_page(text):
        text = page_text(text)
    if not normalise(text):
        raise ArticleError(f"{path}: is empty; give the article's text")
    return Article(path, text)


def _is_gbk(content: bytes) -> bool:
    """Return whether bytes are Chinese text in GBK: they decode, mostly into common characters."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return sum("\u4e00" <= char <= "\u9fff" for char in text) * 2 > len(text.strip())
