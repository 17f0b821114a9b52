"""Whether an output is sound after a soak, what it contains, and how fast something grows."""

import json
import math
import os
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from tasks import schema
from tasks.load.output import KEEP_SNAPSHOTS, Output, OutputBusyError


def slope(values):
    """The slope of a line through values one apart, and its standard error; nothing of fewer than five.

    Memory moves in steps, so that one value says little beside the one before: the error is widened by the
    correlation of neighbours, or a single step would pass for growth.
    """
    count = len(values)
    if count < 5:
        return None
    middle, mean = (count - 1) / 2, sum(values) / count
    spread = sum((number - middle) ** 2 for number in range(count))
    found = sum((number - middle) * value for number, value in enumerate(values)) / spread
    rest = [value - mean - found * (number - middle) for number, value in enumerate(values)]
    squares = sum(one * one for one in rest)
    together = sum(one * other for one, other in pairwise(rest)) / squares if squares > 0 else 0.0
    together = min(max(together, 0.0), 0.95)
    return found, math.sqrt(squares / (count - 2) / spread * (1 + together) / (1 - together))


def second_half(values):
    """The values of the second half of a soak, when what is loaded once has been."""
    return values[len(values) // 2 :]


def held_on_disk(root):
    """Files by folder of the output, megabytes (hard links once), and leftover names of unfinished writes."""
    files: Counter[str] = Counter()
    sizes: dict[int, int] = {}
    half_done = []
    for folder, _, names in os.walk(root):
        top = Path(folder).relative_to(root).parts
        for name in names:
            path = Path(folder, name)
            files[top[0] if top else "."] += 1
            if name.endswith(".tmp"):
                half_done.append(str(path))
            try:
                entry = path.lstat()
            except OSError:  # a run has just replaced it
                continue
            sizes[entry.st_ino] = entry.st_blocks * 512
    return dict(files), round(sum(sizes.values()) / 1e6, 1), half_done


def _rows(output, table):
    files = [str(path) for path in output.files(table).values()]
    return files, duckdb.read_parquet(files).aggregate("count(*)").fetchall()[0][0] if files else 0


def unsound(root, sources):
    """What is wrong with an output that no run is writing to, in sentences; and its counts."""
    output = Output(root)
    tables = {table: _rows(output, table) for table in schema.PUBLISHED}
    counts: dict[str, Any] = {table: rows for table, (_, rows) in tables.items()}
    files = {table: paths for table, (paths, _) in tables.items()}
    wrong = _wrong_in_tables(files, counts, sources) + _wrong_in_reports(output, files["ledger"]) + _left_behind(output)
    return wrong, counts


def _wrong_in_tables(files, counts, sources):
    """Every file that was there is in the ledger once, and the other tables agree with it."""
    wrong = []
    ledger, articles = duckdb.read_parquet(files["ledger"]), duckdb.read_parquet(files["articles"])
    outcomes = dict(ledger.aggregate("outcome, count(*)", "outcome").fetchall())
    counts["ledger by outcome"] = outcomes
    ((documents,),) = ledger.aggregate("count(distinct doc_id)").fetchall()
    if not documents == counts["ledger"] == sources:
        wrong.append(f"{sources} files were there, and the ledger has {counts['ledger']} rows of {documents} documents")
    if sum(outcomes.get(name, 0) for name in ("article", "duplicate", "quarantined")) != counts["ledger"]:
        wrong.append(f"articles, duplicates and quarantined do not add up to the ledger: {outcomes}")
    if outcomes.get("quarantined", 0) != counts["quarantine"]:
        wrong.append(
            f"{outcomes.get('quarantined', 0)} pages are quarantined in the ledger, {counts['quarantine']} in the table"
        )
    known = articles.join(ledger.filter("outcome = 'article'").project("doc_id"), "doc_id")
    ((once, distinct),) = known.aggregate("count(*), count(distinct article_id)").fetchall()
    if counts["articles"] + counts["versions"] != outcomes.get("article", 0):
        wrong.append(
            f"{counts['articles']} articles and {counts['versions']} earlier versions, "
            f"{outcomes.get('article', 0)} in the ledger"
        )
    if not once == distinct == counts["articles"]:
        wrong.append(f"{counts['articles']} articles, {once} of them ({distinct} distinct) are articles in the ledger")
    return wrong


def _wrong_in_reports(output, ledger):
    """What every run says it published adds up, and is in the ledger."""
    wrong = []
    rows = dict(duckdb.read_parquet(ledger).aggregate("run_id, count(*)", "run_id").fetchall())
    for path in sorted(output.runs.glob("*.json")):
        report = json.loads(path.read_text())
        counts = report["counts"]
        if not report["snapshot"]:
            continue
        if counts["received"] != counts["articles"] + counts["duplicates"] + counts["quarantined"]:
            wrong.append(f"run {report['run_id']} does not add up: {counts}")
        if rows.get(report["run_id"], 0) != counts["received"]:
            wrong.append(
                f"run {report['run_id']}: {counts['received']} pages received, {rows.get(report['run_id'], 0)} "
                "rows in the ledger"
            )
    return wrong


def _left_behind(output):
    """What killed runs left that a whole run should have put away."""
    wrong = []
    _, _, half_done = held_on_disk(output.root)
    if half_done:
        wrong.append(f"{len(half_done)} temporary files: {half_done[:3]}")
    if left := [str(path) for path in output.work.rglob("*") if path.is_file()]:
        wrong.append(f"{len(left)} files in work/: {left[:3]}")
    if empty := [str(path) for path in output.root.rglob("*.parquet") if path.is_file() and path.stat().st_size == 0]:
        wrong.append(f"empty files: {empty[:3]}")
    snapshots = [path for path in output.published.iterdir() if path.is_dir() and path.name.isdigit()]
    if len(snapshots) > KEEP_SNAPSHOTS + 1:  # the oldest goes when the next run begins
        wrong.append(f"{len(snapshots)} snapshots are kept")
    try:
        with output.lock():
            pass
    except OutputBusyError as error:
        wrong.append(str(error))
    return wrong
