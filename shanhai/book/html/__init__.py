"""What HTML alone has: cards, live charts, search, downloads, metadata, each with its script or style."""
