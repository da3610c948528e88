r"""Formulas: LaTeX drawn once, when a page is read, as a picture that page and report share.

``{math}`a-b` ``, a ``math`` directive and what a cell displays as LaTeX are drawn by ziamath: no script, no
other host. Prose in dollar signs is not a formula here, since ``$`` is money too: see `unset`.
"""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from shanhai.book import context

logger = logging.getLogger(__name__)

SIZE = 24.0
"""Size in which formulas are drawn; they are shown in ems of the text around them."""

_BOX = re.compile(r'viewBox="([^"]*)"')
_HAN = re.compile("[\u3400-\u9fff\uff00-\uffef]")
_COMMAND = re.compile(r"\\[A-Za-z]+")


class FormulaError(ValueError):
    """A formula cannot be drawn; the message says why."""


def draw(latex: str, *, inline: bool) -> tuple[str, float, float]:
    """Return a formula as SVG in the colour of its text, and its height and depth below the line in ems.

    Raises:
        FormulaError: it is not LaTeX that ziamath knows, or holds Chinese characters.
    """
    if found := _HAN.search(latex):
        raise FormulaError(f"{found[0]!r} has no form in a formula: write words outside it")
    # Here, for few books have a formula, and it takes long to import.
    import ziamath
    from latex2mathml.exceptions import NoAvailableTokensError
    from ziamath.tex import tex2mml

    # Outlines as they are: shared symbols have ids, which clash where a page has two formulas.
    ziamath.config.svg2 = False
    try:
        if unknown := _COMMAND.search(re.sub(r"<[^>]*>", " ", tex2mml(latex, inline=inline))):
            raise FormulaError(f"{unknown[0]} is no command that is known")
        picture = ziamath.Latex(latex, size=SIZE, color="currentColor", inline=inline, margin=0)
        svg = picture.svg()
        _, top, _, high = map(float, _BOX.findall(svg)[0].split())
    except FormulaError:
        raise
    except NoAvailableTokensError:
        raise FormulaError("there is nothing in it") from None
    except (
        Exception
    ) as error:  # ziamath and latex2mathml fail in many ways on what they do not know
        reason = f": {error}" if str(error) else ""
        raise FormulaError(f"not LaTeX that can be drawn{reason}") from None
    return svg, round(high / SIZE, 3), round((top + high) / SIZE, 3)


class DrawFormulas(SphinxTransform):
    """Draw every formula of a page."""

    default_priority = 230

    def apply(self) -> None:
        """Keep the drawing on the node; warn, which stops a build, of what cannot be drawn."""
        for node in self.document.findall(
            lambda node: isinstance(node, nodes.math | nodes.math_block)
        ):
            assert isinstance(node, nodes.Element)
            try:
                svg, height, depth = draw(node.astext(), inline=isinstance(node, nodes.math))
            except FormulaError as error:
                logger.warning("formula %r: %s", node.astext(), error, location=placed(node))
                continue
            node["svg"], node["height"], node["depth"] = svg, height, depth


def placed(node: nodes.Node) -> nodes.Node:
    """Return the nearest node about a node that has a line in the source."""
    return next((each for each in context.upwards(node) if each.line), node)


def visit(self: HTML5Translator, node: nodes.Element) -> None:
    """Write a formula within a line, or on a line of its own with its number."""
    block = isinstance(node, nodes.math_block)
    number = (
        f'<span class="eqno">({escape(str(node["number"]))})</span>' if node.get("number") else ""
    )
    name = "math formula-block" if block else "math formula"
    tag = "div" if block else "span"
    start = self.starttag(node, tag, "", CLASS=name, role="img", aria_label=node.astext())
    self.body.append(start.replace("aria_label=", "aria-label="))
    svg = re.sub(r' (?:width|height)="[^"]*"', "", node.get("svg", ""), count=2)
    size = f"height:{node.get('height', 1)}em;vertical-align:-{node.get('depth', 0)}em"
    self.body.append(svg.replace("<svg ", f'<svg style="{size}" aria-hidden="true" ', 1))
    self.body.append(f"{number}</{tag}>" + ("\n" if block else ""))
    raise nodes.SkipNode


def _leave_money_alone(_app: Sphinx, config: Config) -> None:
    """Where a book lets dollar signs set formulas, `$5 to $8` is none: no space or digit beside the last."""
    for name in ("myst_dmath_allow_space", "myst_dmath_allow_digits"):
        if name in config:
            config[name] = False


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw formulas, and show the drawings in place of MathJax, which another host would have to bring."""
    app.add_transform(DrawFormulas)
    app.connect("config-inited", _leave_money_alone)
    app.add_html_math_renderer("shanhai", (visit, None), (visit, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
