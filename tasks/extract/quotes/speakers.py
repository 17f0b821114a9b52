"""Who speaks: the verb and the subject beside a quote, or whoever the text is about."""

import re
from typing import NamedTuple

from tasks.extract.quotes.people import WORD, Cast, Person, lower_words, sentences
from tasks.extract.quotes.subjects import has_human, is_human, subject_of
from tasks.extract.quotes.words import FUNCTION, ROLES, WORDS

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
_DEFINITE = frozenset(["the", "der", "die", "das", "le", "la", "l", "el", "il", "lo", "de", "het"])
_RELATIVE = re.compile(r" (?:who|whose|whom|which|qui|dont|che|quien|cuyo|który|która|котор\w+)\b")
_END = 1 << 30  # an offset behind every name: all people are known
_MAX_NARRATIVE = 1_500  # characters between quotes searched for the person spoken of, about ten sentences


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
        return not WORDS["according"].isdisjoint(lower_words(clause))

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
        if first in WORDS["articles"] or first in WORDS["prepositions"] or first in WORDS["and"] or first in FUNCTION:
            return False
        if len(words) == 1:
            return self.cast.words.drops_pronouns
        second = words[1].lower()
        if second in self.cast.words.pronouns or (
            second in WORDS["articles"] and has_human([w.lower() for w in words[1:]])
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
        told = verb is not None and clause[start:end].lower() in WORDS["told"]
        return self._after_verb(clause[end:], offset + end, told=told, may_leave_out=not has_subject_before)

    def _before_verb(self, clause: str, offset: int, words: list[str], *, is_source: bool) -> Source | None:
        """Who says it by the words before the verb: she said; the mayor, Anna Roth, said; according to Anna Roth."""
        pronouns = self.cast.words.pronouns
        for word in words[:-3:-1]:  # a pronoun beside the verb, or with one word between
            if word in pronouns:
                return Source(pronoun=pronouns[word])
        if named := self._first_named(clause, offset, is_source=is_source):
            return named
        if any(map(is_human, words)):
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
        if any(map(is_human, words[:5])):
            return Source(self._by_role(words))
        if may_leave_out and self.cast.words.drops_pronouns and not (words and words[0] in WORDS["articles"]):
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
            if word in WORDS["prepositions"]:
                return None
            if word in ROLES and word not in WORDS["women"] | WORDS["men"]:
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
