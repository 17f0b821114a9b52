"""Damage to letters, spaces and marks: mixed scripts, OCR, lost spaces, lost accents, capitals."""

import re
from collections import Counter

import numpy as np

from tasks.extract.damage.evidence import SAMPLE_CHARS, Evidence, Story
from tasks.extract.damage.literals import sought
from tasks.text.escapes import divided_words

_LATIN, _CYRILLIC, _GREEK = "A-Za-zÀ-ɏ", "Ѐ-ӿ", "Ͱ-Ͽ"
_BESIDE = re.compile(
    f"[{_LATIN}][{_CYRILLIC}{_GREEK}]|[{_CYRILLIC}{_GREEK}][{_LATIN}]|[{_CYRILLIC}][{_GREEK}]|[{_GREEK}][{_CYRILLIC}]"
)
_GREEK_OR_CYRILLIC = re.compile(f"[{_CYRILLIC}{_GREEK}]")
_SYMBOLS = "ΔΣΠΩμ"  # before the name of a quantity, and like no Latin letter
_MIXED_WORD = re.compile(r"[^\W\d_]+")
_MIXED_MIN, _MIXED_SHARE = 3, 0.003  # of the words; units (µm), symbols (Δx) and names are fewer
# letters of mathematics, in circles, squares and small capitals, which stand for plain ones
_STYLED = re.compile("[\U0001d400-\U0001d7ff\U0001f130-\U0001f189Ⓐ-ⓩᴀ-ᴢ]")
_WIDE = re.compile("[Ａ-Ｚａ-ｚ]")  # as wide as East Asian characters
_WIDE_LANGUAGES = frozenset("ja zh yue ko".split())
_STYLED_MIN = 10
_ACCENT_SIGNS = "´ˆ¨¸"  # and the ASCII one
_LOOSE_ACCENT = re.compile("[´`ˆ¨¸][A-Za-z]|[A-Za-z][´ˆ¨¸]")  # an accent beside its letter
_LOOSE_MIN, _LOOSE_KINDS_MIN = 5, 2  # a single kind may stand for quotation marks or apostrophes
_TRIPLE = re.compile(r"([^\W\d_])\1\1", re.I)
_TRIPLES_MIN, _TRIPLE_SHARE = 6, 0.03  # of the words
_DIGIT_IN_WORD = re.compile(r"(?<![\w.@/-])[^\W\d_]*[a-zß-öø-ÿа-я][01]+[a-zß-öø-ÿа-я][^\W_]*+(?![\w@/]|\.\w)")
_DIGIT_WORDS_MIN, _DIGIT_WORDS_SHARE = 4, 0.005
_NOTED = re.compile(r"[^\W\d_]*[a-zß-öø-ÿа-я]{3}[.,]?\d{1,3}")  # with the number of a footnote
_NOTED_MIN, _NOTED_SHARE = 8, 0.02
_SPACED_OUT = re.compile(r"(?<!\S)(?:[A-Za-zÀ-ɏͰ-ϿЀ-ӿ] ){5,}[A-Za-zÀ-ɏͰ-ϿЀ-ӿ](?!\S)")
_EVERY_OTHER = " " * 5  # the spaces between such letters: every second character
_APART_CHARS = 5.7  # per word and space, at most, of a text with so many letters apart; other texts have about 6
_LONE_LETTERS_SHARE = 0.15  # of the words of a text with as many letters apart
_SPACED_OUT_MIN = 5  # a few are emphasis
# a sentence or a clause that starts without a space; names of files and hosts go on in small letters after a full stop
_JOINED = re.compile(
    r"(?<=[a-zß-öø-ÿа-яё])(?:[.!?](?=[A-ZÀ-ÞА-Я][a-zß-öø-ÿа-яё]+ )|[,;](?=[A-ZÀ-ÞА-Я]?[a-zß-öø-ÿа-яё]{2,}[ ,.]))"
)
_JOINED_MIN, _JOINED_SHARE = 5, 0.01
# a word that goes on with a capital, as where the space before a name was lost; German writes of SchülerInnen
_HUMP = re.compile(r"(?<![@#\w])[^\W\d_]*[a-zß-öø-ÿ](?!Innen|In\b)[A-ZÀ-Þ][a-zß-öø-ÿ]{2}[^\W\d_]*+")
_INNER_CAPITAL = re.compile(r"(?<=[a-zß-öø-ÿ])[A-ZÀ-Þ](?=[a-zß-öø-ÿ]{2})")  # in each of them, and found faster
_HUMPS_MIN, _HUMPS_SHARE = 4, 0.019  # different words, and of all words; names of firms and programs are fewer
_HUMPS_DIFFERENT = 0.75  # of them; names recur
_HUMPED = frozenset("de en fr es pt it nl pl cs sk sv da no fi hu ro ru".split())  # isiXhosa writes iYunivesithi
_INNER_CYRILLIC = re.compile("(?<=[а-яё])[А-ЯЁ](?=[а-яё])")
_CYRILLIC_LANGUAGES, _INNER_SHARE = ("ru", "uk", "bg"), 0.03  # of the words
_CASED_CHARS_MIN = 200
_CAPITALS_SHARE = 0.6  # of the characters of the text, in paragraphs without a small letter
_HEADING_WORDS = 12  # a shorter paragraph in capitals is a heading
_PLAIN_LETTERS_MIN = 800  # in so many letters of these languages there is an accent or another special letter
_ACCENTED = frozenset("de fr es pt pl cs sk sv da no fi hu tr ro hr sl lt lv et is sq az vi ca".split())
_SPECIAL = re.compile(r"[^\W\d_A-Za-z]")
_END = re.compile(r"[.!?…。।؟]")
_END_WORDS = 150  # in so many words there is an end of a sentence
# the first letter of a paragraph apart from its word; words of one letter are vowels and some of these not
_APART_CAPITAL = sought(*(f"\n{letter} " for letter in "BCDFGHJLMNPQRT"))
_APART_ANYWHERE = sought(*_APART_CAPITAL, "\nW ", "\nS ", "\nK ", "\nV ")  # where these are not words
_APART = {
    **dict.fromkeys("pl cs sk ru uk bg sr hr sl bs mk be".split(), _APART_CAPITAL),
    **dict.fromkeys("en de nl".split(), sought(*_APART_ANYWHERE, "\nE ", "\nO ", "\nU ", "\nY ")),
}
_APART_CAPITALS_MIN, _APART_CAPITALS_SHARE = 2, 0.2  # of the paragraphs
_DIVIDED = sought("- ")
_DIVIDED_MIN, _DIVIDED_SHARE = 4, 0.01


def find_mixed_scripts(story: Story) -> Evidence | None:
    """Words with letters of two scripts that look alike, or plain letters in another guise."""
    text, chars = story.text, story.chars_beyond_ascii
    if not chars:
        return None
    kinds = bool(story.count_of("`")) + sum([sign in chars for sign in _ACCENT_SIGNS])
    loose = _LOOSE_ACCENT.findall(text) if kinds >= _LOOSE_KINDS_MIN else []
    if len(loose) >= _LOOSE_MIN:
        return story.at(text.find(loose[0]))
    if _GREEK_OR_CYRILLIC.search(chars) and _BESIDE.search(text):
        words = Counter(_MIXED_WORD.findall(text))
        mixed = [word for word in words if len(word) > 2 and _is_mixed(word.lstrip(_SYMBOLS))]
        if sum(words[word] for word in mixed) >= max(_MIXED_MIN, _MIXED_SHARE * story.word_count):
            return story.at(text.find(mixed[0]))
    for styled in (_STYLED,) if story.language in _WIDE_LANGUAGES else (_STYLED, _WIDE):
        found = list(styled.finditer(text)) if styled.search(chars) else []
        if len(found) >= _STYLED_MIN:
            return story.at(found[0].start())
    return None


def _is_mixed(word: str) -> bool:
    """Whether a word has letters of two scripts; a first capital alone is the key of another keyboard."""
    return bool(_BESIDE.search(word[1:] if word[:1].isupper() else word))


def find_letters_repeated(story: Story) -> Evidence | None:
    """Letters that are printed three times in many words."""
    same = story.codes[1:] == story.codes[:-1]
    if np.count_nonzero(same[1:] & same[:-1]) < max(_TRIPLES_MIN, _TRIPLE_SHARE * story.word_count):
        return None
    matches = list(_TRIPLE.finditer(story.text))
    is_often = len(matches) >= max(_TRIPLES_MIN, _TRIPLE_SHARE * story.word_count)
    return story.at(matches[0].start()) if is_often else None


def find_digits_in_words(story: Story) -> Evidence | None:
    """Digits in place of letters, as after bad recognition of a scanned page, or of footnotes, at the ends of words."""
    if story.digits_after_letters < max(_DIGIT_WORDS_MIN, _DIGIT_WORDS_SHARE * story.word_count):
        return None
    noted = [word for word in story.tokens if word[-1].isdigit() and _NOTED.fullmatch(word)]
    if len(noted) >= max(_NOTED_MIN, _NOTED_SHARE * story.word_count):
        return story.at(story.text.find(noted[0]))
    words = [word for word in story.tokens if ("0" in word or "1" in word) and _DIGIT_IN_WORD.search(word)]
    if len(set(words)) >= _DIGIT_WORDS_MIN and len(words) >= _DIGIT_WORDS_SHARE * story.word_count:
        return story.at(story.text.find(words[0]))
    return None


def find_spaces_damaged(story: Story) -> Evidence | None:
    """Words that stick together, or whose letters stand apart."""
    evidence = story.odd_word("spaces")
    if evidence:
        return evidence
    apart = _APART.get(story.language or "", _APART_ANYWHERE)
    if story.count(apart) >= max(_APART_CAPITALS_MIN, _APART_CAPITALS_SHARE * len(story.paragraphs)):
        return story.at(min(place for start in apart if (place := story.text.find(start)) >= 0) + 1)
    # quick where few signs stand before a letter, and where no letters stand apart
    least_joined = max(_JOINED_MIN, _JOINED_SHARE * story.word_count)
    if story.marks_before_letters >= least_joined:
        matches = list(_JOINED.finditer(story.text))
        if len(matches) >= least_joined:
            return story.at(matches[0].start())
    evidence = _find_humps(story) if story.capitals_after_small >= _HUMPS_MIN and story.language in _HUMPED else None
    if evidence:
        return evidence
    if story.language in _CYRILLIC_LANGUAGES:
        inner = list(_INNER_CYRILLIC.finditer(story.text[:SAMPLE_CHARS]))
        if len(inner) >= max(_HUMPS_MIN, _INNER_SHARE * len(story.sample)):
            return story.at(inner[0].start())
    if len(story.text) > _APART_CHARS * len(story.tokens):
        return None
    if not any(_EVERY_OTHER in story.text[start::2] for start in (0, 1)):
        return None
    if list(map(len, story.tokens)).count(1) < _LONE_LETTERS_SHARE * len(story.tokens):
        return None
    matches = list(_SPACED_OUT.finditer(story.text))
    return story.at(matches[0].start()) if len(matches) >= _SPACED_OUT_MIN else None


def _find_humps(story: Story) -> Evidence | None:
    """Words that go on with a capital, most of them once."""
    head, least = story.text[:SAMPLE_CHARS], max(_HUMPS_MIN, _HUMPS_SHARE * len(story.sample))
    if story.capitals_after_small < least or len(_INNER_CAPITAL.findall(head)) < least:
        return None
    humps = _HUMP.findall(head)
    is_odd = len(set(humps)) >= max(least, _HUMPS_DIFFERENT * len(humps))
    return story.at(head.find(humps[0])) if is_odd else None


def find_case_lost(story: Story) -> Evidence | None:
    """A text in capitals, or one without any."""
    text = story.text
    if len(text) < _CASED_CHARS_MIN:
        return None
    # these tests stop at the first letter of the other case; nearly all texts end here
    small = [n for n, one in enumerate(story.paragraphs) if one.islower()]
    loud = [n for n, one in enumerate(story.paragraphs) if one.isupper() and one.count(" ") >= _HEADING_WORDS]
    if not (small or loud):
        return None
    # a summary above the text may have kept its capitals; lines of a poem are short
    small_chars = sum(len(story.paragraphs[n]) for n in small if story.paragraphs[n].count(" ") >= _HEADING_WORDS)
    if small_chars >= max(2 * _CASED_CHARS_MIN, _CAPITALS_SHARE * len(text)) or (
        text.islower() and sum(map(str.islower, text)) >= max(2 * _CASED_CHARS_MIN, len(text) / 2)
    ):
        return Evidence(small[0], story.paragraphs[small[0]][:80])
    loud_chars = sum(len(story.paragraphs[n]) for n in loud)
    if loud_chars >= _CAPITALS_SHARE * len(text) and sum(map(str.isupper, text)) >= _CAPITALS_SHARE * loud_chars:
        return Evidence(loud[0], story.paragraphs[loud[0]][:80])
    return None


def find_marks_lost(story: Story) -> Evidence | None:
    """A text without the accents or apostrophes of its language, or without any full stop."""
    evidence = story.odd_word("marks")
    if evidence:
        return evidence
    if not story.paragraphs or not 4 <= len(story.text) / max(story.word_count, 1) <= 14:
        return None
    if story.language in _ACCENTED and len(story.text) >= _PLAIN_LETTERS_MIN and not _SPECIAL.search(story.text):
        return Evidence(0, story.paragraphs[0][:80])
    if story.word_count >= _END_WORDS and story.language != "th" and not _END.search(story.text):
        return Evidence(0, story.paragraphs[0][:80])
    return None


def find_hyphens_left(story: Story) -> Evidence | None:
    """Words that are still divided as at the ends of printed lines."""
    least = max(_DIVIDED_MIN, _DIVIDED_SHARE * story.word_count)
    if story.count(_DIVIDED) < least:
        return None
    matches = divided_words(story.text)
    if len(matches) >= least:
        return story.at(matches[0].start())
    return None
