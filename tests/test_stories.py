"""Near-duplicates: edited copies are found, other stories are not, in a run and against what was published before."""

import random

import pytest

from tasks.extract.similarity import signatures
from tasks.load.stories import Signed, find_stories, read_signatures

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


def signed(texts, prefix="a"):
    found = signatures(texts)
    return Signed([f"{prefix}{n}" for n in range(len(texts))], [""] * len(texts), read_signatures(found))


STORIES = [story(n) for n in range(150)]


@pytest.mark.parametrize(
    ("kind", "share", "recall"),
    [("scattered", 0.05, 1.0), ("scattered", 0.1, 0.98), ("truncated", 0.1, 1.0), ("truncated", 0.4, 0.98), ("paragraph", 0.1, 1.0),
     ("paragraph", 0.4, 1.0), ("boilerplate", 0.2, 1.0)],
)  # fmt: skip
@pytest.mark.parametrize("is_published", [False, True])
def test_copies_are_found_and_nothing_else(kind, share, recall, is_published):
    copies = [edited(text, kind, share, n) for n, text in enumerate(STORIES)]
    if is_published:
        before = signed(STORIES, "o")
        found = find_stories(signed(copies, "c"), [Signed(before.article_ids, before.article_ids, before.values)])
    else:
        both = signatures(STORIES + copies)
        ids = [f"o{n}" for n in range(150)] + [f"c{n}" for n in range(150)]
        found = find_stories(Signed(ids, [""] * 300, read_signatures(both)), [])
    right = sum(found[f"c{n}"].near_duplicate_of == f"o{n}" for n in range(150))
    claimed = sum(each.near_duplicate_of is not None for each in found.values())
    assert right >= recall * 150
    assert right >= 0.99 * claimed
    assert all(found[f"c{n}"].story_id == f"o{n}" for n in range(150) if found[f"c{n}"].near_duplicate_of)


def test_a_chain_of_copies_is_one_story():
    first = story(1)
    second = edited(first, "scattered", 0.08, 1)
    third = edited(second, "scattered", 0.08, 2)
    found = find_stories(signed([first, second, third]), [])
    assert {each.story_id for each in found.values()} == {"a0"}
    assert found["a1"].similarity == pytest.approx(0.65, abs=0.15)


def test_a_new_text_of_an_article_keeps_its_story_and_is_no_copy_of_itself():
    before = signed([story(1)], "a")
    later = signed([edited(story(1), "paragraph", 0.1)], "a")
    found = find_stories(later, [Signed(before.article_ids, ["s9"], before.values)])
    assert (found["a0"].story_id, found["a0"].near_duplicate_of) == ("s9", None)


def test_case_punctuation_and_quotation_marks_do_not_matter():
    text = story(5)
    other = "“" + text.upper().replace(" ", ", ", 40) + ".”"
    assert signatures([text]) == signatures([other])


def test_a_short_text_has_no_signature_and_a_long_one_is_bounded():
    assert signatures(["Markets closed higher.", ""]) == [None, None]
    assert len(signatures(["wort " * 200_000])[0]) == 252


def test_scripts_without_spaces_are_compared_by_letters():
    draw = random.Random(1)
    letters = [chr(draw.randrange(0x4E00, 0x5E00)) for _ in range(400)]
    text = "".join(letters)
    for place in draw.sample(range(400), 20):
        letters[place] = "日"
    found = find_stories(signed([text, "".join(letters), "".join(reversed(text))]), [])
    assert [each.near_duplicate_of for each in found.values()] == [None, "a0", None]
