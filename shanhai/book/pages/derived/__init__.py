"""Figures that notebooks derive: the role that shows one, and how each was made."""
