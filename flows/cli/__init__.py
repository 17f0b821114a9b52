"""Command line: the parser, what each command does, and what is printed."""
