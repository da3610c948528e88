"""Another book, built by the wheel of the package: its charts, cards, search and report, in a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def second(tmp_path_factory) -> Path:
    """The pages of a book that has no static files of its own."""
    folder = tmp_path_factory.mktemp("second")
    book = folder / "双河 book"
    shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", book)
    assert not list(book.rglob("_static"))
    make = "import sys; from flit_core.buildapi import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", make, str(folder)], cwd=ROOT, check=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    # Of the checkout nothing is seen: what the wheel lacks is missing here.
    command = [sys.executable, "-m", "shanhai", "build", "--html", str(book)]
    environment = {**os.environ, "PYTHONPATH": str(folder / "site")}
    done = subprocess.run(
        command, cwd=folder, env=environment, text=True, encoding="utf-8", capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return book / "_build" / "html"


def test_a_second_book_shows_what_a_book_has(second, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(request.url))

    page.goto((second / "notebooks" / "one.html").as_uri())
    figure = page.locator("figure.chart")
    expect(figure.locator(".chart-wide > svg")).to_be_visible()
    assert figure.locator(".chart-narrow").is_hidden()  # charts.css is there
    figure.locator(".chart-wide").hover()
    page.locator("figure.chart .is-live").wait_for()

    page.locator("p .claim").first.hover()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert (
        page.get_by_role("tooltip").evaluate("card => getComputedStyle(card).position")
        == "absolute"
    )

    field = page.locator("input.sidebar-search")
    field.fill("花了")
    field.press("Enter")
    expect(page.locator("ul.search > li")).to_have_count(1)

    href = page.locator("a.download-report").get_attribute("href")
    assert (second / href).read_bytes().startswith(b"%PDF-")
    context.close()
    assert faults == []
