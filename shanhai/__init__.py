"""Turns the figures of an article into data, and the data into a book that can be recomputed.

``evidence`` is the domain: claims, intervals, identities, and the checks on them. ``charts`` draws with
Altair. ``book`` makes the HTML book and the PDF report with Sphinx. Data flows one way:
``data/`` -> ``shanhai`` -> ``notebooks/`` -> HTML and PDF.
"""

__version__ = "1.0.0"
