"""Catalogues of translations: gettext's .po files, one for each source file, read and written with Babel."""

from __future__ import annotations

import ast
import difflib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from shanhai.editions import python
from shanhai.editions.units import HAN, LITERAL, Unit

_CHURN = (
    "#|",
    *(f'"{name}' for name in ("Generated-By", "POT-Creation-Date", "PO-Revision-Date")),
    *(f'"{name}' for name in ("Last-Translator", "Language-Team", "Report-Msgid", "Project-Id")),
)
"""How lines start that gettext's tools write: a catalogue changes when a translation does."""

_ROLE = re.compile(r"\{([\w:.-]+)\}`([^`]*)`")
_ADDRESS = re.compile(r"\]\(([^)]*)\)")
_TARGET = re.compile(r"<([^>]*)>\s*$")
_CODE = re.compile(r"(?<![}`])`([^`]+)`")


KINDS = ("missing", "changed", "wrong", "unused")
"""The kinds of faults; an entry that is unused does no harm."""


@dataclass(frozen=True)
class Fault:
    """Something a translator has to see to."""

    place: str
    """File and line, as an editor opens them."""
    words: str
    kind: str
    in_code: bool = False
    """Whether it is of a notebook's code, which is translated as a whole or not at all."""

    def __str__(self) -> str:
        return f"{self.place}: {self.words}"


def read(path: Path) -> Catalog:
    """Return a catalogue; an empty one where there is none yet.

    Raises:
        ValueError: the file is no catalogue; the message says where.
    """
    if not path.is_file():
        return Catalog()
    try:
        with path.open("rb") as file:
            return read_po(file, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None) or 0
        raise ValueError(f"{path}:{line + 1}: no catalogue of gettext: {error}") from None


def update(path: Path, units: Iterable[Unit], source: str, language: str) -> None:
    """Write the catalogue of a source file: what is new empty, what has changed marked ``fuzzy``.

    A text that is no longer in the source stays, marked as obsolete, as gettext's own tools do.
    """
    known = read(path)
    template = Catalog()
    for unit in units:
        template.add(unit.text, auto_comments=[unit.kind])
    fresh = Catalog(locale=language, header_comment=f"# {source}", fuzzy=False)
    for message in known:
        if message.id:
            fresh[message.id] = message
    fresh.obsolete = known.obsolete
    fresh.update(template, update_creation_date=False)
    for message in fresh:  # gettext's own flags are no business of a translator's
        message.flags.discard("python-format")
        message.flags.discard("python-brace-format")
    out = BytesIO()
    write_po(out, fresh, width=0, no_location=True)
    lines = out.getvalue().decode().split("\n")
    text = "\n".join(line for line in lines if not line.startswith(_CHURN))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8", newline="")


def translations(catalogue: Catalog) -> dict[str, str]:
    """Return what is translated and sure, by its source."""
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


def faults(path: str, catalogue: Catalog, source: str, units: Iterable[Unit]) -> list[Fault]:
    """Return what a catalogue lacks, or has wrong, for the units of its source."""
    found: list[Fault] = []
    seen: set[str] = set()
    units = list(units)
    wanted = {unit.text for unit in units}
    left = {str(message.id): message for message in catalogue if message.id}
    left = {text: message for text, message in left.items() if text not in wanted}
    for unit in units:
        if unit.text in seen:
            continue
        seen.add(unit.text)
        message = catalogue.get(unit.text)
        in_code = unit.kind in {"string", "f-string"}
        here = f"{source}:{unit.line}"
        if message is None:
            stale = difflib.get_close_matches(unit.text, left, 1)
            words = f"{_short(unit.text)} is not in {path}: run `shanhai translate`"
            if stale:
                there = f"{path}:{left[stale[0]].lineno or 1}"
                words = (
                    f"{_short(unit.text)} has changed; {there} is stale: run `shanhai translate`"
                )
            found.append(Fault(here, words, "changed" if stale else "missing", in_code))
            continue
        there = f"{path}:{message.lineno or 1}"
        if not message.string:
            found.append(
                Fault(
                    here, f"{_short(unit.text)} is not translated; see {there}", "missing", in_code
                )
            )
        elif message.fuzzy:
            words = (
                f"{_short(unit.text)} has changed; mend its translation at {there}, remove `fuzzy`"
            )
            found.append(Fault(here, words, "changed", in_code))
        elif wrong := disagreement(unit, str(message.string)):
            found.append(Fault(there, wrong, "wrong", in_code))
    for text, message in left.items():
        words = f"{_short(text)} is not in {source}"
        found.append(Fault(f"{path}:{message.lineno or 1}", words, "unused"))
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= 30 else f"“{line[:30]}…”"


def disagreement(unit: Unit, translation: str) -> str:
    """Return how a translation departs from what it must keep; empty if it does not."""
    if unit.kind == "f-string":
        return _differ("placeholders", _placeholders(unit.text), _placeholders(translation))
    if unit.kind == "string":
        try:
            ast.literal_eval(python.string(translation, "string"))
        except (SyntaxError, ValueError) as error:
            return f"no string of Python: {error}"
        return ""
    if unit.kind == "scalar":
        return _differ("fields", _fields(unit.text), _fields(translation))
    if "\n\n" in translation:
        return "a blank line would end the paragraph"
    return (
        _differ("roles", *_roles(unit.text, translation))
        or _differ("addresses", _ADDRESS.findall(unit.text), _ADDRESS.findall(translation))
        or _differ("code", *_plain(unit.text, translation))
    )


def _differ(what: str, old: Iterable[str], new: Iterable[str]) -> str:
    lost, more = Counter(old), Counter(new)
    if lost == more:
        return ""
    said = [
        f"{word} {', '.join(sorted((left - right).elements()))}"
        for word, left, right in (("lacks", lost, more), ("has besides", more, lost))
        if left - right
    ]
    return f"{what} differ: the translation {'; '.join(said)}"


def _roles(text: str, translation: str) -> tuple[list[str], list[str]]:
    """Return the roles of both; of those with a text of their own, what they lead to, if anything."""
    own = {name for name, content in _ROLE.findall(text) if HAN.search(content)}

    def found(content: str) -> list[str]:
        roles = [(name, said, _TARGET.search(said)) for name, said in _ROLE.findall(content)]
        return [
            f"{{{name}}}`{target[1]}`"
            if target
            else f"{{{name}}}" + f"`{said}`" * (name not in own)
            for name, said, target in roles
        ]

    return found(text), found(translation)


def _plain(text: str, translation: str) -> tuple[list[str], list[str]]:
    """Return the code of both that is not for translation; a translation may explain more."""
    old, new = (_CODE.findall(_ROLE.sub("", each)) for each in (text, translation))
    kept = [code for code in old if not HAN.search(code)]
    return kept, [code for code in new if code in kept]


def _placeholders(text: str) -> list[str]:
    """Return the expressions of an f-string, what they hold in Chinese left out."""
    try:
        tree = ast.parse(python.string(text, "f-string"), mode="eval").body
    except SyntaxError as error:
        return [f"no f-string of Python: {error.msg}"]
    parts = tree.values if isinstance(tree, ast.JoinedStr) else []
    return [
        LITERAL.sub("…", ast.unparse(part))
        for part in parts
        if isinstance(part, ast.FormattedValue)
    ]


def _fields(text: str) -> list[str]:
    return re.findall(r"\{[^{}]*\}", text)
