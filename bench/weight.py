"""What a page weighs: itself and the scripts and style sheets it loads, gzipped."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = re.compile(r'<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"]+)"[^>]*>')
_CDN = re.compile(r"cdn\.jsdelivr\.net/npm/vega|vega@|vega-embed@")


def weight(page: Path) -> int:
    """Return the bytes a reader's browser fetches before any interaction, each file gzipped.

    Fonts and what scripts load later are left out. A page that takes Vega from a CDN is given the
    size of the same three libraries in one file.
    """
    html = page.read_text("utf-8")
    total = _gzipped(html.encode())
    files = set()
    for tag in _LOADED.finditer(html):
        if tag[0].startswith("<link") and 'rel="stylesheet"' not in tag[0]:
            continue
        if 'loading="lazy"' in tag[0] or urlsplit(tag[1]).scheme:
            continue
        file = (page.parent / unquote(urlsplit(tag[1]).path)).resolve()
        if file.is_file():
            files.add(file)
    total += sum(_gzipped(file.read_bytes()) for file in files)
    if _CDN.search(html):
        import vl_convert

        total += _gzipped(vl_convert.javascript_bundle().encode())
    return total


def _gzipped(data: bytes) -> int:
    return len(gzip.compress(data, 9, mtime=0))
