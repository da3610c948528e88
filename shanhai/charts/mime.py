"""Names of what travels between a notebook and the book's pages."""

KEY = "shanhai"
"""Where in a chart's ``usermeta`` the package keeps what Vega-Lite has no property for."""

MIME = "application/vnd.shanhai.chart+json"
"""A chart for the book: its pictures, its words, its data."""

LAB_MIME = "application/vnd.vegalite.v5+json"
"""What JupyterLab 4 has a viewer for; it draws specifications of version 6 too."""
