"""Quantities in Chinese text: find every numeral, and read its value, scale, unit and hedge."""
