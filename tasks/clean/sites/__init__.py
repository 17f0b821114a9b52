"""Memory of sites: lines that recur on many pages."""
