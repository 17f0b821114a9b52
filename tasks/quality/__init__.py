"""The quality of the runs of an output: metrics by site, their history, and drift."""
