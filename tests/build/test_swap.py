"""A folder takes the place of another in one step, or, where that cannot be, leaves it as it was."""

from __future__ import annotations

import pytest

from shanhai.build import swap as module
from shanhai.build.swap import exchange, restore


@pytest.fixture
def folders(tmp_path):
    """A folder that is to take the place of another; its name is not plain ASCII."""
    for name in ("新", "book"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page").write_text(name, "utf-8")
    return tmp_path / "新", tmp_path / "book"


def test_what_was_there_is_handed_back(folders):
    fresh, target = folders
    exchange(fresh, target)
    assert (target / "page").read_text("utf-8") == "新"
    assert (fresh / "page").read_text("utf-8") == "book"
    exchange(target, target.with_name("other"))  # where nothing is yet
    assert not target.exists()


def test_a_file_system_without_exchange_takes_two_steps(folders, monkeypatch):
    fresh, target = folders
    monkeypatch.setattr(module, "_swap", lambda *_: False)  # as on NFS, or Windows
    target.with_name("book.old").mkdir()  # left by a build that was killed
    exchange(fresh, target)
    assert (target / "page").read_text("utf-8") == "新"
    assert (fresh / "page").read_text("utf-8") == "book"
    assert sorted(path.name for path in target.parent.iterdir()) == ["book", "新"]


def test_what_cannot_be_put_in_place_leaves_the_last_book(folders):
    _, target = folders
    inner = target / "inner"
    inner.mkdir()
    # Linux refuses to exchange a folder and one within it, and the second way cannot do it either.
    with pytest.raises(OSError):
        exchange(inner, target)
    with pytest.raises(FileNotFoundError):
        exchange(target.with_name("nowhere"), target)
    assert (target / "page").read_text("utf-8") == "book"
    assert not target.with_name("book.old").exists()


def test_a_book_set_aside_by_a_killed_build_comes_back(folders):
    fresh, target = folders
    target.rename(target.with_name("book.old"))
    restore(target)
    assert (target / "page").read_text("utf-8") == "book"
    fresh.rename(target.with_name("book.old"))
    restore(target)  # a book that is there is not replaced
    assert (target / "page").read_text("utf-8") == "book"
