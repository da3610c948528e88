"""The words of the interface, in the book's language, from one file of the book."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from sphinx.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.environment import BuildEnvironment


def words(env: BuildEnvironment) -> Mapping[str, Any]:
    """Return the words of the book's language, from the file that ``shanhai_words`` names.

    The current page is noted as depending on that file. A file that is missing, or that lacks the
    language, raises ConfigError.
    """
    env.note_dependency(str(Path(env.srcdir) / env.config.shanhai_words))
    return load(Path(env.srcdir), env.config.shanhai_words, env.config.language or "en")


def load(directory: Path, name: str, language: str) -> Mapping[str, Any]:
    """Return the words of ``language`` (``zh_CN`` reads ``zh``) from the file ``name``."""
    group = language.replace("-", "_").partition("_")[0]
    try:
        groups = _parse((directory / name).read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"shanhai_words: there is no file {name}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"shanhai_words: {name} is not YAML: {error}") from None
    if not isinstance(groups, dict) or group not in groups:
        raise ConfigError(f"shanhai_words: {name} has no words for language {group!r}")
    return groups[group]


@lru_cache(maxsize=4)
def _parse(text: str) -> Any:
    """Return what a YAML text holds; a page asks for the same words for each of its figures."""
    return yaml.safe_load(text)
