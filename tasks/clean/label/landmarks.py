"""The lines that are labelled first, as other rules refer to them: headline, dates, sources, captions, agencies."""

import re

from tasks.clean.label.captions import ends_in_credit, find_captions
from tasks.clean.label.constants import HEADINGS, NEAR
from tasks.clean.label.page import CREDIT_HEAD, LineLabel, PageView
from tasks.clean.model.words import phrase_hashes
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.date_lines import is_date_line, words_beside_dates
from tasks.text.person_names import leading_name
from tasks.text.publisher_names import IMAGE_PREFIX, is_agency, is_short_form, is_title_case
from tasks.vocabulary import Action, Label, Reason

_COMMENT = class_words.BITS["comment"]
PLACE = re.compile(r"^[|\s·•-]*[A-Z][\w.'’ -]{1,30},\s?[A-Z]{2}[|\s·•-]*$")  # `Boise, ID`
# a whole line such as `With wire services`
_WITH_WIRES = re.compile(
    r"""^\(?(?:with|mit|avec|con|com|met)\b.{0,40}\b(?:
        wires?|wire\ services?|agencies|agenturen|agences|agencias|agências|agenzie|post\ wires
    )\b\)?\.?$""",
    re.I | re.X,
)
# names those who helped, e.g. `Additional reporting by Ana Roe`
_OTHERS_BYLINE = re.compile(
    r"^(?:reporting|additional reporting|writing|editing|text|bearbeitung)\s+(?:by|von)\b", re.I
)
_INNER_END = re.compile(r"[a-z][.!] ")  # a sentence ends within the line
# what the score of a headline loses or gains
_BELOW_FIRST = 0.6  # below the first line of the story: more likely a teaser or a pull quote
_TWICE = 0.2  # on the page twice, e.g. in the breadcrumb too
_TODAYS_DATE_LINES = 12  # a date in these first lines is today's, unless it is near the headline
_FAR, _AFTER_STORY = 25, 5  # lines above the headline and below the story that may still hold the article's date
_DATE_CHARS = 110  # of the longest such line, with times of publication and change and a name


def find_landmarks(view: PageView) -> None:
    """Label the lines to whose positions the rules for all other lines refer."""
    _find_headline(view)
    _find_dates_and_sources(view)
    find_captions(view)
    _find_wire(view)


def _find_headline(view: PageView) -> None:
    limit = min(view.first + 4, view.count)
    for find in (_headline_with_prefix, _declared_headline, _likely_headline):
        headline = find(view, limit)
        if headline:
            view.headline, label = headline
            view.labels[view.headline] = label
            _drop_copies(view)
            return


def _headline_with_prefix(view: PageView, limit: int) -> tuple[int, LineLabel] | None:
    """The first line that begins with an image viewer's prefix, e.g. `NextImg:`."""
    page = view.page
    for n in range(limit):
        prefix = IMAGE_PREFIX.match(page.text[n]) if page.has_colon[n] else None
        if prefix and len(page.text[n][prefix.end() :].split()) >= 3:
            detail = prefix.group().strip()
            return n, LineLabel(Label.HEADLINE, Action.FIELD, Reason.IMAGE_PREFIX, detail, 0.95)
    return None


def _declared_headline(view: PageView, limit: int) -> tuple[int, LineLabel] | None:
    """The line that repeats a title which the page declares."""
    page = view.page
    rank_of = {key: rank for rank, key in reversed(list(enumerate(page.titles)))}
    h1 = TAG_CODES["h1"]
    best: tuple[float, int] | None = None
    for n in range(min(limit + 8 if page.is_html else limit, view.count)):
        declared = rank_of.get(page.key[n])
        entry = page.entry.get(n)
        # `<title>Home</title>` is in the menu too
        is_in_menu = entry is not None and entry.group == "navigation" and page.words[n] < 2
        if declared is not None and not is_in_menu:
            # the copy nearest above the story is the headline; earlier ones are breadcrumbs and teasers
            rank = 2.0 - 0.1 * declared + (page.tag[n] == h1) - 0.01 * abs(view.first - n)
            if best is None or rank > best[0]:
                best = (rank, n)
    return (best[1], LineLabel(Label.HEADLINE, Action.FIELD, Reason.PAGE_TITLE, None, 0.97)) if best else None


def _likely_headline(view: PageView, limit: int) -> tuple[int, LineLabel] | None:
    """The line that looks most like a headline."""
    best: tuple[float, int] | None = None
    for n in range(max(0, view.first - 40), limit):
        score = _headline_score(view, n)
        if score > 0.9 and (best is None or score > best[0]):
            best = (score, n)
    if best is None:
        return None
    confidence = min(0.5 + best[0] / 6, 0.9)
    return best[1], LineLabel(Label.HEADLINE, Action.FIELD, Reason.LIKE_A_HEADLINE, None, confidence)


def _headline_score(view: PageView, n: int) -> float:
    """How much a line looks like the headline of the story; 0 for lines that cannot be one."""
    page = view.page
    count = page.words[n]
    text = page.text[n]
    if (
        count < 2.5
        or count > 35
        or n in page.entry
        or (page.is_story[n] and page.is_good[n])
        or (page.has_digit[n] and is_date_line(text, page.language))
    ):
        return 0.0
    if page.is_end[n] and text.rstrip()[-1:] in ".。" and not text.rstrip().endswith("..."):
        return 0.0
    if text.rstrip().endswith(")") and ends_in_credit(text):
        return 0.0
    # keep the order of the terms: it decides the last bits of the sum
    score = 1.6 * page.cohesion[n] + min(count, 9) / 9 + 0.3 * (page.blank_before[n] > 0)
    score = score + 0.5 * (page.tag[n] in HEADINGS) + 1.0 * (page.tag[n] == TAG_CODES["h1"])
    score = score - 0.03 * max(0, view.first - n) - _BELOW_FIRST * (n > view.first) + _TWICE * (page.copies[n] == 2)
    score = score - 0.4 * (count < 4) - 0.8 * (page.link_share[n] > 0.7) + 0.5 * _is_above_byline(view, n)
    return score - 0.8 * bool(_INNER_END.search(text)) - 0.5 * bool(CREDIT_HEAD.search(text))


def _is_above_byline(view: PageView, n: int) -> bool:
    """Whether one of the next two lines says who wrote the story or when, as below a headline."""
    page = view.page
    for below in range(n + 1, min(n + 3, view.count)):
        entry = page.entry.get(below)
        if entry and (entry.kind.startswith("date.") or (entry.kind.startswith("byline.") and view.is_byline(below))):
            return True
        if page.words[below] < 9 and page.has_digit[below] and is_date_line(page.text[below], page.language):
            return True
    return False


def _drop_copies(view: PageView) -> None:
    text = view.page.text[view.headline]
    bare = IMAGE_PREFIX.sub("", text)
    bare_key = int(phrase_hashes([bare])[0][0]) if bare != text else 0
    keys = {view.page.key[view.headline], bare_key} - {0}
    for n in range(view.count):
        if n != view.headline and n not in view.labels and view.page.key[n] in keys:
            view.labels[n] = LineLabel(Label.NAVIGATION, Action.DROP, Reason.DUPLICATE_IN_PAGE, "the headline", 0.95)


def _find_dates_and_sources(view: PageView) -> None:
    page = view.page
    anchor = view.anchor
    top, bottom = max(0, anchor - NEAR), min(view.count, max(view.first, anchor) + NEAR)
    dates = [
        n
        for n in range(min(view.count, max(bottom, view.last + _AFTER_STORY + 1)))
        if n not in view.labels
        and page.has_digit[n]
        and len(page.text[n]) < _DATE_CHARS
        and not (page.is_story[n] and page.words[n] > 10)
        and not (n > view.first and page.classes[n] & _COMMENT)
        and _is_date(view, n, anchor)
    ]
    for n in [n for n in dates if n in page.entry and page.entry[n].kind.startswith("byline.") and n >= top]:
        dates.remove(n)
        view.set_field(n, Label.BYLINE, Reason.LEXICON, page.entry[n].phrase, 0.9)  # `by Ana Roe | 2 May 2025`
    near = [n for n in dates if top <= n < bottom and not _is_masthead_date(view, n, dates)]
    near = near or _distant_date(view, dates, anchor)
    for n in dates:
        if n in near:
            view.set_field(n, Label.DATE, Reason.DATE_PATTERN, None, 0.9)
        elif n < anchor and n <= _TODAYS_DATE_LINES:
            detail = "today's date, above the article"
            view.labels[n] = LineLabel(Label.MASTHEAD, Action.DROP, Reason.DATE_PATTERN, detail, 0.85)
    if not page.is_html:
        _find_sources(view, [n for n in near if n <= view.first], anchor)


def _is_date(view: PageView, n: int, anchor: int) -> bool:
    """Whether a line is only a date; below the headline of a text page the writer's name may be beside it."""
    page = view.page
    rest = words_beside_dates(page.text[n], page.language)
    if rest is None:
        return False
    is_signed = not page.is_html and n > anchor and len(rest) <= 5 and all(word[0].isupper() for word in rest)
    return len(rest) <= 2 or (is_signed and not page.is_end[n])


def _distant_date(view: PageView, dates: list[int], anchor: int) -> list[int]:
    """On a text page without a date near the headline: the nearest one below the masthead, or below the story."""
    if view.page.is_html:
        return []
    above = [n for n in dates if max(_TODAYS_DATE_LINES, anchor - _FAR) < n < anchor]
    below = [n for n in dates if view.last < n <= view.last + _AFTER_STORY]
    return above[-1:] or below[:1]


def _is_masthead_date(view: PageView, n: int, dates: list[int]) -> bool:
    text = view.page.text[n].strip()
    if n < view.headline and (text.endswith("|") or text.startswith("|")):
        return True
    # the very top of the page, with another date nearer to the headline
    return n <= 2 and view.headline > n + 3 and any(other > n for other in dates)


def _find_sources(view: PageView, dates: list[int], anchor: int) -> None:
    """On text pages: the source above the first date, else above the headline; `dates` are those near the headline."""
    page = view.page
    start = min(dates, default=anchor)
    above = start - 1
    lines: list[int] = []
    while above >= 0 and len(lines) < 3 and _may_be_source(view, above):
        lines.insert(0, above)
        above -= 1
    if len(lines) >= 2:
        a, b = page.text[lines[-2]], page.text[lines[-1]]
        if is_short_form(a, b) or is_short_form(b, a):
            for n in lines[-2:]:
                view.set_field(n, Label.SOURCE, Reason.SOURCE_PAIR, f"{a} / {b}", 0.95)
            return
    if not lines or not dates or page.blank_before[start] != 0 or not is_title_case(page.text[lines[-1]]):
        return
    # below the headline writers sign, above it papers
    if start > anchor and leading_name(page.text[lines[-1]]):
        view.set_field(lines[-1], Label.BYLINE, Reason.NAME_PATTERN, "directly above the date", 0.7)
    else:
        view.set_field(lines[-1], Label.SOURCE, Reason.SOURCE_PAIR, "directly above the date", 0.7)


def _may_be_source(view: PageView, n: int) -> bool:
    page = view.page
    text = page.text[n]
    return (
        n not in view.labels
        and n not in page.entry
        and 0 < page.words[n] <= 7
        and not page.is_story[n]
        and not text.rstrip().endswith((".", "?", "!", ":", "|"))
        and any(c.isalpha() for c in text)
        and not PLACE.match(text)
        and page.link_share[n] < 0.5
    )


def _find_wire(view: PageView) -> None:
    """Label the lines in the story and right below it that name the agencies it comes from."""
    page = view.page
    for n in range(max(view.first, 0), min(view.last + 6, view.count)):
        if n in view.labels or page.words[n] > 40:
            continue
        text = page.text[n]
        entry = page.entry.get(n)
        bare = text.strip("()[] .")
        is_wire = bool(entry and entry.kind.startswith("wire.") and (entry.mode != "has" or page.words[n] <= 25))
        if is_wire and entry:
            if page.is_story[n] and n < view.last - 3 and page.words[n] > 25:
                continue  # a sentence of the story about an agency
            view.set_field(n, Label.WIRE, Reason.LEXICON, entry.phrase, 0.93)
        elif _WITH_WIRES.match(text) or (_OTHERS_BYLINE.match(bare) and n >= view.last - 2):
            view.set_field(n, Label.WIRE, Reason.LEXICON, text[:40], 0.93)
        elif n >= view.last - 1 and page.words[n] <= 6 and is_agency(bare):
            view.set_field(n, Label.WIRE, Reason.AGENCY_NAME, None, 0.9)
