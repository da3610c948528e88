"""The domain: what an article claims, how exactly, and whether it agrees with itself."""
