"""Lines between the paragraphs that are not the story's: labels, offers, footers of mails, excerpts of feeds."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence, Set
from itertools import islice, pairwise
from pathlib import Path

from tasks.extract.damage.evidence import (
    LINE_CHARS,
    SAMPLE_CHARS,
    SENTENCE_ENDS,
    Evidence,
    Story,
    excerpt,
    numbers_as_zero,
)
from tasks.extract.damage.literals import sought

_HEAD_CHARS = 1_500  # has one of what recurs all through a text
_TEXT_WORDS_MIN = 120
_PHRASE_WORDS, _PHRASE_MIN = 3, 5
# of the words, in copies of one phrase of so many; names of offices, and the labels of lists, have less
_PHRASE_SHARES = {_PHRASE_WORDS: 0.1, 5: 0.13, 7: 0.14}
_FREQUENT_SHARE = min(share / length for length, share in _PHRASE_SHARES.items())  # of each of its words
_BRACKETS_SHARE, _BRACKETS_MIN = 0.06, 3
_BRACKETS = re.compile(r"\([^()\n]{8,60}\)")
# how a word is said: (KOWN-suhl)
_SAID = re.compile(r"\([A-Za-z]{1,5}(?:-[A-Za-z]{1,5})+\)")
_SAID_MIN, _SAID_SHARE = 6, 0.02  # of the words
_START_CHARS, _STARTS_MIN, _STARTS_SHARE = 11, 4, 0.3  # of the paragraphs
_STARTED_PARAGRAPHS = 60  # of a text: as sure as all of it
_LABEL_CHARS, _LABELS_MIN, _LABELS_SHARE = 90, 3, 0.2
_LOUD_MIN, _LOUD_SHARE = 2, 0.15  # labels in capitals
_FIGURE = re.compile(r"\d+")
_FIGURED_CHARS, _FIGURED_SHARE = 15, 0.15  # of a paragraph that differs from others in a figure only; of the paragraphs
_STOPS = ".!?。！？…"
_AGAIN_CHARS, _AGAIN_MIN, _AGAIN_SHARE = 25, 2, 0.2  # of the paragraphs; a guide repeats fewer of its headings
_ENDS = " .…"
_PROSE_CHARS = 50  # of a line that is a sentence
_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_WORDS = {
    name: "|".join(re.escape(" ".join(phrase.split())).replace("\\ ", " ") for phrase in phrases.split("|"))
    for name, phrases in _TABLES.items()
}
# as they are spelt: of links, for screen readers, and of printed pages
_LABELS = sought(*(" ".join(label.split()) for label in _TABLES["labels"].split("|")))
_PAID = re.compile(
    rf"\b(?:{_WORDS['paid_within']}|{_WORDS['buttons']})\b(?!,? pay\b)|(?:\b|^)(?:{_WORDS['paid_end']})$"
    rf"|^(?:{_WORDS['paid_start']}) ?[:|–-]\s|\bsponsored [|–-]",
    re.I,
)
# between the parts of a line of links, topics, buttons or figures
_SEPARATORS = sought(" | ", " · ", " • ", " › ", " » ", " / ", " ▪ ")
_SEPARATED_MIN, _SEPARATED_LINES_MIN, _SEPARATED_SHARE = 2, 2, 0.15  # in a line, lines, of the paragraphs
# headlines of a list in one line
_LISTED = sought(" 2. ", " 3. ")
_LIST = re.compile(r"(?:^|[:.] )1\. \S.{7,150} 2\. \S.{7,150} 3\. \S")
_PAGES = sought("1 2 3 4")
_PAGER = re.compile(r"^[^\d ].{0,20} 1 2 3 4\b[ \d….]*$|1 2 3 4\b[ \d….]*[^\d ….][^\d]{0,30}$")
_PAGER_CHARS = 80
_WORD = re.compile(r"\w+")
# the longest word of each phrase, without which lines need no search, in its spellings; only ASCII is in small letters
_PAID_WORDS = frozenset(
    spelt.encode().lower()
    for name in ("paid_within", "paid_end", "paid_start", "buttons", "spam")
    for phrase in _TABLES[name].split("|")
    for word in (max(_WORD.findall(phrase), key=len),)
    for spelt in (word, word.capitalize(), word.upper())
)
_SMALL_LETTERS_AND_SPACES = bytes(
    code if code > 127 or chr(code).isalnum() or chr(code) == "_" else ord(" ") for code in range(256)
).lower()
# what intruders plant for search engines
_SPAM = re.compile(rf"\b(?:{_WORDS['spam']})\b")
_SPAM_MIN = 3
_MAIL_FOOTER = re.compile(rf"\b(?:{_WORDS['mail']})\b")
# one of these is in each footer, and in few texts
_MAIL_PARTS = sought(
    *("iPhone", "iPad", "Samsung", "Galaxy", "Android", "Handy", "onfiden", "ONFIDEN", "ntended ", "ertrauliche"),
    *("printing this", "imprim", "stampare"),
)
_FOOTERS_MIN = 2
# how a feed or a data service ends what it gives of a text
_EXCERPT_PARTS = sought(
    *("appeared first on", "apparu en premier sur", "erschien zuerst auf", "publicó primero en", "proviene da"),
    *("apareceu primeiro em", "via RSS", "via IFTTT"),
)
_EXCERPT_END = re.compile(
    r"""
    \[\s?(?:…|\.{3}|&hellip;)\s?\]\s*$ | \[\+\s?\d+\s(?:chars|characters|words)\]\s*$
    | \bappeared\ first\ on\b.{1,80}$ | \best\ apparu\ en\ premier\ sur\b.{1,80}$ | \berschien\ zuerst\ auf\b.{1,80}$
    | \bse\ publicó\ primero\ en\b.{1,80}$ | \bproviene\ da\b.{1,80}$ | \bapareceu\ primeiro\ em\b.{1,80}$
    | \bvia\ (?:RSS|IFTTT)\s*$
    """,
    re.X | re.M,
)


def find_phrases(story: Story) -> Evidence | None:
    """A phrase that recurs all through a text, such as a label for screen readers or the start of lines between."""
    if len(story.paragraphs) > _STARTS_MIN:
        evidence = _find_starts(story)
        if evidence:
            return evidence
    if story.count(_LABELS) >= _LABELS_MIN:
        head = story.text[:_HEAD_CHARS]
        known = [label for label in _LABELS if label in head]
        if sum(map(story.text.count, known)) >= _LABELS_MIN:
            return story.at(min(map(story.text.find, known)))
    evidence = _find_links(story)
    if evidence:
        return evidence
    if len(story.sample) < _TEXT_WORDS_MIN:
        return None
    phrase = _recurring(story)
    if phrase:
        return story.at(max(story.text.find(max(phrase, key=len)), 0))
    if story.count_of("(") >= _PHRASE_MIN:
        said = _SAID.findall(story.text) if story.count_of("-") >= _SAID_MIN else []
        if len(said) >= max(_SAID_MIN, _SAID_SHARE * story.word_count):
            return story.at(story.text.find(said[0]))
        brackets = {
            text: count
            for text, count in Counter(_BRACKETS.findall(story.text[:SAMPLE_CHARS])).items()
            if count >= _BRACKETS_MIN and " " in text
        }
        size = sum(count * (text.count(" ") + 1) for text, count in brackets.items())
        if sum(brackets.values()) >= _PHRASE_MIN and size >= _BRACKETS_SHARE * len(story.sample):
            return story.at(story.text.find(next(iter(brackets))))
    return None


def _find_links(story: Story) -> Evidence | None:
    """Lines between sentences that are a row of links, topics, buttons or numbers of pages."""
    if story.count(_SEPARATORS) >= _SEPARATED_MIN * _SEPARATED_LINES_MIN:
        rows = [
            n
            for n in story.open_lines
            if sum([story.paragraphs[n].count(sign) for sign in _SEPARATORS]) >= _SEPARATED_MIN
            and n > 0
            and story.paragraphs[n - 1][-1:] in SENTENCE_ENDS
            and (n == len(story.paragraphs) - 1 or story.paragraphs[n + 1][-1:] in SENTENCE_ENDS)
        ]
        if len(rows) >= max(_SEPARATED_LINES_MIN, _SEPARATED_SHARE * len(story.paragraphs)):
            return Evidence(rows[0], excerpt(story.paragraphs[rows[0]]))
    if story.count(_LISTED) >= 2 * _SEPARATED_LINES_MIN:
        lists = [n for n in story.open_lines if _LIST.search(story.paragraphs[n])]
        if len(lists) >= _SEPARATED_LINES_MIN:
            return Evidence(lists[0], excerpt(story.paragraphs[lists[0]]))
    if story.has(_PAGES):
        for number, one in enumerate(story.paragraphs):
            if len(one) <= _PAGER_CHARS and _PAGER.search(one):
                return Evidence(number, excerpt(one))
    return None


def _is_sentence(paragraph: str) -> bool:
    return len(paragraph) > _LABEL_CHARS and paragraph[-1] in SENTENCE_ENDS


def _recurring(story: Story) -> list[str] | None:
    """The phrase that recurs all through a text, if there is one."""
    words = story.sample
    # each of its words is as frequent, and most texts hardly have three frequent words in succession
    least = max(_PHRASE_MIN, _FREQUENT_SHARE * len(words))
    frequent = {word for word, count in story.sample_counts.items() if count >= least}
    if bytes(map(frequent.__contains__, words)).count(b"\1" * _PHRASE_WORDS) < _PHRASE_MIN:
        return None
    for length, share in _PHRASE_SHARES.items():
        phrases = Counter(zip(*(islice(words, start, None) for start in range(length)), strict=False))
        coded, count = phrases.most_common(1)[0]
        phrase = [word.decode("utf-8", "surrogatepass") for word in coded]
        spelt = sum(any(map(str.isalpha, word)) for word in phrase)
        if (
            len(set(coded)) > 1
            and spelt >= _PHRASE_WORDS
            and count >= _PHRASE_MIN
            and count * length >= share * len(words)
        ):
            return phrase
    return None


def _find_starts(story: Story) -> Evidence | None:
    """Paragraphs that start with the same words, or that are the start of the paragraph above them."""
    paragraphs = list(story.paragraphs[:_STARTED_PARAGRAPHS])
    heads = [one[:_AGAIN_CHARS] for one in paragraphs]
    plain = numbers_as_zero("\0".join(heads).encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    starts = [start[:_START_CHARS] for start in plain.split("\0")]
    if len(set(starts)) == len(starts):  # so in most texts
        return None
    evidence = _find_figured(story, paragraphs, starts)
    if evidence:
        return evidence
    recurring = {
        start
        for start, count in Counter(starts).items()
        if count > 1
        and (count >= _LABELS_MIN or start.isupper())
        and len(start) == _START_CHARS
        and " " in start.strip()
    }
    if recurring:
        evidence = _find_alike(story, starts, recurring)
        if evidence:
            return evidence
    again = [
        number + 1
        for number, (one, below) in enumerate(pairwise(paragraphs))
        if heads[number] == heads[number + 1]
        and _AGAIN_CHARS < len(below) < len(one)
        and one.startswith(below.rstrip(_ENDS))
    ]
    if len(again) >= max(_AGAIN_MIN, _AGAIN_SHARE * len(paragraphs)):
        return Evidence(again[0], excerpt(paragraphs[again[0]]))
    return None


def _find_alike(story: Story, starts: Sequence[str], recurring: Set[str]) -> Evidence | None:
    """Many paragraphs with one of the recurring starts, or labels with one between long paragraphs."""
    paragraphs = story.paragraphs
    # the speakers of an interview say sentences, and headings of a list are alike, too
    open_ones = [
        n
        for n, start in enumerate(starts)
        if start in recurring
        and (paragraphs[n][-1] not in _STOPS or not start[0].isalpha())
        and not (story.tags[n] or "").startswith("h")
    ]
    labels = [n for n in open_ones if _is_between(paragraphs, n)]
    for own, least in (
        (open_ones, max(_STARTS_MIN, _STARTS_SHARE * len(paragraphs))),
        (labels, max(_LABELS_MIN, _LABELS_SHARE * len(paragraphs))),
    ):
        for start, count in Counter(starts[n] for n in own).most_common(1):
            is_loud = own is labels and start.isupper() and count >= _LOUD_SHARE * len(paragraphs)
            if count >= (_LOUD_MIN if is_loud else least):
                number = starts.index(start)
                return Evidence(number, excerpt(paragraphs[number]))
    return None


def _find_figured(story: Story, paragraphs: list[str], starts: Sequence[str]) -> Evidence | None:
    """Short paragraphs, sentences too, that differ in a figure only."""
    counts = Counter(starts)
    own = [
        n
        for n, start in enumerate(starts)
        if counts[start] >= _LABELS_MIN
        and _FIGURED_CHARS <= len(paragraphs[n]) <= LINE_CHARS
        and not (story.tags[n] or "").startswith("h")  # headings of a list
        and _FIGURE.search(paragraphs[n])
        and all(one[-1] in SENTENCE_ENDS for one in paragraphs[max(n - 1, 0) : n] + paragraphs[n + 1 : n + 2])
    ]
    forms = {n: _FIGURE.sub("0", paragraphs[n]) for n in own}
    for form, count in Counter(forms.values()).most_common(1):
        if count >= max(_LABELS_MIN, _FIGURED_SHARE * len(paragraphs)):
            number = next(n for n in own if forms[n] == form)
            return Evidence(number, excerpt(paragraphs[number]))
    return None


def _is_between(paragraphs: Sequence[str], number: int) -> bool:
    """Whether a short paragraph is between two long ones that end as sentences do."""
    beside = (paragraphs[number - 1], paragraphs[number + 1]) if 0 < number < len(paragraphs) - 1 else ()
    return bool(beside) and len(paragraphs[number]) <= _LABEL_CHARS and all(map(_is_sentence, beside))


def find_ads(story: Story) -> Evidence | None:
    """Advertisements, offers of shops and spam between the paragraphs."""
    lines = story.open_lines
    if not _has_paid_word("\n".join([story.paragraphs[n] for n in lines])):
        return None
    lines = [n for n in lines if _has_paid_word(story.paragraphs[n])]
    paid = (n for n in lines if _PAID.search(story.paragraphs[n]))
    # in a guide to products, an offer is beside a name, a heading or a price
    between = next((n for n in paid if _is_within_prose(story.paragraphs, n)), None)
    if between is not None:
        return Evidence(between, excerpt(story.paragraphs[between]))
    spam = [n for n in lines if _SPAM.search(story.paragraphs[n].lower())]
    if len(spam) >= _SPAM_MIN:
        return Evidence(spam[0], excerpt(story.paragraphs[spam[0]]))
    return None


def _is_within_prose(paragraphs: Sequence[str], number: int) -> bool:
    """Whether the lines above and below end as sentences do."""
    return 0 < number < len(paragraphs) - 1 and all(
        len(one) >= _PROSE_CHARS and one[-1] in SENTENCE_ENDS
        for one in (paragraphs[number - 1], paragraphs[number + 1])
    )


def _has_paid_word(text: str) -> bool:
    return not _PAID_WORDS.isdisjoint(
        text.encode("utf-8", "surrogatepass").translate(_SMALL_LETTERS_AND_SPACES).split()
    )


def find_mail_footers(story: Story) -> Evidence | None:
    """Footers of mails: the device they were sent from, a notice about who may read them."""
    if story.count(_MAIL_PARTS) < _FOOTERS_MIN:
        return None
    parts = [part for part in story.literals if part in _MAIL_PARTS]
    footers = [
        n
        for n, one in enumerate(story.paragraphs)
        if any(part in one for part in parts) and _MAIL_FOOTER.search(one.lower())
    ]
    return Evidence(footers[0], excerpt(story.paragraphs[footers[0]])) if len(footers) >= _FOOTERS_MIN else None


def find_excerpt(story: Story) -> Evidence | None:
    """The end of an excerpt, as feeds and data services write it."""
    if not (story.count_of("[") or story.has(_EXCERPT_PARTS)):
        return None
    for number in range(max(len(story.paragraphs) - 2, 0), len(story.paragraphs)):
        match = _EXCERPT_END.search(story.paragraphs[number][-120:])
        if match:
            return Evidence(number, excerpt(story.paragraphs[number], max(len(story.paragraphs[number]) - 60, 0)))
    return None
