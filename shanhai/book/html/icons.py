"""Icons as masks in a style sheet, a few hundred bytes each, in place of an icon font and its script.

The theme ships Font Awesome whole: a script of 1.5 MB, three fonts. Its pages name a dozen icons
(``<i class="fa-solid fa-bars">``). Their outlines are read from that script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

_CLASSES = re.compile(r'class="([^"]*\bfa-(?:solid|regular|brands)\b[^"]*)"')
_SETS = ("fa-brands", "fa-regular", "fa-solid")
"""The order in which the script holds them."""

_LETTER = re.compile(r'(--[\w-]+):\s*"([\ue000-\uf8ff])"')
_ALIAS = re.compile(r"(--pst-icon-[\w-]+):\s*var\((--pst-icon-[\w-]+)\)")
_CONTENT = re.compile(r"content:var\((--[\w-]+)\)(?:;font:var\(--fa-font-\w+\))?")

_MASK = (
    "display:inline-block;width:1em;height:1em;background:currentColor;"
    "-webkit-mask:var(--icon) center/contain no-repeat;mask:var(--icon) center/contain no-repeat"
)
_BASE = f"""\
/* Icons: Font Awesome Free, CC BY 4.0, https://fontawesome.com/license/free */
.fa-solid,.fa-regular,.fa-brands{{vertical-align:-.125em;{_MASK}}}
@media (forced-colors:active){{.fa-solid,.fa-regular,.fa-brands{{background:ButtonText}}}}
.fa-lg{{font-size:1.25em;vertical-align:-.2em}}
"""


def used(pages: Iterable[str]) -> set[tuple[str, str]]:
    """Return the icons that pages of HTML name, as set and name: ``("fa-solid", "bars")``."""
    found = set()
    for page in pages:
        for match in _CLASSES.finditer(page):
            names = match[1].split()
            family = next(name for name in names if name in _SETS)
            found.update((family, n[3:]) for n in names if n.startswith("fa-") and n not in _SETS)
    return found


def stylesheet(icons: Iterable[tuple[str, str]], script: str) -> str:
    """Return the rules for ``icons``, with the outlines that Font Awesome's ``script`` holds."""
    rules = [_BASE]
    for family, name in sorted(icons):
        url = _outline(rf'[{{,]"?{re.escape(name)}"?:\[', r'"[0-9a-f]+"', script, family)
        if url:  # else a size or a modifier, such as fa-lg
            rules.append(f".{family}.fa-{name}{{--icon:{url}}}\n")
    return "".join(rules)


def draw(css: str, script: str) -> str:
    """Return ``css`` with letters of the icon font, which it names by variables, drawn as masks."""
    letters = {name: f"{ord(letter):x}" for name, letter in _LETTER.findall(css)}
    letters |= {name: letters[other] for name, other in _ALIAS.findall(css) if other in letters}

    def mask(match: re.Match) -> str:
        letter = letters.get(match[1])
        url = _outline(r"\[", f'"{letter}"', script, "fa-solid") if letter else None
        return f'content:"";--icon:{url};{_MASK}' if url else match[0]

    return _CONTENT.sub(mask, css)


def _outline(before: str, letter: str, script: str, family: str) -> str | None:
    """Return an outline as an address of data; the script holds solid icons after those of other sets."""
    found = re.findall(rf'{before}(\d+),(\d+),\[[^\]]*\],{letter},"([^"]+)"', script)
    if not found:
        return None
    width, height, path = found[-1 if family == "fa-solid" else 0]
    box = f"xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'"
    svg = quote(f"<svg {box}><path d='{path}'/></svg>", safe=" ='/:,-.()")
    return f'url("data:image/svg+xml,{svg}")'
