"""What the runs of an output were like: metrics by site, their history, and what has drifted from it."""
