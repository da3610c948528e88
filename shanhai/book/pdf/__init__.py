"""The PDF report: a Sphinx builder that writes Typst and typesets it."""
