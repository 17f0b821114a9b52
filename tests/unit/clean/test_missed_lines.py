"""Lines that the model leaves out of a story although their position shows that they are part of it."""

import pytest
from support.ids import case_id

from tasks.clean.label.missed_lines import find_missed_lines
from tasks.clean.label.page import PageLines


def lines_added(chances, classes=None, link_share=0.0, end="", words=5.0, is_html=True, text=None):
    """Lines in elements of the same kind, of which the likely ones are the story; the numbers of those added to it."""
    count = len(chances)
    columns = {
        "text": [(text or {}).get(n, f"line {n}{end}") for n in range(count)],
        "key": list(range(1, count + 1)),
        "is_story": [chance > 0.5 for chance in chances],
        "chance": chances,
        "entry": {},
        "words": words if isinstance(words, list) else [words] * count,
        "link_share": link_share if isinstance(link_share, list) else [link_share] * count,
        "classes": classes or [0] * count,
        "is_html": is_html,
    }
    columns["has_digit"] = [any(map(str.isdigit, line)) for line in columns["text"]]
    for name in ("is_good", "is_end", "has_colon"):
        columns[name] = [False] * count
    for name in ("blank_before", "copies", "cohesion", "tag", "tags_around", "article"):
        columns[name] = [0] * count
    return sorted(find_missed_lines(PageLines(**columns), {}))


@pytest.mark.parametrize(
    ("page_lines", "expected"),
    [
        (((0.9, 0.26, 0.3, 0.9),), [1, 2]),
        (((0.9, 0.26, 0.1, 0.9),), [1]),
        (((0.9, 0.25, 0.3, 0.9), [0, 0, 1, 0]), []),
        (((0.9, 0.25, 0.3, 0.9), None, 1.0), []),
        (((0.9, *[0.3] * 20, 0.9),), []),
        (((0.9, 0.9, 0.3, 0.3),), []),
    ],
    ids=["verses", "one of them unlikely", "another element", "links", "many lines", "below"],
)
def test_short_lines_between_two_of_the_story_belong_to_it(page_lines, expected):
    assert lines_added(*page_lines) == expected


@pytest.mark.parametrize(("lines_below", "expected"), [(0, [1]), (60, [])], ids=["short", "long"])
@pytest.mark.parametrize("is_html", [False, True], ids=["text", "HTML"])
def test_lines_between_two_of_the_story_are_kept_on_short_pages(lines_below, expected, is_html):
    assert lines_added((0.9, 0.3, 0.9, *[0.0] * lines_below), is_html=is_html) == expected


@pytest.mark.parametrize(
    ("chances", "more", "expected"),
    [
        ((0.9, 0.9, 0.9, 0.07), {}, [3]),
        ((0.9, 0.9, 0.9, 0.07), {"is_html": False}, []),
        ((0.9, 0.9, 0.9, 0.12), {"is_html": False}, [3]),
        ((0.9, 0.9, 0.9, *[0.07] * 5), {}, [3, 4, 5]),
        ((0.9, 0.9, 0.9, 0.01, 0.3), {}, []),
        ((0.9, 0.9, 0.9, 0.07), {"classes": [0, 0, 0, 1]}, []),
        ((0.9, 0.9, 0.9, 0.07), {"link_share": 1.0}, []),
        ((0.9, 0.9, 0.9, 0.2), {"end": ""}, []),
        ((0.9, 0.9, 0.9, 0.2), {"end": " to desk@news.example."}, []),
        ((0.9, 0.9, 0.9, 0.07, *[0.0] * 40), {}, []),
        ((0.9, 0.9, 0.07), {}, []),
        ((0.9, 0.9, 0.31), {}, [2]),
        ((0.9, 0.9, 0.31), {"is_html": False}, [2]),
        ((0.9, 0.9, 0.31, *[0.0] * 40), {"is_html": False}, []),
        ((0.9, 0.9, 0.9, 0.3, 0.3), {"text": {3: "Jonas, 2006-06-02 15:20: Well done, keepers of the lamp."}}, []),
        ((0.9, 0.9, 0.9, 0.3), {"text": {3: "Jonas (2.6.2006 15.20) Well done, keepers of the lamp."}}, []),
        ((0.9, 0.9, 0.9, 0.3), {"text": {3: "The lamp has burned since 2006-06-02, and will for years."}}, [3]),
    ],
    ids=case_id,
)
def test_closing_paragraphs_of_a_short_page_belong_to_the_story(chances, more, expected):
    assert lines_added(chances, **{"end": ".", "words": 12.0} | more) == expected


BETWEEN_UPDATES = [0, 4] * 4 + [0]


@pytest.mark.parametrize(
    ("chances", "classes", "expected"),
    [
        ((0.9, 0.0, 0.9, 0.0, 0.9, 0.0, 0.2, 0.0, 0.1), BETWEEN_UPDATES, [6, 8]),
        ((0.9, 0.0, 0.9, 0.0, 0.9, 0.0, 0.2, 0.0, 0.1), [*BETWEEN_UPDATES[:5], 8, 0, 4, 0], []),
        ((0.9, 0.0, 0.9, 0.0, 0.9, 0.0, 0.01, 0.0, 0.1), BETWEEN_UPDATES, []),
    ],
    ids=["updates", "another part below", "an unlikely one ends it"],
)
def test_what_stands_between_paragraphs_of_a_short_page_may_stand_between_the_last(chances, classes, expected):
    words = [2.0 if group else 12.0 for group in classes]
    assert lines_added(chances, classes=classes, end=".", words=words) == expected


QUESTIONS = {1: "- Who lights it?", 3: "- And who pays?", 5: "- What comes next?"}


@pytest.mark.parametrize(
    ("questions", "chance", "expected"),
    [
        (QUESTIONS, 0.1, [5, 6]),
        (QUESTIONS | {6: "- And then?"}, 0.1, []),
        (QUESTIONS, 0.01, []),
        ({5: "- What comes next?"}, 0.1, []),
    ],
    ids=["an answer below", "no answer", "unlikely", "the first question"],
)
def test_the_last_question_of_an_interview_is_kept_with_its_answer(questions, chance, expected):
    words = [5.0 if n in QUESTIONS or n in questions else 20.0 for n in range(7)]
    chances = (*[0.9] * 5, chance, 0.2)
    assert lines_added(chances, text=questions, end=".", words=words, is_html=False) == expected


@pytest.mark.parametrize(("linked", "expected"), [(0.7, [3]), (1.0, []), (0.0, [])])
def test_a_linked_line_may_stand_before_the_closing_paragraph(linked, expected):
    words, chances = [20.0, 20.0, 9.0, 20.0], (0.9, 0.9, 0.2, 0.35)
    assert lines_added(chances, link_share=[0.0, 0.0, linked, 0.0], end=".", words=words) == expected
