"""The people of a text: who is named, what their fullest name is, and whom a pronoun or a bare surname means.

Names are runs of capitalised words; titles, roles, organisations and places are told from them by the word lists of
quote_words.toml and by what stands beside them. Where two people could be meant, nobody is.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_LISTS = tomllib.loads(Path(__file__).with_name("quote_words.toml").read_text("utf-8"))
_W = {key: frozenset(words.split()) for key, words in _LISTS["words"].items()}
_ROLES, _FUNCTION, _NOT_PERSON = _W["roles"], _W["function"], _W["not_person"]
_HUMAN = _W["human"] | (
    _ROLES - frozenset(["fire", "police", "city", "county", "state", "town", "high", "national", "first", "prime"])
)
_HUMAN_ENDINGS = tuple(_W["human_endings"])
_ROLE_ENDINGS = tuple(_W["role_endings"])
_PLACE_PREPOSITIONS = frozenset(["in", "at", "near", "on", "aus", "à", "en", "nach", "bei", "w", "we", "в", "em", "te"])
_ALL_SAID = frozenset(word for words in _LISTS["said"].values() for word in words.split()) - {
    "so",
    "put",
    "puts",
    "dice",
}

# re has no class for capital letters: Latin to Cyrillic, and the Vietnamese part of Latin
_CAPITALS = "".join(char for code in (*range(0x41, 0x530), *range(0x1E00, 0x1F00)) if (char := chr(code)).isupper())
_PARTICLES = "|".join(sorted(_W["particles"], key=len, reverse=True))
# an item of a name: an abbreviated title, an initial, or a capitalised word with its hyphenated or O’-joined parts
_ITEM = rf"(?:(?:Mr|Mrs|Ms|Dr|St|Prof|Rev|Sen|Rep|Gov|Gen|Lt|Sgt|Capt|Col|Mme|Mlle|M|Sra?|Sig)\.|[{_CAPITALS}]\.|[{_CAPITALS}]\w*(?:[-’'][{_CAPITALS}]\w*)*)"
# six items are the longest name with its titles that news writes; more are a headline
_TAIL = rf"(?:[ \u00a0](?:(?:{_PARTICLES})[ \u00a0]){{0,3}}(?:d[’'])?{_ITEM}|(?<=\.){_ITEM})"
_NAME = re.compile(rf"(?<!\w){_ITEM}{_TAIL}{{0,5}}")
_FULL_NAME = re.compile(rf"(?<!\w){_ITEM}{_TAIL}{{1,5}}")
WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[”’»“\")]*\s+(?=\S)")
_POSSESSIVE = re.compile(r"[’'](?:s\b|(?!\w))")
_ORGANISATION_AFTER = re.compile(r"(?:,? which\b|,? (?:said|says) (?:it|its)\b| (?:GmbH|Inc|Ltd|AG|SA)\b)")
_CYRILLIC_FEMALE, _CYRILLIC_MALE = (
    ("ова", "ева", "ёва", "ина", "ская", "цкая"),
    ("ов", "ев", "ёв", "ин", "ский", "цкий"),
)
_MAX_TEXT = 60_000  # characters in which names are learned: ten long articles; beyond lies damage
_MAX_LOOK_BACK = 10  # sentences within which a pronoun finds its person; one further off is not plain
_MAX_SENTENCE = 600  # characters of a sentence examined for its subject


class Lexicon(NamedTuple):
    """The words of saying and the pronouns of a language, or of all where it is not known."""

    said: frozenset[str]
    pronouns: dict[str, str]
    drops_pronouns: bool
    inflects: bool
    is_german: bool


@lru_cache(maxsize=64)  # more than the languages of the lists
def lexicon(language: str | None) -> Lexicon:
    """The words for a language code; those of every language where we have none for it."""
    code = (language or "").lower()[:2]
    known = code in _LISTS["said"]
    said = frozenset(_LISTS["said"][code].split()) if known else _ALL_SAID
    pronouns: dict[str, str] = {}
    for gender, by_language in _LISTS["pronouns"].items():
        for each, words in by_language.items():
            if each == code or not known:
                pronouns.update(dict.fromkeys(words.split(), gender))
    if not known:
        pronouns.pop("on", None)  # Polish he, and a word of English
        pronouns.pop("o", None)
    return Lexicon(said, pronouns, code in _W["pro_drop"], code in _W["inflecting"], code == "de")


@dataclass
class Person:
    """Somebody a text names, with the fullest name found."""

    name: str
    first_seen: int  # where in the text; nobody speaks before being named if another of that surname has been
    gender: str | None = None
    context: str = ""  # what stands around the first mention: "her nephew", "the skipper"
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
        self._parsed: dict[str, tuple[list[str], bool, str | None]] = {}
        self.text = "\n\n".join(paragraphs)[:_MAX_TEXT]
        titled: list[tuple[re.Match[str], list[str], str | None]] = []
        for match in _FULL_NAME.finditer(self.text):
            names, has_title, gender = self._parse(match.group())
            if len(names) >= 2:
                self._learn(match, names, gender, has_title=has_title)
            elif names and has_title:
                titled.append((match, names, gender))
        for match, names, gender in titled:
            known = self._by_word.get(self._key(names[-1]))
            if not known:
                self._add(names, match.start(), gender, self._around(match))
            elif len(known) == 1 and gender:
                known[0].gender = gender

    def _key(self, word: str) -> str:
        # five letters outlast the case endings of Slavic names
        return word.lower()[:5] if self.words.inflects else word.lower()

    def _around(self, match: re.Match[str]) -> str:
        # 40 characters hold a role or a relation on either side
        after = self.text[match.end() : match.end() + 40].split(".")[0]
        return f"{self.text[max(0, match.start() - 40) : match.start()]} {match.group()} | {after}".lower()

    def _parse(self, raw: str) -> tuple[list[str], bool, str | None]:
        """A name's words without titles and sentence openings, whether it had a title, and the gender that gives."""
        if raw not in self._parsed:
            self._parsed[raw] = self._strip(raw.split())
        return self._parsed[raw]

    def _strip(self, items: list[str]) -> tuple[list[str], bool, str | None]:
        lowered = [item.lower().rstrip(".") for item in items]
        start, end = 0, len(items)
        has_title = False
        for place in range(end - 1):
            is_role = lowered[place] in _ROLES or (
                self.words.is_german
                and lowered[place].endswith(_ROLE_ENDINGS)
                and lowered[place] not in _W["given_names_like_roles"]
                and (end - place > 2 or len(lowered[place]) > 9)  # "Martin Huber" is a name, "Försterin Huber" none
            )
            if is_role:
                start, has_title = place + 1, True
        while start < end and (lowered[start] in _FUNCTION or lowered[start] in _W["particles"]):
            start += 1
        while end > start and (lowered[end - 1] in _FUNCTION or lowered[end - 1] in _ALL_SAID):
            end -= 1
        names = items[start:end]
        if not names or not _NOT_PERSON.isdisjoint(lowered[start:end]) or len(names[-1].rstrip(".")) < 2:
            return [], False, None
        if sum(1 for name in names if name[0].isupper()) > 4 or all(name.isupper() and len(name) > 2 for name in names):
            return [], False, None  # a headline's words, or an abbreviation
        if any(word in _W["women"] for word in lowered[:start]) or (
            has_title and self.words.is_german and lowered[start - 1].endswith("in")
        ):
            return names, has_title, "f"
        return names, has_title, "m" if any(word in _W["men"] for word in lowered[:start]) else None

    def _learn(self, match: re.Match[str], names: list[str], gender: str | None, *, has_title: bool) -> None:
        start = match.start()
        if not has_title:
            before = WORD.findall(self.text[max(0, start - 14) : start])
            word = before[-1].lower() if before and self.text[start - 1].isspace() else ""
            given = names[0].lower()
            # "the Cobb Street", "in Port Ellery": things and places, unless a given name says otherwise
            if word in _W["articles"] or (
                word in _PLACE_PREPOSITIONS and given not in _W["female_names"] and given not in _W["male_names"]
            ):
                return
            if _ORGANISATION_AFTER.match(self.text, match.end()):
                return
        self._add(names, start, gender, self._around(match))

    def _add(self, names: list[str], seen: int, gender: str | None, context: str) -> None:
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
        person = Person(" ".join(names), seen, gender, context, [" ".join(names)])
        self._index(names, person)

    def _index(self, names: list[str], person: Person) -> None:
        for word in names:
            if word[0].isupper() and person not in (listed := self._by_word.setdefault(self._key(word), [])):
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
            if self.words.inflects and len(found) == 1 and " ".join(names) in found[0].variants:
                found[0].name = " ".join(names)  # whoever says something stands in the nominative
            return found[:1]
        key = self._key(names[0])
        surnamed = [one for one in listed if self._key(one.name.rsplit(maxsplit=1)[-1]) == key]
        found = surnamed or listed
        if self.words.inflects and len(found) == 1:
            exact = [full for full in found[0].variants if full.endswith(names[0])]
            found[0].name = exact[0] if exact else found[0].name
        if len(found) > 1:
            found = [one for one in found if one.first_seen <= at] or found
        if len(found) > 1 and gender:
            found = [one for one in found if self.gender(one) in (gender, None)]
        return found

    def mentions(self, text: str, at: int, focus: Person | None = None) -> Iterator[Mention]:
        """The people named in a piece of text that stands at an offset of the whole."""
        for match in _NAME.finditer(text):
            found = self.find(match.group(), at + match.start())
            if len(found) > 1:
                found = [focus] if focus in found else []
            if not found or found[0] is None:
                continue
            before = WORD.findall(text[max(0, match.start() - 14) : match.start()])
            yield Mention(
                match.start(),
                match.end(),
                found[0],
                bool(_POSSESSIVE.match(text, match.end())),
                bool(before) and before[-1].lower() in _W["prepositions"],
            )

    def gender(self, person: Person) -> str | None:
        """A person's gender by title, relation, given name or ending; None where nothing tells."""
        if person.gender is None:
            person.gender = self._guess_gender(person) or "?"
        return None if person.gender == "?" else person.gender

    def _guess_gender(self, person: Person) -> str | None:
        names = person.name.split()
        first, last = names[0].lower(), names[-1].lower()
        if first in _W["male_names"]:
            return "m"
        if first in _W["female_names"] or last.endswith(_CYRILLIC_FEMALE):
            return "f"
        if last.endswith(_CYRILLIC_MALE):
            return "m"
        before, _, after = person.context.partition(" | ")
        near = [*WORD.findall(before)[-len(names) - 2 :], *WORD.findall(after)[:2]]
        if any(word in _W["men"] for word in near):
            return "m"
        # most given names in -a are women's, in every language of the lists
        return "f" if first.endswith(("a", "а")) or any(word in _W["women"] for word in near) else None

    def by_role(self, role: str) -> Person | None:
        """The one person of whom the text says this role at the first mention."""
        people = {id(one): one for listed in self._by_word.values() for one in listed}
        pattern = re.compile(rf"\b{re.escape(role)}\b")
        found = [one for one in people.values() if pattern.search(one.context)]
        return found[0] if len(found) == 1 else None


class Subject(NamedTuple):
    """Of whom a sentence speaks."""

    kind: str  # person, group, pronoun, unnamed or none
    people: tuple[Person, ...] = ()
    gender: str | None = None


def subject_of(cast: Cast, sentence: str, at: int, focus: Person | None) -> Subject:
    """Of whom a sentence speaks: the first person named, a pronoun, somebody without a name, or nobody."""
    sentence = sentence[:_MAX_SENTENCE]
    words = [word.lower() for word in WORD.findall(sentence[:90])]  # 90 characters hold the subject's noun
    if not words:
        return Subject("none")
    pronoun = cast.words.pronouns.get(words[0])
    joined = len(words) > 1 and words[1] in _W["and"]
    if pronoun:
        return Subject("group" if joined else "pronoun", gender=pronoun)
    for mention in cast.mentions(sentence, at, focus):
        if mention.possessive or (mention.governed and words[0] in _W["articles"] and _has_human(words)):
            continue
        rest = WORD.findall(sentence[mention.end : mention.end + 30])
        if rest and rest[0].lower() in _W["and"] and sentence[mention.end : mention.end + 1].isspace():
            others = [
                one.person
                for one in cast.mentions(sentence[mention.end :], at + mention.end, focus)
                if one.start < 25 and one.person is not mention.person  # named right after the "and"
            ]
            if others or (len(rest) > 1 and rest[1].lower() in _W["possessive"]):
                return Subject("group", (mention.person, *others[:1]))
        return Subject("person", (mention.person,))
    if _has_pair(words, is_german=cast.words.is_german):
        return Subject("group")
    if (words[0] in _W["articles"] and _has_human(words)) or (len(words) > 1 and "who" in words[1:6]):
        return Subject("unnamed")
    return Subject("none")


def _is_human(word: str) -> bool:
    return word in _HUMAN or word.endswith(_HUMAN_ENDINGS)


def _has_human(words: list[str]) -> bool:
    """Whether the noun of a subject is a human's: within five words, before any preposition."""
    for word in words[1:6]:
        if word in _W["prepositions"]:
            return False
        if _is_human(word):
            return True
    return False


def _has_pair(words: list[str], *, is_german: bool) -> bool:
    """Whether two human nouns are joined by "and", of whom a pronoun could mean either."""
    for place in range(1, len(words) - 1):
        if words[place] in _W["and"]:
            after = (
                words[place + 2] if words[place + 1] in _W["articles"] and place + 2 < len(words) else words[place + 1]
            )
            before = words[place - 1]
            if (_is_human(before) or (is_german and before.endswith("in"))) and _is_human(after):
                return True
    return False


def sentences(text: str) -> list[tuple[int, str]]:
    """The sentences of a text with their offsets, last first."""
    found: list[tuple[int, str]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        before = text[max(start, match.start() - 8) : match.start()].rsplit(maxsplit=1)
        if before and (bare := before[-1].lower().strip('(“"’')).endswith("."):
            bare = bare.rstrip(".")
            if bare in _W["abbreviations"] or (len(bare) == 1 and bare.isalpha()):
                continue
        found.append((start, text[start : match.start()]))
        start = match.end()
    found.append((start, text[start:]))
    return found[::-1]
