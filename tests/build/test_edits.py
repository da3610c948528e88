"""Random edits of the second book: each build gives what a build from nothing gives."""

import shutil
from pathlib import Path

from bench.edits import edits

ROOT = Path(__file__).parents[2]


def test_after_any_edit_a_build_gives_what_one_from_nothing_gives(tmp_path):
    book = Path(shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", tmp_path / "book"))
    said = []
    assert edits(book, 8, 2, said.append) == [], said
