"""Figures, pictures, formulas and lists of terms in print."""

from __future__ import annotations

from docutils import nodes
from docutils.nodes import Element

from shanhai.book.pdf.markup import array, string
from shanhai.book.pdf.text import join_lines
from shanhai.book.pdf.upstream import (
    BlockMarkupFunction,
    TypstTranslator,
    escape_raw_str,
    escape_str,
)

_NUMBERING = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I"}
GROUPS = frozenset({"kicker", "headline", "big-figures", "verdict-counts"})
"""Classes of groups that the template sets in a way of their own."""


class BlockVisitors(TypstTranslator):
    """What the report's translator does with figures, pictures, formulas and terms."""

    faults: list[tuple[str, nodes.Node]]

    # Figures

    def visit_figure(self, node: Element) -> None:
        """Write a figure: title and subtitle above the picture, notes below."""
        number = string(self._figure_number(node))
        labels = self.label_refs(node["ids"]) + self._take_pending()
        self.append_el(
            BlockMarkupFunction(
                name="report-figure",
                named_params={"number": number, "labels": array(map(escape_str, labels))},
                force_body=True,
            )
        )

    def visit_caption(self, node: Element) -> None:
        """Write a caption: a figure's title, or the name over a block of code."""
        if isinstance(node.parent, nodes.figure):
            self.append_markup_arg(node)
        else:
            self.append_block_fun(node, "rubric")

    def depart_caption(self, node: Element) -> None:
        """Leave a caption."""
        if isinstance(node.parent, nodes.figure):
            title = self.pop_el()
            self.curr_element().named_params["title"] = title
        else:
            self.absorb_fun_in_body()

    def visit_legend(self, node: Element) -> None:
        """Write a legend: paragraphs of class `subtitle` above the picture, the rest below."""
        parts: dict[str, list[str]] = {"subtitle": [], "notes": []}
        for child in (item for item in node.children if isinstance(item, nodes.Element)):
            part = "subtitle" if "subtitle" in child.get("classes", ()) else "notes"
            self.append_unprocessed(None)
            child.walkabout(self)
            parts[part].append(self.pop_el())
        for name, texts in parts.items():
            if texts:
                self.curr_element().named_params[name] = "[" + "".join(texts).strip() + "]"
        raise nodes.SkipNode

    def visit_image(self, node: Element) -> None:
        """Write a picture with its text alternative; without one the report is not accessible."""
        alt = node.get("alt", "").strip()
        if not alt:
            self.faults.append((f"the picture {node['uri']} has no alt text; give it one", node))
        picture = self.builder.picture(node["uri"])
        if picture is None:
            self.faults.append(
                (f"the picture {node['uri']} is neither SVG of vectors only nor PNG or JPEG", node)
            )
            raise nodes.SkipNode
        width = None if picture.width is None else f"{picture.width:.2f}%"
        if isinstance(node.parent, nodes.TextElement):
            self.append_inline_fun(None, "among-words")
        self.append_inline_fun(
            node,
            "image" if width else "pixels",
            named_params={"alt": escape_str(join_lines(alt)), "width": width},
            positional_params=[escape_raw_str(picture.name)],
        )

    def depart_image(self, node: Element) -> None:
        """Leave a picture, and what keeps it among words."""
        super().depart_image(node)
        if isinstance(node.parent, nodes.TextElement):
            self.absorb_fun_in_body()

    # Formulas: drawn when the page was read (`shanhai.book.pages.outputs.maths`)

    def visit_math(self, node: Element) -> None:
        """Write a formula within a line, on its baseline."""
        self._formula(node, "formula")

    def visit_math_block(self, node: Element) -> None:
        """Write a formula on a line of its own, with its number if it has one."""
        self._formula(node, "formula-block")

    def _formula(self, node: Element, name: str) -> None:
        if "svg" not in node:
            self.faults.append((f"the formula {node.astext()!r} cannot be drawn", node))
            raise nodes.SkipNode
        number = node.get("number")
        self.append_inline_fun(
            node,
            name,
            named_params={
                "alt": escape_str(node.astext()),
                "height": f"{node['height']}em",
                "depth": f"{node['depth']}em",
                "number": None if number is None else escape_str(f"({number})"),
            },
            positional_params=[escape_str(self.builder.drawing(node["svg"]))],
        )
        self.absorb_fun_in_body()
        raise nodes.SkipNode

    def visit_doctest_block(self, node: Element) -> None:
        """Write lines of a Python session as the code that they are."""
        node["language"] = "pycon"
        self.visit_literal_block(node)

    def depart_doctest_block(self, node: Element) -> None:
        """Leave lines of a Python session."""
        self.depart_literal_block(node)

    # Lists

    def visit_enumerated_list(self, node: Element) -> None:
        """Write a list whose numbers begin where the page's do."""
        numbering = _NUMBERING.get(node.get("enumtype", ""), "1")
        named = {"start": str(node.get("start", 1)), "numbering": escape_str(f"{numbering}.")}
        self.append_block_fun(node, name="enum", named_params=named)

    def visit_bullet_list(self, node: Element) -> None:
        """Write a list; in a group that the template knows its items stand side by side."""
        classes = GROUPS.intersection(node.parent.get("classes", ()))
        if classes:
            for figure in list(node.findall(nodes.strong)):  # A line ends after it.
                after = figure.next_node(descend=False, siblings=True)
                if isinstance(after, nodes.Text):
                    figure.parent.replace(after, nodes.Text(after.lstrip()))
            named = {"classes": array(map(escape_str, sorted(classes)))}
            self.append_block_fun(node, name="group-items", named_params=named)
        else:
            super().visit_bullet_list(node)

    # Lists of terms

    def visit_paragraph(self, node: Element) -> None:
        """Write a paragraph; the first of a definition follows its term."""
        if node["classes"]:
            classes = array(map(escape_str, node["classes"]))
            self.append_block_fun(
                node, "paragraph", named_params={"classes": classes}, force_body=True
            )
        elif isinstance(node.parent, nodes.definition) and not self.curr_element().body:
            self.append_unprocessed(node)
        else:
            super().visit_paragraph(node)

    def visit_definition_list(self, node: Element) -> None:
        """Write a list of terms, each with its definition below."""
        self.append_block_fun(node, name="definitions")

    def depart_term(self, node: Element) -> None:
        """Leave a term; terms that share a definition stand on lines of their own."""
        self._add_part(node, "#linebreak()", first=True)

    def depart_definition(self, node: Element) -> None:
        """Leave a definition; several of one term are paragraphs of one."""
        self._add_part(node, "#parbreak()", first=False)

    def _add_part(self, node: Element, between: str, *, first: bool) -> None:
        text = self.pop_el()
        parts = self.curr_element().positional_params
        if len(parts) == (1 if first else 2):
            parts[-1] = parts[-1][:-1] + between + text[1:]
        else:
            parts.append(text)

    def visit_classifier(self, _node: Element) -> None:
        """Write the kind of a term after it."""
        self.append_unprocessed(None)

    def depart_classifier(self, _node: Element) -> None:
        """Leave the kind of a term."""
        self.absorb_fun_in_body()
