"""Arithmetic over claims, as the identities write it: ``sh-aid + gd-aid``.

Grammar: numbers, claim ids, ``+ - * /`` and parentheses. Ids may hold hyphens, so operators are set off
by spaces. Parsed by recursive descent; nothing is evaluated by the interpreter.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.interval import Interval

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?![\w-])|(?P<name>[a-z][a-z0-9-]*)|(?P<sign>[-+*/()]))"
)

#: Parentheses deeper than this are a mistake, not arithmetic on claims.
_DEPTH = 50


def names(text: str) -> list[str]:
    """Return the claim ids an expression uses, in order.

    Raises:
        EvidenceError: the text is not an expression.
    """
    return list(_names(text))


@functools.lru_cache(maxsize=4096)
def _names(text: str) -> tuple[str, ...]:
    used: list[str] = []

    def note(name: str) -> _Anything:
        used.append(name)
        return _Anything()

    evaluate_with(text, note, lambda number: _Anything())
    return tuple(used)


def evaluate(text: str, lookup: Callable[[str], Interval]) -> Interval:
    """Return the value of an expression, with ``lookup`` giving the interval of a claim id.

    Raises:
        EvidenceError: the text is not an expression, or it divides by what may be zero.
    """
    return evaluate_with(text, lookup, Interval.exact)


def evaluate_with(text: str, lookup: Callable[[str], Any], number: Callable[[Decimal], Any]) -> Any:
    """Return the value of an expression over anything that has the four operations.

    Raises:
        EvidenceError: the text is not an expression.
    """
    return _Parser(text, lookup, number).parse()


class _Anything:
    """What stands for every value where only the names count."""

    def _with(self, other: _Anything) -> _Anything:
        return self

    __add__ = __sub__ = __mul__ = __truediv__ = _with


class _Parser:
    """One pass over one expression."""

    def __init__(
        self, text: str, lookup: Callable[[str], Any], number: Callable[[Decimal], Any]
    ) -> None:
        self.text = text
        self.lookup = lookup
        self.number = number
        self.depth = 0
        self.tokens = self._tokens()
        self.kind, self.token, self.at = next(self.tokens)

    def parse(self) -> Any:
        """Parse the whole text."""
        value = self._sum()
        if self.kind != "end":
            raise self._error(f"unexpected {self.token!r}")
        return value

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        position = 0
        while self.text[position:].strip():
            match = _TOKEN.match(self.text, position)
            if not match:
                at = position + len(self.text[position:]) - len(self.text[position:].lstrip())
                raise EvidenceError(
                    f"expression {self.text!r}: unexpected {self.text[at]!r} at character {at + 1}"
                )
            kind = str(match.lastgroup)
            yield kind, match.group(kind), match.start(kind)
            position = match.end()
        yield "end", "", len(self.text)

    def _next(self) -> None:
        self.kind, self.token, self.at = next(self.tokens)

    def _error(self, what: str) -> EvidenceError:
        return EvidenceError(f"expression {self.text!r}: {what} at character {self.at + 1}")

    def _sum(self) -> Any:
        value = self._product()
        while self.kind == "sign" and self.token in "+-":
            sign = self.token
            self._next()
            right = self._product()
            value = value + right if sign == "+" else value - right
        return value

    def _product(self) -> Any:
        value = self._atom()
        while self.kind == "sign" and self.token in "*/":
            sign = self.token
            self._next()
            right = self._atom()
            value = value * right if sign == "*" else value / right
        return value

    def _atom(self) -> Any:
        kind, token = self.kind, self.token
        if kind == "number":
            self._next()
            return self.number(Decimal(token))
        if kind == "name":
            self._next()
            return self.lookup(token)
        if token == "(":
            self.depth += 1
            if self.depth > _DEPTH:
                raise self._error("parentheses nested too deeply")
            self._next()
            value = self._sum()
            if self.token != ")":
                raise self._error("expected ')'")
            self._next()
            self.depth -= 1
            return value
        if kind == "end":
            raise self._error("something is missing")
        raise self._error(f"unexpected {token!r}")
