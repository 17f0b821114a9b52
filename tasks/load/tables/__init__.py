"""The tables of a run, staged for publication."""
