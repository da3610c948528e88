"""A copy of the article: read from disk, normalised, told apart by its digest."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from shanhai.evidence.errors import EvidenceError

#: Marks of the article's lay-out that are not counted.
MARKS = "*>"

#: A newspaper article is some kilobytes; anything near this is a wrong file.
SIZE_LIMIT = 10_000_000

#: All that is not counted besides white space: those marks, and characters nobody sees.
UNCOUNTED = MARKS + "\u200b\u200c\u200d\u2060\ufeff"


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


def read(path: Path | str) -> Article:
    """Read a copy of the article.

    Raises:
        ArticleError: there is no such file, or it is not a text in UTF-8.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise ArticleError(f"{path}: is a folder; give the article's text file")
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise ArticleError(
                f"{path}: {size} bytes are too many for an article; is it the right file?"
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise ArticleError(f"{path}: no such file; give the path of the article's text") from None
    except OSError as error:
        raise ArticleError(f"{path}: cannot be read ({error.strerror})") from None
    if b"\0" in content:
        raise ArticleError(
            f"{path}: holds NUL bytes, so it is not a text; save the article as UTF-8 text"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArticleError(
            f"{path}: byte {error.start} is not UTF-8 (GBK?); save the article as UTF-8 text"
        ) from None
    if not normalise(text):
        raise ArticleError(f"{path}: is empty; give the article's text")
    return Article(path, text)
