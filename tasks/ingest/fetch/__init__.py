"""Pages fetched from the Web, politely: feeds, sitemaps and addresses in, page records out."""
