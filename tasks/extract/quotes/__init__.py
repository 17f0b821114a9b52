"""Direct quotes and their speakers."""
