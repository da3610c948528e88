"""Editions in other languages: catalogues of translations, and the book's source written with them."""
