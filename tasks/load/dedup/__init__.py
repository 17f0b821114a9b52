"""Duplicates: exact ones, near ones, and pages received before."""
