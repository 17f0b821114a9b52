"""The lines by which a page is read: headline, dates, sources, captions with their credits, agencies."""

import re

from tasks.clean.label.captions import ends_in_credit, find_captions
from tasks.clean.label.page import CREDIT_HEAD, NEAR, Named, Scene
from tasks.clean.model.words import phrase_hashes
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.dates import is_date_line, words_beside_dates
from tasks.text.person_names import leading_name
from tasks.text.publisher_names import IMAGE_PREFIX, is_agency, is_short_form, is_title_case
from tasks.vocabulary import Action, Label, Reason

PLACE = re.compile(r"^[|\s·•-]*[A-Z][\w.'’ -]{1,30},\s?[A-Z]{2}[|\s·•-]*$")
_WITH_WIRES = re.compile(
    r"^\(?(?:with|mit|avec|con|com|met)\b.{0,40}\b(?:wires?|wire services?|agencies|agenturen|agences|agencias|agências|agenzie|post wires)\b\)?\.?$",
    re.I,
)
_OTHERS_BYLINE = re.compile(
    r"^(?:reporting|additional reporting|writing|editing|text|bearbeitung)\s+(?:by|von)\b", re.I
)
HEADINGS = frozenset(TAG_CODES[name] for name in ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"))


_INNER_END = re.compile(r"[a-z][.!] ")
_BELOW_FIRST = 0.6  # a headline stands above the story; what follows its first line is rather a trail or a pull quote
_TWICE = 0.2  # in the breadcrumb, too
_MASTHEAD_LINES = 12  # a date so far up is today's
_FAR, _AFTER_STORY = 25, 5  # lines above the headline and below the story that may still hold the article's date
_DATE_CHARS = 110  # of the longest such line, with times of publication and change and a name


def find_landmarks(scene: Scene) -> None:
    """Name the lines that the rest of the page is placed by."""
    _find_headline(scene)
    _find_dates_and_sources(scene)
    find_captions(scene)
    _find_wire(scene)


def _find_headline(scene: Scene) -> None:
    page = scene.page
    limit = min(scene.first + 4, scene.count)
    for n in range(limit):
        prefix = IMAGE_PREFIX.match(page.text[n]) if page.has_colon[n] else None
        if prefix and len(page.text[n][prefix.end() :].split()) >= 3:
            scene.headline = n
            scene.put(n, Label.HEADLINE, Reason.IMAGE_PREFIX, prefix.group().strip(), 0.95)
            _drop_copies(scene)
            return
    rank_of = {key: rank for rank, key in reversed(list(enumerate(page.titles)))}
    h1 = TAG_CODES["h1"]
    best: tuple[float, int] | None = None
    for n in range(limit + 8 if page.is_html else limit):
        if n >= scene.count:
            break
        declared = rank_of.get(page.key[n])
        if declared is not None:
            # the copy nearest above the story is the headline; earlier ones are breadcrumbs and trails
            rank = 2.0 - 0.1 * declared + (page.tag[n] == h1) - 0.01 * abs(scene.first - n)
            if best is None or rank > best[0]:
                best = (rank, n)
    if best:
        scene.headline = best[1]
        scene.put(scene.headline, Label.HEADLINE, Reason.PAGE_TITLE, None, 0.97)
        _drop_copies(scene)
        return
    best = None
    for n in range(max(0, scene.first - 40), min(limit, scene.count)):
        score = _headline_score(scene, n)
        if score > 0.9 and (best is None or score > best[0]):
            best = (score, n)
    if best:
        scene.headline = best[1]
        scene.put(scene.headline, Label.HEADLINE, Reason.LIKE_A_HEADLINE, None, min(0.5 + best[0] / 6, 0.9))
        _drop_copies(scene)


def _headline_score(scene: Scene, n: int) -> float:
    page = scene.page
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
    heading = page.tag[n] in HEADINGS
    h1 = page.tag[n] == TAG_CODES["h1"]
    alone = page.blank_before[n] > 0
    return (
        1.6 * page.cohesion[n] + min(count, 9) / 9 + 0.3 * alone + 0.5 * heading + 1.0 * h1
        - 0.03 * max(0, scene.first - n) - _BELOW_FIRST * (n > scene.first) + _TWICE * (page.copies[n] == 2) - 0.4 * (count < 4) - 0.8 * (page.link_share[n] > 0.7)
        + 0.5 * _is_above_byline(scene, n) - 0.8 * bool(_INNER_END.search(text)) - 0.5 * bool(CREDIT_HEAD.search(text))
    )  # fmt: skip


def _is_above_byline(scene: Scene, n: int) -> bool:
    """Whether one of the next two lines says who wrote it or when: where a headline stands."""
    page = scene.page
    for below in range(n + 1, min(n + 3, scene.count)):
        entry = page.entry.get(below)
        if entry and (entry.kind.startswith("date.") or (entry.kind.startswith("byline.") and scene.is_byline(below))):
            return True
        if page.words[below] < 9 and page.has_digit[below] and is_date_line(page.text[below], page.language):
            return True
    return False


def _drop_copies(scene: Scene) -> None:
    text = scene.page.text[scene.headline]
    bare = IMAGE_PREFIX.sub("", text)
    own = {scene.page.key[scene.headline], int(phrase_hashes([bare])[0][0]) if bare != text else 0} - {0}
    for n in range(scene.count):
        if n != scene.headline and n not in scene.named and scene.page.key[n] in own:
            scene.named[n] = Named(Label.NAVIGATION, Action.DROP, Reason.DUPLICATE_IN_PAGE, "the headline", 0.95)


def _find_dates_and_sources(scene: Scene) -> None:
    page = scene.page
    anchor = scene.headline if scene.headline >= 0 else scene.first
    top, bottom = max(0, anchor - NEAR), min(scene.count, max(scene.first, anchor) + NEAR)
    dates = [
        n for n in range(min(scene.count, max(bottom, scene.last + _AFTER_STORY + 1)))
        if n not in scene.named and page.has_digit[n] and len(page.text[n]) < _DATE_CHARS
        and not (page.is_story[n] and page.words[n] > 10) and _is_date(scene, n, anchor)
    ]  # fmt: skip
    for n in [n for n in dates if n in page.entry and page.entry[n].kind.startswith("byline.") and n >= top]:
        dates.remove(n)
        scene.put(n, Label.BYLINE, Reason.LEXICON, page.entry[n].phrase, 0.9)  # `by Ana Roe | 2 May 2025`
    near = [n for n in dates if top <= n < bottom and not _is_masthead_date(scene, n, dates)]
    near = near or _farther_date(scene, dates, anchor)
    for n in dates:
        if n in near:
            scene.put(n, Label.DATE, Reason.DATE_PATTERN, None, 0.9)
        elif n < anchor and n <= _MASTHEAD_LINES:
            scene.named[n] = Named(
                Label.MASTHEAD, Action.DROP, Reason.DATE_PATTERN, "today's date, above the article", 0.85
            )
    _find_sources(scene, [n for n in near if n <= scene.first], anchor)


def _is_date(scene: Scene, n: int, anchor: int) -> bool:
    """A date and nothing else; on a text page, below the headline, also with the writer's name beside it."""
    page = scene.page
    rest = words_beside_dates(page.text[n], page.language)
    if rest is None:
        return False
    is_signed = not page.is_html and n > anchor and len(rest) <= 5 and all(word[0].isupper() for word in rest)
    return len(rest) <= 2 or (is_signed and not page.is_end[n])


def _farther_date(scene: Scene, dates: list[int], anchor: int) -> list[int]:
    """On a text page with no date by the headline: the one nearest above it, below the masthead, or right below the story."""
    if scene.page.is_html:
        return []
    above = [n for n in dates if max(_MASTHEAD_LINES, anchor - _FAR) < n < anchor]
    below = [n for n in dates if scene.last < n <= scene.last + _AFTER_STORY]
    return above[-1:] or below[:1]


def _is_masthead_date(scene: Scene, n: int, dates: list[int]) -> bool:
    text = scene.page.text[n].strip()
    if n < scene.headline and (text.endswith("|") or text.startswith("|")):
        return True
    # the very top of the page, with another date nearer to the headline
    return n <= 2 and scene.headline > n + 3 and any(other > n for other in dates)


def _find_sources(scene: Scene, dates: list[int], anchor: int) -> None:
    page = scene.page
    if page.is_html:
        return
    for start in [min(dates)] if dates else [anchor]:
        above = start - 1
        lines: list[int] = []
        while above >= 0 and len(lines) < 3 and _may_be_source(scene, above):
            lines.insert(0, above)
            above -= 1
        if len(lines) >= 2:
            a, b = page.text[lines[-2]], page.text[lines[-1]]
            if is_short_form(a, b) or is_short_form(b, a):
                for n in lines[-2:]:
                    scene.put(n, Label.SOURCE, Reason.SOURCE_PAIR, f"{a} / {b}", 0.95)
                continue
        if (
            lines
            and dates
            and lines[-1] == start - 1
            and is_title_case(page.text[lines[-1]])
            and page.blank_before[start] == 0
        ):
            if start > anchor and leading_name(
                page.text[lines[-1]]
            ):  # below the headline writers sign, above it papers
                scene.put(lines[-1], Label.BYLINE, Reason.NAME_PATTERN, "directly above the date", 0.7)
            else:
                scene.put(lines[-1], Label.SOURCE, Reason.SOURCE_PAIR, "directly above the date", 0.7)


def _may_be_source(scene: Scene, n: int) -> bool:
    page = scene.page
    text = page.text[n]
    return (
        n not in scene.named and n not in page.entry and 0 < page.words[n] <= 7 and not page.is_story[n]
        and not text.rstrip().endswith((".", "?", "!", ":", "|")) and any(c.isalpha() for c in text)
        and not PLACE.match(text) and page.link_share[n] < 0.5
    )  # fmt: skip


def _find_wire(scene: Scene) -> None:
    page = scene.page
    for n in range(max(scene.first, 0), min(scene.last + 6, scene.count)):
        if n in scene.named or page.words[n] > 40:
            continue
        text = page.text[n]
        entry = page.entry.get(n)
        bare = text.strip("()[] .")
        is_wire = bool(entry and entry.kind.startswith("wire.") and (entry.mode != "has" or page.words[n] <= 25))
        if is_wire and entry:
            if page.is_story[n] and n < scene.last - 3 and page.words[n] > 25:
                continue  # a sentence of the story that speaks of an agency
            scene.put(n, Label.WIRE, Reason.LEXICON, entry.phrase, 0.93)
        elif _WITH_WIRES.match(text) or (_OTHERS_BYLINE.match(bare) and n >= scene.last - 2):
            scene.put(n, Label.WIRE, Reason.LEXICON, text[:40], 0.93)
        elif n >= scene.last - 1 and page.words[n] <= 6 and is_agency(bare):
            scene.put(n, Label.WIRE, Reason.AGENCY_NAME, None, 0.9)
