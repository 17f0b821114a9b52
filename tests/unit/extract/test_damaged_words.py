"""Damage to words, signs and lines between paragraphs is a flag; sound text of the same languages has none."""

import pytest
from support.damaged_words import DAMAGED_WORDS, PARAGRAPHS, each, story

from tasks.extract.damage.table import find_damage


@pytest.mark.parametrize(("doubt", "damaged"), DAMAGED_WORDS, ids=lambda value: getattr(value, "value", None))
def test_damage_is_a_flag_with_what_shows_it(doubt, damaged):
    found = next(find_damage([damaged]))
    assert doubt in found
    shown = found[doubt]
    assert shown.shown
    if shown.paragraph is not None:
        assert shown.shown in damaged.paragraphs[shown.paragraph]


SOUND = {
    **{f"plain {language}": story(language=language) for language in PARAGRAPHS},
    "names of variables": story([*PARAGRAPHS["en"], "It sets max_page_bytes, user_name, user_home, is_new and to_do."]),
    "gender signs": each(lambda text: text.replace("Kinder", "Schüler_innen").replace("Mitglieder", "Rät*innen"), "de"),
    "ellipses": each(lambda text: text.replace(",", "…")),
    "foreign names": each(lambda text: text.replace("the trust", "Łukasz Žižka")),
    "two errors of a sheet": story([*PARAGRAPHS["en"], "The cells showed #REF! and #N/A that day."]),
    "numbers of months": each(lambda text: text.replace("三月", "3カ月"), "ja"),
    "questions and answers": story([part for one in PARAGRAPHS["en"] for part in (one, f"Reporter: {one[20:60]}?")]),
    "one sponsor": story([*PARAGRAPHS["en"], "The race is sponsored by the trust, and the boats are free"]),
    "a hashtag": story(title="#FreeThePierNow"),
    "a test of a pier": story(title="Test of the new pier fails"),
    "a version": story(title="Version 2 of the plan pleases nobody"),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_text_has_no_flag(name):
    assert next(find_damage([SOUND[name]])) == {}
