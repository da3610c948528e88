"""Edit a book at random; each build that follows must give what a build from nothing gives."""

from __future__ import annotations

import csv
import hashlib
import os
import random
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

from shanhai.build.run import Build, BuildError


class Edited:
    """A book that is edited; ``chance`` decides what and where."""

    def __init__(self, tree: Path, chance: random.Random) -> None:
        self.tree = tree
        self.chance = chance
        self.original = {path: path.read_bytes() for path in self._sources()}
        self.number = 0

    def _sources(self) -> list[Path]:
        return [
            path
            for path in sorted(self.tree.rglob("*"))
            if path.is_file() and "_build" not in path.parts and "__pycache__" not in path.parts
        ]

    def edit(self) -> str:
        """Make one edit; return what it was."""
        self.number += 1
        kinds = [self.word, self.word, self.cell, self.title, self.claim, self.heading]
        kinds += [self.reference, self.removal, self.renaming, self.words, self.style, self.revert]
        kinds += [self.value, self.value, self.label, self.label, self.described, self.caption]
        return self.chance.choice(kinds)()

    def _page(self, notebook: bool | None = None) -> Path:
        pages = [path for path in self._sources() if path.suffix == ".md"]
        pages = [path for path in pages if path.stem == "index" or path.parent != self.tree]
        pages = [
            path for path in pages if path.parent.name in ("notebooks", "book", self.tree.name)
        ]
        if notebook is not None:
            pages = [path for path in pages if (b"kernelspec" in path.read_bytes()) == notebook]
        return self.chance.choice(pages)

    def _add(self, path: Path, text: str) -> str:
        path.write_text(f"{path.read_text('utf-8').rstrip()}\n\n{text}\n", "utf-8")
        return path.relative_to(self.tree).as_posix()

    def word(self) -> str:
        """Add a sentence to a page."""
        return f"word in {self._add(self._page(), f'又一句，第{self.number}次改。')}"

    def cell(self) -> str:
        """Change a cell of a notebook."""
        path = self._page(notebook=True)
        text = path.read_text("utf-8")
        new = f"book = open_book()\nedited = {self.number}\n"
        path.write_text(text.replace("book = open_book()\n", new, 1), "utf-8")
        return f"cell of {path.name}"

    def title(self) -> str:
        """Change the titles of a notebook's charts."""
        path = self._page(notebook=True)
        text = re.sub(r'title=(f?)"', rf'title=\1"{self.number} ', path.read_text("utf-8"))
        path.write_text(text, "utf-8")
        return f"titles in {path.name}"

    def claim(self) -> str:
        """Change what a claim means."""
        path = self.tree / "data" / "claims.csv"
        lines = path.read_text("utf-8").split("\n")
        column = lines[0].split(",").index("description_en")
        plain = [n for n, line in enumerate(lines[1:], 1) if line and '"' not in line]
        if not plain:
            return "nothing"
        number = self.chance.choice(plain)
        cells = lines[number].split(",")
        cells[column] = f"Edited {self.number}"
        zh = lines[0].split(",").index("description_zh")
        cells[zh] = f"改了{self.number}"
        lines[number] = ",".join(cells)
        path.write_text("\n".join(lines), "utf-8")
        return f"claim in line {number + 1}"

    def value(self) -> str:
        """Change a claim's value, as its token prints it."""

        def change(row: dict[str, str]) -> bool:
            value = row["value"]
            if row["token"].count(value) != 1 or not value[-1:].isdigit():
                return False
            other = value[:-1] + self.chance.choice("0123456789".replace(value[-1], ""))
            row["value"], row["token"] = other, row["token"].replace(value, other)
            return True

        return f"value of {self._row('claims.csv', change)}"

    def label(self) -> str:
        """Change words of a row of any table."""

        def change(row: dict[str, str]) -> bool:
            named = [name for name in row if re.search(r"(^|_)(zh|en)$", name) and row[name]]
            named = [name for name in named if not name.startswith(("token", "unit"))]
            if named:
                row[self.chance.choice(named)] += f" {self.number}"
            return bool(named)

        names = sorted(path.name for path in (self.tree / "data").glob("*.csv"))
        name = self.chance.choice(names)
        return f"words of {self._row(name, change)} in {name}"

    def _row(self, name: str, change: Callable[[dict[str, str]], bool]) -> str:
        """Change a random row of a table; return its id."""
        path = self.tree / "data" / name
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in self.chance.sample(rows, len(rows)):
            if change(row):
                with path.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, list(row), lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows)
                return str(next(iter(row.values())))
        return "nothing"

    def described(self) -> str:
        """Change a title in the data's description."""
        path = self.tree / "data" / "datapackage.json"
        parts = re.split(r'("title(?:_zh|_en)?": ")', path.read_text("utf-8"))
        at = self.chance.randrange(1, len(parts), 2)
        parts[at] += f"{self.number} "
        path.write_text("".join(parts), "utf-8")
        return "title in the data's description"

    def caption(self) -> str:
        """Change a heading of a page."""
        path = self._page()
        text = re.sub(r"^(#+) ", rf"\1 {self.number} ", path.read_text("utf-8"), flags=re.M)
        path.write_text(text, "utf-8")
        return f"headings of {path.name}"

    def heading(self) -> str:
        """Add a section, with a label."""
        text = f"(label-{self.number})=\n\n## 新的一节 {self.number}\n\n有一句。"
        return f"heading in {self._add(self._page(), text)}"

    def reference(self) -> str:
        """Let a page lead to a label that another has, if one was added."""
        found = [
            label
            for path in self._sources()
            if path.suffix == ".md"
            for label in re.findall(r"^\((label-\d+)\)=$", path.read_text("utf-8"), re.M)
        ]
        label = self.chance.choice(found) if found else ""
        text = f"见 {{ref}}`{label}`。" if label else "无处可见。"
        return f"reference in {self._add(self._page(), text)}"

    def removal(self) -> str:
        """Take a page out of the book."""
        return self._toc(lambda entries, at: entries.pop(at)["file"], "removed")

    def renaming(self) -> str:
        """Give a page another name."""

        def rename(entries: list[dict], at: int) -> str:
            old = entries[at]["file"]
            new = f"{old}-{self.number}"
            (self.tree / f"{old}.md").rename(self.tree / f"{new}.md")
            entries[at]["file"] = new
            return old

        return self._toc(rename, "renamed")

    def _toc(self, change: Callable[[list[dict], int], str], said: str) -> str:
        path = self.tree / "_toc.yml"
        toc = yaml.safe_load(path.read_text("utf-8"))
        entries = toc.get("chapters") or self.chance.choice(toc["parts"])["chapters"]
        name = change(entries, self.chance.randrange(len(entries)))
        path.write_text(yaml.safe_dump(toc, allow_unicode=True), "utf-8")
        return f"{said} {name}"

    def words(self) -> str:
        """Override a word of the package."""
        path = self.tree / "book" / "words.yml"
        path.write_text(f"zh:\n  used_in: 用于{self.number}\n", "utf-8")
        return "words"

    def style(self) -> str:
        """Give the book a title of another name."""
        path = self.tree / "_config.yml"
        text = re.sub(
            r"^title: .*$", f"title: 书{self.number}", path.read_text("utf-8"), flags=re.M
        )
        path.write_text(text, "utf-8")
        return "title of the book"

    def revert(self) -> str:
        """Put everything back."""
        for path in self._sources():
            if path not in self.original:
                path.unlink()
        for path, content in self.original.items():
            if not path.is_file() or path.read_bytes() != content:
                path.write_bytes(content)
                os.utime(path, (0, 0))  # as an archive, or a copy with its times, puts it back
        return "all put back"


def outputs(tree: Path) -> dict[str, str]:
    """Return the digest of every file that was put in place."""
    built = tree / "_build"
    records = (built / name for name in ("derived.json", "cited.json"))
    return {
        path.relative_to(built).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*sorted((built / "html").rglob("*")), *records)
        if path.is_file()
    }


def edits(tree: Path, runs: int, seed: int, say: Callable[[str], None]) -> list[str]:
    """Edit ``tree`` ``runs`` times; return what was wrong, one line each."""

    def quiet(_line: str) -> None:
        pass

    book = Edited(tree, random.Random(seed))
    faults = []
    Build(tree, ("html",), say=quiet).run()
    for number in range(runs):
        what = book.edit()
        try:
            Build(tree, ("html",), say=quiet).run()
        except BuildError as error:
            # An edit that no book allows; the next build begins from what it left.
            say(f"{number + 1}/{runs} {what}: refused: {str(error).splitlines()[0]}")
            book.revert()
            Build(tree, ("html",), say=quiet).run()
            what += " (refused, and put back)"
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / "book"
            shutil.copytree(tree, fresh, ignore=shutil.ignore_patterns("_build"))
            Build(fresh, ("html",), say=quiet).run()
            ours, theirs = outputs(tree), outputs(fresh)
        other = sorted(name for name in ours.keys() | theirs if ours.get(name) != theirs.get(name))
        if other:
            faults.append(f"{number + 1}: {what}: not as a build from nothing: {', '.join(other)}")
            say(faults[-1])
        say(f"{number + 1}/{runs} {what}")
    return faults
