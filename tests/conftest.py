"""Fixtures that several test modules share."""

from __future__ import annotations

import csv
import functools
import http.server
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from shanhai.build.lock import locked
from shanhai.evidence.ledger import Ledger

# What a shell starts in the background ignores Ctrl-C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (the property ``said``), whichever process they ran in."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "said":
                terminalreporter.write_line(text)


#: Modules that take longest: were they begun last, one core would wait for them.
LONGEST = ("test_publish", "test_make", "test_english")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take longest."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


# Time says nothing of the code on a machine that does other work too.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the real data that a test may damage."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


@pytest.fixture(scope="session")
def article() -> Path:
    """A copy of the article, where the reader of the tests has one."""
    path = os.environ.get("ARTICLE")
    if not path:
        pytest.skip(
            "ARTICLE is not set: it names a copy of the article, which the repository lacks"
        )
    return Path(path)


@pytest.fixture(scope="session")
def made_up_text() -> str:
    """An article made up of the real ledger's tokens, each in its place, between other characters."""
    ledger = Ledger.load(ROOT / "data")
    text = ["文"] * ledger.edition["characters"]
    for row in [*ledger.claims.values(), *ledger.non_claims]:
        text[row.offset : row.end] = row.token
    return "".join(text)


class Table:
    """A CSV file of a data package, to be read and rewritten by tests."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open(encoding="utf-8", newline="") as file:
            self.header, *self.rows = list(csv.reader(file))

    def row(self, key: str) -> list[str]:
        """Return the row whose first cell is ``key``."""
        return next(row for row in self.rows if row[0] == key)

    def set(self, key: str, column: str, text: str) -> int:
        """Change one cell; return the line it stands in."""
        row = self.row(key)
        row[self.header.index(column)] = text
        self.save()
        return self.rows.index(row) + 2

    def save(self) -> None:
        """Write the table as the project writes its own."""
        with self.path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([self.header, *self.rows])


@pytest.fixture
def table(data: Path):
    """Open a table of the copied data by name."""
    return lambda name: Table(data / f"{name}.csv")


def build_copy(folder: Path, *options: str) -> None:
    """Build a copy of this book; notebooks executed before are not executed again."""
    for name in ("book", "data", "locale", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in (
        "_config.yml",
        "_toc.yml",
        "index.md",
        "requirements.txt",
        "CITATION.cff",
        "LICENSE",
    ):
        shutil.copy(ROOT / name, folder)
    for tree in (Path(), Path("_build", "tree", "en")):
        cache = ROOT / tree / "_build" / ".jupyter_cache"
        if cache.is_dir():
            shutil.copytree(cache, folder / tree / "_build" / ".jupyter_cache")
    command = [sys.executable, "-m", "shanhai", "build", *options, str(folder)]
    done = subprocess.run(command, cwd=ROOT, text=True, encoding="utf-8", capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def built_once(factory: pytest.TempPathFactory, name: str, *options: str) -> Path:
    """Build a copy of this book where it is asked for first; all processes of tests read it."""
    above = factory.getbasetemp()
    folder = (above.parent if "PYTEST_XDIST_WORKER" in os.environ else above) / name
    with locked(folder.with_name(f"{name}.lock"), lambda: None):
        if not folder.exists():
            build_copy(folder, *options)
    assert (folder / "_build" / "html").is_dir(), "another process of tests could not build it"
    return folder / "_build"


@pytest.fixture(scope="session")
def real_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTML of this book in its own language."""
    return built_once(tmp_path_factory, "real book 书", "--html", "--edition", "zh") / "html"


@pytest.fixture(scope="session")
def english_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The English edition: the folder that has ``html/en`` and ``pdf``."""
    return built_once(tmp_path_factory, "english book", "--edition", "en")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium: the system's, or the one that Playwright brought."""
    sync_api = pytest.importorskip("playwright.sync_api")
    program = os.environ.get("SHANHAI_CHROMIUM") or shutil.which("chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served(real_book: Path) -> Iterator[str]:
    """The address of a server of the real book, under the policy that the README gives."""
    handler = functools.partial(_Quiet, directory=real_book)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", stated_policy())
        super().end_headers()

    def log_message(self, *args: object) -> None:
        pass


@functools.cache
def stated_policy() -> str:
    """Return the Content-Security-Policy that the README gives."""
    readme = (ROOT / "README.md").read_text("utf-8")
    return re.search(r"^Content-Security-Policy: (.*)$", readme, re.M)[1]
