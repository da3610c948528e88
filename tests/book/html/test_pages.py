"""The real book's pages in a real browser: what they weigh, what they load, what their buttons do."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import json
import os
import posixpath
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import stated_policy
from looks import labels_at_fault, violations
from playwright.sync_api import Browser, Page, expect

from shanhai import design
from shanhai.book.html import theme
from shanhai.book.html.downloads import offered, write_package
from shanhai.evidence.checks.package import check

LIMIT = 90_000
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


def test_a_page_names_what_it_uses_alone(real_book):
    for name in names(real_book):
        text = (real_book / name).read_text("utf-8")
        files = set(re.findall(r"_static/(?:\w+/)*([\w.-]+\.(?:css|js))\?v=", text))
        assert ("copybutton.js" in files) == ('class="highlight' in text), name
        assert ("charts.js" in files) == ("charts.css" in files) == ("data-chart=" in text), name
        assert not [file for file in files if re.search("thebe|toggle|mystnb|doctools", file)]


def test_every_link_within_the_book_leads_somewhere(real_book):
    pages = {name: (real_book / name).read_text("utf-8") for name in names(real_book)}
    soups = {name: BeautifulSoup(text, "html.parser") for name, text in pages.items()}
    ids = {name: {tag["id"] for tag in soup.find_all(id=True)} for name, soup in soups.items()}
    lost, checked = [], 0
    for name, soup in soups.items():
        for tag in soup.find_all(["a", "link", "script", "img", "source"]):
            address = tag.get("href") or tag.get("src")
            if not address or address.startswith(("http:", "https:", "mailto:", "data:")):
                continue
            path, _, anchor = unquote(address.partition("?")[0]).partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path or "."))
            target = target if path else name
            checked += 1
            if not (real_book / target).is_file() or (anchor and anchor not in ids[target]):
                lost.append(f"{name}: {address}")
    assert lost == []
    assert checked > 1000


def test_no_page_has_an_id_twice(real_book):
    for name in names(real_book):
        soup = BeautifulSoup((real_book / name).read_text("utf-8"), "html.parser")
        counts = Counter(tag["id"] for tag in soup.find_all(id=True))
        assert [key for key, count in counts.items() if count > 1] == [], name


def test_every_icon_is_drawn(real_book):
    for name in names(real_book):
        text = (real_book / name).read_text("utf-8")
        assert {*re.findall('href="#(svg-[a-z-]+)"', text)} <= {
            *re.findall('id="(svg-[a-z-]+)"', text)
        }


def test_the_policy_allows_the_one_script_within_the_pages():
    digest = base64.b64encode(hashlib.sha256(theme.SCRIPT.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in stated_policy()
    assert "unsafe" not in stated_policy()


def test_no_word_of_the_theme_is_english(real_book):
    for name in names(real_book):
        soup = BeautifulSoup((real_book / name).read_text("utf-8"), "html.parser")
        keys = ("title", "aria-label", "placeholder")
        said = [tag[key] for key in keys for tag in soup.select(f"body [{key}]")]
        assert [text for text in said if re.fullmatch(r"[A-Za-z /]{4,}", text)] == [], name


def test_nothing_is_wider_than_a_phone(real_book, served, phone):
    wide = []
    for name in names(real_book):
        phone.goto(f"{served}/{name}")
        if phone.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(name)
    assert wide == []


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_label_of_a_chart_stands_on_another_or_outside(real_book, browser, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    crowded = {}
    for path in sorted(real_book.glob("notebooks/*.html")):
        page.goto(path.as_uri())
        if found := labels_at_fault(page):
            crowded[path.stem] = found
    context.close()
    assert not crowded


def test_a_line_of_prose_has_35_to_45_characters(served, page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{served}/{CHAPTER}")
    width, size = page.eval_on_selector_all(
        "article section > p",
        "all => { const p = all.reduce((a, b) => a.innerText.length > b.innerText.length ? a : b);"
        "return [p.clientWidth, parseFloat(getComputedStyle(p).fontSize)]; }",
    )
    assert 35 <= width / size <= 45


def test_prose_tables_and_charts_end_on_one_line(served, page):
    page.set_viewport_size({"width": 1280, "height": 900})
    ends = set()
    for name in (CHAPTER, "book/evidence.html"):
        page.goto(f"{served}/{name}")
        found = page.eval_on_selector_all(
            "article > section > p, figure.chart .chart-wide > svg, table.evidence",
            "all => all.map(e => Math.round(e.getBoundingClientRect().right))",
        )
        ends |= set(found)
    assert max(ends) - min(ends) <= 1


def test_the_theme_button_changes_colours_and_the_choice_lasts(served, page):
    page.emulate_media(color_scheme="light")
    page.goto(f"{served}/{CHAPTER}")
    body = page.locator("body")
    expect(body).to_have_attribute("data-theme", "auto")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    while body.get_attribute("data-theme") != "dark":
        page.locator(".theme-toggle:visible").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    page.goto(f"{served}/index.html")
    expect(body).to_have_attribute("data-theme", "dark")


def test_dark_mode_is_there_before_scripts_that_wait(served, page):
    page.route("**/*.js*", lambda route: route.abort())
    colors = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{served}/{CHAPTER}")
        colors.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colors == ["rgb(255, 255, 255)", "rgb(18, 18, 18)"]


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
    link = phone.locator(".sidebar-drawer a", has_text="证据")
    expect(link).not_to_be_in_viewport()
    phone.locator(".nav-overlay-icon").tap()
    expect(link).to_be_in_viewport(ratio=1)  # it has come to rest
    phone.keyboard.press("Escape")
    expect(link).not_to_be_visible()
    phone.locator(".nav-overlay-icon").press("Enter")
    expect(link).to_be_in_viewport(ratio=1)


def test_keys_lead_to_the_search_and_it_to_the_page_of_results(served, page):
    page.goto(f"{served}/{CHAPTER}")
    page.keyboard.press("Control+k")
    field = page.locator("input[type=search]:focus")
    expect(field).to_have_count(1)
    field.fill("乌骨鸡")
    field.press("Enter")
    expect(page.locator("ul.search > li").first).to_be_visible()


def test_the_contents_follow_the_reader(served, page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{served}/{CHAPTER}")
    last = page.locator(".toc-tree li a").last
    page.locator(last.get_attribute("href")).scroll_into_view_if_needed()
    page.evaluate("id => document.querySelector(id).scrollIntoView()", last.get_attribute("href"))
    expect(last.locator("xpath=..")).to_have_class(re.compile("scroll-current"))


def test_buttons_that_need_scripts_are_not_offered_without(browser, served):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/{CHAPTER}")
    assert page.locator(".needs-script").count() > 0
    expect(page.locator(".needs-script:visible")).to_have_count(0)
    context.close()


def test_print_leaves_out_code_and_navigation(served, page):
    page.goto(f"{served}/{CHAPTER}")
    page.emulate_media(media="print")
    expect(page.locator("details.code:visible, .content-icon-container:visible")).to_have_count(0)
    expect(page.locator("h1:visible")).to_have_count(1)


def test_axe_finds_no_violation(real_book, served, browser):
    context = browser.new_context(color_scheme="light", bypass_csp=True)  # axe comes from here
    page = context.new_page()
    found = []
    for number, name in enumerate(names(real_book)):
        page.set_viewport_size({"width": (1440, 360)[number % 2], "height": 900})
        page.goto(f"{served}/{name}")
        if name == CHAPTER:
            page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
        found += [f"{name}, {fault}" for fault in violations(page)]
    context.close()
    assert found == []


# What a reader takes away


def test_the_data_comes_as_one_package(real_book, root, tmp_path, served, page):
    page.goto(f"{served}/book/data.html")
    with page.expect_download() as download:
        page.locator("a.download[href$='.zip']").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        archive.extractall(tmp_path)
    made = {"derived.csv", "datapackage.json"}  # the build adds a table, and describes it
    names = {path.name for path in (root / "data").iterdir()}
    assert {path.name for path in tmp_path.iterdir()} == names | made
    for name in names - made:
        assert (tmp_path / name).read_bytes() == offered(root / "data" / name)
    derived = list(csv.DictReader((tmp_path / "derived.csv").open(encoding="utf-8-sig")))
    assert {row["id"]: row for row in derived}["notebooks/01-lead#aid-sum"][
        "value"
    ] == "13591000000"
    assert check(tmp_path) == []
    page.goto(f"{served}/book/data.html")
    with page.expect_download() as download:
        page.locator("a.download[href$='.xlsx']").click()
    assert zipfile.is_zipfile(download.value.path())
    tables = list((real_book / "_downloads").rglob("*.csv"))
    assert tables and all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in tables)


def test_a_package_is_the_same_bytes_whenever_it_is_made(data, tmp_path):
    write_package(data, tmp_path / "one.zip")
    for path in data.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    write_package(data, tmp_path / "other.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


def test_each_chapter_offers_its_notebook_with_results(real_book, root, served, page):
    chapters = sorted(path.stem for path in (root / "notebooks").glob("*.md"))
    for chapter in chapters:
        page.goto(f"{served}/notebooks/{chapter}.html")
        links = page.locator(".notebook-files a")
        hrefs = [links.nth(n).get_attribute("href") for n in range(links.count())]
        own = [f"{chapter}.ipynb", f"../_sources/notebooks/{chapter}.md"]
        assert hrefs == [*own, "../shanhai-notebooks.zip"]
        assert all((real_book / "notebooks" / href).is_file() for href in hrefs)
        notebook = nbformat.read(real_book / "notebooks" / f"{chapter}.ipynb", as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert any("image/svg+xml" in out.get("data", {}) for cell in code for out in cell.outputs)
        assert all(cell.execution_count for cell in code)
        assert "shanhai-notebooks.zip" in notebook.cells[0].source


# What machines read


def linked(real_book: Path, name: str) -> dict:
    soup = BeautifulSoup((real_book / name).read_text("utf-8"), "html.parser")
    return json.loads(soup.find("script", type="application/ld+json").string)


def test_pages_say_what_they_are(real_book, root):
    about = json.loads((root / "data" / "datapackage.json").read_text("utf-8"))
    dataset = linked(real_book, "book/data.html")
    assert (dataset["@type"], dataset["name"]) == ("Dataset", about["title"])
    assert (real_book / "book" / dataset["distribution"]["contentUrl"]).is_file()
    chapter = linked(real_book, CHAPTER)
    soup = BeautifulSoup((real_book / CHAPTER).read_text("utf-8"), "html.parser")
    assert chapter["@type"] == "Article"
    assert chapter["headline"] == soup.find("meta", property="og:title")["content"]
    assert soup.h1.text.startswith(chapter["headline"])
    assert 20 < len(soup.find("meta", attrs={"name": "description"})["content"]) <= 150
    assert not (real_book / "sitemap.xml").exists()


def test_each_heading_and_figure_has_its_address(real_book):
    for name in sorted({*names(real_book)} - {"search.html"}):
        soup = BeautifulSoup((real_book / name).read_text("utf-8"), "html.parser")
        for place in soup.select("article h1, article h2, article h3, article figure"):
            link = place.select_one("a.headerlink")
            assert link, f"{name}: {place.text[:40]}"
            assert soup.find(id=link["href"][1:])


def test_a_book_that_knows_its_address_says_it(tmp_path):
    (tmp_path / "index.md").write_text("# 题 <b>\n\n第一段，“引”&lt;。\n", "utf-8")
    (tmp_path / "words.yml").write_text("en: {}\n", "utf-8")
    (tmp_path / "conf.py").write_text(
        "extensions = ['myst_nb', 'shanhai.book.html.theme', 'shanhai.book.pdf.beside',"
        " 'shanhai.book.html.metadata']\nnb_execution_mode = 'off'\n"
        "shanhai_words = 'words.yml'\nhtml_theme = 'furo'\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", tmp_path, tmp_path / "out"],
        env={**os.environ, "SHANHAI_BASEURL": "https://book.test/a&b"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    tree = ElementTree.parse(tmp_path / "out" / "sitemap.xml")
    assert [e.text for e in tree.iter() if e.tag.endswith("loc")] == [
        "https://book.test/a&b/index.html"
    ]
    soup = BeautifulSoup((tmp_path / "out" / "index.html").read_text("utf-8"), "html.parser")
    assert soup.find("link", rel="canonical")["href"] == "https://book.test/a&b/index.html"
    assert soup.find("meta", property="og:url")["content"] == "https://book.test/a&b/index.html"
    assert soup.find("meta", property="og:title")["content"] == "题 <b>"


def test_every_colour_of_every_chart_has_a_partner_in_the_dark(real_book):
    known = {light for light, _ in design.pairs()} | {"none", "transparent"}
    found = Counter()
    for path in real_book.rglob("*.html"):
        for picture in re.findall(r"<svg .*?</svg>", path.read_text("utf-8"), re.S):
            if 'role="img"' in picture:
                found.update(re.findall(r'(?:fill|stroke)="([^"]+)"', picture))
    assert len(found) > 10
    assert {
        color for color in found if color not in known and not color.startswith("url(")
    } == set()
