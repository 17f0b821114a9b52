"""The commands for corrections by site: `check-sites` and `preview`."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tasks.errors import EXIT_DONE, UsageError

if TYPE_CHECKING:
    from flows.cli.terminal import Terminal
    from flows.preview import PageChange, Preview

_SHOWN_PARAGRAPHS, _SHOWN_CHARS = 8, 160  # of one page: enough to recognise what changes


def check_sites(options: argparse.Namespace) -> int:
    """Check a file of corrections by site."""
    from flows.report.wording import count
    from tasks.site_rules.file import load_site_rules

    rules = load_site_rules(options.file)
    entries = f"{len(rules.site):,} {'entry' if len(rules.site) == 1 else 'entries'}"
    print(f"{options.file}: {count(rules.rule_count, 'rule')} in {entries}, all valid", *rules.repeated, sep="\n")
    return EXIT_DONE


def preview_sites(options: argparse.Namespace) -> int:
    """Show which articles a file of corrections would change, and how."""
    from tasks.load.output import Output
    from tasks.site_rules.entries import NO_RULES
    from tasks.site_rules.file import load_site_rules

    if options.limit < 1:
        raise UsageError("--limit must be an integer above 0")
    rules = load_site_rules(options.file)
    earlier = load_site_rules(options.earlier) if options.earlier else NO_RULES
    output = Output.open(options.output)

    from pathlib import Path

    from expectations.thresholds import DEFAULT_FILE, load_thresholds
    from flows.cli.console import print_json
    from flows.cli.terminal import Terminal
    from flows.preview import preview
    from flows.settings import Settings, quiet_environment

    limits = load_thresholds(Path(options.thresholds) if options.thresholds else DEFAULT_FILE)
    quiet_environment()
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        raise UsageError(str(error)) from error
    found = preview(output, rules, earlier, limits, settings, options.limit)
    if options.json:
        print_json(found)
    else:
        _print(Terminal(), found, options.limit)
    return EXIT_DONE


def _print(console: "Terminal", found: "Preview", limit: int) -> None:
    for change in found.changes:
        _print_change(console, change)
    console.print(_counts(found, limit), soft_wrap=True)
    if found.without_pages and found.stored_count:
        console.print("Entries that no kept page is for (is the host right?):", style="bold")
        for name in found.without_pages:
            console.print(f"  {_short(name)}", soft_wrap=True)
    unused = [(entry, rule) for entry, rule, uses in found.uses if not uses]
    if unused and found.compared_count:
        console.print("Rules that found nothing on these pages:", style="bold")
        for entry, rule in unused:
            console.print(f"  {_short(entry)}: {_short(rule)}", soft_wrap=True)
    if found.changes:
        console.print("Flags are not compared: some depend on the other pages of the site.", soft_wrap=True)
    console.print("Nothing was published. Apply the file with `copydesk replay --all --sites FILE`.", soft_wrap=True)


def _print_change(console: "Terminal", change: "PageChange") -> None:
    from flows.cli.terminal import one_line

    console.print(one_line(change.source), style="bold", soft_wrap=True)
    if change.outcome_before != change.outcome_after:
        console.print(
            f"  outcome: {_outcome(change.outcome_before)} → {_outcome(change.outcome_after)}", soft_wrap=True
        )
    for field in change.fields:
        origin = f"  ({one_line(field.origin)})" if field.origin else ""
        console.print(f"  {field.name}: {_value(field.before)} → {_value(field.after)}{origin}", soft_wrap=True)
    for paragraph in change.text[:_SHOWN_PARAGRAPHS]:
        console.print(f"  {_short(paragraph)}", style="red" if paragraph[0] == "-" else "green", soft_wrap=True)
    left = len(change.text) - _SHOWN_PARAGRAPHS
    if left > 0:
        console.print(f"  … and {left:,} more changed paragraphs (all are in --json)")
    console.print()


def _counts(found: "Preview", limit: int) -> str:
    """How many pages there are, were looked at and change, in a sentence."""
    from flows.report.wording import count

    text = f"{count(found.stored_count, 'kept page')}, {found.matched_count:,} with rules"
    if found.matched_count and not found.compared_count:
        text += ", of which none can be read"
    if found.compared_count:
        is_part = found.compared_count < found.matched_count
        newest = f" (the newest, up to {limit:,} for each entry; --limit N changes that)" if is_part else ""
        text += f", {found.compared_count:,} looked at{newest}: {count(len(found.changes), 'page')} would change"
        gone = sum(change.outcome_before == "article" != change.outcome_after for change in found.changes)
        won = sum(change.outcome_after == "article" != change.outcome_before for change in found.changes)
        text += f", of {count(found.article_count, 'article')} {gone:,} quarantined and {won:,} new"
    return f"{text}."


def _outcome(outcome: str) -> str:
    return outcome if outcome == "article" else f"quarantined ({outcome})"


def _value(value: object) -> str:
    if value is None or value == []:
        return "(none)"
    return _short("; ".join(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str) else value)


def _short(value: object) -> str:
    from flows.cli.terminal import one_line

    text = one_line(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"
