"""Charts: one theme, findings with their claims, and a renderer that writes them as SVG."""
