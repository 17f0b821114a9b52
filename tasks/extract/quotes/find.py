"""Direct quotes with their speakers, or with none where the text does not say who speaks.

A quote is a span in quotation marks that is attributed to somebody or stands as a sentence of its own; scare quotes,
terms and titles of works are not. A speaker is named beside the quote, or is the person the text has just spoken of
where a pronoun stands or the speech goes on; where two people could be meant, it stays open.
"""

import re
from dataclasses import dataclass

from tasks.extract.quotes.japanese import JapaneseCast
from tasks.extract.quotes.marks import MAX_QUOTES, Span, all_spans, spans_of
from tasks.extract.quotes.people import WORD, Cast, Person, ends_with_abbreviation, names_a_term, sentences
from tasks.extract.quotes.speakers import Voice

_ENDS = (".", "!", "?", "…")
_ENDS_BEFORE = (*_ENDS, ":", "。", "！", "？")
_CLAUSE_END = re.compile(r"[.!?…](?=\s|$)")
_STATEMENT = re.compile(
    r"\b(?:communiqué|mitteilung|stellungnahme|comunicado|nota|comunicato|persbericht|пресс-служб\w+|komunika\w+)\b",
    re.I,
)
_INCISE = re.compile(r", ((?:a|ont|s'est) [a-zéèê]+ [^,«»]{3,80})[,.]|, — ([^—]{5,80}?)[.,] —")
_INVERTED_PRONOUN = re.compile(r"-(?:t-)?(ils?|elles?)\b")
_JAPANESE_SAID = re.compile(
    r"、?(?:と|って|などと|とも)(?!(?:呼|名付|題|書か|称|銘打|いう|して|の))(?=.{0,60}?(?:話|語|述べ|言[うい っ]|言って|説明|強調|訴え|コメント|振り返|笑|答え|"
    r"明か|指摘|喜|期待|意気込|打ち明|つぶや|ため息|力を込|呼びかけ|感謝|悔し|懐かし|断言|苦笑|胸を張|首をかし|目を細|声を|嘆|漏ら|もら|否定|考え|みる|見る))"
)
_TERM_WORDS = 3  # fragments this short, set into another's sentence, are terms
_CJK_PER_WORD = 3  # characters of a script without spaces that make up a word
_BESIDE = 200  # characters beside a quote within which its attribution stands
_MAX_PARAGRAPH = 20_000  # characters of a paragraph examined; whole articles are shorter


@dataclass(slots=True)
class Quote:
    """A direct quote: its words without the marks, and the fullest name of who says it."""

    text: str
    speaker: str | None = None


@dataclass(slots=True)
class _Found:
    quote: Quote
    speaker: Person | None


def find_quotes(paragraphs: list[str], language: str | None = None) -> list[Quote]:
    """The direct quotes of a text in order, each with its speaker where the text names one.

    Args:
        paragraphs: The text's paragraphs.
        language: Its language code; without one, the words of all languages count.
    """
    paragraphs = [paragraph[:_MAX_PARAGRAPH] for paragraph in paragraphs]
    if language == "ja" or (language is None and any("「" in paragraph for paragraph in paragraphs)):
        return _japanese_quotes(paragraphs)
    spans = all_spans(paragraphs)
    return _Reader(paragraphs, spans, language).read() if any(spans) else []


class _Reader:
    """Reads a text's quotes from first to last, remembering who spoke."""

    def __init__(self, paragraphs: list[str], spans: list[list[Span]], language: str | None) -> None:
        self.paragraphs = paragraphs
        self.spans = spans
        self.voice = Voice(
            Cast(paragraphs, language), paragraphs, [[(one.start, one.end) for one in each] for each in spans]
        )
        self.found: list[_Found] = []

    def read(self) -> list[Quote]:
        """All quotes, once the whole text has been seen: full names may come after the first quote."""
        chain: list[_Found] = []  # a quote left open, paragraph after paragraph
        for number, (paragraph, spans) in enumerate(zip(self.paragraphs, self.spans, strict=True)):
            here: list[_Found] = []
            for position, span in enumerate(spans):
                goes_on = bool(chain) and span.start == 0
                found = self._judge(number, paragraph, spans, position, here, chain if goes_on else [])
                if found is None:
                    chain = []
                    continue
                if goes_on and found.speaker is not None:
                    for earlier in chain:
                        earlier.speaker = earlier.speaker or found.speaker
                here.append(found)
                chain = [*(chain if goes_on else []), found] if span.is_open else []
            if not spans:
                chain = []
            self.found += here
        for each in self.found:
            each.quote.speaker = each.speaker.name if each.speaker else None
        return [each.quote for each in self.found]

    def _judge(
        self, number: int, paragraph: str, spans: list[Span], position: int, here: list[_Found], chain: list[_Found]
    ) -> _Found | None:
        """The quote a span is, with its speaker; None for a term, a title or a scare quote."""
        span = spans[position]
        before = paragraph[max(spans[position - 1].end if position else 0, span.start - _BESIDE) : span.start]
        next_start = spans[position + 1].start if position + 1 < len(spans) else len(paragraph)
        after = paragraph[span.end : min(next_start, span.end + _BESIDE)]
        is_whole = _ends_sentence(before)
        if position and not before.strip(" ,.–—-"):
            is_whole = True
        lead = before.rstrip().endswith((":", ",")) and self._has_said(before)
        words = _word_count(span.text)
        said_after = self._said_after(span, after, is_whole=is_whole or lead)
        if words <= _TERM_WORDS and not self._is_short_utterance(span, before, after, here, bool(said_after), is_whole):
            return None
        quote = Quote(span.text)
        clause_end = span.end + len(said_after)
        if said_after and not (words > _TERM_WORDS and not is_whole and not lead and self._has_said(_last(before))):
            person = self._speaker(number, span.end, said_after, span, is_after=True)
        elif (inside := _incise(span.text)) and self._has_said(inside):
            person = self._speaker(number, span.start, inside, span, is_after=True)
        elif not is_whole or before.rstrip().endswith(":"):
            clause = _last(before)
            if not self._is_embedded_quote(span, clause, before, lead=lead):
                return None
            person = self._speaker(number, span.start - len(clause), clause, span, is_after=False)
            clause_end = span.start
        elif chain:
            person = chain[0].speaker
        elif (words > _TERM_WORDS and not _stands_alone(span, after)) or _is_title(span.text):
            return None
        else:
            person = self._goes_on(number, span, before, here)
        self.voice.spoke(number, max(clause_end, span.end), person)
        return _Found(quote, person)

    def _has_said(self, clause: str) -> bool:
        return self.voice.verb(clause) is not None

    def _said_after(self, span: Span, after: str, *, is_whole: bool) -> str:
        """The clause after a quote if it says who speaks, else nothing."""
        rest = after.lstrip(" \u00a0")
        if not rest or rest[0] in "([":
            return ""
        clause = _first_clause(after)
        starts_anew = rest[0].isupper()
        comma = span.text.endswith((",", "،")) or rest[0] in ",—–-"
        if span.text.endswith(".") and (starts_anew or rest[0] == "."):
            return ""
        if not is_whole and not comma:
            return ""
        verb = self.voice.verb(clause)
        if not is_whole:
            # within another's sentence only a clause that is nothing but "X said" attributes
            return clause if verb and len(clause[: verb[0]].split()) <= 4 and "," not in clause[1 : verb[0]] else ""
        if verb is None:
            attributes = (comma and self.voice.looks_attributing(clause)) or _INVERTED_PRONOUN.search(clause[:30])
            return clause if attributes else ""
        if starts_anew and not comma:
            # “Ask anyone!” X said. – but not: “Ask anyone!” X said that he would.
            tail = clause[verb[1] :].split()
            return clause if len(tail) <= 3 or tail[0] in ("in", "on", "at", "after", "as", "to") else ""
        return clause

    def _is_short_utterance(
        self, span: Span, before: str, after: str, here: list[_Found], is_said: bool, is_whole: bool
    ) -> bool:
        """Whether a span of a few words is a sentence somebody speaks rather than a term."""
        if names_a_term(before):
            return False
        closes = span.text.endswith(_ENDS) or after[:1] in (".", "!", "?")
        if is_whole:
            lone = not before.strip() and not after.strip()
            return is_said or (closes and (bool(here) or lone or before.rstrip().endswith(":")))
        return (
            before.rstrip().endswith((":", ",")) and span.text[:1].isupper() and closes and self._has_said(before[-40:])
        )

    def _is_embedded_quote(self, span: Span, clause: str, before: str, *, lead: bool) -> bool:
        """Whether a span within another's sentence is attributed there."""
        if _word_count(span.text) <= _TERM_WORDS:
            return True  # judged already
        if names_a_term(before) or (_is_title(span.text) and not lead):
            return False
        return self._has_said(clause) or self.voice.according(clause) or before.rstrip().endswith(":")

    def _speaker(self, number: int, at: int, clause: str, span: Span, *, is_after: bool) -> Person | None:
        """Who an attribution names, by name, pronoun or role."""
        source = self.voice.subject(number, at, clause, is_after=is_after)
        gender = source.pronoun
        if source.person is not None:
            return source.person
        inverted = _INVERTED_PRONOUN.search(clause)
        if inverted:
            if inverted.group(1).endswith("s"):
                return None
            gender = "f" if inverted.group(1) == "elle" else "m"
        if gender is None:
            return None
        found = self.voice.spoken_of(number, min(at, span.start), gender)
        if _STATEMENT.search(clause) and found is not None and not self.voice.just_named(number, span.start, found):
            return None  # an organisation's "he"
        return found

    def _goes_on(self, number: int, span: Span, before: str, here: list[_Found]) -> Person | None:
        """Who speaks where nobody is named beside a quote: whoever spoke before it, or was spoken of."""
        if here and not before.strip(" ,.–—-"):
            return here[-1].speaker
        return self.voice.spoken_of(number, span.start, "*")


def _word_count(text: str) -> int:
    spaced = len(text.split(maxsplit=8))
    return spaced if spaced > 1 or text.isascii() or text[0] < "\u3000" else len(text) // _CJK_PER_WORD


def _last(before: str) -> str:
    """The part of the sentence before a quote that leads to it."""
    return sentences(before.rstrip())[0][1]


def _is_title(text: str) -> bool:
    """Whether a span is written like a title: every long word with a capital, and no sentence's end."""
    if text.endswith((".", "!", "?", "…")) or len(text) > 80:  # characters of a long title
        return False
    long_words = [word for word in WORD.findall(text) if len(word) > 3]
    return len(long_words) > 1 and all(word[0].isupper() for word in long_words)


def _stands_alone(span: Span, after: str) -> bool:
    """Whether a quote that nobody is said to say is a sentence of its own."""
    first = span.text[0]
    starts = first.isupper() or not first.isalpha() or ord(first) > 0x5FF  # scripts without capitals
    ends = span.text.endswith((",", *_ENDS, "。", "！", "？", "؟", "।")) or after.lstrip()[:1] in (*_ENDS, ",", "")
    return (starts and ends) or span.is_open


def _ends_sentence(before: str) -> bool:
    """Whether the text before a quote ends a sentence, so that the quote begins one."""
    before = before.rstrip(' \u00a0\t\n”’»“")]([–—-')
    return not before or before.endswith(_ENDS_BEFORE)


def _first_clause(after: str) -> str:
    """The text after a quote up to the end of its sentence."""
    for match in _CLAUSE_END.finditer(after):
        if not ends_with_abbreviation(after, match.end()):
            return after[: match.start()]
    return after


def _incise(text: str) -> str:
    """The clause within a French or Slavic quote that says who speaks: « ..., a expliqué X, ... »."""
    if ", a " not in text and ", ont " not in text and ", s'est " not in text and ", — " not in text:
        return ""
    match = _INCISE.search(text)
    return (match.group(1) or match.group(2)) if match else ""


def _japanese_quotes(paragraphs: list[str]) -> list[Quote]:
    """The quotes of a Japanese text, in 「」; 『』 are titles."""
    cast = JapaneseCast("\n".join(paragraphs))
    quotes: list[Quote] = []
    last: str | None = None
    previous = ""
    for paragraph in paragraphs:
        spans = [span for span in spans_of(paragraph, inward=False, goes_on=False) if paragraph[span.start] == "「"]
        narrative_from = 0
        here = False
        for position, span in enumerate(spans[: MAX_QUOTES - len(quotes)]):
            before = paragraph[max(narrative_from, span.start - _BESIDE) : span.start]
            next_start = spans[position + 1].start if position + 1 < len(spans) else len(paragraph)
            after = paragraph[span.end : min(next_start, span.end + _BESIDE)].split("。")[0]
            begins, lead = before.rsplit("。", 1) if "。" in before else ("", before)
            said = bool(_JAPANESE_SAID.match(after))
            alone = not lead.strip() and (not after or said)
            # nine characters are about three words
            is_long = len(span.text) >= 3 * _CJK_PER_WORD or span.text[-1] in "。！？…"
            if not (said and (is_long or alone)) and not (alone and (is_long or here)):
                continue
            named, name = cast.subject(after + "。" + lead)
            if named:
                last = name
            elif met := cast.latest(begins):
                last = met
            elif not here and not begins:
                last = cast.latest(previous) or last
            quotes.append(Quote(span.text, last))
            here = True
            narrative_from = span.end + len(after)
        previous = paragraph
    return quotes
