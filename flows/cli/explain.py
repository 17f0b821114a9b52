"""Every line of a page with its label, what was done with it and why; every field with its origin."""

import sys
from pathlib import Path
from typing import Any

import orjson
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
_ORIGINS = (
    ("title", "title_from"), ("publisher", "publisher_from"), ("publisher_short", "publisher_from"), ("authors", "authors_from"),
    ("published_date", "published_from"), ("published_at", "published_from"), ("published_utc_offset_minutes", "published_from"),
    ("modified_at", "modified_from"), ("language", "language_from"), ("section", "section_from"), ("topics", "topics_from"),
    ("summary", "summary_from"), ("image_url", "image_from"), ("canonical_url", None), ("captions", None), ("image_credits", None),
    ("wire_credit", None), ("corrections", None), ("dateline_place", None), ("kind", None), ("confidence", None), ("flags", None),
)  # fmt: skip


# fields that are read off lines only
_LINE_ORIGINS = {
    "captions": "caption lines",
    "image_credits": "credits in and beside captions",
    "wire_credit": "wire line",
    "corrections": "wire line",
    "dateline_place": "dateline of the first paragraph",
}


def explain(wanted: str, root: str, *, as_json: bool) -> int:
    """Print the account of one page; returns the exit code."""
    output = Output(root)
    if not output.exists():
        print(f"copydesk: {root}: no run has published here yet", file=sys.stderr)
        return 2
    found = find_page(wanted, output)
    if not found:
        print(f"copydesk: {wanted}: no page of this output has this id, path or address", file=sys.stderr)
        return 2
    if len(found) > 1:
        print(f"copydesk: {len(found)} pages answer to {wanted}; the newest is shown. The others:", file=sys.stderr)
        for row in found[1:10]:
            print(f"  {row['doc_id']}  {row['source_uri']}  {row['outcome']}", file=sys.stderr)
    account = account_of(found[0], output)
    if as_json:
        print(orjson.dumps(account, option=orjson.OPT_INDENT_2, default=str).decode())
    else:
        _print(account)
    return 0


def find_page(wanted: str, output: Output) -> list[dict[str, Any]]:
    """The ledger's rows that an id, a path or an address names, articles and the newest first."""
    path = Path(wanted)
    spellings = {wanted, str(path), str(path.resolve()) if path.exists() else wanted}
    rows: list[dict[str, Any]] = []
    for file in output.files("ledger").values():
        table = pq.ParquetFile(file).read()
        mask = pc.or_(
            pc.or_(
                pc.is_in(table.column("doc_id"), pa.array([wanted])),
                pc.equal(pc.fill_null(table.column("article_id"), ""), wanted),
            ),
            pc.or_(
                pc.is_in(table.column("source_uri"), pa.array(sorted(spellings))),
                pc.equal(pc.fill_null(table.column("url"), ""), wanted),
            ),
        )
        rows += table.filter(mask).to_pylist()
        if path.name == wanted and not rows:  # a bare file name is enough where it is the only one
            rows += table.filter(pc.ends_with(table.column("source_uri"), f"/{wanted}")).to_pylist()
    order = {"article": 0, "duplicate": 1, "quarantined": 2}
    rows.sort(key=lambda row: row["run_id"], reverse=True)
    return sorted(rows, key=lambda row: order[row["outcome"]])


def account_of(row: dict[str, Any], output: Output) -> dict[str, Any]:
    """Everything that is known of one page: its outcome, its lines, its fields with their origins."""
    article = _row_of(output, "articles", "doc_id", row["doc_id"])
    quarantine = _row_of(output, "quarantine", "doc_id", row["doc_id"])
    duplicate = _row_of(output, "duplicates", "doc_id", row["doc_id"])
    lines = _lines_of(row["doc_id"], output)
    if article:
        article.pop("near_duplicate_of", None)
    return {"page": row, "article": article, "quarantine": quarantine, "duplicate": duplicate, "lines": lines}


def _row_of(output: Output, table: str, column: str, value: str) -> dict[str, Any] | None:
    for file in output.files(table).values():
        source = pq.ParquetFile(file)
        if value in source.read(columns=[column]).column(column).to_pylist():
            rows = source.read()
            return dict(rows.filter(pc.equal(rows.column(column), value)).to_pylist()[0])
    return None


def _lines_of(doc_id: str, output: Output) -> list[dict[str, Any]]:
    newest_first = sorted(
        (output.root / "lines").glob("*.parquet"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for file in newest_first:
        table = pq.read_table(file, filters=[("doc_id", "=", doc_id)])
        if table.num_rows:
            return [dict(row) for row in table.sort_by("line_no").to_pylist()]
    return []


def _print(account: dict[str, Any]) -> None:
    console = Console(highlight=False)
    page, article, lines = account["page"], account["article"], account["lines"]
    console.print(Text(page["source_uri"], style="bold"))
    console.print(
        f"doc {page['doc_id']}, sha256 {page['page_digest'][:16]}…, {page['byte_count']:,} bytes, fetched {page['fetched_at']:%Y-%m-%d %H:%M} UTC"
    )
    console.print(_outcome(account), markup=False)
    if lines:
        console.print()
        console.print(_line_table(lines, console.width))
        console.print(_count_sentence(lines), markup=False)
        used = sorted({line["reason"] for line in lines})
        console.print("\n[bold]Reasons[/]")
        for reason in used:
            console.print(f"  {reason:<18} {Reason(reason).sentence}", markup=False)
    elif account["quarantine"]:
        console.print("It was set aside before its lines were labelled.")
    if article:
        console.print("\n[bold]Fields[/]")
        console.print(_field_table(article))
        _print_quotes(console, article["quotes"])


def _outcome(account: dict[str, Any]) -> str:
    page = account["page"]
    if account["quarantine"]:
        row = account["quarantine"]
        return f"Quarantined after {row['step']}: {row['reason']} - {row['detail'] or ''}\nraw page: {row['raw_file'] or 'not kept'}"
    if page["outcome"] == "duplicate":
        kind = "tells the same text as" if page["reason"] == "same_text" else "is an older text of"
        return f"Duplicate: it {kind} article {page['article_id']}"
    version = account["article"]["version"] if account["article"] else "?"
    return f"Article {page['article_id']}, version {version}, run {page['run_id']}, rules {page['rules_version']}"


def _line_table(lines: list[dict[str, Any]], width: int) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    why_width = 34 if width >= 110 else 18  # what is left goes to the text; line, mark and label never shrink
    fixed = 4 + 1 + 10 + 4 + why_width + 6
    table.add_column("line", justify="right", no_wrap=True, width=4)
    table.add_column("", no_wrap=True, width=1)
    table.add_column("label", no_wrap=True, width=10)
    table.add_column("sure", justify="right", no_wrap=True, width=4)
    table.add_column("why", no_wrap=True, overflow="ellipsis", width=why_width)
    table.add_column("text", no_wrap=True, overflow="ellipsis", width=max(20, width - fixed))
    for line in lines:
        style = _STYLES[line["action"]]
        why = line["reason"] + (f": {line['detail']}" if line["detail"] else "")
        why = f"{line['doubt']}? {why}" if line["doubt"] else why
        table.add_row(str(line["line_no"]), _SIGNS[line["action"]], line["label"], f"{line['confidence']:.2f}",
                      Text(why), Text(line["text"]), style=style)  # fmt: skip
    return table


def _count_sentence(lines: list[dict[str, Any]]) -> str:
    counts = {action: sum(line["action"] == action for line in lines) for action in Action}
    return f"\n{len(lines)} lines = {counts[Action.KEEP]} kept (+) + {counts[Action.FIELD]} moved to fields (>) + {counts[Action.DROP]} left out (-)"


def _field_table(article: dict[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("field", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("origin", overflow="fold")
    for name, origin in _ORIGINS:
        value = article[name]
        said = article.get(origin) if origin else _LINE_ORIGINS.get(name)
        if value is None or (value in ([], "") and not (name == "authors" and said)):
            continue
        shown = (
            "; ".join(map(str, value))
            if isinstance(value, list)
            else f"{value:.2f}"
            if isinstance(value, float)
            else str(value)
        )
        table.add_row(name, Text(shown if shown else "(none)"), Text(said or ""))
    table.add_row(
        "text",
        Text(
            f"{article['word_count']} words in {article['paragraph_count']} paragraphs, from {article['text'][:40]!r} to {article['text'][-30:]!r}"
        ),
        Text("kept lines"),
    )
    return table


def _print_quotes(console: Console, quotes: list[dict[str, Any]]) -> None:
    if quotes:
        console.print("\n[bold]Quotes[/]")
        for quote in quotes:
            console.print(Text(f"  {quote['speaker'] or '(speaker not named)'}: {quote['text']}"))
