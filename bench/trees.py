"""Trees to build: a copy of this book, the same as a stock Jupyter Book, and larger ones."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from bench.run import interpreter

ROOT = Path(__file__).parents[1]

LEFT = shutil.ignore_patterns(".*", "_build", "tests", "bench", "docs", "__pycache__", "*.pyc")

#: The roles and directives of this book, as little as lets stock read the pages: an id, or nothing.
_STAND_INS = '''"""Stand-ins for the roles and directives that a stock Jupyter Book does not have."""
from docutils import nodes
from docutils.parsers.rst import Directive


def role(name, rawtext, text, lineno, inliner, options=None, content=None):
    return [nodes.Text(text)], []


class Nothing(Directive):
    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self):
        return []


def setup(app):
    for name in ("claim", "derived"):
        app.add_role(name, role)
    for name in ("evidence", "ledger-table", "ledger-glossary", "reconciliation", "shown",
                 "open-article", "data-tables"):
        app.add_directive(name, Nothing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
'''


def copy(to: Path) -> Path:
    """Copy this book without anything that was built; the package is compiled, as an installed one is."""
    tree = Path(shutil.copytree(ROOT, to, ignore=LEFT))
    subprocess.run([interpreter(), "-m", "compileall", "-q", "shanhai"], cwd=tree, check=True)
    return tree


def stock_copy(to: Path) -> Path:
    """Copy this book as a stock Jupyter Book: its settings less ours, Altair's own renderer.

    Notebooks are executed by MyST-NB through its cache. They go on using the package's ledger.
    """
    tree = copy(to)
    path = tree / "_config.yml"
    config = yaml.safe_load(path.read_text("utf-8"))
    own = config["sphinx"]["config"]
    kept = {
        key: own[key] for key in ("language", "html_title", "myst_heading_anchors") if key in own
    }
    config["sphinx"] = {
        "extra_extensions": ["stand_ins"],
        "local_extensions": {"stand_ins": "."},
        "config": kept,
    }
    config["execute"] = {"execute_notebooks": "cache", "timeout": 600}
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    (tree / "stand_ins.py").write_text(_STAND_INS, "utf-8")
    for notebook in notebooks(tree):
        text = notebook.read_text("utf-8")
        notebook.write_text(
            text.replace(
                "book = open_book()",
                'book = open_book()\n__import__("altair").renderers.enable("default")',
            ),
            "utf-8",
        )
    return tree


def notebooks(tree: Path) -> list[Path]:
    """Return the notebooks of a tree."""
    return sorted((tree / "notebooks").glob("*.md"))


def edit_notebook(tree: Path, number: int) -> None:
    """Change one code cell of one notebook, so that it is to be executed again."""
    path = notebooks(tree)[2]
    text = re.sub(r"\nedited = \d+\n", "\n", path.read_text("utf-8"))
    path.write_text(
        text.replace("book = open_book()\n", f"book = open_book()\nedited = {number}\n"), "utf-8"
    )


def edit_text(tree: Path, number: int) -> None:
    """Change the text of one page without code."""
    path = tree / "book" / "method.md"
    text = re.sub(r"\nEdited -?\d+\.\n\Z", "\n", path.read_text("utf-8"))
    path.write_text(f"{text.rstrip()}\n\nEdited {number}.\n", "utf-8")


def edit_claim(tree: Path, number: int) -> None:
    """Change one claim's figure, and its words with it: the data is another, and remains right."""
    path = tree / "data" / "claims.csv"
    fields, rows = _read(path)
    row = next((row for row in rows if row["id"] == "all-aid"), rows[0])
    old, new = row["value"], f"{row['value'][:-2]}{20 + number}"
    for name, places in (("value", 2), ("token", 2), ("token_en", 3)):
        if name not in row:
            continue
        before, after = (_point(text, places) if "." in old else text for text in (old, new))
        assert before in row[name], row[name]
        row[name] = row[name].replace(before, after)
    _write(path, fields, rows)


def _point(number: str, places: int) -> str:
    """Return the digits of a number with its point so many digits from the end."""
    digits = number.replace(".", "")
    return f"{digits[:-places]}.{digits[-places:]}"


def multiply(tree: Path, times: int) -> None:
    """Give a tree ``times`` the chapters: copies of each notebook, whose charts have other names."""
    toc = yaml.safe_load((tree / "_toc.yml").read_text("utf-8"))
    chapters = toc["parts"][0]["chapters"]
    for number in range(2, times + 1):
        for path in [tree / f"{chapter['file']}.md" for chapter in list(chapters)]:
            if re.search(r"-x\d+$", path.stem):
                continue
            text = re.sub(
                r'(\bname=")([a-z0-9-]+)(")', rf"\g<1>\g<2>-x{number}\g<3>", path.read_text("utf-8")
            )
            text = re.sub(r"^\(([\w-]+)\)=$", rf"(\g<1>-x{number})=", text, flags=re.M)
            copied = path.with_stem(f"{path.stem}-x{number}")
            copied.write_text(text, "utf-8")
            chapters.append({"file": f"notebooks/{copied.stem}"})
    (tree / "_toc.yml").write_text(yaml.safe_dump(toc, allow_unicode=True), "utf-8")


def enlarge(data: Path, claims: int) -> None:
    """Repeat the claims of a data package, in a longer last section, until there are so many."""
    path, sections = data / "claims.csv", data / "sections.csv"
    fields, rows = _read(path)
    section_fields, order = _read(sections)
    last = order[-1]
    span = max(int(row["offset"]) for row in rows) + 100
    many = []
    for number in range(claims):
        again, index = divmod(number, len(rows))
        row = dict(rows[index])
        if again:
            row["id"] += f"-x{again}"
            row["offset"] = str(int(row["offset"]) + again * span)
            row["section"] = last["id"]
        many.append(row)
    _write(path, fields, many)
    last["end"] = str(span * (claims // len(rows) + 2))
    _write(sections, section_fields, order)


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), list(reader)


def _write(path: Path, fields: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
