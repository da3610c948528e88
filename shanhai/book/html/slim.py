"""Pages carry what they use: one style sheet, a few icons, no script without a purpose.

The theme and Jupyter Book's extensions load everything they have on every page. Here a page names the
scripts it needs alone, in the order of its text, and one style sheet, which is put together when all
pages are written (only then is it known which rules apply), and static files that nothing refers
to are removed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shanhai.book.html import icons, purge

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config

HERE = Path(__file__).parent
STYLESHEET = "styles.css"
"""The one style sheet of the pages, in ``_static``; the template links it."""

THEME_STYLES = (
    "styles/theme.css",
    "styles/bootstrap.css",
    "styles/pydata-sphinx-theme.css",
)
"""What the theme's own template loads before all others."""

_PLURAL = re.compile(r"new Function\(\s*\"n\",[^;]*\)(?=;)")

#: Scripts by a part of their name or text, with what must be in a page's text for them to be of use.
OPTIONAL = {
    "translations.js": r'id="search-results"',
    "clipboard": r'class="highlight',
    "copybutton": r'class="highlight',
    "design-tabs": r'class="sd-tab',
    "togglebutton": r'class="[^"]*\b(?:toggle|dropdown)\b',
    "toggleHint": r'class="[^"]*\b(?:toggle|dropdown)\b',
    "toggleOpen": r'class="[^"]*\b(?:toggle|dropdown)\b',
    "DOCUMENTATION_OPTIONS.pagename": r"version-switcher__button",
}

_IMPORT = re.compile(r"""@import (?:url\()?["']?([^"'):]+)["']?\)?;""")
_MAP = re.compile(r"[#@] sourceMappingURL=\S+")
_NAME = re.compile(r"""[^\s"'`()<>/\\?#&=,;:{}\[\]]+""")
_VERSION = re.compile(rf'(/|"){re.escape(STYLESHEET)}\?v=\w*"')


def _configure(app: Sphinx, config: Config) -> None:
    """Put our templates between the book's own and the theme's, our scripts among the static files."""
    own = [path for path in config.templates_path if not Path(path).is_absolute()]
    others = [path for path in config.templates_path if path not in own]
    config.templates_path[:] = [*own, str(HERE / "templates"), *others]
    config.html_static_path.insert(0, str(HERE / "static"))


def _stop_thebe(app: Sphinx) -> None:
    """Let sphinx-thebe, which Jupyter Book always loads, do nothing where it is not asked for."""
    launch = app.config.html_theme_options.get("launch_buttons", {})
    if app.builder.format != "html" or launch.get("thebe"):
        return
    for listeners in list(app.events.listeners.values()):
        for listener in list(listeners):
            if getattr(listener.handler, "__module__", "") == "sphinx_thebe":
                app.disconnect(listener.id)


def _page(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Name the scripts a page uses; its style sheet is in the template."""
    if not _is_ours(app):
        return
    # The page of results has no text; its template has the place for them.
    text = 'id="search-results"' if pagename == "search" else context.get("body") or ""
    bundled = set(_members(app))
    context["css_files"] = [file for file in context["css_files"] if _name(file) not in bundled]
    scripts = []
    for script in context["script_files"]:
        said = f"{_name(script)} {getattr(script, 'attributes', {}).get('body') or ''}"
        if any(part in said and not re.search(use, text) for part, use in OPTIONAL.items()):
            continue
        scripts.append(script)
    context["script_files"] = _defer(scripts)


def _defer(scripts: list[Any]) -> list[Any]:
    """Return the scripts so that the page is shown before they are there; their order is kept.

    A script within the page runs at once, and may need any before it: those stay as they are.
    """
    scripts = sorted(scripts, key=lambda script: script.priority)
    inline = [at for at, script in enumerate(scripts) if not script.filename]
    first = inline[-1] + 1 if inline else 0
    return [
        script
        if at < first or {"async", "defer", "type"} & script.attributes.keys()
        else type(script)(
            script.filename, priority=script.priority, **script.attributes, defer="defer"
        )
        for at, script in enumerate(scripts)
    ]


def _is_ours(app: Sphinx) -> bool:
    return app.builder.format == "html" and app.config.html_theme == "sphinx_book_theme"


def _name(file: Any) -> str:
    """Return a style sheet's or script's name as registered, with no folder before or version after."""
    name = str(getattr(file, "filename", file) or "").partition("?")[0]
    return name.removeprefix("_static/")


def _members(app: Sphinx) -> list[str]:
    """Return the style sheets that go into the one, in their order."""
    plain = [
        _name(file)
        for file in sorted(app.builder._css_files, key=lambda file: file.priority)
        if set(file.attributes) <= {"rel", "type"} and "://" not in str(file.filename)
    ]
    return [*THEME_STYLES, *dict.fromkeys(plain)]


def _finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the style sheet, name its version in all pages, and remove what nothing refers to."""
    if exception or not _is_ours(app):
        return
    out = Path(app.outdir)
    static = out / "_static"
    members = [static / name for name in _members(app)]
    if not (static / THEME_STYLES[0]).exists():
        return  # No page was written: all is as the last build left it.
    written = (path for path in sorted(out.rglob("*.html")) if static not in path.parents)
    pages = {path: path.read_text("utf-8") for path in written}
    named = _names(pages.values())
    scripts = [path for path in static.rglob("*.js") if path.name in named]
    used = purge.names(pages.values(), (path.read_text("utf-8", "replace") for path in scripts))
    sheets = [_read(path) for path in members if path.exists()]
    outlines = next(iter(static.glob("vendor/fontawesome/*/js/all.min.js")), None)
    if outlines:
        used_icons = icons.used([*pages.values(), *(p.read_text("utf-8") for p in scripts)])
        script = outlines.read_text("utf-8")
        sheets.insert(len(THEME_STYLES), icons.stylesheet(used_icons, script))
    css = "".join(purge.purge(sheet, used) for sheet in sheets)
    if outlines:
        css = icons.draw(css, script)
    (static / STYLESHEET).write_text(css, "utf-8")
    version = hashlib.sha256(css.encode()).hexdigest()[:8]
    for path, text in pages.items():
        fresh = _VERSION.sub(rf'\g<1>{STYLESHEET}?v={version}"', text)
        if fresh != text:
            path.write_text(fresh, "utf-8")
    _state_plural(static)
    for path in _unused(app, out, named):
        path.unlink()
    for folder in sorted((p for p in static.rglob("*") if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _state_plural(static: Path) -> None:
    """Write the rule for plurals into Sphinx's script, which would evaluate a string for it.

    A strict Content-Security-Policy forbids that, and the words of the search with it.
    """
    script, catalogue = static / "doctools.js", static / "translations.js"
    if not (script.exists() and catalogue.exists()):
        return
    rule = re.search(r'"plural_expr": "([\w\s%<>=!&|?:()]+)"', catalogue.read_text("utf-8"))
    text = _PLURAL.sub(
        f"(n) => ({rule[1] if rule else 'n == 1 ? 0 : 1'})", script.read_text("utf-8")
    )
    script.write_text(text, "utf-8")


def _read(path: Path) -> str:
    """Return a style sheet with those it imports in their places."""
    text = path.read_text("utf-8")
    return _IMPORT.sub(lambda match: _read(path.parent / match[1]), text)


def _names(texts: Iterable[str]) -> set[str]:
    """Return all that may be a file's name in some texts: looked up, not looked for, they are many."""
    return {name for text in texts for name in _NAME.findall(text)}


def _unused(app: Sphinx, out: Path, named: set[str]) -> Iterator[Path]:
    """Yield the static files that neither pages name nor files that are themselves in use.

    Files of the book's own static folders stay: it may load them by names it puts together.
    """
    own = {
        path.relative_to(folder)
        for folder in (
            Path(app.confdir, name)
            for name in app.config.html_static_path
            if not Path(name).is_absolute()
        )
        for path in folder.rglob("*")
    }
    gone = {*_members(app), "basic.css"}
    static = out / "_static"
    left = {p for p in static.rglob("*") if p.is_file() and p.relative_to(static) not in own}
    left |= {static / name for name in gone if (static / name).exists()}
    texts = [(static / STYLESHEET).read_text("utf-8")]
    texts += [p.read_text("utf-8") for p in static.rglob("*.js") if p.relative_to(static) in own]
    names = named | _names(texts)
    while names:
        found = {
            p for p in left if p.name in names and p.relative_to(static).as_posix() not in gone
        }
        left -= found
        names = _names(
            _MAP.sub("", p.read_text("utf-8")) for p in found if p.suffix in {".js", ".css"}
        )
    yield from left


def setup(app: Sphinx) -> dict[str, bool]:
    """Shape pages after all other extensions; finish when all is written."""
    app.add_css_file("page.css", priority=900)
    app.connect("config-inited", _configure, priority=900)
    app.connect("builder-inited", _stop_thebe)
    app.connect("html-page-context", _page, priority=900)
    app.connect("build-finished", _finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
