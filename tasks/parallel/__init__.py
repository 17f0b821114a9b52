"""Parallel work: the executor, its engines, and isolation of pages that crash or hang a parser."""
