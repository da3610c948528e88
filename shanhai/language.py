"""A language's name in the three forms that data, formats and web pages ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language and perhaps its script and region, however an author wrote them."""

    code: str
    """The language alone, as the data's columns end: ``zh``."""
    locale: str
    """As Babel and Sphinx write it: ``zh_CN``."""
    tag: str
    """As web pages write it (BCP 47): ``zh-CN``."""

    @classmethod
    def of(cls, name: str | None) -> Language:
        """Read a name such as ``zh_CN``, ``zh-CN``, ``zh-hans-cn`` or ``en``; none is English."""
        code, *others = (name or "en").replace("_", "-").split("-")
        # RFC 5646, section 2.1.1: scripts have four letters and a capital, regions are in capitals.
        parts = [code.lower(), *(p.title() if len(p) == 4 else p.upper() for p in others)]
        return cls(parts[0], "_".join(parts), "-".join(parts))
