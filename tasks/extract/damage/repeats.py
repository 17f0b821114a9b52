"""Text that repeats itself: printed twice, sentences from a stock of phrases, paragraphs filled in like forms."""

import re
from collections import Counter
from collections.abc import Sequence

from tasks.extract.damage.evidence import Evidence, Story, excerpt
from tasks.extract.damage.literals import sought

_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s*(?=\S)|\n+")
# where the pattern cuts, beside the full stop
_ASCII_MARKS_AS_STOPS = bytes.maketrans(b"!?\n", b"...")
_OTHER_MARKS = "…。！？"
_SENTENCE_CHARS, _DENSE_SENTENCE_CHARS = 32, 14  # a shorter one may be a refrain
_REPEATED_SHARE = 0.25  # of the characters of all long sentences
_PARTS_SHARE = 0.8 * _REPEATED_SHARE  # of bytes, in which a few sentences end elsewhere
_REPEATED_MIN = 3  # different sentences
_STUCK_MIN = 5  # copies of one sentence: more than a song's refrain
_REPRINTED_BYTES = 80  # of a paragraph that no story has twice; a refrain has shorter lines
_REPRINTED_IN = 30  # paragraphs at most; a long page may have a notice twice
_START_CHARS, _STARTS_MIN = 20, 5  # of paragraphs that start alike: more than a figure of speech
_PULLED_MIN, _PULLED_SHARE = 2, 0.2  # paragraphs that are a sentence of another; a magazine pulls out fewer
_PARAGRAPHS_MIN, _ALIKE_SHARE = 6, 0.5
_FORM_PARAGRAPHS = 30  # of a text: as sure as all of it
_FORM_CHARS = 200  # of a paragraph, from which its form is made
_ALIKE_CHARS = 25  # of a paragraph's form: a shorter one is a heading or a result
_DIGITS = re.compile(r"\d+")
_TWO_FIGURES = re.compile(r"\d\D+\d")
_NAME = re.compile(r"[A-ZÀ-ÞА-Я][\w’'-]*")
_COUNTER = re.compile(
    r"\W{0,2}\d{1,3}\s?(?:of|/|von|sur|de|di|van|av|af|z|из|з)\s?\d{1,3}\W{0,2}"
)  # of pictures: 3 of 14
_COUNTERS_MIN, _COUNTER_CHARS = 4, 12
_SHORT_MIN = 3  # short paragraphs: fewer are neither captions nor widgets
_CREDITED = re.compile(r"(?:^|[.)!?…] |\()(?:photo|foto|fot\.|bild|image|credit|crédit)\b[^:/]{0,12}[:/]", re.I)
_CREDITED_CHARS = 160  # of a caption with its credit
_CREDITED_SHARE = 0.3  # of the paragraphs
# a button beside the comment of a reader, with how long ago it was or how many liked it
_REPLIES = sought(
    *"Reply Antworten Répondre Responder Rispondi Svar Odpowiedz Odpovědět Beantwoorden Reageer Cevapla".split(),
    *"Yanıtla Ответить Відповісти Απάντηση Vastaa Válasz Răspunde".split(),
    *("返信", "回复", "回覆", "답글"),
)
_FIGURES = re.compile(r"[\d.,%▲▼+−-]+")
_ENDS = '.!?。”"»'
_WIDGETS_MIN, _WIDGET_CHARS = 3, 160  # lines that differ in figures only, such as those of polls, players and tickers
_COMMENT_CHARS, _COMMENTS_MIN = 400, 3
_WHOLE_CHARS = 60  # of a paragraph that has at least a sentence
_CUT_MIN, _CUT_SHARE = 4, 0.5
_LEFT_OUT = sought(" ... ", " … ")
_LEFT_OUT_MIN, _LEFT_OUT_SHARE = 8, 0.03  # dots between words; speech written down has fewer
_DOTS = sought("...")
_CUT_ENDS = ("…", "...", "…”", "[…]", "[...]")


def find_repeats(story: Story) -> Evidence | None:
    """Text that is printed twice, as paragraphs or as one, and sentences that recur."""
    below = story.lines_after
    if len(below) > 1 and len(set(below)) == 1 and len(below[0]) >= _SENTENCE_CHARS:  # cleaned away already
        return Evidence(None, excerpt(below[0]))
    starts = [one[:_START_CHARS] for one in story.paragraphs if len(one) > _START_CHARS]
    is_varied = len(set(starts)) > len(starts) - _STARTS_MIN + 1
    start, count = ("", 0) if is_varied else Counter(starts).most_common(1)[0]
    if count >= max(_STARTS_MIN, _CUT_SHARE * len(story.paragraphs)):
        return story.at(story.text.find(start))
    reprinted = _find_reprinted(story.paragraphs)
    if reprinted:
        return reprinted
    least = _SENTENCE_CHARS if story.text.isascii() or " " in story.text[:80] else _DENSE_SENTENCE_CHARS
    if not _may_repeat(story, least):
        return None
    sentences = _SENTENCE.split(story.text)
    long_ones = [sentence for sentence in sentences if len(sentence) >= least]
    counts = Counter(long_ones)
    if len(counts) > len(long_ones) - _PULLED_MIN:
        return None
    again = [sentence for sentence, count in counts.items() if count > 1]
    size = sum(map(len, long_ones))
    surplus = sum(len(sentence) * (counts[sentence] - 1) for sentence in again)
    is_stuck = bool(again) and max(counts.values()) > _STUCK_MIN
    if (is_stuck or len(again) >= _REPEATED_MIN) and surplus >= _REPEATED_SHARE * size:
        return story.at(story.text.rfind(again[0]))
    return _find_pulled(story, frozenset(again))


def _find_reprinted(paragraphs: Sequence[str]) -> Evidence | None:
    """A long paragraph that comes again after others; of two in a row, one may be a subtitle."""
    if len(paragraphs) > _REPRINTED_IN or len(set(paragraphs)) == len(paragraphs):
        return None
    first: dict[str, int] = {}
    for number, one in enumerate(paragraphs):
        if number > first.setdefault(one, number) + 1 and len(one.encode("utf-8", "surrogatepass")) >= _REPRINTED_BYTES:
            return Evidence(number, excerpt(one))
    return None


def _find_pulled(story: Story, again: frozenset[str]) -> Evidence | None:
    """Paragraphs that consist of a sentence of another one, as quotes in large type do."""
    pulled = [n for n, one in enumerate(story.paragraphs) if one in again]
    whole = [n for n in pulled if story.text.count(story.paragraphs[n]) > story.paragraphs.count(story.paragraphs[n])]
    if len(whole) >= max(_PULLED_MIN, _PULLED_SHARE * len(story.paragraphs)):
        return Evidence(whole[0], excerpt(story.paragraphs[whole[0]]))
    return None


def _may_repeat(story: Story, least: int) -> bool:
    """Whether sentences may recur as often as in a damaged text, by a cut without a pattern.

    A sentence of `least` characters is one part, and its mark at the end another character.
    """
    marks = [mark for mark in _OTHER_MARKS if mark in story.chars_beyond_ascii]
    cut = _with_stops(story.utf8, marks).replace(b". ", b".").split(b".")
    parts = [part for part in cut if len(part) >= least - 1]
    different = set(parts)
    if len(parts) - len(different) < _PULLED_MIN:
        return False
    if not story.utf8.isascii():  # letters have several bytes
        parts = [part for part in parts if len(part.decode("utf-8", "surrogatepass")) >= least - 1]
        different = set(parts)
    size = sum(map(len, parts))
    if size - sum(map(len, different)) >= _PARTS_SHARE * size:
        return True
    counts = Counter(parts)
    utf8 = (one.encode("utf-8", "surrogatepass") for one in story.paragraphs)
    return sum(counts[_with_stops(one, marks).rstrip(b".")] > 1 for one in utf8) >= _PULLED_MIN


def _with_stops(utf8: bytes, marks: Sequence[str]) -> bytes:
    """The text with full stops in place of all marks that end sentences, and of line feeds."""
    utf8 = utf8.translate(_ASCII_MARKS_AS_STOPS)
    for mark in marks:
        utf8 = utf8.replace(mark.encode(), b".")
    return utf8


def find_forms(story: Story) -> Evidence | None:
    """Paragraphs that differ in names and figures only, as in small ads, and the captions or counters of pictures."""
    if len(story.paragraphs) < _PARAGRAPHS_MIN:
        return None
    short = [n for n, one in enumerate(story.paragraphs) if len(one) < _CREDITED_CHARS]
    found = _find_captions(story, short) if len(short) >= _SHORT_MIN else None
    return found or _find_alike(story.paragraphs[:_FORM_PARAGRAPHS])


def _find_captions(story: Story, short: Sequence[int]) -> Evidence | None:
    """Counters of pictures, captions with their credits, or widgets among short paragraphs."""
    tiny = [n for n in short if len(story.paragraphs[n]) < _COUNTER_CHARS]
    counters = [n for n in tiny if _COUNTER.fullmatch(story.paragraphs[n])] if len(tiny) >= _COUNTERS_MIN else []
    if len(counters) >= _COUNTERS_MIN:
        return Evidence(counters[0], excerpt(story.paragraphs[counters[0]]))
    least = max(_PARAGRAPHS_MIN - 2, _CREDITED_SHARE * len(story.paragraphs))
    if len(short) >= least:
        signed = [n for n in short if ":" in story.paragraphs[n] or "/" in story.paragraphs[n]]
        credited = [n for n in signed if _CREDITED.search(story.paragraphs[n])] if len(signed) >= least else []
        if len(credited) >= least:
            return Evidence(credited[0], excerpt(story.paragraphs[credited[0]]))
    long_ones = [n for n in short if len(story.paragraphs[n]) >= _ALIKE_CHARS and story.paragraphs[n][-1] not in _ENDS]
    may_be = [n for n in long_ones if _may_be_widget(story.paragraphs[n])] if len(long_ones) >= _WIDGETS_MIN else []
    return _find_widgets(story, may_be)


def _find_alike(paragraphs: Sequence[str]) -> Evidence | None:
    """Paragraphs of which at least half differ from others in names and figures only."""
    least = max(_PARAGRAPHS_MIN - 1, _ALIKE_SHARE * len(paragraphs))
    long_ones = [one for one in paragraphs if len(one) >= _ALIKE_CHARS]
    # what paragraphs of one form have in common, counted far faster than the form is made: no name has such signs
    spaces = [one.count(" ", 0, _FORM_CHARS) for one in long_ones]
    space_counts = Counter(spaces)
    if sum([count for count in space_counts.values() if count > 1]) < least:
        return None
    keyed = [
        ((count, one.count(",", 0, _FORM_CHARS), one.count(".", 0, _FORM_CHARS)), one)
        for one, count in zip(long_ones, spaces, strict=True)
        if space_counts[count] > 1
    ]
    key_counts = Counter([key for key, _ in keyed])
    maybe = [one for key, one in keyed if key_counts[key] > 1]
    if len(maybe) < least:
        return None
    forms = [_form(one) for one in maybe]
    counts = Counter(forms)
    alike = [one for one, form in zip(maybe, forms, strict=True) if counts[form] > 1 and len(form) >= _ALIKE_CHARS]
    return Evidence(paragraphs.index(alike[0]), excerpt(alike[0])) if len(alike) >= least else None


def _find_widgets(story: Story, short: Sequence[int]) -> Evidence | None:
    """Lines between sentences that differ in figures only, among some paragraphs."""
    if len(short) < _WIDGETS_MIN:
        return None
    widgets = {
        n: _label_or_form(story.paragraphs[n])
        for n in short
        if not (story.tags[n] or "").startswith("h")  # headings of a list are alike, too
        and _is_between_sentences(story.paragraphs, n)
    }
    if len(widgets) < _WIDGETS_MIN:
        return None
    form, count = Counter(widgets.values()).most_common(1)[0]
    number = next((n for n, own in widgets.items() if own == form), None)
    return None if number is None or count < _WIDGETS_MIN else Evidence(number, excerpt(story.paragraphs[number]))


def _may_be_widget(line: str) -> bool:
    """Whether a line has a label or two figures."""
    return _TWO_FIGURES.search(line) is not None or _has_label(line)


def _is_between_sentences(paragraphs: Sequence[str], number: int) -> bool:
    return 0 < number < len(paragraphs) - 1 and all(
        len(paragraphs[beside]) > _WIDGET_CHARS / 2 and paragraphs[beside][-1] in _ENDS
        for beside in (number - 1, number + 1)
    )


def _has_label(line: str) -> bool:
    """Whether a line starts with a label of two words or more; a single one may be a speaker, a place or a part."""
    before, colon, _ = line[:_ALIKE_CHARS].partition(": ")
    return bool(colon) and " " in before


def _label_or_form(line: str) -> str:
    """What lines of one kind have in common: the label before a colon, or all but the figures."""
    return line.partition(": ")[0] if _has_label(line) else _FIGURES.sub("0", line)


def find_comments(story: Story) -> Evidence | None:
    """Comments of readers, each with the button to reply and a number, among the paragraphs."""
    if len(story.paragraphs) < _COMMENTS_MIN:
        return None
    if story.count(_REPLIES) < _COMMENTS_MIN:
        return None
    comments = [
        n
        for n, one in enumerate(story.paragraphs)
        if len(one) < _COMMENT_CHARS and any(word in one for word in _REPLIES) and _DIGITS.search(one)
    ]
    return Evidence(comments[0], excerpt(story.paragraphs[comments[0]])) if len(comments) >= _COMMENTS_MIN else None


def find_cut_paragraphs(story: Story) -> Evidence | None:
    """Paragraphs that were cut at their starts or ends: they start with a small letter, or end in dots."""
    if story.count(_LEFT_OUT) >= max(_LEFT_OUT_MIN, _LEFT_OUT_SHARE * story.word_count):
        return Evidence(0, excerpt(story.paragraphs[0]))
    has_dots = story.has(_DOTS) or "…" in story.chars_beyond_ascii
    # the items of a list may go on with the sentence above it
    small = [n for n, one in enumerate(story.paragraphs) if one[:1].islower() and story.tags[n] != "li"]
    if not has_dots and len(small) < _CUT_MIN:
        return None
    long_ones = [n for n, one in enumerate(story.paragraphs) if len(one) >= _WHOLE_CHARS - 1]
    least = max(_CUT_MIN, _CUT_SHARE * len(long_ones))
    for cut in (
        [n for n in long_ones if story.paragraphs[n].endswith(_CUT_ENDS)],
        [n for n in long_ones if n in small],
    ):
        if len(cut) >= least:
            return Evidence(cut[0], excerpt(story.paragraphs[cut[0]]))
    return None


def _form(paragraph: str) -> str:
    return _DIGITS.sub("0", _NAME.sub("X", paragraph[:_FORM_CHARS]))
