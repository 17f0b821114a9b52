"""What is known of one page: its outcome, every line with its label and why, every field with its origin."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.load.output import Output
from tasks.vocabulary import Action, Reason

_STYLES = {"keep": "default", "field": "cyan", "drop": "dim"}
_SIGNS = {"keep": "+", "field": ">", "drop": "-"}
_OUTCOME_ORDER = {"article": 0, "duplicate": 1, "quarantined": 2, "forgotten": 3}
_DUPLICATE_WORDS = {
    "same_text": "the same text as",
    "seen_again": "the same text at the same address as",
    "same_page": "the same bytes as the page of",
    "older_version": "an older version of",
    "near_duplicate": "a near-duplicate of",
}
# field -> column with its origin; None: it has none, or it is read off lines only
_ORIGIN_COLUMNS = {
    "title": "title_from",
    "publisher": "publisher_from",
    "publisher_short": "publisher_from",
    "authors": "authors_from",
    "published_date": "published_from",
    "published_at": "published_from",
    "published_utc_offset_minutes": "published_from",
    "modified_at": "modified_from",
    "language": "language_from",
    "section": "section_from",
    "topics": "topics_from",
    "summary": "summary_from",
    "image_url": "image_from",
    "canonical_url": None,
    "captions": None,
    "image_credits": None,
    "wire_credit": None,
    "corrections": None,
    "dateline_place": None,
    "kind": None,
    "confidence": None,
    "flags": None,
}
_LINE_ORIGINS = {
    "captions": "caption lines",
    "image_credits": "credits in and beside captions",
    "wire_credit": "wire line",
    "corrections": "wire line",
    "dateline_place": "dateline of the first paragraph",
}


def find_pages(wanted: str, output: Output) -> list[dict[str, Any]]:
    """The ledger's rows that an id, a path or an address matches, articles first and the newest first."""
    path = Path(wanted)
    spellings = {wanted, str(path), str(path.resolve()) if path.exists() else wanted}
    rows: list[dict[str, Any]] = []
    for file in output.files("ledger").values():
        table = pq.ParquetFile(file).read()
        is_id = pc.or_(
            pc.is_in(table.column("doc_id"), pa.array([wanted])),
            pc.equal(pc.fill_null(table.column("article_id"), ""), wanted),
        )
        is_source = pc.or_(
            pc.is_in(table.column("source_uri"), pa.array(sorted(spellings))),
            pc.equal(pc.fill_null(table.column("url"), ""), wanted),
        )
        rows += table.filter(pc.or_(is_id, is_source)).to_pylist()
        if path.name == wanted and not rows:  # a file name without its folder is enough where it is the only one
            rows += table.filter(pc.ends_with(table.column("source_uri"), f"/{wanted}")).to_pylist()
    rows.sort(key=lambda row: row["run_id"], reverse=True)
    return sorted(rows, key=lambda row: _OUTCOME_ORDER[row["outcome"]])


def print_explanation(page: dict[str, Any], output: Output) -> None:
    """Print what is known of a page for people; `page` is its row of the ledger."""
    known = explanation(page, output)
    article, lines = known["article"], known["lines"]
    console = Console(highlight=False)
    console.print(Text(page["source_uri"], style="bold"))
    fetched = f"fetched {page['fetched_at']:%Y-%m-%d %H:%M} UTC"
    console.print(f"doc {page['doc_id']}, sha256 {page['page_digest'][:16]}…, {page['byte_count']:,} bytes, {fetched}")
    console.print(_outcome(known), markup=False)
    if lines:
        console.print()
        console.print(_line_table(lines, console.width))
        console.print(_count_sentence(lines), markup=False)
        console.print("\n[bold]Reasons[/]")
        for reason in sorted({line["reason"] for line in lines}):
            console.print(f"  {reason:<18} {Reason(reason).sentence}", markup=False)
    elif known["quarantine"]:
        console.print("It was quarantined before its lines were labelled.")
    if article:
        console.print("\n[bold]Fields[/]")
        console.print(_field_table(article))
        _print_quotes(console, article["quotes"])


def explanation(page: dict[str, Any], output: Output) -> dict[str, Any]:
    """The rows of all tables about one page; `page` is its row of the ledger."""
    article = _row_of(output, "articles", page["doc_id"])
    if article:
        article.pop("near_duplicate_of", None)
    return {
        "page": page,
        "article": article,
        "quarantine": _row_of(output, "quarantine", page["doc_id"]),
        "duplicate": _row_of(output, "duplicates", page["doc_id"]),
        "lines": _lines_of(page["doc_id"], output),
    }


def _row_of(output: Output, table: str, doc_id: str) -> dict[str, Any] | None:
    for path in output.files(table).values():
        file = pq.ParquetFile(path)
        if doc_id in file.read(columns=["doc_id"]).column("doc_id").to_pylist():
            rows = file.read()
            return dict(rows.filter(pc.equal(rows.column("doc_id"), doc_id)).to_pylist()[0])
    return None


def _lines_of(doc_id: str, output: Output) -> list[dict[str, Any]]:
    """The lines of a page as the newest run labelled them."""
    files = (output.root / "lines").glob("*.parquet")
    for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True):
        table = pq.read_table(path, filters=[("doc_id", "=", doc_id)])
        if table.num_rows:
            return [dict(row) for row in table.sort_by("line_no").to_pylist()]
    return []


def _outcome(explanation: dict[str, Any]) -> str:
    page, article, quarantine = explanation["page"], explanation["article"], explanation["quarantine"]
    if quarantine:
        reason = f"Quarantined after {quarantine['step']}: {quarantine['reason']} - {quarantine['detail'] or ''}"
        return f"{reason}\nraw page: {quarantine['raw_file'] or 'not kept'}"
    if page["outcome"] == "forgotten":
        return "Forgotten: nothing of it is kept but this entry of the ledger"
    if page["outcome"] == "duplicate":
        words = _DUPLICATE_WORDS.get(page["reason"], f"a duplicate ({page['reason']}) of")
        return f"Duplicate: it is {words} article {page['article_id']}"
    version = article["version"] if article else "?"
    return f"Article {page['article_id']}, version {version}, run {page['run_id']}, rules {page['rules_version']}"


def _line_table(lines: list[dict[str, Any]], width: int) -> Table:
    """Every line; what the narrow columns leave goes to the text, and number, sign and label are never cut."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    why_width = 34 if width >= 110 else 18
    fixed = 4 + 1 + 10 + 10 + why_width + 6
    table.add_column("line", justify="right", no_wrap=True, width=4)
    table.add_column("", no_wrap=True, width=1)
    table.add_column("label", no_wrap=True, width=10)
    table.add_column("confidence", justify="right", no_wrap=True, width=10)
    table.add_column("why", no_wrap=True, overflow="ellipsis", width=why_width)
    table.add_column("text", no_wrap=True, overflow="ellipsis", width=max(20, width - fixed))
    for line in lines:
        why = line["reason"] + (f": {line['detail']}" if line["detail"] else "")
        why = f"{line['doubt']}? {why}" if line["doubt"] else why
        table.add_row(
            str(line["line_no"]),
            _SIGNS[line["action"]],
            line["label"],
            f"{line['confidence']:.2f}",
            Text(why),
            Text(line["text"]),
            style=_STYLES[line["action"]],
        )
    return table


def _count_sentence(lines: list[dict[str, Any]]) -> str:
    counts = {action: sum(line["action"] == action for line in lines) for action in Action}
    parts = (
        f"{counts[Action.KEEP]} kept (+)",
        f"{counts[Action.FIELD]} moved to fields (>)",
        f"{counts[Action.DROP]} left out (-)",
    )
    return f"\n{len(lines)} lines = {' + '.join(parts)}"


def _field_table(article: dict[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("field", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("origin", overflow="fold")
    for name, origin_column in _ORIGIN_COLUMNS.items():
        value = article[name]
        origin = article.get(origin_column) if origin_column else _LINE_ORIGINS.get(name)
        has_no_author = name == "authors" and origin  # the page declares that it has none
        if value is None or (value in ([], "") and not has_no_author):
            continue
        table.add_row(name, Text(_shown(value) or "(none)"), Text(origin or ""))
    size = f"{article['word_count']} words in {article['paragraph_count']} paragraphs"
    text = f"{size}, from {article['text'][:40]!r} to {article['text'][-30:]!r}"
    table.add_row("text", Text(text), Text("kept lines"))
    return table


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _print_quotes(console: Console, quotes: list[dict[str, Any]]) -> None:
    if quotes:
        console.print("\n[bold]Quotes[/]")
        for quote in quotes:
            console.print(Text(f"  {quote['speaker'] or '(speaker not named)'}: {quote['text']}"))
