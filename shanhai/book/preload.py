"""What every notebook imports, imported once before their kernels are forked (see `kernels`)."""

import contextlib

from shanhai.book.spared import spare

spare()

import ipykernel.ipkernel  # noqa: E402
import ipykernel.kernelapp  # noqa: E402
import ipykernel.zmqshell  # noqa: E402, F401

# Whatever is wrong here, the notebook that imports it says so, with the line of its cell.
with contextlib.suppress(Exception):
    import shanhai.notebook  # noqa: F401
