"""The people of a text: who is named, by what names, and whom a name, a role or a pronoun means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tasks.extract.quotes.words import (
    ALL_SAID,
    FUNCTION,
    NO_NAMES,
    NOT_PERSON,
    QUALIFIERS,
    ROLE_ENDINGS,
    ROLES,
    WORDS,
    lexicon,
)

_PLACE_PREPOSITIONS = frozenset(["in", "at", "near", "on", "aus", "à", "en", "nach", "bei", "w", "we", "в", "em", "te"])
# re has no class for capital letters: Latin to Cyrillic, and the Vietnamese part of Latin
_CAPITALS = "".join(char for code in (*range(0x41, 0x530), *range(0x1E00, 0x1F00)) if (char := chr(code)).isupper())
# der and its like join names only after von: "Ende der Spielzeit" is none
_PARTICLES = "(?:von|van|de|zu)[ \u00a0](?:der|den|dem|het|la|las|los|le)|" + "|".join(
    sorted(WORDS["particles"] - {"der", "den", "des", "dem", "of"}, key=len, reverse=True)
)
# An item of a name: a capitalised word with its hyphenated or O’-joined parts; a full stop only after an initial or an
# abbreviated title. It begins with a plain character class, which re finds several times faster than anything else. Its
# length is bounded, for it is tried at every capital: of a page that is one word of 60,000 letters each would be read to the end
_ITEM = (
    rf"[{_CAPITALS}]\w{{0,60}}(?:[-’'][{_CAPITALS}]\w{{0,60}}){{0,6}}"
    rf"(?:\.(?:(?<=\b[{_CAPITALS}]\.)|(?<=\b(?:Mr|Ms|Dr|St|Lt|Sr)\.)|(?<=\b(?:Mrs|Rev|Sen|Rep|Gov|Gen|Sgt|Col|Mme|Sra|Sig)\.)|(?<=\b(?:Prof|Capt|Mlle)\.)))?"
)
# six items are the longest name with its titles that news writes; more are a headline
_TAIL = rf"(?:[ \u00a0](?:(?:{_PARTICLES})[ \u00a0]){{0,2}}(?:d[’'])?{_ITEM}|(?<=\.){_ITEM})"
_NAME = re.compile(rf"{_ITEM}{_TAIL}{{0,5}}")
_FULL_NAME = re.compile(rf"{_ITEM}{_TAIL}{{1,5}}")
WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?…][”’»“\")]*\s+(?=\S)")
_SEPARATORS = ",.-’':—–;!?()“”\"«»„…"
_APOSTROPHES = ("'", "’")
_POSSESSIVE = re.compile(r"[’'](?:s\b|(?!\w))")
_ORGANISATION_AFTER = (
    ", which",
    " which",
    " said it ",
    " says it ",
    " said its ",
    " GmbH",
    " Inc",
    " Ltd",
    " AG",
    " SA",
)
_CYRILLIC_FEMALE, _CYRILLIC_MALE = (
    ("ова", "ева", "ёва", "ина", "ская", "цкая"),
    ("ов", "ев", "ёв", "ин", "ский", "цкий"),
)
MAX_TEXT = 60_000  # characters in which names are learned: ten long articles; beyond lies damage
_MAX_NAMESAKES = 20  # people who share a name; a family story has fewer, a list of results is not quoted
_BEFORE_TERMS = frozenset(("named after", "known as", "signed only", "the name", "pod tytułem"))
_CALLED = (
    "surnomm",
    "intitul",
    "appel",
    "apodad",
    "titulad",
    "llamad",
    "soprannominat",
    "intitolat",
    "назыв",
    "прозвал",
    "книг",
    "роман",
    "фильм",
    "książk",
)


@dataclass(slots=True, eq=False)
class Person:
    """Somebody a text names, with the fullest name found."""

    name: str
    first_seen: int  # where in the text; nobody speaks before being named if another of that surname has been
    gender: str | None = None
    variants: list[str] = field(default_factory=list)  # full forms in other cases of a language that inflects names


class Mention(NamedTuple):
    """A name in a piece of text and whom it means."""

    start: int
    end: int
    person: Person
    possessive: bool  # the owner of what follows: Anna's mother
    governed: bool  # after a preposition: a spokesman for Anna Roth


class Cast:
    """The people of one text."""

    def __init__(self, paragraphs: list[str], language: str | None) -> None:
        self.words = lexicon(language)
        self._by_word: dict[str, list[Person]] = {}
        self._meant: dict[str, Person | None] = {}
        self._parsed: dict[str, tuple[list[str], bool, str | None]] = {}
        self.text = "\n\n".join(paragraphs)[:MAX_TEXT]
        titled: list[tuple[re.Match[str], list[str], str | None]] = []
        learned: set[str] = set()
        for match in _FULL_NAME.finditer(self.text):
            raw = match.group()
            if raw in learned:
                continue
            names, has_title, gender = self._parse(raw)
            if len(names) >= 2:
                if self._learn(match, names, gender, has_title=has_title):
                    learned.add(raw)
            elif names and has_title:
                titled.append((match, names, gender))
        for match, names, gender in titled:
            known = self._by_word.get(self._key(names[-1]))
            if not known:
                self._add(names, match.start(), gender)
            elif len(known) == 1 and gender:
                known[0].gender = gender

    def _key(self, word: str) -> str:
        # four letters outlast the case endings of Slavic names, three those of short ones: Śliwa, Śliwy; Bąk, Bąka
        word = word.lower()
        return word if not self.words.inflects else word[:4] if len(word) > 4 else word[:3]

    def _around(self, person: Person) -> tuple[str, str]:
        """What stands before and after the first mention of a person: "her nephew", "the skipper"."""
        # 40 characters hold a role or a relation; the name with its titles is matched again from where it starts
        start = person.first_seen
        match = _NAME.match(self.text, start)
        end = match.end() if match else start
        return self.text[max(0, start - 40) : end].lower(), self.text[end : end + 40].split(".")[0].lower()

    def _parse(self, raw: str) -> tuple[list[str], bool, str | None]:
        """A name's words without titles and sentence openings, whether it had a title, and the gender that gives."""
        if raw not in self._parsed:
            self._parsed[raw] = self._strip(raw.split())
        return self._parsed[raw]

    def _strip(self, items: list[str]) -> tuple[list[str], bool, str | None]:
        lowered = [item.lower().rstrip(".") for item in items]
        if not self.words.is_german and NO_NAMES.isdisjoint(lowered) and 1 < len(items) < 4 and not items[0].isupper():
            return items, False, None  # most names are plain; the rest takes longer
        start, end = 0, len(items)
        has_title = False
        for place in range(end - 1):
            is_role = lowered[place] in ROLES or (
                self.words.is_german
                and lowered[place].endswith(ROLE_ENDINGS)
                and lowered[place] not in WORDS["given_names_like_roles"]
                and (end - place > 2 or len(lowered[place]) > 9)  # "Martin Huber" is a name, "Försterin Huber" none
            )
            if is_role:
                start, has_title = place + 1, has_title or lowered[place] not in QUALIFIERS
        while start < end and (lowered[start] in FUNCTION or lowered[start] in WORDS["particles"]):
            start += 1
        while end > start and (lowered[end - 1] in FUNCTION or lowered[end - 1] in ALL_SAID):
            end -= 1
        names = items[start:end]
        if not names or not NOT_PERSON.isdisjoint(lowered[start:end]) or len(names[-1].rstrip(".")) < 2:
            return [], False, None
        if sum(1 for name in names if name[0].isupper()) > 4 or all(name.isupper() and len(name) > 2 for name in names):
            return [], False, None  # a headline's words, or an abbreviation
        if any(word in WORDS["women"] for word in lowered[:start]) or (
            has_title and self.words.is_german and lowered[start - 1].endswith("in")
        ):
            return names, has_title, "f"
        return names, has_title, "m" if any(word in WORDS["men"] for word in lowered[:start]) else None

    def _learn(self, match: re.Match[str], names: list[str], gender: str | None, *, has_title: bool) -> bool:
        """Whether a run of names is a person's, who then belongs to the cast."""
        start = match.start()
        if not has_title:
            word = _word_before(self.text, start)
            given = names[0].lower()
            # "the Cobb Street", "in Port Ellery": things and places, unless a given name says otherwise
            if word in WORDS["articles"] or (
                word in _PLACE_PREPOSITIONS and given not in WORDS["female_names"] and given not in WORDS["male_names"]
            ):
                return False
            if self.text.startswith(_ORGANISATION_AFTER, match.end()):
                return False
        self._add(names, start, gender)
        return True

    def _add(self, names: list[str], seen: int, gender: str | None) -> None:
        key = self._key(names[-1])
        for person in self._by_word.get(key, ()):
            known = person.name.split()
            if self._key(known[-1]) == key and self._same(known, names):
                # words before the first name are rather a sentence's than a fuller name
                if len(names) > len(known) and (len(known) == 1 or names[0][0] == known[0][0]):
                    person.name = " ".join(names)
                    self._index(names, person)
                person.variants.append(" ".join(names))
                person.gender = person.gender or gender
                return
        person = Person(" ".join(names), seen, gender, [" ".join(names)])
        self._index(names, person)

    def _index(self, names: list[str], person: Person) -> None:
        for word in names:
            if not word[0].isupper():
                continue
            listed = self._by_word.setdefault(self._key(word), [])
            if len(listed) < _MAX_NAMESAKES and person not in listed:
                listed.append(person)

    def _same(self, known: list[str], names: list[str]) -> bool:
        if len(known) == 1 or len(names) == 1:
            return True
        one, other = known[0].rstrip("."), names[0].rstrip(".")
        if self.words.inflects:
            return one[:3] == other[:3]  # Аркадий, Аркадия
        shorter, longer = sorted((one, other), key=len)
        return one == other or (len(shorter) == 1 and longer.startswith(shorter)) or one in names or other in known

    def find(self, raw: str, at: int) -> list[Person]:
        """Those whom a name in the text at an offset may mean."""
        names, _, gender = self._parse(raw)
        if not names:
            return []
        listed = self._by_word.get(self._key(names[-1]), [])
        if len(names) > 1:
            found = [one for one in listed if self._same(one.name.split(), names)]
            return found[:1]
        key = self._key(names[0])
        surnamed = [one for one in listed if self._key(one.name.rsplit(maxsplit=1)[-1]) == key]
        found = surnamed or listed
        if self.words.inflects and len(found) > 1:
            ending = f" {names[0]}"
            found = [one for one in found if any(form.endswith(ending) for form in one.variants)] or found
        if len(found) > 1:
            found = [one for one in found if one.first_seen <= at] or found
        if len(found) > 1 and gender:
            found = [one for one in found if self.gender(one) in (gender, None)]
        return found

    def speaks(self, person: Person, raw: str) -> None:
        """Take over the form of a name that is a verb's subject: in the nominative, where names are inflected."""
        names = self._parse(raw)[0]
        if self.words.inflects and names:
            full = " ".join(names)
            ending = full if len(names) > 1 else f" {full}"
            person.name = next((form for form in person.variants if form.endswith(ending)), person.name)

    def mentions(self, text: str, at: int, focus: Person | None = None) -> Iterator[Mention]:
        """The people named in a piece of text that stands at an offset of the whole."""
        for match in _NAME.finditer(text):
            raw = match.group()
            namesakes = self._by_word.get(self._key(raw.rsplit(None, 1)[-1]))
            if namesakes is None:
                continue  # by far the most: a sentence's first word, a place, a day
            if raw in self._meant:
                person = self._meant[raw]
            else:
                found = self.find(raw, at + match.start())
                person = found[0] if len(found) == 1 else focus if focus in found else None
                if len(namesakes) < 2:
                    self._meant[raw] = person  # nobody else has that name, wherever it stands
            if person is None:
                continue
            start, end = match.span()
            governed = _word_before(text, start) in WORDS["prepositions"]
            yield Mention(
                start, end, person, text[end : end + 1] in _APOSTROPHES and bool(_POSSESSIVE.match(text, end)), governed
            )

    def gender(self, person: Person) -> str | None:
        """A person's gender by title, relation, given name or ending; None where nothing tells."""
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
        """The one person of whom the text says this role at the first mention."""
        people = {id(one): one for listed in self._by_word.values() for one in listed}
        pattern = re.compile(rf"\b{re.escape(role)}\b")
        found = [one for one in people.values() if any(map(pattern.search, self._around(one)))]
        return found[0] if len(found) == 1 else None


def lower_words(text: str) -> list[str]:
    """The words of a text in lower case, cut at hyphens and apostrophes too; several times as fast as a regex."""
    for mark in _SEPARATORS:
        if mark in text:
            text = text.replace(mark, " ")
    return text.lower().split()


def _word_before(text: str, place: int) -> str:
    """The word right before a place, in lower case; none across punctuation, save d'Anna and dell'Anna."""
    before = text[max(0, place - 14) : place]  # 14 characters hold any preposition or article
    if len(before) < 2 or before[-1] not in " \u00a0'’" or not before[-2].isalpha():
        return ""
    return before[:-1].split()[-1].lower()


def ends_with_abbreviation(text: str, end: int) -> bool:
    """Whether the full stop before a place belongs to an abbreviation or an initial and ends no sentence."""
    if text[end - 1] != ".":
        return False
    words = text[max(0, end - 8) : end - 1].split()  # eight characters hold an abbreviation
    if not words:
        return False
    word = words[-1].lower().strip('(“"’')
    return word in WORDS["abbreviations"] or (len(word) == 1 and word.isalpha())


def names_a_term(before: str) -> bool:
    """Whether the words before a span say that a term, a title or a nickname follows."""
    words = before[-40:].rstrip(" \u00a0,:").lower().split()[-2:]  # 40 characters hold two words
    return bool(words) and (
        words[-1] in WORDS["before_terms"] or " ".join(words) in _BEFORE_TERMS or words[-1].startswith(_CALLED)
    )


def sentences(text: str) -> list[tuple[int, str]]:
    """The sentences of a text with their offsets, last first."""
    found: list[tuple[int, str]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if ends_with_abbreviation(text, match.start() + 1):
            continue
        found.append((start, text[start : match.start() + 1]))
        start = match.end()
    found.append((start, text[start:]))
    return found[::-1]
