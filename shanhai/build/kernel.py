"""A kernel's own process: IPython's kernel, which notes each file that its notebook opens.

``python kernel.py NOTES -f CONNECTION``. A line of the file ``NOTES`` is ``r`` or ``w`` and a path, each
once. Files of Python and of the system are left out: they change with the versions that are installed.
"""

from __future__ import annotations

import os
import sys

_SYSTEM = ("/proc/", "/dev/", "/sys/", "/etc/", "/usr/share/", "/usr/lib/", "/lib/")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch(notes: str) -> None:
    """Note in the file ``notes`` what this process opens from now on."""
    import sysconfig

    handle = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    own = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    own |= {path for path in sys.path if path.endswith("-packages")}
    ignored = (*_SYSTEM, *(f"{path}{os.sep}" for path in own if path))
    seen: set[str] = set()

    def hook(event: str, arguments: tuple) -> None:
        if event != "open" or not isinstance(arguments[0], (str, bytes)):
            return
        path, mode, flags = arguments
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - links are followed by who reads this
        if name.startswith(ignored):
            return
        # Python's own `open` says its mode, `os.open` its flags.
        writes = any(letter in mode for letter in "wax+") if mode else bool(flags & _WRITES)
        line = f"{'w' if writes else 'r'} {name}\n"
        if line not in seen:
            seen.add(line)
            os.write(handle, line.encode("utf-8", "surrogateescape"))

    sys.addaudithook(hook)


def main() -> None:
    """Start IPython's kernel; what it opens itself at its start is none of the notebook's."""
    # The folder of this file would hide modules of the same names.
    del sys.path[0]
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(sys.argv[2:])
    watch(sys.argv[1])
    app.start()


if __name__ == "__main__":
    main()
