"""The real book's pages in a real browser: what they weigh, what they load, what their buttons do."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from shanhai.book import icons, purge

LIMIT = 250_000
"""What a page may weigh, gzipped, all its files together, before the reader does anything."""

CHAPTER = "notebooks/03-investment.html"


def names(book: Path) -> list[str]:
    """Return the pages of the book, by address."""
    return sorted(path.relative_to(book).as_posix() for path in book.rglob("*.html"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True)
    yield context.new_page()
    context.close()


def test_every_page_is_light_whole_and_without_complaint(real_book, served, browser):
    complaints, weights = [], {}
    for name in names(real_book):
        context = browser.new_context()  # with nothing kept of the page before
        page = context.new_page()
        answers, said = [], []
        page.on("response", lambda answer, answers=answers: answers.append(answer))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on(
            "console", lambda line, said=said: said.append(line.text) if line.type == "error" else 0
        )
        page.goto(f"{served}/{name}", wait_until="networkidle")
        answers = [answer for answer in answers if not answer.url.startswith("data:")]
        complaints += [f"{name}: {text}" for text in said]
        complaints += [
            f"{name}: {a.url}: {a.status}"
            for a in answers
            if a.status != 200 or not a.url.startswith(served)
        ]
        weights[name] = sum(len(gzip.compress(answer.body())) for answer in answers)
        context.close()
    assert complaints == []
    assert {name: size for name, size in weights.items() if size > LIMIT} == {}
    print("gzipped bytes by page:", weights)


def test_nothing_lies_among_the_static_files_that_no_page_names(real_book):
    kept = {
        p.relative_to(real_book / "_static").as_posix() for p in (real_book / "_static").rglob("*")
    }
    assert not [
        name for name in kept if re.search(r"thebe|fontawesome|locales|bootstrap|\.map$", name)
    ]
    assert "styles.css" in kept


def test_all_pages_name_one_and_the_same_version_of_the_style_sheet(real_book):
    found = [
        re.findall(r"styles\.css\?v=(\w+)", (real_book / n).read_text("utf-8"))
        for n in names(real_book)
    ]
    assert {len(versions) for versions in found} == {1}
    assert len({versions[0] for versions in found}) == 1


def test_every_icon_is_drawn(real_book):
    css = (real_book / "_static" / "styles.css").read_text("utf-8")
    text = [(real_book / name).read_text("utf-8") for name in names(real_book)]
    for family, name in icons.used(text) - {("fa-solid", "lg")}:
        assert f".{family}.fa-{name}{{--icon:" in css


def test_nothing_is_wider_than_a_phone(real_book, served, phone):
    wide = []
    for name in names(real_book):
        phone.goto(f"{served}/{name}")
        if phone.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(name)
    assert wide == []


def test_a_line_of_prose_has_35_to_45_characters(served, page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{served}/{CHAPTER}")
    width, size = page.eval_on_selector_all(
        ".bd-article section > p",
        "all => { const p = all.reduce((a, b) => a.innerText.length > b.innerText.length ? a : b);"
        "return [p.clientWidth, parseFloat(getComputedStyle(p).fontSize)]; }",
    )
    assert 35 <= width / size <= 45


def test_the_theme_button_changes_colours_and_the_choice_lasts(served, page):
    page.emulate_media(color_scheme="light")
    page.goto(f"{served}/{CHAPTER}")
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    while html.get_attribute("data-theme") != "dark":
        page.locator(".theme-switch-button").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    page.goto(f"{served}/index.html")
    expect(html).to_have_attribute("data-theme", "dark")


def test_dark_mode_is_there_before_scripts_that_wait(served, page):
    page.emulate_media(color_scheme="dark")
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{served}/{CHAPTER}")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_one_switch_folds_and_unfolds_all_code(served, page):
    page.goto(f"{served}/{CHAPTER}")
    cells, switch = page.locator("details.code"), page.locator(".code-switch")
    assert cells.count() > 1
    expect(page.locator("details.code[open]")).to_have_count(0)
    switch.press("Enter")
    expect(page.locator("details.code[open]")).to_have_count(cells.count())
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(cells.first.locator("button.copybtn")).to_have_count(1)
    switch.press("Enter")
    expect(page.locator("details.code[open]")).to_have_count(0)


def test_the_sidebar_opens_and_closes_on_a_phone(served, phone):
    phone.goto(f"{served}/{CHAPTER}")
    link = phone.locator(".bd-sidebar-primary a", has_text="证据账")
    expect(link).not_to_be_in_viewport()
    phone.locator(".primary-toggle").tap()
    expect(link).to_be_in_viewport()
    phone.keyboard.press("Escape")
    expect(link).not_to_be_in_viewport()


@pytest.mark.parametrize("width", [360, 1440])
def test_there_is_one_way_to_search(served, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{served}/{CHAPTER}")
    ways = page.locator(".search-button__button:visible, input[type=search]:visible")
    expect(ways).to_have_count(1)
    ways.click()
    expect(page.locator("input[type=search]:visible")).to_be_focused()


def test_the_contents_follow_the_reader(served, page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{served}/{CHAPTER}")
    last = page.locator(".bd-toc-nav a").last
    page.locator(last.get_attribute("href")).scroll_into_view_if_needed()
    page.evaluate("id => document.querySelector(id).scrollIntoView()", last.get_attribute("href"))
    expect(last).to_have_attribute("aria-current", "true")


def test_buttons_that_need_scripts_are_not_offered_without(browser, served):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/{CHAPTER}")
    assert page.locator(".needs-script").count() > 1
    expect(page.locator(".needs-script:visible")).to_have_count(0)
    context.close()


def test_print_leaves_out_code_and_navigation(served, page):
    page.goto(f"{served}/{CHAPTER}")
    page.emulate_media(media="print")
    expect(page.locator("details.code:visible, .bd-header-article:visible")).to_have_count(0)
    expect(page.locator("h1:visible")).to_have_count(1)


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".a,.b{color:red}", ".a{color:red}\n"),
        (".a:not(.b,.c) p{margin:0}", ".a:not(.b,.c) p{margin:0}\n"),
        ("@media print{.b{margin:0}}", ""),
        (
            "@media (max-width:9px){.b{margin:0}.a{margin:0}}",
            "@media (max-width:9px){\n.a{margin:0}\n}\n",
        ),
        ('/* said */p::before{content:"a  b"}', 'p::before{content:"a  b"}\n'),
        ('@charset "utf-8";', ""),
        (".a\\:b{margin:0}", ""),
        ('[data-theme="dark"] #x .a{margin:0}', '[data-theme="dark"] #x .a{margin:0}\n'),
    ],
)
def test_purge_keeps_what_can_apply(css, kept):
    assert purge.purge(css, {"a", "x"}) == kept


def test_names_of_pages_and_scripts_count_as_used():
    assert {"a", "b", "c", "d-e"} <= purge.names(
        ['<p class="a b" id="c">'], ['x.classList.add("d-e")']
    )


def test_icons_are_read_from_the_script():
    script = (
        'far:{sun:[1,2,[],"f185","M1"],"x-y":[3,4,["z"],"f0","M2z"]};fas:{sun:[5,6,[],"f185","M3"]}'
    )
    css = icons.stylesheet({("fa-solid", "sun"), ("fa-solid", "x-y"), ("fa-solid", "none")}, script)
    assert "viewBox='0 0 5 6'" in css
    assert "M2z" in css
    assert "none" not in css.split("}")[-1]
