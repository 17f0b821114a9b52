"""Where a text's quotation marks open and close: the spans that may be quotes."""

import re
from dataclasses import dataclass

# branches that begin with one character each, and not with a look behind, are what re finds fast
_OPENING = re.compile(r"“|„|«|»|「|\"|”|‘|‚|'(?<!\w')|‹|›")
# these close wherever they stand; those of _CLOSING only after a word's end, for they are also inches and apostrophes
_PLAIN_CLOSING = {"“": "”", "„": "“”", "›": "‹", "‹": "›"}
_CLOSING = {
    "“": re.compile(r"\"(?<=\S\")(?!\w)"),
    "„": re.compile(r"\"(?<=\S\")(?!\w)"),
    '"': re.compile(r"[\"”](?<=\S[\"”])(?!\w)"),
    "”": re.compile(r"”(?<=\S”)(?!\w)"),
    "‘": re.compile(r"’(?<=\S’)(?!\w)"),
    "'": re.compile(r"'(?<=\S')(?!\w)"),
    "‚": re.compile(r"[‘’](?<=\S[‘’])(?!\w)"),
}
_NESTING = {"«": re.compile("[«»]"), "»": re.compile("[«»]"), "「": re.compile("[「」]")}
_CLOSES = {"«": "»", "»": "«", "「": "」"}
_MAX_CANDIDATES = 40  # closing marks tried for one opening apostrophe-like mark
MAX_QUOTES = 500  # spans examined in a text; a transcript has some hundred
MAX_QUOTE_CHARS = 4_000  # of a span that is kept


@dataclass(slots=True)
class Span:
    """What stands between two quotation marks of a paragraph."""

    start: int  # of the opening mark
    end: int  # after the closing mark
    text: str
    is_open: bool = False  # the paragraph ends before the quote is closed


def _opens_inward(paragraphs: list[str]) -> bool:
    """Whether guillemets point inward, »so«: the first one of the text tells."""
    for paragraph in paragraphs:
        inward, outward = paragraph.find("»"), paragraph.find("«")
        if inward >= 0 or outward >= 0:
            return inward >= 0 and (outward < 0 or inward < outward)
    return False


def all_spans(paragraphs: list[str]) -> list[list[Span]]:
    """The quoted spans of each paragraph, up to as many as a text may have."""
    inward = _opens_inward(paragraphs)
    left = MAX_QUOTES
    found: list[list[Span]] = []
    goes_on = False
    for paragraph in paragraphs:
        spans = spans_of(paragraph, inward=inward, goes_on=goes_on)[:left] if left else []
        left -= len(spans)
        goes_on = bool(spans) and spans[-1].is_open
        found.append(spans)
    return found


def spans_of(paragraph: str, *, inward: bool, goes_on: bool) -> list[Span]:
    """The quoted spans of a paragraph, outermost only; an unclosed one runs to its end and goes on in the next."""
    found: list[Span] = []
    place = 0
    unclosed: set[str] = set()  # marks that nothing further on closes
    while len(found) < MAX_QUOTES and (match := _OPENING.search(paragraph, place)):
        start, mark = match.start(), match.group()
        place = start + 1
        resumes = goes_on and start == 0 and mark == "»"  # Spanish and French repeat the closing mark
        if mark in unclosed or (not resumes and not _can_open(paragraph, start, mark, inward=inward)):
            continue
        end = _closing(paragraph, start + 1, "«" if resumes else mark)
        text = paragraph[start + 1 : end if end >= 0 else None].strip()
        if end >= 0:
            if text:
                found.append(Span(start, end + 1, text[:MAX_QUOTE_CHARS].rstrip()))
            place = end + 1
        elif mark in "'‚›‹":
            unclosed.add(mark)  # an apostrophe, a comma, an arrow
        else:
            # five words tell an open quote from a stray mark
            if len(text.split(maxsplit=5)) > 4 and (mark != "‘" or start == 0):
                found.append(Span(start, len(paragraph), text[:MAX_QUOTE_CHARS].rstrip(), is_open=True))
                break
            if mark != "‘":
                break
            unclosed.add(mark)
    return found


def _can_open(paragraph: str, start: int, mark: str, *, inward: bool) -> bool:
    """Whether a mark may open a quote where it stands: many are also apostrophes or closing marks."""
    if mark in "“„「":
        return True
    if mark in "«»":
        return (mark == "»") == inward
    before, after = paragraph[start - 1 : start] if start else "", paragraph[start + 1 : start + 2]
    if not after or after.isspace():
        return False
    if mark in "‹›":
        return True
    return not before.isalnum() and (mark in "‘‚" or before not in (".", ",", "!", "?"))


def _closing(text: str, start: int, mark: str) -> int:
    """Where the mark stands that closes a quote, or -1."""
    if mark in _NESTING:
        depth = 1
        for match in _NESTING[mark].finditer(text, start):
            depth += -1 if match.group() == _CLOSES[mark] else 1
            if not depth:
                return match.start()
        return text.find(_CLOSES[mark], start)
    if plain := [place for close in _PLAIN_CLOSING.get(mark, "") if (place := text.find(close, start)) >= 0]:
        return min(plain)
    if mark not in _CLOSING:
        return -1
    if mark not in "‘'":
        end = _CLOSING[mark].search(text, start)
        return end.start() if end else -1
    return _closing_apostrophe(text, start, mark)


def _closing_apostrophe(text: str, start: int, mark: str) -> int:
    """Where the apostrophe stands that closes a quote opened by its like, or -1."""
    fallback = -1
    for count, match in enumerate(_CLOSING[mark].finditer(text, start)):
        place = match.start()
        after = text[place + 1 : place + 2]
        if text[place - 1] in '.,!?…”"—–)' or not after or after in ".,;:!?)—–":
            return place
        if count > _MAX_CANDIDATES or (fallback >= 0 and _opens_again(text, fallback + 1, place, mark)):
            break
        # passengers’ journeys: an apostrophe after s may be a genitive, if the quote closes later
        if fallback < 0:
            fallback = place
        if text[place - 1] not in "sSnN":
            break
    return fallback


def _opens_again(text: str, start: int, end: int, mark: str) -> bool:
    match = re.compile(rf"(?<!\w){mark}(?=\w)").search(text, start, end)
    return match is not None
