"""Maintenance of a published dataset: compaction, deletion."""
