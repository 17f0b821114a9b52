"""A batch of pages in, its documents and lines out: the pure core of clean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tasks import schema
from tasks.clean import dom, features, lexicon, story
from tasks.clean.blocks import Blocks, add_text_page
from tasks.clean.decode import Decoded, decode, repair, repair_line
from tasks.clean.html_blocks import add_html_page, tag_name
from tasks.clean.kind import PageFacts, judge
from tasks.clean.naming import name_lines
from tasks.clean.page_lines import Named, PageLines
from tasks.clean.signals import Signals
from tasks.clean.site_templates import find_templates, short_key, site_of
from tasks.clean.words import Words, count_words, fold, phrase_hashes, solid
from tasks.labels import Action, Label, Reason

_KEPT = frozenset({Action.KEEP})


@dataclass
class Prepared:
    """Pages of one media type, cut into blocks, with what was found out on the way."""

    rows: list[int]  # position in the batch of each page
    encodings: list[tuple[str, str, int]]
    repairs: list[list[str]]
    signals: list[Signals | None]
    problems: list[str | None]
    blocks: Blocks
    words: Words
    entries: dict[int, lexicon.Entry]
    columns: features.Columns
    where: features.Layout
    keys: list[int]  # of each line's words
    title_keys: list[list[int]]  # of the titles that each page declares
    summary_keys: list[int]
    is_html: bool


def prepare(raws: list[bytes], declared: list[str | None], rows: list[int], *, is_html: bool) -> Prepared:
    """Decode, repair and cut pages of one media type, and compute the features of all their blocks."""
    blocks = Blocks()
    encodings: list[tuple[str, str, int]] = []
    repairs: list[list[str]] = []
    signals: list[Signals | None] = []
    problems: list[str | None] = []
    for page, (raw, said) in enumerate(zip(raws, declared, strict=True)):
        decoded = decode(raw, said)
        encodings.append((decoded.encoding, decoded.encoding_from, decoded.damaged_char_count))
        done: set[str] = set()
        first = len(blocks)
        found: Signals | None = None
        problem = None
        if is_html:
            try:
                found = add_html_page(blocks, page, _utf8(raw, decoded))
                found.finish()
            except ValueError as error:
                problem = str(error)
            joined = "\n".join(blocks.text[first:])
            blocks.text[first:] = repair_line(joined, done).split("\n") if joined else []
        else:
            add_text_page(blocks, page, repair(decoded.text, done))
        repairs.append(sorted(done))
        signals.append(found)
        problems.append(problem)
    blocks.text = [text if " " not in text[:1] and " " not in text[-1:] else text.strip() for text in blocks.text]
    words = count_words(blocks.text)
    entries = lexicon.find(blocks.text, words)
    columns, where = features.text_features(blocks, words, entries)
    if is_html and len(blocks):
        dom.dom_features(blocks, words, columns, where)
        said_of_page = [_declared(signals[blocks.page[start]]) for start in where.starts]
        dom.declared_features(columns, words, where, said_of_page)
    keys = fold(*solid(words)).tolist()
    titles, summaries = _declared_keys(signals)
    return Prepared(
        rows, encodings, repairs, signals, problems, blocks, words, entries, columns, where, keys, titles, summaries, is_html
    )  # fmt: skip


def _utf8(raw: bytes, decoded: Decoded) -> bytes:
    """The page in UTF-8 for the parser: its own bytes wherever they are that already."""
    is_same = decoded.encoding == "utf-8" and decoded.encoding_from == "utf-8" and not decoded.damaged_char_count
    return (raw if is_same else decoded.text.encode("utf-8", "replace")).replace(b"\x00", b"")


def _declared_keys(signals: list[Signals | None]) -> tuple[list[list[int]], list[int]]:
    """The keys of each page's declared titles, and of its first summary (0 for none)."""
    titles = [own.titles() if own else [] for own in signals]
    summaries = [next(iter(own.summaries()), "") if own else "" for own in signals]
    keys = iter(phrase_hashes([title for page in titles for title in page])[0].tolist() if any(titles) else [])
    return [[next(keys) for _ in page] for page in titles], phrase_hashes(summaries)[0].tolist()


def _declared(signals: Signals | None) -> tuple[str, str, str]:
    """What a page declares as its title, summary and text."""
    if signals is None:
        return "", "", ""
    return next(iter(signals.titles()), ""), next(iter(signals.summaries()), ""), " ".join(signals.article_bodies)


class Cleaned(NamedTuple):
    """What clean makes of a batch."""

    documents: pa.Table
    lines: pa.Table
    evidence: pa.Table  # of the sites' templates, for the next run


Recall = Callable[[set[str]], Mapping[str, tuple[int, np.ndarray, np.ndarray]]]


def nothing_known(sites: set[str]) -> Mapping[str, tuple[int, np.ndarray, np.ndarray]]:
    """The memory of sites before the first run."""
    return {}


def clean_pages(pages: pa.Table, recall: Recall = nothing_known) -> Cleaned:
    """The documents and the lines of a table of pages (`schema.PAGES`), pages without bytes left out.

    `recall` is asked once for what earlier runs remember of the sites in the batch.
    """
    records = pages.to_pylist()
    both = []
    for is_html in (False, True):
        chosen = [
            n
            for n, page in enumerate(records)
            if (page["media_type"] == "text/html") == is_html and page["raw"] is not None
        ]
        if chosen:
            raws, declared = ([records[n][name] for n in chosen] for name in ("raw", "declared_encoding"))
            both.append(prepare(raws, declared, chosen, is_html=is_html))
    sites = [[_site(prepared, page, records[row]) for page, row in enumerate(prepared.rows)] for prepared in both]
    known = recall({site for part in sites for site in part})
    documents: list[dict[str, object]] = []
    evidence: list[dict[str, object]] = []
    lines: dict[str, list[object]] = {name: [] for name in schema.LINES.names}
    for prepared, own in zip(both, sites, strict=True):
        chance = story.Chances(np.zeros(0), 1.0)
        templates: dict[int, tuple[int, int]] = {}
        if len(prepared.blocks):
            chance = story.chances(prepared.columns, is_html=prepared.is_html)
            prose = _prose(prepared, chance)
            keys = np.array(prepared.keys, dtype=np.uint64)
            templates = find_templates(keys, np.asarray(prepared.blocks.page), prose, own, known)
            evidence += _evidence(prepared, keys, prose, own)
        _label_all(prepared, chance, templates, records, documents, lines)
    documents.sort(key=lambda row: int(str(row.pop("_row"))))
    return Cleaned(
        pa.Table.from_pylist(documents, schema=schema.DOCUMENTS),
        pa.Table.from_pydict(lines, schema=schema.LINES),
        pa.Table.from_pylist(evidence, schema=schema.EVIDENCE),
    )


def _site(prepared: Prepared, page: int, record: dict) -> str:
    signals = prepared.signals[page]
    return site_of(record["url"], signals.canonical() if signals else None, record["source_uri"])


def _prose(prepared: Prepared, chance: story.Chances) -> np.ndarray:
    """Words of each line that reads like a story, else 0: what pages that tell one story have in common."""
    columns = prepared.columns
    prose: np.ndarray = columns["words"] * (columns["good"] > 0) * (chance.values >= chance.threshold)
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
    prepared: Prepared, chance: story.Chances, templates: dict[int, tuple[int, int]],
    records: list[dict], documents: list[dict[str, object]], lines: dict[str, list[object]],
) -> None:  # fmt: skip
    ranges = {
        prepared.blocks.page[a]: (int(a), int(b))
        for a, b in zip(prepared.where.starts, prepared.where.ends, strict=True)
    }
    for page, row in enumerate(prepared.rows):
        first, end = ranges.get(page, (0, 0))
        named = _name_page(prepared, page, first, end, chance, templates)
        if page in prepared.blocks.is_cut:
            named[-1] = Named(Label.FOOTER, Action.DROP, Reason.BEYOND_LIMIT, None, 1.0)
        documents.append(_document(prepared, page, first, end, chance, named, records[row]) | {"_row": row})
        _append_lines(prepared, first, end, named, str(records[row]["doc_id"]), lines)


def _name_page(
    prepared: Prepared, page: int, first: int, end: int, chance: story.Chances, templates: dict[int, tuple[int, int]]
) -> list[Named]:
    blocks, columns, signals = prepared.blocks, prepared.columns, prepared.signals[page]
    span = slice(first, end)
    containers = blocks.containers
    at = blocks.container[span]
    return name_lines(
        PageLines(
            text=blocks.text[span],
            key=prepared.keys[span],
            has_digit=(columns["digit_share"][span] > 0).tolist(),
            is_story=(chance.values[span] >= chance.threshold).tolist(),
            chance=chance.values[span].tolist(),
            entry={n - first: prepared.entries[n] for n in range(first, end) if n in prepared.entries},
            words=columns["words"][span].tolist(),
            is_good=(columns["good"][span] > 0).tolist(),
            is_end=(columns["is_end"][span] > 0).tolist(),
            blank_before=blocks.blank_before[span],
            copies=columns["copies"][span].tolist(),
            cohesion=columns["cohesion"][span].tolist(),
            link_share=columns["link_share"][span].tolist() if prepared.is_html else [0.0] * (end - first),
            tag=blocks.tag[span],
            classes=[containers.above[n] for n in at],
            tags_around=[containers.tags_above[n] for n in at],
            article=columns["article_number"][span].astype(int).tolist() if prepared.is_html else [-1] * (end - first),
            template={n - first: templates[n] for n in range(first, end) if n in templates},
            titles=prepared.title_keys[page],
            summary=prepared.summary_keys[page] or None,
            language=signals.language if signals else None,
            is_html=prepared.is_html,
        )
    )


def _document(
    prepared: Prepared, page: int, first: int, end: int, chance: story.Chances, named: list[Named], record: dict
) -> dict[str, object]:
    columns, signals = prepared.columns, prepared.signals[page]
    encoding, origin, damaged = prepared.encodings[page]
    kept = np.fromiter((line.action in _KEPT for line in named), dtype=bool, count=len(named))
    # a line that a rule took out of the story is no longer a doubt about it
    certain = np.where(kept | (chance.values[first:end] < chance.threshold), chance.values[first:end], 0.0)
    words = columns["words"][first:end]
    good = columns["good"][first:end] > 0
    link = columns["link_share"][first:end] if prepared.is_html else np.zeros(len(named))
    kept_words = float(words[kept].sum())
    last_kept = int(np.flatnonzero(kept)[-1]) if kept.any() else 0
    kind, why = judge(
        PageFacts(
            kept_words=int(kept_words), long_lines=int((kept & good).sum()),
            page_words=float(words.sum()), page_lines=len(named),
            entries={n - first: prepared.entries[n] for n in range(first, end) if n in prepared.entries},
            last_kept=last_kept, is_live_declared=bool(signals and signals.is_live()),
            clock_lines=_clock_lines(prepared.blocks.text[first:end], kept),
        )
    )  # fmt: skip
    return {
        "doc_id": record["doc_id"], "source_uri": record["source_uri"], "url": record["url"],
        "media_type": record["media_type"], "fetched_at": record["fetched_at"], "page_digest": record["page_digest"],
        "byte_count": record["byte_count"],
        "encoding": encoding, "encoding_from": origin, "repairs": prepared.repairs[page], "damaged_char_count": damaged,
        "line_count": len(named), "kept_line_count": int(kept.sum()), "kept_word_count": int(kept_words),
        "long_line_count": int((kept & good).sum()),
        "suspect_line_count": int((kept & ~good & (columns["lexicon"][first:end] > 0)).sum()),
        "link_share": float((link * words)[kept].sum() / max(kept_words, 1)),
        "kind": kind, "kind_reason": why,
        "body_confidence": story.confidence(certain, words, kept, is_html=prepared.is_html),
        "signals": signals.to_json() if signals else None,
        "problem": "clean.unparsed" if prepared.problems[page] else None, "problem_detail": prepared.problems[page],
    }  # fmt: skip


def _clock_lines(texts: list[str], kept: np.ndarray) -> int:
    """Kept lines that are a time of day or start with one, as the updates of a ticker do."""
    last = int(np.flatnonzero(kept)[-1]) if kept.any() else -1
    return sum(1 for text in texts[: last + 1] if text[:2].isdigit() and text[2:3] in ":.h" and text[3:5].isdigit())


def _append_lines(
    prepared: Prepared, first: int, end: int, named: list[Named], doc_id: str, lines: dict[str, list[object]]
) -> None:
    blocks = prepared.blocks
    size = end - first
    lines["doc_id"] += [doc_id] * size
    lines["line_no"] += range(1, size + 1)
    lines["blank_before"] += [min(blank, 1000) for blank in blocks.blank_before[first:end]]
    lines["tag"] += [tag_name(code) for code in blocks.tag[first:end]] if prepared.is_html else [None] * size
    lines["text"] += blocks.text[first:end]
    for line in named:
        lines["label"].append(line.label)
        lines["action"].append(line.action)
        lines["reason"].append(line.reason)
        lines["detail"].append(line.detail)
        lines["confidence"].append(line.confidence)
        lines["doubt"].append(line.doubt)
