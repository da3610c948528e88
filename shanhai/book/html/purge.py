"""Style sheets without the rules that cannot apply to any page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set

import tinycss2
from tinycss2.ast import Node

_ATTRIBUTE = re.compile(r"""\s(?:class|id)=(?:"([^"]*)"|'([^']*)')""")
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_NAME = re.compile(r"([.#])((?:[\w-]|[^\x00-\x7f]|\\.)+)")
_NOT_NAMES = re.compile(r":(?:not|is|where|has|host)\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]")
_NESTED = {"media", "supports", "layer", "container"}


def names(pages: Iterable[str], scripts: Iterable[str]) -> set[str]:
    """Return every class and id of ``pages``, and every word of the scripts that may set one."""
    found: set[str] = set()
    for page in pages:
        for match in _ATTRIBUTE.finditer(page):
            found.update((match[1] or match[2] or "").split())
    for script in scripts:
        found.update(_WORD.findall(script))
    return found


def purge(css: str, used: Set[str]) -> str:
    """Return ``css`` without comments, icon fonts, and rules whose classes and ids are not ``used``."""
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "".join(_rules(nodes, used))


def _rules(nodes: Iterable[Node], used: Set[str]) -> list[str]:
    kept = []
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = [text for text in _split(node.prelude) if _applies(text, used)]
            body = _minify(tinycss2.serialize(node.content))
            if selectors and body:
                kept.append(f"{','.join(selectors)}{{{body}}}\n")
        elif node.type == "at-rule":
            kept.append(_at_rule(node, used))
    return [text for text in kept if text]


def _at_rule(node: Node, used: Set[str]) -> str:
    keyword = node.lower_at_keyword
    prelude = _minify(tinycss2.serialize(node.prelude))
    if keyword == "charset":
        return ""
    if node.content is None:
        return f"@{keyword} {prelude};\n"
    if keyword in _NESTED:
        inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        rules = _rules(inner, used)
        return f"@{keyword} {prelude}{{\n{''.join(rules)}}}\n" if rules else ""
    return f"@{keyword} {prelude}{{{_minify(tinycss2.serialize(node.content))}}}\n"


def _split(prelude: list[Node]) -> list[str]:
    """Return the selectors of a list; commas within brackets do not part them."""
    parts: list[list[Node]] = [[]]
    for node in prelude:
        if node.type == "literal" and node.value == ",":
            parts.append([])
        elif node.type != "comment":
            parts[-1].append(node)
    return [_minify(tinycss2.serialize(part)) for part in parts]


def _applies(selector: str, used: Set[str]) -> bool:
    plain = _NOT_NAMES.sub("", selector)
    return all(name.replace("\\", "") in used for _, name in _NAME.findall(plain))


_STRING: Callable[[str], list[str]] = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|url\([^)]*\))"""
).split


def _minify(text: str) -> str:
    """Return CSS with runs of white space as one space, strings untouched."""
    parts = _STRING(re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    parts[::2] = [re.sub(r"\s+", " ", part) for part in parts[::2]]
    return "".join(parts).strip()
