"""Bylines that name nobody, and marks and words that no text of its language has."""

from dataclasses import replace

import pytest
from support.damaged_words import PARAGRAPHS, each, story

from tasks.extract.damage.misspelt import WORDS, misspelt
from tasks.extract.damage.table import find_damage
from tasks.vocabulary import Doubt

TITLE = "The old pier of Orrinmouth closes"


def flags_of(damaged):
    return set(next(find_damage([damaged])))


@pytest.mark.parametrize(
    "byline",
    [
        *(
            "4 min read",
            "3 Minuten Lesezeit",
            "5 мин чтения",
            "Share this article",
            "Compartir en Facebook",
            "Weiterlesen",
        ),
        *("https://www.facebook.com/ada.orrin", "Publicado em 04/09/2026", "2026-09-04 10:20", "{{ author.name }}"),
        *("%author%", "Foto: Ada Orrin", "undefined", "First name Last name", "sport", "12 Kommentare", TITLE),
        "Ada has written about this coast for eleven years and keeps two dogs",
    ],
)
def test_a_byline_that_names_nobody(byline):
    damaged = replace(story(title=TITLE), authors=(), printed_bylines=[byline], sections=["sport"])
    assert flags_of(damaged) == {Doubt.AUTHOR_DAMAGED}
    assert flags_of(replace(damaged, authors=["Ada Orrin"])) == set()  # another line names the author


@pytest.mark.parametrize(
    "byline",
    ["", "dpa", "The Paper", "our staff reporter", "Tom, on 4 September", "AFP/Reuters", "red.", "Sportredaktion"],
)
def test_a_byline_without_a_person(byline):
    assert flags_of(replace(story(title=TITLE), authors=(), printed_bylines=[byline], sections=["sport"])) == set()


def test_a_template_as_declared_author():
    assert Doubt.AUTHOR_DAMAGED in flags_of(replace(story(), authors=(), declared_authors=["<%= author %>"]))
    assert flags_of(replace(story(), authors=(), declared_authors=["The Paper"])) == set()


@pytest.mark.parametrize(
    ("doubt", "damaged"),
    [
        (Doubt.NUMBERS_DAMAGED, story([*PARAGRAPHS["en"], "It cost ١٢ and then ٣٤ pounds."])),
        (Doubt.NUMBERS_BETWEEN, story([one.replace(" ", " | ", 9) for one in PARAGRAPHS["en"] * 2])),
        (Doubt.NUMBERS_BETWEEN, story([f"{5 * n + 5:03d} {one}" for n, one in enumerate(PARAGRAPHS["en"] * 2)])),
        (Doubt.NUMBERS_BETWEEN, story([f"{5 * n + 10} {one}" for n, one in enumerate(PARAGRAPHS["en"] * 2)])),
        (Doubt.PUBLISHER_DAMAGED, replace(story(), publisher="prod-web-eu-1")),
        (Doubt.PUBLISHER_DAMAGED, replace(story(), publisher="10.0.3.17")),
        (Doubt.PUBLISHER_DAMAGED, replace(story(), publisher="en_GB")),
        (Doubt.WORDS_UNLIKELY, each(lambda text: text.replace("l", "I"), "de")),
        (Doubt.WORDS_UNLIKELY, story([*PARAGRAPHS["ru"][:2], *PARAGRAPHS["en"][:2]], "ru")),
        (Doubt.TITLE_DAMAGED, story(title='{"title": "Pier closes"}')),
    ],
)
def test_marks_that_no_text_has(doubt, damaged):
    assert doubt in flags_of(damaged)


@pytest.mark.parametrize(
    "sound",
    [
        story([*PARAGRAPHS["en"], "The sign said ٣ and nothing else."]),
        story([*PARAGRAPHS["en"], "Home | News | Sport | Town | Weather | Contact"]),
        story([f"{n + 1} {one}" for n, one in enumerate(PARAGRAPHS["en"])]),
        replace(story(), publisher="20 Minutes"),
        story(title="[Update] Pier closes"),
        story([*PARAGRAPHS["ru"], PARAGRAPHS["en"][0]], "ru"),
    ],
)
def test_marks_that_a_text_may_have(sound):
    assert flags_of(sound) <= {Doubt.PHRASE_REPEATED}


@pytest.mark.parametrize(
    "change",
    [
        lambda word: word[::-1],
        lambda word: word[1:2] + word[:1] + word[2:],
        lambda word: word.replace("e", "c").replace("h", "b"),
        lambda word: word.replace("e", "3").replace("a", "4"),
        lambda word: word[:1] + word[2:] if len(word) > 3 else word,
    ],
)
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_misspelt_frequent_words(change, language):
    damaged = each(
        lambda text: " ".join(change(word) if n % 2 else word for n, word in enumerate(text.split())), language
    )
    assert Doubt.WORDS_UNLIKELY in flags_of(damaged)


@pytest.mark.parametrize("language", WORDS)
def test_no_misspelt_form_is_a_frequent_word(language):
    forms = set(misspelt(language, frozenset({"whih"})))
    assert len(forms) > 300 and forms.isdisjoint(word for words in WORDS.values() for word in words)
    assert "whih" not in forms
