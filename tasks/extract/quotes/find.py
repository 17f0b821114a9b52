"""Direct quotes with their speakers, or with none if the text does not say who speaks.

A quote is a span in quotation marks that is attributed to somebody or is a sentence of its own; scare quotes, terms and
titles of works are not quotes. A speaker is named beside the quote, or is the person mentioned last if there is a
pronoun or the speech continues; if two people could be meant, the speaker stays open.
"""

import re
from dataclasses import dataclass

from tasks.extract.quotes.marks import Span, all_spans
from tasks.extract.quotes.people import People, Person
from tasks.extract.quotes.quote import CHARS_BESIDE, CJK_CHARS_PER_WORD, Quote
from tasks.extract.quotes.sentences import WORD, ends_with_abbreviation, introduces_term, sentences_backwards
from tasks.extract.quotes.speakers import ANY_PERSON, SpeakerFinder

_ENDS = (".", "!", "?", "…")
_ENDS_BEFORE = (*_ENDS, ":", "。", "！", "？")
_CLAUSE_END = re.compile(r"[.!?…](?=\s|$)")
_STATEMENT = re.compile(
    r"\b(?:communiqué|mitteilung|stellungnahme|comunicado|nota|comunicato|persbericht|пресс-служб\w+|komunika\w+)\b",
    re.I,
)
_INCISE = re.compile(r", ((?:a|ont|s'est) [a-zéèê]+ [^,«»]{3,80})[,.]|, — ([^—]{5,80}?)[.,] —")
_INVERTED_PRONOUN = re.compile(r"-(?:t-)?(ils?|elles?)\b")
_MAX_TERM_WORDS = 3  # fragments this short within another's sentence are terms
_MAX_TITLE_CHARS = 80  # of the title of a work
_MAX_PARAGRAPH_CHARS = 20_000  # examined of a paragraph; whole articles are shorter


@dataclass(slots=True)
class _SpokenQuote:
    quote: Quote
    speaker: Person | None


@dataclass(slots=True, frozen=True)
class _Context:
    """A span with what is around it in its paragraph."""

    paragraph: int
    span: Span
    before: str
    after: str
    earlier: list[_SpokenQuote]  # quotes before it in the paragraph
    chain: list[_SpokenQuote]  # quotes left open by the paragraphs before, which it continues
    is_first: bool

    @property
    def starts_sentence(self) -> bool:
        """Whether the quote starts a sentence: after the end of another one, or directly after another quote."""
        return _ends_sentence(self.before) or (not self.is_first and not self.before.strip(" ,.–—-"))

    @property
    def follows_colon(self) -> bool:
        """Whether a colon is before the quote."""
        return self.before.rstrip().endswith(":")


def find_quotes(paragraphs: list[str], language: str | None = None) -> list[Quote]:
    """The direct quotes of a text in order, each with its speaker if the text names one.

    Args:
        paragraphs: The paragraphs of the text.
        language: The code of its language; without one, the words of all languages count.
    """
    paragraphs = [paragraph[:_MAX_PARAGRAPH_CHARS] for paragraph in paragraphs]
    if language == "ja" or (language is None and any("「" in paragraph for paragraph in paragraphs)):
        from tasks.extract.quotes.japanese import find_japanese_quotes  # noqa: PLC0415 - 15 ms of patterns at the start

        return find_japanese_quotes(paragraphs)
    spans = all_spans(paragraphs)
    return _QuoteReader(paragraphs, spans, language).read() if any(spans) else []


class _QuoteReader:
    """Reads the quotes of a text from start to end and remembers who spoke."""

    def __init__(self, paragraphs: list[str], spans: list[list[Span]], language: str | None) -> None:
        self._paragraphs = paragraphs
        self._spans = spans
        quoted = [[(span.start, span.end) for span in in_paragraph] for in_paragraph in spans]
        self._speakers = SpeakerFinder(People(paragraphs, language), paragraphs, quoted)

    def read(self) -> list[Quote]:
        """All quotes; named at the end because full names may come after the first quote."""
        quotes: list[_SpokenQuote] = []
        chain: list[_SpokenQuote] = []  # quotes left open, in this paragraph and the ones before
        for number, spans in enumerate(self._spans):
            in_paragraph: list[_SpokenQuote] = []
            for index, span in enumerate(spans):
                if not (chain and span.start == 0):
                    chain = []
                context = self._context(number, index, in_paragraph, chain)
                quote = self._judge(context)
                if quote is None:
                    chain = []
                    continue
                if quote.speaker is not None:
                    for earlier in chain:
                        earlier.speaker = earlier.speaker or quote.speaker
                in_paragraph.append(quote)
                chain = [*chain, quote] if span.is_open else []
            if not spans:
                chain = []
            quotes += in_paragraph
        for spoken in quotes:
            spoken.quote.speaker = spoken.speaker.name if spoken.speaker else None
        return [spoken.quote for spoken in quotes]

    def _context(self, number: int, index: int, earlier: list[_SpokenQuote], chain: list[_SpokenQuote]) -> _Context:
        paragraph, spans = self._paragraphs[number], self._spans[number]
        span = spans[index]
        previous_end = spans[index - 1].end if index else 0
        next_start = spans[index + 1].start if index + 1 < len(spans) else len(paragraph)
        return _Context(
            number,
            span,
            before=paragraph[max(previous_end, span.start - CHARS_BESIDE) : span.start],
            after=paragraph[span.end : min(next_start, span.end + CHARS_BESIDE)],
            earlier=earlier,
            chain=chain,
            is_first=index == 0,
        )

    def _judge(self, context: _Context) -> _SpokenQuote | None:
        """The quote in a span with its speaker; None for a term, a title or a scare quote."""
        span, before, number = context.span, context.before, context.paragraph
        is_whole = context.starts_sentence
        is_led_in = before.rstrip().endswith((":", ",")) and self._has_verb(before)
        is_long = _word_count(span.text) > _MAX_TERM_WORDS
        attribution = self._attribution_after(span, context.after, is_whole=is_whole or is_led_in)
        if not is_long and not self._is_short_utterance(context, is_attributed=bool(attribution), is_whole=is_whole):
            return None
        quote = Quote(span.text)
        clause_end = span.end + len(attribution)
        may_be_attributed_before = is_long and not is_whole and not is_led_in
        if attribution and not (may_be_attributed_before and self._has_verb(_lead(before))):
            person = self._speaker(number, span.end, attribution, span, is_after=True)
        elif (incise := _incise(span.text)) and self._has_verb(incise):
            person = self._speaker(number, span.start, incise, span, is_after=True)
        elif not is_whole or context.follows_colon:
            lead = _lead(before)
            if not self._is_embedded_quote(context, lead, is_led_in=is_led_in):
                return None
            person = self._speaker(number, span.start - len(lead), lead, span, is_after=False)
            clause_end = span.start
        elif context.chain:
            person = context.chain[0].speaker
        elif (is_long and not _is_complete(span, context.after)) or _is_title(span.text):
            return None
        else:
            person = self._continuing_speaker(context)
        self._speakers.remember(number, max(clause_end, span.end), person)
        return _SpokenQuote(quote, person)

    def _has_verb(self, clause: str) -> bool:
        return self._speakers.speech_verb(clause) is not None

    def _attribution_after(self, span: Span, after: str, *, is_whole: bool) -> str:
        """The clause after a quote if it says who speaks, else an empty string."""
        rest = after.lstrip(" \u00a0")
        if not rest or rest[0] in "([":
            return ""
        clause = _first_clause(after)
        starts_sentence = rest[0].isupper()
        has_comma = span.text.endswith((",", "،")) or rest[0] in ",—–-"
        if span.text.endswith(".") and (starts_sentence or rest[0] == "."):
            return ""
        if not is_whole and not has_comma:
            return ""
        verb = self._speakers.speech_verb(clause)
        if not is_whole:
            # within another's sentence only a clause that is nothing but "X said" attributes
            return clause if verb and len(clause[: verb[0]].split()) <= 4 and "," not in clause[1 : verb[0]] else ""
        if verb is None:
            attributes = has_comma and self._speakers.looks_attributing(clause)
            return clause if attributes or _INVERTED_PRONOUN.search(clause[:30]) else ""
        if starts_sentence and not has_comma:
            # “Ask anyone!” X said. – but not: “Ask anyone!” X said that he would.
            tail = clause[verb[1] :].split()
            return clause if len(tail) <= 3 or tail[0] in ("in", "on", "at", "after", "as", "to") else ""
        return clause

    def _is_short_utterance(self, context: _Context, *, is_attributed: bool, is_whole: bool) -> bool:
        """Whether a span of a few words is a sentence that somebody speaks rather than a term."""
        span, before, after = context.span, context.before, context.after
        if introduces_term(before):
            return False
        closes = span.text.endswith(_ENDS) or after[:1] in (".", "!", "?")
        if is_whole:
            is_alone = not before.strip() and not after.strip()
            return is_attributed or (closes and (bool(context.earlier) or is_alone or context.follows_colon))
        is_led_in = before.rstrip().endswith((":", ","))
        return is_led_in and span.text[:1].isupper() and closes and self._has_verb(before[-40:])

    def _is_embedded_quote(self, context: _Context, lead: str, *, is_led_in: bool) -> bool:
        """Whether a span within another's sentence is attributed there."""
        if _word_count(context.span.text) <= _MAX_TERM_WORDS:
            return True  # judged before
        if introduces_term(context.before) or (_is_title(context.span.text) and not is_led_in):
            return False
        return self._has_verb(lead) or self._speakers.has_source(lead) or context.follows_colon

    def _speaker(self, number: int, position: int, clause: str, span: Span, *, is_after: bool) -> Person | None:
        """The person named by an attribution, by name, pronoun or role."""
        source = self._speakers.source(number, position, clause, is_after=is_after)
        gender = source.pronoun_gender
        if source.person is not None:
            return source.person
        inverted = _INVERTED_PRONOUN.search(clause)
        if inverted:
            if inverted.group(1).endswith("s"):
                return None
            gender = "f" if inverted.group(1) == "elle" else "m"
        if gender is None:
            return None
        person = self._speakers.person_mentioned_last(number, min(position, span.start), gender)
        is_statement = person is not None and _STATEMENT.search(clause)
        if person is not None and is_statement and not self._speakers.is_named_before(number, span.start, person):
            return None  # the "he" of an organisation
        return person

    def _continuing_speaker(self, context: _Context) -> Person | None:
        """The speaker if nobody is named beside a quote: who spoke directly before it, or was mentioned last."""
        if context.earlier and not context.before.strip(" ,.–—-"):
            return context.earlier[-1].speaker
        return self._speakers.person_mentioned_last(context.paragraph, context.span.start, ANY_PERSON)


def _word_count(text: str) -> int:
    spaced = len(text.split(maxsplit=8))
    return spaced if spaced > 1 or text.isascii() or text[0] < "\u3000" else len(text) // CJK_CHARS_PER_WORD


def _lead(before: str) -> str:
    """The part of the sentence before a quote that leads to it."""
    return sentences_backwards(before.rstrip())[0][1]


def _is_title(text: str) -> bool:
    """Whether a span is written like the title of a work: every long word with a capital, and no end of a sentence."""
    if text.endswith(_ENDS) or len(text) > _MAX_TITLE_CHARS:
        return False
    long_words = [word for word in WORD.findall(text) if len(word) > 3]
    return len(long_words) > 1 and all(word[0].isupper() for word in long_words)


def _is_complete(span: Span, after: str) -> bool:
    """Whether a quote without attribution is a sentence of its own."""
    first = span.text[0]
    starts = first.isupper() or not first.isalpha() or ord(first) > 0x5FF  # scripts without capitals
    ends = span.text.endswith((",", *_ENDS, "。", "！", "？", "؟", "।")) or after.lstrip()[:1] in (*_ENDS, ",", "")
    return (starts and ends) or span.is_open


def _ends_sentence(before: str) -> bool:
    """Whether the text before a quote ends a sentence, so that the quote starts one."""
    before = before.rstrip(' \u00a0\t\n”’»“")]([–—-')
    return not before or before.endswith(_ENDS_BEFORE)


def _first_clause(after: str) -> str:
    """The text after a quote up to the end of its sentence."""
    for match in _CLAUSE_END.finditer(after):
        if not ends_with_abbreviation(after, match.end()):
            return after[: match.start()]
    return after


def _incise(text: str) -> str:
    """The clause inside a French or Slavic quote that says who speaks: « ..., a expliqué X, ... »."""
    if ", a " not in text and ", ont " not in text and ", s'est " not in text and ", — " not in text:
        return ""
    match = _INCISE.search(text)
    return (match.group(1) or match.group(2)) if match else ""
