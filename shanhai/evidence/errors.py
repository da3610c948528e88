"""What goes wrong with the evidence, said in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NoReturn, TypeVar

T = TypeVar("T")


class EvidenceError(Exception):
    """The user's data or article cannot be used; the message says what, where and what to do."""


class UnknownError(EvidenceError, KeyError):
    """Nothing has this name; the message says where it was looked for, and what is close."""

    def __init__(self, said: str, name: object, names: Iterable[str]) -> None:
        super().__init__(said, name)
        self._names = names

    def __str__(self) -> str:
        # Most are caught unread; KeyError itself would quote the sentence.
        said, name = self.args
        return f"{said}{near(name, self._names)}"


class Known(dict[str, T]):
    """Rows by name: ``known["x"]`` raises UnknownError with ``where: no x``."""

    def __init__(self, rows: Mapping[str, T], where: str, what: str = "id {}") -> None:
        super().__init__(rows)
        self._where, self._what = where, what

    def __missing__(self, name: str) -> NoReturn:
        said = self._what.format(repr(name))
        raise UnknownError(f"{self._where}: no {said}", name, self)


def near(name: object, names: Iterable[str]) -> str:
    """Return the end of a sentence on an unknown name: which ones are spelt alike, if any."""
    found = get_close_matches(str(name), list(names), n=3)
    return f"; did you mean {', '.join(map(repr, found))}?" if found else ""
