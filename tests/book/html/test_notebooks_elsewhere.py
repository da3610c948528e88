"""Notebooks that a reader takes away run where there is no checkout, and give the book's figures."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import nbformat
import pytest
from myst_nb.ext.glue import GLUE_PREFIX
from nbclient import NotebookClient

import shanhai
from shanhai.book.html.notebooks import wheel
from shanhai.charts.mime import LAB_MIME

RERUN = ["01-lead", "09-audit"]


@pytest.fixture(scope="module")
def unpacked(real_book: Path, tmp_path_factory) -> Path:
    """What the archive holds, and its wheel installed beside, as pip would."""
    folder = tmp_path_factory.mktemp("elsewhere 别处")
    (archive,) = real_book.glob("*-notebooks.zip")
    with zipfile.ZipFile(archive) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        file.extractall(folder)
    (home,) = folder.iterdir()
    (made,) = home.glob("*.whl")
    assert made.read_bytes() == wheel()[1]
    zipfile.ZipFile(made).extractall(folder / "lib")
    return home


def figures(notebook: nbformat.NotebookNode) -> list:
    """Return what cells have glued, and the charts as any Jupyter shows them, in order."""
    bundles = [
        output.data
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    kept = (f"{GLUE_PREFIX}text/plain", LAB_MIME)
    return [bundle[kind] for bundle in bundles for kind in kept if kind in bundle]


def test_the_archive_says_how_and_holds_all(unpacked, root):
    said = (unpacked / "README.txt").read_text("utf-8")
    (made,) = unpacked.glob("*.whl")
    assert f"pip install {made.name} jupyterlab" in said
    assert {path.stem for path in (unpacked / "notebooks").iterdir()} == {
        path.stem for path in (root / "notebooks").glob("*.md")
    }
    first = nbformat.read(unpacked / "notebooks/01-lead.ipynb", as_version=4).cells[0]
    assert "-notebooks.zip" in first.source and "README.txt" in first.source


@pytest.mark.parametrize("name", RERUN)
def test_it_gives_the_figures_of_the_book(unpacked, name):
    path = unpacked / "notebooks" / f"{name}.ipynb"
    kept = nbformat.read(path, as_version=4)
    again = nbformat.read(path, as_version=4)
    for cell in again.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    again.cells.append(nbformat.v4.new_code_cell("import shanhai; print(shanhai.__file__)"))
    own = {key: value for key, value in os.environ.items() if not key.startswith("SHANHAI")}
    client = NotebookClient(again, timeout=300, resources={"metadata": {"path": str(path.parent)}})
    client.execute(env={**own, "PYTHONPATH": str(unpacked.parent / "lib")})
    where = again.cells[-1].outputs[0].text
    assert str(unpacked.parent) in where and str(Path(shanhai.__file__).parent) not in where
    assert len(figures(kept)) > 5
    assert figures(again) == figures(kept)
