"""Where quotation marks open and close in a text: the spans that may be quotes."""

import re
from dataclasses import dataclass

# re is fast because each branch starts with one character and not with a lookbehind
_OPENING = re.compile(r"“|„|«|»|「|\"|”|‘|‚|'(?<!\w')|‹|›")
# these close anywhere; those of _CLOSING only after the end of a word, because they are also inches and apostrophes
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
_MAX_CANDIDATES = 40  # closing marks tried for one opening mark that may be an apostrophe
MAX_QUOTES = 500  # spans examined per text; a transcript has a few hundred
MAX_QUOTE_CHARS = 4_000  # kept of a span


@dataclass(slots=True)
class Span:
    """The text between two quotation marks of a paragraph."""

    start: int  # of the opening mark
    end: int  # after the closing mark
    text: str
    is_open: bool = False  # the paragraph ends before the quote is closed


def _opens_inward(paragraphs: list[str]) -> bool:
    """Whether guillemets point inward, »so«, judged by the first one of the text."""
    for paragraph in paragraphs:
        inward, outward = paragraph.find("»"), paragraph.find("«")
        if inward >= 0 or outward >= 0:
            return inward >= 0 and (outward < 0 or inward < outward)
    return False


def all_spans(paragraphs: list[str]) -> list[list[Span]]:
    """The quoted spans of each paragraph, at most `MAX_QUOTES` per text."""
    is_inward = _opens_inward(paragraphs)
    remaining = MAX_QUOTES
    spans_by_paragraph: list[list[Span]] = []
    continues = False
    for paragraph in paragraphs:
        has_mark = remaining and _OPENING.search(paragraph)  # two of three paragraphs have none
        spans = spans_of(paragraph, is_inward=is_inward, continues=continues)[:remaining] if has_mark else []
        remaining -= len(spans)
        continues = bool(spans) and spans[-1].is_open
        spans_by_paragraph.append(spans)
    return spans_by_paragraph


def spans_of(paragraph: str, *, is_inward: bool, continues: bool) -> list[Span]:
    """The outermost quoted spans of a paragraph; an unclosed one ends with it and continues in the next one.

    Args:
        paragraph: The text.
        is_inward: Whether guillemets point inward, »so«.
        continues: Whether the paragraph before ended in an open quote.
    """
    spans: list[Span] = []
    position = 0
    unclosed: set[str] = set()  # marks without a closing mark in the rest of the paragraph
    while len(spans) < MAX_QUOTES and (match := _OPENING.search(paragraph, position)):
        start, mark = match.start(), match.group()
        position = start + 1
        resumes = continues and start == 0 and mark == "»"  # Spanish and French repeat the closing mark
        if mark in unclosed or (not resumes and not _can_open(paragraph, start, mark, is_inward=is_inward)):
            continue
        end = _closing_position(paragraph, start + 1, "«" if resumes else mark)
        text = paragraph[start + 1 : end if end >= 0 else None].strip()
        if end >= 0:
            if text:
                spans.append(Span(start, end + 1, text[:MAX_QUOTE_CHARS].rstrip()))
            position = end + 1
        elif mark in "'‚›‹":
            unclosed.add(mark)  # an apostrophe, a comma, an arrow
        else:
            # an open quote has at least five words; otherwise it is a stray mark
            if len(text.split(maxsplit=5)) > 4 and (mark != "‘" or start == 0):
                spans.append(Span(start, len(paragraph), text[:MAX_QUOTE_CHARS].rstrip(), is_open=True))
                break
            if mark != "‘":
                break
            unclosed.add(mark)
    return spans


def _can_open(paragraph: str, start: int, mark: str, *, is_inward: bool) -> bool:
    """Whether a mark may open a quote at a position: many are also apostrophes or closing marks."""
    if mark in "“„「":
        return True
    if mark in "«»":
        return (mark == "»") == is_inward
    before, after = paragraph[start - 1 : start] if start else "", paragraph[start + 1 : start + 2]
    if not after or after.isspace():
        return False
    if mark in "‹›":
        return True
    return not before.isalnum() and (mark in "‘‚" or before not in (".", ",", "!", "?"))


def _closing_position(text: str, start: int, mark: str) -> int:
    """The position of the mark that closes a quote, or -1."""
    if mark in _NESTING:
        depth = 1
        for match in _NESTING[mark].finditer(text, start):
            depth += -1 if match.group() == _CLOSES[mark] else 1
            if not depth:
                return match.start()
        return text.find(_CLOSES[mark], start)
    ends = [end for close in _PLAIN_CLOSING.get(mark, "") if (end := text.find(close, start)) >= 0]
    if ends:
        return min(ends)
    if mark not in _CLOSING:
        return -1
    if mark not in "‘'":
        closing = _CLOSING[mark].search(text, start)
        return closing.start() if closing else -1
    return _closing_apostrophe(text, start, mark)


def _closing_apostrophe(text: str, start: int, mark: str) -> int:
    """The position of the apostrophe that closes a quote opened by such a mark, or -1."""
    fallback = -1
    for count, match in enumerate(_CLOSING[mark].finditer(text, start)):
        position = match.start()
        after = text[position + 1 : position + 2]
        if text[position - 1] in '.,!?…”"—–)' or not after or after in ".,;:!?)—–":
            return position
        if count > _MAX_CANDIDATES or (fallback >= 0 and _opens_again(text, fallback + 1, position, mark)):
            break
        # passengers’ journeys: an apostrophe after s may be a genitive if the quote closes later
        if fallback < 0:
            fallback = position
        if text[position - 1] not in "sSnN":
            break
    return fallback


def _opens_again(text: str, start: int, end: int, mark: str) -> bool:
    """Whether the mark opens another quote between two positions."""
    return re.compile(rf"(?<!\w){mark}(?=\w)").search(text, start, end) is not None
