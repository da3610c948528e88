"""All editions of a book, built and put in place together: each in its own tree, then side by side."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace

from shanhai.build.digests import contents
from shanhai.build.lock import locked
from shanhai.build.run import Build, BuildError
from shanhai.build.swap import exchange
from shanhai.editions.tree import Edition, languages
from shanhai.language import Language
from shanhai.programs import variables


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
    begun = languages(build.root)
    wanted = list(chosen or [own, *published])
    for name in wanted:
        if name not in (own, *begun):
            raise BuildError(
                f"no edition {name!r}: there are {', '.join([own, *begun])}; "
                f"`shanhai translate {name}` begins one"
            )
    editions = [Edition(build.root, name) for name in wanted if name != own]
    if editions:
        # Faults are named where the author mends them, not in a tree.
        build.check()
    for edition in editions:
        _write(edition, drafts)
    for edition in editions:
        build.say(f"edition {edition.language}")
        _build_tree(edition, build)
    pages = {edition.language: edition.tree / "_build" / "html" for edition in editions}
    if own in wanted:
        if editions:
            build.say(f"edition {own}")
        standing = {
            name: build.out / "html" / name
            for name in published
            if (build.out / "html" / name).is_dir()
        }
        replace(build, beside=standing | pages).run()
    for edition in editions:
        with locked(build.out / ".lock"):
            _place(edition, build)


def _write(edition: Edition, drafts: bool) -> None:
    try:
        faults = edition.write(drafts)
    except ValueError as error:
        raise BuildError(str(error)) from None
    if faults:
        lines = "\n".join(map(str, faults))
        raise BuildError(
            f"{lines}\nthe edition {edition.language} has {len(faults)} faults; nothing was built"
        )


def _build_tree(edition: Edition, build: Build) -> None:
    """Build an edition in its tree, in a process of its own: its memory goes with it."""
    outputs = [f"--{name}" for name in build.outputs] if len(build.outputs) == 1 else []
    jobs = ["--jobs", str(build.jobs)] if build.jobs else []
    command = [sys.executable, "-m", "shanhai", "build", *outputs, *jobs, str(edition.tree)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as words,
        subprocess.Popen(
            command,
            env=variables(),
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        assert process.stdout
        for line in process.stdout:
            build.say(line.rstrip("\n"))
        process.wait()
        words.seek(0)
        said = words.read().strip().removeprefix("Error: ")
    if process.returncode:
        where = edition.tree.relative_to(edition.root).as_posix()
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
