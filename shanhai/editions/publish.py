"""All editions of a book: built side by side, each in its own tree, and put in place together."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from typing import Self

from shanhai.build.digests import contents
from shanhai.build.lock import locked
from shanhai.build.run import Build, BuildError
from shanhai.build.swap import exchange
from shanhai.editions.tree import Edition, languages
from shanhai.language import Language
from shanhai.programs import cores, variables


def publish(build: Build, chosen: Iterable[str] | None = None, drafts: bool = False) -> None:
    """Build a book in its own language and in those that its settings name, or in some.

    The pages of an edition stand in a folder below the book's own, which has the language's name; its
    report stands beside the book's.

    Args:
        build: the book and what is to be built of it.
        chosen: languages, such as ``en``; those that the settings name where there are none.
        drafts: whether an edition whose texts are not all translated is built all the same.

    Raises:
        BuildError: something is wrong; what was in place is untouched.
    """
    language, published = build.languages()
    own = Language.of(language).code
    wanted = list(chosen or [own, *published])
    editions = translated(build, wanted)
    if editions:
        # Faults are named where the author mends them, not in a tree.
        build.check()
    for edition in editions:
        write(edition, drafts)
    together = max(1, len(editions) + (own in wanted))
    jobs = max(1, (build.jobs or cores()) // together)
    with ExitStack() as stack:
        others = [stack.enter_context(_Tree(edition, build, jobs)) for edition in editions]

        def built() -> None:
            for other in others:
                other.finish()

        if own in wanted:
            pages = {each.language: each.tree / "_build" / "html" for each in editions}
            standing = {
                name: build.out / "html" / name
                for name in published
                if (build.out / "html" / name).is_dir()
            }
            replace(build, jobs=jobs, beside=standing | pages, others=built).run()
        else:
            built()
    for edition in editions:
        with locked(build.out / ".lock"):
            _place(edition, build)


def translated(build: Build, wanted: Iterable[str]) -> list[Edition]:
    """Return the editions among some languages of a book that are not its own.

    Raises:
        BuildError: there is no edition in one of them.
    """
    own, begun = Language.of(build.languages()[0]).code, languages(build.root)
    for name in wanted:
        if name not in (own, *begun):
            raise BuildError(
                f"no edition {name!r}: there are {', '.join([own, *begun])}; "
                f"`shanhai translate {name}` begins one"
            )
    return [Edition(build.root, name) for name in wanted if name != own]


def write(edition: Edition, drafts: bool) -> None:
    """Write an edition's tree.

    Raises:
        BuildError: its catalogues have faults.
    """
    try:
        faults = edition.write(drafts)
    except ValueError as error:
        raise BuildError(str(error)) from None
    if faults:
        lines = "\n".join(map(str, faults))
        raise BuildError(
            f"{lines}\nthe edition {edition.language} has {len(faults)} faults; nothing was built"
        )


class _Tree:
    """An edition that is being built in its tree, in a process of its own. Left early, it ends."""

    def __init__(self, edition: Edition, build: Build, jobs: int) -> None:
        self._edition = edition
        self._say = build.say
        outputs = [f"--{name}" for name in build.outputs] if len(build.outputs) == 1 else []
        self._command = [sys.executable, "-m", "shanhai", "build", *outputs]
        self._command += ["--jobs", str(jobs), str(edition.tree)]

    def __enter__(self) -> Self:
        self._words = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            self._command,
            env=variables(),
            stdout=subprocess.PIPE,
            stderr=self._words,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._pass_on)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        self._words.close()

    def _pass_on(self) -> None:
        assert self._process.stdout
        with self._process.stdout:
            for line in self._process.stdout:
                self._say(f"{self._edition.language}: {line.rstrip()}")

    def finish(self) -> None:
        """Wait for the end of it.

        Raises:
            BuildError: the edition cannot be built.
        """
        if not self._process.wait():
            return
        self._words.seek(0)
        said = self._words.read().strip().removeprefix("Error: ")
        where = self._edition.tree.relative_to(self._edition.root).as_posix()
        raise BuildError(
            f"{said}\nthe files named are those of {where}, written from the catalogues"
        )


def _place(edition: Edition, build: Build) -> None:
    """Put an edition's outputs beside the book's own."""
    made = edition.tree / "_build"
    if "html" in build.outputs:
        target = build.out / "html" / edition.language
        if not target.is_dir() or contents(target) != contents(made / "html"):
            fresh = build.work / edition.language
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(made / "html", fresh)
            target.parent.mkdir(parents=True, exist_ok=True)
            exchange(fresh, target)
            shutil.rmtree(fresh, ignore_errors=True)
        build.say(f"      {target / 'index.html'}")
    if "pdf" in build.outputs:
        for report in (made / "pdf").glob("*.pdf"):
            target = build.out / "pdf" / report.name
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_suffix(".new")
            shutil.copyfile(report, fresh)
            os.replace(fresh, target)
            build.say(f"      {target}")
