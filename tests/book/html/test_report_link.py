"""Every page of the HTML book offers the report, and the file is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from test_report import ROOT, build, copy_book


def pages_of(book):
    command = [sys.executable, "-m", "sphinx", "-W", "-E", "-b", "html"]
    command += ["-D", "html_theme=furo"]
    command += ["-D", "extensions=myst_nb,shanhai.book.html.theme,shanhai.book.pdf.beside"]
    command += ["-d", book / "_build/trees", book, book / "_build/html"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    env.pop("SOURCE_DATE_EPOCH", None)
    return subprocess.run(
        command, cwd=book, env=env, text=True, encoding="utf-8", capture_output=True
    )


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    book = copy_book(tmp_path_factory.mktemp("download"))
    done = pages_of(book)
    assert done.returncode == 0, done.stderr
    return book


def test_every_page_links_to_the_report(book):
    html = book / "_build/html"
    pages = [page for page in html.rglob("*.html") if "_static" not in page.parts]
    assert len(pages) > 4
    assert len({page.parent for page in pages}) > 1
    for page in pages:
        tags = re.findall(r"<a [^>]*\bdownload-report\b[^>]*>", page.read_text("utf-8"))
        links = [re.search(r'href="([^"]+)"', tag)[1] for tag in tags]
        assert len(links) == 1, page
        assert ":" not in links[0] and not links[0].startswith("/")
        assert (page.parent / links[0]).resolve() == (html / "liuhe.pdf").resolve()


def test_the_report_is_the_one_its_own_builder_makes(book):
    assert build(book, SOURCE_DATE_EPOCH="").returncode == 0
    ours = (book / "_build/html/liuhe.pdf").read_bytes()
    assert ours.startswith(b"%PDF-")
    assert ours == (book / "_build/liuhe.pdf").read_bytes()


def test_the_words_of_the_link_are_those_of_the_book(book):
    assert 'title="下载 PDF 报告"' in (book / "_build/html/index.html").read_text("utf-8")


def test_a_report_that_cannot_be_made_is_told_and_not_offered(tmp_path):
    book = copy_book(tmp_path)
    page = book / "chapters/two.md"
    page.write_text(page.read_text("utf-8").replace(":alt: 同一张图\n", ""), "utf-8")
    done = pages_of(book)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^no report: chapters/two.md:\d+: .* alt text", done.stdout, re.M)
    pages = [page for page in (book / "_build/html").rglob("*.html") if "_static" not in page.parts]
    assert pages and not list((book / "_build/html").rglob("*.pdf"))
    assert not [page for page in pages if "download-report" in page.read_text("utf-8")]


def test_a_book_without_a_report_has_no_link(tmp_path):
    book = copy_book(tmp_path)
    conf = book / "conf.py"
    conf.write_text(conf.read_text("utf-8") + "\nshanhai_report = {}\n", "utf-8")
    assert pages_of(book).returncode == 0
    assert not list((book / "_build/html").rglob("*.pdf"))
    assert "download-report" not in (book / "_build/html/index.html").read_text("utf-8")
