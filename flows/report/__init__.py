"""The report of a run: its numbers, HTML, alerts and metrics."""
