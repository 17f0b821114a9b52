"""The subject of a sentence: the person it is about."""

from typing import NamedTuple

from tasks.extract.quotes.people import People, Person
from tasks.extract.quotes.sentences import WORD, lower_words
from tasks.extract.quotes.words import HUMAN_ENDINGS, HUMAN_NOUNS, WORDS

_MAX_SENTENCE_CHARS = 600  # examined for its subject


class Subject(NamedTuple):
    """Who a sentence is about."""

    kind: str  # person, group, pronoun, unnamed or none
    people: tuple[Person, ...] = ()
    gender: str | None = None


def subject_of(people: People, sentence: str, offset: int, focus: Person | None) -> Subject:
    """Who a sentence at an offset of the text is about.

    The first person named, a pronoun, somebody without a name, or nobody.
    """
    sentence = sentence[:_MAX_SENTENCE_CHARS]
    words = lower_words(sentence[:90])  # 90 characters hold the subject's noun
    if not words:
        return Subject("none")
    pronoun_gender = people.lexicon.pronouns.get(words[0])
    if pronoun_gender:
        is_joined = len(words) > 1 and words[1] in WORDS["and"]
        return Subject("group" if is_joined else "pronoun", gender=pronoun_gender)
    starts_with_human = words[0] in WORDS["articles"] and has_human(words)
    for mention in people.mentions(sentence, offset, focus):
        if mention.is_possessive or (mention.is_after_preposition and starts_with_human):
            continue
        rest = WORD.findall(sentence[mention.end : mention.end + 30])
        if rest and rest[0].lower() in WORDS["and"] and sentence[mention.end : mention.end + 1].isspace():
            others = [
                other.person
                for other in people.mentions(sentence[mention.end :], offset + mention.end, focus)
                if other.start < 25 and other.person is not mention.person  # named directly after the "and"
            ]
            if others or (len(rest) > 1 and rest[1].lower() in WORDS["possessive"]):
                return Subject("group", (mention.person, *others[:1]))
        return Subject("person", (mention.person,))
    if not WORDS["and"].isdisjoint(words) and _has_pair(words, is_german=people.lexicon.is_german):
        return Subject("group")
    if starts_with_human or (len(words) > 1 and "who" in words[1:6]):
        return Subject("unnamed")
    return Subject("none")


def is_human(word: str) -> bool:
    """Whether a word in lower case is a noun for a person."""
    return word in HUMAN_NOUNS or word.endswith(HUMAN_ENDINGS)


def has_human(words: list[str]) -> bool:
    """Whether the noun of a subject is a person's: within five words, before any preposition."""
    for word in words[1:6]:
        if word in WORDS["prepositions"]:
            return False
        if is_human(word):
            return True
    return False


def _has_pair(words: list[str], *, is_german: bool) -> bool:
    """Whether two nouns for people are joined by "and", so that a pronoun could mean either."""
    for position in range(1, len(words) - 1):
        if words[position] not in WORDS["and"]:
            continue
        has_article = words[position + 1] in WORDS["articles"] and position + 2 < len(words)
        before, after = words[position - 1], words[position + (2 if has_article else 1)]
        if (is_human(before) or (is_german and before.endswith("in"))) and is_human(after):
            return True
    return False
