"""Arithmetic over claims, as the identities write it: ``sh-aid + gd-aid``.

Grammar: numbers, claim ids, ``+ - * /`` and parentheses. Ids may hold hyphens, so operators are set off
by spaces. Parsed by recursive descent; nothing is evaluated by the interpreter.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    used: list[str] = []

    def note(name: str) -> Interval:
        used.append(name)
        return Interval.exact(1)

    _Parser(text, note, divide=False).parse()
    return used


def evaluate(text: str, lookup: Callable[[str], Interval]) -> Interval:
    """Return the value of an expression, with ``lookup`` giving the interval of a claim id.

    Raises:
        EvidenceError: the text is not an expression, or it divides by what may be zero.
    """
    return _Parser(text, lookup).parse()


class _Parser:
    """One pass over one expression."""

    def __init__(
        self, text: str, lookup: Callable[[str], Interval], *, divide: bool = True
    ) -> None:
        self.text = text
        self.lookup = lookup
        self.divide = divide
        self.depth = 0
        self.tokens = self._tokens()
        self.kind, self.token, self.at = next(self.tokens)

    def parse(self) -> Interval:
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

    def _sum(self) -> Interval:
        value = self._product()
        while self.kind == "sign" and self.token in "+-":
            sign = self.token
            self._next()
            right = self._product()
            value = value + right if sign == "+" else value - right
        return value

    def _product(self) -> Interval:
        value = self._atom()
        while self.kind == "sign" and self.token in "*/":
            sign = self.token
            self._next()
            right = self._atom()
            if sign == "*":
                value = value * right
            elif self.divide:
                value = value / right
        return value

    def _atom(self) -> Interval:
        kind, token = self.kind, self.token
        if kind == "number":
            self._next()
            return Interval.exact(Decimal(token))
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
