"""Build the book: check the data, execute the notebooks, write HTML and PDF, put them in place.

Everything is made in a work folder. The outputs take the place of the last ones only when all went well,
each in one step, so the last good book stays readable whatever happens. Sphinx runs through Jupyter Book's
own function and configuration, so the HTML is what ``jupyter-book build .`` gives.

Of an earlier build what was read is used again (``doctrees``), and of its pages those in which nothing has
changed (`shanhai.build.pages`). Where nothing at all has changed since the last good build, and its
outputs are as they were made, there is nothing to do.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from shanhai.book.pdf.settings import TARGET
from shanhai.build import toc
from shanhai.build.digests import (
    STAMP,
    contents,
    fingerprint,
    inputs,
    package,
    read_stamp,
    write_stamp,
)
from shanhai.build.kernels import drawing, forkserver, ready
from shanhai.build.lock import locked
from shanhai.build.said import Said
from shanhai.build.swap import exchange, restore
from shanhai.build.watched import (
    DEPENDS,
    PACKAGE,
    WRITTEN,
    UnreadableError,
    excluded,
    is_notebook,
    walk,
)
from shanhai.evidence.affects import PAGES_CITED, RECORD
from shanhai.evidence.checks.package import check
from shanhai.language import Language

#: Builders by output, with the folder each writes to in the work folder.
BUILDERS = {"html": "html", "pdf": "shanhai-report"}

_REMEDIES = {
    errno.EACCES: "cannot be written; make the folder writable for yourself",
    errno.EPERM: "cannot be written; make the folder writable for yourself",
    errno.EEXIST: "is a file where a folder is needed; move it away",
    errno.ENOTDIR: "is a file where a folder is needed; move it away",
    errno.EROFS: "is on a read-only disk; copy the folder to one that can be written",
    errno.ENOSPC: "the disk is full; free some space and build again",
    errno.EDQUOT: "your share of the disk is full; free some space and build again",
}


class BuildError(Exception):
    """The book cannot be built; the message says why, and nothing was put in place."""


class StoppedError(BuildError):
    """The build was broken off (Ctrl-C)."""


@dataclass(frozen=True)
class Build:
    """One build of the book in ``root``."""

    root: Path
    outputs: tuple[str, ...] = ("html", "pdf")
    jobs: int | None = None
    say: Callable[[str], None] = print
    beside: Mapping[str, Path] = field(default_factory=dict)
    """Pages of other editions, by the folder in which they stand below this one's."""
    others: Callable[[], None] = lambda: None
    """Waits until these are made."""

    @property
    def out(self) -> Path:
        """Where finished outputs stand."""
        return self.root / "_build"

    @property
    def work(self) -> Path:
        """Where they are made."""
        return self.out / "work"

    @property
    def logs(self) -> Path:
        """Where the whole of what the tools say is kept."""
        return self.out / "logs"

    def run(self) -> None:
        """Build and put in place.

        Raises:
            BuildError: something is wrong; the outputs of the last build are untouched.
        """
        for name in ("_config.yml", "_toc.yml"):
            if not (self.root / name).is_file():
                raise BuildError(f"{self.root / name}: no such file; run this in the book's folder")
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            with ready.released(), locked(self.out / ".lock", self._wait):
                self._run()
        except UnreadableError as error:
            raise BuildError(str(error)) from None
        except OSError as error:
            if error.errno not in _REMEDIES:
                raise
            where, remedy = Path(error.filename or self.out), _REMEDIES[error.errno]
            if where.is_file() and not os.access(where, os.R_OK):
                remedy = "cannot be read; make it readable for yourself"
            raise BuildError(f"{where}: {remedy}") from None
        except KeyboardInterrupt:
            raise StoppedError("stopped; the last good book is still in place") from None

    def _wait(self) -> None:
        self.say("another build is running in this folder; waiting for it to end")

    def _run(self) -> None:
        started = time.monotonic()
        restore(self.out / "html")
        settings = self._settings()
        made_from = self._inputs(settings)
        before = inputs(self.root, self._data(settings))
        stamp = read_stamp(self.root)
        if all(self._stands(stamp.get(output), made_from) for output in self.outputs):
            self.others()
            self.say("nothing has changed since the last build; the book is as it was")
            for output in self.outputs:
                self.say(f"      {self.root / stamp[output][0]}")
            return
        if self._executes(settings, stamp):
            # While Sphinx is imported one core has nothing to do.
            forkserver.begin()
            drawing.READY.begin()
        steps = len(self.outputs) + 2
        self.say(f"[1/{steps}] checking the data")
        if found := toc.faults(self.root):
            raise BuildError("\n".join([*found, "nothing was built"]))
        self.check()
        for name in toc.left_out(self.root):
            self.say(
                f"      note: {name} is in no chapter; name it in _toc.yml to have it in the book"
            )
        unfinished = self._begin_work()
        for number, output in enumerate(self.outputs, 2):
            self.say(f"[{number}/{steps}] making the {output.upper()}")
            pages = self._pages(stamp, made_from) if output == "pdf" else None
            if not (pages and self._take_report(pages, settings)):
                self._begin(output, stamp)
                self._sphinx(output)
        self.others()
        self.say(f"[{steps}/{steps}] putting it in place")
        targets = [self._place(output) for output in self.outputs]
        for name in (RECORD, PAGES_CITED):
            if (self.work / name).is_file():
                shutil.copy2(self.work / name, self.out)
        unfinished.unlink()
        made_from = self._inputs(settings)
        for output, target in zip(self.outputs, targets, strict=True):
            name = target.relative_to(self.root).as_posix()
            stamp[output] = [name, made_from, self._contents(target)]
        # What was changed while it was read counts for the next build; pictures that pages took in are made.
        if inputs(self.root, self._data(settings)) == before:
            write_stamp(self.root, stamp)
        self.say(f"done in {time.monotonic() - started:.1f} s")
        for target in targets:
            self.say(f"      {target}")

    def _executes(self, settings: dict, stamp: dict[str, list[str]]) -> bool:
        """Return whether notebooks are likely to be executed; a wrong guess costs time alone."""
        if not stamp:
            return True
        last = (self.root / STAMP).stat().st_mtime
        notebooks = filter(is_notebook, walk(self.root, excluded(self.root)))
        seen = (*notebooks, *walk(self.root / self._data(settings)), *walk(PACKAGE))
        return any(path.stat().st_mtime > last for path in seen)

    def _begin_work(self) -> Path:
        """Make the work folder; return the mark in it, which goes when all has come to its end.

        What a build has read counts only then: one that failed would not be warned again of pages it need
        not read again, one that was killed may have left half a file.
        """
        unfinished = self.work / "unfinished"
        if unfinished.exists():
            shutil.rmtree(self.work)
        self.work.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        return unfinished

    def _inputs(self, settings: dict) -> str:
        """Return the digest of what the book is made of now."""
        try:
            text = (self.work / "doctrees" / DEPENDS).read_text("utf-8")
            read = [str(name) for name in json.loads(text)]
        except (OSError, ValueError, TypeError):
            read = []
        # Pages lead to the other editions: their names count, if they are no files.
        return inputs(self.root, self._data(settings), [*read, *self.beside])

    def _stands(self, known: list[str] | None, made_from: str) -> bool:
        """Return whether an output was made from what is there now, and is still as it was made."""
        if not known or known[1] != made_from:
            return False
        return self._contents(self.root / known[0]) == known[2]

    def _contents(self, target: Path) -> str:
        """Return the digest of an output, other editions left out; nothing where it is not there."""
        whole = target.parent if target.name == "index.html" else target
        return contents(whole, self.beside) if target.exists() else ""

    def _settings(self) -> dict:
        """Return Sphinx's own settings in ``_config.yml``, those below ``sphinx: config:``."""
        try:
            config = (
                yaml.safe_load((self.root / "_config.yml").read_text(encoding="utf-8-sig")) or {}
            )
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise BuildError(f"_config.yml:{line}: not YAML; mend it and build again") from None
        except UnicodeDecodeError:
            raise BuildError("_config.yml:1: not UTF-8; save it so and build again") from None
        own = config
        for part in ("sphinx", "config"):
            if not isinstance(own, dict):
                raise BuildError("_config.yml:1: settings expected, as `name: value`")
            own = own.get(part) or {}
        if not isinstance(own, dict):
            raise BuildError("_config.yml:1: sphinx: config: settings expected, as `name: value`")
        return own

    def languages(self) -> tuple[str, list[str]]:
        """Return the book's own language, and those in which it is published besides.

        Raises:
            BuildError: the settings cannot be read, or have no list of languages.
        """
        settings = self._settings() if (self.root / "_config.yml").is_file() else {}
        others = settings.get("shanhai_languages") or []
        if not isinstance(others, list):
            raise BuildError("_config.yml:1: shanhai_languages: a list is expected, such as [en]")
        return str(settings.get("language", "en")), [str(name) for name in others]

    def _data(self, settings: dict) -> str:
        return settings.get("shanhai_data", "data")

    def check(self) -> None:
        """Check the data, unless they have passed as they are.

        Raises:
            BuildError: the data have faults; the message has a line for each.
        """
        data = self._data(self._settings())
        passed = self.out / ".checked"
        state = f"{package()} {fingerprint(self.root, data)}"
        if passed.is_file() and passed.read_text("utf-8") == state:
            return
        faults = check(self.root / data)
        if faults:
            lines = "\n".join(str(fault) for fault in faults)
            raise BuildError(f"{lines}\nthe data has {len(faults)} faults; nothing was built")
        self.out.mkdir(parents=True, exist_ok=True)
        passed.write_text(state, "utf-8")

    def overrides(self) -> dict[str, Any]:
        """Return the settings that take the place of those in ``_config.yml``."""
        editions = {Language.of(name).tag: f"{name}/" for name in self.beside}
        return {
            "external_toc_path": (self.root / "_toc.yml").as_posix(),
            "latex_individualpages": False,  # Jupyter Book asks for it.
            "nitpicky": True,
            "shanhai_jobs": self.jobs or 0,
            "shanhai_checked": True,
            "shanhai_records": self.work.relative_to(self.root).as_posix(),
            **({"shanhai_editions": editions} if editions else {}),
        }

    def _begin(self, output: str, stamp: dict[str, list[str]]) -> None:
        """Begin an output: pages with the last good ones, if these are known and as they were made."""
        made = self.work / BUILDERS[output]
        shutil.rmtree(made, ignore_errors=True)
        try:
            text = (self.work / "doctrees" / WRITTEN).read_text("utf-8")
            known = stamp.get(output) if json.loads(text)["outdir"] == str(made.resolve()) else None
        except (OSError, ValueError, KeyError):
            known = None
        if output == "html" and known and self._contents(self.root / known[0]) == known[2]:
            others = shutil.ignore_patterns(*self.beside)
            last = self.out / "html"
            shutil.copytree(
                last, made, ignore=lambda at, names: others(at, names) if Path(at) == last else ()
            )

    def _sphinx(self, output: str) -> None:
        """Run Sphinx for one output, every warning an error."""
        from jupyter_book.sphinx import build_sphinx
        from sphinx.locale import translators

        # Sphinx would put this run's words behind those of the last: a served book runs it again and again.
        translators.clear()
        made = self.work / BUILDERS[output]
        # The first output executes what is to be executed; the others find it done.
        said = Said(self.say if output == self.outputs[0] else None)
        with (
            contextlib.redirect_stdout(said.status),
            contextlib.redirect_stderr(said.warnings),
        ):
            result = build_sphinx(
                self.root,
                made,
                noconfig=True,
                path_config=self.root / "_config.yml",
                confoverrides=self.overrides(),
                doctreedir=self.work / "doctrees",
                builder=BUILDERS[output],
                warningiserror=True,
                keep_going=True,
            )
        if isinstance(result, KeyboardInterrupt):
            raise result
        self.logs.mkdir(parents=True, exist_ok=True)
        path = self.logs / f"{output}.log"
        path.write_text(said.text, encoding="utf-8")
        if result:
            end = f"the {output.upper()} was not built; all that was said is in "
            found = said.faults(self.root, result)
            raise BuildError("\n".join([*found, f"{end}{path.relative_to(self.root)}"]))

    def _pages(self, stamp: dict[str, list[str]], made_from: str) -> Path | None:
        """Return the folder of the pages of this state of the book: just made, or still in place."""
        if "html" in self.outputs:
            return self.work / BUILDERS["html"]
        return self.out / "html" if self._stands(stamp.get("html"), made_from) else None

    def _take_report(self, pages: Path, settings: dict) -> bool:
        """Take the report that the pages offer, if they do; it was typeset from the same documents."""
        report = settings.get("shanhai_report")
        if not report:
            return False
        offered = pages / f"{report.get('target', TARGET)}.pdf"
        if not offered.is_file():
            return False
        made = self.work / BUILDERS["pdf"]
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        shutil.copy2(offered, made / offered.name)
        return True

    def _place(self, output: str) -> Path:
        """Put one output in place in one step; return where the reader opens it."""
        made = self.work / BUILDERS[output]
        if output == "html":
            # Sphinx's note of the configuration; nobody reads it here.
            (made / ".buildinfo").unlink(missing_ok=True)
            target = self.out / "html"
            for name, pages in self.beside.items():
                shutil.copytree(pages, made / name)
            exchange(made, target)
            shutil.rmtree(made, ignore_errors=True)
            return target / "index.html"
        reports = sorted(made.glob("*.pdf"))
        if len(reports) != 1:
            raise BuildError(f"{made}: one PDF was expected, there are {len(reports)}")
        target = self.out / "pdf" / reports[0].name
        target.parent.mkdir(exist_ok=True)
        os.replace(reports[0], target)
        return target
