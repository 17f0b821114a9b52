"""The people of a text: who is named, by what names, and whom a name, a role or a pronoun means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tasks.extract.quotes.name_patterns import FULL_NAME, NAME
from tasks.extract.quotes.sentences import WORD, word_before
from tasks.extract.quotes.words import (
    ALL_SPEECH_VERBS,
    FUNCTION_WORDS,
    NEVER_IN_PLAIN_NAMES,
    NEVER_PERSON,
    QUALIFIERS,
    ROLE_ENDINGS,
    ROLES,
    WORDS,
    lexicon,
)

_PLACE_PREPOSITIONS = frozenset("in at near on aus à en nach bei w we в em te".split())
_APOSTROPHES = ("'", "’")
_POSSESSIVE = re.compile(r"[’'](?:s\b|(?!\w))")
_AFTER_ORGANISATIONS = (
    *(", which", " which", " said it ", " says it ", " said its "),
    *(" GmbH", " Inc", " Ltd", " AG", " SA"),
)
_CYRILLIC_FEMALE = tuple("ова ева ёва ина ская цкая".split())
_CYRILLIC_MALE = tuple("ов ев ёв ин ский цкий".split())
MAX_TEXT_CHARS = 60_000  # in which names are learned: ten long articles; a longer text is damaged
_MAX_NAMESAKES = 20  # people who share a name; a family story has fewer, a list of results is not quoted


@dataclass(slots=True, eq=False)
class Person:
    """Somebody named in a text, with the fullest name in it."""

    name: str
    first_seen: int  # offset in the text; nobody speaks before being named if there is another of that surname
    gender: str | None = None
    variants: list[str] = field(default_factory=list)  # full forms in other cases of a language that inflects names


class Mention(NamedTuple):
    """A name in a piece of text and the person it means."""

    start: int
    end: int
    person: Person
    is_possessive: bool  # the owner of what follows: Anna's mother
    is_after_preposition: bool  # a spokesman for Anna Roth


class _ParsedName(NamedTuple):
    """The words of a name without titles and sentence openings; none if it is not a person's."""

    words: list[str]
    has_title: bool = False
    gender: str | None = None  # from the title


class People:
    """The people of one text."""

    def __init__(self, paragraphs: list[str], language: str | None) -> None:
        self.lexicon = lexicon(language)
        self._by_key: dict[str, list[Person]] = {}
        self._unique: dict[str, Person | None] = {}  # the person meant by a name that only one person has
        self._parsed: dict[str, _ParsedName] = {}
        self.text = "\n\n".join(paragraphs)[:MAX_TEXT_CHARS]
        self._learn_names()

    def _learn_names(self) -> None:
        """Find the people with full names, then those with a title and a surname."""
        titled: list[tuple[int, _ParsedName]] = []
        learned: set[str] = set()
        for match in FULL_NAME.finditer(self.text):
            raw = match.group()
            if raw in learned:
                continue
            name = self._parse(raw)
            if len(name.words) >= 2:
                if self._is_person(match, name):
                    self._add(name, match.start())
                    learned.add(raw)
            elif name.words and name.has_title:
                titled.append((match.start(), name))
        for offset, name in titled:
            known = self._by_key.get(self._key(name.words[-1]))
            if not known:
                self._add(name, offset)
            elif len(known) == 1 and name.gender:
                known[0].gender = name.gender

    def _key(self, word: str) -> str:
        # four letters outlast the case endings of Slavic names, three those of short ones: Śliwa, Śliwy; Bąk, Bąka
        word = word.lower()
        return word if not self.lexicon.inflects else word[:4] if len(word) > 4 else word[:3]

    def _around(self, person: Person) -> tuple[str, str]:
        """The text before and after the first mention of a person: "her nephew", "the skipper"."""
        # 40 characters hold a role or a relation; the name with its titles is matched again from its start
        start = person.first_seen
        match = NAME.match(self.text, start)
        end = match.end() if match else start
        return self.text[max(0, start - 40) : end].lower(), self.text[end : end + 40].split(".")[0].lower()

    def _parse(self, raw: str) -> _ParsedName:
        if raw not in self._parsed:
            self._parsed[raw] = self._without_titles(raw.split())
        return self._parsed[raw]

    def _without_titles(self, items: list[str]) -> _ParsedName:
        """The name in a run of capitalised items."""
        lowered = [item.lower().rstrip(".") for item in items]
        is_german = self.lexicon.is_german
        has_plain_words = 1 < len(items) < 4 and NEVER_IN_PLAIN_NAMES.isdisjoint(lowered)
        if has_plain_words and not items[0].isupper() and (not is_german or self._is_plain_german(lowered)):
            return _ParsedName(items)  # most names are plain; the rest takes longer
        start, end = 0, len(items)
        has_title = False
        for position in range(end - 1):
            if self._is_role(lowered[position], end - position):
                start, has_title = position + 1, has_title or lowered[position] not in QUALIFIERS
        while start < end and (lowered[start] in FUNCTION_WORDS or lowered[start] in WORDS["particles"]):
            start += 1
        while end > start and (lowered[end - 1] in FUNCTION_WORDS or lowered[end - 1] in ALL_SPEECH_VERBS):
            end -= 1
        words = items[start:end]
        if not words or not NEVER_PERSON.isdisjoint(lowered[start:end]) or len(words[-1].rstrip(".")) < 2:
            return _ParsedName([])
        if sum(1 for word in words if word[0].isupper()) > 4 or all(word.isupper() and len(word) > 2 for word in words):
            return _ParsedName([])  # words of a headline, or an abbreviation
        is_female_title = has_title and is_german and lowered[start - 1].endswith("in")
        if is_female_title or any(word in WORDS["women"] for word in lowered[:start]):
            return _ParsedName(words, has_title, "f")
        return _ParsedName(words, has_title, "m" if any(word in WORDS["men"] for word in lowered[:start]) else None)

    @staticmethod
    def _is_plain_german(lowered: list[str]) -> bool:
        """Whether a name without known titles has no word that may be one by its ending, and a full last word."""
        *others, last = lowered
        return (
            len(last) > 1 and last not in ALL_SPEECH_VERBS and not any(word.endswith(ROLE_ENDINGS) for word in others)
        )

    def _is_role(self, word: str, remaining: int) -> bool:
        """Whether a word before a name is a title or role; `remaining` counts the items from the word on."""
        if word in ROLES:
            return True
        return (
            self.lexicon.is_german
            and word.endswith(ROLE_ENDINGS)
            and word not in WORDS["given_names_like_roles"]
            and (remaining > 2 or len(word) > 9)  # "Martin Huber" is a name, "Försterin Huber" is not
        )

    def _is_person(self, match: re.Match[str], name: _ParsedName) -> bool:
        """Whether a run of capitalised words in the text names a person."""
        if name.has_title:
            return True
        # "the Cobb Street", "in Port Ellery": things and places, unless it starts with a given name
        before = word_before(self.text, match.start())
        given = name.words[0].lower()
        is_given_name = given in WORDS["female_names"] or given in WORDS["male_names"]
        if before in WORDS["articles"] or (before in _PLACE_PREPOSITIONS and not is_given_name):
            return False
        return not self.text.startswith(_AFTER_ORGANISATIONS, match.end())

    def _add(self, name: _ParsedName, offset: int) -> None:
        """Add a person, or a name to the person who has it already."""
        words = name.words
        key = self._key(words[-1])
        for person in self._by_key.get(key, ()):
            known = person.name.split()
            if self._key(known[-1]) == key and self._may_be_same(known, words):
                # words before the first name rather belong to the sentence than to a fuller name
                if len(words) > len(known) and (len(known) == 1 or words[0][0] == known[0][0]):
                    person.name = " ".join(words)
                    self._index(words, person)
                person.variants.append(" ".join(words))
                person.gender = person.gender or name.gender
                return
        person = Person(" ".join(words), offset, name.gender, [" ".join(words)])
        self._index(words, person)

    def _index(self, words: list[str], person: Person) -> None:
        for word in words:
            if not word[0].isupper():
                continue
            namesakes = self._by_key.setdefault(self._key(word), [])
            if len(namesakes) < _MAX_NAMESAKES and person not in namesakes:
                namesakes.append(person)

    def _may_be_same(self, known: list[str], words: list[str]) -> bool:
        """Whether two names with the same surname may be one person's: a surname alone, an initial, a case ending."""
        if len(known) == 1 or len(words) == 1:
            return True
        first, other = known[0].rstrip("."), words[0].rstrip(".")
        if self.lexicon.inflects:
            return first[:3] == other[:3]  # Аркадий, Аркадия
        shorter, longer = sorted((first, other), key=len)
        is_initial = len(shorter) == 1 and longer.startswith(shorter)
        return first == other or is_initial or first in words or other in known

    def candidates(self, raw: str, offset: int) -> list[Person]:
        """The people whom a name at an offset of the text may mean."""
        words, _, gender = self._parse(raw)
        if not words:
            return []
        namesakes = self._by_key.get(self._key(words[-1]), [])
        if len(words) > 1:
            return [person for person in namesakes if self._may_be_same(person.name.split(), words)][:1]
        key = self._key(words[0])
        surnamed = [person for person in namesakes if self._key(person.name.rsplit(maxsplit=1)[-1]) == key]
        people = surnamed or namesakes
        if self.lexicon.inflects and len(people) > 1:
            ending = f" {words[0]}"
            people = [person for person in people if any(form.endswith(ending) for form in person.variants)] or people
        if len(people) > 1:
            people = [person for person in people if person.first_seen <= offset] or people
        if len(people) > 1 and gender:
            people = [person for person in people if self.gender(person) in (gender, None)]
        return people

    def use_form_of_subject(self, person: Person, raw: str) -> None:
        """Name a person by the form used as a verb's subject: the nominative, in languages that inflect names."""
        words = self._parse(raw).words
        if self.lexicon.inflects and words:
            full = " ".join(words)
            ending = full if len(words) > 1 else f" {full}"
            person.name = next((form for form in person.variants if form.endswith(ending)), person.name)

    def mentions(self, text: str, offset: int, focus: Person | None = None) -> Iterator[Mention]:
        """The people named in a piece of text at an offset of the whole; `focus` settles names of several people."""
        for match in NAME.finditer(text):
            raw = match.group()
            namesakes = self._by_key.get(self._key(raw.rsplit(None, 1)[-1]))
            if namesakes is None:
                continue  # most matches: a sentence's first word, a place, a day
            if raw in self._unique:
                person = self._unique[raw]
            else:
                people = self.candidates(raw, offset + match.start())
                person = people[0] if len(people) == 1 else focus if focus in people else None
                if len(namesakes) < 2:
                    self._unique[raw] = person  # nobody else has that name, anywhere in the text
            if person is None:
                continue
            start, end = match.span()
            is_possessive = text[end : end + 1] in _APOSTROPHES and bool(_POSSESSIVE.match(text, end))
            yield Mention(start, end, person, is_possessive, word_before(text, start) in WORDS["prepositions"])

    def gender(self, person: Person) -> str | None:
        """A person's gender by title, relation, given name or ending; None if unknown."""
        if person.gender is None:
            person.gender = self._guess_gender(person) or "?"
        return None if person.gender == "?" else person.gender

    def _guess_gender(self, person: Person) -> str | None:
        first = person.name.split(maxsplit=1)[0].lower()
        if first in WORDS["male_names"]:
            return "m"
        if first in WORDS["female_names"] or person.name.endswith(_CYRILLIC_FEMALE):
            return "f"
        if person.name.endswith(_CYRILLIC_MALE):
            return "m"
        before, after = self._around(person)
        # two words on either side hold "her nephew" and ", his sister"
        near = [*WORD.findall(before)[-person.name.count(" ") - 3 :], *WORD.findall(after)[:2]]
        if not WORDS["men"].isdisjoint(near):
            return "m"
        # most given names in -a are women's, in every language of the lists
        return "f" if first.endswith(("a", "а")) or not WORDS["women"].isdisjoint(near) else None

    def by_role(self, role: str) -> Person | None:
        """The only person with this role at the first mention; None if there are none or several."""
        everybody = {id(person): person for namesakes in self._by_key.values() for person in namesakes}
        pattern = re.compile(rf"\b{re.escape(role)}\b")
        people = [person for person in everybody.values() if any(map(pattern.search, self._around(person)))]
        return people[0] if len(people) == 1 else None
