"""The rules for articles before duplicates are removed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import time
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.rule import CRITICAL, WARNING, Rule, Suite, between, is_not, is_null, not_null, one_of, unique
from tasks.vocabulary import Doubt

if TYPE_CHECKING:  # it loads pydantic, which a single page does without
    from expectations.thresholds import ExtractThresholds

_Hashes: TypeAlias = npt.NDArray[np.uint64]
_Mask: TypeAlias = npt.NDArray[np.bool_]

# code -> what holds, what is wrong where it does not
_PROBLEMS = {
    "extract.crash": ("The fields can be extracted safely.", "The page crashed the extraction of its fields."),
    "extract.timeout": ("The fields can be extracted in time.", "Extracting the fields took too long."),
}
# no row of 3,008 real articles has one of these
_NOTICES = frozenset({Doubt.CONSENT_WALL, Doubt.ACCESS_REFUSED})
# the paragraphs are of one form, hardly a word of the headline is in them, and the model doubts that they are the story
_CAPTIONS = frozenset({Doubt.PARAGRAPHS_ALIKE, Doubt.TITLE_NOT_IN_TEXT, Doubt.BODY_DOUBTFUL})
_COLUMNS = """
    doc_id title_char_count text_char_count mojibake_count mean_paragraph_words confidence published_date fetched_at
    publisher language author_count flags title domain text_digest problem problem_detail published_at
    title_confidence authors_confidence published_confidence publisher_confidence
"""
# field -> the column that says whether the row has a value of it
_VALUES = {
    "title": "title",
    "authors": "author_count",
    "published": "published_date",
    "publisher": "publisher",
}


def suite(limits: "ExtractThresholds") -> Suite:
    """The rules after extract. A page is quarantined under the first critical one that it breaks."""
    rules = [
        Rule(
            "extract.id_unique",
            CRITICAL,
            "Every document occurs once.",
            "The document occurs more than once.",
            unique("doc_id"),
            "the id {doc_id} occurs twice",
        ),
        *(
            Rule(code, CRITICAL, *sentences, is_not("problem", code), "{problem_detail}")
            for code, sentences in _PROBLEMS.items()
        ),
        Rule(
            "extract.field_confidence",
            CRITICAL,
            "A field has a confidence from 0 to 1 if and only if it has a value.",
            "The confidence of a field does not fit its value.",
            is_null("confidence_flaw"),
            "{confidence_flaw}",
        ),
        *_text_rules(limits),
        Rule(
            "extract.notice",
            CRITICAL,
            "The text is a story, not a notice.",
            "The text is a notice in place of a story.",
            is_not("is_notice", True),
            "flags: {notice_flags}",
        ),
        Rule(
            "extract.no_language",
            CRITICAL,
            "The text is in a language.",
            "The text is in no language: its letters are those of a machine.",
            is_not("language", "zxx"),
            "no words of any language",
        ),
        Rule(
            "extract.captions",
            CRITICAL,
            "The text is a story, not captions.",
            "The text is nothing but captions of pictures that the headline says nothing about.",
            is_not("is_captions", True),
            "flags: " + ", ".join(sorted(_CAPTIONS)),
        ),
        *_presence_rules(limits),
        *_oddity_rules(limits),
    ]
    if limits.languages:
        rules.append(
            Rule(
                "extract.other_language",
                CRITICAL,
                "The article is in one of the accepted languages.",
                "The article is in a language that is not accepted.",
                one_of("language", limits.languages),
                "language {language}",
            )
        )
    return Suite(
        "extract",
        tuple(_COLUMNS.split()),
        tuple(rules),
        limits.quarantined_share_max,
        limits.quarantined_share_from_rows,
    )


def _text_rules(limits: "ExtractThresholds") -> tuple[Rule, ...]:
    """The rules that headline and text must meet."""
    return (
        Rule(
            "extract.title_too_long",
            CRITICAL,
            "The headline is not a paragraph.",
            "The headline is too long.",
            between("title_char_count", highest=limits.title_chars_max),
            "{title_char_count} characters",
        ),
        Rule(
            "extract.text_too_short",
            CRITICAL,
            "The text is long enough for a story.",
            "The text is too short for a story.",
            between("text_char_count", lowest=limits.text_chars_min),
            "{text_char_count} characters",
        ),
        Rule(
            "extract.text_too_long",
            CRITICAL,
            "The text is not a dump.",
            "The text is too long for a story.",
            between("text_char_count", highest=limits.text_chars_max),
            "{text_char_count} characters",
        ),
        Rule(
            "extract.encoding_damage",
            CRITICAL,
            "The text is readable in spite of any encoding damage.",
            "The text has too much encoding damage.",
            between("damage_share", highest=limits.damage_share_max),
            "{mojibake_count} signs of damage left in {text_char_count} characters",
        ),
        Rule(
            "extract.list_of_words",
            CRITICAL,
            "The paragraphs are sentences.",
            "The text is a list of words.",
            between("mean_paragraph_words", lowest=limits.mean_paragraph_words_min),
            "{mean_paragraph_words:.1f} words per paragraph",
        ),
        Rule(
            "extract.low_confidence",
            CRITICAL,
            "Text and fields are likely correct.",
            "Text or fields are likely wrong.",
            between("confidence", lowest=limits.confidence_min),
            "confidence {confidence:.2f}",
        ),
    )


def _presence_rules(limits: "ExtractThresholds") -> tuple[Rule, ...]:
    """The rules for fields that most articles have."""
    return (
        Rule(
            "extract.title_missing",
            WARNING,
            "Nearly all articles have a headline.",
            "Too many articles have no headline.",
            between("title_char_count", lowest=1, mostly=limits.title_present_share),
            "no headline",
        ),
        Rule(
            "extract.date_missing",
            WARNING,
            "Most articles have a date.",
            "Too many articles have no date.",
            not_null("published_date", limits.date_present_share),
            "no date",
        ),
        Rule(
            "extract.publisher_missing",
            WARNING,
            "Most articles have a publisher.",
            "Too many articles have no publisher.",
            not_null("publisher", limits.publisher_present_share),
            "no publisher",
        ),
        Rule(
            "extract.language_missing",
            WARNING,
            "Nearly all articles have a language.",
            "Too many articles have no language.",
            not_null("language", limits.language_present_share),
            "no language",
        ),
    )


def _oddity_rules(limits: "ExtractThresholds") -> tuple[Rule, ...]:
    """The rules that single articles may break without being quarantined."""
    return (
        Rule(
            "extract.published_in_future",
            WARNING,
            "No article was published after it was fetched.",
            "Articles are dated after their fetch.",
            is_not("time_flag", "published_after_fetched"),
            "dated after its fetch, {fetched_at}",
        ),
        Rule(
            "extract.published_long_ago",
            WARNING,
            "No article is older than the Web.",
            "Articles are dated before the Web existed.",
            is_not("time_flag", "published_before_1990"),
            "dated before 1990",
        ),
        Rule(
            "extract.author_crowd",
            WARNING,
            "The authors are not a list of staff.",
            "The authors look like a list of staff.",
            between("author_count", highest=limits.authors_max - 1),
            "{author_count} authors",
        ),
        Rule(
            "extract.words_out_of_order",
            WARNING,
            "Words are in the order of their language.",
            "The words of too many texts are out of order.",
            is_not("is_disordered", True, 1 - limits.disordered_share_max),
            "words out of order",
        ),
        Rule(
            "extract.language_mixed",
            WARNING,
            "A text is in one language.",
            "Too many texts mix languages.",
            is_not("is_mixed", True, 1 - limits.mixed_share_max),
            "several languages",
        ),
        Rule(
            "extract.text_repeated",
            WARNING,
            "A site prints a text under one headline.",
            "A site prints one text under unrelated headlines.",
            between("text_titles", highest=1),
            "{text_titles} unrelated headlines of {domain} have this text",
        ),
        Rule(
            "extract.title_repeated",
            WARNING,
            "A site's headlines differ from text to text.",
            "A site prints different texts under one headline.",
            between("title_texts", highest=limits.title_repeats_max),
            "{title_texts} texts of {domain} have this headline",
        ),
        Rule(
            "extract.instant_repeated",
            WARNING,
            "A site's articles were published at different instants.",
            "Many articles of a site have the same instant of publication, probably that of a build or a migration.",
            between("instant_texts", highest=limits.instant_repeats_max),
            "{instant_texts} articles of {domain} have the instant {published_at}",
        ),
    )


def slim(candidates: pa.Table, repeated: pa.Table | None = None) -> pa.Table:
    """The checked columns of a table of candidates, and derived ones.

    Where the table is only a part of all, `repeated` are its rows of `repetitions`.
    """
    flags = candidates.column("flags").to_pylist()
    time_flags = [next((flag for flag in row if flag.startswith("published_")), None) for row in flags]
    notices = [", ".join(flag for flag in row if flag in _NOTICES) for row in flags]
    repeated = repeated if repeated is not None else repetitions(lambda: iter([candidates]))
    derived = {
        "damage_share": pc.divide(
            pc.cast(candidates.column("mojibake_count"), pa.float64()),
            pc.cast(pc.max_element_wise(candidates.column("text_char_count"), 1), pa.float64()),
        ),
        "time_flag": pa.array(time_flags, pa.string()),
        "notice_flags": pa.array(notices, pa.string()),
        "is_notice": pa.array([bool(names) for names in notices], pa.bool_()),
        "is_captions": pa.array([_CAPTIONS.issubset(row) for row in flags], pa.bool_()),
        "is_disordered": pa.array([Doubt.WORDS_OUT_OF_ORDER in row for row in flags], pa.bool_()),
        "is_mixed": pa.array([Doubt.LANGUAGE_MIXED in row for row in flags], pa.bool_()),
        "confidence_flaw": _confidence_flaws(candidates),
        **{name: repeated.column(name) for name in repeated.column_names},
    }
    for name, values in derived.items():
        candidates = candidates.append_column(name, values)
    return candidates.drop_columns(["flags", "title", "text_digest"])


def _confidence_flaws(candidates: pa.Table) -> pa.Array:
    """Per row what is wrong with the confidence of one of its fields, else null."""
    flaws: list[str | None] = [None] * candidates.num_rows
    for field, column in _VALUES.items():
        values = candidates.column(column)
        has_value = pc.greater(values, 0) if pa.types.is_integer(values.type) else pc.is_valid(values)
        confidence = candidates.column(f"{field}_confidence")
        is_share = pc.fill_null(pc.and_(pc.greater_equal(confidence, 0), pc.less_equal(confidence, 1)), False)
        fits = pc.equal(has_value, pc.is_valid(confidence))
        is_flaw = pc.invert(pc.and_(fits, pc.or_(is_share, pc.is_null(confidence))))
        for row in np.flatnonzero(is_flaw.to_numpy()):
            words = f"with a value of {field}" if has_value[row].as_py() else f"without a value of {field}"
            flaws[row] = f"{field}_confidence is {confidence[row].as_py()} {words}"
    return pa.array(flaws, pa.string())


def repetitions(candidates: Callable[[], Iterator[pa.Table]]) -> pa.Table:
    """How often headlines, texts and instants repeat within a site, one row per row of all tables.

    `title_texts` is the number of texts under the headline, `text_titles` the number of unrelated headlines over the
    text; both are null where there is no headline. `instant_texts` is the number of texts published at the instant;
    null where there is none, and at midnight, which programs write where only the day is known.
    Memory: 25 bytes per row, and the headlines of repeated texts.
    """
    parts = [_row_hashes(table) for table in candidates()]
    titles, texts, instants, has_title, has_instant = (np.concatenate(column) for column in zip(*parts, strict=True))
    title_texts = _distinct_counts(titles, texts, has_title)
    instant_texts = _distinct_counts(instants, texts, has_instant)
    headlines_per_text = _distinct_counts(texts, titles, has_title)
    text_titles = np.minimum(headlines_per_text, 1)
    rows = np.flatnonzero(headlines_per_text > 1)
    unrelated: dict[int, list[set[str]]] = defaultdict(list)  # hash of a text -> the words of its headlines
    start = 0
    for table in candidates() if len(rows) else ():
        in_table = rows[(rows >= start) & (rows < start + table.num_rows)]
        headlines = table.column("title").take(in_table - start).to_pylist()
        for row, headline in zip(in_table.tolist(), headlines, strict=True):
            words = set(headline.casefold().split())
            others = unrelated[int(texts[row])]
            # an edited headline shares words with its earlier form
            if not any(2 * len(words & other) >= min(len(words), len(other)) for other in others):
                others.append(words)
        start += table.num_rows
    text_titles[rows] = [len(unrelated[int(texts[row])]) for row in rows]
    counted = {
        "title_texts": (title_texts, has_title),
        "text_titles": (text_titles, has_title),
        "instant_texts": (instant_texts, has_instant),
    }
    return pa.table({name: pa.array(counts, pa.int64(), mask=~use) for name, (counts, use) in counted.items()})


def _row_hashes(candidates: pa.Table) -> tuple[_Hashes, _Hashes, _Hashes, _Mask, _Mask]:
    """Per row 64-bit hashes of its site with the headline, the text and the instant; whether the row has a headline,
    and an instant.
    """
    columns = (candidates.column(name).to_pylist() for name in ("domain", "title", "text_digest", "published_at"))
    rows = list(zip(*columns, strict=True))
    titles = _hashes(f"{site}\t{(title or '').casefold()}" for site, title, _, _ in rows)
    texts = _hashes(f"{site}\t{text}" for site, _, text, _ in rows)
    instants = _hashes(f"{site}\t{instant}" for site, _, _, instant in rows)
    has_title = np.array([bool(title) for _, title, _, _ in rows], dtype=bool)
    has_instant = np.array([instant is not None and instant.time() != time() for *_, instant in rows], dtype=bool)
    return titles, texts, instants, has_title, has_instant


def _hashes(texts: Iterable[str]) -> _Hashes:
    import pandas as pd  # noqa: PLC0415 - a tenth of a second that a single page does not need

    return pd.util.hash_array(np.array(list(texts), dtype=object), categorize=False)


def _distinct_counts(groups: _Hashes, values: _Hashes, use: _Mask) -> npt.NDArray[np.int64]:
    """Per row the number of different values that its group has among the rows in use; 0 for other rows."""
    pairs = np.stack([groups[use], values[use]], axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    is_new = np.append(True, (pairs[1:] != pairs[:-1]).any(axis=1))[: len(pairs)]
    names, counts = np.unique(pairs[is_new, 0], return_counts=True)
    if not len(names):
        return np.zeros(len(groups), dtype=np.int64)
    positions = np.minimum(np.searchsorted(names, groups), len(names) - 1)
    return np.where(use & (names[positions] == groups), counts[positions], 0).astype(np.int64)
