"""How pages look and what they offer, asked of a page in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import axe_playwright_python

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Labels of the charts a reader sees that stand on one another, or beyond the left or right of the picture.
_CROWDED = """() => [...document.querySelectorAll('figure.chart svg')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  const labels = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim())
    .map(text => [text.textContent, text.getBoundingClientRect()]).filter(([, box]) => box.width);
  const near = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > -2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5;
  return labels.flatMap(([text, box], i) => [
    ...labels.slice(i + 1).filter(([, other]) => near(box, other)).map(([other]) => `${text} | ${other}`),
    ...(box.left < frame.left - 1 || box.right > frame.right + 1 ? [`${text} outside`] : []),
  ]).map(fault => `${svg.closest('figure').dataset.chart}: ${fault}`);
})"""

#: The smallest type of the charts a reader sees, in pixels of the screen.
_SMALLEST = """() => Math.min(...[...document.querySelectorAll('figure.chart svg text')]
  .filter(text => text.getBoundingClientRect().width)
  .map(text => text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)))"""


def labels_at_fault(page: Page) -> list[str]:
    """Return the labels of a page's charts that no reader can read."""
    small = page.evaluate(_SMALLEST)
    return page.evaluate(_CROWDED) + ([f"type of {small} px"] if small and small < 11 else [])


_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


#: Rows of a table are made alike, and axe is slow where there are hundreds: it sees the first and the last.
_FEWER = """() => document.querySelectorAll('tbody').forEach(body =>
  [...body.rows].slice(3, -1).forEach(row => row.remove()))"""


def violations(page: Page) -> list[str]:
    """Return what axe finds against a page, in light and in dark."""
    page.evaluate(_FEWER)
    # Colours that are still on their way to others would be judged as they are.
    page.add_style_tag(content="*, *::before, *::after { transition: none !important; }")
    page.evaluate(_AXE)
    found = []
    # What a page is made of does not depend on its colours.
    for scheme, rules in (("dark", ["color-contrast"]), ("light", _WCAG)):
        page.emulate_media(color_scheme=scheme)
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        found += [
            f"{scheme}: {violation['id']}: {node['html'][:120]}: {node['failureSummary']}"
            for violation in page.evaluate("options => axe.run(options)", options)["violations"]
            for node in violation["nodes"]
        ]
    return found
