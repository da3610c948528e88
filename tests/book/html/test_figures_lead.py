"""Every figure of the built book leads to its evidence or to its making; what rests on each is known."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import expect

from shanhai.evidence.affects import Record, affected, key_of
from shanhai.evidence.derivation import Derivation
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.quantity import evaluate, formula_text

ROOT = Path(__file__).parents[3]

#: Numerals that need not lead anywhere, with the reason.
EXCEPTED = {
    "h1, h2, h3, h4": "headings: the text below says the same with links",
    "pre, code, details.code": "code, and names of files",
    "svg": "pictures: the source line and the table below lead on",
    ".caption-number, .headerlink": "the number of a figure",
    ".take, .notebook-files": "names of formats",
    "table.reconciliation": "the audit's table links each figure it holds by itself",
    "details > summary": "how many rows a fold holds",
    "form": "what a reader types",
    "script, style": "not text",
}

LEADS = re.compile(r"^(claim|derived|fact|silence)$")


def numerals(page: BeautifulSoup):
    """Yield each numeral of the text, whether it leads on, and where it stands."""
    body = page.find("article") or page.body
    for selector in EXCEPTED:
        for part in body.select(selector):
            part.decompose()
    for text in body.find_all(string=re.compile(r"\d")):
        figure = text.find_parent("figure")
        leads = text.find_parent(class_=LEADS) or text.find_parent("a")
        if isinstance(figure, Tag):
            # A chart's words and table lead on together, by the line below it.
            leads = leads or figure.select_one(".source :is(.claim, .derived, .fact) a")
        for numeral in re.findall(r"\d[\d.,]*", text):
            yield numeral, bool(leads), text.strip()[:80]


def test_every_numeral_leads_to_evidence_or_derivation(real_book, record_property):
    counted, loose = 0, []
    for path in [real_book / "index.html", *sorted((real_book / "notebooks").glob("*.html"))]:
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for numeral, leads, text in numerals(page):
            counted += 1
            if not leads:
                loose.append((path.name, numeral, text))
    record_property("said", f"{counted - len(loose)} of {counted} numerals lead on")
    assert counted > 300 and not loose


def test_the_links_of_derived_figures_have_their_rows(real_book):
    rows = BeautifulSoup((real_book / "book/derivations.html").read_text("utf-8"), "html.parser")
    ids = {tag["id"] for tag in rows.find_all(id=True)}
    shown = 0
    for path in [real_book / "index.html", *(real_book / "notebooks").glob("*.html")]:
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for figure in page.select(".derived[data-place]"):
            shown += 1
            assert figure.a["href"].partition("#")[2] in ids, figure
            for _, address in json.loads(figure["data-inputs"]):
                assert address.partition("#")[0].endswith("book/evidence.html"), figure
    assert shown > 50


@pytest.fixture(scope="module")
def record(real_book) -> Record:
    return Record.read(real_book.parents[1])


def _figure(ledger, others, kind, row_id):
    rows = ledger.facts if kind == "fact" else {**ledger.claims, **others}
    return rows[row_id].interval


def test_what_a_claim_affects_is_what_changes_with_it(record):
    ledger = Ledger.load(ROOT / "data")
    draw = random.Random(11)
    touched = 0
    for claim in draw.sample(sorted(ledger.claims.values(), key=lambda each: each.id), 30):
        changed = replace(claim, value=claim.value + 3 * claim.place / claim.scale)
        found = {key_of(row) for row in affected(claim.id, ledger, record).derived}
        for row in record.derived:
            made = Derivation.from_dict({k: v for k, v in row.items() if k != "page"})
            if not made.value:
                continue

            before = evaluate(made.formula, partial(_figure, ledger, {})).value
            assert before == Fraction(made.value), key_of(row)
            after = evaluate(made.formula, partial(_figure, ledger, {claim.id: changed})).value
            if after != Fraction(made.value):
                touched += 1
                assert key_of(row) in found
            else:
                assert claim.id not in formula_text(made.formula).split()
    assert touched


def test_a_claim_affects_sentences_charts_verdicts_and_pages(record):
    ledger = Ledger.load(ROOT / "data")
    found = affected("all-aid", ledger, record)
    assert "aid-fiscal" in found.verdicts and found.charts and found.derived
    assert any("141.08" in row["text"] for row in found.sentences)


def test_a_derived_figure_says_how_it_was_made_by_keyboard(real_book, browser):
    context = browser.new_context(viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto((real_book / "notebooks/01-lead.html").as_uri())
    figure = page.locator(".derived[data-place]", has_text="亿元").first
    card = page.locator("#claim-card")
    figure.locator("a").focus()
    assert card.is_visible()
    said = card.inner_text()
    assert "105.64 + 30.27" in said and "第" in said
    assert (
        card.locator(".inputs a").first.get_attribute("href").startswith("../book/evidence.html#")
    )
    box = card.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    page.keyboard.press("Escape")
    assert not card.is_visible()
    figure.locator("a").press("Enter")
    page.wait_for_url("**/derivations.html#derived-notebooks-01-lead-*")
    assert page.locator(":target").is_visible()
    context.close()


def test_a_derived_figure_leads_on_without_scripts(real_book, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((real_book / "notebooks/01-lead.html").as_uri())
    page.locator(".derived[data-place] a").first.click()
    row = page.locator(":target").locator("xpath=ancestor::tr")
    expect(row).to_be_visible()
    assert row.locator("a, p").count()
    context.close()
