"""The sets of scripts that are written without spaces, and the signs of wrong decoding."""

import re

import pytest

from tasks.text import mojibake, scripts

SETS = {
    "model": scripts.MODEL_LETTERS,
    "wrapped": scripts.WRAPPED_TEXT,
    "common": scripts.COMMON_LETTERS,
    "compared": scripts.COMPARED_LETTERS,
    "gold": scripts.GOLD_LETTERS,
}


@pytest.mark.parametrize("name", SETS)
def test_every_set_has_the_common_letters_and_no_korean(name):
    letter = re.compile(f"[{scripts.char_class(SETS[name])}]")
    assert all(map(letter.match, "กລကកあ漢"))
    assert not any(map(letter.match, "한aяع अ"))


@pytest.mark.parametrize("name", SETS)
def test_ranges_ascend_and_do_not_overlap(name):
    bounds = [code for span in SETS[name] for code in span]
    assert bounds == sorted(bounds)


def test_signs_of_mojibake_start_with_a_lead_or_are_replacement_characters():
    assert all(sign[0] in mojibake.LEADS or sign == "\ufffd" for sign in mojibake.SIGNS)
    assert mojibake.count_signs("Ã© \ufffd") == 2
