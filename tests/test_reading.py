"""From a figure to its evidence and back, in a browser, the book opened from the disk."""

from __future__ import annotations

import pytest

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
