"""The rules for articles before duplicates are removed."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.rule import CRITICAL, WARNING, Rule, Suite, between, is_not, not_null, one_of, unique
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
_COLUMNS = """
    doc_id title_char_count text_char_count mojibake_count mean_paragraph_words confidence published_date fetched_at
    publisher language author_count flags title domain text_digest problem problem_detail
"""


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
        *_text_rules(limits),
        Rule(
            "extract.notice",
            CRITICAL,
            "The text is a story, not a notice.",
            "The text is a notice in place of a story.",
            is_not("is_notice", True),
            "flags: {notice_flags}",
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
            "published {published_date}, fetched {fetched_at}",
        ),
        Rule(
            "extract.published_long_ago",
            WARNING,
            "No article is older than the Web.",
            "Articles are dated before the Web existed.",
            is_not("time_flag", "published_before_1990"),
            "published {published_date}",
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
        "is_disordered": pa.array([Doubt.WORDS_OUT_OF_ORDER in row for row in flags], pa.bool_()),
        "is_mixed": pa.array([Doubt.LANGUAGE_MIXED in row for row in flags], pa.bool_()),
        "title_texts": repeated.column("title_texts"),
        "text_titles": repeated.column("text_titles"),
    }
    for name, values in derived.items():
        candidates = candidates.append_column(name, values)
    return candidates.drop_columns(["flags", "title", "text_digest"])


def repetitions(candidates: Callable[[], Iterator[pa.Table]]) -> pa.Table:
    """How often headlines and texts repeat within a site, one row per row of all tables.

    `title_texts` is the number of texts under the headline, `text_titles` the number of unrelated headlines over the
    text; both are null where there is no headline. Memory: twelve bytes per row, and the headlines of repeated texts.
    """
    parts = [_title_and_text_hashes(table) for table in candidates()]
    titles, texts, has_title = (np.concatenate(column) for column in zip(*parts, strict=True))
    title_texts = _distinct_counts(titles, texts, has_title)
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
    columns = {"title_texts": title_texts, "text_titles": text_titles}
    return pa.table({name: pa.array(counts, pa.int64(), mask=~has_title) for name, counts in columns.items()})


def _title_and_text_hashes(candidates: pa.Table) -> tuple[_Hashes, _Hashes, _Mask]:
    """Per row a 64-bit hash of its site and headline, one of its site and text, and whether it has a headline."""
    import pandas as pd  # noqa: PLC0415 - a tenth of a second that a single page does not need

    rows = list(zip(*(candidates.column(name).to_pylist() for name in ("domain", "title", "text_digest")), strict=True))
    titles = np.array([f"{site}\t{(title or '').casefold()}" for site, title, _ in rows], dtype=object)
    texts = np.array([f"{site}\t{digest}" for site, _, digest in rows], dtype=object)
    has_title = np.array([bool(title) for _, title, _ in rows], dtype=bool)
    return pd.util.hash_array(titles, categorize=False), pd.util.hash_array(texts, categorize=False), has_title


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
