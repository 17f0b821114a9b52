"""Fits the confidence of fields: `python -m tasks.training.field_confidence CORPUS... [--write]`.

Runs the pages of the corpora, as HTML and as text, and counts by origin and witnesses how often each field is what the
gold says. Prints how well the shares hold on sites that were not counted; `--write` replaces
`tasks/extract/field_confidence.toml`. Run it again after a change of the rules of a field.
"""

import argparse
import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson
import pyarrow as pa

from tasks import schema
from tasks.clean.core import clean_pages
from tasks.extract import confidence
from tasks.extract.core import extract_documents, read_pages
from tasks.extract.fields.headlines import strip_site
from tasks.extract.page import Page
from tasks.extract.witnesses import Agreement
from tasks.text.publisher_names import squeeze
from tasks.training import corpus

STYLES = ("html", "wet")
FOLDS = 10
_BATCH = 250  # pages cleaned together
_CELL_PAGES = 3  # a cell with fewer pages says nothing; its values lean on all origins
_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)  # of the bins of the reliability table
_SHORT_NAME_CHARS = 3  # a shorter name of a site is part of others by chance
_BY = re.compile(r"^(?:by|von|par|por|di|door|od|автор)\s+", re.I)


@dataclass(frozen=True)
class Case:
    """One field of one page that has gold for it."""

    field: str
    kind: str
    origin: str
    agreement: Agreement
    is_right: bool
    fold: int


def read_cases(folder: Path, style: str) -> Iterator[Case]:
    """The fields of a corpus' pages, judged by its gold answers."""
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as handle:
        gold = {row["page_id"]: row for row in map(orjson.loads, handle)}
    pages = corpus.read_corpus(folder)
    for start in range(0, len(pages), _BATCH):
        batch = pages[start : start + _BATCH]
        table = pa.Table.from_pylist([_row(page, gold[page.page_id], style) for page in batch], schema=schema.PAGES)
        documents, lines, _ = clean_pages(table)
        candidates = extract_documents(documents, lines, guess_dates=True).to_pylist()
        for page, read, row in zip(batch, read_pages(documents, lines), candidates, strict=True):
            yield from _cases(read, row, gold[page.page_id], corpus.fold_of(page.group, FOLDS))


def _row(page: corpus.GoldPage, gold: Mapping[str, Any], style: str) -> dict[str, Any]:
    raw = corpus.in_style(page.html, style)
    crawled = gold.get("crawled")
    return {
        "doc_id": page.page_id,
        "source_uri": f"{page.page_id}/page",
        "url": page.url,
        "fetched_at": datetime.fromisoformat(crawled).replace(tzinfo=UTC) if crawled else None,
        "media_type": "text/html" if style == "html" else "text/plain",
        "page_digest": "-",
        "byte_count": len(raw),
        "raw": raw,
    }


def _cases(page: Page, row: Mapping[str, Any], gold: Mapping[str, Any], fold: int) -> Iterator[Case]:
    for field, (column, origin_column, count) in confidence.FIELDS.items():
        is_right = judge(field, row, gold) if row[column] else None
        if is_right is not None:
            origin = confidence.plain_origin(row[origin_column])
            yield Case(field, confidence.page_kind(page), origin, count(page, row[column]), is_right, fold)


def judge(field: str, row: Mapping[str, Any], gold: Mapping[str, Any]) -> bool | None:
    """Whether a field of a candidate row is what the gold says; None if the gold says nothing."""
    want = gold.get("sitename" if field == "publisher" else field)
    if not want:
        return None
    if field == "title":
        names = _site_names(gold)
        return squeeze(strip_site(row["title"], names)) == squeeze(strip_site(want, names))
    if field == "authors":
        return {_name_key(name) for name in want} == {_name_key(name) for name in row["authors"]}
    if field == "published":
        return bool(_days(row) & _days_of_gold(want))
    key = squeeze(row["publisher"])
    shorter, longer = sorted((key, squeeze(want)), key=len)
    is_part = len(shorter) >= _SHORT_NAME_CHARS and shorter in longer
    return is_part or key in {squeeze(name) for name in _site_names(gold)}


def _site_names(gold: Mapping[str, Any]) -> list[str]:
    host = (urlsplit(gold.get("url") or "").hostname or "").removeprefix("www.")
    names = (gold.get("sitename"), gold.get("publisher"), host, *host.split(".")[:-1])
    return [name for name in names if name]


def _name_key(name: str) -> str:
    return squeeze(_BY.sub("", name))


def _days(row: Mapping[str, Any]) -> set[date]:
    """The day as printed, and in UTC."""
    instant = row["published_at"]
    return {row["published_date"], instant.astimezone(UTC).date() if instant else row["published_date"]}


def _days_of_gold(text: str) -> set[date]:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return {moment.date(), moment.astimezone(UTC).date()} if moment.tzinfo else {moment.date()}


def fit(cases: Iterable[Case]) -> dict[str, dict[str, dict[str, tuple[int, int]]]]:
    """The table of `tasks.extract.confidence`: field, kind of page, cell -> right pages, pages."""
    right: Counter[tuple[str, str, str]] = Counter()
    pages: Counter[tuple[str, str, str]] = Counter()
    for case in cases:
        for name in (
            confidence.cell(confidence.ANY_ORIGIN, None),
            confidence.cell(confidence.ANY_ORIGIN, case.agreement),
            confidence.cell(case.origin, case.agreement),
        ):
            key = (case.field, case.kind, name)
            pages[key] += 1
            right[key] += case.is_right
    table: dict[str, dict[str, dict[str, tuple[int, int]]]] = defaultdict(lambda: defaultdict(dict))
    for (field, kind, name), count in pages.items():
        if count >= _CELL_PAGES:
            table[field][kind][name] = (right[field, kind, name], count)
    return table


def on_unseen_sites(cases: list[Case]) -> np.ndarray:
    """For each case: the confidence from the sites of the other folds, their share of right values, and the truth."""
    rows = np.zeros((len(cases), 3))
    for fold in range(FOLDS):
        table = fit(case for case in cases if case.fold != fold)
        for number, case in enumerate(cases):
            if case.fold == fold:
                cells = table[case.field][case.kind]
                right, pages = cells.get(confidence.cell(confidence.ANY_ORIGIN, None), (1, 2))
                value = confidence.probability(cells, case.origin, case.agreement)
                rows[number] = value, right / pages, case.is_right
    return rows


def reliability(cases: list[Case]) -> str:
    """Per field and kind of page: the error of the confidence beside that of a constant, and its bins."""
    lines = []
    for field in confidence.FIELDS:
        for kind in ("html", "text"):
            chosen = [case for case in cases if (case.field, case.kind) == (field, kind)]
            if not chosen:
                continue
            predicted, constant, truth = on_unseen_sites(chosen).T
            brier, of_constant = np.mean((predicted - truth) ** 2), np.mean((constant - truth) ** 2)
            head = f"{field}, {kind}: {len(chosen)} pages, {truth.mean():.3f} right"
            lines += ["", f"{head}; Brier score {brier:.4f}, of a constant {of_constant:.4f}"]
            lines += [f"{'confidence':>14}{'pages':>8}{'mean':>8}{'right':>8}"]
            for low, high in pairwise(_EDGES):
                inside = (predicted >= low) & (predicted < high)
                if inside.any():
                    mean, share = predicted[inside].mean(), truth[inside].mean()
                    lines.append(f"{low:7.2f} - {min(high, 1):.2f}{inside.sum():8}{mean:8.3f}{share:8.3f}")
    return "\n".join(lines) + "\n"


def write(table: Mapping[str, Mapping[str, Mapping[str, tuple[int, int]]]], names: list[str]) -> None:
    """Replace the table in `tasks/extract/`."""
    lines = [
        "# By origin and witnesses: on how many pages the field is right, and on how many it was judged.",
        "# Written by `python -m tasks.training.field_confidence CORPUS... --write`; do not edit.",
        f"# Corpora: {', '.join(names)}.",
    ]
    for field in confidence.FIELDS:
        for kind, cells in sorted(table.get(field, {}).items()):
            lines += ["", f"[{field}.{kind}]"]
            order = sorted(cells, key=lambda name: (not name.startswith(confidence.ANY_ORIGIN), name))
            lines += [f'"{name}" = [{cells[name][0]}, {cells[name][1]}]' for name in order]
    confidence.TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path, help="folders with pages and gold answers")
    parser.add_argument("--write", action="store_true", help="replace the table that extract reads")
    options = parser.parse_args()
    cases = [case for folder in options.corpora for style in STYLES for case in read_cases(folder, style)]
    sys.stdout.write(reliability(cases))
    if options.write:
        write(fit(cases), [folder.name for folder in options.corpora])
    return 0


if __name__ == "__main__":
    sys.exit(main())
