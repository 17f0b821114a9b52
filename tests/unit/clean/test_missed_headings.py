"""Headings that the model leaves out of a story although the line right below them is part of it."""

import pytest
from support.ids import case_id

from tasks.clean.label.missed_headings import find_headings
from tasks.clean.label.page import PageLines
from tasks.clean.parse.tags import TAG_CODES

# the list and the entries are in the story, the box beside all of them; the page's body is around the story and the box
PARENTS = {"story": 2, "list": 3, "box": 4, "entry 0": 5, "entry 1": 6, "entry 2": 7}
AROUND = [0, 0, 1, 2, 1, 2, 2, 2]


def headings_added(lines, titles=()):
    """The numbers of the headings added; `lines` are (mark, tag, element around it, text), the story's marked `+`."""
    parents = AROUND + [PARENTS[place] for _, _, place, _ in lines]
    texts = [text for *_, text in lines]
    columns = {
        "text": texts,
        "key": [1 + texts.index(text) for text in texts],
        "words": [float(len(text.split())) for text in texts],
        "tag": [TAG_CODES.get(tag, 0) for _, tag, _, _ in lines],
        "link_share": [1.0 * mark.endswith("@") for mark, *_ in lines],
        "element": [len(AROUND) + n for n in range(len(lines))],
        "is_story": [mark.startswith("+") for mark, *_ in lines],
        "entry": {},
    }
    for name in ("has_digit", "chance", "is_good", "is_end", "has_colon", "blank_before", "copies", "cohesion"):
        columns[name] = [0] * len(lines)
    for name in ("classes", "tags_around", "article"):
        columns[name] = [0] * len(lines)
    page = PageLines(**columns, parents=parents, is_html=True, titles=[1 + texts.index(title) for title in titles])
    return sorted(find_headings(page, [n for n, line in enumerate(lines) if line[0].startswith("+")]))


def paragraph(number, mark="+", place="story", tag="p"):
    """A paragraph of the story or, without the mark, of something else."""
    return mark, tag, place, f"Paragraph {number} says enough about the new lamps."


HEAD = ("", "h2", "story", "Where it began")
OTHER = ("", "h2", "story", "What it costs")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([paragraph(1), HEAD, paragraph(2)], [1]),
        ([paragraph(1), HEAD, paragraph(2, place="list", tag="li"), paragraph(3)], [1]),
        ([paragraph(1), ("", "dt", "list", "Who pays?"), paragraph(2, place="list", tag="dd"), paragraph(3)], [1]),
        ([paragraph(1), ("", "h4", "box", "Fire in the mill"), paragraph(2)], []),
        ([paragraph(1), ("", "h4", "box", "Fire in the mill"), paragraph(2, place="box"), paragraph(3)], []),
        ([paragraph(1), HEAD, paragraph(2, ""), paragraph(3)], []),
        ([paragraph(1), ("@", "h2", "story", "Fire in the mill"), paragraph(2)], []),
        ([paragraph(1), ("", "h1", "story", "Lamps for the pier"), paragraph(2)], []),
        ([paragraph(1, place="box"), HEAD, paragraph(2)], []),
        ([paragraph(1), ("+", *HEAD[1:]), paragraph(2), paragraph(3, place="box"), OTHER, paragraph(4)], [4]),
    ],
    ids=[
        "between paragraphs",
        "above a list",
        "at the start of a list in the story",
        "in a box",
        "in a box with text of its own",
        "above another part",
        "a link",
        "the headline",
        "below another part",
        "below another part, like the others",
    ],
)
def test_a_heading_right_above_a_line_of_the_story_is_part_of_it(lines, expected):
    assert headings_added(lines) == expected


def test_the_headline_of_the_page_is_no_heading_of_a_section():
    assert headings_added([paragraph(1), HEAD, paragraph(2)], titles=["Where it began"]) == []


@pytest.mark.parametrize(
    ("above", "expected"),
    [(("", "h1", "box", "Letters to the editor"), [1]), (("", "p", "box", "9 May"), [])],
    ids=["below a headline", "the headline itself"],
)
def test_the_heading_above_the_first_of_several_sections_is_kept_with_theirs(above, expected):
    sections = [line for n in range(3) for line in (("+" * (n > 0), "h3", "story", f"Letter {n}"), paragraph(n))]
    assert headings_added([above, *sections]) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["The Old Pier", "Lamp and Rope", "Nine Winters"], [1, 3, 5]),
        (["Related: The Old Pier", "Related: Lamp and Rope", "Related: Nine Winters"], []),
        (["The Old Pier", "Lamp and Rope"], []),
        ([], []),
    ],
    ids=case_id,
)
def test_linked_headings_of_the_entries_of_a_list_are_kept(texts, expected):
    entries = [line for n, text in enumerate(texts) for line in (("@", "h3", "story", text), paragraph(n + 1))]
    assert headings_added([paragraph(0), *entries]) == expected


def test_one_linked_heading_above_something_else_shows_that_they_are_teasers():
    entries = [line for n in range(3) for line in (("@", "h3", "story", f"{n}. Lamp"), paragraph(n + 1))]
    assert headings_added([paragraph(0), *entries, ("@", "h3", "story", "Rope"), paragraph(9, "")]) == []


@pytest.mark.parametrize("is_text", [True, False], ids=["all have text", "one has none"])
def test_headings_of_entries_with_a_time_above_are_kept_if_all_have_text(is_text):
    lines = [paragraph(9)]
    for n in range(3):
        place = f"entry {n}"
        mark = "+" if is_text or n < 2 else ""
        lines += [("", "time", place, f"{n}:30"), ("", "h3", place, f"What we know at {n}"), paragraph(n, mark, place)]
    assert headings_added([*lines, paragraph(8)]) == ([2, 5, 8] if is_text else [])
