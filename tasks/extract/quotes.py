"""Direct quotes with their speakers, or with none where the text does not say who speaks.

A quote is a span in quotation marks that is attributed to somebody or reads as an utterance; scare quotes, terms and
titles of works are not. A speaker is named beside the quote, or is the last person who spoke where a pronoun stands
or the speech goes on; where two people could be meant, it stays open.
"""

import re
from dataclasses import dataclass

# opening mark -> its closing marks
_PAIRS = {"“": "”“", "«": "»", "»": "«", "„": "“”", "「": "」", "『": "』", "‹": "›", '"': '"', "”": "”"}
_SAID = (
    # en
    "said says told tells added adds explained explains continued continues asked asks wrote writes noted notes warned warns "
    "insisted insists argued argues claimed claims stated states declared declares recalled recalls replied replies answered "
    "admitted admits acknowledged announced announces confirmed confirms concluded concludes stressed stresses emphasized "
    "remarked remarks observed observes joked jokes quipped shouted shouts whispered tweeted posted testified believes thinks "
    "thought commented comments joked laughed shrugged urged vowed pledged predicted pointed reported reports saying telling adding "
    "denied suggested suggests agreed "
    # de
    "sagte sagt erklärte erklärt meinte meint betonte betont berichtete berichtet fügte ergänzte ergänzt schrieb schreibt teilte "
    "fragte fragt antwortete antwortet warnte warnt forderte fordert kritisierte lobte erzählte erzählt rief kündigte so "
    # fr
    "dit déclare déclaré déclarait affirme affirmé explique expliqué ajoute ajouté précise précisé raconte raconté estime estimé "
    "souligne souligné indique indiqué assure assuré confie confié poursuit conclut demande répond prévient sourit résume rappelle reconnaît "
    # es, pt, it
    "dijo dice afirmó afirma explicó explica añadió añade señaló señala aseguró asegura declaró comentó comenta contó cuenta recordó "
    "advirtió advierte apuntó resumió resume concluyó preguntó respondió disse diz afirmou explicou acrescentou contou ha dice detto spiega spiegato "
    "afferma aggiunge aggiunto racconta raccontato sottolinea conclude ricorda osserva "
    # nl, pl, ru, tr
    "zei zegt vertelt vertelde aldus stelt legt schreef powiedział powiedziała mówi mówił mówiła dodał dodała wyjaśnia wyjaśnił podkreśla "
    "tłumaczy zaznacza przyznaje opowiada сказал сказала говорит заявил заявила отметил отметила добавил добавила пояснил объяснил подчеркнул "
    "рассказал рассказала dedi diyor söyledi açıkladı belirtti ekledi"
)
_SAID_WORDS = frozenset(_SAID.split())
_SAID_JA = re.compile(r"^(?:と|って)(?:話|語|述べ|言|説明|強調|訴え|コメント|振り返|笑|答え|明か)")
_ACCORDING = re.compile(r"\b(?:according to|laut|selon|según|secondo|segundo|volgens|według|по словам)\s+$", re.I)
_PARTICLE = r"(?:de|da|di|del|della|der|den|des|du|van|von|zu|la|le|el|al|bin|ibn|ter|ten|dos|das|do|y)"
_CAP = r"[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁ][\w’'-]*\.?"
_NAME = re.compile(rf"{_CAP}(?:\s+(?:{_PARTICLE}\s+)*{_CAP}){{0,3}}")
_TITLE_WORDS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "professor",
        "sir",
        "dame",
        "president",
        "vice",
        "prime",
        "minister",
        "chancellor",
        "secretary",
        "senator",
        "sen",
        "rep",
        "representative",
        "governor",
        "gov",
        "mayor",
        "judge",
        "justice",
        "chief",
        "captain",
        "capt",
        "lieutenant",
        "lt",
        "sergeant",
        "sgt",
        "detective",
        "officer",
        "inspector",
        "general",
        "gen",
        "colonel",
        "col",
        "major",
        "director",
        "chairman",
        "chairwoman",
        "chair",
        "chairperson",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "ceo",
        "cfo",
        "founder",
        "attorney",
        "lawyer",
        "coach",
        "manager",
        "king",
        "queen",
        "prince",
        "princess",
        "pope",
        "bishop",
        "archbishop",
        "rev",
        "reverend",
        "father",
        "sister",
        "councilman",
        "councilwoman",
        "councillor",
        "councilmember",
        "commissioner",
        "superintendent",
        "principal",
        "sheriff",
        "deputy",
        "marshal",
        "ambassador",
        "minister",
        "premier",
        "herr",
        "frau",
        "madame",
        "monsieur",
        "m",
        "mme",
        "señor",
        "señora",
        "don",
        "doña",
        "signor",
        "signora",
        "bürgermeister",
        "bürgermeisterin",
        "oberbürgermeister",
        "minister",
        "ministerin",
        "präsident",
        "präsidentin",
        "sprecher",
        "sprecherin",
        "maire",
        "ministre",
        "présidente",
        "président",
        "alcalde",
        "alcaldesa",
        "sindaco",
        "presidente",
        "professeur",
        "docteur",
        "dottor",
        "dottoressa",
        "dr.",
        "the",
        "nurse",
        "teacher",
        "farmer",
        "harbourmaster",
        "harbormaster",
        "fire",
        "police",
        "engineer",
        "curator",
        "historian",
        "researcher",
        "analyst",
        "economist",
    ]
)
_NOT_PERSON = frozenset(
    [
        "the",
        "a",
        "an",
        "in",
        "on",
        "at",
        "by",
        "of",
        "and",
        "but",
        "or",
        "for",
        "from",
        "to",
        "with",
        "as",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "there",
        "then",
        "when",
        "while",
        "after",
        "before",
        "if",
        "so",
        "yet",
        "not",
        "no",
        "yes",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "he",
        "she",
        "they",
        "we",
        "i",
        "you",
        "his",
        "her",
        "their",
        "our",
        "my",
        "your",
        "who",
        "what",
        "which",
        "where",
        "why",
        "how",
        "all",
        "both",
        "some",
        "many",
        "most",
        "each",
        "one",
        "two",
        "three",
        "today",
        "yesterday",
        "tomorrow",
        "also",
        "still",
        "even",
        "now",
        "here",
        "just",
        "only",
        "our",
        "us",
        "uk",
        "eu",
        "un",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "und",
        "aber",
        "im",
        "am",
        "zum",
        "zur",
        "auf",
        "aus",
        "bei",
        "nach",
        "vor",
        "mit",
        "er",
        "sie",
        "es",
        "wir",
        "ich",
        "le",
        "la",
        "les",
        "un",
        "une",
        "des",
        "il",
        "elle",
        "ils",
        "elles",
        "nous",
        "vous",
        "je",
        "on",
        "mais",
        "et",
        "dans",
        "pour",
        "sur",
        "el",
        "los",
        "las",
        "una",
        "y",
        "pero",
        "en",
        "con",
        "por",
        "para",
        "lo",
        "gli",
        "i",
        "nel",
        "nella",
        "per",
        "ma",
        "che",
        "another",
        "others",
        "asked",
        "earlier",
        "later",
        "meanwhile",
        "however",
        "although",
        "because",
        "since",
        "until",
        "during",
        "under",
        "over",
        "between",
    ]
)
_PRONOUNS = {
    "he": "m", "she": "f", "er": "m", "sie": "f", "il": "m", "elle": "f", "él": "m", "ella": "f", "lui": "m", "lei": "f", "ele": "m",
    "ela": "f", "hij": "m", "zij": "f", "ze": "f", "он": "m", "она": "f", "they": "n",
}  # fmt: skip
_GENDERED = re.compile(r"\b(spokesman|chairman|councilman|mr|sir|king|prince|father|herr|sprecher|monsieur|señor|signor|brother|husband|son|grandfather)\b|"
                       r"\b(spokeswoman|chairwoman|councilwoman|mrs|ms|dame|queen|princess|sister|frau|sprecherin|madame|mme|señora|signora|mother|wife|daughter|grandmother)\b", re.I)  # fmt: skip
_NAMES_A_TERM = re.compile(
    r"\b(?:or|called|named|known as|so-called|dubbed|titled|entitled|termed|the term|the word|sogenannten?|genannt|dit|appelée?s?|llamad[oa]s?)\s*$",
    re.I,
)
_TERM_WORDS = 4  # a span this short with no one saying it is a term or a title
_REACH = 90  # characters beside a quote within which its attribution stands
MAX_QUOTE_CHARS = 4_000


@dataclass
class Quote:
    """A direct quote: its words without the marks, and the fullest name of who says it."""

    text: str
    speaker: str | None = None


@dataclass
class _Span:
    paragraph: int
    start: int  # of the opening mark
    end: int  # after the closing mark
    text: str
    continues: bool = False  # the paragraph ends before the quote is closed


@dataclass
class _Person:
    name: str
    gender: str | None = None


def find_quotes(paragraphs: list[str]) -> list[Quote]:
    """The quotes of a text in order."""
    people = _People(paragraphs)
    quotes: list[Quote] = []
    last: _Person | None = None
    open_quote: Quote | None = None
    for number, paragraph in enumerate(paragraphs):
        spans = list(_spans(number, paragraph))
        people.meet(paragraph, spans)
        speaker_here: _Person | None = None
        for position, span in enumerate(spans):
            before, after = _beside(paragraph, spans, position)
            person, is_said = _attribution(span.text, before, after, people, last)
            goes_on = span.start == 0 and open_quote is not None
            if goes_on and open_quote is not None:
                quote = Quote(span.text, open_quote.speaker)
            elif is_said or (speaker_here is not None and _is_utterance(span.text)):
                known = person or speaker_here
                quote = Quote(span.text, known.name if known else None)
            elif _is_utterance(span.text) and len(span.text.split()) > _TERM_WORDS and _stands_alone(paragraph, span):
                quote = Quote(
                    span.text,
                    last.name if last and not person and span.start <= 1 and _is_whole(paragraph, span) else None,
                )
            else:
                continue
            if person:
                speaker_here = last = person
            quotes.append(quote)
            open_quote = quote if span.continues else None
        if speaker_here:
            # a quote earlier in the paragraph that nobody was named for belongs to the one who is named later in it
            for quote in quotes[-len(spans) :] if spans else []:
                if quote.speaker is None and quote.text in paragraph:
                    quote.speaker = speaker_here.name
        if not spans:
            open_quote = None
            last = people.latest or last
    return quotes


def _spans(number: int, paragraph: str) -> list[_Span]:
    """The quoted spans of a paragraph, outermost only; an unclosed one runs to its end and goes on in the next."""
    found: list[_Span] = []
    place = 0
    guillemets_inward = paragraph.find("»") < paragraph.find("«") and "»" in paragraph
    while place < len(paragraph):
        mark = paragraph[place]
        closers = _PAIRS.get(mark)
        if closers is None or (mark == "»" and not guillemets_inward) or (mark == "«" and guillemets_inward):
            place += 1
            continue
        if mark == '"' and place and paragraph[place - 1].isalnum():
            place += 1  # inches, or a closing mark without an opening one
            continue
        if mark == "”" and not paragraph[place + 1 : place + 2].isalnum():
            place += 1
            continue
        end = _closing(paragraph, place + 1, mark, closers)
        if end < 0:
            text = paragraph[place + 1 :].strip()
            if len(text.split()) > _TERM_WORDS or (text and mark in "「『"):
                found.append(_Span(number, place, len(paragraph), text[:MAX_QUOTE_CHARS], continues=True))
            break
        text = paragraph[place + 1 : end].strip()
        if text:
            found.append(_Span(number, place, end + 1, text[:MAX_QUOTE_CHARS]))
        place = end + 1
    return found


def _closing(text: str, start: int, mark: str, closers: str) -> int:
    for place in range(start, len(text)):
        char = text[place]
        if char in closers and not (char == mark == "“"):
            if char == '"' and place + 1 < len(text) and text[place + 1].isalnum() and text[place - 1].isspace():
                continue
            return place
    return -1


def _beside(paragraph: str, spans: list[_Span], position: int) -> tuple[str, str]:
    """The text between a quote and its neighbours, where its attribution may stand."""
    span = spans[position]
    left = spans[position - 1].end if position else 0
    right = spans[position + 1].start if position + 1 < len(spans) else len(paragraph)
    return paragraph[max(left, span.start - 160) : span.start], paragraph[span.end : min(right, span.end + 160)]


def _is_utterance(text: str) -> bool:
    """Whether a span reads like something said: several words, or a sentence."""
    return (
        len(text.split()) >= _TERM_WORDS
        or text[-1:] in ",.!?…。！？"
        or (len(text) >= 10 and not text.isascii() and " " not in text)
    )


def _is_whole(paragraph: str, span: _Span) -> bool:
    return span.end - span.start >= 0.85 * len(paragraph.strip())


def _stands_alone(paragraph: str, span: _Span) -> bool:
    """Whether a quote that nobody is said to say is a sentence of its own rather than words within one."""
    starts = span.start == 0 or paragraph[: span.start].rstrip()[-1:] in ".!?:,—–。：、"
    return starts and (span.text[:1].isupper() or not span.text[:1].isascii()) and span.text[-1:] in ",.!?…。！？"


def _attribution(
    quoted: str, before: str, after: str, people: "_People", last: _Person | None
) -> tuple[_Person | None, bool]:
    """Who says it by the words beside it, and whether anybody is said to."""
    for text, is_after in ((_clause(after, after=True), True), (_clause(before, after=False), False)):
        verb = _said_at(text)
        if verb is not None and not is_after and _is_term(quoted, text[verb:]):
            continue
        according = not is_after and _ACCORDING.search(before[:-1] if before.endswith(" ") else before)
        if verb is None and not according:
            if is_after and _SAID_JA.match(after):
                return people.latest or last, True
            continue
        person = _named(text, verb, people, last, is_after=is_after)
        return person, True
    return None, False


def _is_term(quoted: str, lead: str) -> bool:
    """Whether a short span within reported speech is a term, not words spoken: `said that the drones, or “UAVs,”`."""
    if len(quoted.split()) > _TERM_WORDS:
        return False
    return bool(_NAMES_A_TERM.search(lead)) or (" that " in lead and not lead.rstrip().endswith((",", ":")))


def _clause(text: str, *, after: bool) -> str:
    """The part of the text beside a quote that belongs to its sentence."""
    if after:
        match = re.search(r"[.!?](?:\s|$)(?<!\bMr\.\s)(?<!\bDr\.\s)(?<!\bMs\.\s)(?<!\bSt\.\s)", text)
        return text[: match.start()] if match else text[:_REACH]
    parts = re.split(r"(?<=[a-zà-ÿ0-9”\"][.!?])\s+", text)
    return parts[-1][-160:]


def _said_at(text: str) -> int | None:
    for match in re.finditer(r"[^\W\d_]+", text):
        if match.group().lower() in _SAID_WORDS:
            return match.start()
    return None


def _named(text: str, verb: int | None, people: "_People", last: _Person | None, *, is_after: bool) -> _Person | None:
    """The person in an attribution: the name nearest to the verb, else the one a pronoun stands for."""
    place = verb if verb is not None else 0
    best: tuple[int, _Person] | None = None
    for match in _NAME.finditer(text):
        person = people.find(match.group())
        if person:
            distance = abs(match.start() - place) if match.start() > place else place - match.end()
            if (
                match.start() > place
                and re.match(r"^\W*\w+\s+(?:to\s+)?$", text[place : match.start()])
                and text[place : match.start()].split(maxsplit=1)[0].lower() in ("told", "tells", "telling")
            ):
                continue  # the one who was told
            if best is None or distance < best[0]:
                best = (distance, person)
    if best and best[0] <= _REACH:
        return best[1]
    for match in re.finditer(r"[^\W\d_]+", text):
        gender = _PRONOUNS.get(match.group().lower())
        if gender and gender != "n" and abs(match.start() - place) < 30:
            return people.by_pronoun(gender, last)
    return None


class _People:
    """The people a text names, the fullest form of each, and who was named last."""

    def __init__(self, paragraphs: list[str]) -> None:
        self.by_last: dict[str, _Person] = {}
        self.recent: list[_Person] = []
        text = " ".join(paragraphs)
        for match in _NAME.finditer(text):
            name = _bare(match.group(), text[max(0, match.start() - 2) : match.start()])
            if name and len(name.split()) >= 2:
                self._learn(name, text[max(0, match.start() - 60) : match.start()])

    def _learn(self, name: str, before: str) -> None:
        last = name.rsplit(maxsplit=1)[-1]
        person = self.by_last.get(last)
        if person is None:
            person = self.by_last[last] = _Person(name)
        elif len(name.split()) > len(person.name.split()) and name.endswith(person.name):
            person.name = name
        gendered = list(_GENDERED.finditer(before[-30:]))
        if gendered and person.gender is None:
            person.gender = "m" if gendered[-1].group(1) else "f"

    def find(self, words: str) -> _Person | None:
        """The known person whom a name in the text means; a lone unknown surname is nobody."""
        name = _bare(words, "")
        if not name:
            return None
        parts = name.split()
        person = self.by_last.get(parts[-1].removesuffix("'s").removesuffix("’s"))
        if person:
            return person
        if len(parts) >= 2:
            return self.by_last.setdefault(parts[-1], _Person(name))
        first_names = [known for known in self.by_last.values() if known.name.split()[0] == name]
        return first_names[0] if len(first_names) == 1 else None

    def meet(self, paragraph: str, spans: list[_Span]) -> None:
        """Note who is named in a paragraph outside its quotes."""
        for match in _NAME.finditer(paragraph):
            if any(span.start < match.start() < span.end for span in spans):
                continue
            name = _bare(match.group(), "")
            person = self.by_last.get(name.split()[-1].removesuffix("’s").removesuffix("'s")) if name else None
            if person and (len(name.split()) > 1 or name.split()[-1] in self.by_last):
                if person in self.recent:
                    self.recent.remove(person)
                self.recent.append(person)

    @property
    def latest(self) -> _Person | None:
        """Who was named last."""
        return self.recent[-1] if self.recent else None

    def by_pronoun(self, gender: str, last: _Person | None) -> _Person | None:
        """Whom a pronoun means: the last speaker or the last named, if no one of the other gender is meant."""
        for person in [last, *reversed(self.recent)]:
            if person is not None and person.gender in (None, gender):
                person.gender = person.gender or gender
                return person
        return None


def _bare(name: str, before: str) -> str:
    """A name without titles, roles and words that merely start a sentence; empty if nothing of a name is left."""
    words = name.split()
    while words and (words[0].lower().rstrip(".") in _TITLE_WORDS or words[0].lower().rstrip(".’'") in _NOT_PERSON):
        words = words[1:]
    while words and (words[-1].lower().rstrip(".") in _NOT_PERSON or words[-1].lower() in _SAID_WORDS):
        words = words[:-1]
    if not words or (len(words) == 1 and len(words[0].rstrip(".")) < 2):
        return ""
    if words[0].isupper() and len(words) == 1 and len(words[0]) > 1:
        return ""
    return " ".join(words).rstrip(".,’'") if not words[-1].endswith("Jr.") else " ".join(words)
