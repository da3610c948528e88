"""The pages of a book in a folder of their own, made again in place when something was saved.

The same build as ever, in a process that stays: what it imports is imported once. It writes no report, no
data to take away and no record, puts nothing in place, and leaves no mark by which its pages could be taken
for a finished book.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shanhai.build.run import BUILDERS, Build, BuildError
from shanhai.build.toc import faults
from shanhai.build.watched import WRITTEN

if TYPE_CHECKING:
    from shanhai.build.pages import Follow

FOLDER = Path("_build", "serve")
"""Where a preview is made, within a book."""


@dataclass(frozen=True)
class Preview(Build):
    """The pages of one book, while it is served."""

    outputs: tuple[str, ...] = ("html",)
    follow: Follow = lambda pages, write: None
    """Is told which pages will be written, and may have some written first."""
    seen: list[str] = field(default_factory=list)
    """What was built last."""

    @property
    def out(self) -> Path:
        """Where everything is made."""
        return self.root / FOLDER

    @property
    def pages(self) -> Path:
        """Where the pages are."""
        return self.work / BUILDERS["html"]

    def overrides(self) -> dict[str, Any]:
        """Return the settings of a preview."""
        return {**super().overrides(), "shanhai_preview": self.follow}

    def _run(self) -> None:
        settings = self._settings()
        made_from = self._inputs(settings)
        if self.seen == [made_from]:
            return
        self.seen[:] = [made_from]
        if found := faults(self.root):
            raise BuildError("\n".join(found))
        self.check()
        unfinished = self._begin_work()
        try:
            self._sphinx("html")
        except BuildError:
            self._forget()
            unfinished.unlink()
            raise
        unfinished.unlink()

    def _forget(self) -> None:
        """Let pages with faults be read and written again: who is not told again takes them for mended."""
        trees = self.work / "doctrees"
        path = trees / WRITTEN
        try:
            known = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return
        for page in known["read"]:
            (trees / f"{page}.doctree").unlink(missing_ok=True)
        for page in known["written"]:
            known["pages"].pop(page, None)
        path.write_text(json.dumps(known), "utf-8")
