"""A drafted book builds: pages and report, proposals apart from what a person has judged."""

from __future__ import annotations

import re
import subprocess
import sys

from articles import known
from click.testing import CliRunner

from shanhai.cli import main


def test_a_drafted_book_builds_with_proposals_apart(tmp_path):
    article, book = tmp_path / "article.txt", tmp_path / "a book 书"
    article.write_text(known("work").text, encoding="utf-8")
    assert CliRunner().invoke(main, ["new", str(book), str(article)]).exit_code == 0
    data = ["--data", str(book / "data")]
    assert CliRunner().invoke(main, ["accept", "proposal-1", *data]).exit_code == 0
    assert CliRunner().invoke(main, ["decline", "proposal-2", *data]).exit_code == 0
    command = [sys.executable, "-m", "shanhai", "build", str(book)]
    done = subprocess.run(command, text=True, encoding="utf-8", capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    audit = (book / "_build" / "html" / "notebooks" / "audit.html").read_text("utf-8")
    judged, _, proposed = audit.partition("还没有人判断的关系</h2>")
    if not proposed:
        judged, _, proposed = audit.partition("还没有人判断的关系<a")
    assert re.findall(r'id="identity-(proposal-\d+)"', judged) == ["proposal-1"]
    shown = re.findall(r'id="identity-(proposal-\d+)"', proposed)
    assert "proposal-3" in shown
    assert not {"proposal-1", "proposal-2"} & set(shown)
    assert '<span class="pre">proposal-3</span>' in proposed
    assert "草稿：" in (book / "_build" / "html" / "book" / "evidence.html").read_text("utf-8")
    assert (book / "_build" / "pdf" / "shanhai.pdf").stat().st_size > 20_000
