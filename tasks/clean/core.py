"""A batch of pages in, its documents and lines out: the pure core of clean."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tasks import schema
from tasks.clean.documents import PageLooks, document_row
from tasks.clean.label.codes import Names, words_of
from tasks.clean.label.page import Named, PageLines, Scene
from tasks.clean.label.rules import name_line, open_scene
from tasks.clean.label.rules_fast import Facts, name_plain
from tasks.clean.model import story
from tasks.clean.parse.tags import TAG_WORDS
from tasks.clean.prepare import Prepared, prepare
from tasks.clean.sites.templates import find_templates, short_key, site_of
from tasks.vocabulary import Action, Label, Reason


class Cleaned(NamedTuple):
    """What clean makes of a batch."""

    documents: pa.Table
    lines: pa.Table
    evidence: pa.Table  # of the sites' templates, for the next run


Recall = Callable[[set[str]], Mapping[str, tuple[int, np.ndarray, np.ndarray]]]


def nothing_known(sites: set[str]) -> Mapping[str, tuple[int, np.ndarray, np.ndarray]]:
    """The memory of sites before the first run."""
    return {}


def clean_pages(pages: pa.Table, recall: Recall = nothing_known, raws: Callable[[], Iterator[bytes | None]] | None = None) -> Cleaned:  # fmt: skip
    """The documents and the lines of a table of pages (`schema.PAGES`), pages without bytes left out.

    `recall` is asked once for what earlier runs remember of the sites in the batch. `raws` gives the bytes of the pages, in
    their order and as often as it is called, where the table does not hold them.
    """
    if raws is None:
        raws, pages = partial(_values, pages["raw"]), pages.drop_columns(["raw"])
    records = pages.to_pylist()
    both = []
    for is_html in (False, True):
        is_of_type = [(page["media_type"] == "text/html") == is_html for page in records]
        if any(is_of_type):
            chosen = (
                (n, raw, records[n]["declared_encoding"])
                for n, raw in enumerate(raws()) if raw is not None and is_of_type[n]
            )  # fmt: skip
            prepared = prepare(chosen, is_html=is_html)
            if prepared.rows:
                both.append(prepared)
    sites = [[_site(prepared, page, records[row]) for page, row in enumerate(prepared.rows)] for prepared in both]
    known = recall({site for part in sites for site in part})
    documents: list[dict[str, object]] = []
    evidence: list[dict[str, object]] = []
    lines = [schema.LINES.empty_table()]
    for prepared, own in zip(both, sites, strict=True):
        chance = story.Chances(np.zeros(0), np.zeros(0, dtype=bool))
        templates: dict[int, tuple[int, int]] = {}
        if len(prepared.blocks):
            chance = story.chances(prepared.columns, prepared.words, prepared.where, is_html=prepared.is_html)
            prose = _prose(prepared, chance)
            keys = np.array(prepared.keys, dtype=np.uint64)
            templates = find_templates(keys, np.asarray(prepared.blocks.page), prose, own, known)
            evidence += _evidence(prepared, keys, prose, own)
        lines.append(_label_all(prepared, chance, templates, records, documents))
    documents.sort(key=lambda row: int(str(row.pop("_row"))))
    return Cleaned(
        pa.Table.from_pylist(documents, schema=schema.DOCUMENTS),
        pa.concat_tables(lines),
        pa.Table.from_pylist(evidence, schema=schema.EVIDENCE),
    )


def _values(column: pa.ChunkedArray) -> Iterator[bytes | None]:
    return (value.as_py() for value in column)


def _site(prepared: Prepared, page: int, record: dict) -> str:
    signals = prepared.signals[page]
    return site_of(record["url"], signals.canonical() if signals else None, record["source_uri"])


def _prose(prepared: Prepared, chance: story.Chances) -> np.ndarray:
    """Words of each line that reads like a story, else 0: what pages that tell one story have in common."""
    columns = prepared.columns
    prose: np.ndarray = columns["words"] * (columns["good"] > 0) * chance.is_story
    return prose


def _evidence(prepared: Prepared, keys: np.ndarray, prose: np.ndarray, sites: list[str]) -> list[dict[str, object]]:
    """Which lines stand on each page, for the memory of its site; pages without a story say nothing of it."""
    rows: list[dict[str, object]] = []
    for start, end in zip(prepared.where.starts.tolist(), prepared.where.ends.tolist(), strict=True):
        if prose[start:end].any():
            own, first = np.unique(keys[start:end], return_index=True)
            has_words = own != 0
            words = prose[start:end][first[has_words]]
            rows.append({"site": sites[prepared.blocks.page[start]], "line_keys": short_key(own[has_words]),
                         "prose_words": np.minimum(words, 60_000).astype(np.uint16)})  # fmt: skip
    return rows


def _label_all(
    prepared: Prepared, chance: story.Chances, templates: dict[int, tuple[int, int]], records: list[dict],
    documents: list[dict[str, object]],
) -> pa.Table:  # fmt: skip
    """Name all lines; adds the documents and returns the lines."""
    where, blocks = prepared.where, prepared.blocks
    pages = _pages(prepared, chance, templates)
    scenes = [open_scene(page) for page in pages]
    names = Names(len(blocks))
    if len(blocks):
        done = name_plain(names, _facts(prepared, chance, templates, pages, scenes))
        for start, end, scene in zip(where.starts.tolist(), where.ends.tolist(), scenes, strict=True):
            for n in {*scene.named, *np.flatnonzero(~done[start:end]).tolist()}:
                names.put(start + n, name_line(scene, n))
            if blocks.page[start] in blocks.is_cut:
                names.put(end - 1, Named(Label.FOOTER, Action.DROP, Reason.BEYOND_LIMIT, None, 1.0))
    kept = names.is_kept()
    ranges = {blocks.page[a]: (a, b) for a, b in zip(where.starts.tolist(), where.ends.tolist(), strict=True)}
    looks = PageLooks(prepared, chance, [records[row]["url"] for row in prepared.rows])
    for page, row in enumerate(prepared.rows):
        first, end = ranges.get(page, (0, 0))
        made = document_row(prepared, page, first, end, chance, kept[first:end], records[row], looks)
        documents.append(made | {"_row": row})
    return _lines(prepared, names, records)


def _facts(prepared: Prepared, chance: story.Chances, templates: dict[int, tuple[int, int]],
           pages: list[PageLines], scenes: list[Scene]) -> Facts:  # fmt: skip
    blocks, tree = prepared.blocks, prepared.tree
    at = np.asarray(blocks.container, dtype=np.int64)
    return Facts(
        columns=prepared.columns, where=prepared.where, has_words=np.array(prepared.keys, dtype=np.uint64) != 0,
        is_story=np.concatenate([np.asarray(page.is_story, dtype=bool) for page in pages]), chance=chance.values,
        entries=prepared.entries, templates=templates, tag=np.asarray(blocks.tag),
        classes=tree.above[at],
        tags_around=tree.tags_above[at], scenes=scenes, is_html=prepared.is_html,
    )  # fmt: skip


def _pages(prepared: Prepared, chance: story.Chances, templates: dict[int, tuple[int, int]]) -> list[PageLines]:
    """The lines of each page that has any, for the rules."""
    blocks, columns, where = prepared.blocks, prepared.columns, prepared.where
    n = len(blocks)
    at = np.asarray(blocks.container, dtype=np.int64)
    lists = {
        "classes": prepared.tree.above[at], "tags_around": prepared.tree.tags_above[at],
        "has_digit": columns["digit_share"] > 0, "is_story": chance.is_story, "chance": chance.values,
        "words": columns["words"], "is_good": columns["good"] > 0, "is_end": columns["is_end"] > 0,
        "has_colon": columns["colons"] > 0, "copies": columns["copies"], "cohesion": columns["cohesion"],
        "link_share": columns["link_share"] if prepared.is_html else np.zeros(n),
        "article": columns["article_number"].astype(int) if prepared.is_html else np.full(n, -1),
    } if n else {}  # fmt: skip
    plain: dict[str, list] = {name: values.tolist() for name, values in lists.items()}
    plain |= {"text": blocks.text, "key": prepared.keys, "blank_before": blocks.blank_before, "tag": blocks.tag}
    by_page: list[tuple[dict, dict]] = [({}, {}) for _ in where.starts]
    page_of, start_of = where.page.tolist(), where.first.tolist()
    for row, entry in prepared.entries.items():
        by_page[page_of[row]][0][row - start_of[row]] = entry
    for row, counts in templates.items():
        by_page[page_of[row]][1][row - start_of[row]] = counts
    pages = []
    for (entries, template), start, end in zip(by_page, where.starts.tolist(), where.ends.tolist(), strict=True):
        page = blocks.page[start]
        signals = prepared.signals[page]
        own = {name: values[start:end] for name, values in plain.items()}
        pages.append(
            PageLines(
                **own, entry=entries, template=template, titles=prepared.title_keys[page],
                summary=prepared.summary_keys[page] or None, language=signals.language if signals else None,
                is_html=prepared.is_html,
            )
        )  # fmt: skip
    return pages


def _lines(prepared: Prepared, names: Names, records: list[dict]) -> pa.Table:
    """The lines as a table of `schema.LINES`."""
    blocks, where = prepared.blocks, prepared.where
    size = len(blocks)
    doc_ids = [str(records[row]["doc_id"]) for row in prepared.rows]
    columns = names.columns() | {
        "doc_id": words_of(np.asarray(blocks.page, dtype=np.int32), doc_ids),
        "line_no": pa.array(np.arange(1, size + 1) - where.first, pa.int32()),
        "blank_before": pa.array(np.minimum(np.asarray(blocks.blank_before), 1000).astype(np.int16)),
        "tag": words_of(np.asarray(blocks.tag, dtype=np.int8), TAG_WORDS) if prepared.is_html else pa.nulls(size, pa.string()),
        "text": pa.array(blocks.text, pa.string()),
    }  # fmt: skip
    return pa.table([columns[name] for name in schema.LINES.names], schema=schema.LINES)
