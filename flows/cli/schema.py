"""`copydesk schema`: the tables, their columns and the codes in them, each with its sentence."""

import argparse
from collections.abc import Sequence
from typing import Any

from flows.cli.suggestions import did_you_mean
from tasks.errors import EXIT_DONE, UsageError


def print_schema(options: argparse.Namespace) -> int:
    """Print all tables with a sentence each, or one table or list of codes in full."""
    from expectations.reasons import quarantine_sentences
    from tasks.schema.dictionary import dictionary

    described = dictionary(quarantine_sentences())
    entries = {entry.get("table") or entry["codes"]: entry for entry in (*described["tables"], *described["codes"])}
    if options.table is not None and options.table not in entries:
        hint = did_you_mean(options.table, entries) or "; choose from " + ", ".join(entries)
        raise UsageError(f"unknown table: {options.table}{hint}")
    if options.json:
        from flows.cli.console import print_json

        print_json(entries[options.table] if options.table else described)
    elif options.table:
        _print_entry(entries[options.table])
    else:
        _print_overview(described)
    return EXIT_DONE


def _print_overview(described: dict[str, Any]) -> None:
    rows = [(entry["table"], f"{len(entry['columns'])} columns", entry["description"]) for entry in described["tables"]]
    rows += [
        (entry["codes"], f"{len(entry['values'])} codes", f"Values of `{entry['column']}`.")
        for entry in described["codes"]
    ]
    _print_rows(("name", "", "contents"), rows)
    print("\nOne of them in full: copydesk schema NAME. All of it for programs: copydesk schema --json.")


def _print_entry(entry: dict[str, Any]) -> None:
    if "codes" in entry:
        print(f"Values of {entry['column']}.\n")
        _print_rows(("code", "meaning"), [(value["code"], value["description"]) for value in entry["values"]])
        return
    print(f"{entry['description']}\n")
    rows = [
        (
            column["name"],
            column["type"].replace("item: ", "") + (" or null" if column["is_nullable"] else ""),
            column["description"],
        )
        for column in entry["columns"]
    ]
    _print_rows(("column", "type", "meaning"), rows)


def _print_rows(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table whose last column takes what is left of the terminal's width; nothing is cut in a pipe."""
    from rich.table import Table

    from flows.cli.terminal import Terminal

    table = Table(*head, box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in table.columns[:-1]:
        column.overflow, column.no_wrap = "fold", True
    for row in rows:
        table.add_row(*row)
    Terminal().print_table(table)
