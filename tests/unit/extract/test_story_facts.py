"""What detectors of damage ask of a text is counted as Python counts it, only faster."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tasks.extract.damage.evidence import Story, numbers_as_zero
from tasks.extract.damage.literals import Phrases, sought

MARKS = sought("[[", "..", "«»", "写真", "- ")
TEXTS = st.text(alphabet="ab[].«»写真- \n{9é\U0001f600", max_size=60)


def story(text):
    tokens = text.split()
    return Story([text], text, tokens, len(tokens), "en", "", [], ["p"])


def overlapping(text, literal):
    return len(re.findall(f"(?={re.escape(literal)})", text))


@given(TEXTS)
def test_signs_and_literals_are_counted(text):
    asked = story(text)
    assert asked.count_of("[{.") == sum(map(text.count, "[{."))
    assert asked.count(MARKS) == sum(overlapping(text, literal) for literal in MARKS)
    assert asked.has(MARKS) == any(literal in text for literal in MARKS)
    assert set(asked.chars_beyond_ascii) == {char for char in text if not char.isascii()}


@given(TEXTS)
def test_marks_and_digits_beside_letters_are_at_least_as_many_as_there_are(text):
    asked = story(text)
    assert asked.marks_before_letters >= len(re.findall(r"(?<=[.,;!?])[a-zA-Z]", text))
    assert asked.digits_after_letters >= len(re.findall(r"(?<=[a-zA-Z])\d", text))


@given(st.text(alphabet="a0123456789 ", max_size=40))
def test_each_number_of_a_sample_is_one_zero(text):
    assert numbers_as_zero(text.encode()).decode() == re.sub(r"\d+", "0", text)


def test_a_phrase_stands_for_its_name_and_the_first_counts():
    phrases = Phrases([("free of charge", "price"), ("gratis", "price"), ("open now", "shop")])
    assert phrases.in_text("é gratis, free of charge") == {"price": 2}
    assert phrases.in_text("closed") == {}


@given(TEXTS)
def test_capitals_after_small_letters_are_counted(text):
    assert story(f"{text}aB").capitals_after_small == len(re.findall(r"(?<=[a-z])[A-Z]", f"{text}aB"))
