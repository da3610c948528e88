"""Search in a browser, the book opened from the disk: whatever stands on a page is found there."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from docutils import nodes

from shanhai.book.html.search import CODE, PROSE, TABLE, fold, parts, simplified

CHAPTER = "notebooks/03-investment.html"
ROOT = Path(__file__).parents[3]

#: The text of a page as it is shown, without what scripts add.
SHOWN = "article => article.innerText"


@pytest.fixture
def offline(browser) -> Iterator:
    """Open pages that see the disk alone; asking anything of a network, or an error, fails the test."""
    contexts, faults = [], []

    def route(route) -> None:
        if route.request.url.startswith(("file:", "data:")):
            route.continue_()
        else:
            faults.append(route.request.url)
            route.abort()

    def offline(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        context.route("**/*", route)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield offline
    for context in contexts:
        context.close()
    assert faults == []


def bare(text: str) -> str:
    """Return a text as it is compared."""
    return re.sub(r"\s", "", fold(text))


def search(page, html, query: str) -> dict[str, list[str]]:
    """Return the snippets of the pages that a search finds, by file name."""
    page.goto(f"{(html / 'search.html').as_uri()}?q={quote(query)}")
    page.locator(".search-summary:not(:empty)").wait_for()
    return results(page)


def search_again(page, query: str) -> dict[str, list[str]]:
    """Search on the page that stands open; 100 loads of it would take their time."""
    page.locator(".search-page input").fill(query)
    return results(page)


def results(page) -> dict[str, list[str]]:
    found = page.eval_on_selector_all(
        "ul.search > li",
        """items => items.map(item => [
            item.querySelector('a').pathname, [...item.querySelectorAll('.context')].map(p => p.innerText)
        ])""",
    )
    return {path.partition("/html/")[2]: snippets for path, snippets in found}


def test_a_page_is_read_by_section_as_it_is_shown():
    inner = nodes.section("", nodes.title("", "乙"), ids=["b"])
    inner += nodes.paragraph("", "Terra\n <i> 2016")
    table = nodes.table("", nodes.tgroup("", nodes.tbody("", nodes.row())))
    for text in ("甲格", "乙格"):
        table[0][0][0] += nodes.entry("", nodes.paragraph("", text))
    paragraph = nodes.paragraph("", "投资")
    paragraph += nodes.inline("", "", nodes.reference("", "141.08亿元"))
    paragraph += [nodes.Text("，"), nodes.strong("", "多"), nodes.Text("。")]
    outer = nodes.section("", nodes.title("", "甲"), ids=["a"])
    outer += [paragraph, nodes.comment("", "unseen"), table, nodes.literal_block("", "code"), inner]
    assert parts(outer, {}) == [
        ("a", "甲", "甲\n投资141.08亿元，多。", PROSE),
        ("a", "甲", "甲格\n乙格", TABLE),
        ("a", "甲", "code", CODE),
        ("b", "乙", "乙\nTerra <i> 2016", PROSE),
    ]


def test_folding_keeps_the_length():
    text = "ＡBc１％，ﬁ㎏İß𝐀中"
    assert fold(text) == "abc1%,ﬁ㎏İß𝐀中"
    assert len(fold(text)) == len(text)


def test_only_characters_of_the_texts_are_traditional_ones_of():
    pairs = simplified(["贫困", "后"])
    assert (
        dict(zip(pairs[::2], pairs[1::2], strict=True)).items() >= {"貧": "贫", "後": "后"}.items()
    )
    assert not {"發", "贫", "困"} & set(pairs[::2])


def test_the_index_is_small(real_book):
    file = real_book / "_static" / "search-texts.js"
    assert len(gzip.compress(file.read_bytes())) < 100_000
    assert not (real_book / "searchindex.js").exists()


def test_any_text_finds_its_page(real_book, offline):
    """100 texts of two to eight characters, drawn where they stand: also across marks and lines."""
    page = offline()
    drawn = random.Random(6)
    pages = [
        real_book / "index.html",
        *real_book.glob("notebooks/*.html"),
        *real_book.glob("book/*.html"),
    ]
    pages.sort()
    assert len(pages) >= 14
    texts = {}
    for path in pages:
        page.goto(path.as_uri())
        page.eval_on_selector_all(
            "article :is(.headerlink, button, .take, .notebook-files, summary, .open-article, .what-if)",
            "all => all.forEach(x => x.remove())",
        )
        texts[path.relative_to(real_book).as_posix()] = page.eval_on_selector("article", SHOWN)
    missed = []
    search(page, real_book, "书")
    for _ in range(100):
        name = drawn.choice(list(texts))
        text = texts[name]
        query = ""
        while len(query) < 2:
            start = drawn.randrange(len(text) - 8)
            query = text[start : start + drawn.randint(2, 8)].strip()
        found = search_again(page, query)
        if not any(bare(query) in bare(snippet) for snippet in found.get(name, [])):
            missed.append((name, query, found.get(name)))
    assert missed == []


def texts_of(real_book) -> dict:
    text = (real_book / "_static/search-texts.js").read_text("utf-8")
    return json.loads(text.partition("=")[2].rstrip(";\n"))["pages"]


@pytest.mark.parametrize(
    "query", ["141.08亿元", "沪企入滇", "骨鸡", "１４１.０８亿元", "dataframe", "2016"]
)
def test_what_readers_look_for(real_book, offline, query):
    page = offline()
    found = search(page, real_book, query)
    texts = texts_of(real_book)
    holding = {
        f"{name}.html"
        for name, text in texts.items()
        if fold(query)
        in re.sub(r"(\d),(?=\d{3})", r"\1", fold("\n".join(part[2] for part in text["parts"])))
    }
    assert found.keys() == holding
    for snippets in found.values():
        assert 1 <= len(snippets) <= 3
    marks = page.eval_on_selector_all("ul.search mark", "all => all.map(mark => mark.textContent)")
    assert {fold(mark).replace(",", "") for mark in marks} <= {fold(query)}
    page.locator("ul.search > li > a").first.click()
    marks = page.locator("article mark.highlighted, article tspan.highlighted")
    marks.first.wait_for(state="attached")
    assert fold(query).startswith(fold(marks.first.text_content()))
    page.keyboard.press("Escape")
    assert marks.count() == 0


def test_what_stands_nowhere_is_not_found(real_book, offline):
    page = offline()
    assert search(page, real_book, "元亿80.141") == {}
    assert search(page, real_book, "<img src=x onerror=alert(1)>") == {}
    # Words apart are looked for apart, after pages that hold them together.
    assert search(page, real_book, "审计 骨鸡").keys() <= search(page, real_book, "骨鸡").keys()


@pytest.mark.parametrize(
    ("query", "other"),
    [("1,232", "1232"), ("扶貧協作", "扶贫协作"), ("滬企入滇", "沪企入滇")],
)
def test_what_is_written_otherwise_is_found_alike(real_book, offline, query, other):
    page = offline()
    found = search(page, real_book, query)
    assert found
    assert found == search(page, real_book, other)


def test_thousands_parted_on_the_page_are_found_without(offline):
    page = offline()
    script = (ROOT / "shanhai/book/html/static/search-text.js").read_text("utf-8")
    page.add_script_tag(content=script)
    found = "query => searchPattern(query).test(foldText('1,232 and 12,34'))"
    assert page.evaluate(found, "1232")
    assert page.evaluate(found, "1,232")
    assert not page.evaluate(found, "1234")


def test_sentences_come_before_tables(real_book, offline):
    query = "141.08亿元"
    texts = texts_of(real_book)
    order = search(offline(), real_book, query)
    said = [
        any(query in text and kind == PROSE for _, _, text, kind in page["parts"])
        for page in (texts[name.removesuffix(".html")] for name in order)
    ]
    assert said == sorted(said, reverse=True)
    assert {*said} == {True, False}


def test_a_hit_in_something_folded_is_opened(real_book, offline):
    page = offline()
    page.goto(f"{(real_book / CHAPTER).as_uri()}?q=open_book()")
    page.locator("details[open] mark.highlighted").first.wait_for()


def test_a_hit_behind_another_tab_is_opened(real_book, offline, tmp_path):
    page = offline()
    path = tmp_path / "tabs.html"
    scripts = "".join(
        f'<script src="{(real_book / "_static" / name).as_uri()}"></script>'
        for name in ("search-text.js", "search-marks.js")
    )
    path.write_text(
        "<style>.tab {display: none} input:checked + label + .tab {display: block}</style><article>"
        '<input type="radio" name="t" id="a" checked><label for="a">A</label><div class="tab">one</div>'
        '<input type="radio" name="t" id="b"><label for="b">B</label><div class="tab">two</div>'
        f"</article>{scripts}",
        "utf-8",
    )
    page.goto(f"{path.as_uri()}?q=two")
    page.locator("mark.highlighted").wait_for(state="visible")
