"""Charts: one theme, figures with their claims, and a renderer that writes them as SVG."""
