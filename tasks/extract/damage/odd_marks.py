"""Marks and numbers that a text of its language has nowhere: digits of other scripts, bars as commas, line numbers."""

import re
from itertools import pairwise

from tasks.extract.damage.evidence import SAMPLE_CHARS, Evidence, Story, excerpt
from tasks.extract.damage.literals import sought

_DIGIT = re.compile("[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59]")
_OWN_DIGITS = frozenset(
    "de en fr es pt it nl pl cs sk sv da no fi hu tr ro hr sl lt lv et is el ru uk bg sr ja zh ko".split()
)
_DIGITS_MIN = 4  # one or two may be quoted
_BAR = re.compile(r"(?<=[^\W\d_]) \| [^\W\d_]|(?<=[,”»\"]) \| [^\W\d_]")
_BARS = sought(" | ")
_BARS_MIN, _BARRED_SHARE, _SENTENCE_CHARS = 5, 0.5, 90  # of the long paragraphs; lines of links are short
_NUMBERED = re.compile(r"(\d{2,4}) \D")
_NUMBERED_MIN, _NUMBERED_SHARE = 4, 0.6  # of the paragraphs
_MISREAD = re.compile(r"(?<=[a-zß-öø-ÿ])I(?!n\b|nnen)(?=[a-zß-öø-ÿI])")  # but SchülerInnen
_MISREAD_MIN, _MISREAD_SHARE = 4, 0.01  # of the words
_OTHER_SCRIPTS = frozenset("ja zh yue ko ru uk bg sr mk be el ar fa he hi bn th ka hy".split())
_LATIN_MIN, _LATIN_SHARE = 2, 0.25  # of the paragraphs
_OBJECT = re.compile(r"[{\[]\s*[\"'“”{]\w*[\"'“”]?\s*[:,]")
_FIRST = 3  # paragraphs, of which one has a number if most have
# or of a language, or a kind of page
_SERVER = re.compile(
    r"[a-z]{2}_[A-Z]{2}|[Ww]ebsite|[Aa]rticle|NewsArticle|summary(?:_large_image)?|[a-z]+(?:-[a-z\d]+)+-\d{1,3}|(?:\d{1,3}\.){3}\d{1,3}|localhost(?::\d+)?|[\w.-]+:\d{2,5}"
)


def find_foreign_digits(story: Story) -> Evidence | None:
    """Digits of another script than the text's."""
    if story.language not in _OWN_DIGITS or not _DIGIT.search(story.chars_beyond_ascii):
        return None
    digits = [match.start() for match in _DIGIT.finditer(story.text)]
    return story.at(digits[0]) if len(digits) >= _DIGITS_MIN else None


def find_bars(story: Story) -> Evidence | None:
    """Bars between the words of sentences, in place of commas."""
    if story.count(_BARS) < _BARS_MIN:
        return None
    long_ones = [n for n, one in enumerate(story.paragraphs) if len(one) >= _SENTENCE_CHARS and one[-1].isascii()]
    barred = [n for n in long_ones if " | " in story.paragraphs[n] and _BAR.search(story.paragraphs[n])]
    if len(barred) < max(_BARS_MIN - 1, _BARRED_SHARE * len(long_ones)):
        return None
    return Evidence(barred[0], excerpt(story.paragraphs[barred[0]], story.paragraphs[barred[0]].find("|")))


def find_line_numbers(story: Story) -> Evidence | None:
    """Numbers of lines before the paragraphs, which count in other steps than one or have zeros in front."""
    if not any(map(str.isdigit, [one[:1] for one in story.paragraphs[:_FIRST]])):  # so in nearly all texts
        return None
    heads = [one[:6] for one in story.paragraphs if one[:1].isdigit()]
    if len(heads) < max(_NUMBERED_MIN, _NUMBERED_SHARE * len(story.paragraphs)):
        return None
    numbers = [match[1] for one in heads if (match := _NUMBERED.match(one))]
    steps = {int(after) - int(before) for before, after in pairwise(numbers)}
    is_counted = len(numbers) >= _NUMBERED_MIN and min(steps) > 0
    if is_counted and (any(one.startswith("0") for one in numbers) or (len(steps) == 1 and steps != {1})):
        return story.at(story.text.find(heads[0]))
    return None


def find_misread_capitals(story: Story) -> Evidence | None:
    """The capital I in place of a small l, as after bad recognition of a scanned page."""
    if story.capitals_after_small < _MISREAD_MIN or not _MISREAD.search(story.text[:SAMPLE_CHARS]):
        return None
    words = [word for word in story.tokens if "I" in word and _MISREAD.search(word)]
    is_often = len(set(words)) >= _MISREAD_MIN and len(words) >= _MISREAD_SHARE * story.word_count
    return story.at(story.text.find(words[0])) if is_often else None


def find_latin_paragraphs(story: Story) -> Evidence | None:
    """Paragraphs of plain Latin letters in a text of another script."""
    if story.language not in _OTHER_SCRIPTS:
        return None
    own = [n for n, one in enumerate(story.paragraphs) if one.isascii() and len(one) >= _SENTENCE_CHARS]
    is_mixed = len(own) >= max(_LATIN_MIN, _LATIN_SHARE * len(story.paragraphs))
    return Evidence(own[0], excerpt(story.paragraphs[own[0]])) if is_mixed else None


def find_data_as_title(story: Story) -> Evidence | None:
    """A headline that is still an object of JSON."""
    return Evidence(None, excerpt(story.title)) if story.title[:1] in "{[" and _OBJECT.match(story.title) else None


def find_server_as_publisher(story: Story) -> Evidence | None:
    """A publisher that is the name of a server."""
    name = story.publisher
    return Evidence(None, excerpt(name)) if name and _SERVER.fullmatch(name) else None
