"""Pages of one media type, cut into blocks, with the features of all their blocks: the input of models and rules."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from tasks.clean.model import dom_features, features, lexicon
from tasks.clean.model.words import Words, count_words, fold, phrase_hashes, solid
from tasks.clean.parse.blocks import MAX_BLOCKS, Blocks, add_text_page
from tasks.clean.parse.decode import Decoded, decode, repair, repair_line, soft_ends
from tasks.clean.parse.embedded import find_story
from tasks.clean.parse.html import add_html_page
from tasks.clean.parse.main_container import clear_names
from tasks.clean.parse.markdown import as_html
from tasks.clean.parse.selected import RulesOf
from tasks.clean.parse.shells import add_story, has_long_text, is_shell, paragraphs_of, read_escaped
from tasks.clean.parse.signals import Signals
from tasks.clean.parse.state_writers import writers_in_state
from tasks.clean.parse.tags import TAG_CODES
from tasks.site_rules.page import Found, PageRules
from tasks.text.escapes import decode_quoted_printable, is_quoted_printable

_PASSWORD_FIELDS = (b'type="password"', b"type='password'", b"type=password")
_H1 = TAG_CODES["h1"]

RulesOfPage = Callable[[int, str | None], PageRules | None]  # by position in the batch and declared address


class Received(NamedTuple):
    """A page as received."""

    row: int  # position in the batch
    raw: bytes
    declared_encoding: str | None = None
    is_markdown: bool = False  # to be rendered to HTML


@dataclass
class Prepared:
    """Pages of one media type, cut into blocks. Lists hold one value per page unless their comment says per line."""

    is_html: bool
    rows: list[int]  # position in the batch
    encodings: list[tuple[str, str, int]]  # name, where it comes from, damaged characters
    repairs: list[list[str]]
    signals: list[Signals | None]  # None for text pages, and where the parser failed
    problems: list[str | None]  # why the parser failed
    title_keys: list[list[int]]  # of the titles that it declares
    summary_keys: list[int]  # of the first summary that it declares, 0 for none
    keys: list[int]  # per line: of its words
    blocks: Blocks
    tree: dom_features.Tree
    words: Words
    entries: dict[int, lexicon.Entry]  # by line
    columns: features.Columns
    layout: features.Layout
    found: list[Found | None] = field(default_factory=list)  # by the user's rules for the page's site


def prepare(pages: Iterable[Received], *, is_html: bool, rules_of: RulesOfPage | None = None) -> Prepared:
    """Decode, repair and cut pages of one media type, and compute the features of all their blocks.

    Pages are read one at a time, so that the bytes of each may take the memory of the last, which is in the cache.
    `rules_of` finds the user's rules for a page by its position in the batch and the canonical address that it
    declares.
    """
    blocks = Blocks()
    rows: list[int] = []
    encodings: list[tuple[str, str, int]] = []
    repairs: list[list[str]] = []
    signals: list[Signals | None] = []
    problems: list[str | None] = []
    found: list[Found | None] = []
    for page, (row, raw, declared_encoding, is_markdown) in enumerate(pages):
        decoded = decode(raw, declared_encoding)
        rows.append(row)
        encodings.append((decoded.encoding, decoded.encoding_from, decoded.damaged_char_count))
        if is_markdown:
            raw = as_html(decoded.text).encode("utf-8", "replace")  # noqa: PLW2901 - the page as the parser takes it
            decoded = replace(decoded, raw=raw, encoding="utf-8", encoding_from="utf-8")
        page_repairs: set[str] = {"mojibake"} if decoded.is_transcoded else set()
        page_rules_of = partial(rules_of, row) if rules_of else None
        if is_html:
            page_signals, problem = _add_html(blocks, page, raw, decoded, page_repairs, page_rules_of)
            found.append(page_signals.found if page_signals else None)
        else:
            page_signals, problem = _add_text(blocks, page, raw, decoded, page_repairs)
            rules = page_rules_of(None) if page_rules_of else None
            found.append(Found(rules) if rules else None)
        repairs.append(sorted(page_repairs))
        signals.append(page_signals)
        problems.append(problem)
    words = count_words(blocks.text)
    entries = lexicon.find(blocks.text, words)
    columns, layout = features.text_features(blocks, words, entries)
    tree = dom_features.Tree(blocks.containers)
    if is_html and len(blocks):
        columns |= dom_features.dom_features(blocks, tree, words, columns, layout)
        declared = [_declared(signals[blocks.page[start]]) for start in layout.starts]
        columns |= dom_features.declared_features(words, layout, declared)
    title_keys, summary_keys = _declared_keys(signals)
    return Prepared(
        is_html=is_html,
        rows=rows,
        encodings=encodings,
        repairs=repairs,
        signals=signals,
        problems=problems,
        title_keys=title_keys,
        summary_keys=summary_keys,
        keys=fold(*solid(words)).tolist(),
        blocks=blocks,
        tree=tree,
        words=words,
        entries=entries,
        columns=columns,
        layout=layout,
        found=found,
    )


def _add_text(blocks: Blocks, page: int, raw: bytes, decoded: Decoded, repairs: set[str]) -> tuple[None, None]:
    """Append the blocks of a text page, which declares nothing and needs no parser."""
    text = decoded.text
    if is_quoted_printable(raw):
        text = decode_quoted_printable(text, is_html=False)
        repairs.add("quoted_printable")
    if add_text_page(blocks, page, repair(text, repairs), soft_ends(text)):
        repairs.add("wrapped_lines")
    return None, None


def _add_html(
    blocks: Blocks, page: int, raw: bytes, decoded: Decoded, repairs: set[str], rules_of: RulesOf | None
) -> tuple[Signals | None, str | None]:
    """Append the blocks of an HTML page; returns what it declares, and why the parser failed if it did."""
    first, body = len(blocks), len(blocks.containers.parent)
    signals, problem = None, None
    try:
        data = _utf8(raw, decoded)
        if is_quoted_printable(data):
            data = decode_quoted_printable(data.decode("utf-8", "replace"), is_html=True).encode()
            repairs.add("quoted_printable")
        signals = add_html_page(blocks, page, data, rules_of)
        signals.asks_password = any(mark in data for mark in _PASSWORD_FIELDS)
        signals.finish()
        repairs |= signals.repairs
        shown = [blocks.text[n] for n in range(first, len(blocks)) if blocks.tag[n] == _H1]
        signals.state_writers = writers_in_state(data, signals, shown)
        if read_escaped(blocks, first):
            repairs.add("escaped_markup")
        clear_names(blocks, first, body)
        if is_shell(blocks, first):
            _add_hidden_story(blocks, page, (first, body), data, signals, repairs)
    except ValueError as error:
        problem = str(error)
    joined = "\n".join(blocks.text[first:])
    repaired = repair_line(joined, repairs)
    if repaired != joined:
        blocks.text[first:] = [text.strip() for text in repaired.split("\n")]
    return signals, problem


def _add_hidden_story(
    blocks: Blocks, page: int, starts: tuple[int, int], data: bytes, signals: Signals, repairs: set[str]
) -> None:
    """Append the story of a page that shows none, if JSON-LD or the data of its scripts hold it.

    `starts` are the first block and the first container of the page.
    """
    first, body = starts
    if texts := paragraphs_of(signals.article_bodies):
        repairs.add("text_from_json_ld")
    elif not has_long_text(blocks, first):  # to search the scripts takes as long as all the rest of clean
        shown = [blocks.text[n] for n in range(first, len(blocks)) if blocks.tag[n] == _H1]
        if texts := find_story(data.decode("utf-8", "replace"), [*signals.titles(), *shown]):
            repairs.add("text_from_data")
    if texts:
        add_story(blocks, page, body, texts[:MAX_BLOCKS])


def _utf8(raw: bytes, decoded: Decoded) -> bytes:
    """The page in UTF-8 for the parser: its bytes as they are, wherever they are UTF-8 already."""
    is_same = decoded.encoding == "utf-8" and decoded.encoding_from == "utf-8" and not decoded.damaged_char_count
    return (raw if is_same else decoded.text.encode("utf-8", "replace")).replace(b"\x00", b"")


def _declared_keys(signals: list[Signals | None]) -> tuple[list[list[int]], list[int]]:
    """The keys of each page's declared titles, and of its first summary (0 for none)."""
    titles = [declared.titles() if declared else [] for declared in signals]
    summaries = [next(iter(declared.summaries()), "") if declared else "" for declared in signals]
    keys = iter(phrase_hashes([title for page in titles for title in page])[0].tolist() if any(titles) else [])
    return [[next(keys) for _ in page] for page in titles], phrase_hashes(summaries)[0].tolist()


def _declared(signals: Signals | None) -> tuple[str, str, str]:
    """The title, summary and text that a page declares."""
    if signals is None:
        return "", "", ""
    return next(iter(signals.titles()), ""), next(iter(signals.summaries()), ""), " ".join(signals.article_bodies)
