"""The notebooks and pages of this book, as their authors write them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import jupytext
import pytest

from shanhai.evidence.ledger import Ledger

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.md"))
PAGES = sorted((ROOT / "book").glob("*.md"))

#: What may hold a figure of the ledger because it takes it from there, or shows a command.
TAKEN = re.compile(r"\{[a-z:]+\}`[^`]*`|```.*?```|`[^`]*`", re.S)


def cells(path: Path, kind: str) -> list[str]:
    """Return the sources of a notebook's cells of one kind."""
    return [cell.source for cell in jupytext.read(path).cells if cell.cell_type == kind]


@pytest.fixture(scope="module")
def tokens() -> set[str]:
    """All figures as printed, but bare digits of one place, which words hold for other reasons."""
    ledger = Ledger.load(ROOT / "data")
    return {claim.token for claim in ledger.claims.values() if len(claim.token) > 1}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_draws_a_chart_or_more(path):
    names = re.findall(r'name="([a-z-]+)"', "\n".join(cells(path, "code")))
    assert len(names) == len(set(names)) >= 1


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES], ids=lambda path: path.stem)
def test_no_figure_of_the_ledger_is_typed(path, tokens):
    if path.parent.name == "book":
        texts = [TAKEN.sub("", path.read_text("utf-8"))]
    else:
        texts = [TAKEN.sub("", text) for text in cells(path, "markdown")] + cells(path, "code")
    typed = {token for token in tokens for text in texts if token in text}
    assert not typed, f"{path.name}: take these from the ledger"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_git_keeps_no_outputs(path):
    text = path.read_text("utf-8")
    assert text.startswith("---\njupytext:")
    assert all(not cell.get("outputs") for cell in jupytext.read(path).cells)
    assert not list(path.parent.glob("*.ipynb"))


def test_each_section_of_the_article_is_a_notebook():
    """The article's heading stands over the question; then come the world and the audit."""
    headings = [row["title_zh"] for row in Ledger.load(ROOT / "data").rows("sections")]
    assert len(NOTEBOOKS) == len(headings) + 2
    for heading, path in zip(headings, NOTEBOOKS, strict=False):
        kicker = re.search(r"^:::\{container\} kicker\n(.+)$", path.read_text("utf-8"), re.M)[1]
        assert kicker in heading


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_code_reads_at_a_glance(path):
    for source in cells(path, "code"):
        assert max(map(len, source.splitlines())) <= 100, source
        bare = re.sub(r'"[^"\n]*"|#.*', "", source)
        assert not re.search("[\u4e00-\u9fff]", bare), "names in code are English"


def test_every_heading_has_a_label_of_its_own_so_that_all_editions_have_the_same_anchors():
    labels: list[str] = []
    for path in [*NOTEBOOKS, *PAGES]:
        lines = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S).splitlines()
        for before, line in pairwise(lines):
            if re.match("#+ ", line):
                label = re.fullmatch(r"\(([a-z]+(?:-[a-z]+)*)\)=", before)
                assert label, f"{path.name}: {line}: no (label)= in the line before"
                labels.append(label[1])
    assert len(labels) == len(set(labels)) > 50


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_code_asks_the_book_for_what_differs_between_languages(path):
    """A Chinese text is a label and no more: it is not compared, asked for by name or put together."""
    han = "[\u4e00-\u9fff]"
    for source in cells(path, "code"):
        for fault in (
            rf'[=!]= "{han}',
            rf'[\w\]]\["{han}',
            r"_zh\b",
            r"\.zh\b",
            '"、"',
            r"1e[48]\b",
            r"\.token\b",
        ):
            assert not re.search(fault, source), (fault, source)
