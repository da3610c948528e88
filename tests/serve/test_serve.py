"""A second, made-up book is served for real, edited, and looked at in a browser."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from shanhai.serve.site import Site

ROOT = Path(__file__).parents[2]

pytest.importorskip("watchfiles")


class Served:
    """A server of a book; what it says is read line by line."""

    def __init__(self, book, *options):
        self.book = book
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "shanhai", "serve", *options, str(book)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def until(self, text):
        """Read what it says until a line holds ``text``; return that."""
        said = []
        for line in self.process.stdout:
            said.append(line)
            if text in line:
                return line
        raise AssertionError("".join(said))

    def end(self, how=signal.SIGINT):
        """End it; return its exit code and the last that it said."""
        self.process.send_signal(how)
        said = self.process.stdout.read()
        return self.process.wait(), said


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    copy = tmp_path_factory.mktemp("served 书") / "book"
    return Path(shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", copy))


@pytest.fixture(scope="module")
def served(book):
    server = Served(book, "--port", str(free()))
    server.address = server.until("http://").split()[0]
    server.until("made in")
    yield server
    if server.process.poll() is None:
        server.end()


def free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_what_is_saved_is_seen_where_the_reader_was(served, browser):
    page = browser.new_page(viewport={"width": 700, "height": 200})
    page.goto(served.address)
    page.evaluate("scrollTo(0, 150)")
    before = page.evaluate("scrollY")
    source = served.book / "index.md"
    # As JupyterLab and editors save: beside the file, then in its place.
    fresh = source.with_name(".~index.md")
    fresh.write_text(source.read_text("utf-8") + "\n又添一句。\n", "utf-8")
    os.replace(fresh, source)
    page.get_by_text("又添一句").wait_for(state="attached", timeout=120_000)
    page.wait_for_function(f"Math.abs(scrollY - {before}) < 3")
    page.close()


def test_a_fault_is_shown_over_the_last_good_page_and_goes_when_it_is_mended(served, browser):
    page = browser.new_page()
    page.goto(served.address)
    source = served.book / "index.md"
    good = source.read_text("utf-8")
    source.write_text(f"{good}\n{{claim}}`nothing`\n", "utf-8")
    fault = page.locator("#preview-fault")
    fault.wait_for(timeout=120_000)
    assert "index.md:" in fault.inner_text() and "unknown claim 'nothing'" in fault.inner_text()
    assert page.get_by_role("heading", level=1).inner_text().startswith("双河镇")
    # Another save does not make it seem mended.
    (served.book / "book" / "evidence.md").open("a", encoding="utf-8").write("\n另一句。\n")
    served.until("unknown claim")
    served.until("unknown claim")
    assert fault.is_visible()
    source.write_text(good, "utf-8")
    fault.wait_for(state="detached", timeout=120_000)
    page.close()


def test_a_claim_that_is_saved_is_seen_in_a_chart(served, browser):
    page = browser.new_page()
    page.goto(f"{served.address}notebooks/one.html")
    claims = served.book / "data" / "claims.csv"
    good = claims.read_text("utf-8")
    assert page.get_by_text("修了 12").count()
    claims.write_text(good.replace("12公里,12,", "14公里,14,"), "utf-8")
    page.get_by_text("修了 14").first.wait_for(state="attached", timeout=120_000)
    page.close()
    claims.write_text(good, "utf-8")


def test_a_word_of_an_earlier_make_is_not_kept(served, browser):
    # In one process Sphinx puts each make's words behind those before, and looks through all of them.
    page = browser.new_page()
    page.goto(f"{served.address}genindex.html")
    words = served.book / "book" / "words.yml"
    words.write_text("zh: {theme: {Index: 词语索引}}\n", "utf-8")
    page.wait_for_function("document.title.startsWith('词语索引')", timeout=120_000)
    words.unlink()
    page.wait_for_function("!document.title.startsWith('词语索引')", timeout=120_000)
    page.close()


def test_of_many_pages_those_that_are_open_are_written_first(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.html").touch()
    site, written = Site(tmp_path, tmp_path, free()), []
    with contextlib.closing(site.socket):
        site.open.append("/b.html")
        site.first({"a", "b", "c"}, written.extend)
        site.first({"a", "b"}, written.extend)
    assert written == ["b"] and site.turn == 1


def test_it_answers_this_machine_alone_and_leaves_no_finished_book(served):
    port = int(served.address.rsplit(":", 1)[1].strip("/"))
    request = urllib.request.Request(served.address, headers={"Host": f"example.org:{port}"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)
    assert {each.laddr.ip for each in psutil.Process(served.process.pid).net_connections()} <= {
        "127.0.0.1"
    }
    for path in ("..%2f..%2f..%2f_config.yml", "../../../_config.yml"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(served.address + path)
    built = served.book / "_build"
    assert not any(
        (built / name).exists() for name in ("html", "pdf", ".stamp.json", "derived.json")
    )


def test_a_port_that_is_taken_and_a_second_server_are_refused_in_a_sentence(served, tmp_path):
    port = served.address.rsplit(":", 1)[1].strip("/")
    again = Served(served.book, "--port", str(free()))
    assert "served already" in again.until("Error:") and again.process.wait() == 1
    other = shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", tmp_path / "other")
    taken = Served(other, "--port", port)
    assert f"port {port} is taken" in taken.until("Error:") and taken.process.wait() == 1


def test_it_ends_in_good_order_and_leaves_no_process(served):
    children = psutil.Process(served.process.pid).children(recursive=True)
    assert children
    code, said = served.end()
    assert code == 0 and "Traceback" not in said, said
    assert psutil.wait_procs(children, timeout=20)[1] == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_killed_it_leaves_no_process_and_the_next_one_serves(book):
    server = Served(book, "--port", str(free()))
    server.until("made in")
    children = psutil.Process(server.process.pid).children(recursive=True)
    assert children
    server.end(signal.SIGKILL)
    assert psutil.wait_procs(children, timeout=20)[1] == []
    again = Served(book, "--port", str(free()))
    again.until("made in")
    assert again.end()[0] == 0
