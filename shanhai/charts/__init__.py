"""Charts: one theme, figures with their claims, a renderer for notebooks, and pictures for the book."""
