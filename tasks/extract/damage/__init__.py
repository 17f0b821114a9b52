"""Damage that a reader of an article would see at once, known by its form: each kind is one flag of the row."""
