"""The words of the interface in the book's language: the package's own, some replaced by the book.

``words.yml`` beside this module holds one group for each language. A book may replace single words in a
file of the same shape, ``book/words.yml`` unless ``shanhai_words`` names another.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sphinx.errors import ConfigError

from shanhai.language import Language

DEFAULTS = Path(__file__).with_name("words.yml")


def load(directory: Path, name: str, language: Language | str) -> Mapping[str, Any]:
    """Return the words of ``language``.

    Words in the file ``name`` of the book in ``directory``, if it is there, come before the package's.

    Raises:
        ConfigError: the book's file is not a mapping, or there are no words of the language.
    """
    group = (language if isinstance(language, Language) else Language.of(language)).code
    known = _parse(DEFAULTS.read_text("utf-8"))
    own: Any = {}
    path = directory / name
    if path.is_file():
        try:
            own = _parse(path.read_text("utf-8-sig")) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(f"{name}: not YAML in UTF-8: {error}") from None
        if not isinstance(own, dict) or not isinstance(own.get(group, {}), dict):
            raise ConfigError(f"{name}: expected a group of words for each language, such as zh:")
    if group not in known and group not in own:
        raise ConfigError(f"no words for language {group!r}; write a group {group}: in {name}")
    return _merged(known.get(group, known["en"]), own.get(group, {}))


def _merged(words: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``words`` with those of ``others`` in their places, groups within groups too."""
    merged = dict(words)
    for key, value in others.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


@lru_cache(maxsize=4)
def _parse(text: str) -> Any:
    """Return what a YAML text holds; a page asks for the same words for each of its figures."""
    return yaml.safe_load(text)
