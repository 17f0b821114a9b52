"""The commands that read or maintain a dataset. Heavy packages are imported inside the command that needs them."""

import argparse
import os
import sys

from tasks.errors import EXIT_DONE, CopydeskError, UsageError
from tasks.storage.addresses import shown


def show_dataset(options: argparse.Namespace) -> int:
    """Print a summary of a dataset."""
    from flows.cli.console import print_json
    from flows.cli.show import dataset_summary, print_dataset
    from tasks.load.output import Output

    output = Output.open(options.output)
    if options.json:
        print_json(dataset_summary(output))
    else:
        print_dataset(output)
    return EXIT_DONE


def explain_page(options: argparse.Namespace) -> int:
    """Print what is known of one page."""
    from flows.cli.console import print_json
    from flows.cli.explain import print_explanation
    from flows.cli.lookup import explanation, find_pages
    from flows.cli.terminal import one_line
    from tasks.load.output import Output

    output = Output.open(options.output)
    if not options.page.strip():
        raise UsageError("the name of the page is empty; give its id, path or address")
    pages = find_pages(options.page, output)
    if not pages:
        raise _no_such_page(options.page)
    if len(pages) > 1:
        print(
            f"copydesk: {len(pages)} pages match {one_line(options.page)}; showing the newest. Others:", file=sys.stderr
        )
        for row in pages[1:]:
            print(f"  {row['doc_id']}  {one_line(row['source_uri'])}  {row['outcome']}", file=sys.stderr)
    if options.json:
        print_json(explanation(pages[0], output))
    else:
        print_explanation(pages[0], output, is_full=options.full)
    return EXIT_DONE


def _no_such_page(wanted: str) -> UsageError:
    return UsageError(f"{shown(wanted)}: no page of this dataset has this id, path or address")


def check_thresholds(options: argparse.Namespace) -> int:
    """Check a thresholds file."""
    from pathlib import Path

    from expectations.thresholds import DEFAULT_FILE, load_thresholds

    path = Path(options.file) if options.file else DEFAULT_FILE
    print(f"{path}: {load_thresholds(path).count} thresholds, all valid")
    return EXIT_DONE


def list_or_prune_quarantine(options: argparse.Namespace) -> int:
    """List the quarantined pages, or delete old ones."""
    from flows.cli.console import print_json
    from flows.cli.show import check_selection, print_quarantine
    from flows.quarantine import prune, select
    from flows.report.wording import count
    from tasks.load.output import Output

    output = Output.open(options.output)
    if options.limit < 0:
        raise UsageError("--limit must be an integer >= 0")
    check_selection(output, options.reason, options.run_id)
    if options.prune_days is None and options.prune_megabytes is None:
        rows = select(output, reason=options.reason, run_id=options.run_id)
        if options.json:
            print_json(rows[: options.limit or len(rows)])
        else:
            print_quarantine(rows, output, reason=options.reason, limit=options.limit)
        return EXIT_DONE
    if min(options.prune_days or 0, options.prune_megabytes or 0) < 0:
        raise UsageError("--prune-days and --prune-megabytes must be integers >= 0")
    rows_deleted, pages_deleted = prune(output, days=options.prune_days, megabytes=options.prune_megabytes)
    print(f"deleted {count(rows_deleted, 'row')} of quarantine and {count(pages_deleted, 'raw page')}")
    return EXIT_DONE


def add_entities(options: argparse.Namespace) -> int:
    """Find the entities of all articles that have none yet."""
    from flows.report.wording import count
    from flows.settings import quiet_environment
    from tasks.entities.find import load_model
    from tasks.load.output import Output

    output = Output.open(options.output)
    load_model(options.model)  # a wrong name is reported before Prefect is loaded
    quiet_environment()
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    from flows.entities import find_entities
    from flows.operate.prefect_settings import api_url, check_server

    if api_url():
        check_server()
        counts = find_entities(str(output.root), options.model)
    else:
        counts = find_entities.fn(str(output.root), options.model)
    up_to_date = count(counts["files_up_to_date"], "file")
    found = f"{counts['entities']:,} entities in {count(counts['articles'], 'article')}"
    print(f"{found}; {up_to_date} already up to date")
    return EXIT_DONE


def compact_files(options: argparse.Namespace) -> int:
    """Join small files of the dataset."""
    from flows.operate.upkeep import compact
    from flows.report.wording import count
    from tasks.load.output import Output

    for table, (before, after) in compact(Output.open(options.output)).items():
        print(f"{table}: {count(before, 'file')}, now {after:,}")
    return EXIT_DONE


def mirror_dataset(options: argparse.Namespace) -> int:
    """Publish the dataset to an object store, or list the files of a table there."""
    from flows.operate.upkeep import push
    from flows.report.wording import count
    from tasks.load.mirror import Mirror
    from tasks.load.output import Output
    from tasks.storage.object_stores import file_system

    if options.list:
        _check_table(options.list)
        files, root = file_system(options.address)
        print("\n".join(Mirror(files, root, options.address).addresses(options.list)))
        return EXIT_DONE
    pushed = push(Output.open(options.output), options.address, drops_earlier=options.drop_earlier)
    uploaded = f"{pushed.uploaded:,} uploaded ({pushed.uploaded_bytes:,} bytes)"
    print(
        f"state {pushed.state}: {count(pushed.files, 'file')}, {uploaded}, {count(pushed.removed, 'old file')} removed"
    )
    return EXIT_DONE


def _check_table(name: str) -> None:
    """Refuse a table that no mirror has: a typo would look like a table without files.

    Raises:
        UsageError: the message names the tables.
    """
    from tasks import schema

    if name not in schema.PUBLISHED:
        raise UsageError(f"--list: unknown table: {name}; a mirror has {', '.join(schema.PUBLISHED)}")


def repair_output(options: argparse.Namespace) -> int:
    """Make the links of a copied output again."""
    from tasks.load.output import Output
    from tasks.load.repair import repair

    output = Output(options.output)
    repaired = repair(output)
    if repaired is None:
        Output.open(options.output)
        print(f"{output.root}: nothing to repair, state {output.state()} is whole")
        return EXIT_DONE
    print(f"{output.root}: repaired; {repaired.damage}")
    print(f"published is state {repaired.state}, the newest that is whole")
    for path in repaired.kept:
        print(f"kept, as it is not part of that state: {path}; delete it if you do not need it")
    return EXIT_DONE


def rebuild_index(options: argparse.Namespace) -> int:
    """Rebuild the near-duplicate index."""
    from flows.operate import upkeep
    from flows.report.wording import count
    from tasks.load.output import Output

    print(f"rebuilt {count(upkeep.rebuild_index(Output.open(options.output)), 'signature')}")
    return EXIT_DONE


def forget_article(options: argparse.Namespace) -> int:
    """Remove an article everywhere, or show what would be removed."""
    from flows.cli.terminal import one_line
    from flows.operate import upkeep
    from flows.report.wording import count
    from tasks.load.maintenance.forget import find_target
    from tasks.load.output import Output

    output = Output.open(options.output)
    target = find_target(output, options.wanted)
    if not target.doc_ids:
        raise _no_such_page(options.wanted)
    print(f"{count(len(target.article_ids), 'article')} and {count(len(target.doc_ids), 'page')}:")
    for source in sorted(target.source_uris):
        print(f"  {one_line(source)}")
    if not options.yes:
        print("Nothing was removed. Run again with --yes to delete them permanently.")
        return EXIT_DONE
    counts, left = upkeep.forget_article(output, target)
    removed = ", ".join(f"{count(rows, 'row')} of {name}" for name, rows in sorted(counts.items()) if rows)
    print(f"removed: {removed or 'nothing, it was forgotten before'}")
    if left:
        raise CopydeskError(f"still named in {', '.join(left)}")
    print("Verified: no row in any file refers to them (the ledger keeps `forgotten` entries).")
    print("The files that they were read from are not touched, and a mirror keeps earlier states: delete the files")
    print("yourself, then run `copydesk mirror ADDRESS --drop-earlier`.")
    return EXIT_DONE
