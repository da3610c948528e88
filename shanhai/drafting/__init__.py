"""A second book: an article read into a drafted ledger, its totals proposed, its book written."""
