"""What every notebook imports, imported once before their kernels are forked (see `kernels`)."""

import sys

# Altair imports jsonschema, and that its check of international addresses, where it is installed: a
# second, for a format that no chart uses.
sys.modules.setdefault("rfc3987_syntax", None)

import ipykernel.ipkernel  # noqa: E402
import ipykernel.kernelapp  # noqa: E402
import ipykernel.zmqshell  # noqa: E402, F401

import shanhai.notebook  # noqa: E402, F401
