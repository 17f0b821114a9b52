"""Bytes to blocks: decoding, HTML, and what a page declares."""
