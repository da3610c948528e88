"""Stock LaTeX builds the book. Slow and in need of a TeX Live, so that it runs only when asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from test_report import bookmarks

ROOT = Path(__file__).parent.parent
CHAPTERS = ("总账", "机制与结对", "资金与企业", "方法", "术语")

pytestmark = [
    pytest.mark.skipif(os.environ.get("LATEX") != "1", reason="slow: set LATEX=1 to run it"),
    pytest.mark.skipif(
        not (shutil.which("xelatex") and shutil.which("latexmk")),
        reason="needs xelatex and latexmk",
    ),
]


def test_the_book_builds_with_latex(tmp_path):
    book = tmp_path / "book"
    shutil.copytree(
        ROOT, book, ignore=shutil.ignore_patterns(".*", "_build", "tests", "__pycache__")
    )
    done = subprocess.run(
        [
            Path(sys.executable).with_name("jupyter-book"),
            "build",
            book,
            "--builder",
            "pdflatex",
            "-W",
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"PYTHONPATH": str(book)},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    log = (book / "_build/latex/shanhai.log").read_text("utf-8", "replace")
    assert "Missing character" not in log
    assert "Hyper reference" not in log
    with pikepdf.open(book / "_build/latex/shanhai.pdf") as pdf:
        titles = bookmarks(pdf)
        for chapter in CHAPTERS:
            assert any(title.endswith(chapter) for title in titles), chapter
        streams = [item for item in pdf.objects if isinstance(item, pikepdf.Stream)]
        assert not [item for item in streams if item.stream_dict.get("/Subtype") == "/Image"]
        fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        for font in (item for item in fonts if item.get("/Type") == "/FontDescriptor"):
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()), font.FontName
