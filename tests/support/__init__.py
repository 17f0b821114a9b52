"""What several test modules share; `tests` is on pytest's `pythonpath`."""
