"""What must hold of candidate rows."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.rule import CRITICAL, WARNING, Rule, Suite
from tasks.vocabulary import Doubt

_PROBLEMS = {
    "extract.crash": "The fields of the page can be read without harm.",
    "extract.timeout": "The fields of the page can be read in the time that a page may take.",
}


def suite(limit: dict[str, Any]) -> Suite:
    """The rules after extract."""
    rules = [
        Rule("extract.id_unique", CRITICAL, "Every document is there once.", "column_values_to_be_unique", {"column": "doc_id"}, "the id {doc_id} stands twice"),
        *(Rule(code, CRITICAL, sentence, "column_values_to_not_be_in_set", {"column": "problem", "value_set": [code]}, "{problem_detail}")
          for code, sentence in _PROBLEMS.items()),
        Rule("extract.title_missing", WARNING, "Nearly all articles have a headline.", "column_values_to_be_between",
             {"column": "title_char_count", "min_value": 1, "mostly": limit["title_present_share"]}, "no headline was found"),
        Rule("extract.title_too_long", CRITICAL, "The headline is no paragraph.", "column_values_to_be_between",
             {"column": "title_char_count", "max_value": limit["title_chars_max"]}, "{title_char_count} characters"),
        Rule("extract.text_too_short", CRITICAL, "The text is long enough to be a story.", "column_values_to_be_between",
             {"column": "text_char_count", "min_value": limit["text_chars_min"]}, "{text_char_count} characters"),
        Rule("extract.text_too_long", CRITICAL, "The text is no dump.", "column_values_to_be_between",
             {"column": "text_char_count", "max_value": limit["text_chars_max"]}, "{text_char_count} characters"),
        Rule("extract.encoding_damage", CRITICAL, "The text can be read for all encoding damage.", "column_values_to_be_between",
             {"column": "damage_share", "max_value": limit["damage_share_max"]},
             "{mojibake_count} signs of damage left in {text_char_count} characters"),
        Rule("extract.list_of_words", CRITICAL, "The paragraphs are sentences.", "column_values_to_be_between",
             {"column": "mean_paragraph_words", "min_value": limit["mean_paragraph_words_min"]}, "{mean_paragraph_words:.1f} words a paragraph"),
        Rule("extract.low_confidence", CRITICAL, "Text and fields are likely right.", "column_values_to_be_between",
             {"column": "confidence", "min_value": limit["confidence_min"]}, "confidence {confidence:.2f}"),
        Rule("extract.date_missing", WARNING, "Most articles have a date.", "column_values_to_not_be_null",
             {"column": "published_date", "mostly": limit["date_present_share"]}),
        Rule("extract.publisher_missing", WARNING, "Most articles have a publisher.", "column_values_to_not_be_null",
             {"column": "publisher", "mostly": limit["publisher_present_share"]}),
        Rule("extract.language_missing", WARNING, "Nearly all articles have a language.", "column_values_to_not_be_null",
             {"column": "language", "mostly": limit["language_present_share"]}),
        Rule("extract.published_in_future", WARNING, "No article was published after it was fetched.", "column_values_to_not_be_in_set",
             {"column": "time_flag", "value_set": ["published_after_fetched"]}, "published {published_date}, fetched {fetched_at}"),
        Rule("extract.published_long_ago", WARNING, "No article is older than the Web.", "column_values_to_not_be_in_set",
             {"column": "time_flag", "value_set": ["published_before_1990"]}, "published {published_date}"),
        Rule("extract.author_crowd", WARNING, "The authors are no list of staff.", "column_values_to_be_between",
             {"column": "author_count", "max_value": limit["authors_max"] - 1}, "{author_count} authors"),
        Rule("extract.words_out_of_order", WARNING, "The words of a text stand in the order of its language.", "column_values_to_not_be_in_set",
             {"column": "is_disordered", "value_set": [True], "mostly": 1 - limit["disordered_share_max"]}, "{doc_id}"),
        Rule("extract.language_mixed", WARNING, "A text is in one language.", "column_values_to_not_be_in_set",
             {"column": "is_mixed", "value_set": [True], "mostly": 1 - limit["mixed_share_max"]}, "{doc_id}"),
        Rule("extract.text_repeated", WARNING, "A site prints a text under one headline.", "column_values_to_be_between",
             {"column": "text_titles", "max_value": 1}, "{text_titles} unrelated headlines of {domain} have this text"),
        Rule("extract.title_repeated", WARNING, "A site's headlines differ from text to text.", "column_values_to_be_between",
             {"column": "title_texts", "max_value": limit["title_repeats_max"]}, "{title_texts} texts of {domain} have this headline"),
    ]  # fmt: skip
    if limit["languages"]:
        rules.append(
            Rule("extract.other_language", CRITICAL, "The article is in one of the languages asked for.", "column_values_to_be_in_set",
                 {"column": "language", "value_set": limit["languages"]}, "language {language}")
        )  # fmt: skip
    columns = ("doc_id", "title_char_count", "text_char_count", "mojibake_count", "mean_paragraph_words", "confidence",
               "published_date", "fetched_at", "publisher", "language", "author_count", "flags",
               "title", "domain", "text_digest", "problem", "problem_detail")  # fmt: skip
    return Suite("extract", columns, tuple(rules), limit["quarantined_share_max"], limit["quarantined_share_from_rows"])


def slim(candidates: pa.Table, repeated: pa.Table | None = None) -> pa.Table:
    """The checked columns of a table of candidates, with what is derived from them; `repeated` are its rows of `repetitions`,
    where the table is only a part.
    """
    every = candidates.column("flags").to_pylist()
    time_flags = [next((flag for flag in flags if flag.startswith("published_")), None) for flags in every]
    repeated = repeated if repeated is not None else repetitions(lambda: iter([candidates]))
    added = {
        "damage_share": pc.divide(
            pc.cast(candidates.column("mojibake_count"), pa.float64()),
            pc.cast(pc.max_element_wise(candidates.column("text_char_count"), 1), pa.float64()),
        ),
        "time_flag": pa.array(time_flags, pa.string()),
        "is_disordered": pa.array([Doubt.WORDS_OUT_OF_ORDER in flags for flags in every], pa.bool_()),
        "is_mixed": pa.array([Doubt.LANGUAGE_MIXED in flags for flags in every], pa.bool_()),
        "title_texts": repeated.column("title_texts"),
        "text_titles": repeated.column("text_titles"),
    }
    for name, values in added.items():
        candidates = candidates.append_column(name, values)
    return candidates.drop_columns(["flags", "title", "text_digest"])


def repetitions(candidates: Callable[[], Iterator[pa.Table]]) -> pa.Table:
    """For each row of all tables how many texts its site has under the same headline (`title_texts`), and how many unrelated
    headlines over the same text (`text_titles`); null where there is no headline. Twelve bytes a row are held, and the headlines of
    texts that have more than one.
    """
    parts = [_title_and_text(table) for table in candidates()]
    titles, texts, has_title = (np.concatenate(column) for column in zip(*parts, strict=True))
    title_texts = _distinct(titles, texts, has_title)
    text_titles = np.minimum(_distinct(texts, titles, has_title), 1)
    crowded = _distinct(texts, titles, has_title) > 1
    counted: dict[int, list[set[str]]] = defaultdict(list)
    rows = np.flatnonzero(crowded)
    start = 0
    for table in candidates() if len(rows) else ():
        here = rows[(rows >= start) & (rows < start + table.num_rows)]
        for row, title in zip(here.tolist(), table.column("title").take(here - start).to_pylist(), strict=True):
            words = set(title.casefold().split())
            others = counted[int(texts[row])]
            # an edited headline shares words with what it was
            if not any(2 * len(words & other) >= min(len(words), len(other)) for other in others):
                others.append(words)
        start += table.num_rows
    text_titles[rows] = [len(counted[int(texts[row])]) for row in rows]
    return pa.table(
        {
            name: pa.array(values, pa.int64(), mask=~has_title)
            for name, values in (("title_texts", title_texts), ("text_titles", text_titles))
        }
    )


def _title_and_text(candidates: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each row a 64-bit hash of its site with its headline, one of its site with its text, and whether it has a headline."""
    rows = list(zip(*(candidates.column(name).to_pylist() for name in ("domain", "title", "text_digest")), strict=True))
    titles = np.array([f"{site}\t{(title or '').casefold()}" for site, title, _ in rows], dtype=object)
    texts = np.array([f"{site}\t{digest}" for site, _, digest in rows], dtype=object)
    has_title = np.array([bool(title) for _, title, _ in rows], dtype=bool)
    return pd.util.hash_array(titles, categorize=False), pd.util.hash_array(texts, categorize=False), has_title


def _distinct(groups: np.ndarray, values: np.ndarray, use: np.ndarray) -> np.ndarray:
    """For each row how many different values its group has, over the rows in use."""
    pairs = np.stack([groups[use], values[use]], axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    is_new = np.append(True, (pairs[1:] != pairs[:-1]).any(axis=1))[: len(pairs)]
    names, counts = np.unique(pairs[is_new, 0], return_counts=True)
    if not len(names):
        return np.zeros(len(groups), dtype=np.int64)
    places = np.minimum(np.searchsorted(names, groups), len(names) - 1)
    return np.where(use & (names[places] == groups), counts[places], 0).astype(np.int64)
