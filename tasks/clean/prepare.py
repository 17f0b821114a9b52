"""Pages of one media type, cut into blocks, with the features of all their blocks: what the models and rules look at."""

from collections.abc import Iterable
from dataclasses import dataclass

from tasks.clean.model import dom_features, features, lexicon
from tasks.clean.model.words import Words, count_words, fold, phrase_hashes, solid
from tasks.clean.parse.blocks import Blocks, add_text_page
from tasks.clean.parse.decode import Decoded, decode, repair, repair_line, soft_ends
from tasks.clean.parse.html import add_html_page
from tasks.clean.parse.shells import add_declared_story
from tasks.clean.parse.signals import Signals


@dataclass
class Prepared:
    """Pages of one media type, cut into blocks, with what was found out on the way."""

    rows: list[int]  # position in the batch of each page
    encodings: list[tuple[str, str, int]]
    repairs: list[list[str]]
    signals: list[Signals | None]
    problems: list[str | None]
    blocks: Blocks
    tree: dom_features.Tree
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
            repaired = repair_line(joined, done)
            if repaired != joined:
                blocks.text[first:] = [text.strip() for text in repaired.split("\n")]
        elif add_text_page(blocks, page, repair(decoded.text, done), soft_ends(decoded.text)):
            done.add("wrapped_lines")
        repairs.append(sorted(done))
        signals.append(found)
        problems.append(problem)
    words = count_words(blocks.text)
    entries = lexicon.find(blocks.text, words)
    columns, where = features.text_features(blocks, words, entries)
    tree = dom_features.Tree(blocks.containers)
    if is_html and len(blocks):
        dom_features.dom_features(blocks, tree, words, columns, where)
        said_of_page = [_declared(signals[blocks.page[start]]) for start in where.starts]
        dom_features.declared_features(columns, words, where, said_of_page)
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
