"""Labelled lines and declared signals in; one article row a page, every value with its origin."""
