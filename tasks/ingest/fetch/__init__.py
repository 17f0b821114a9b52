"""Polite fetching from the Web: feeds, sitemaps and addresses in, page records out."""
