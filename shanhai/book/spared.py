"""An import that is spared, in the build and in every kernel.

Altair and Jupyter Book import jsonschema, and that its check of international addresses where it is
installed: a second, for a format that nothing here uses. To a notebook the module is one that is not there.
"""

import sys

_MODULE = "rfc3987_syntax"

STATEMENT = f'__import__("sys").modules.setdefault("{_MODULE}", None)'
"""The same for IPython to run as a kernel starts; it leaves no name behind."""


def spare() -> None:
    """Let the module be missing in this process, unless it is loaded."""
    sys.modules.setdefault(_MODULE, None)
