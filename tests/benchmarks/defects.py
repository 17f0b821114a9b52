"""Which gate catches which defect: known defects planted in clean batches of invented pages, one kind at a time.

    python tests/benchmarks/defects.py [--kinds a,b] [--json FILE] [--pages N] [--clean-runs N] [--one-dose]
        [--workers N]

The real pipeline runs without Prefect: ingest, clean, extract, merge, metrics and drift, and the gate after each; rows
that break a critical rule are left out of what follows, as in `flows/pipeline.py`. Twelve clean runs before it are
the history. A planted page is repaired if it gives the row that it gives undamaged. A defect is caught if half or more
of the planted pages that are not repaired are quarantined or known as duplicates, if the run stops, or if
a warning about this defect appears on more rows than in any clean run; it is repaired if 19 of 20 planted pages are,
and marked if most rows only say what is odd about them, in `kind`, `flags` or `near_duplicate_of`. Precision and
recall are those of the pages set aside, as pages planted. Beside it stands a plain suite of Great Expectations on the
final table of a pipeline without gates.

The kinds of `defect_open.py` damage all pages of one site, and a row counts if it is quarantined, flagged or repaired.
"""

import argparse
import json
import logging
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import defect_site
import newsroom
import pyarrow as pa
from defect_kinds import KINDS, ONE, Kind
from defect_open import OPEN_KINDS
from defect_pages import Scene
from defect_pipeline import Past, Pipeline, Run, page_row
from defect_site import SiteFinding
from newsroom import Page

from tasks import schema
from tasks.steps import digest

HISTORY_RUNS = 12
DAY = newsroom.utc(2026, 9, 5)  # of the batch that is damaged; in the first twelve days, so that day and month can swap
_FIELDS = ("title", "authors", "published_date", "published_at", "language")  # with the text, what a repaired row has

# --- the measurement ------------------------------------------------------------------------------------------------


@dataclass
class Finding:
    """What became of one dose of a kind."""

    kind: str
    dose: float
    planted: int
    repaired: int = 0  # planted pages that give the rows they give undamaged
    state: str = "missed"  # caught | repaired | marked | missed
    rules: list[str] = field(default_factory=list)
    precision: float | None = None
    recall: float | None = None
    stops: list[str] = field(default_factory=list)
    error: str = ""
    plain_rules: list[str] = field(default_factory=list)
    other_warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Bench:
    """The batches and runs that every defect is measured against."""

    pipeline: Pipeline
    pages: list[Page]
    before: list[Page]
    control: Run
    usual: Counter  # warning -> rows, at most, in the clean runs
    plain_usual: Counter


def table_of(pages: list[Page]) -> pa.Table:
    """The pages as ingest would give them."""
    return pa.Table.from_pylist([page_row(page) for page in pages], schema=schema.PAGES)


def measure(bench: Bench, code: str, dose: float) -> Finding:
    """Plant one dose of one kind, run the pipeline and compare with the undamaged run."""
    start = time.perf_counter()
    kind = next(kind for kind in KINDS if kind.code == code)
    dice = random.Random(f"{code} {dose}")
    scene = Scene(dice, bench.pages, bench.before)
    pages, change = list(bench.pages), None
    chosen = set(dice.sample(range(len(pages)), min(len(pages), max(1, round(dose * len(pages))))))
    if kind.where == "batch":
        pages = kind.plant(pages, scene, dose)
    else:
        pages = [replace(page, is_planted=page.number in chosen) for page in pages]
    if kind.where == "page":
        pages = [kind.plant(page, scene) if page.is_planted else page for page in pages]
        pages = [replace(page, is_planted=page.number in chosen) for page in pages]
    table = table_of(pages)
    planted = {page.number for page in pages if page.is_planted}
    ids = {digest(page.url, str(page.number)) for page in pages if page.is_planted}
    if kind.where == "pages":
        table = kind.plant(table, ids)
    elif kind.where == "candidates":
        change = partial(_damaged, kind.plant, ids)
    run = bench.pipeline.run(table, [page.number for page in pages], change)
    found = judge(kind, dose, run, planted, bench)
    found.seconds = round(time.perf_counter() - start, 2)
    return found


def measure_site(bench: Bench, code: str) -> SiteFinding:
    """Damage all pages of one site, run the pipeline and compare with the undamaged run."""
    pages = defect_site.plant(code, bench.pages, bench.before)
    run = bench.pipeline.run(table_of(pages), [page.number for page in pages])
    planted = {page.number for page in pages if page.is_planted}
    return defect_site.judge(code, run, bench.control, bench.usual, planted, _is_same, _is_marked)


def _damaged(plant: Callable, ids: set[str], table: pa.Table) -> pa.Table:
    return plant(table, ids)


def judge(kind: Kind, dose: float, run: Run, planted: set[int], bench: Bench) -> Finding:
    """Whether the run shows the defect."""
    found = Finding(kind.code, dose, len(planted), stops=run.stops[:3], error=run.error)
    named = {number: codes for number, codes in run.set_aside.items() if number not in bench.control.set_aside}
    right = planted & set(named)
    if named:
        found.precision = len(right) / len(named)
    if planted:
        found.recall = len(right) / len(planted)
    warned = {
        code for code, rows in run.warnings.items() if rows > max(bench.control.warnings[code], bench.usual[code])
    }
    about = {code for code in warned if code.startswith(kind.about)} if kind.about else set()
    found.other_warnings = sorted(warned - about)
    rest = planted - set(named)
    repaired = marked = 0
    if kind.where == "page" and not run.error:
        repaired = sum(_is_same(run.rows.get(number), bench.control.rows.get(number)) for number in rest)
        marked = sum(_is_marked(run.rows.get(number), bench.control.rows.get(number)) for number in rest)
    elif kind.where == "batch":
        marked = len(rest & run.near)
    found.repaired = repaired
    is_named = bool(right) and len(right) >= 0.5 * (len(planted) - repaired)
    is_refused = run.error.startswith("ValueError: column ")  # the declared schema refuses the table
    rules = Counter(code for number in right for code in named[number])
    found.rules = [code for code, _ in rules.most_common(3)] + sorted(about)[:3]
    found.rules += [f"stop {stop.split(':')[0]}" for stop in run.stops[:1]] + (
        ["stop schema.conform"] if is_refused else []
    )
    if is_named or run.stops or about or is_refused:
        found.state = "caught"
    elif planted and repaired >= 0.95 * len(planted):
        found.state = "repaired"
    elif marked and marked >= 0.5 * len(planted):
        found.state = "marked"
    plain = {code for code, rows in run.plain.items() if max(len(rows), 1) > bench.plain_usual[code]}
    found.plain_rules = sorted(plain)
    return found


def _is_same(row: dict | None, undamaged: dict | None) -> bool:
    """Whether the row is as without the defect: the same fields, and nearly the same words."""
    if not row or not undamaged or any(row[name] != undamaged[name] for name in _FIELDS):
        return False
    a, b = Counter(row["text"].split()), Counter(undamaged["text"].split())
    return (a & b).total() >= 0.98 * max(a.total(), b.total())


def _is_marked(row: dict | None, undamaged: dict | None) -> bool:
    """Whether the row says itself what is odd about it, in its kind or its flags."""
    return bool(row and undamaged and (row["kind"] != undamaged["kind"] or set(row["flags"]) - set(undamaged["flags"])))


def prepare(folder: Path, pages: int, clean_runs: int) -> tuple[Bench, dict]:
    """The history, the undamaged run, and what clean runs get wrong."""
    pipeline = Pipeline(Past())
    pipeline.folder = str(folder)
    before: list[Page] = []
    for number in range(HISTORY_RUNS):
        before = newsroom.batch(number, DAY - timedelta(days=HISTORY_RUNS - number), pages)
        pipeline.run(table_of(before), [page.number for page in before], name=f"run-{number:02d}", is_kept=True)
    usual: Counter = Counter()
    plain_usual: Counter = Counter()
    tally: dict = {
        "pages": 0,
        "set_aside": 0,
        "near": 0,
        "reasons": Counter(),
        "stops": [],
        "errors": [],
        "warnings": Counter(),
        "plain_runs": 0,
        "plain": Counter(),
        "plain_rows": 0,
    }
    for number in range(clean_runs):
        own = newsroom.batch(1000 + number, DAY, pages)
        run = pipeline.run(table_of(own), [page.number for page in own])
        usual |= run.warnings
        plain_usual |= Counter({code: max(len(rows), 1) for code, rows in run.plain.items()})
        tally["pages"] += run.pages
        tally["set_aside"] += len(run.set_aside)
        tally["near"] += len(run.near)
        tally["reasons"].update(code for codes in run.set_aside.values() for code in codes)
        tally["stops"] += run.stops
        tally["errors"] += [run.error] if run.error else []
        tally["warnings"].update(run.warnings.keys())
        tally["plain_runs"] += bool(run.plain)
        tally["plain"].update(run.plain.keys())
        tally["plain_rows"] += len({row for rows in run.plain.values() for row in rows})
    own = newsroom.batch(2000, DAY, pages)
    control = pipeline.run(table_of(own), [page.number for page in own], name="control")
    return Bench(pipeline, own, before, control, usual, plain_usual), tally


_BENCH: list[Bench] = []  # a worker's own copy


def _receive(bench: Bench) -> None:
    logging.disable(logging.WARNING)
    _BENCH[:] = [bench]


def _measure(job: tuple[str, float]) -> Finding:
    return measure(_BENCH[0], *job)


def _measure_site(code: str) -> SiteFinding:
    return measure_site(_BENCH[0], code)


# --- the tables -----------------------------------------------------------------------------------------------------


def by_kind(findings: list[Finding]) -> dict[str, list[Finding]]:
    """The findings of each kind, the lowest dose first."""
    found: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.dose):
        found.setdefault(finding.kind, []).append(finding)
    return found


def at_dose(kind: Kind, doses: list[Finding]) -> Finding:
    """The finding at the dose where the kind matters."""
    return next((finding for finding in doses if finding.dose == kind.matters), doses[-1])


def shown(dose: float | None) -> str:
    """A dose for the table."""
    return "-" if dose is None else "1 page" if dose == ONE else f"{dose:.0%}"


def share(value: float | None) -> str:
    """A share for the table."""
    return "-" if value is None else f"{value:.2f}"


def show_ours(findings: list[Finding]) -> tuple[int, int, int]:
    """Print the table of our gates. Returns how many kinds are caught, repaired, and could be seen."""
    print(
        f"\nOur gates\n{'kind':24}{'matters':>8} {'there':7}{'from':>7}{'prec':>6}{'rec':>6}  by, and why it "
        "matters from there"
    )
    caught = repaired = seen = 0
    for kind in KINDS:
        doses = by_kind(findings).get(kind.code)
        if not doses:
            continue
        own = at_dose(kind, doses)
        first = next((finding.dose for finding in doses if finding.state == "caught"), None)
        seen += not kind.unseen
        caught += own.state == "caught" and not kind.unseen
        repaired += own.state == "repaired" and not kind.unseen
        how = ", ".join(own.rules if own.state == "caught" else [])
        note = f"cannot be seen: {kind.unseen}" if kind.unseen else kind.why
        crash = f" [{own.error}]" if own.error and own.state != "caught" else ""
        print(
            f"{kind.code:24}{shown(kind.matters):>8} {own.state:7}{shown(first):>7}{share(own.precision):>6}"
            f"{share(own.recall):>6}  {how}{crash} ({note})"
        )
    return caught, repaired, seen


def show_plain(findings: list[Finding]) -> int:
    """Print the table of the plain suite; returns how many kinds it catches."""
    print(f"\nA plain suite on the final table\n{'kind':24}{'matters':>8} {'there':7}{'from':>7}  by")
    caught = 0
    for kind in KINDS:
        doses = by_kind(findings).get(kind.code)
        if not doses:
            continue
        own = at_dose(kind, doses)
        first = next((finding.dose for finding in doses if finding.plain_rules), None)
        caught += bool(own.plain_rules) and not kind.unseen
        print(
            f"{kind.code:24}{shown(kind.matters):>8} "
            f"{'caught' if own.plain_rules else 'missed':7}{shown(first):>7}  {', '.join(own.plain_rules)}"
        )
    return caught


def show_clean(tally: dict, runs: int) -> None:
    """Print what clean runs get wrong."""
    print(
        f"\n{runs} clean runs, {tally['pages']:,} pages: {tally['set_aside']} set aside "
        f"{dict(tally['reasons'])}, {tally['near']} named near-duplicates, stops: {tally['stops'] or 'none'}, "
        f"errors: {tally['errors'] or 'none'}"
    )
    for code, count in tally["warnings"].most_common():
        print(f"  warning {code}: in {count} of {runs} runs")
    print(
        f"  plain suite: fails in {tally['plain_runs']} of {runs} runs, {tally['plain_rows']} rows "
        f"{dict(tally['plain'])}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", help="codes, separated by commas; all without it")
    parser.add_argument("--json", type=Path, help="write the findings here")
    parser.add_argument("--pages", type=int, default=300, help="of a usual batch")
    parser.add_argument("--clean-runs", type=int, default=30)
    parser.add_argument("--one-dose", action="store_true", help="only the dose from which a kind matters")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    known = [kind.code for kind in KINDS] + list(OPEN_KINDS)
    codes = options.kinds.split(",") if options.kinds else known
    if unknown := set(codes) - set(known):
        parser.error(f"no such kinds: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    start = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="defects-"))
    findings: list[Finding] = []
    of_site: list[SiteFinding] = []
    try:
        bench, tally = prepare(folder, options.pages, options.clean_runs)
        print(f"history and clean runs: {time.perf_counter() - start:.0f} s", file=sys.stderr)
        jobs = [
            (kind.code, dose)
            for kind in KINDS
            if kind.code in codes
            for dose in ((kind.matters,) if options.one_dose else kind.doses)
        ]
        with ProcessPoolExecutor(options.workers, get_context("spawn"), _receive, (bench,)) as pool:
            for finding in pool.map(_measure, jobs):
                findings.append(finding)
                print(f"  {finding.kind} {finding.dose:g}: {finding.state} {finding.seconds} s", file=sys.stderr)
            for measured in pool.map(_measure_site, [code for code in OPEN_KINDS if code in codes]):
                of_site.append(measured)
                print(f"  {measured.kind}: {measured.caught_share:.0%} of the rows", file=sys.stderr)
    except KeyboardInterrupt:  # what was measured until then is shown
        print("stopped", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show_clean(tally, options.clean_runs)
    caught, repaired, seen = show_ours(findings)
    plain = show_plain(findings)
    defect_site.show(of_site)
    false = tally["set_aside"] / max(tally["pages"], 1)
    seconds = time.perf_counter() - start
    print(
        f"\nour gates: {caught} of {seen} kinds caught at the dose where they matter, {repaired} more repaired; "
        f"{false:.2%} of clean rows set aside, {len(tally['stops'])} false stops in {options.clean_runs} runs"
    )
    print(
        f"plain suite: {plain} of {seen} kinds caught; {tally['plain_rows'] / max(tally['pages'], 1):.2%} of "
        f"clean rows fail, {tally['plain_runs']} of {options.clean_runs} clean runs fail"
    )
    print(f"{seconds:.0f} s", file=sys.stderr)
    if options.json:
        summary = {
            "caught": caught,
            "repaired": repaired,
            "seen": seen,
            "plain_caught": plain,
            "clean": tally,
            "seconds": round(seconds),
        }
        options.json.write_text(
            json.dumps(
                summary | {"findings": [asdict(one) for one in findings], "of_site": [asdict(one) for one in of_site]},
                indent=1,
                default=str,
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
