"""A small dataset with hostile pages for `copydesk browse`, and requests to its application without a socket."""

import asyncio
from datetime import UTC, date, datetime

import httpx
import orjson
import pyarrow as pa

from tasks import schema
from tasks.load.output import Changes, Output
from tasks.quality.history import write_problems
from tasks.quality.problems import Problem
from tasks.storage.tables import write_table

HOST = "http://127.0.0.1"
RUN_ID = "20260401T100000-aaaaaa"
SCRIPT = "<script>document.title = 'run by a page'</script><img src=http://elsewhere.example/x onerror=alert(1)>"
_FETCHED = datetime(2026, 4, 1, 9, tzinfo=UTC)


def article(number, **values):
    """An article; its ids and address follow from its number."""
    article_id = f"{number:016x}"
    row = {
        "article_id": article_id,
        "doc_id": f"d{number:015x}",
        "source_uri": f"pages/{number}.html",
        "url": f"https://paper.example/{number}",
        "publisher": "The Harbor Ledger",
        "title": f"Story number {number}",
        "title_from": "og:title",
        "published_date": date(2026, 3, 1 + number % 28),
        "fetched_at": _FETCHED,
        "language": "en",
        "text": f"The ferry left at dawn.\n\nIt came back as number {number}.",
        "word_count": 10 + number,
        "paragraph_count": 2,
        "kind": "article",
        "confidence": 0.9,
        "story_probability": 0.99,
        "text_digest": article_id,
        "page_digest": f"{number:064x}",
        "version": 1,
        "run_id": RUN_ID,
        "rules_version": "1",
    }
    return schema.blank_row(schema.ARTICLES) | row | values


ARTICLES = (
    article(
        1,
        title=SCRIPT,
        url="javascript:alert(1)",
        authors=[SCRIPT],
        quotes=[{"text": SCRIPT, "speaker": "Ann\u202e Lee"}],
        text=f"{SCRIPT}\n\nSecond paragraph.",
        flags=["text_cut_off"],
        flag_evidence=[{"flag": "text_cut_off", "line_no": 2, "shown": "Subscribe now"}],
        title_confidence=0.4,
        summary="A summary of many words. " * 60,
        confidence=0.3,
        language="de",
        kind="stub",
    ),
    article(2, version=2, publisher="Ledger & Sons", text="The ferry left at noon.\n\nIt came back.", story_id="s1"),
    article(3, title="=HYPERLINK(1)", story_id="s1", similarity=0.8, near_duplicate_of=f"{2:016x}"),
    *(article(number) for number in range(4, 65)),
    article(65, publisher=None, title=None, published_date=None, text="Lighthouse keeper retires."),
)


def _page(row, outcome="article", reason=None):
    known = ("doc_id", "source_uri", "url", "page_digest", "fetched_at", "run_id", "rules_version")
    values = {"outcome": outcome, "reason": reason, "article_id": row.get("article_id"), "byte_count": 99}
    return schema.blank_row(schema.LEDGER) | {name: row[name] for name in known} | values


def _line(doc_id, number, text, label, action, reason, detail=None):
    row = {"doc_id": doc_id, "line_no": number, "text": text, "label": label, "action": action, "reason": reason}
    return schema.blank_row(schema.LINES) | row | {"detail": detail, "confidence": 0.9}


def make_dataset(root):
    """Write the dataset; returns its folder."""
    output = Output(root)
    output.prepare()
    earlier = article(2, doc_id="v2", text="The ferry left at dawn.\n\nIt came back.")
    repeat = article(2, doc_id="r2", source_uri="pages/copy of 2.html")
    lost = article(90, doc_id="q1", source_uri=f"pages/{SCRIPT}.html", article_id=None)
    removed = article(91, doc_id="f1", article_id=None, url=None, source_uri="removed/1.html")
    tables = {
        "articles": list(ARTICLES),
        "versions": [earlier | {"replaced_by_run": RUN_ID, "changes": ["text", "1 word added"]}],
        "duplicates": [
            schema.blank_row(schema.DUPLICATES)
            | {name: repeat[name] for name in schema.DUPLICATES.names if name in repeat}
            | {"kind": "same_text", "similarity": 1.0}
        ],
        "quarantine": [
            schema.blank_row(schema.QUARANTINE)
            | {name: lost[name] for name in schema.QUARANTINE.names if name in lost}
            | {"step": "clean", "reason": "clean.too_short", "all_reasons": ["clean.too_short"], "detail": SCRIPT}
        ],
        "ledger": [
            *map(_page, ARTICLES),
            _page(earlier),
            _page(repeat, "duplicate", "same_text"),
            _page(lost, "quarantined", "clean.too_short"),
            _page(removed, "forgotten"),
        ],
    }
    changes = Changes()
    for name, rows in tables.items():
        folder = "published_month=2026-03/" if name == "articles" else ""
        path = output.work / f"{name}.parquet"
        write_table(pa.Table.from_pylist(rows, schema=schema.PUBLISHED[name]), path)
        changes.added[name] = {f"{folder}{RUN_ID}.parquet": path}
    doc_id = ARTICLES[0]["doc_id"]
    lines = [
        _line(doc_id, 1, SCRIPT, "paragraph", "keep", "running_text"),
        _line(doc_id, 2, "Subscribe now", "promo", "drop", "lexicon", "subscribe"),
        _line(doc_id, 3, "By Ann Lee", "byline", "field", "lexicon"),
    ]
    write_table(pa.Table.from_pylist(lines, schema=schema.LINES), output.root / "lines" / "a.parquet")
    pages = [
        schema.blank_row(schema.PAGES) | {"doc_id": one, "raw": f"<html>\n  {SCRIPT}</html>".encode()}
        for one in (doc_id, "q1")
    ]
    write_table(pa.Table.from_pylist(pages, schema=schema.PAGES), output.root / "pages" / "a-00001.parquet")
    report = {"run_id": RUN_ID, "state": "Completed", "started_at": "2026-04-01T10:00:00+00:00", "counts": {}}
    (output.runs / f"{RUN_ID}.json").write_bytes(orjson.dumps(report))
    output.reports.mkdir()
    (output.reports / f"{RUN_ID}.html").write_text("<!DOCTYPE html><title>Report</title><p>the report of the run")
    output.publish(changes)
    problem = {"key": "dataset.site_layout/paper.example", "rule": "dataset.site_layout", "scope": "paper.example"}
    write_problems(output.quality, [Problem(**problem, sentence="The pages have changed.", pages=7)])
    return output.root


def ask(app, *addresses, method="GET", **headers):
    """The answers to requests for these addresses, one after the other; names of headers are written with `_`."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}

    async def send():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HOST, follow_redirects=True) as client:
            return [await client.request(method, address, headers=sent) for address in addresses]

    return asyncio.run(send())


def get(app, address, **headers):
    """The answer to one request."""
    return ask(app, address, **headers)[0]
