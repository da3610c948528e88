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

_BASE = """\
/* Icons: Font Awesome Free, CC BY 4.0, https://fontawesome.com/license/free */
.fa-solid,.fa-regular,.fa-brands{display:inline-block;width:1em;height:1em;\
vertical-align:-.125em;background:currentColor;\
-webkit-mask:var(--icon) center/contain no-repeat;mask:var(--icon) center/contain no-repeat}
@media (forced-colors:active){.fa-solid,.fa-regular,.fa-brands{background:ButtonText}}
.fa-lg{font-size:1.25em;vertical-align:-.2em}
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
        shape = rf'[{{,]"?{re.escape(name)}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"'
        found = list(re.finditer(shape, script))
        if not found:
            continue  # a size or a modifier, such as fa-lg
        width, height, path = found[0 if family != "fa-solid" else -1].groups()
        box = f"xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'"
        svg = f"<svg {box}><path d='{path}'/></svg>"
        url = "data:image/svg+xml," + quote(svg, safe=" ='/:,-.()")
        rules.append(f'.{family}.fa-{name}{{--icon:url("{url}")}}\n')
    return "".join(rules)
