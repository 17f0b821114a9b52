"""Corrections by site: what a user's file says about the pages of a host, and which of it applies to one page."""
