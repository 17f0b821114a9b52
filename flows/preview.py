"""What a file of corrections by site would change: kept raw pages processed with and without it, and compared.

Nothing is written to the dataset. Pages go through the same workers and rules as in a run: one that crashes or hangs a
parser is found and skipped.
"""

import difflib
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations import clean as clean_rules
from expectations import extract as extract_rules
from expectations.gate import check
from expectations.thresholds import Thresholds
from flows.quarantine import forgotten_pages
from flows.settings import Settings
from tasks.clean import worker as clean_worker
from tasks.extract import worker as extract_worker
from tasks.ingest.stored_pages import copy_stored_pages, stored_files
from tasks.load.output import Output
from tasks.parallel.executor import Executor, open_executor
from tasks.schema import ORIGIN_COLUMNS
from tasks.site_rules.entries import SiteEntry, SiteRules
from tasks.site_rules.page import RuleFinder
from tasks.steps import Receipt
from tasks.storage.addresses import shown
from tasks.vocabulary import Reason

# fields that follow from the rest of the page, not from a correction
_FOLLOWS_FROM_OTHERS = ("canonical_url", "confidence", "flags", "image_url", "published_utc_offset_minutes")
ARTICLE = "article"  # the outcome of a page that passes the gates; any other is the code of the first broken rule


@dataclass(frozen=True)
class FieldChange:
    """A field with its value before and after."""

    name: str
    before: Any
    after: Any
    origin: str | None  # of the new value


@dataclass(frozen=True)
class PageChange:
    """What becomes different for one page."""

    doc_id: str
    source: str  # its address, or where it was read
    outcome_before: str
    outcome_after: str
    fields: list[FieldChange]
    text: list[str]  # changed paragraphs, each with `- ` or `+ ` in front of it


@dataclass
class Preview:
    """The result for a file."""

    stored_count: int = 0  # raw pages that the output keeps
    matched_count: int = 0  # of them, for which there is an entry, without earlier texts of articles
    compared_count: int = 0  # of them, looked at
    article_count: int = 0  # of them, articles before
    changes: list[PageChange] = field(default_factory=list)
    without_pages: list[str] = field(default_factory=list)  # entries that no kept page is for
    uses: list[tuple[str, str, int]] = field(default_factory=list)  # entry, rule, lines or values that it decided


class _Page(NamedTuple):
    file: str
    fetched: Any
    doc_id: str


def preview(
    output: Output, rules: SiteRules, earlier: SiteRules, limits: Thresholds, settings: Settings, page_limit: int
) -> Preview:
    """Process the newest kept pages that the rules are for, twice, and compare.

    Args:
        output: The dataset; it is only read.
        rules: The corrections.
        earlier: Those to compare with: none, or an earlier version of the file.
        limits: The thresholds of the gates.
        settings: Where pages are processed.
        page_limit: Pages looked at for each entry; the newest ones.
    """
    result = Preview()
    wanted = _pages_to_compare(output, rules, page_limit, result)
    if not wanted:
        result.uses = _uses(rules, Counter(), Counter())
        return result
    with (
        tempfile.TemporaryDirectory(prefix="copydesk-preview-") as folder,
        open_executor(settings.executor, settings.workers, settings.address) as executor,
    ):
        pages = list(copy_stored_pages(wanted, output.root, Path(folder), without=(), batch_pages=settings.batch_pages))
        old, new = (_process(output, pages, version, Path(folder), executor, limits) for version in (earlier, rules))
    result.compared_count = len(new.documents)
    result.article_count = sum(outcome == ARTICLE for outcome in old.outcomes.values())
    result.changes = list(_changes(old, new))
    result.uses = _uses(rules, new.line_rules, new.values)
    return result


# ---------------------------------------------------------------------- which pages


def _pages_to_compare(output: Output, rules: SiteRules, limit: int, result: Preview) -> Mapping[str, list[str]]:
    """The files of the newest kept pages of each entry, with their doc_ids; counts all of them."""
    finder, forgotten, addresses = RuleFinder(rules), set(forgotten_pages(output)), _declared_addresses(output)
    replaced = _replaced_pages(output)
    by_entry: dict[int, list[_Page]] = defaultdict(list)
    for file in stored_files(output.root):
        columns = ["doc_id", "url", "source_uri", "fetched_at"]
        table = pq.ParquetFile(output.root / file).read(columns=columns)
        for doc_id, url, source, fetched in zip(*(table.column(name).to_pylist() for name in columns), strict=True):
            if doc_id in forgotten:
                continue
            result.stored_count += 1
            entries = finder.entries_of(url or addresses.get(doc_id), source) if doc_id not in replaced else ()
            result.matched_count += bool(entries)
            for number in entries:
                by_entry[number].append(_Page(file, fetched, doc_id))
    result.without_pages = [entry.name for number, entry in enumerate(rules.site) if number not in by_entry]
    chosen = {page for pages in by_entry.values() for page in sorted(pages, key=_newest_first)[:limit]}
    wanted: dict[str, list[str]] = defaultdict(list)
    for page in sorted(chosen, key=lambda page: (page.file, page.doc_id)):
        wanted[page.file].append(page.doc_id)
    return wanted


def _newest_first(page: _Page) -> tuple[float, str]:
    return (-page.fetched.timestamp() if page.fetched else 0.0, page.doc_id)


def _replaced_pages(output: Output) -> set[str]:
    """The pages whose text a newer page replaced: a correction of them would change no article."""
    found: set[str] = set()
    for path in output.files("versions").values():
        found.update(pq.ParquetFile(path).read(columns=["doc_id"])["doc_id"].to_pylist())
    return found


def _declared_addresses(output: Output) -> dict[str, str]:
    """The canonical addresses of published pages that were read without one."""
    addresses: dict[str, str] = {}
    for table in ("articles", "versions"):
        for path in output.files(table).values():
            rows = pq.ParquetFile(path).read(columns=["doc_id", "url", "canonical_url"])
            rows = rows.filter(pc.and_(pc.is_null(rows["url"]), pc.is_valid(rows["canonical_url"])))
            addresses |= dict(zip(rows["doc_id"].to_pylist(), rows["canonical_url"].to_pylist(), strict=True))
    return addresses


# ---------------------------------------------------------------------- one version of the rules


@dataclass
class _Processed:
    """The pages as some rules make them, by doc_id."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    articles: dict[str, dict[str, Any]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    line_rules: Counter[str] = field(default_factory=Counter)  # lines by the rule that decided them
    values: Counter[str] = field(default_factory=Counter)  # pages by the field that a selector found


def _process(
    output: Output, pages: list[Receipt], rules: SiteRules, folder: Path, executor: Executor, limits: Thresholds
) -> _Processed:
    sites = {relative: str(path) for relative, path in output.files("sites").items()}
    jobs = [
        clean_worker.Job(
            path=receipt.path,
            rejected=None,
            folder=str(folder / "clean"),
            sites=sites,
            sites_state=output.state(),
            site_rules=rules,
            chosen=_readable(receipt),
        )
        for receipt in pages
    ]
    cleaned = list(executor.run_batches("clean", clean_worker.clean_batch, jobs, weights=_weights(pages)))
    extract_jobs = [
        extract_worker.Job(
            path=receipt.path,
            rejected=None,
            folder=str(folder / "extract"),
            guess_dates=False,
            site_rules=rules.fingerprint,
        )
        for receipt in cleaned
    ]
    extracted = list(
        executor.run_batches("extract", extract_worker.extract_batch, extract_jobs, weights=_weights(cleaned))
    )
    result = _Processed()
    for receipt in cleaned:
        lines = pq.read_table(Path(receipt.path) / clean_worker.LINES, columns=["reason", "detail"])
        by_rule = lines.filter(pc.equal(lines["reason"], Reason.SITE_RULE.value))
        result.line_rules.update(by_rule["detail"].to_pylist())
    _judge(
        result,
        pa.concat_tables([pq.read_table(Path(receipt.path) / clean_worker.DOCUMENTS) for receipt in cleaned]),
        pa.concat_tables([pq.read_table(receipt.path) for receipt in extracted]),
        limits,
    )
    return result


def _weights(receipts: list[Receipt]) -> list[int]:
    return [receipt.received for receipt in receipts]


def _readable(receipt: Receipt) -> tuple[str, ...]:
    """The pages of a batch that the gate after ingest would let pass."""
    pages = pq.ParquetFile(receipt.path).read(columns=["doc_id", "problem"])
    return tuple(pages.filter(pc.is_null(pages["problem"]))["doc_id"].to_pylist())


def _judge(result: _Processed, documents: pa.Table, articles: pa.Table, limits: Thresholds) -> None:
    """Add what the gates say of each page."""
    result.documents = {row["doc_id"]: row for row in documents.drop_columns(["signals"]).to_pylist()}
    result.values.update(
        name for row in result.documents.values() for name in ("title", "author", "date") if _has_value(row, name)
    )
    result.outcomes = dict.fromkeys(result.documents, ARTICLE)
    if not documents.num_rows:
        return
    verdict = check(clean_rules.suite(limits.clean), clean_rules.slim(documents))
    for row, codes in verdict.reasons.items():
        result.outcomes[documents["doc_id"][row].as_py()] = codes[0]
    passed = pa.array([doc_id for doc_id, outcome in result.outcomes.items() if outcome == ARTICLE], pa.string())
    articles = articles.filter(pc.is_in(articles["doc_id"], passed))
    result.articles = {row["doc_id"]: row for row in articles.to_pylist()}
    if articles.num_rows:
        slim = extract_rules.slim(articles, extract_rules.repetitions(lambda: iter([articles])))
        verdict = check(extract_rules.suite(limits.extract), slim)
        for row, codes in verdict.reasons.items():
            result.outcomes[articles["doc_id"][row].as_py()] = codes[0]


def _has_value(document: Mapping[str, Any], name: str) -> bool:
    return f'"{name}":["' in (document["site_rule"] or "")


# ---------------------------------------------------------------------- comparison


def _changes(old: _Processed, new: _Processed) -> Iterator[PageChange]:
    """The pages that change, in the order of their addresses."""
    for doc_id, document in sorted(new.documents.items(), key=lambda item: (_name(item[1]), item[0])):
        before, after = (side.outcomes.get(doc_id, "") for side in (old, new))
        fields: list[FieldChange] = []
        text: list[str] = []
        if ARTICLE in (before, after):
            one, other = (side.articles.get(doc_id, {}) for side in (old, new))
            if one and other:
                fields = list(_field_changes(one, other))
                text = _text_changes(one["text"], other["text"])
        if before != after or fields or text:
            yield PageChange(doc_id, _name(document), before, after, fields, text)


def _name(document: Mapping[str, Any]) -> str:
    return shown(document["url"] or document["source_uri"])


def _field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for name, origin in ORIGIN_COLUMNS.items():
        if name not in _FOLLOWS_FROM_OTHERS and before[name] != after[name]:
            yield FieldChange(name, before[name], after[name], after[origin] if origin else None)


def _text_changes(before: str, after: str) -> list[str]:
    """The paragraphs that are only in one of two texts, in order."""
    compared = difflib.unified_diff(before.split("\n\n"), after.split("\n\n"), lineterm="", n=0)
    return [f"{line[0]} {line[1:]}" for number, line in enumerate(compared) if number > 1 and line[:1] in ("-", "+")]


def _uses(rules: SiteRules, lines: Counter[str], values: Counter[str]) -> list[tuple[str, str, int]]:
    """How many lines or values each selector and rule for lines decided, in the order of the file."""
    return [(entry.name, rule, count) for entry in rules.site for rule, count in _uses_of(entry, lines, values)]


def _uses_of(entry: SiteEntry, lines: Counter[str], values: Counter[str]) -> Iterator[tuple[str, int]]:
    for name, selector in entry.selectors().items():
        rule = f"{name} {selector}"
        count = lines[rule] + lines[f"outside of {rule}"] if name == "body" else values[name]
        yield rule, count
    for action, line_rule in entry.line_rules():
        rule = f"{action} {line_rule.shown}"
        yield rule, lines[rule]
