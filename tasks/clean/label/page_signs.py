"""Signs that a page in doubt is something else than a story: prices, buttons of shops, questions of manuals, types.

The model of pages has seen few pages without a site around them, and no words of most languages. These signs are clear
in any of them. They count only where the model is in doubt, and each makes the odds of a story smaller.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tasks.clean.label.page_titles import is_list_of_cut_texts, is_one_sentence, title_of_site_page
from tasks.clean.parse.signals import Signals

_PHRASES_FILE = Path(__file__).with_name("page_signs.toml")
_SHORT_CHARS = 60  # of a button, a question or a price with its words
_PRICE_WORDS = 8
_COMPARED_PRICES = 3  # in a longer line: before, now and per month
_MORE_WORDS = 3  # after a phrase in the same line, e.g. a quantity
_BEFORE_STORY, _IN_STORY = 12, 4  # lines around the first kept one where a story has its date
_DATE_CHARS = 120
_HEADS = 3  # entries with a date and a time of day: a thread, or the comments below a page
_ENTRY_LINES = 3  # of the first entry of a thread; a story below its writer and date has more
_FORM_LINES = 20  # of a page that is nothing but a form or an error
_STATUS_NUMBER = re.compile(r"^\W*(?:40[0134]|410|451|50[0234])\b|\b(?:40[0134]|410|451|50[0234])\W*$")
_CHAPTER = re.compile(r"(?<![\d:])(?:\d:)?\d{1,2}:\d\d\s+[^\W\d]")
_LINKED_HEADINGS = 3
_TEXT_SHARE = 0.5  # of the words; less is kept of a list of teasers
_OFFERS_MIN = 2  # more than these, as a site around a story may have some
_BARE_LINES = 60  # at most, of a page with little around its text
_TIMES = 17  # time elements of a page in doubt; every eighth such list of the corpora has as many
_CODE = {"pre": 0.05, "code_share": 0.02}  # shares of the words

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u0e31-\u0e4e\u200c])*")
_PRICE = re.compile(
    r"""[$€£¥￥₽₹₺฿₫₴₪₦₩₸₾]
        |(?<![^\W\d_])(?:eur|usd|gbp|chf|r\$|zł|kr|kč|ft|lei|лв|руб|грн|tl|rp|dkk|sek|nok|тг)(?![^\W\d_])
        |(?<![^\W\d_])(?:جنيه|درهم|دينار|रुपये|रु|টাকা|rs|rm|дин|ден|сум|сом|тенге|birr|ksh|tsh)(?![^\W\d_])
        |\d\s?(?:元|円|원|บาท|ریال|تومان|đ\b)""",
    re.X | re.I,
)
_NUMERIC_DATE = re.compile(r"(?<!\d)\d{1,4}\s?[./\-年년]\s?\d{1,2}\s?[./\-月월]\s?\d{1,4}")
_CLOCK = re.compile(r"\d{1,2}:\d\d")
_DATE = re.compile(rf"{_NUMERIC_DATE.pattern}|{_CLOCK.pattern}|(?<!\d)\d{{4}}(?!\d)")
_PHONE = re.compile(r"(?<![\d.,])(?:\+|\(?0)[\d\s()/-]{7,}\d(?![\d.,])")
_BUSINESS = re.compile(
    r"""business$|store$|clinic$|dentist|attorney|restaurant|hotel|agency$|contractor|dealer|physician|legalservice
        |lodging|^service$|jobposting|^course$""",
    re.X,
)
_MANUAL_TYPES = frozenset("techarticle apireference faqpage howto softwareapplication".split())
_THREAD_TYPES = frozenset("qapage discussionforumposting question".split())
# names in <meta name="generator"> of programs that make no other pages
_MANUAL_PROGRAMS = "sphinx mkdocs docusaurus gitbook doxygen javadoc vitepress vuepress asciidoctor dokuwiki".split()
_FORUM_PROGRAMS = "phpbb vbulletin discourse xenforo invision mybb simple-machines".split()


class Sign(NamedTuple):
    """A sign that a page is something else than a story."""

    kind: str  # what it is a sign of
    words: str  # what is seen, for a person
    odds: float  # what the odds of a story are multiplied by


# Each with the stories and the other pages that have it, among the pages in doubt of five corpora in HTML (133 stories
# and 161 others). Where the counts are small, the odds are larger than the counts say.
_DECLARED_PRODUCT = Sign("product", "declared as a product", 0.05)  # 0 : 9
_BASKET_TWICE = Sign("product", "words of a shop in several lines", 0.05)  # 0 : 8
_DECLARED_BUSINESS = Sign("service", "declared as a business or its offer", 0.1)  # 0 : 7
_DECLARED_THREAD = Sign("forum", "declared as a discussion", 0.3)  # 1 : 3
_FORUM_PROGRAM = Sign("forum", "made by a program for forums", 0.2)  # 0 : 4
_ENTRIES = Sign("forum", "entries with a date and a time of day", 0.4)  # 3 : 6
_DECLARED_MANUAL = Sign("documentation", "declared as documentation", 0.3)  # 0 : 2
_MANUAL_TWICE = Sign("documentation", "words of a manual in several lines", 0.1)  # 0 : 4
_HEADING_MARKS = Sign("documentation", "headings with marks for links", 0.2)  # 0 : 1
_MANY_TIMES = Sign("listing", "many dates", 0.3)  # 0 : 8
_DECLARED_VIDEO = Sign("video", "declared as a video", 0.3)  # of too few pages to count
# only where the page shows no date, no writer and no type of a story
_OFFERS = Sign("service", "offers in several lines", 0.2)  # 0 : 2
_MANUAL_PROGRAM = Sign("documentation", "made by a program for manuals", 0.6)  # 1 : 1
_SOME_CODE = Sign("documentation", "program text", 0.4)  # 0 : 2; of text pages 1 : 0
_CONTENTS = Sign("documentation", "a list of the page's parts", 0.3)  # 0 : 2
# only where there is also little around the text, so that these belong to it; of pages that the corpora hardly have
_PRICE_LINE = Sign("product", "a price in a line of its own", 0.2)
_CODE_LINES = Sign("documentation", "program text", 0.2)
_CONTACT = Sign("service", "a telephone number", 0.3)
_TEASERS = Sign("listing", "several headings are links", 0.2)
_BARE_PHRASES = {  # by group: lines at least, what they say
    "basket": (1, Sign("product", "words of a shop", 0.2)),
    "cart": (1, Sign("product", "a basket in the menu", 0.4)),
    "question": (1, Sign("documentation", "words of a manual", 0.2)),
    "offer": (2, _OFFERS),
    "error": (1, Sign("error_page", "words of an error", 0.1)),
    "views": (1, Sign("video", "a number of views", 0.2)),
    "player": (1, Sign("video", "words of a player", 0.2)),
    "consent": (2, Sign("cookie_wall", "buttons that ask for consent", 0.05)),
    "member": (2, Sign("forum", "lines about members or replies", 0.2)),
}


_PASSWORD = Sign("login", "a field for a password", 0.1)
_STATUS = Sign("error_page", "an error's number as its title", 0.1)
_CHAPTERS = Sign("video", "times of a recording", 0.2)
# also on pages with a date, which each entry has
_THREAD = Sign("forum", "entries with a date and a time of day from the start", 0.05)
_CUT_TEXTS = Sign("listing", "most of the text ends in dots", 0.3)
_ONE_SENTENCE = Sign("service", "one sentence among the entries of a menu", 0.3)
_TITLE_ODDS = 0.02


@dataclass(frozen=True)
class PageText:
    """A page's lines and what it declares."""

    texts: Sequence[str]
    first_kept: int
    signals: Signals | None
    features: Mapping[str, float]  # of `tasks.clean.model.page_features`
    kept: Sequence[int] = ()  # the kept lines


def has_story_signs(page: PageText) -> bool:
    """Whether a page shows or declares what stories have: a date, a writer, a type."""
    names = ("type_article", "og_article", "has_published", "has_author", "lexicon_byline")
    if any(page.features.get(name, 0) > 0 for name in names):
        return True
    near = page.texts[max(page.first_kept - _BEFORE_STORY, 0) : page.first_kept + _IN_STORY]
    return any(is_dated(text, page.features) for text in near)


def is_dated(text: str, features: Mapping[str, float]) -> bool:
    """Whether a line above a text holds a date; `features` are of its page."""
    # many languages have words like their months ("mais", "may"), so the name of a month needs a year or a time of day
    date = _DATE if features.get("dates_near_start", 0) > 0 else _NUMERIC_DATE
    return len(text) < _DATE_CHARS and bool(date.search(text))


def signs_against(page: PageText, *, is_story_like: bool) -> tuple[Sign, ...]:
    """The signs of a page that it is something else, the surest first; `is_story_like` if it has those of a story."""
    found = _declared_signs(page, is_story_like=is_story_like) + _line_signs(page.texts, is_story_like=is_story_like)
    found += _form_of_text_signs(page, is_story_like=is_story_like)
    if _is_thread(page):
        found.append(_THREAD)
    if page.features.get("times", 0) >= _TIMES:
        found.append(_MANY_TIMES)
    if _is_bare(page.texts, is_story_like=is_story_like):
        found += [_TEASERS] if _is_list_of_teasers(page.features) else []
        found += _form_signs(page)
    if not is_story_like and any(page.features.get(name, 0) > least for name, least in _CODE.items()):
        found.append(_CODE_LINES if _is_bare(page.texts, is_story_like=is_story_like) else _SOME_CODE)
    found.sort(key=lambda sign: sign.odds)
    if _is_bare(page.texts, is_story_like=is_story_like):
        return tuple(found)
    surest: dict[str, Sign] = {}
    for sign in found:
        surest.setdefault(sign.kind, sign)  # around much text, signs of one kind go together: a second says little more
    return tuple(surest.values())


def _form_of_text_signs(page: PageText, *, is_story_like: bool) -> list[Sign]:
    """Signs in the title of a page and in the form of its text."""
    declared = page.signals.title if page.signals else None
    title = title_of_site_page(declared, page.texts if len(page.texts) <= _BARE_LINES else (), page.first_kept)
    found = [_CUT_TEXTS] if is_list_of_cut_texts(page.texts, page.kept) else []
    if title and (title.group == "terms" or not is_story_like):
        found.append(Sign(title.kind, f"its title is {title.phrase!r}", _TITLE_ODDS))
    if _is_bare(page.texts, is_story_like=is_story_like) and is_one_sentence(declared, page.texts, page.kept):
        found.append(_ONE_SENTENCE)
    return found


def _is_thread(page: PageText) -> bool:
    """Whether what is kept stands below several heads with a date and a time, from the first one on.

    Below a story with comments, the story stands above these, or below the date of its writer at length.
    """
    heads = [n for n, text in enumerate(page.texts) if len(text) < _DATE_CHARS and _is_entry_head(text)]
    if len(page.texts) > _BARE_LINES or len(heads) < _HEADS or not page.kept or page.kept[0] < heads[0]:
        return False
    kept = [sum(above < n < below for n in page.kept) for above, below in pairwise([*heads, len(page.texts)])]
    return kept[0] <= _ENTRY_LINES and sum(count > 0 for count in kept) >= _HEADS - 1


def _form_signs(page: PageText) -> list[Sign]:
    """Signs of pages that are nothing but a form, an error or a recording, in what no language changes."""
    found = []
    is_small = len(page.texts) <= _FORM_LINES
    if page.signals and is_small:
        title = page.signals.title or ""
        found += [_PASSWORD] if page.signals.asks_password else []
        found += [_STATUS] if len(title) <= _SHORT_CHARS and _STATUS_NUMBER.search(title) else []
    if any(text[:1].isdigit() and len(_CHAPTER.findall(text)) >= _HEADS for text in page.texts):
        found.append(_CHAPTERS)
    return found


def _is_bare(texts: Sequence[str], *, is_story_like: bool) -> bool:
    """Whether a page has little around its text and nothing that stories have, so that its signs belong to the text."""
    return not is_story_like and len(texts) <= _BARE_LINES


def _is_list_of_teasers(features: Mapping[str, float]) -> bool:
    """Whether several headings are links and most of the text is beside them."""
    linked = features.get("linked_headings", 0) >= math.log1p(_LINKED_HEADINGS)
    return linked and features.get("kept_share", 1) < _TEXT_SHARE


def _declared_signs(page: PageText, *, is_story_like: bool) -> list[Sign]:
    """Signs in what a page declares about itself; a declared story has none of them."""
    signals, seen = page.signals, page.features
    if signals is None:
        return []
    if seen.get("type_article", 0) or seen.get("og_article", 0):
        return []
    program = " ".join(signals.metas.get("generator", ())).lower()
    found = [_FORUM_PROGRAM] if any(name in program for name in _FORUM_PROGRAMS) else []
    if not is_story_like and any(name in program for name in _MANUAL_PROGRAMS):
        found.append(_MANUAL_PROGRAM)
    types = {name for node in signals.nodes for name in _types(node.get("@type"))}
    if seen.get("og_product", 0) or seen.get("price", 0) or not types.isdisjoint({"product", "productgroup"}):
        found.append(_DECLARED_PRODUCT)
    if any(_BUSINESS.search(name) for name in types):
        found.append(_DECLARED_BUSINESS)
    if not types.isdisjoint(_MANUAL_TYPES):
        found.append(_DECLARED_MANUAL)
    if not types.isdisjoint(_THREAD_TYPES):
        found.append(_DECLARED_THREAD)
    if seen.get("og_video", 0):
        found.append(_DECLARED_VIDEO)
    return found


def _types(declared: object) -> list[str]:
    names = declared if isinstance(declared, list) else [declared]
    return [str(name).rpartition("/")[2].rpartition(":")[2].strip().lower() for name in names if name]


def _line_signs(texts: Sequence[str], *, is_story_like: bool) -> list[Sign]:
    """Signs in the lines of a page."""
    short = [text for text in texts if len(text) <= _SHORT_CHARS]
    seen = [phrase for text in short if (phrase := _phrase(text))]
    # a review repeats one button below each thing that it names, so only different phrases count as several
    several = Counter(group for group, _ in set(seen))
    found = []
    if several["basket"] > 1:
        found.append(_BASKET_TWICE)
    if several["question"] + several["contents"] > 1:
        found.append(_MANUAL_TWICE)
    if sum(1 for text in texts if len(text) < _DATE_CHARS and _is_entry_head(text)) >= _HEADS:
        found.append(_ENTRIES)
    if any(text.endswith("¶") for text in short):
        found.append(_HEADING_MARKS)
    if is_story_like:
        return found
    if several["offer"] > _OFFERS_MIN:
        found.append(_OFFERS)
    if several["contents"]:
        found.append(_CONTENTS)
    if _is_bare(texts, is_story_like=is_story_like):
        # around much text, these may be those of an advert or of the site
        found += _bare_signs(texts, Counter(group for group, _ in seen))
    return found


def _bare_signs(texts: Sequence[str], phrases: Mapping[str, int]) -> list[Sign]:
    """Signs in the lines of a page with little around its text, and without those of a story."""
    found = [sign for group, (least, sign) in _BARE_PHRASES.items() if phrases.get(group, 0) >= least]
    if phrases.get("offer", 0) == 1 and phrases.get("contact", 0):
        found.append(_OFFERS)
    in_reach = [text for text in texts if len(text) < _DATE_CHARS]
    if any(_is_price(text) for text in in_reach):
        found.append(_PRICE_LINE)
    if any(_PHONE.search(text) for text in in_reach):
        found.append(_CONTACT)
    return found


def _is_price(text: str) -> bool:
    """Whether a line is a price with few words, or compares prices."""
    if not any(char.isdigit() for char in text):
        return False
    is_short = len(text) <= _SHORT_CHARS and len(text.split()) <= _PRICE_WORDS
    return len(_PRICE.findall(text)) >= (1 if is_short else _COMPARED_PRICES)


def _is_entry_head(text: str) -> bool:
    return ":" in text and bool(_CLOCK.search(text) and _NUMERIC_DATE.search(text))


def _phrase(text: str) -> tuple[str, str] | None:
    """The phrase that a line is, or starts with, and before it the group of this phrase."""
    words = _WORD.findall(text.casefold())
    phrases, longest = _phrases()
    for count in range(min(len(words), longest), max(len(words) - _MORE_WORDS, 1) - 1, -1):
        phrase = " ".join(words[:count])
        # a single word says something only if the line is that word
        if phrase in phrases and (count > 1 or len(words) == 1):
            return phrases[phrase], phrase
    return None


@cache
def _phrases() -> tuple[dict[str, str], int]:
    """The group of each phrase, and the number of words of the longest."""
    with _PHRASES_FILE.open("rb") as handle:
        kinds = tomllib.load(handle)
    groups = [(group, phrase) for by_group in kinds.values() for group, listed in by_group.items() for phrase in listed]
    phrases = {" ".join(_WORD.findall(phrase.casefold())): group for group, phrase in groups}
    return phrases, max(len(phrase.split()) for phrase in phrases)
