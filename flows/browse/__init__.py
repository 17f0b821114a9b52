"""A web page over a dataset, for analysts: read-only, on this machine only, without a script."""
