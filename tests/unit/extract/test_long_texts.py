"""No text takes the detectors of damage longer than its length explains, whatever it repeats."""

import time

import pytest

from flows.article import read_article
from tasks.clean.parse.decode import repair
from tasks.extract.body import Body
from tasks.extract.damage import page_story
from tasks.extract.damage.declared import NO_VALUE
from tasks.extract.damage.evidence import Story
from tasks.extract.damage.table import find_damage
from tasks.text.characters import visible

CHARS = 200_000
CODE = "{a} [b] = c; \\d "  # enough signs of code that every pattern is tried
# a text that begins with the first and goes on with the second, which was quadratic or worse at least once
REPEATED = [
    (CODE, "a"),  # one word without an end
    (CODE, "window."),
    (CODE, "."),
    (CODE, "function "),
    ("[caption", " b=1"),  # a shortcode that never closes; thirty of these took a minute
    ("%41%42%43%44%45%46 ", "%"),
    ("", "я"),
    ("0 ", "а1"),
    ("", "a0"),
]


@pytest.mark.parametrize(("start", "unit"), REPEATED)
def test_damage_of_a_long_text_is_found_in_bounded_time(start, unit):
    text = (start + unit * (CHARS // len(unit)))[:CHARS]
    story = Story([text], text, text.split(), len(text.split()), "en", "Trust spends two million", [], ["p"])
    started = time.process_time()
    next(find_damage([story]))
    assert time.process_time() - started < 3  # under 0.3 s on an idle machine; before, minutes


def test_joiners_without_an_end_are_removed_in_bounded_time():
    started = time.process_time()
    assert visible("\u200c" * CHARS + "a") == "a"
    assert visible("\u200c" * CHARS + "\u0928") != ""  # beside a letter that it joins it stays
    assert time.process_time() - started < 3


def test_mojibake_without_an_end_is_repaired_in_bounded_time():
    started = time.process_time()
    assert "Ã" not in repair("By " + "Ã©\xa0\xa0" * (CHARS // 4), set())
    assert repair("Ã© " * (CHARS // 3), set()) == "é " * (CHARS // 3)
    assert time.process_time() - started < 6  # two seconds; before, twenty


@pytest.mark.parametrize("unit", ["a", "a.", "日 ", "Abc Def, "])
def test_a_line_by_the_headline_is_read_for_writers_in_bounded_time(unit):
    line = unit * (10 * CHARS // len(unit))
    story = "<p>The commission voted on Tuesday to close the old bridge while engineers replace its gear.</p>" * 5
    started = time.process_time()
    article = read_article(f"<h1>Bridge to close</h1><div class='meta'>{line}</div>{story}", url="https://a.example/b")
    assert article.title == "Bridge to close"
    assert time.process_time() - started < 15


@pytest.mark.parametrize("lines", [["word " * 19] * 20_000, ["w" * 2_000_000]])
def test_detectors_see_the_start_of_what_is_longer_than_a_book(lines):
    """Each of three pages of four megabytes took them three seconds."""
    body = Body("\n\n".join(lines), lines, [], [], None, [], None, None)
    seen = page_story.examined(body)
    assert len(seen.text) == len("\n\n".join(seen.paragraphs)) == page_story.EXAMINED_CHARS
    assert seen.paragraphs[:-1] == lines[: len(seen.paragraphs) - 1]
    assert page_story.examined(seen) is seen


def test_a_row_of_figures_without_an_end_is_read_in_bounded_time():
    story = "The commission voted on Tuesday to close the old bridge while engineers replace its gear.\n\n" * 5
    started = time.process_time()
    article = read_article(f"Bridge to close\n\n{story}1. Lane {'1' * CHARS}#\n2. Lane 12.1\n3. Lane 12.3\n")
    assert "engineers replace" in article.text
    assert time.process_time() - started < 15  # two seconds; before, hours


@pytest.mark.parametrize("mark", ["'", '"', "<", "(", " ", "'("])
def test_a_declared_author_of_marks_only_is_examined_in_bounded_time(mark):
    started = time.process_time()
    assert NO_VALUE.fullmatch(f"{mark * 5_000}x") is None  # before, half an hour
    assert NO_VALUE.fullmatch(f"{mark * 5_000}none{mark[:1].translate({40: 41, 60: 62}) * 5_000}")
    assert time.process_time() - started < 3


@pytest.mark.parametrize("unit", ["\xc2", "\xc2\xad"])
def test_one_wrongly_decoded_sign_a_thousand_times_is_left_in_bounded_time(unit):
    lines = [f"{number} \u00e2\u20ac " + unit * (9_000 // len(unit)) for number in range(20)]
    started = time.process_time()
    assert repair("\n".join(lines), set()).count("\n") == 19
    assert time.process_time() - started < 8  # under a second; before, a minute
