"""Building a book: execution, cache, digests, locks, and putting outputs in place."""
