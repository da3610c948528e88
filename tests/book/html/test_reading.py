"""From a figure to its evidence and back, in a browser, the book opened from the disk."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from playwright.sync_api import expect

from shanhai.evidence.ledger import Ledger
from shanhai.numerals.finder import NUMERALS

PAGE = "notebooks/03-investment.html"


@pytest.fixture
def visit(real_book, browser):
    contexts = []

    def visit(name: str, **options):
        context = browser.new_context(viewport={"width": 360, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto((real_book / name).as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()


def test_a_figure_says_where_it_stands_when_pointed_at_or_focused(visit):
    page = visit(PAGE)
    claim = page.locator("p > .claim").first
    card = page.get_by_role("tooltip")
    assert card.count() == 0
    claim.hover()
    said = card.inner_text()
    for part in ("meaning", "place", "exact"):
        assert claim.get_attribute(f"data-{part}") in said
    assert claim.inner_text() in said
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.keyboard.press("Escape")
    assert card.count() == 0
    claim.locator("a").focus()
    assert card.inner_text() == said
    assert claim.locator("a").get_attribute("aria-describedby") == "claim-card"
    claim.locator("a").blur()
    assert card.count() == 0


def test_a_tap_shows_the_card_and_a_second_follows_the_link(visit):
    page = visit(PAGE, has_touch=True, is_mobile=True)
    claim = page.locator("p > .claim a").first
    claim.tap()
    assert page.get_by_role("tooltip").is_visible()
    assert PAGE in page.url
    claim.tap()
    page.wait_for_url("**/evidence.html#claim-*")


def test_the_link_alone_does_without_scripts(visit):
    page = visit(PAGE, java_script_enabled=False)
    page.locator("p > .claim a").first.click()
    assert "/evidence.html#claim-" in page.url


def test_each_row_links_back_to_every_place_that_uses_it(real_book, visit):
    page = visit("book/evidence.html")
    links = page.eval_on_selector_all(
        "td .uses a",
        "links => links.map(a => [a.closest('tr').querySelector('[id^=claim-]').id, a.href])",
    )
    back = {(row, href.partition("/html/")[2]) for row, href in links}
    used = set()
    pages = [
        real_book / "index.html",
        *real_book.glob("notebooks/*.html"),
        *real_book.glob("book/*.html"),
    ]
    for path in pages:
        page.goto(path.as_uri())
        name = path.relative_to(real_book).as_posix()
        found = page.eval_on_selector_all(
            ".claim[id^=use-]", "all => all.map(item => [item.querySelector('a').hash, item.id])"
        )
        used |= {(row.removeprefix("#"), f"{name}#{anchor}") for row, anchor in found}
    assert len(used) > 100
    assert back == used


AUDIT = "notebooks/09-audit.html"
EVIDENCE = "book/evidence.html"


def open_article(page, path):
    page.locator("#article-file").set_input_files(path)
    status = page.get_by_role("status")
    expect(status).not_to_be_empty()
    return status.inner_text()


def marked(page):
    """Return the claims marked in the opened text, with what is marked, its spaces aside."""
    found = {}
    for key, text in page.eval_on_selector_all(
        ".article-text mark.figure a", "all => all.map(a => [a.hash.slice(7), a.textContent])"
    ):
        assert text == text.strip()
        found[key] = found.get(key, "") + re.sub(r"\s", "", text)
    return found


def test_the_reader_s_article_shows_every_figure_in_place(
    visit, real_book, root, made_up_text, tmp_path
):
    ledger = Ledger.load(root / "data")
    lines = [made_up_text[at : at + 97] for at in range(0, len(made_up_text), 97)]
    path = tmp_path / "article.txt"
    # Laid out otherwise: what is not counted must not move a figure.
    path.write_text("\ufeff" + " *\r\n\u3000\u3000> ".join(lines), encoding="utf-8")
    page = visit(EVIDENCE)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    said = open_article(page, path)
    assert all(url.startswith(real_book.as_uri()) for url in requests), requests
    assert re.findall(r"\d+", said.partition("：")[2]) == [
        str(n)
        for n in (
            len(made_up_text),
            *[len(ledger.claims)] * 2,
            *[len(ledger.non_claims)] * 2,
            0,
        )
    ]
    assert "不是本书所据的版本" in said
    assert marked(page) == {claim.id: claim.token for claim in ledger.claims.values()}
    # From the mark to the row, and back.
    link = page.locator(".article-text mark.figure a").first
    row = link.get_attribute("href").removeprefix("#")
    link.click()
    assert page.url.endswith(f"#{row}")
    page.locator(f"tr:has(#{row}) .in-article a").click()
    assert page.evaluate("document.querySelector(':target').closest('mark') !== null")


def test_the_real_article_is_known_and_whole(visit, article, root):
    page = visit(EVIDENCE)
    said = open_article(page, article)
    assert "与本书所据的版本一致" in said and "没有着落的数词字0个" in said
    tokens = {claim.id: claim.token for claim in Ledger.load(root / "data").claims.values()}
    assert marked(page) == tokens


def test_a_figure_that_is_not_in_its_place_is_named(visit, root, made_up_text, tmp_path):
    claims = Ledger.load(root / "data").claims
    claim = claims["all-aid"]
    path = tmp_path / "article.txt"
    changed = made_up_text[: claim.offset] + "9" + made_up_text[claim.offset + 1 :]
    path.write_text(changed + "<b>7</b>", encoding="utf-8")
    page = visit(EVIDENCE)
    said = open_article(page, path)
    assert said.endswith(f"不在原处的数字：{claim.token}")
    assert page.get_by_role("status").get_by_role("link").get_attribute("href") == "#claim-all-aid"
    left = sum(c in NUMERALS for c in claim.token) + 1
    assert f"没有着落的数词字{left}个" in said
    assert marked(page).keys() == claims.keys() - {claim.id}
    assert page.locator(".article-text b").count() == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "没有文字"),
        (b" \n>*\n", "没有文字"),
        ("第1段".encode("gbk"), "不是 UTF-8"),
        (b"%PDF\0\1", "不是文本文件"),
    ],
)
def test_a_file_that_is_no_article_is_told(visit, tmp_path, content, says):
    path = tmp_path / "no article.txt"
    path.write_bytes(content)
    page = visit(EVIDENCE)
    said = open_article(page, path)
    assert path.name in said and says in said
    assert page.locator(".article-text").is_hidden()


DATA = "book/data.html"


def test_every_table_stands_whole_in_the_page(visit, root):
    page = visit(DATA, java_script_enabled=False)
    ledger = Ledger.load(root / "data")
    for name in ledger.tables:
        table = page.locator(f"#table-{name}")
        shape = [table.locator("tbody tr").count(), table.locator("th").count()]
        own = [
            key for key in ledger.fields(name) if key.split("_")[-1] != "en"
        ]  # the page is Chinese
        assert shape == [len(ledger.rows(name)), len(own)], name


def test_a_table_is_sorted_and_filtered_in_the_page(visit):
    page = visit(DATA)
    page.locator("#table-claims summary").click()
    table = page.locator("#table-claims")
    rows = table.locator("tbody tr")
    header = table.get_by_role("columnheader", name="数值")
    column = header.evaluate("cell => cell.cellIndex")

    def values():
        return [float(row.locator("td").nth(column).inner_text()) for row in rows.all()]

    first = values()
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert values() == sorted(first)
    header.get_by_role("button").press("Enter")
    assert header.get_attribute("aria-sort") == "descending"
    assert values() == sorted(first, reverse=True)
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") is None
    assert values() == first
    table.get_by_label("筛选").fill("沪 项目")
    assert table.locator("tbody tr:visible").count() == 0
    table.get_by_label("筛选").fill("上海 项目")
    shown = table.locator("tbody tr:visible")
    assert 0 < shown.count() < rows.count()
    assert all("上海" in text and "项目" in text for text in shown.all_text_contents())
    assert table.locator(".count").inner_text() == f"{shown.count()} / {rows.count()}行"


def test_the_ledger_is_filtered_and_a_link_still_finds_its_row(visit):
    page = visit(EVIDENCE)
    rows = page.locator("table.evidence tbody tr")
    page.locator("label.filter input").fill("上海 项目")
    shown = page.locator("table.evidence tbody tr:visible")
    assert 0 < shown.count() < rows.count()
    assert all("上海" in text and "项目" in text for text in shown.all_text_contents())
    hidden = page.locator("table.evidence tr[hidden] [id^=claim-]").first.get_attribute("id")
    page.evaluate("id => { location.hash = id }", hidden)
    expect(page.locator(f"#{hidden}")).to_be_in_viewport()


def test_what_does_not_fit_comes_first_and_what_holds_is_folded(visit):
    page = visit(AUDIT)
    verdicts = page.locator("table.reconciliation .verdict:visible")
    kinds = [
        text.split()[-1] for text in verdicts.evaluate_all("all => all.map(one => one.className)")
    ]
    assert kinds[0] == "inconsistent"
    assert kinds == sorted(kinds, key=["inconsistent", "not-comparable"].index)
    page.locator("details.folded > summary").click()
    expect(page.locator("details.folded .verdict").first).to_be_visible()


def test_opened_data_of_a_chart_and_folded_rows_are_printed(visit):
    page = visit(AUDIT)
    page.locator("details.chart-data summary").first.click()
    page.emulate_media(media="print")
    expect(page.locator("details.chart-data table").first).to_be_visible()
    expect(page.locator("details.chart-data table").nth(1)).not_to_be_visible()


def test_titles_break_after_punctuation_on_a_phone(visit):
    page = visit("index.html")
    lines = page.locator(".headline p").evaluate(
        """title => { const range = document.createRange(), lines = {};
            const texts = document.createTreeWalker(title, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) for (let at = 0; at < texts.currentNode.length; at++) {
                range.setStart(texts.currentNode, at);
                range.setEnd(texts.currentNode, at + 1);
                const top = Math.round(range.getBoundingClientRect().bottom / 8);
                lines[top] = (lines[top] ?? "") + range.toString();
            }
            return Object.values(lines); }"""
    )
    assert len(lines) > 1
    assert all(line.strip().endswith("，") for line in lines[:-1])


def test_rows_of_ledgers_are_as_wide_as_a_phone_and_part_no_figure(visit):
    for name in ("book/derivations.html", "book/evidence.html"):
        page = visit(name)
        tables = page.locator("article .table-wrapper > table")
        assert set(tables.evaluate_all("all => all.map(one => one.offsetWidth)")) == {328}, name
    lines = page.locator("table.ledger td:last-child p").evaluate_all(
        """all => all.map(one => { const range = document.createRange();
            range.selectNodeContents(one);
            return range.getClientRects().length; })"""
    )
    assert len(lines) > 50 and set(lines) == {1}


def test_a_short_page_is_one_sheet(visit):
    pdf = visit("book/cite.html").pdf(format="A4")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 1


def test_opened_code_and_tables_are_printed(visit):
    page = visit("book/data.html")
    page.locator("#table-events summary").click()
    page.emulate_media(media="print")
    expect(page.locator("#table-events table")).to_be_visible()
    expect(page.locator("#table-claims table")).not_to_be_visible()
    page = visit(AUDIT)
    page.locator("details.code summary").first.click()
    page.emulate_media(media="print")
    expect(page.locator("details.code pre:visible")).to_have_count(1)
