"""Build the book: check the data, execute the notebooks, write HTML and PDF, put them in place.

Everything is made in a work folder. The outputs take the place of the last ones only when all went well,
so the last good book stays readable whatever happens. Sphinx runs through Jupyter Book's own function and
configuration, so the HTML is what ``jupyter-book build .`` gives.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from shanhai.evidence.check import check

#: Builders by output, with the folder each writes to in the work folder.
BUILDERS = {"html": "html", "pdf": "shanhai-report"}

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_PROGRESS = re.compile(r"\[\d+/\d+\] |\d+ of \d+ notebooks executed")
_WARNING = re.compile(
    r"\b(WARNING|ERROR|CRITICAL|SEVERE)\b: |^(Sphinx|Configuration|Extension|Report|Theme) error"
)


class BuildError(Exception):
    """The book cannot be built; the message says why, and nothing was put in place."""


@dataclass(frozen=True)
class Build:
    """One build of the book in ``root``."""

    root: Path
    outputs: tuple[str, ...] = ("html", "pdf")
    jobs: int | None = None
    say: Callable[[str], None] = print

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
        try:
            with _locked(self.out / "lock"):
                self._run()
        except PermissionError as error:
            raise BuildError(
                f"{error.filename}: cannot be written; make the folder writable"
            ) from None
        except OSError as error:
            if error.errno != 28:  # ENOSPC
                raise
            raise BuildError("the disk is full; free some space and build again") from None

    def _run(self) -> None:
        started = time.monotonic()
        steps = len(self.outputs) + 2
        settings = self._settings()
        self.say(f"[1/{steps}] checking the data")
        self._check(settings)
        unfinished = self.work / "unfinished"
        if unfinished.exists():
            shutil.rmtree(self.work)
        self.work.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        for number, output in enumerate(self.outputs, 2):
            self.say(f"[{number}/{steps}] making the {output.upper()}")
            self._sphinx(output)
        self.say(f"[{steps}/{steps}] putting it in place")
        for output in self.outputs:
            self._place(output)
        unfinished.unlink()
        self.say(f"done in {time.monotonic() - started:.1f} s")
        for output in self.outputs:
            self.say(f"      {self._target(output)}")

    def _settings(self) -> dict:
        """Return the Sphinx settings of ``_config.yml``."""
        for name in ("_config.yml", "_toc.yml"):
            if not (self.root / name).is_file():
                raise BuildError(f"{self.root / name}: no such file; run this in the book's folder")
        try:
            config = yaml.safe_load((self.root / "_config.yml").read_text(encoding="utf-8")) or {}
        except yaml.YAMLError as error:
            line = error.problem_mark.line + 1 if getattr(error, "problem_mark", None) else 1
            raise BuildError(f"_config.yml:{line}: not YAML; mend it and build again") from None
        return config

    def _data(self, settings: dict) -> str:
        return settings.get("sphinx", {}).get("config", {}).get("shanhai_data", "data")

    def _check(self, settings: dict) -> None:
        faults = check(self.root / self._data(settings))
        if faults:
            lines = "\n".join(str(fault) for fault in faults)
            raise BuildError(f"{lines}\nthe data has {len(faults)} faults; nothing was built")

    def _sphinx(self, output: str) -> None:
        """Run Sphinx for one output, every warning an error."""
        from jupyter_book.sphinx import build_sphinx

        log = _Log(self.say)
        with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
            result = build_sphinx(
                self.root,
                self.work / BUILDERS[output],
                noconfig=True,
                path_config=self.root / "_config.yml",
                confoverrides={
                    "external_toc_path": (self.root / "_toc.yml").as_posix(),
                    "latex_individualpages": False,
                    "nitpicky": True,
                    "shanhai_jobs": self.jobs or 0,
                },
                doctreedir=self.work / "doctrees",
                builder=BUILDERS[output],
                warningiserror=True,
                keep_going=True,
            )
        self.logs.mkdir(parents=True, exist_ok=True)
        text = _ANSI.sub("", log.getvalue())
        path = self.logs / f"{output}.log"
        path.write_text(text, encoding="utf-8")
        if result:
            said = [
                line.replace(f"{self.root}{os.sep}", "")
                for line in text.splitlines()
                if _WARNING.search(line)
            ]
            if isinstance(result, Exception) and not said:
                said = [f"{type(result).__name__}: {result}"]
            raise BuildError(
                "\n".join(
                    [
                        *dict.fromkeys(said),
                        f"the {output.upper()} was not built (all that was said: {path.relative_to(self.root)})",
                    ]
                )
            )

    def _target(self, output: str) -> Path:
        return (
            self.out / "html" / "index.html"
            if output == "html"
            else self.out / "pdf" / self._pdf().name
        )

    def _pdf(self) -> Path:
        made = sorted((self.work / BUILDERS["pdf"]).glob("*.pdf"))
        if not made:
            raise BuildError("the report's builder wrote no PDF")
        return made[0]

    def _place(self, output: str) -> None:
        """Put one output in place in one step."""
        if output == "pdf":
            made = self._pdf()
            target = self.out / "pdf" / made.name
            target.parent.mkdir(exist_ok=True)
            fresh = target.with_suffix(".new")
            shutil.copyfile(made, fresh)
            os.replace(fresh, target)
            return
        fresh, target, last = (self.out / name for name in ("html.new", "html", "html.old"))
        for folder in (fresh, last):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(
            self.work / BUILDERS["html"], fresh, ignore=shutil.ignore_patterns(".buildinfo")
        )
        if target.exists():
            os.replace(target, last)
        os.replace(fresh, target)
        shutil.rmtree(last, ignore_errors=True)


class _Log(io.StringIO):
    """All that Sphinx says, with the progress of the notebooks passed on as it comes."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self.say = say

    def write(self, text: str) -> int:
        """Keep ``text``; pass on the lines that count notebooks."""
        for line in _ANSI.sub("", text).splitlines():
            if _PROGRESS.match(line):
                self.say(f"      {line}")
        return super().write(text)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file; the system frees it when the process ends, however it ends.

    Raises:
        BuildError: another build holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BuildError(
                "another build is running in this folder; wait for it to end"
            ) from None
        yield
