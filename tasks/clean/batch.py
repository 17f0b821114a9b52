"""A batch of pages in, its documents and lines out: the pure core of clean."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tasks import schema
from tasks.clean import dom, features, lexicon, story
from tasks.clean.blocks import Blocks, add_text_page
from tasks.clean.bulk_naming import Facts, name_plain
from tasks.clean.decode import Decoded, decode, repair, repair_line, soft_ends
from tasks.clean.html_blocks import add_html_page
from tasks.clean.kind import PageFacts, judge
from tasks.clean.names import Names, words_of
from tasks.clean.naming import name_line, open_scene
from tasks.clean.page_lines import Named, PageLines, Scene
from tasks.clean.shells import add_declared_story
from tasks.clean.signals import Signals
from tasks.clean.site_templates import find_templates, short_key, site_of
from tasks.clean.tags import TAG_WORDS
from tasks.clean.words import Words, count_words, fold, phrase_hashes, solid
from tasks.labels import Action, Label, Reason
from tasks.language import language_of_page

# what no gate may well set aside needs no exact language; extract will find it
_PLAIN_STORY, _BRIEF_WORDS = 0.8, 40


@dataclass
class Prepared:
    """Pages of one media type, cut into blocks, with what was found out on the way."""

    rows: list[int]  # position in the batch of each page
    encodings: list[tuple[str, str, int]]
    repairs: list[list[str]]
    signals: list[Signals | None]
    problems: list[str | None]
    blocks: Blocks
    tree: dom.Tree
    words: Words
    entries: dict[int, lexicon.Entry]
    columns: features.Columns
    where: features.Layout
    keys: list[int]  # of each line's words
    title_keys: list[list[int]]  # of the titles that each page declares
    summary_keys: list[int]
    is_html: bool


def prepare(pages: Iterable[tuple[int, bytes, str | None]], *, is_html: bool) -> Prepared:
    """Decode, repair and cut pages of one media type, and compute the features of all their blocks.

    Of each page: its position in the batch, its bytes and its declared encoding. A page is read at a time: its bytes lie where
    the last page's lay, in the cache.
    """
    blocks = Blocks()
    rows: list[int] = []
    encodings: list[tuple[str, str, int]] = []
    repairs: list[list[str]] = []
    signals: list[Signals | None] = []
    problems: list[str | None] = []
    for page, (row, raw, said) in enumerate(pages):
        decoded = decode(raw, said)
        rows.append(row)
        encodings.append((decoded.encoding, decoded.encoding_from, decoded.damaged_char_count))
        done: set[str] = set()
        first, body = len(blocks), len(blocks.containers.parent)
        found: Signals | None = None
        problem = None
        if is_html:
            try:
                found = add_html_page(blocks, page, _utf8(raw, decoded))
                found.finish()
                done |= found.repairs
                if add_declared_story(blocks, page, first, body, found.article_bodies):
                    done.add("text_from_json_ld")
            except ValueError as error:
                problem = str(error)
            joined = "\n".join(blocks.text[first:])
            mended = repair_line(joined, done)
            if mended != joined:
                blocks.text[first:] = [text.strip() for text in mended.split("\n")]
        elif add_text_page(blocks, page, repair(decoded.text, done), soft_ends(decoded.text)):
            done.add("wrapped_lines")
        repairs.append(sorted(done))
        signals.append(found)
        problems.append(problem)
    words = count_words(blocks.text)
    entries = lexicon.find(blocks.text, words)
    columns, where = features.text_features(blocks, words, entries)
    tree = dom.Tree(blocks.containers)
    if is_html and len(blocks):
        dom.dom_features(blocks, tree, words, columns, where)
        said_of_page = [_declared(signals[blocks.page[start]]) for start in where.starts]
        dom.declared_features(columns, words, where, said_of_page)
    keys = fold(*solid(words)).tolist()
    titles, summaries = _declared_keys(signals)
    return Prepared(
        rows, encodings, repairs, signals, problems, blocks, tree, words, entries, columns, where, keys, titles, summaries, is_html
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
    for page, row in enumerate(prepared.rows):
        first, end = ranges.get(page, (0, 0))
        documents.append(_document(prepared, page, first, end, chance, kept[first:end], records[row]) | {"_row": row})
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


def _document(
    prepared: Prepared, page: int, first: int, end: int, chance: story.Chances, kept: np.ndarray, record: dict
) -> dict[str, object]:
    columns, signals = prepared.columns, prepared.signals[page]
    encoding, origin, damaged = prepared.encodings[page]
    # a line that a rule took out of the story is no longer a doubt about it
    certain = np.where(kept | ~chance.is_story[first:end], chance.values[first:end], 0.0)
    words = columns["words"][first:end]
    good = columns["good"][first:end] > 0
    # absent where no HTML page of the batch holds a line
    link = columns["link_share"][first:end] if "link_share" in columns else np.zeros(end - first)
    # a story may be one link as a whole, but then its lines are sentences, as a list of headlines is not
    is_sentence = (words >= features.GOOD_WORDS) & (columns["is_end"][first:end] > 0)
    kept_words = float(words[kept].sum())
    last_kept = int(np.flatnonzero(kept)[-1]) if kept.any() else 0
    verdict = judge(
        PageFacts(
            kept_words=int(kept_words), page_words=float(words.sum()), page_lines=end - first,
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
        "line_count": end - first, "kept_line_count": int(kept.sum()), "kept_word_count": int(kept_words),
        "long_line_count": int((kept & good).sum()),
        "suspect_line_count": int((kept & ~good & (columns["lexicon"][first:end] > 0)).sum())
        + _comment_heads(prepared.blocks.text[first:end], kept),
        "link_share": float((link * words)[kept & ~is_sentence].sum() / max(kept_words, 1)),
        "kind": verdict.kind, "kind_reason": verdict.why,
        "story_probability": verdict.story_probability, "other_kind": verdict.other_kind,
        "language": language_of_page(
            prepared.blocks.text[first:end], signals.language if signals else None,
            is_thorough=verdict.story_probability < _PLAIN_STORY or kept_words < _BRIEF_WORDS,
        ),
        "body_confidence": story.confidence(certain, words, kept, is_html=prepared.is_html),
        "signals": signals.to_json() if signals else None, "given": record.get("given"),
        "problem": "clean.unparsed" if prepared.problems[page] else None, "problem_detail": prepared.problems[page],
    }  # fmt: skip


def _clock_lines(texts: list[str], kept: np.ndarray) -> int:
    """Kept lines that are a time of day or start with one, as the updates of a ticker do."""
    last = int(np.flatnonzero(kept)[-1]) if kept.any() else -1
    return sum(1 for text in texts[: last + 1] if text[:2].isdigit() and text[2:3] in ":.h" and text[3:5].isdigit())


_COMMENT_HEAD = re.compile(
    r"^[^.!?]{0,40}\b\d{1,2}\s?(?:h|hrs?|hours?(?: ago)?|min(?:utes?)?(?: ago)?|days? ago|Std\.?|Stunden?|jours?|heures?|horas?|ore|uur)$", re.I
)  # fmt: skip


def _comment_heads(texts: list[str], kept: np.ndarray) -> int:
    """Kept lines like `A name, 5 h`, which stand above readers' comments."""
    return sum(1 for n in np.flatnonzero(kept).tolist() if len(texts[n]) < 60 and _COMMENT_HEAD.match(texts[n]))


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
