"""Page records in; every line labelled, with what was done to it and why."""
