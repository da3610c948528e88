"""What a reader takes away of the data: the data package as one file, its tables as another.

The role ``{data-package}`text` `` links to the package as a zip file, ``{data-workbook}`text` `` to its
tables as one Excel file. A CSV file that is offered begins with a byte order mark, without which Excel
takes it for another encoding. Files are the same bytes whenever they are made from the same.
"""

from __future__ import annotations

import codecs
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from shanhai.book import context
from shanhai.book.html.workbook import write_workbook
from shanhai.book.pages import kept
from shanhai.book.pages.derived import table as derived_table
from shanhai.evidence.files import read_json
from shanhai.evidence.ledger import DESCRIPTION, Ledger
from shanhai.evidence.reads import ALL, read

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can hold."""


def package(folder: Path) -> dict[str, Any]:
    """Return the description of the data package in ``folder``."""
    read(DESCRIPTION, ALL)
    return read_json(folder / DESCRIPTION)


def contents(folder: Path, derived: str = "") -> dict[str, bytes]:
    """Return the files of the package in ``folder`` by name, its description and its licence among them.

    ``derived`` is the table of derived figures, which the build adds to the tables on the disk.
    """
    described = package(folder)
    named = [folder / resource["path"] for resource in described["resources"]]
    files = [folder / DESCRIPTION, *sorted(folder.glob("LICENSE*")), *named]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    if derived:
        described["resources"].append(derived_table.resource())
        text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
        found |= {DESCRIPTION: text.encode(), derived_table.NAME: derived.encode()}
    return {name: _marked(name, content) for name, content in found.items()}


def write_package(folder: Path, target: Path, derived: str = "") -> None:
    """Write the package in ``folder`` (see `contents`) as a zip file."""
    target.write_bytes(zipped(contents(folder, derived)))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip file of ``files``: the same bytes whenever, and on whatever system, it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content, compresslevel=9)
    return made.getvalue()


def offered(path: Path) -> bytes:
    """Return a file's bytes as they are offered: a table in CSV begins with a byte order mark."""
    return _marked(path.name, path.read_bytes())


def _marked(name: str, content: bytes) -> bytes:
    marked = not name.endswith(".csv") or content.startswith(codecs.BOM_UTF8)
    return content if marked else codecs.BOM_UTF8 + content


class PackageRole(SphinxRole):
    """A link to the data package, as a file of one kind, in HTML; elsewhere its text."""

    def __init__(self, suffix: str) -> None:
        super().__init__()
        self.suffix = suffix

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, and note that this page describes the data."""
        name = package(context.directory(self.env))["name"]
        self.env.metadata[self.env.docname]["shanhai_data_page"] = True
        return _download(self.env, self.text, f"{name}{self.suffix}"), []


class DerivedTableRole(SphinxRole):
    """A link to the table of derived figures in HTML; elsewhere its text."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        return _download(self.env, self.text, derived_table.NAME), []


def _download(env: BuildEnvironment, text: str, file: str) -> list[nodes.Node]:
    """Return a link to a file at the root of the pages, in HTML; elsewhere its text."""
    root = "../" * env.docname.count("/")
    link = nodes.reference("", text, refuri=f"{root}{file}", internal=True)
    link["classes"] += ["download"]
    html, other = addnodes.only(expr="html"), addnodes.only(expr="not html")
    html += link
    other += nodes.Text(text)
    return [html, other]


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html" or app.config.shanhai_preview:
        return
    folder, out = context.directory(app.env), Path(app.outdir)
    derived = derived_table.table(app.env)
    (out / derived_table.NAME).write_bytes(_marked(derived_table.NAME, derived.encode()))
    if any("shanhai_data_page" in meta for meta in app.env.metadata.values()):
        name, language = package(folder)["name"], context.language(app.env)
        made_of = kept.digest(contents(folder, derived))

        def workbook(path: Path) -> None:
            write_workbook(Ledger.load(folder), path, language)

        kept.make(
            app, out / f"{name}.zip", made_of, lambda path: write_package(folder, path, derived)
        )
        kept.make(app, out / f"{name}.xlsx", made_of, workbook)
    for path in (out / "_downloads").rglob("*.csv"):
        path.write_bytes(offered(path))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role; write the files when the pages are there."""
    app.add_role("data-package", PackageRole(".zip"))
    app.add_role("derived-table", DerivedTableRole())
    app.add_role("data-workbook", PackageRole(".xlsx"))
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
