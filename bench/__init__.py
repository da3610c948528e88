"""How fast, how large and how hard to break the book's build is: ``python -m bench --help``."""
