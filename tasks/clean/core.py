"""A batch of pages in, its documents and lines out: the pure core of clean."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from tasks import schema
from tasks.clean.documents import PageVerdicts, document_row
from tasks.clean.label.codes import REASON_CODES, LabelColumns, string_column
from tasks.clean.label.overrides import WHOLE_TEXT
from tasks.clean.label.page import LineLabel, PageLines, PageView
from tasks.clean.label.rules import label_line, open_view
from tasks.clean.label.rules_fast import BatchFacts, label_plain_lines
from tasks.clean.label.site_rules import correct_lines
from tasks.clean.model import story
from tasks.clean.parse.tags import TAG_WORDS
from tasks.clean.prepare import Prepared, Received, RulesOfPage, prepare
from tasks.clean.sites.templates import Recurrence, SiteHistory, find_templates, short_key, site_of
from tasks.site_rules.page import PageRules, RuleFinder
from tasks.vocabulary import MARKDOWN, MARKUP, Action, Label, Reason

if TYPE_CHECKING:  # it loads pydantic, which a page without rules does without
    from tasks.site_rules.entries import SiteRules

_COPIED_WORDS = 8  # of a line: a shorter one may recur in any text
_COPIED_SHARE = 0.25  # of the kept words: less is a standfirst or a quote that a layout prints again


class Cleaned(NamedTuple):
    """The tables of a batch."""

    documents: pa.Table
    lines: pa.Table
    evidence: pa.Table  # about the sites' templates, for the next run


Recall = Callable[[set[str]], Mapping[str, SiteHistory]]  # what earlier runs remember of some sites
ReadPages = Callable[[], Iterator[bytes | None]]


def no_history(sites: set[str]) -> Mapping[str, SiteHistory]:
    """The history of sites before the first run."""
    return {}


def clean_pages(
    pages: pa.Table,
    recall: Recall = no_history,
    read_pages: ReadPages | None = None,
    *,
    site_rules: "SiteRules | None" = None,
) -> Cleaned:
    """The documents and the lines of a table of pages (`schema.PAGES`); pages without bytes get none.

    `recall` is called once with the sites of the batch. `read_pages` returns the bytes of the pages in their order, as
    often as it is called; it is needed where the table does not hold them. `site_rules` are the user's corrections.
    """
    if read_pages is None:
        read_pages, pages = partial(_values, pages["raw"]), pages.drop_columns(["raw"])
    records = pages.to_pylist()
    rules_of = _rules_of(site_rules, records)
    parts = []
    for is_html in (False, True):
        is_of_type = [(page["media_type"] in MARKUP) == is_html for page in records]
        if any(is_of_type):
            chosen = (
                Received(n, raw, records[n]["declared_encoding"], records[n]["media_type"] == MARKDOWN)
                for n, raw in enumerate(read_pages())
                if raw is not None and is_of_type[n]
            )
            prepared = prepare(chosen, is_html=is_html, rules_of=rules_of)
            if prepared.rows:
                parts.append(prepared)
    sites = [[_site(part, page, records[row]) for page, row in enumerate(part.rows)] for part in parts]
    history = recall({site for sites_of_part in sites for site in sites_of_part})
    documents: dict[int, dict[str, object]] = {}
    evidence: list[dict[str, object]] = []
    lines = [schema.LINES.empty_table()]
    for prepared, sites_of_part in zip(parts, sites, strict=True):
        chances = story.Chances(np.zeros(0), np.zeros(0, dtype=bool))
        templates: dict[int, Recurrence] = {}
        if len(prepared.blocks):
            chances = story.chances(prepared.columns, prepared.words, prepared.layout, is_html=prepared.is_html)
            prose = _prose(prepared, chances)
            keys = np.array(prepared.keys, dtype=np.uint64)
            templates = find_templates(keys, np.asarray(prepared.blocks.page), prose, sites_of_part, history)
            evidence += _evidence(prepared, keys, prose, sites_of_part)
        labels = _label_lines(prepared, chances, templates)
        if any(prepared.found):
            chances = correct_lines(prepared, labels, chances)
        _name_doubled_text(prepared, labels)
        documents |= _documents(prepared, chances, labels.is_kept(), records)
        lines.append(_lines(prepared, labels, records))
    return Cleaned(
        pa.Table.from_pylist([documents[row] for row in sorted(documents)], schema=schema.DOCUMENTS),
        pa.concat_tables(lines),
        pa.Table.from_pylist(evidence, schema=schema.EVIDENCE),
    )


def _values(column: pa.ChunkedArray) -> Iterator[bytes | None]:
    return (value.as_py() for value in column)


def _rules_of(site_rules: "SiteRules | None", records: list[dict]) -> RulesOfPage | None:
    """Finds the user's rules for the page of a record; None where there are no rules."""
    if site_rules is None or not site_rules.site:
        return None
    finder = RuleFinder(site_rules)

    def rules_of(row: int, canonical: str | None) -> PageRules | None:
        record = records[row]
        return finder.of_page(record["url"] or canonical, record["source_uri"])

    return rules_of


def _site(prepared: Prepared, page: int, record: dict) -> str:
    signals = prepared.signals[page]
    return site_of(record["url"], signals.canonical() if signals else None, record["source_uri"])


def _prose(prepared: Prepared, chances: story.Chances) -> np.ndarray:
    """Words of each line that reads like a story, else 0: what pages with the same story have in common."""
    columns = prepared.columns
    prose: np.ndarray = columns["words"] * (columns["good"] > 0) * chances.is_story
    return prose


def _evidence(prepared: Prepared, keys: np.ndarray, prose: np.ndarray, sites: list[str]) -> list[dict[str, object]]:
    """Which lines are on each page, for the memory of its site; pages without a story are not evidence."""
    rows: list[dict[str, object]] = []
    for start, end in zip(prepared.layout.starts.tolist(), prepared.layout.ends.tolist(), strict=True):
        if not prose[start:end].any():
            continue
        page_keys, first = np.unique(keys[start:end], return_index=True)
        has_words = page_keys != 0
        words = prose[start:end][first[has_words]]
        rows.append(
            {
                "site": sites[prepared.blocks.page[start]],
                "line_keys": short_key(page_keys[has_words]),
                "prose_words": np.minimum(words, 60_000).astype(np.uint16),
            }
        )
    return rows


def _label_lines(prepared: Prepared, chances: story.Chances, templates: dict[int, Recurrence]) -> LabelColumns:
    """Label all lines: most of them in bulk, the others by the rules one by one."""
    layout, blocks = prepared.layout, prepared.blocks
    labels = LabelColumns(len(blocks))
    if not len(blocks):
        return labels
    views = [open_view(page) for page in _page_lines(prepared, chances, templates)]
    is_done = label_plain_lines(labels, _batch_facts(prepared, chances, templates, views))
    for start, end, view in zip(layout.starts.tolist(), layout.ends.tolist(), views, strict=True):
        for n in {*view.labels, *np.flatnonzero(~is_done[start:end]).tolist()}:
            labels.set_row(start + n, label_line(view, n))
        if blocks.page[start] in blocks.is_cut:
            labels.set_row(end - 1, LineLabel(Label.FOOTER, Action.DROP, Reason.BEYOND_LIMIT, None, 1.0))
    return labels


def _name_doubled_text(prepared: Prepared, labels: LabelColumns) -> None:
    """Count it among the repairs of a page if much of its text stands there twice, and the copy was dropped."""
    is_copy = np.equal(labels.reason, REASON_CODES[Reason.DUPLICATE_IN_PAGE]) & ~labels.is_kept()
    copies = np.flatnonzero(is_copy & (prepared.columns["words"] >= _COPIED_WORDS)) if is_copy.any() else np.zeros(0)
    if not len(copies):
        return
    words, is_kept, layout = prepared.columns["words"], labels.is_kept(), prepared.layout
    for start, end in zip(layout.starts.tolist(), layout.ends.tolist(), strict=True):
        own = copies[(copies >= start) & (copies < end)].tolist()
        if not own:
            continue
        kept = {prepared.keys[n] for n in range(start, end) if is_kept[n]}
        # a pull quote repeats part of a line only; the copy of the whole text in one line has a key of its own
        twice = [n for n in own if prepared.keys[n] in kept or labels.detail[n] == WHOLE_TEXT]
        if twice and words[twice].sum() >= _COPIED_SHARE * words[start:end][is_kept[start:end]].sum():
            page = prepared.blocks.page[start]
            prepared.repairs[page] = sorted({*prepared.repairs[page], "doubled_text"})


def _batch_facts(
    prepared: Prepared, chances: story.Chances, templates: dict[int, Recurrence], views: list[PageView]
) -> BatchFacts:
    blocks, tree = prepared.blocks, prepared.tree
    container = np.asarray(blocks.container, dtype=np.int64)
    return BatchFacts(
        columns=prepared.columns,
        layout=prepared.layout,
        has_words=np.array(prepared.keys, dtype=np.uint64) != 0,
        is_story=np.concatenate([np.asarray(view.page.is_story, dtype=bool) for view in views]),
        chance=chances.values,
        entries=prepared.entries,
        templates=templates,
        tag=np.asarray(blocks.tag),
        classes=tree.above[container],
        tags_around=tree.tags_above[container],
        views=views,
        is_html=prepared.is_html,
    )


def _page_lines(prepared: Prepared, chances: story.Chances, templates: dict[int, Recurrence]) -> Iterator[PageLines]:
    """The lines of each page that has any, for the rules."""
    blocks, layout = prepared.blocks, prepared.layout
    by_line = _facts_by_line(prepared, chances) if len(blocks) else {}
    entries: list[dict] = [{} for _ in layout.starts]
    recurrences: list[dict[int, Recurrence]] = [{} for _ in layout.starts]
    page_of, start_of = layout.page.tolist(), layout.first.tolist()
    for row, entry in prepared.entries.items():
        entries[page_of[row]][row - start_of[row]] = entry
    for row, recurrence in templates.items():
        recurrences[page_of[row]][row - start_of[row]] = recurrence
    for number, (start, end) in enumerate(zip(layout.starts.tolist(), layout.ends.tolist(), strict=True)):
        page = blocks.page[start]
        signals = prepared.signals[page]
        yield PageLines(
            **{name: values[start:end] for name, values in by_line.items()},
            parents=blocks.containers.parent,
            entry=entries[number],
            template=recurrences[number],
            titles=prepared.title_keys[page],
            summary=prepared.summary_keys[page] or None,
            language=signals.language if signals else None,
            is_html=prepared.is_html,
        )


def _facts_by_line(prepared: Prepared, chances: story.Chances) -> dict[str, list]:
    """The fields of `PageLines` that hold one value per line, for all lines of the batch."""
    blocks, columns, tree = prepared.blocks, prepared.columns, prepared.tree
    size = len(blocks)
    container = np.asarray(blocks.container, dtype=np.int64)
    arrays = {
        "classes": tree.above[container],
        "tags_around": tree.tags_above[container],
        "has_digit": columns["digit_share"] > 0,
        "is_story": chances.is_story,
        "chance": chances.values,
        "words": columns["words"],
        "is_good": columns["good"] > 0,
        "is_end": columns["is_end"] > 0,
        "has_colon": columns["colons"] > 0,
        "copies": columns["copies"],
        "cohesion": columns["cohesion"],
        "link_share": columns["link_share"] if prepared.is_html else np.zeros(size),
        "article": columns["article_number"].astype(int) if prepared.is_html else np.full(size, -1),
    }
    lists = {name: values.tolist() for name, values in arrays.items()}
    return lists | {
        "text": blocks.text,
        "key": prepared.keys,
        "blank_before": blocks.blank_before,
        "tag": blocks.tag,
        "element": blocks.container,
    }


def _documents(
    prepared: Prepared, chances: story.Chances, is_kept: np.ndarray, records: list[dict]
) -> dict[int, dict[str, object]]:
    """The rows of `schema.DOCUMENTS`, by their pages' position in the batch."""
    blocks, layout = prepared.blocks, prepared.layout
    bounds = {blocks.page[a]: (a, b) for a, b in zip(layout.starts.tolist(), layout.ends.tolist(), strict=True)}
    verdicts = PageVerdicts(prepared, chances, [records[row]["url"] for row in prepared.rows])
    documents = {}
    for page, row in enumerate(prepared.rows):
        first, end = bounds.get(page, (0, 0))
        documents[row] = document_row(prepared, page, first, end, chances, is_kept[first:end], records[row], verdicts)
    return documents


def _lines(prepared: Prepared, labels: LabelColumns, records: list[dict]) -> pa.Table:
    """The lines as a table of `schema.LINES`."""
    blocks = prepared.blocks
    size = len(blocks)
    doc_ids = [str(records[row]["doc_id"]) for row in prepared.rows]
    tag = string_column(np.asarray(blocks.tag, dtype=np.int8), TAG_WORDS) if prepared.is_html else None
    columns = labels.columns() | {
        "doc_id": string_column(np.asarray(blocks.page, dtype=np.int32), doc_ids),
        "line_no": pa.array(np.arange(1, size + 1) - prepared.layout.first, pa.int32()),
        "blank_before": pa.array(np.minimum(np.asarray(blocks.blank_before), 1000).astype(np.int16)),
        "tag": tag if tag is not None else pa.nulls(size, pa.string()),
        "text": pa.array(blocks.text, pa.string()),
    }
    return pa.table([columns[name] for name in schema.LINES.names], schema=schema.LINES)
