"""Near-duplicates: edited copies are found, other stories are not, in a run and against what was published before."""

import os
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tasks.extract.similarity import signatures_of
from tasks.load.dedup import lsh, near_duplicates
from tasks.load.dedup.near_duplicates import Signatures, find_near_duplicates, read_signatures

WORDS = [
    f"{a}{b}{c}"
    for a in "bdfgklmnprst"
    for b in ("a", "e", "i", "o", "ou")
    for c in ("ld", "n", "rt", "ss", "m", "ck", "va")
]


def story(number, words=320):
    """A text of its own."""
    draw = random.Random(number)
    return " ".join(draw.choice(WORDS) for _ in range(words))


def edited(text, kind, share, seed=0):
    """A copy as another paper prints it."""
    draw = random.Random(seed)
    words = text.split()
    size = round(len(words) * share)
    if kind == "scattered":
        for place in draw.sample(range(len(words)), size):
            words[place] = draw.choice(WORDS)
    elif kind == "truncated":
        words = words[: len(words) - size]
    elif kind == "paragraph":
        words += story(10_000 + seed, size).split()
    elif kind == "boilerplate":
        words = story(77, size).split() + words
    return " ".join(words)


FIRST = {"a": 1, "o": 1_000, "c": 2_000}  # the number of the first article of a kind


def number(name):
    """The id of an article with a name like c12."""
    return FIRST[name[0]] + int(name[1:])


def signed(texts, prefix="a"):
    ids = np.array([number(f"{prefix}{n}") for n in range(len(texts))], dtype=np.uint64)
    return Signatures(ids, np.zeros_like(ids), read_signatures(pa.array(signatures_of(texts), pa.binary(252))))


def stories_of(new, published=(), folder=None):
    """Story, near-duplicate and similarity of each article by its id; the lower id came first."""
    found = find_near_duplicates(new, published, lambda rows: rows, folder)
    near = [
        int(one) if share > 0 else None for one, share in zip(found.near_duplicate_of, found.similarities, strict=True)
    ]
    return dict(
        zip(
            found.articles.tolist(),
            zip(found.stories.tolist(), near, found.similarities.tolist(), strict=True),
            strict=True,
        )
    )


STORIES = [story(n) for n in range(150)]


@pytest.mark.parametrize(
    ("kind", "share", "recall"),
    [
        ("scattered", 0.05, 1.0),
        ("scattered", 0.1, 0.98),
        ("truncated", 0.1, 1.0),
        ("truncated", 0.4, 0.98),
        ("paragraph", 0.1, 1.0),
        ("paragraph", 0.4, 1.0),
        ("boilerplate", 0.2, 1.0),
    ],
)
@pytest.mark.parametrize("is_published", [False, True])
def test_copies_are_found_and_nothing_else(kind, share, recall, is_published):
    copies = [edited(text, kind, share, n) for n, text in enumerate(STORIES)]
    if is_published:
        before = signed(STORIES, "o")
        found = stories_of(signed(copies, "c"), [Signatures(before.articles, before.articles, before.values)])
    else:
        old, new = signed(STORIES, "o"), signed(copies, "c")
        found = stories_of(
            Signatures(
                *(
                    np.concatenate([getattr(part, name) for part in (old, new)])
                    for name in ("articles", "stories", "values")
                )
            )
        )
    pairs = [(found[number(f"c{n}")], number(f"o{n}")) for n in range(150)]
    right = sum(near == original for (_, near, _), original in pairs)
    claimed = sum(near is not None for _, near, _ in found.values())
    assert right >= recall * 150
    assert right >= 0.99 * claimed
    assert all(own == original for (own, near, _), original in pairs if near)


def test_a_chain_of_copies_is_one_story():
    first = story(1)
    second = edited(first, "scattered", 0.08, 1)
    third = edited(second, "scattered", 0.08, 2)
    found = stories_of(signed([first, second, third]))
    assert {own for own, _, _ in found.values()} == {number("a0")}
    assert found[number("a1")][2] == pytest.approx(0.65, abs=0.15)


def test_a_new_text_of_an_article_keeps_its_story_and_is_no_copy_of_itself():
    before = signed([story(1)], "a")
    later = signed([edited(story(1), "paragraph", 0.1)], "a")
    found = stories_of(later, [Signatures(before.articles, np.array([9], dtype=np.uint64), before.values)])
    assert found[number("a0")][:2] == (9, None)


def test_case_punctuation_and_quotation_marks_do_not_matter():
    text = story(5)
    other = "“" + text.upper().replace(" ", ", ", 40) + ".”"
    assert signatures_of([text]) == signatures_of([other])


def test_a_short_text_has_no_signature_and_a_long_one_is_bounded():
    assert signatures_of(["Markets closed higher.", ""]) == [None, None]
    assert len(signatures_of(["wort " * 200_000])[0]) == 252


def test_scripts_without_spaces_are_compared_by_letters():
    draw = random.Random(1)
    letters = [chr(draw.randrange(0x4E00, 0x5E00)) for _ in range(400)]
    text = "".join(letters)
    for place in draw.sample(range(400), 20):
        letters[place] = "日"
    found = stories_of(signed([text, "".join(letters), "".join(reversed(text))]))
    assert [near for _, near, _ in found.values()] == [None, number("a0"), None]


def test_a_run_too_large_for_memory_finds_the_same(tmp_path, monkeypatch):
    copies = [edited(text, "scattered", 0.1, n) for n, text in enumerate(STORIES)]
    before, new = signed(STORIES[:100], "o"), signed(copies + STORIES[100:], "c")
    alone = stories_of(new, [before])
    monkeypatch.setattr(near_duplicates, "SPOOLED_FROM", 1)
    monkeypatch.setattr(near_duplicates, "_STREAMED", 7)
    monkeypatch.setattr(lsh, "_BLOCK_ROWS", 16)
    monkeypatch.setattr(lsh, "_BUFFERED_PAIRS", 50)
    parts = [
        Signatures(before.articles[n : n + 3], before.stories[n : n + 3], before.values[n : n + 3])
        for n in range(0, 100, 3)
    ]
    assert stories_of(new, parts, tmp_path) == alone
    assert any(near for _, near, _ in alone.values())


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="it looks at its memory in /proc")
def test_the_memory_of_a_mapped_file_is_released(tmp_path):
    def resident_bytes():
        return int(Path("/proc/self/statm").read_text().split()[2]) * os.sysconf("SC_PAGE_SIZE")  # of files

    values = np.lib.format.open_memmap(tmp_path / "values.npy", mode="w+", dtype="<u2", shape=(50_000, 126))
    values[:] = 7
    held = resident_bytes()
    lsh.release_mapped(values)
    assert held - resident_bytes() > 0.9 * values.nbytes
    assert (values == 7).all()


def test_a_thousand_texts_with_one_boilerplate_are_compared_with_thirty_each(monkeypatch):
    values = np.random.default_rng(1).integers(0, 1 << 16, (1_000, 126), dtype=np.uint16)
    values[:, :3] = 7  # one band of all is the same
    compared = []
    rows = lsh._rows_of_pairs
    monkeypatch.setattr(lsh, "_rows_of_pairs", lambda pairs: (compared.append(len(pairs)), rows(pairs))[1])
    assert not len(near_duplicates.Bands(values, lambda rows: rows).similar_pairs(0.35 * 126)[0])
    assert 900 * 30 < sum(compared) <= 1_000 * 30


@pytest.mark.parametrize("is_published", [False, True])
@pytest.mark.parametrize("is_spooled", [False, True])
def test_a_text_on_two_hundred_sites_is_one_story(is_published, is_spooled, tmp_path, monkeypatch):
    draw = np.random.default_rng(3)
    original = draw.integers(0, 1 << 16, 126, dtype=np.uint16)
    values = np.tile(original, (200, 1))
    for row in values:
        row[draw.choice(126, 6, replace=False)] = draw.integers(0, 1 << 16, 6)
    ids = np.arange(1, 201, dtype=np.uint64)
    order = draw.permutation(200)  # ids say nothing of which came first
    if is_spooled:
        monkeypatch.setattr(near_duplicates, "SPOOLED_FROM", 1)
    nine = np.array([9_000], dtype=np.uint64)
    published = [Signatures(nine, nine, original[None])] if is_published else []
    found = find_near_duplicates(
        Signatures(ids, np.zeros_like(ids), values), published, lambda rows: order[rows], tmp_path
    )
    assert set(found.stories.tolist()) == {9_000 if is_published else int(ids[order.argmin()])}
    assert (found.similarities > 0).sum() == (200 if is_published else 199)
