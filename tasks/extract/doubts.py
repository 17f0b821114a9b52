"""Doubts about a finished row: what a careful reader would look at twice. Each is a flag of the row, never a deletion."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from resiliparse.parse.lang import detect_fast

from tasks.extract.fields.address import host, site_of_host
from tasks.extract.page import Page
from tasks.extract.similarity import DENSE_LETTERS
from tasks.text.language import MAX_SURE_DISTANCE, base_language
from tasks.vocabulary import Doubt

# A text that ends so is whole: a full stop of any script, a closing quote or bracket, or an ellipsis
_CLOSED = re.compile(r"[.!?…。！？।؟۔”“\"'’»«›)\]】」』:*—–-]\s*$")
_DAMAGE_MOST = 3  # signs that a sound text may hold by chance, as in one that speaks of encodings
_OPEN_END_WORDS = 8  # a last line shorter than this is a signature or a heading, not a sentence cut off
_TITLE_WORD = re.compile(r"[^\W\d_]{4,}")
_TITLE_WORDS_MIN = 4  # fewer content words may all be puns
_RELATED_SHARE = 0.25
_STEM_CHARS = 5  # inflection changes the ends of words
# words of scripts without spaces are not to be had, and Korean ones change with what is glued to them
_DENSE = re.compile(f"[{DENSE_LETTERS}\uac00-\ud7af]")
_BODY_DOUBTFUL = 0.5  # body_confidence; below, the text is more likely wrong in some lines than right in all
_STORY_DOUBTFUL = 0.8  # story_probability; below, more than one page in five like it is none
_AT_ONCE = timedelta(seconds=5)  # no crawler is that fast; a page that prints the clock as its date is
_CHUNK_CHARS, _CHUNKS = 500, 4
# Words that end no sentence, and pairs of words that stand side by side in none: order, not meaning, is asked.
_ENDS = {
    "en": "the|a|an|of|and|or|our|their|its|than|from the",
    "de": "der|dem|den|des|und|oder|eine|einem|einen|einer|im|vom|zum|zur|dass|in|von|für|seit",
    "fr": "le|la|les|des|du|de|un|une|et|ou|aux|au|que|dans|par",
    "es": "el|los|las|de|del|y|un|una|que|en|con|por|al",
    "it": "il|lo|gli|di|del|della|dei|e|un|una|che|nel|nella|con|per|al|alla",
    "pt": "o|os|as|de|do|da|dos|das|e|um|uma|que|em|no|na|com|por|ao",
    "nl": "de|het|een|en|of|dat|met|van|voor de|te",
}
_PAIRS = {
    "en": r"(?:the|a|an) (?:the|a|an|of|and|or|in|to|for|with|from|at|by)|(?:of|from|with) (?:of|and|or|for)",
    "de": r"(?:dem|den|des|einem|einen|eines|im|zum|zur|vom) (?:und|oder|ist|sind|wird|war|dass|nicht|der|die|im|zum)|(?:in|mit|für|von|seit|und|oder) (?:und|oder|ist|sind|dass)",
    "fr": r"(?:le|la|les|du|au|aux|un|une) (?:le|les|la|un|une|du|et|ou|que|est|dans|par|au)|(?:et|de|dans|par) (?:et|ou|est)",
    "es": r"(?:el|los|las|del|al|un|una) (?:el|la|los|las|del|y|o|es|por|en)|(?:de|en|con|por) (?:de|y|o|es)",
    "it": r"(?:il|lo|gli|del|della|nel|nella|un|una) (?:il|la|le|gli|del|della|e|o|che|nel)|(?:di|con|per) (?:e|o|di)",
    "pt": r"(?:os|do|da|dos|das|ao|um|uma) (?:o|os|do|da|dos|e|ou|em|no|na)|(?:de|com|por) (?:e|ou|de)",
    "nl": r"(?:de|het|een) (?:de|het|een|en|of|van|dat|met|voor)|(?:van|met|voor) (?:en|of|van)",
}
# a space is what re finds fast: three times as fast as the start of a word
_ORDER = {code: re.compile(rf" (?:(?:{_ENDS[code]})[.!?](?=\s|$)|(?:{_PAIRS[code]})\b(?! [a-z]+-))") for code in _ENDS}
# Of 100 words of prose that were put into another order 2 to 4 are caught so; of edited text, less than 0.2
_DISORDER_PER_100_WORDS, _DISORDER_MIN = 0.8, 3
_REPLACED = re.compile(r"(?<![\w/=.?&])[^\W\d_]+\?[^\W\d_]+(?![\w/=&])")


def find_doubts(page: Page, row: dict[str, Any], paragraphs: Sequence[str]) -> list[str]:
    """The flags of a candidate row, from its own values; `row` has title, text,
    language, mojibake_count, published_at and fetched_at.
    """
    document = page.document
    text, language = row["text"], row["language"]
    found = _of_document(document, paragraphs)
    if row["mojibake_count"] > _DAMAGE_MOST:
        found.append(Doubt.ENCODING_DAMAGE)
    if not row["title"]:
        found.append(Doubt.TITLE_MISSING)
    elif is_unrelated(row["title"], text):
        found.append(Doubt.TITLE_NOT_IN_TEXT)
    if is_disordered(text, language, row["word_count"]):
        found.append(Doubt.WORDS_OUT_OF_ORDER)
    said = base_language(page.declared_language())
    if said and language and said != language:
        found.append(Doubt.LANGUAGE_NOT_AS_DECLARED)
    if is_mixed(text, language):
        found.append(Doubt.LANGUAGE_MIXED)
    if _is_of_another_site(page, document["url"]):
        found.append(Doubt.PAGE_OF_ANOTHER_SITE)
    if is_at_once(row["published_at"], row["fetched_at"]):
        found.append(Doubt.PUBLISHED_WHEN_FETCHED)
    return [doubt.value for doubt in found]


def _of_document(document: Mapping[str, Any], paragraphs: Sequence[str]) -> list[Doubt]:
    """What clean left in doubt: the kind of the page, its lines, its characters."""
    found: list[Doubt] = []
    if document["story_probability"] < _STORY_DOUBTFUL:
        found.append(Doubt.STORY_DOUBTFUL)
    if document["body_confidence"] < _BODY_DOUBTFUL:
        found.append(Doubt.BODY_DOUBTFUL)
    if document["kind"] == "stub":
        found.append(Doubt.TEXT_CUT_OFF)
    elif ends_open(paragraphs):
        found.append(Doubt.TEXT_ENDS_OPEN)
    if document["damaged_char_count"]:
        found.append(Doubt.UNDECODABLE_CHARACTERS)
    if "mojibake" in document["repairs"]:
        found.append(Doubt.MOJIBAKE_REPAIRED)
    return found


def ends_open(paragraphs: Sequence[str]) -> bool:
    """Whether the last paragraph breaks off in the middle of a sentence."""
    last = paragraphs[-1] if paragraphs else ""
    return len(last.split()) >= _OPEN_END_WORDS and not _CLOSED.search(last[-40:]) and not _DENSE.search(last)


def is_unrelated(title: str, text: str) -> bool:
    """Whether hardly a content word of the headline, cut to its stem, stands anywhere in the text.

    Of true pairs in two corpora 0.4 % share so little, of headlines with another text of the site half.
    """
    if _DENSE.search(title):
        return False
    stems = {word[:_STEM_CHARS] for word in _TITLE_WORD.findall(title.casefold())}
    if len(stems) < _TITLE_WORDS_MIN:
        return False
    plain = text.casefold()
    return sum(stem in plain for stem in stems) <= _RELATED_SHARE * len(stems)


def is_disordered(text: str, language: str | None, words: int) -> bool:
    """Whether the words stand in an order that no sentence of their language has; only for languages with a table."""
    pattern = _ORDER.get(language or "")
    if pattern is None or not words:
        return False
    hits = len(pattern.findall(text.lower()))  # at half the cost of a pattern that ignores case
    return hits >= _DISORDER_MIN and hits * 100 / words >= _DISORDER_PER_100_WORDS


def is_mixed(text: str, language: str | None) -> bool:
    """Whether a part of the text is plainly in another language, by a look at four places."""
    if language is None or len(text) < 2 * _CHUNK_CHARS:
        return False
    step = (len(text) - _CHUNK_CHARS) // (_CHUNKS - 1)
    for start in range(0, step * _CHUNKS, max(step, 1)):
        code, distance = detect_fast(text[start : start + _CHUNK_CHARS])
        other = base_language(code) if code != "unknown" else None
        if other and other != language and distance <= MAX_SURE_DISTANCE:
            return True
    return False


def is_at_once(published: datetime | None, fetched: datetime | None) -> bool:
    """Whether the date of publication is the very moment of the fetch."""
    return published is not None and fetched is not None and abs(fetched - published) <= _AT_ONCE


def _is_of_another_site(page: Page, url: str | None) -> bool:
    """Whether the page says that its own address is on a site other than the one it was fetched from."""
    fetched = site_of_host(host(url))
    if not fetched:
        return False
    declared = [*page.signals.get("links", {}).get("canonical", ()), *(value for _, value in page.meta("og:url"))]
    sites = {site_of_host(host(address)) for address in declared if "://" in address} - {""}
    return bool(sites) and fetched not in sites


def replaced_letters(text: str, words: int) -> int:
    """How many words have a question mark in place of a letter, as `caf?s`; 0 where they are so few (under one in 100)
    that two sentences were glued together instead.
    """
    # a pattern over the whole text takes fifty times as long as the look at each mark
    marks, found = text.find("?"), 0
    while marks >= 0:
        if text[marks - 1 : marks].isalpha() and text[marks + 1 : marks + 2].isalpha():
            found = len(_REPLACED.findall(text))
            break
        marks = text.find("?", marks + 1)
    return found if found * 100 >= words else 0
