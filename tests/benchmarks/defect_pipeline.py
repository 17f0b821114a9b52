"""The pipeline of `flows/pipeline.py` over one batch of invented pages, without Prefect: every step and every gate."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from newsroom import Page

from expectations import clean as clean_rules
from expectations import dataset as dataset_rules
from expectations import extract as extract_rules
from expectations import ingest as ingest_rules
from expectations import load as load_rules
from expectations.gate import Verdict, check, contract
from expectations.rule import CRITICAL, Check, Rule, Suite, not_null, one_of, row_count, unique
from expectations.thresholds import load_thresholds
from tasks import schema
from tasks.clean.core import clean_pages
from tasks.clean.sites.memory import learn_files, recall
from tasks.extract.core import extract_documents
from tasks.ingest.record import Record, SourceFile
from tasks.ingest.record import page_row as row_of
from tasks.load.dedup.exact import MergeResult, PublishedArticle, merge
from tasks.load.dedup.near_duplicates import NearDuplicates, Signatures, find_near_duplicates, read_signatures
from tasks.load.tables.site_flags import SiteFlagRows
from tasks.quality.drift import compare
from tasks.quality.metrics import COLUMNS, of_run
from tasks.quality.site_flags import SiteLimits, flag_sites
from tasks.quality.site_rows import COLUMNS as COLUMNS_OF_SITES
from tasks.steps import digest
from tasks.storage.ids import hex_ids, to_uint64
from tasks.storage.tables import without, write_table

MAX_PAGE_BYTES = 1 << 20  # smaller than a user's limit, to keep the oversized pages small


@dataclass
class Run:
    """What the gates said of one batch, by number of page."""

    pages: int = 0
    set_aside: dict[int, list[str]] = field(default_factory=dict)  # page -> rules, or merge's reason
    stops: list[str] = field(default_factory=list)
    warnings: Counter = field(default_factory=Counter)  # rule (drift: rule:metric) -> rows
    rows: dict[int, dict] = field(default_factory=dict)  # page -> its candidate, as far as it got
    near: set[int] = field(default_factory=set)  # pages that load names near-duplicates
    error: str = ""  # an exception in place of a verdict
    plain: dict[str, list[int]] = field(default_factory=dict)  # expectation of the plain suite -> pages, [] for all


@dataclass
class Past:
    """What earlier runs left behind."""

    sites: dict[str, Path] = field(default_factory=dict)
    known: list[PublishedArticle] = field(default_factory=list)
    signed: list[Signatures] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)


def page_row(page: Page) -> dict:
    """A row of `schema.PAGES`, with ingest's own judgement of the bytes."""
    record = Record(page.render(), str(page.number), url=page.url, fetched_at_us=int(page.fetched_at.timestamp() * 1e6))
    return row_of(record, SourceFile(page.url, 0), MAX_PAGE_BYTES) | {
        "doc_id": digest(page.url, str(page.number)),
        "source_mtime_ns": None,
    }


_VERDICTS: dict[str, Verdict] = {}
_UNCHECKED = ("byte_count", "fetched_days_ahead")  # no check reads the one, and the other moves with the clock


def judged(suite: Suite, table: pa.Table) -> Verdict:
    """The verdict of a gate, asked once for equal tables: most defects leave the early gates' tables as they were."""
    slim = table.drop_columns([name for name in _UNCHECKED if name in table.column_names])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, slim.schema) as writer:
        writer.write_table(slim.combine_chunks())
    key = digest(suite.step, sink.getvalue().to_pybytes())
    if key not in _VERDICTS:
        _VERDICTS[key] = check(suite, table)
    return _VERDICTS[key]


def shape_of(step: str, table: pa.Table, declared: pa.Schema) -> Verdict:
    """The verdict on a table's shape."""
    return contract(step, table.schema, declared, {name: table.column(name).null_count for name in table.column_names})


def _signed(rows: list[dict]) -> Signatures:
    """The signatures of some candidate rows, each a story of its own."""
    ids = to_uint64(pa.array([row["article_id"] for row in rows], pa.string()))
    return Signatures(ids, ids, read_signatures(pa.array([row["signature"] for row in rows], pa.binary(252))))


class Pipeline:
    """The steps and gates of `flows/pipeline.py` over one batch."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.thresholds = load_thresholds()
        self.folder = ""  # where the memory of sites is kept while the benchmark runs
        self.extracted: dict[str, tuple[pa.Table, pa.Table, pa.Table]] = {}

    def run(
        self,
        pages: pa.Table,
        numbers: list[int],
        change: Callable[[pa.Table], pa.Table] | None = None,
        *,
        name: str = "",
        is_kept: bool = False,
    ) -> Run:
        """Run a table of pages; `numbers` name its rows. `change` damages the candidates. `is_kept`: becomes past."""
        run = Run(pages.num_rows)
        by_id: dict[str, list[int]] = {}
        for doc_id, number in zip(pages.column("doc_id").to_pylist(), numbers, strict=True):
            by_id.setdefault(doc_id, []).append(number)
        try:
            self._run(run, pages, by_id, change, name, is_kept=is_kept)
        except Exception as error:  # what no gate foresaw is a finding
            run.error = f"{type(error).__name__}: {str(error)[:120]}"
        return run

    def _run(self, run: Run, pages: pa.Table, by_id: dict, change, name: str, *, is_kept: bool) -> None:
        index = {row["doc_id"]: row for row in pages.select(["doc_id", "source_uri", "url"]).to_pylist()}
        quarantined: list[dict] = []
        out = self._gate(run, "ingest", ingest_rules, schema.PAGES, pages, index, by_id, quarantined)
        if None in index:  # nothing can be done with a page that has no name
            return
        unread = pages.filter(pc.invert(pc.is_in(pages.column("doc_id"), pa.array(sorted(set(index) - out - {None})))))
        documents, candidates, evidence = self._extracted(without(pages, out), is_kept=name == "control")
        final = candidates  # of a line without gates
        if unread.num_rows:
            final = pa.concat_tables([candidates, extract_documents(*clean_pages(unread)[:2])])
        if change:
            candidates, final = change(candidates), change(final)
        run.plain = self._plain(final, by_id)
        if run.stops:
            return
        out |= self._gate(run, "clean", clean_rules, schema.DOCUMENTS, documents, index, by_id, quarantined)
        if run.stops:
            return
        candidates = without(candidates, out)
        out |= self._gate(run, "extract", extract_rules, schema.CANDIDATES, candidates, index, by_id, quarantined)
        candidates = self._with_site_flags(candidates, out)
        for row in candidates.to_pylist():
            for number in by_id.get(row.get("doc_id"), ()):
                run.rows[number] = row
        if run.stops:
            return
        articles, counts, passed = self._merge(run, without(candidates, out), pages.num_rows, by_id, len(quarantined))
        self._load(run, articles, counts)
        if run.stops:
            return
        metrics = of_run([{column: row[column] for column in COLUMNS} for row in passed], quarantined, counts)
        self._compare(run, metrics)
        if is_kept:
            self._keep(name, evidence, articles, metrics)
            signed = [row for row in passed if row["signature"]]
            self.past.signed.append(_signed(signed))

    def _extracted(self, pages: pa.Table, *, is_kept: bool) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Documents, candidates and evidence of pages; the undamaged batch's are kept, for defects of tables."""
        key = digest(
            *(
                f"{row['doc_id']} {row['page_digest']} {row['fetched_at']}"
                for row in pages.select(["doc_id", "page_digest", "fetched_at"]).to_pylist()
            )
        )
        if key in self.extracted:
            return self.extracted[key]
        documents, lines, evidence = clean_pages(pages, partial(recall, self.past.sites))
        found = documents, extract_documents(documents, lines), evidence
        if is_kept:
            self.extracted[key] = found
        return found

    def _with_site_flags(self, candidates: pa.Table, out: set[str]) -> pa.Table:
        """The candidates with the flags that show beside other pages of their site."""
        limits = self.thresholds
        usual = SiteLimits(limits.dataset, limits.extract.title_repeats_max, limits.extract.instant_repeats_max)
        flags = flag_sites([without(candidates, out).select(COLUMNS_OF_SITES)], self.past.history, usual)
        return SiteFlagRows.of(flags).added(candidates)

    def _merge(
        self, run: Run, candidates: pa.Table, received: int, by_id: dict, quarantined: int
    ) -> tuple[pa.Table, dict, list]:
        """The articles, the run's account and the candidates as rows."""
        passed = candidates.to_pylist()
        merged = merge(passed, self.past.known)
        for doc_id, decision in merged.decisions.items():
            if decision.outcome == "duplicate":
                for number in by_id[doc_id]:
                    run.set_aside.setdefault(number, []).append(f"merge.{decision.reason}")
        stories = self._stories(passed, merged)
        near = set(hex_ids(stories.articles[stories.similarities > 0]).to_pylist())
        run.near = {number for row in passed if row["article_id"] in near for number in by_id[row["doc_id"]]}
        chosen = [merged.decisions[row["doc_id"]].outcome == "article" for row in passed]
        articles = schema.conform(candidates.filter(pa.array(chosen, pa.bool_())), schema.ARTICLES)
        outcomes = Counter(decision.outcome for decision in merged.decisions.values())
        counts = {
            "received": received,
            "articles": outcomes["article"],
            "duplicates": outcomes["duplicate"],
            "quarantined": quarantined,
            "near_duplicates": len(near),
        }
        return articles, counts, passed

    def _stories(self, passed: list[dict], merged: MergeResult) -> NearDuplicates:
        """The story of each new article that is long enough to tell, as load finds them."""
        rows = {row["doc_id"]: row for row in passed}
        new = [one for one in merged.decisions.values() if one.outcome == "article" and rows[one.doc_id]["signature"]]
        order = {one.article_id: number for number, one in enumerate(new)}
        signed = _signed([rows[one.doc_id] for one in sorted(new, key=lambda one: one.article_id)])
        ranks = np.array([order[article] for article in hex_ids(signed.articles).to_pylist()])
        return find_near_duplicates(
            replace(signed, stories=np.zeros_like(signed.articles)), self.past.signed, lambda some: ranks[some]
        )

    def _compare(self, run: Run, metrics: list[dict]) -> None:
        """The gate that compares with the runs before."""
        compared = compare(metrics, self.past.history, self.thresholds.dataset)
        verdict = judged(dataset_rules.suite(self.thresholds.dataset), dataset_rules.table(compared))
        run.stops += verdict.stops
        warned = {outcome.code for outcome in verdict.warnings}
        run.warnings.update(
            f"dataset.{metric.code}:{metric.metric}"
            for metric in compared
            if metric.code and f"dataset.{metric.code}" in warned
        )

    def _gate(
        self, run: Run, step: str, rules, declared, table: pa.Table, index: dict, by_id: dict, quarantined: list
    ) -> set[str]:
        """Check one step; returns the ids it sets aside."""
        shape = shape_of(step, table, declared)
        if shape.stops:
            run.stops += shape.stops
            return set()
        suite = rules.suite(getattr(self.thresholds, step))
        slim = rules.slim(table.select(list(suite.columns)))
        verdict = judged(suite, slim)
        out = set()
        for row, codes in verdict.reasons.items():
            doc_id = str(slim.column("doc_id")[row].as_py())
            quarantined.append(index[doc_id])
            out.add(doc_id)
            for number in by_id[doc_id]:
                run.set_aside.setdefault(number, codes)
        run.stops += verdict.stops
        run.warnings.update({outcome.code: outcome.failed for outcome in verdict.warnings})
        return out

    def _load(self, run: Run, articles: pa.Table, counts: dict) -> None:
        """The gates before publication: what fails there stops the run."""
        suite = load_rules.suite(self.thresholds.load)
        accounted = counts["articles"] + counts["duplicates"] + counts["quarantined"]
        ledger = pa.Table.from_pylist(
            [
                {
                    "received": counts["received"],
                    "accounted": accounted,
                    "articles": counts["articles"],
                    "staged_articles": articles.num_rows,
                }
            ]
        )
        run.stops += shape_of("load", articles, schema.ARTICLES).stops
        own = judged(suite, articles.select(list(suite.columns)))
        for verdict in (own, judged(load_rules.ledger_suite(self.thresholds.load), ledger)):
            run.stops += verdict.stops
            run.stops += [
                f"{code}: {verdict.details.get(row, '')}" for row, codes in verdict.reasons.items() for code in codes
            ][:5]

    def _plain(self, final: pa.Table, by_id: dict) -> dict[str, list[int]]:
        verdict = judged(PLAIN, final.select([column for column in PLAIN.columns if column in final.column_names]))
        found: dict[str, list[int]] = {stop.split(":")[0]: [] for stop in verdict.stops}
        ids = final.column("doc_id").to_pylist() if "doc_id" in final.column_names else [None] * final.num_rows
        for row, codes in verdict.reasons.items():
            for code in codes:
                found.setdefault(code, []).extend(by_id.get(ids[row], [-1]))
        return found

    def _keep(self, name: str, evidence: pa.Table, articles: pa.Table, metrics: list[dict]) -> None:
        """What the next run knows of this one."""
        folder = Path(self.folder) / name
        for place, table in learn_files([evidence], self.past.sites, folder / "evidence"):
            write_table(table, folder / place)
            self.past.sites[place] = folder / place
        slim = articles.select(["article_id", "text_digest", "fetched_at", "version"]).to_pylist()
        self.past.known += [PublishedArticle(**row) for row in slim]
        self.past.history += [row | {"run_id": name} for row in metrics]


def _length(column: str, lowest: int, highest: int) -> Check:
    return Check("column_value_lengths_to_be_between", {"column": column, "min_value": lowest, "max_value": highest})


# what most projects write: presence, lengths, uniqueness, the form of addresses, a set of values, a number of rows
PLAIN = Suite(
    "plain",
    ("doc_id", "article_id", "url", "title", "text", "language", "published_date"),
    tuple(
        Rule(code, CRITICAL, "", "", check)
        for code, check in {
            **{
                f"not_null({name})": not_null(name)
                for name in ("article_id", "url", "title", "text", "language", "published_date")
            },
            **{f"unique({name})": unique(name) for name in ("article_id", "url")},
            "length(title)": _length("title", 10, 250),
            "length(text)": _length("text", 200, 50_000),
            "regex(url)": Check("column_values_to_match_regex", {"column": "url", "regex": r"^https?://[\w.-]+/\S+$"}),
            "set(language)": one_of("language", ["en", "de", "fr"]),
            "rows": row_count(1),
        }.items()
    ),
    1.0,
    1,
)
