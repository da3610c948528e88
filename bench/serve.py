"""How long it takes from saving a file to seeing it in an open page of ``make serve``."""

from __future__ import annotations

import csv
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench import trees
from shanhai.programs import cores

_PAUSE = 3.0
"""Seconds between two edits: the kernels that are kept ready have made their imports by then."""

_RUN = re.compile(r"^\[\d+/\d+\] \S+ ([\d.]+) s$", re.MULTILINE)


@dataclass(frozen=True)
class Seen:
    """What one edit took: seconds until it was seen, and seconds that notebooks ran, on all cores."""

    seconds: float
    runs: float


class Served:
    """A book that is served, in a process group of its own, in the environment that runs this."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "shanhai", "serve", "--port", str(self.port), "."],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        assert self.process.stdout
        for line in self.process.stdout:
            if "made in" in line:
                return self
        raise RuntimeError(f"{self.tree} was not served")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()

    def seen(self, page: str, edit: Callable[[], str]) -> Seen:
        """Let ``edit`` save something and return its text; wait until ``page`` holds that.

        As the page's own script does, this waits for news of the page, and fetches it when it is another.
        """
        site = http.client.HTTPConnection("127.0.0.1", self.port)
        news = http.client.HTTPConnection("127.0.0.1", self.port)
        news.request("GET", f"/_live/events?page=/{page}")
        events = news.getresponse()
        before = self._next(events)
        log = self.tree / "_build" / "serve" / "logs" / "html.log"
        last, started = log.stat().st_mtime_ns, time.monotonic()
        text = edit()
        while True:
            state = self._next(events)
            if state != before:
                site.request("GET", f"/{page}")
                if text in site.getresponse().read().decode():
                    break
        seconds = time.monotonic() - started
        news.close()
        site.close()
        while log.stat().st_mtime_ns == last:  # Pages that are open are written before the others.
            time.sleep(0.1)
        runs = _RUN.findall(log.read_text("utf-8"))
        return Seen(seconds, sum(map(float, runs)) / cores())

    @staticmethod
    def _next(events: http.client.HTTPResponse) -> str:
        while not (line := events.readline()).startswith(b"data: "):
            pass
        told = json.loads(line.removeprefix(b"data: "))
        if told["fault"]:
            raise RuntimeError(told["fault"])
        return str(told["state"])


def _word(tree: Path, number: int) -> str:
    trees.edit_text(tree, number)
    return f"Edited {number}."


def _title(tree: Path, number: int) -> str:
    path = trees.notebooks(tree)[2]
    text = re.sub(r'title=(f?)"(?:Edit\d+)?', rf'title=\1"Edit{number}', path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    return f"Edit{number}"


def _claim(tree: Path, number: int) -> str:
    trees.edit_claim(tree, number)
    with (tree / "data" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return next(row["value"] for row in csv.DictReader(file) if row["id"] == "all-aid")


EDITS = {
    "a word in a page": ("book/method.html", _word),
    "the titles of a notebook's charts": ("notebooks/03-investment.html", _title),
    "a claim": ("notebooks/01-lead.html", _claim),
}
"""What is saved: the page that is open, and the edit, which returns what is seen of it."""


def serve(tree: Path, rounds: int, take: Callable[[str, Seen], None]) -> None:
    """Measure each edit ``rounds`` times; the first of each, in which all is read first, is left out."""
    with Served(tree) as served:
        for number in range(rounds + 1):
            for name, (page, edit) in EDITS.items():
                time.sleep(_PAUSE)
                seen = served.seen(page, lambda edit=edit, number=number: edit(tree, number))
                if number:
                    take(name, seen)
