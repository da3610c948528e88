"""Search in a browser, the book opened from the disk: whatever stands on a page is found there."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from shanhai.book.html.search import CharacterSearch, fold, parts

#: The text of a page as it is shown, without what scripts add.
SHOWN = "article => article.innerText"

THEIRS = "THEBE_JS_URL"  # the theme's search page loads a script of its own twice


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
        page.on("pageerror", lambda error: THEIRS in str(error) or faults.append(str(error)))
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
    page.wait_for_function("document.querySelector('.search-summary')?.innerText")
    return results(page)


def search_again(page, query: str) -> dict[str, list[str]]:
    """Search on the page that stands open; 100 loads of it would take their time."""
    page.evaluate(
        """query => {
            document.getElementById('search-results').replaceChildren();
            Search.performSearch(query);
        }""",
        query,
    )
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
    body = """<section id="a"><h1>甲<a class="headerlink" href="#a">#</a></h1>
    <p>投资<a href="x"><span>141.08亿元</span></a>，<b>多</b>。</p><script>no()</script>
    <details class="code"><summary><i>折</i><i class="unfolded">展</i></summary><pre>code</pre></details>
    <div class="chart-narrow"><svg><text>窄</text></svg></div>
    <div class="chart-wide"><svg><title>名</title><text>宽</text></svg></div>
    <section id="b"><h2>乙</h2><p>Terra&nbsp;&lt;i&gt; 2016</p><!-- unseen --></section></section>"""
    assert parts(body) == [
        ["a", "甲", "甲\n投资141.08亿元，多。\n折\n宽"],
        ["b", "乙", "乙\nTerra <i> 2016"],
        ["a", "甲", "code\n窄"],
    ]


def test_folding_keeps_the_length():
    text = "ＡBc１％，ﬁ㎏İß𝐀中"
    assert fold(text) == "abc1%,ﬁ㎏İß𝐀中"
    assert len(fold(text)) == len(text)
    assert CharacterSearch({}).split("骨鸡 A a") == ["a", "骨", "鸡"]


def test_the_index_is_small(real_book):
    files = [real_book / "searchindex.js", real_book / "_static" / "search-texts.js"]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 150_000


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
            "article .headerlink, article button", "all => all.forEach(x => x.remove())"
        )
        texts[path.relative_to(real_book).as_posix()] = page.eval_on_selector(
            "article.bd-article", SHOWN
        )
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


@pytest.mark.parametrize(
    "query", ["141.08亿元", "沪企入滇", "骨鸡", "１４１.０８亿元", "dataframe", "2016"]
)
def test_what_readers_look_for(real_book, offline, query):
    page = offline()
    found = search(page, real_book, query)
    texts = json.loads(
        (real_book / "_static/search-texts.js").read_text("utf-8").partition("=")[2].rstrip(";\n")
    )
    holding = {
        f"{name}.html"
        for name, text in texts.items()
        if fold(query) in fold("\n".join(part[2] for part in text["parts"]))
    }
    assert found.keys() == holding
    for snippets in found.values():
        assert 1 <= len(snippets) <= 3
    marks = page.eval_on_selector_all("ul.search mark", "all => all.map(mark => mark.textContent)")
    assert {fold(mark) for mark in marks} <= {fold(query)}
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
