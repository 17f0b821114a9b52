"""Articles in formats for other tools: JSON lines, CSV, SQLite, DuckDB, Markdown."""
