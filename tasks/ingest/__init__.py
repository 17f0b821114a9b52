"""Sources in, page records out."""
