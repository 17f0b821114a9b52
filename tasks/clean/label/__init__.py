"""Labels: rules that name each line and each page."""
