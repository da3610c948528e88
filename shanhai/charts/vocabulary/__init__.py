"""The vocabulary of charts: what a notebook calls to draw its rows; each returns a plain Altair chart."""
