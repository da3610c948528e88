"""A starter chapter is a notebook that builds as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def shanhai(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "shanhai", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
        encoding="utf-8",
        capture_output=True,
        check=False,
    )


@pytest.fixture
def book(tmp_path):
    return Path(shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", tmp_path / "小书"))


def test_a_starter_chapter_builds(book):
    done = shanhai("chapter", "3-three", "--title", "第三章", cwd=book)
    assert done.returncode == 0, done.stderr
    assert "- file: notebooks/3-three" in done.stdout
    toc = book / "_toc.yml"
    toc.write_text(toc.read_text("utf-8").rstrip() + "\n  - file: notebooks/3-three\n", "utf-8")
    built = shanhai("build", "--html", ".", cwd=book)
    assert built.returncode == 0, built.stdout + built.stderr
    page = (book / "_build/html/notebooks/3-three.html").read_text("utf-8")
    assert 'id="fig-three-first"' in page and "第三章" in page


@pytest.mark.parametrize(
    ("name", "said"), [("Drei Ü", "a name is made of"), ("one", "is there already")]
)
def test_a_name_that_cannot_be_is_refused(book, name, said):
    before = (book / "notebooks/one.md").read_bytes()
    done = shanhai("chapter", name, cwd=book)
    assert done.returncode == 1
    assert said in done.stderr and "Traceback" not in done.stderr
    assert (book / "notebooks/one.md").read_bytes() == before
