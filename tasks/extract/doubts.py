"""Doubts about a finished row, for a second look by a reader: each is a flag of the row, never a deletion."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import ne
from typing import Any, NamedTuple

from resiliparse.parse.lang import detect_fast

from tasks.extract.fields.address import host, site_of_host
from tasks.extract.page import Page
from tasks.text.language import MAX_SURE_DISTANCE, base_language, detect_exactly
from tasks.text.scripts import COMPARED_LETTERS, char_class
from tasks.vocabulary import Doubt

# the end of a complete text: a full stop of any script, a closing quote or bracket, or an ellipsis
_CLOSED = re.compile(r"[.!?…。！？।؟۔”“\"'’»«›)\]】」』:*—–-]\s*$")
_MAX_MOJIBAKE = 3  # signs that an undamaged text may contain, e.g. one about encodings
_OPEN_END_WORDS = 8  # a shorter last line is a signature or a heading, not a truncated sentence
_TITLE_WORD = re.compile(r"[^\W\d_]{4,}")
_TITLE_WORDS_MIN = 4  # fewer content words may all be puns
# so few for 0.4 % of the true pairs in two corpora, and for half of the headlines with another text of the site
_RELATED_SHARE = 0.25
_STEM_CHARS = 5  # inflection changes the ends of words
# letters without usable words: scripts without spaces; Korean, where particles are attached to words
_DENSE = re.compile(f"[{char_class(COMPARED_LETTERS)}\uac00-\ud7af]")
_DENSE_RUN = re.compile(_DENSE.pattern + "{2,60}")
# of the pairs of characters of a headline, as good as all: of 256 true headlines 85 % have as many, of others 1 %
_TITLE_PAIRS_MIN, _TITLE_PAIRS_FOUND = 5, 0.4
_BODY_DOUBTFUL = 0.5  # body_confidence; below, the text more likely has wrong lines than not
_STORY_DOUBTFUL = 0.8  # story_probability; below, more than one such page in five is not a story
_AT_ONCE = timedelta(seconds=5)  # no crawler is that fast, but a page that prints the clock as its date
_CHUNK_CHARS, _CHUNKS = 500, 4
_LIKELY_DISTANCE = 350  # a sample that the exact detector finds in the same language is
# of each of four samples: hardly a real text in these languages is as far, and nine texts in random case of ten
_UNLIKE_DISTANCE = 420
_WELL_KNOWN = frozenset("en de fr es it pt nl pl ru uk cs sk sv da no fi hu tr ro".split())
# words that end no sentence, and pairs of words that are adjacent in none: a test of order, not of meaning
_NEVER_LAST = {
    "en": "the|a|an|of|and|or|our|their|its|than|from the",
    "de": "der|dem|den|des|und|oder|eine|einem|einen|einer|im|vom|zum|zur|dass|in|von|für|seit",
    "fr": "le|la|les|des|du|de|un|une|et|ou|aux|au|que|dans|par",
    "es": "el|los|las|de|del|y|un|una|que|en|con|por|al",
    "it": "il|lo|gli|di|del|della|dei|e|un|una|che|nel|nella|con|per|al|alla",
    "pt": "o|os|as|de|do|da|dos|das|e|um|uma|que|em|no|na|com|por|ao",
    "nl": "de|het|een|en|of|dat|met|van|voor de|te",
}
_NEVER_ADJACENT = {
    "en": "(?:the|a|an) (?:the|a|an|of|and|or|in|to|for|with|from|at|by)|(?:of|from|with) (?:of|and|or|for)",
    "de": (
        "(?:dem|den|des|einem|einen|eines|im|zum|zur|vom) "
        "(?:und|oder|ist|sind|wird|war|dass|nicht|der|die|im|zum)|"
        "(?:in|mit|für|von|seit|und|oder) (?:und|oder|ist|sind|dass)|"
        "(?:nach|seit|gegen|von|mit|bei|aus|für|ohne|über|um) "
        "(?:von|mit|bei|aus|für|seit|gegen|in|im|auf|an|am|zum|zur)"
    ),
    "fr": (
        "(?:le|la|les|du|au|aux|un|une) (?:le|les|la|un|une|du|et|ou|que|est|dans|par|au)|"
        "(?:et|de|dans|par) (?:et|ou|est)"
    ),
    "es": "(?:el|los|las|del|al|un|una) (?:el|la|los|las|del|y|o|es|por|en)|(?:de|en|con|por) (?:de|y|o|es)",
    "it": "(?:il|lo|gli|del|della|nel|nella|un|una) (?:il|la|le|gli|del|della|e|o|che|nel)|(?:di|con|per) (?:e|o|di)",
    "pt": "(?:os|do|da|dos|das|ao|um|uma) (?:o|os|do|da|dos|e|ou|em|no|na)|(?:de|com|por) (?:e|ou|de)",
    "nl": "(?:de|het|een) (?:de|het|een|en|of|van|dat|met|voor)|(?:van|met|voor) (?:en|of|van)",
}
# starts with a space because re finds that three times as fast as the start of a word
_WRONG_ORDER = {
    code: re.compile(rf" (?:(?:{_NEVER_LAST[code]})[.!?](?=\s|$)|(?:{_NEVER_ADJACENT[code]})\b(?! [a-z]+-))")
    for code in _NEVER_LAST
}
_LOW_STARTS_MIN, _LOW_STARTS_SHARE = 6, 0.5  # of the sentences; abbreviations before small letters are fewer
_AFTER_STOP = re.compile(
    r"(?<![^\W\d_])[^\W\d_A-ZÀ-ÞА-Я][^\W\d_]{4,}\. ([^\W\d_])"
)  # a shorter word may be an abbreviation
_SHORT_WORDS = frozenset("en de fr es it pt nl sv da no".split())
_SHORT_WORDS_MIN, _SHORT_WORD_CHARS, _SHORT_WORDS_SHARE = 60, 3, 0.1  # of the words; texts have a third, tables fewer
_LONG_WORD_CHARS = 6.2  # with the space, on average: of a text with so few short words
# the first label of a host where pages are made or tried out before they are published
_TEST_HOST = re.compile(r"(?:staging|stage|stg|dev|test|preview|preprod|uat|qa|cms|origin)(?:-?\d)?[.-]", re.I)
_FIRST_CHARS = 1_000  # of a text, in which its words are judged
_STUTTER_SHARE = 0.1  # of these words are the same as the one before
# this matches 2 to 4 times per 100 words of prose in shuffled order, less than 0.2 times in edited text
_ORDER_CHARS = 4_000  # of a text: as sure as all of it
_DISORDER_PER_100_WORDS, _DISORDER_MIN = 0.8, 3
_REPLACED = re.compile(r"(?<![\w/=.?&])[^\W\d_]+\?[^\W\d_]+(?![\w/=&])")


def find_doubts(page: Page, row: Mapping[str, Any], paragraphs: Sequence[str]) -> list[str]:
    """The flags of a candidate row.

    Args:
        page: The page the row was extracted from.
        row: The row with title, title_found_share, text, word_count, language, mojibake_count, published_at and
            fetched_at.
        paragraphs: The paragraphs of the text.
    """
    text, language = row["text"], row["language"]
    doubts = _doubts_of_document(page.document, paragraphs)
    if Doubt.BODY_DOUBTFUL not in doubts and _is_standfirst_only(page):
        doubts.append(Doubt.BODY_DOUBTFUL)
    if row["mojibake_count"] > _MAX_MOJIBAKE:
        doubts.append(Doubt.ENCODING_DAMAGE)
    if not row["title"]:
        doubts.append(Doubt.TITLE_MISSING)
    elif row["title_found_share"] is not None and row["title_found_share"] <= _RELATED_SHARE:
        doubts.append(Doubt.TITLE_NOT_IN_TEXT)
    if is_disordered(text, language, row["word_count"]):
        doubts.append(Doubt.WORDS_OUT_OF_ORDER)
    declared = base_language(page.declared_language())
    if declared and language and declared != language:
        doubts.append(Doubt.LANGUAGE_NOT_AS_DECLARED)
    samples = language_samples(text)
    if is_mixed(samples, language):
        doubts.append(Doubt.LANGUAGE_MIXED)
    if is_unlike(samples, language):
        doubts.append(Doubt.LETTERS_UNUSUAL)
    if _is_of_another_site(page, page.document["url"]):
        doubts.append(Doubt.PAGE_OF_ANOTHER_SITE)
    if is_at_once(row["published_at"], row["fetched_at"]):
        doubts.append(Doubt.PUBLISHED_WHEN_FETCHED)
    return [doubt.value for doubt in doubts]


def _is_standfirst_only(page: Page) -> bool:
    """Whether nothing but the summary above the story was kept: the story itself was not found."""
    labels = {line.label for line in page.kept}
    return labels == {"standfirst"}


def _doubts_of_document(document: Mapping[str, Any], paragraphs: Sequence[str]) -> list[Doubt]:
    """Doubts left by clean: about the kind of the page, its lines and its characters."""
    doubts: list[Doubt] = []
    if document["story_probability"] < _STORY_DOUBTFUL:
        doubts.append(Doubt.STORY_DOUBTFUL)
    if document["body_confidence"] < _BODY_DOUBTFUL:
        doubts.append(Doubt.BODY_DOUBTFUL)
    if document["kind"] == "stub":
        doubts.append(Doubt.TEXT_CUT_OFF)
    elif ends_open(paragraphs):
        doubts.append(Doubt.TEXT_ENDS_OPEN)
    if document["damaged_char_count"]:
        doubts.append(Doubt.UNDECODABLE_CHARACTERS)
    if "mojibake" in document["repairs"]:
        doubts.append(Doubt.MOJIBAKE_REPAIRED)
    return doubts


def is_doubtful(page: Page) -> bool:
    """Whether it is doubtful both that the page holds a story and which lines it is."""
    is_story_doubtful = page.document["story_probability"] < _STORY_DOUBTFUL
    return is_story_doubtful and (page.document["body_confidence"] < _BODY_DOUBTFUL or _is_standfirst_only(page))


def ends_open(paragraphs: Sequence[str]) -> bool:
    """Whether the last paragraph ends in the middle of a sentence."""
    last = paragraphs[-1] if paragraphs else ""
    return len(last.split()) >= _OPEN_END_WORDS and not _CLOSED.search(last[-40:]) and not _DENSE.search(last)


def title_found_share(title: str, text: str) -> float | None:
    """The share of the stems of a headline's content words that are in the text; None if there are too few of them.

    Without spaces between words it is the share of the pairs of characters, of which a true headline has fewer.
    """
    if _DENSE.search(title):
        return _pairs_found_share(title, text)
    stems = {word[:_STEM_CHARS] for word in _TITLE_WORD.findall(title.casefold())}
    if len(stems) < _TITLE_WORDS_MIN:
        return None
    plain = text.casefold()
    return sum(stem in plain for stem in stems) / len(stems)


def _pairs_found_share(title: str, text: str) -> float | None:
    pairs = {run[start : start + 2] for run in _DENSE_RUN.findall(title) for start in range(len(run) - 1)}
    if len(pairs) < _TITLE_PAIRS_MIN:
        return None
    return min(sum(pair in text for pair in pairs) / len(pairs) / _TITLE_PAIRS_FOUND, 1.0)


def is_disordered(text: str, language: str | None, words: int) -> bool:
    """Whether the order of words is that of no sentence: by form, and by impossible pairs of languages with a table."""
    first = text[:_FIRST_CHARS].split()
    if has_low_starts(text) or is_stuttering(first) or has_no_short_words(first, language):
        return True
    pattern = _WRONG_ORDER.get(language or "")
    if pattern is None or not words:
        return False
    if len(text) > _ORDER_CHARS:
        words = max(words * _ORDER_CHARS // len(text), 1)  # none of them if one word is a hundred times as long
    hits = len(pattern.findall(text[:_ORDER_CHARS].lower()))  # half the cost of a pattern that ignores case
    return hits >= _DISORDER_MIN and hits * 100 / words >= _DISORDER_PER_100_WORDS


def has_low_starts(text: str) -> bool:
    """Whether half of the sentences start with a small letter, as when words are shuffled, in a text with capitals."""
    starts = text[:_ORDER_CHARS].split(". ")[1:]
    if len(starts) < _LOW_STARTS_MIN:
        return False
    if sum(start[:1].islower() for start in starts) < max(_LOW_STARTS_MIN, _LOW_STARTS_SHARE * len(starts)):
        return False
    firsts = _AFTER_STOP.findall(text[:_ORDER_CHARS])
    return sum(map(str.islower, firsts)) >= max(_LOW_STARTS_MIN, _LOW_STARTS_SHARE * len(firsts)) and not text.islower()


def has_no_short_words(words: Sequence[str], language: str | None) -> bool:
    """Whether the articles and prepositions are missing, of which these languages have many."""
    if language not in _SHORT_WORDS or not _SHORT_WORDS_MIN <= len(words) <= _FIRST_CHARS / _LONG_WORD_CHARS:
        return False
    return sum(map(_SHORT_WORD_CHARS.__ge__, map(len, words))) < _SHORT_WORDS_SHARE * len(words)


def is_stuttering(words: Sequence[str]) -> bool:
    """Whether many words are printed twice in succession."""
    changes: int = sum(map(ne, words, words[1:]))
    return len(words) - 1 - changes > max(_STUTTER_SHARE * len(words), _LOW_STARTS_MIN)


class LanguageSample(NamedTuple):
    """A part of a text with the language that it is most like, and how far it is from it."""

    text: str
    language: str | None
    distance: int


def language_samples(text: str) -> list[LanguageSample]:
    """Four parts of a text, spread over it; none of a short one."""
    if len(text) < 2 * _CHUNK_CHARS:
        return []
    step = (len(text) - _CHUNK_CHARS) // (_CHUNKS - 1)
    samples = []
    for start in range(0, step * _CHUNKS, max(step, 1)):
        chunk = text[start : start + _CHUNK_CHARS]
        code, distance = detect_fast(chunk)
        samples.append(LanguageSample(chunk, base_language(code) if code != "unknown" else None, distance))
    return samples


def is_mixed(samples: Sequence[LanguageSample], language: str | None) -> bool:
    """Whether part of a text is clearly in another language than the whole."""
    for chunk, other, distance in samples:
        if language is None or not other or other == language:
            continue
        if distance <= MAX_SURE_DISTANCE or (distance <= _LIKELY_DISTANCE and detect_exactly(chunk) == other):
            return True
    return False


def is_unlike(samples: Sequence[LanguageSample], language: str | None) -> bool:
    """Whether hardly any part of a text is like its language: letters are lost, in random case, or others."""
    distances = [sample.distance for sample in samples]
    return language in _WELL_KNOWN and bool(distances) and min(distances) > _UNLIKE_DISTANCE


def is_at_once(published: datetime | None, fetched: datetime | None) -> bool:
    """Whether the date of publication is the moment of the fetch."""
    return published is not None and fetched is not None and abs(fetched - published) <= _AT_ONCE


def _is_of_another_site(page: Page, url: str | None) -> bool:
    """Whether the page declares an address on another site than the one it was fetched from, or on a host for tests."""
    own = host(url)
    fetched = site_of_host(own)
    if not fetched:
        return False
    addresses = [*page.links("canonical"), *(value for _, value in page.meta("og:url"))]
    declared = {host(address) for address in addresses if "://" in address}
    sites = {site_of_host(name) for name in declared} - {""}
    is_tested = any(_TEST_HOST.match(name) for name in declared if name) and not _TEST_HOST.match(own or "")
    return is_tested or (bool(sites) and fetched not in sites)


def replaced_letters(text: str, words: int) -> int:
    """The number of words with a question mark instead of a letter, e.g. `caf?s`.

    0 if there are fewer than one in 100 words: then sentences were joined without a space.
    """
    # a pattern over the whole text takes fifty times as long as looking at each question mark
    position = text.find("?")
    while position >= 0:
        if text[position - 1 : position].isalpha() and text[position + 1 : position + 2].isalpha():
            count = len(_REPLACED.findall(text))
            return count if count * 100 >= words else 0
        position = text.find("?", position + 1)
    return 0
