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
_ROLES, _FUNCTION, _NOT_PERSON = _W["roles"], _W["function"] | _W["according"], _W["not_person"]
_QUALIFIERS = _W["qualifiers"]
_HUMAN = _W["human"] | (_ROLES - _QUALIFIERS)
_HUMAN_ENDINGS = tuple(_W["human_endings"])
_ROLE_ENDINGS = tuple(_W["role_endings"])
_NO_NAMES = _ROLES | _FUNCTION | _NOT_PERSON | _W["particles"]  # completed by the verbs below
_PLACE_PREPOSITIONS = frozenset(["in", "at", "near", "on", "aus", "à", "en", "nach", "bei", "w", "we", "в", "em", "te"])
_ALL_SAID = frozenset(word for words in _LISTS["said"].values() for word in words.split()) - {
    "so",
    "put",
    "puts",
    "dice",
}

# re has no class for capital letters: Latin to Cyrillic, and the Vietnamese part of Latin
_CAPITALS = "".join(char for code in (*range(0x41, 0x530), *range(0x1E00, 0x1F00)) if (char := chr(code)).isupper())
# der and its like join names only after von: "Ende der Spielzeit" is none
_PARTICLES = "(?:von|van|de|zu)[ \u00a0](?:der|den|dem|het|la|las|los|le)|" + "|".join(
    sorted(_W["particles"] - {"der", "den", "des", "dem", "of"}, key=len, reverse=True)
)
# An item of a name: a capitalised word with its hyphenated or O’-joined parts; a full stop only after an initial or an
# abbreviated title. It begins with a plain character class, which re finds several times faster than anything else.
_ITEM = (
    rf"[{_CAPITALS}]\w*(?:[-’'][{_CAPITALS}]\w*)*"
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
_MAX_TEXT = 60_000  # characters in which names are learned: ten long articles; beyond lies damage
_MAX_NAMESAKES = 20  # people who share a name; a family story has fewer, a list of results is not quoted
_MAX_LOOK_BACK = 10  # sentences within which a pronoun finds its person; one further off is not plain
_AUXILIARIES = frozenset(
    [
        "a",
        "ha",
        "ho",
        "hat",
        "se",
        "s",
        "si",
        "has",
        "had",
        "have",
        "was",
        "is",
        "ont",
        "est",
        "me",
        "m",
        "lo",
        "le",
        "lui",
        "nous",
        "so",
        "also",
        "then",
        "further",
    ]
)
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
_DEFINITE = frozenset(["the", "der", "die", "das", "le", "la", "l", "el", "il", "lo", "de", "het"])
_RELATIVE = re.compile(r" (?:who|whose|whom|which|qui|dont|che|quien|cuyo|który|która|котор\w+)\b")
_END = 1 << 30  # an offset behind every name: all people are known
_MAX_NARRATIVE = 1_500  # characters between quotes searched for the person spoken of, about ten sentences
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
        self.text = "\n\n".join(paragraphs)[:_MAX_TEXT]
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
        if not self.words.is_german and _NO_NAMES.isdisjoint(lowered) and 1 < len(items) < 4 and not items[0].isupper():
            return items, False, None  # most names are plain; the rest takes longer
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
                start, has_title = place + 1, has_title or lowered[place] not in _QUALIFIERS
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

    def _learn(self, match: re.Match[str], names: list[str], gender: str | None, *, has_title: bool) -> bool:
        """Whether a run of names is a person's, who then belongs to the cast."""
        start = match.start()
        if not has_title:
            word = _word_before(self.text, start)
            given = names[0].lower()
            # "the Cobb Street", "in Port Ellery": things and places, unless a given name says otherwise
            if word in _W["articles"] or (
                word in _PLACE_PREPOSITIONS and given not in _W["female_names"] and given not in _W["male_names"]
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
            governed = _word_before(text, start) in _W["prepositions"]
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
        if first in _W["male_names"]:
            return "m"
        if first in _W["female_names"] or person.name.endswith(_CYRILLIC_FEMALE):
            return "f"
        if person.name.endswith(_CYRILLIC_MALE):
            return "m"
        before, after = self._around(person)
        # two words on either side hold "her nephew" and ", his sister"
        near = [*WORD.findall(before)[-person.name.count(" ") - 3 :], *WORD.findall(after)[:2]]
        if not _W["men"].isdisjoint(near):
            return "m"
        # most given names in -a are women's, in every language of the lists
        return "f" if first.endswith(("a", "а")) or not _W["women"].isdisjoint(near) else None

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
    if not _W["and"].isdisjoint(words) and _has_pair(words, is_german=cast.words.is_german):
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


def ends_with_abbreviation(text: str, end: int) -> bool:
    """Whether the full stop before a place belongs to an abbreviation or an initial and ends no sentence."""
    if text[end - 1] != ".":
        return False
    words = text[max(0, end - 8) : end - 1].split()  # eight characters hold an abbreviation
    if not words:
        return False
    word = words[-1].lower().strip('(“"’')
    return word in _W["abbreviations"] or (len(word) == 1 and word.isalpha())


def names_a_term(before: str) -> bool:
    """Whether the words before a span say that a term, a title or a nickname follows."""
    words = before[-40:].rstrip(" \u00a0,:").lower().split()[-2:]  # 40 characters hold two words
    return bool(words) and (
        words[-1] in _W["before_terms"] or " ".join(words) in _BEFORE_TERMS or words[-1].startswith(_CALLED)
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


class Speech(NamedTuple):
    """Where somebody last spoke, and who."""

    paragraph: int
    end: int
    person: Person | None


class Source(NamedTuple):
    """Who says something: a person, somebody without a name, or whom a pronoun means ("*" for one left out)."""

    person: Person | None = None
    pronoun: str | None = None


class Voice:
    """Tells who speaks in a text that is read from first to last."""

    def __init__(self, cast: Cast, paragraphs: list[str], spans: list[list[tuple[int, int]]]) -> None:
        self.cast = cast
        self.paragraphs = paragraphs
        self.last: Speech | None = None
        self._verbs: dict[tuple[str, bool], tuple[int, int] | None] = {}
        self._spans = spans  # what stands in quotation marks: a quote tells its reader of nobody
        self._offsets = [0]
        for paragraph in paragraphs:
            self._offsets.append(self._offsets[-1] + len(paragraph) + 2)

    def spoke(self, paragraph: int, end: int, person: Person | None) -> None:
        """Remember who spoke last; None for somebody without a name."""
        self.last = Speech(paragraph, end, person)

    def verb(self, clause: str, *, is_last: bool = False) -> tuple[int, int] | None:
        """Where the first or last verb of saying stands in a clause."""
        if (clause, is_last) not in self._verbs:
            self._verbs[clause, is_last] = self._find_verb(clause, is_last=is_last)
        return self._verbs[clause, is_last]

    def _find_verb(self, clause: str, *, is_last: bool) -> tuple[int, int] | None:
        said = self.cast.words.said
        lowered = clause.lower()
        if len(lowered) != len(clause):
            lowered = clause  # a letter whose small form is two letters long shifts all places
        words = lower_words(lowered)
        if said.isdisjoint(words):
            return None
        for word in reversed(words) if is_last else words:
            if word in said:
                pattern = re.compile(rf"\b{word}\b") if len(word) < 4 else None
                place = lowered.rfind(word) if is_last else lowered.find(word)
                if pattern and (match := pattern.search(lowered)):
                    place = match.start()
                return place, place + len(word)
        return None

    def according(self, clause: str) -> bool:
        """Whether a clause names a source: according to X; in her view."""
        return not _W["according"].isdisjoint(lower_words(clause))

    def looks_attributing(self, clause: str) -> bool:
        """Whether a clause without a known verb is built as one that says who speaks: boomed Anna Roth; she boomed."""
        words = [word for word in WORD.findall(clause) if word.lower() not in _AUXILIARIES]
        if not words or len(words) > 25:  # words; a longer clause tells something else
            return False
        first = words[0].lower()
        if first in self.cast.words.pronouns:
            return len(words) <= 4
        if words[0][0].isupper():
            return len(words) <= 8 and any(
                one.start < 20 and not one.possessive for one in self.cast.mentions(clause, _END)
            )
        if first in _W["articles"] or first in _W["prepositions"] or first in _W["and"] or first in _FUNCTION:
            return False
        if len(words) == 1:
            return self.cast.words.drops_pronouns
        second = words[1].lower()
        if second in self.cast.words.pronouns or (
            second in _W["articles"] and _has_human([w.lower() for w in words[1:]])
        ):
            return True
        near = clause.find(words[0]) + len(words[0]) + 3  # the name follows the verb at once, but for a dash or a blank
        return any(one.start <= near and not one.possessive for one in self.cast.mentions(clause, _END))

    def subject(self, paragraph: int, at: int, clause: str, *, is_after: bool) -> Source:
        """Who says it by a clause that begins at a place of a paragraph, after a quote or before one."""
        verb = self.verb(clause, is_last=not is_after)
        start, end = verb or ((0, 0) if is_after else (len(clause), len(clause)))
        offset = self._offsets[paragraph] + at
        has_subject_before = False
        if start > 2:  # a comma and a blank at least
            words = [word for word in lower_words(clause[:start]) if word not in _AUXILIARIES]
            has_subject_before = bool(words) and is_after
            is_source = verb is None and self.according(clause)
            if source := self._before_verb(clause[:start], offset, words, is_source=is_source):
                return source
        told = verb is not None and clause[start:end].lower() in _W["told"]
        return self._after_verb(clause[end:], offset + end, told=told, may_leave_out=not has_subject_before)

    def _before_verb(self, clause: str, offset: int, words: list[str], *, is_source: bool) -> Source | None:
        """Who says it by the words before the verb: she said; the mayor, Anna Roth, said; according to Anna Roth."""
        pronouns = self.cast.words.pronouns
        for word in words[:-3:-1]:  # a pronoun beside the verb, or with one word between
            if word in pronouns:
                return Source(pronoun=pronouns[word])
        if named := self._first_named(clause, offset, is_source=is_source):
            return named
        if any(map(_is_human, words)):
            return Source(self._by_role(words))
        for word in words:
            if word in pronouns:
                return Source(pronoun=pronouns[word])
        return Source(pronoun="*") if is_source else None

    def _after_verb(self, clause: str, offset: int, *, told: bool, may_leave_out: bool) -> Source:
        """Who says it by the words after the verb: said she; said the mayor, Anna Roth; afirmó."""
        words = [word for word in lower_words(clause[:60]) if word not in _AUXILIARIES]  # 60: five words
        pronouns = self.cast.words.pronouns
        for word in words[:2]:
            if word in pronouns:
                return Source(pronoun=pronouns[word])
        if not told and (named := self._first_named(clause, offset, is_source=False)):
            return named
        if any(map(_is_human, words[:5])):
            return Source(self._by_role(words))
        if may_leave_out and self.cast.words.drops_pronouns and not (words and words[0] in _W["articles"]):
            return Source(pronoun="*")
        return Source()

    def _first_named(self, clause: str, offset: int, *, is_source: bool) -> Source | None:
        """The first person a clause names as its subject, before any "who"."""
        for mention in self.cast.mentions(clause, offset, self.last.person if self.last else None):
            if _RELATIVE.search(clause, 0, mention.start):
                return None
            if not mention.possessive and (is_source or not mention.governed):
                self.cast.speaks(mention.person, clause[mention.start : mention.end])
                return Source(mention.person)
        return None

    def _by_role(self, words: list[str]) -> Person | None:
        """Whom "the mayor" means, where the text calls one person so."""
        if words[0] not in _DEFINITE:
            return None
        for word in words[1:6]:
            if word in _W["prepositions"]:
                return None
            if word in _ROLES and word not in _W["women"] | _W["men"]:
                return self.cast.by_role(word)
        return None

    def just_named(self, paragraph: int, end: int, person: Person) -> bool:
        """Whether a paragraph names a person before a place, outside its quotes."""
        text = self._narrative(paragraph, 0, end)
        return any(one.person is person for one in self.cast.mentions(text, self._offsets[paragraph], person))

    def _narrative(self, paragraph: int, start: int, end: int) -> str:
        """The words of a paragraph outside its quotes, at most as many as are worth searching."""
        start = max(start, end - _MAX_NARRATIVE)
        text = self.paragraphs[paragraph]
        pieces: list[str] = []
        for span_start, span_end in self._spans[paragraph]:
            if span_start >= end:
                break
            if span_end > start:
                pieces.append(text[start:span_start])
                start = span_end
        pieces.append(text[start:end] if start < end else "")
        return " . ".join(pieces)

    def spoken_of(self, paragraph: int, place: int, gender: str) -> Person | None:
        """The person a pronoun of some gender means at a place: who the text last spoke of, if it plainly is one."""
        examined = 0
        focus = self.last.person if self.last else None
        if self.last and self.last.paragraph == paragraph and place - self.last.end < 4:  # a full stop, a dash, blanks
            return focus if focus is None or self._fits(focus, gender) else None
        for number in range(paragraph, max(-1, paragraph - _MAX_LOOK_BACK), -1):
            end = place if number == paragraph else len(self.paragraphs[number])
            spoke_here = self.last is not None and self.last.paragraph == number
            start = self.last.end if self.last is not None and spoke_here else 0
            for offset, sentence in sentences(self._narrative(number, start, end)):
                subject = subject_of(self.cast, sentence, self._offsets[number] + start + offset, focus)
                if subject.kind == "pronoun" and gender == "*" and subject.gender is not None:
                    gender = subject.gender
                examined += bool(sentence.strip())
                if subject.kind == "group":
                    return self._one_of(subject.people, gender)
                if subject.kind == "unnamed":
                    return None
                if subject.kind == "person" and self._fits(subject.people[0], gender):
                    return subject.people[0]
                if examined >= _MAX_LOOK_BACK:
                    return None
            if self.last is not None and spoke_here and (focus is None or self._fits(focus, gender)):
                return focus
        return None

    def _fits(self, person: Person, gender: str) -> bool:
        if gender == "*":
            return True
        known = self.cast.gender(person)
        if gender == "n":
            return known is None  # they, of one person
        if known is None:
            person.gender = gender
        return known in (None, gender)

    def _one_of(self, people: tuple[Person, ...], gender: str) -> Person | None:
        """The one of two people whom a pronoun can mean, by their genders."""
        genders = [self.cast.gender(person) for person in people]
        if len(people) == 2 and None not in genders and genders.count(gender) == 1:
            return people[genders.index(gender)]
        return None


_KANJI = "一-龯々ヶ"
_JA_ROLE = (
    "副町長|副市長|副知事|副社長|副会長|組合長|理事長|委員長|事務局長|支配人|准教授|町長|市長|村長|区長|知事|社長|会長|館長|校長|園長|課長|部長|局長|店長|駅長|院長|所長|議長|団長|船長|隊長|署長|"
    "教授|議員|監督|選手|首相|大臣|代表|女将|おかみ|住職|宮司|店主|医師|弁護士|学芸員|研究員|主任|職員|漁師|農家"
)
_JA_NAME = re.compile(
    rf"([{_KANJI}]{{1,12}}?[ァ-ヴー]{{0,6}}|[ァ-ヴー]+(?:[・＝][ァ-ヴー]+)*)(さん|氏|様|君|{_JA_ROLE})(?![{_KANJI}])"
)
_JA_PREFIX = re.compile(rf"^.*(?:{_JA_ROLE})(?=.)")
_JA_GROUP = re.compile(
    r"協会|組合|会社|大学|役場|委員会|観光|商店|学校|病院|事務|市役|警察|消防|同社|同町|同市|皆|客|患者|業者|記者|お父|お母|父|母|娘|息子|奥"
)
_JA_SUBJECT = re.compile(rf"([{_KANJI}ァ-ヴー]{{2,20}}(?:たち|ら)?)(?:（[^）]{{0,20}}）)?(?:は|が)")


class JapaneseCast:
    """The people of a Japanese text: names stand before さん, 氏 or a role."""

    def __init__(self, text: str) -> None:
        self._full: list[str] = []
        self._by_role: dict[str, set[str]] = {}
        text = text[:_MAX_TEXT]
        for match in _JA_NAME.finditer(text):
            name = self._bare(match.group(1))
            if not name:
                continue
            if name not in self._full:
                self._full.append(name)
            role = re.search(rf"({_JA_ROLE})[の、]?$", text[max(0, match.start() - 6) : match.start()])
            for each in (match.group(2), role.group(1) if role else ""):
                self._by_role.setdefault(each, set()).add(name)
        # a surname alone is no person beside its full name
        self._full.sort(key=len, reverse=True)

    @staticmethod
    def _bare(name: str) -> str:
        name = _JA_PREFIX.sub("", name)
        # six characters are the longest names; one is none
        is_name = len(name) >= 2 and not _JA_GROUP.search(name) and (len(name) <= 6 or "・" in name)
        return name if is_name and not re.fullmatch(_JA_ROLE, name) else ""

    def _fullest(self, name: str) -> str:
        return next((full for full in self._full if full.startswith(name)), name)

    def subject(self, clause: str) -> tuple[bool, str | None]:
        """Whether a clause says who speaks, and the name where it gives one."""
        for match in _JA_NAME.finditer(clause):
            if name := self._bare(match.group(1)):
                return True, self._fullest(name)
        if subject := _JA_SUBJECT.search(clause):
            role = re.search(rf"({_JA_ROLE})$", subject.group(1))
            named = {self._fullest(name) for name in self._by_role.get(role.group(1), ())} if role else set()
            return True, named.pop() if len(named) == 1 else None
        return False, None

    def latest(self, text: str) -> str | None:
        """Who is named last in a text, or None."""
        names = [name for match in _JA_NAME.finditer(text) if (name := self._bare(match.group(1)))]
        return self._fullest(names[-1]) if names else None
