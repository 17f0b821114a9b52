"""What a search looks for, however it is typed."""

import re
import unicodedata

import duckdb
import pytest

from flows.browse import articles
from flows.browse.filters import ArticleFilter, FilterError
from flows.browse.search_words import pattern_of, words_of
from flows.browse.snapshot import ChangedError


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ('ferry "left  at noon"', ["ferry", "left at noon"]),
        ("“left at noon” ferry", ["left at noon", "ferry"]),
        ("„left at noon“", ["left at noon"]),
        ("«left at noon»", ["left at noon"]),
        ('"left at', ["left at"]),
        ('"" " "', []),
        ("\x00", []),
        ("left\x00noon", ["left", "noon"]),
        ("\u200b\ufeff", []),
        ("\u200fco\u00adoperate\u200e", ["cooperate"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ('"left\u00a0at\tnoon"', ["left at noon"]),
        (unicodedata.normalize("NFD", "Café Zürich"), ["Café", "Zürich"]),
        ("\ud800", []),
    ],
    ids=ascii,
)
def test_words_of_a_query(query, words):
    assert words_of(query) == words


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (unicodedata.normalize("NFD", "café"), "CAFÉ"),
        (unicodedata.normalize("NFD", "한국"), "한국 소식"),
        ("don't", "They don’t know"),
        ("don’t", "They don't know"),
        ("COVID-19", "covid\u201119"),
        ("covid\u201019", "COVID-19"),
        ("^$.|?*+()[]{}\\#~&-", "a ^$.|?*+()[]{}\\#~& b ^$.|?*+()[]{}\\#~&- c"),
        ("\\d", "\\d"),
        ("(?i)", "(?i)"),
        ("e\u0323\u0301", "ẹ́"),
        ("👩\u200d🚒", "a 👩\u200d🚒 here"),
    ],
    ids=ascii,
)
def test_a_word_is_found_in_every_form(query, text):
    pattern = " ".join(map(pattern_of, words_of(query)))
    assert re.search(pattern, text, re.IGNORECASE)
    condition, values = ArticleFilter(q=query, place="title").conditions()
    found = duckdb.execute(f"select {condition} from (select ?::varchar as title)", [*values, text]).fetchall()
    assert found == [(True,)]


@pytest.mark.parametrize(
    ("name", "value", "is_refused"),
    [("q", "a" * 200, False), ("q", "a" * 201, True), ("publisher", "P" * 300, False), ("after", "x" * 2001, True)],
    ids=["q", "long q", "long publisher", "long place"],
)
def test_a_long_value_is_refused_and_never_cut(name, value, is_refused):
    if is_refused:
        with pytest.raises(FilterError, match="longer than"):
            ArticleFilter.from_query({name: value})
    else:
        assert getattr(ArticleFilter.from_query({name: value}), name) == value


@pytest.mark.parametrize(
    ("sizes", "start", "stretches"),
    [
        ([], 0, []),
        ([1, 1, 1], 0, [(0, 3)]),
        ([1, 1, 1], 2, [(2, 3)]),
        ([6, 6, 6], 0, [(0, 1), (1, 2), (2, 3)]),
        ([99, 1, 9, 1], 0, [(0, 1), (1, 3), (3, 4)]),
        ([0] * 7, 0, [(0, 5), (5, 7)]),
    ],
)
def test_small_files_are_searched_together(tmp_path, monkeypatch, sizes, start, stretches):
    monkeypatch.setattr(articles, "_SEARCHED_BYTES", 10)
    monkeypatch.setattr(articles, "_SEARCHED_FILES", 5)
    files = [tmp_path / f"{number}.parquet" for number in range(len(sizes))]
    for path, size in zip(files, sizes, strict=True):
        path.write_bytes(bytes(size))
    found = list(articles._stretches(files, start))
    assert found == stretches
    for number, (first, _) in enumerate(found):
        assert list(articles._stretches(files, first)) == stretches[number:], "a search goes on as it began"


def test_a_file_that_is_gone_is_a_changed_dataset(tmp_path):
    with pytest.raises(ChangedError):
        list(articles._stretches([tmp_path / "gone.parquet"], 0))
