"""The fields of an article, one module per field."""
