"""This book in English: nothing of it is left in Chinese but what it quotes."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from looks import labels_at_fault, violations

from shanhai.editions.units import HAN
from shanhai.evidence.ledger import Ledger

BRACKETS = re.compile(r"[（(“《‘][^()（）]*?[)）”》’]")
"""Names and terms stand in brackets or quotes beside their English."""

WORDS = {"万", "亿", "近", "近四年"}
"""Words that a sentence of a page is about."""

QUOTED = (
    *(("claims", "token"), ("non_claims", "token"), ("silences", "terms"), ("glossary", "zh")),
    *(("sources", "title"), ("sources", "carried_by")),
)


def english(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Yield every cell of the data that is for English readers, with its place."""
    for table in ledger.tables:
        for row in ledger.rows(table):
            for name, cell in row.items():
                if (name == "en" or name.endswith("_en")) and isinstance(cell, str):
                    yield f"{table}.{name}: {cell}", cell


@pytest.fixture(scope="module")
def printed(root) -> re.Pattern[str]:
    """What the data quote: figures as printed, titles, terms searched for, words that notes are about."""
    ledger = Ledger.load(root / "data")
    known = {
        part
        for table, name in QUOTED
        for row in ledger.rows(table)
        for part in row[name].split("|")
    }
    known |= {run for _, cell in english(ledger) for run in re.findall(f"{HAN.pattern}+", cell)}
    known = {re.sub(r"\s", "", text) for text in known if text} | WORDS
    return re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))


def test_the_english_of_the_data_is_english(root):
    for place, cell in english(Ledger.load(root / "data")):
        assert len(HAN.findall(cell)) <= 0.5 * len(re.findall("[A-Za-z0-9]", cell)), place


def left(text: str, printed: re.Pattern[str]) -> list[str]:
    """Return the Chinese in a text that no English reader is to see."""
    text = BRACKETS.sub("", printed.sub("", re.sub(r"\s", "", text)))
    return re.findall(f"{HAN.pattern}+", text)


def test_no_chinese_is_left_on_the_pages(english_book, printed):
    found = []
    for path in sorted((english_book / "html" / "en").rglob("*.html")):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert page.html["lang"] == "en"
        for element in page.find_all(["script", "style"]):
            element.decompose()
        for link in page.select("a.edition"):
            link.decompose()
        for block in page.find_all(
            ["p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "text", "a"]
        ):
            if block.find(["p", "li", "td", "dd"]) is None and (
                words := left(block.get_text(), printed)
            ):
                found.append(f"{path.name}: {words}: {block.get_text(' ')[:80]}")
    assert found == []


def test_english_labels_and_names_are_seen_and_heard(english_book, browser):
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    pages = english_book / "html" / "en"
    found = []
    for width, which in ((360, "**/*.html"), (768, "notebooks/*.html")):
        page.set_viewport_size({"width": width, "height": 900})
        for path in sorted(pages.glob(which)):
            page.goto(path.as_uri())
            found += [f"{path.name}, {width}: {fault}" for fault in labels_at_fault(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{path.name}, {width}: too wide")
            if path.stem in {"index", "04-outlook", "search"} and width == 360:
                found += [f"{path.name}: {fault}" for fault in violations(page)]
    context.close()
    assert found == []


def test_charts_are_set_in_a_latin_face_first(english_book):
    pages = english_book / "html" / "en"
    files = [*pages.glob("_static/charts/aid-gap.*[!v]"), pages / "notebooks" / "01-lead.html"]
    assert len(files) == 4  # as SVG, as Vega-Lite, what is drawn live, what stands in the page
    for path in files:
        faces = re.findall(r'(?:font-family="|"font": ?")([^"]+)', path.read_text("utf-8"))
        assert faces and not any(face.startswith("Noto Sans CJK") for face in faces), path


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler) is not installed")
def test_the_report_is_in_english(english_book, printed):
    report = english_book / "pdf" / "shanhai-en.pdf"
    text = subprocess.run(
        ["pdftotext", "-raw", report, "-"], check=True, capture_output=True, text=True
    ).stdout
    assert "Shanghai" in text and "Contents" in text
    assert left(text, printed) == []
    assert b"/Lang (en" in report.read_bytes() or b"/Lang(en" in report.read_bytes()
