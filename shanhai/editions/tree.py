"""A book's source written anew in another language: a tree that any build can build.

The tree of ``locale/en`` is ``_build/tree/en``. Pages, notebooks, settings and the table of contents are
written with their translations; all else that belongs to the book is copied. What is as it was is left
alone, so that caches and times hold.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shanhai.build.watched import PAGES, excluded, walk
from shanhai.editions import catalogue as po
from shanhai.editions import python, units
from shanhai.editions.units import HAN, Unit, UnitError
from shanhai.language import Language

FOLDER = "locale"
"""Where a book keeps its catalogues: a folder for each language, ``locale/en``."""

TREES = Path("_build", "tree")
"""Where trees are written, within a book."""

LANGUAGES = frozenset({"zh", "en"})
"""Languages that the columns of every book's data have."""

PACKAGE = "datapackage.json"

_SETTINGS = ("_config.yml", "_toc.yml")


def languages(root: Path) -> list[str]:
    """Return the languages that a book has catalogues of, in order."""
    folder = root / FOLDER
    return (
        sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    )


@dataclass
class Edition:
    """A book in another language."""

    root: Path
    language: str

    @property
    def tree(self) -> Path:
        """The folder of its source."""
        return self.root / TREES / self.language

    def sources(self) -> Iterator[tuple[str, str, list[Unit]]]:
        """Yield the files that hold something to translate: name, text, units.

        Raises:
            UnitError: a file cannot be read for translation; the message says where and why.
        """
        extensions = tuple(self._settings().get("parse", {}).get("myst_enable_extensions", ()))
        for path in self._files():
            name = path.relative_to(self.root).as_posix()
            if name not in _SETTINGS and path.suffix not in PAGES:
                continue
            text = path.read_text("utf-8-sig").replace("\r\n", "\n")
            if path.suffix not in {".md", ".yml"}:
                if HAN.search(text):
                    raise UnitError(
                        f"{name}:1: only Markdown can be translated; convert it with jupytext"
                    )
                continue
            try:
                found = (
                    units.settings(text) if name in _SETTINGS else units.markdown(text, extensions)
                )
            except UnitError as error:
                raise UnitError(f"{name}:{error}") from None
            if found:
                yield name, text, found

    def catalogue(self, name: str) -> Path:
        """Return the catalogue of a source file."""
        return self.root / FOLDER / self.language / Path(name).with_suffix(".po")

    def update(self) -> None:
        """Bring all catalogues up to date with their sources."""
        for name, _, found in self.sources():
            po.update(self.catalogue(name), found, name, self.language)

    def check(self) -> list[po.Fault]:
        """Return what the catalogues lack or have wrong, in the order of the files."""
        faults, known = list(self._columns()), set()
        for name, _, found in self.sources():
            path = self.catalogue(name)
            known.add(path)
            shown = path.relative_to(self.root).as_posix()
            faults += po.faults(shown, po.read(path), name, found)
        for path in sorted((self.root / FOLDER / self.language).rglob("*.po")):
            if path not in known:
                shown = path.relative_to(self.root).as_posix()
                faults.append(po.Fault(f"{shown}:1", "translates no file of the book", "unused"))
        return faults

    def _columns(self) -> Iterator[po.Fault]:
        """Yield what the data lack of a language: columns beside the English, and their titles."""
        code = Language.of(self.language).code
        path = self._data() / PACKAGE
        if code in LANGUAGES or not path.is_file():
            return
        package = json.loads(path.read_text("utf-8"))
        shown = self._data().relative_to(self.root).as_posix()
        for table in package.get("resources", ()):
            names = [field["name"] for field in table["schema"]["fields"]]
            english = [name for name in names if re.fullmatch(r"(.*_)?en", name)]
            if lost := [new for name in english if (new := name[:-2] + code) not in names]:
                words = f"no {', '.join(lost)}: add each beside the English, its field to {PACKAGE}"
                yield po.Fault(f"{shown}/{table['path']}:1", words, "missing")
        lost = [each["title_en"] for each in _titled(package) if f"title_{code}" not in each]
        if lost:
            words = (
                f"{len(lost)} titles have no `title_{code}` beside `title_en`, such as {lost[0]!r}"
            )
            yield po.Fault(f"{shown}/{PACKAGE}:1", words, "missing")

    def write(self, drafts: bool = False) -> list[po.Fault]:
        """Write the tree; return what stands against it, in which case nothing is written.

        With ``drafts``, blocks of text that lack a sure translation stand in the book's own language;
        a notebook's code is translated as a whole in any case.
        """
        grave = [
            fault
            for fault in self.check()
            if fault.kind != "unused" and (fault.in_code or fault.kind == "wrong" or not drafts)
        ]
        if grave:
            return grave
        wanted = {}
        for name, text, found in self.sources():
            known = po.translations(po.read(self.catalogue(name)))
            wanted[name] = _translated(text, found, known)
        for path in self._files():
            name = path.relative_to(self.root).as_posix()
            if name not in wanted:
                wanted[name] = path.read_bytes()
        wanted["_config.yml"] = self._of_its_own(wanted["_config.yml"])
        _put(self.tree, wanted)
        return []

    def _of_its_own(self, config: bytes) -> bytes:
        """Return the settings with what an edition has of its own: language, addresses, report."""
        settings = yaml.safe_load(config.decode("utf-8-sig"))
        own = settings.setdefault("sphinx", {}).setdefault("config", {})
        published = own.pop("shanhai_languages", None) or []
        others = {str(name): f"../{name}/" for name in published if name != self.language}
        others = {str(own.get("language", "en")): "../", **others}
        own["shanhai_editions"] = {Language.of(name).tag: path for name, path in others.items()}
        own["language"] = Language.of(self.language).locale
        if own.get("html_baseurl"):
            own["html_baseurl"] = f"{own['html_baseurl'].rstrip('/')}/{self.language}/"
        if isinstance(own.get("shanhai_report"), dict):
            report = own["shanhai_report"]
            report["target"] = f"{report.get('target', 'shanhai')}-{self.language}"
        return yaml.safe_dump(settings, allow_unicode=True, sort_keys=False).encode()

    def _settings(self) -> dict[str, Any]:
        found = yaml.safe_load((self.root / "_config.yml").read_text("utf-8-sig"))
        return found if isinstance(found, dict) else {}

    def _data(self) -> Path:
        settings = (self._settings().get("sphinx") or {}).get("config") or {}
        return self.root / str(settings.get("shanhai_data", "data"))

    def _files(self) -> list[Path]:
        """Return the files of the book and of its data."""
        data = self._data()
        found = set(walk(self.root, excluded(self.root)))
        if data.is_dir() and data.is_relative_to(self.root):
            found |= set(walk(data))
        return sorted(path for path in found if FOLDER not in path.relative_to(self.root).parts[:1])


def _titled(part: Any) -> Iterator[dict[str, Any]]:
    """Yield what has an English title, however deep it lies."""
    if isinstance(part, dict) and "title_en" in part:
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _titled(each)


def _translated(text: str, found: list[Unit], known: dict[str, str]) -> bytes:
    """Return a source with its units translated, those that have a translation."""
    parts, position = [], 0
    for unit in found:
        translation = known.get(unit.text)
        if translation is None:
            continue
        parts += [text[position : unit.start], _written(unit, translation)]
        position = unit.end
    return "".join([*parts, text[position:]]).encode()


def _written(unit: Unit, translation: str) -> str:
    """Return a translation as it stands in its source."""
    if unit.kind in {"string", "f-string"}:
        return python.string(translation, unit.kind)
    if unit.kind == "scalar":
        return json.dumps(translation, ensure_ascii=False)
    return " ".join(translation.split("\n"))


def _put(tree: Path, wanted: dict[str, bytes]) -> None:
    """Make the files of a tree those that are wanted; what it has built stays."""
    tree.mkdir(parents=True, exist_ok=True)
    for path in tree.rglob("*"):
        name = path.relative_to(tree).as_posix()
        if path.is_file() and name not in wanted and not re.match(r"(_build|\.)", name):
            path.unlink()
    for name, content in wanted.items():
        path = tree / name
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for folder in sorted(tree.rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()) and "_build" not in folder.parts:
            shutil.rmtree(folder)
