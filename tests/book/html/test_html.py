"""The pages as HTML: what a parser, a checker and a reader's slow line make of them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, expect
from test_pages import CHAPTER, names
from tinyhtml5.parser import HTMLParser

VNU = shutil.which("vnu")


def faults(text: str) -> list[str]:
    """Return what a browser would silently repair, each with its line."""
    parser = HTMLParser()
    parser.parse(text)
    return [f"line {line}: {code} {about}" for (line, _), code, about in parser.errors]


def test_no_page_has_to_be_repaired(real_book):
    found = {name: faults((real_book / name).read_text("utf-8")) for name in names(real_book)}
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        ("</figure>", ""),
        ("</figcaption>", "</figcaption></p>"),
        ("<table", '<table class="a" class="b"'),
        ("<tbody>", "<tbody><p></p>"),
        ("</p>", "&nothing;</p>"),
    ],
)
def test_a_repair_is_seen(real_book, whole, broken):
    text = (real_book / CHAPTER).read_text("utf-8")
    assert whole in text
    assert faults(text.replace(whole, broken, 1))


@pytest.mark.skipif(not VNU, reason="needs vnu, the W3C's HTML checker, on the PATH")
def test_the_checker_of_the_w3c_finds_no_error(real_book):
    done = subprocess.run(
        [VNU, "--errors-only", *names(real_book)],
        cwd=real_book,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_says_once_what_is_said_once(real_book):
    for name in names(real_book):
        soup = BeautifulSoup((real_book / name).read_text("utf-8"), "html.parser")
        for selector in ("h1", "title", 'meta[name="viewport"]', 'meta[name="description"]'):
            assert len(soup.select(selector)) == 1, f"{name}: {selector}"
        assert all(tag.text for tag in soup.select("h1, h2, h3, title")), name
        assert soup.find("meta", attrs={"name": "description"})["content"], name
        assert soup.html["lang"] == "zh-CN", name


def test_a_chart_is_shown_before_any_script_is_there(served, browser: Browser):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*.js*", lambda route: None)  # no answer, ever
    page.goto(f"{served}/{CHAPTER}", wait_until="commit")
    expect(page.locator("figure.chart svg:visible").first).to_be_visible()
    context.close()
