"""The preview's web server: pages with a script that follows the book, and events for it.

It listens on this machine alone, and answers only who calls it by this machine's names: a page of another
host cannot have a browser read it.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import threading
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SCRIPT = Path(__file__).with_name("live.js")
EVENTS, LIVE = "/_live/events", "/_live/live.js"

_EVERY = 15.0
"""Seconds between two signs of life: who has gone is noticed."""


class Site(ThreadingHTTPServer):
    """The pages in ``folder``; what they lack, such as the report, is that of the last ``finished`` book."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path, finished: Path, port: int) -> None:
        self.folder, self.finished = folder, finished
        self.fault = ""
        self.ended = False
        self.open: list[str] = []
        self.turn = 0
        self.news = threading.Condition()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        """The address of the opening page."""
        return f"http://127.0.0.1:{self.server_port}/"

    def tell(self, fault: str) -> None:
        """Tell the open pages that the book was made again, or what is wrong with it."""
        with self.news:
            self.fault = fault
            self.turn += 1
            self.news.notify_all()

    def end(self) -> None:
        """Let those go who wait for news, and close."""
        with self.news:
            self.ended = True
            self.news.notify_all()
        self.shutdown()
        self.server_close()

    def find(self, address: str) -> Path | None:
        """Return the file of an address; None if there is none."""
        name = posixpath.normpath(unquote(urlsplit(address).path)).lstrip("/")
        for folder in (self.folder, self.finished):
            path = folder / name
            path = path / "index.html" if path.is_dir() else path
            inside = path.resolve().is_relative_to(folder.resolve())
            # A page is the preview's or none: a finished one would be an old one.
            if inside and path.is_file() and (folder == self.folder or path.suffix != ".html"):
                return path
        return None

    def first(self, pages: set[str], write: Callable[[list[str]], None]) -> None:
        """Have the pages that are open written first, where most are not, and tell them."""
        found = {self.find(address) for address in [*self.open]}
        shown = sorted(page for page in pages if self.folder / f"{page}.html" in found)
        if shown and len(pages) > 2 * len(shown):
            write(shown)
            self.tell(self.fault)

    def state(self, address: str) -> str:
        """Return a digest of what stands at an address."""
        path = self.find(address)
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path else "none"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser may go at any time."""


class _Handler(SimpleHTTPRequestHandler):
    server: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0]
        if host not in {"127.0.0.1", "localhost"}:
            self.send_error(403)
        elif self.path.startswith(EVENTS):
            self._events()
        elif self.path.startswith(LIVE):
            self._send(SCRIPT.read_bytes(), "text/javascript")
        else:
            self._file()

    do_HEAD = do_GET  # noqa: N815 - the library calls it so

    def _file(self) -> None:
        path = self.server.find(self.path)
        folder = urlsplit(self.path).path
        if path and path.name == "index.html" and not folder.endswith(("/", ".html")):
            self.send_response(301)
            self.send_header("Location", f"{folder}/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path and path.suffix != ".html":
            self._send(path.read_bytes(), self.guess_type(str(path)))
        else:
            content = path.read_bytes() if path else b"<!doctype html>\n<title>404</title>\n<p>404"
            state = hashlib.sha256(content).hexdigest()[:16] if path else "none"
            script = f'<script src="{LIVE}?{state}" defer></script>'.encode()
            head, end, rest = content.partition(b"</head>")
            page = head + script + end + rest if end else content + script
            self._send(page, "text/html; charset=utf-8", 200 if path else 404)

    def _send(self, content: bytes, kind: str, code: int = 200) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def _events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        page = parse_qs(urlsplit(self.path).query).get("page", ["/"])[0]
        self.server.open.append(page)
        try:
            self._follow(page)
        finally:
            self.server.open.remove(page)

    def _follow(self, page: str) -> None:
        site, told = self.server, -1
        while not site.ended:
            with site.news:
                if site.turn == told:
                    site.news.wait(_EVERY)
                known, told, fault = told, site.turn, site.fault
            if told == known:  # A page that is being written is no news.
                self.wfile.write(b":\n\n")
                continue
            said = json.dumps({"state": site.state(page), "fault": fault})
            self.wfile.write(f"data: {said}\n\n".encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing of what was asked for."""
