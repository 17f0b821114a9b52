"""The steps of the line: ingest, clean, extract, load, and what they share."""
