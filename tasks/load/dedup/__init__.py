"""Duplicates: the same page, the same text, and near-duplicates."""
