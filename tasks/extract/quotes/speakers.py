"""Who speaks: the verb and the subject beside a quote, or the person the text is about."""

import re
from typing import NamedTuple

from tasks.extract.quotes.people import People, Person
from tasks.extract.quotes.sentences import WORD, lower_words, sentences_backwards
from tasks.extract.quotes.subjects import has_human, is_human, subject_of
from tasks.extract.quotes.words import FUNCTION_WORDS, ROLES, WORDS

_MAX_SENTENCES_BACK = 10  # sentences within which a pronoun finds its person; beyond that it is unclear
_AUXILIARIES = frozenset(
    "a ha ho hat se s si has had have was is ont est me m lo le lui nous so also then further".split()
)
_DEFINITE_ARTICLES = frozenset("the der die das le la l el il lo de het".split())
_RELATIVE = re.compile(r" (?:who|whose|whom|which|qui|dont|che|quien|cuyo|który|która|котор\w+)\b")
_END_OF_TEXT = 1 << 30  # an offset after every name: all people are known there
_MAX_NARRATIVE_CHARS = 1_500  # between quotes searched for the person mentioned last, about ten sentences
ANY_PERSON = "*"  # the gender of an omitted pronoun


class Speech(NamedTuple):
    """Position of the last speech, and its speaker."""

    paragraph: int
    end: int
    person: Person | None


class Source(NamedTuple):
    """Who says something: a person, somebody without a name, or whoever a pronoun means."""

    person: Person | None = None
    pronoun_gender: str | None = None


class SpeakerFinder:
    """Finds who speaks in a text that is read from start to end.

    Args:
        people: The people of the text.
        paragraphs: The paragraphs of the text.
        quoted: Start and end of each passage in quotation marks, by paragraph; what is inside does not tell who speaks.
    """

    def __init__(self, people: People, paragraphs: list[str], quoted: list[list[tuple[int, int]]]) -> None:
        self.people = people
        self.paragraphs = paragraphs
        self.last: Speech | None = None
        self._verbs: dict[tuple[str, bool], tuple[int, int] | None] = {}
        self._quoted = quoted
        self._offsets = [0]
        for paragraph in paragraphs:
            self._offsets.append(self._offsets[-1] + len(paragraph) + 2)

    def remember(self, paragraph: int, end: int, person: Person | None) -> None:
        """Remember who spoke last; None for somebody without a name."""
        self.last = Speech(paragraph, end, person)

    def speech_verb(self, clause: str, *, is_last: bool = False) -> tuple[int, int] | None:
        """Start and end of the first or last verb of saying in a clause."""
        if (clause, is_last) not in self._verbs:
            self._verbs[clause, is_last] = self._find_verb(clause, is_last=is_last)
        return self._verbs[clause, is_last]

    def _find_verb(self, clause: str, *, is_last: bool) -> tuple[int, int] | None:
        verbs = self.people.lexicon.speech_verbs
        lowered = clause.lower()
        if len(lowered) != len(clause):
            lowered = clause  # a letter whose lower case has two letters would shift all positions
        words = lower_words(lowered)
        if verbs.isdisjoint(words):
            return None
        for word in reversed(words) if is_last else words:
            if word in verbs:
                pattern = re.compile(rf"\b{word}\b") if len(word) < 4 else None
                start = lowered.rfind(word) if is_last else lowered.find(word)
                if pattern and (match := pattern.search(lowered)):
                    start = match.start()
                return start, start + len(word)
        return None

    def has_source(self, clause: str) -> bool:
        """Whether a clause names a source: according to X; in her view."""
        return not WORDS["according"].isdisjoint(lower_words(clause))

    def looks_attributing(self, clause: str) -> bool:
        """Whether a clause without a known verb is built like an attribution: boomed Anna Roth; she boomed."""
        words = [word for word in WORD.findall(clause) if word.lower() not in _AUXILIARIES]
        if not words or len(words) > 25:  # a longer clause is about something else
            return False
        lexicon = self.people.lexicon
        first = words[0].lower()
        if first in lexicon.pronouns:
            return len(words) <= 4
        if words[0][0].isupper():
            return len(words) <= 8 and self._names_subject(clause, 19)
        if first in WORDS["articles"] or first in WORDS["prepositions"] or first in WORDS["and"]:
            return False
        if first in FUNCTION_WORDS:
            return False
        if len(words) == 1:
            return lexicon.drops_pronouns
        second = words[1].lower()
        if second in lexicon.pronouns:
            return True
        if second in WORDS["articles"] and has_human([word.lower() for word in words[1:]]):
            return True
        # the name follows the verb directly, except for a dash or a space
        return self._names_subject(clause, clause.find(words[0]) + len(words[0]) + 3)

    def _names_subject(self, clause: str, latest_start: int) -> bool:
        """Whether a person's name, not in the possessive, starts in a clause up to a position."""
        mentions = self.people.mentions(clause, _END_OF_TEXT)
        return any(mention.start <= latest_start and not mention.is_possessive for mention in mentions)

    def source(self, paragraph: int, position: int, clause: str, *, is_after: bool) -> Source:
        """Who says it according to a clause at a position of a paragraph, after a quote or before one."""
        verb = self.speech_verb(clause, is_last=not is_after)
        start, end = verb or ((0, 0) if is_after else (len(clause), len(clause)))
        offset = self._offsets[paragraph] + position
        has_subject_before = False
        if start > 2:  # at least a comma and a space
            words = [word for word in lower_words(clause[:start]) if word not in _AUXILIARIES]
            has_subject_before = bool(words) and is_after
            is_source = verb is None and self.has_source(clause)
            if source := self._source_before_verb(clause[:start], offset, words, is_source=is_source):
                return source
        has_listener = verb is not None and clause[start:end].lower() in WORDS["tell_verbs"]
        return self._source_after_verb(
            clause[end:], offset + end, has_listener=has_listener, may_omit_subject=not has_subject_before
        )

    def _source_before_verb(self, clause: str, offset: int, words: list[str], *, is_source: bool) -> Source | None:
        """Who says it, by the words before the verb: she said; the mayor, Anna Roth, said; according to Anna Roth."""
        pronouns = self.people.lexicon.pronouns
        for word in words[:-3:-1]:  # a pronoun beside the verb, or with one word between
            if word in pronouns:
                return Source(pronoun_gender=pronouns[word])
        if named := self._first_named(clause, offset, is_source=is_source):
            return named
        if any(map(is_human, words)):
            return Source(self._by_role(words))
        for word in words:
            if word in pronouns:
                return Source(pronoun_gender=pronouns[word])
        return Source(pronoun_gender=ANY_PERSON) if is_source else None

    def _source_after_verb(self, clause: str, offset: int, *, has_listener: bool, may_omit_subject: bool) -> Source:
        """Who says it, by the words after the verb: said she; said the mayor, Anna Roth; afirmó."""
        words = [word for word in lower_words(clause[:60]) if word not in _AUXILIARIES]  # 60: five words
        lexicon = self.people.lexicon
        for word in words[:2]:
            if word in lexicon.pronouns:
                return Source(pronoun_gender=lexicon.pronouns[word])
        if not has_listener and (named := self._first_named(clause, offset, is_source=False)):
            return named
        if any(map(is_human, words[:5])):
            return Source(self._by_role(words))
        if may_omit_subject and lexicon.drops_pronouns and not (words and words[0] in WORDS["articles"]):
            return Source(pronoun_gender=ANY_PERSON)
        return Source()

    def _first_named(self, clause: str, offset: int, *, is_source: bool) -> Source | None:
        """The first person named as the subject of a clause, before any "who"."""
        for mention in self.people.mentions(clause, offset, self.last.person if self.last else None):
            if _RELATIVE.search(clause, 0, mention.start):
                return None
            if not mention.is_possessive and (is_source or not mention.is_after_preposition):
                self.people.use_form_of_subject(mention.person, clause[mention.start : mention.end])
                return Source(mention.person)
        return None

    def _by_role(self, words: list[str]) -> Person | None:
        """The person meant by "the mayor", if the text calls only one person so."""
        if words[0] not in _DEFINITE_ARTICLES:
            return None
        for word in words[1:6]:
            if word in WORDS["prepositions"]:
                return None
            if word in ROLES and word not in WORDS["women"] | WORDS["men"]:
                return self.people.by_role(word)
        return None

    def is_named_before(self, paragraph: int, end: int, person: Person) -> bool:
        """Whether a paragraph names a person before a position, outside its quotes."""
        text = self._narrative(paragraph, 0, end)
        mentions = self.people.mentions(text, self._offsets[paragraph], person)
        return any(mention.person is person for mention in mentions)

    def _narrative(self, paragraph: int, start: int, end: int) -> str:
        """The text of a paragraph outside its quotes, up to the maximum worth searching."""
        start = max(start, end - _MAX_NARRATIVE_CHARS)
        text = self.paragraphs[paragraph]
        pieces: list[str] = []
        for quote_start, quote_end in self._quoted[paragraph]:
            if quote_start >= end:
                break
            if quote_end > start:
                pieces.append(text[start:quote_start])
                start = quote_end
        pieces.append(text[start:end] if start < end else "")
        return " . ".join(pieces)

    def person_mentioned_last(self, paragraph: int, position: int, gender: str) -> Person | None:
        """The person whom a pronoun of a gender means at a position: whom the text mentioned last, if that is clear."""
        examined = 0
        last = self.last
        focus = last.person if last else None
        if last and last.paragraph == paragraph and position - last.end < 4:  # a full stop, a dash, spaces
            return focus if focus is None or self._fits(focus, gender) else None
        for number in range(paragraph, max(-1, paragraph - _MAX_SENTENCES_BACK), -1):
            end = position if number == paragraph else len(self.paragraphs[number])
            start = last.end if last is not None and last.paragraph == number else 0
            for offset, sentence in sentences_backwards(self._narrative(number, start, end)):
                subject = subject_of(self.people, sentence, self._offsets[number] + start + offset, focus)
                if subject.kind == "pronoun" and gender == ANY_PERSON and subject.gender is not None:
                    gender = subject.gender
                examined += bool(sentence.strip())
                if subject.kind == "group":
                    return self._one_of(subject.people, gender)
                if subject.kind == "unnamed":
                    return None
                if subject.kind == "person" and self._fits(subject.people[0], gender):
                    return subject.people[0]
                if examined >= _MAX_SENTENCES_BACK:
                    return None
            if last is not None and last.paragraph == number and (focus is None or self._fits(focus, gender)):
                return focus
        return None

    def _fits(self, person: Person, gender: str) -> bool:
        """Whether a pronoun of a gender can mean a person; a person of unknown gender gets that of the pronoun."""
        if gender == ANY_PERSON:
            return True
        known = self.people.gender(person)
        if gender == "n":
            return known is None  # singular they
        if known is None:
            person.gender = gender
        return known in (None, gender)

    def _one_of(self, people: tuple[Person, ...], gender: str) -> Person | None:
        """The only one of two people whom a pronoun can mean, by their genders."""
        genders = [self.people.gender(person) for person in people]
        if len(people) == 2 and None not in genders and genders.count(gender) == 1:
            return people[genders.index(gender)]
        return None
