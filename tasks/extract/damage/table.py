"""The table of damage: each kind is one flag, found by one function in the form of the text or of a field.

The sentence of a flag is in `tasks.vocabulary.Doubt`; each has cases in `tests/unit/extract/test_damage.py`. A declared
value that was left out makes no wrong row: it is named among the `repairs`, and is a flag where most pages of a site
have it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tasks.extract.damage import (
    between,
    bylines,
    declared,
    headlines,
    letters,
    machine_text,
    notices,
    odd_marks,
    pasted,
    production,
    repeats,
    signs,
    words,
)
from tasks.extract.damage.evidence import Evidence, Story
from tasks.vocabulary import ADDRESS_LEFT_OUT, AUTHOR_LEFT_OUT, PUBLISHER_LEFT_OUT, Doubt

# what a story about programs quotes and shows
_PART_OF_PROGRAMS = frozenset(
    {
        Doubt.CODE_IN_TEXT,
        Doubt.MARKUP_IN_TEXT,
        Doubt.MARKDOWN_IN_TEXT,
        Doubt.TEMPLATE_IN_TEXT,
        Doubt.DESK_NOTES,
        Doubt.SIGNS_IN_WORDS,
    }
)
_STORIES_AT_ONCE = 50  # whose texts fit into the cache, too


class Detector(NamedTuple):
    """How a kind of damage is found, and how often it is seen on real pages."""

    doubt: Doubt
    find: Callable[[Story], Evidence | None]
    real_share: float  # percent of 2,894 stories of seven corpora of real pages; half of those with a flag are damaged


DETECTORS = (
    Detector(Doubt.CODE_IN_TEXT, machine_text.find_code, 0.07),
    Detector(Doubt.CODE_IN_TEXT, machine_text.find_names, 0.0),
    Detector(Doubt.CODE_IN_TEXT, pasted.find_pasted, 0.03),
    Detector(Doubt.MARKUP_IN_TEXT, machine_text.find_markup, 0.17),
    Detector(Doubt.MARKDOWN_IN_TEXT, machine_text.find_markdown, 0.21),
    Detector(Doubt.TEMPLATE_IN_TEXT, machine_text.find_template, 0.28),
    Detector(Doubt.ENCODED_TEXT, machine_text.find_encoded, 0.0),
    Detector(Doubt.DESK_NOTES, production.find_desk_notes, 0.03),
    Detector(Doubt.NUMBERS_BETWEEN, production.find_numbers_between, 0.03),
    Detector(Doubt.ADDRESSES_IN_TEXT, production.find_addresses, 0.1),
    Detector(Doubt.CHARACTERS_AS_CODES, signs.find_codes, 0.0),
    Detector(Doubt.SIGNS_IN_WORDS, signs.find_signs_in_words, 0.07),
    Detector(Doubt.WORDS_UNLIKELY, words.find_unlikely_words, 0.21),
    Detector(Doubt.NUMBERS_DAMAGED, signs.find_numbers_damaged, 0.0),
    Detector(Doubt.NUMBERS_DAMAGED, odd_marks.find_foreign_digits, 0.0),
    Detector(Doubt.NUMBERS_BETWEEN, odd_marks.find_bars, 0.0),
    Detector(Doubt.WORDS_UNLIKELY, odd_marks.find_misread_capitals, 0.0),
    Detector(Doubt.WORDS_UNLIKELY, odd_marks.find_latin_paragraphs, 0.0),
    Detector(Doubt.TITLE_DAMAGED, odd_marks.find_data_as_title, 0.0),
    Detector(Doubt.NUMBERS_BETWEEN, odd_marks.find_line_numbers, 0.0),
    Detector(Doubt.SPACES_BEFORE_MARKS, signs.find_spaces_before_marks, 0.0),
    Detector(Doubt.PHRASE_REPEATED, between.find_phrases, 0.31),
    Detector(Doubt.ADS_IN_TEXT, between.find_ads, 0.0),
    Detector(Doubt.MAIL_FOOTERS, between.find_mail_footers, 0.0),
    Detector(Doubt.EXCERPT_ONLY, between.find_excerpt, 0.07),
    Detector(Doubt.SCRIPTS_MIXED, letters.find_mixed_scripts, 0.0),
    Detector(Doubt.DIGITS_IN_WORDS, letters.find_digits_in_words, 0.0),
    Detector(Doubt.LETTERS_REPEATED, letters.find_letters_repeated, 0.0),
    Detector(Doubt.SPACES_DAMAGED, letters.find_spaces_damaged, 0.1),
    Detector(Doubt.CASE_LOST, letters.find_case_lost, 0.0),
    Detector(Doubt.MARKS_LOST, letters.find_marks_lost, 0.03),
    Detector(Doubt.HYPHENS_LEFT, letters.find_hyphens_left, 0.0),
    Detector(Doubt.TEXT_REPEATED, repeats.find_repeats, 0.27),
    Detector(Doubt.COMMENTS_IN_TEXT, repeats.find_comments, 0.0),
    Detector(Doubt.PARAGRAPHS_CUT, repeats.find_cut_paragraphs, 0.1),
    Detector(Doubt.PARAGRAPHS_ALIKE, repeats.find_forms, 0.1),
    Detector(Doubt.TITLE_DAMAGED, declared.find_title_damage, 0.14),
    Detector(Doubt.TITLE_DAMAGED, headlines.find_odd_headline, 0.0),
    Detector(Doubt.TITLE_CUT_OFF, declared.find_title_cut, 0.03),
    Detector(Doubt.AUTHOR_DAMAGED, declared.find_author_damage, 0.0),
    Detector(Doubt.AUTHOR_DAMAGED, bylines.find_no_name, 0.0),
    Detector(Doubt.PUBLISHER_DAMAGED, declared.find_publisher_damage, 0.03),
    Detector(Doubt.PUBLISHER_DAMAGED, odd_marks.find_server_as_publisher, 0.0),
    Detector(Doubt.DATE_DECLARED_INVALID, declared.find_date_invalid, 0.03),
    Detector(Doubt.CONSENT_WALL, notices.find_consent_wall, 0.0),
    Detector(Doubt.ACCESS_REFUSED, notices.find_refusal, 0.0),
    Detector(Doubt.STORY_GONE, notices.find_story_gone, 0.0),
    Detector(Doubt.MACHINE_REPLY, notices.find_machine_frame, 0.0),
    Detector(Doubt.REST_FOR_PAYERS, notices.find_pay_line, 0.0),
    Detector(Doubt.SPONSORED, notices.find_sponsored, 0.03),
)

# the repairs of fields, each with what finds it
LEFT_OUT: Mapping[str, Callable[[Story], Evidence | None]] = {
    AUTHOR_LEFT_OUT: declared.find_author_left_out,
    ADDRESS_LEFT_OUT: declared.find_root_address,
    PUBLISHER_LEFT_OUT: declared.find_publisher_left_out,
}


def find_left_out(story: Story) -> list[str]:
    """The repairs of a story's fields: values that the page declares and that were left out."""
    return [name for name, find in LEFT_OUT.items() if find(story)]


def find_damage(stories: Sequence[Story]) -> Iterator[dict[Doubt, Evidence]]:
    """The damage to each of the stories, each kind with what shows it.

    One kind after the other is sought in some stories at once: its code and tables stay in the processor's cache, which
    saves a quarter of the time.
    """
    for start in range(0, len(stories), _STORIES_AT_ONCE):
        some = stories[start : start + _STORIES_AT_ONCE]
        found: list[dict[Doubt, Evidence]] = [{} for _ in some]
        for detector in DETECTORS:
            for story, damage in zip(some, found, strict=True):
                evidence = detector.find(story)
                if evidence and not (detector.doubt in _PART_OF_PROGRAMS and story.is_about_programs):
                    damage[detector.doubt] = evidence
        yield from found
