"""Of whom a sentence speaks."""

from typing import NamedTuple

from tasks.extract.quotes.people import WORD, Cast, Person, lower_words
from tasks.extract.quotes.words import HUMAN, HUMAN_ENDINGS, WORDS

_MAX_SENTENCE = 600  # characters of a sentence examined for its subject


class Subject(NamedTuple):
    """Of whom a sentence speaks."""

    kind: str  # person, group, pronoun, unnamed or none
    people: tuple[Person, ...] = ()
    gender: str | None = None


def subject_of(cast: Cast, sentence: str, at: int, focus: Person | None) -> Subject:
    """Of whom a sentence speaks: the first person named, a pronoun, somebody without a name, or nobody."""
    sentence = sentence[:_MAX_SENTENCE]
    words = lower_words(sentence[:90])  # 90 characters hold the subject's noun
    if not words:
        return Subject("none")
    pronoun = cast.words.pronouns.get(words[0])
    joined = len(words) > 1 and words[1] in WORDS["and"]
    if pronoun:
        return Subject("group" if joined else "pronoun", gender=pronoun)
    for mention in cast.mentions(sentence, at, focus):
        if mention.possessive or (mention.governed and words[0] in WORDS["articles"] and has_human(words)):
            continue
        rest = WORD.findall(sentence[mention.end : mention.end + 30])
        if rest and rest[0].lower() in WORDS["and"] and sentence[mention.end : mention.end + 1].isspace():
            others = [
                one.person
                for one in cast.mentions(sentence[mention.end :], at + mention.end, focus)
                if one.start < 25 and one.person is not mention.person  # named right after the "and"
            ]
            if others or (len(rest) > 1 and rest[1].lower() in WORDS["possessive"]):
                return Subject("group", (mention.person, *others[:1]))
        return Subject("person", (mention.person,))
    if not WORDS["and"].isdisjoint(words) and _has_pair(words, is_german=cast.words.is_german):
        return Subject("group")
    if (words[0] in WORDS["articles"] and has_human(words)) or (len(words) > 1 and "who" in words[1:6]):
        return Subject("unnamed")
    return Subject("none")


def is_human(word: str) -> bool:
    """Whether a word in lower case is a noun for somebody."""
    return word in HUMAN or word.endswith(HUMAN_ENDINGS)


def has_human(words: list[str]) -> bool:
    """Whether the noun of a subject is a human's: within five words, before any preposition."""
    for word in words[1:6]:
        if word in WORDS["prepositions"]:
            return False
        if is_human(word):
            return True
    return False


def _has_pair(words: list[str], *, is_german: bool) -> bool:
    """Whether two human nouns are joined by "and", of whom a pronoun could mean either."""
    for place in range(1, len(words) - 1):
        if words[place] in WORDS["and"]:
            after = (
                words[place + 2]
                if words[place + 1] in WORDS["articles"] and place + 2 < len(words)
                else words[place + 1]
            )
            before = words[place - 1]
            if (is_human(before) or (is_german and before.endswith("in"))) and is_human(after):
                return True
    return False
