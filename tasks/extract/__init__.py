"""Labelled lines and declared signals in; one article row per page, every value with its origin."""
