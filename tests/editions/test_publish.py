"""A book in two languages: catalogues, trees, pages side by side, in real builds and a real browser."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from conftest import ROOT

ENGLISH = {
    "双河镇": "Two Rivers",
    "测试": "Test",
    "修渠 {claim}`canal`，平均每公里 {derived}`notebooks/one#per-km`。": (
        "A canal of {claim}`canal`, at {derived}`notebooks/one#per-km` a kilometre."
    ),
    "渠": "Canal",
    "花了 {claim}`cost`，每公里 {glue:text}`per-km`。": (
        "It cost {claim}`cost`, {glue:text}`per-km` a kilometre."
    ),
    "项": "item",
    "项:N": "item:N",
    "公里:Q": "km:Q",
    "公里": "km",
    "修了 {book.claim('canal').token}": "Dug: {book.claim('canal').token}",
    "一条横条。": "One bar.",
    "树": "Trees",
    "种了 {claim}`trees`，两年 {glue:text}`trees`。": (
        "It’s {claim}`trees` planted, {glue:text}`trees` in two years."
    ),
    "两年": "two years",
    "证据": "Evidence",
    "推算": "Derivations",
}


def run(book: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shanhai", *arguments, str(book)]
    return subprocess.run(command, cwd=ROOT, text=True, encoding="utf-8", capture_output=True)


def translate(book: Path, english: dict[str, str]) -> None:
    """Fill the catalogues, as a translator does with an editor."""
    for path in (book / "locale" / "en").rglob("*.po"):
        text = path.read_text("utf-8")
        for source, translation in english.items():
            old = f'msgid "{source}"\nmsgstr ""\n'
            text = text.replace(old, old.replace('""', f'"{translation}"'))
        path.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The tests' second book, published in English too."""
    book = tmp_path_factory.mktemp("editions") / "双河 book"
    shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", book)
    begun = run(book, "translate", "en", "--book")
    assert begun.returncode == 1
    assert re.search(r"en: \d+ missing, 0 changed, 0 wrong, 0 unused\n\Z", begun.stdout)
    settings = book / "_config.yml"
    text = settings.read_text("utf-8")
    settings.write_text(
        f"{text}    shanhai_languages: [en]\n    html_baseurl: https://example.org/b/\n", "utf-8"
    )
    incomplete = run(book, "build", "--html")
    assert incomplete.returncode == 1 and not (book / "_build" / "html").exists()
    assert "index.md:1: “双河镇” is not translated; see locale/en/index.po:" in incomplete.stderr
    translate(book, ENGLISH)
    assert (
        run(book, "translate", "--check", "en", "--book").stdout
        == "en: 0 missing, 0 changed, 0 wrong, 0 unused\n"
    )
    done = run(book, "build")
    assert done.returncode == 0, done.stdout + done.stderr
    return book


def test_both_editions_stand_and_lead_to_one_another(book, browser):
    pages = book / "_build" / "html"
    for name in ("双河镇.pdf", "shanhai.pdf", "shanhai-en.pdf"):
        assert (book / "_build" / "pdf" / name).is_file() == (name != "双河镇.pdf")
    page = browser.new_page()
    page.goto((pages / "notebooks" / "one.html").as_uri() + "#fig-canal")
    page.get_by_role("link", name="English").click()
    assert page.url == (pages / "en" / "notebooks" / "one.html").as_uri() + "#fig-canal"
    assert page.evaluate("document.documentElement.lang") == "en"
    text = page.locator("article").inner_text()
    assert "It cost" in text and "Dug: 12" in text
    page.get_by_role("link", name="中文").click()
    assert page.url.endswith("/html/notebooks/one.html#fig-canal")
    page.close()
    for folder in ("", "en/"):
        html = (pages / folder / "notebooks" / "one.html").read_text("utf-8")
        for tag, place in (("zh-CN", ""), ("en", "en/")):
            address = f"https://example.org/b/{place}notebooks/one.html"
            assert f'hreflang="{tag}" href="{address}"' in html
            assert (
                f'hreflang="{tag}" href="{address}"' in (pages / folder / "sitemap.xml").read_text()
            )
        assert (
            f'<link rel="canonical" href="https://example.org/b/{folder}notebooks/one.html"' in html
        )


def test_english_is_searched_by_the_starts_of_words(book, browser):
    page = browser.new_page()
    page.goto((book / "_build" / "html" / "en" / "search.html").as_uri())
    field = page.locator(".search-page input")
    for query, found in (
        ("PLANT", True),
        ("lanted", False),
        ("two  years", True),
        ("ilometre", False),
        ("It's", True),
    ):
        field.fill(query)
        assert (page.locator("ul.search > li").count() > 0) == found, query
    page.close()


def test_nothing_is_built_again_but_what_has_changed(book):
    said = run(book, "build")
    assert said.returncode == 0
    assert said.stdout.count("nothing has changed since the last build") == 2
    # A word of one edition executes nothing in either.
    page = book / "notebooks" / "two.md"
    page.write_text(page.read_text("utf-8").replace("种了", "栽了"), "utf-8")
    stale = run(book, "build")
    assert stale.returncode == 1
    assert re.search(
        r"notebooks/two.md:9: “栽了 .*…” has changed; locale/en/notebooks/two.po:\d+ is stale",
        stale.stderr,
    )
    assert run(book, "translate", "--book").returncode == 1
    changed = run(book, "build")
    assert re.search(
        r"has changed; mend its translation at locale/en/notebooks/two.po:\d+", changed.stderr
    )
    catalogue = book / "locale" / "en" / "notebooks" / "two.po"
    catalogue.write_text(catalogue.read_text("utf-8").replace("#, fuzzy\n", ""), "utf-8")
    said = run(book, "build", "--html")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "two.md" not in said.stdout and "栽了" in (
        book / "_build" / "html" / "notebooks" / "two.html"
    ).read_text("utf-8")
    # What is wrong is named where it stands, and an edition alone can be asked for.
    text = catalogue.read_text("utf-8")
    catalogue.write_text(text.replace("`trees` planted", "`canal` planted"), "utf-8")
    wrong = run(book, "build", "--html", "--edition", "en")
    assert wrong.returncode == 1
    assert re.search(
        r"locale/en/notebooks/two.po:\d+: roles differ: the translation lacks", wrong.stderr
    )
    assert run(book, "build", "--html", "--edition", "zh").returncode == 0
    catalogue.write_text(text.replace("planted", "set"), "utf-8")
    assert run(book, "build", "--html", "--edition", "en").returncode == 0
    assert " set, " in (book / "_build" / "html" / "en" / "notebooks" / "two.html").read_text(
        "utf-8"
    )
    unknown = run(book, "build", "--edition", "fr")
    assert unknown.returncode == 1 and "no edition 'fr': there are zh, en" in unknown.stderr
    claims = book / "data" / "claims.csv"
    kept = claims.read_text("utf-8")
    claims.write_text(kept.replace(",12,1,", ",13,1,", 1), "utf-8")
    fault = run(book, "build")
    claims.write_text(kept, "utf-8")
    assert fault.returncode == 1 and f"{claims}:2: " in fault.stderr and "tree" not in fault.stderr


def test_an_edition_is_served_as_its_catalogue_is_saved(book):
    command = [sys.executable, "-u", "-m", "shanhai", "serve", "--port", str(free())]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, "--edition", "en", str(book)],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
    ) as server:

        def until(words: str) -> str:
            return next(line for line in server.stdout if words in line)

        try:
            address = until("http://").split()[0]
            until("made in")
            catalogue = book / "locale" / "en" / "notebooks" / "two.po"
            text = catalogue.read_text("utf-8")
            catalogue.write_text(text.replace('msgstr "Trees"', 'msgstr "Poplars"'), "utf-8")
            until("made in")
            with urllib.request.urlopen(f"{address}notebooks/two.html") as page:
                assert "<h1>Poplars" in page.read().decode()
            catalogue.write_text(text.replace('msgstr "Trees"', 'msgstr ""'), "utf-8")
            until("made in")
            with urllib.request.urlopen(f"{address}notebooks/two.html") as page:
                assert re.search("<h1>.*树", page.read().decode())
        finally:
            server.terminate()
    catalogue.write_text(text, "utf-8")


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
