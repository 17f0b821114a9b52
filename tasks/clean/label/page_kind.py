"""What a page is as a whole: an article, a live ticker, a stub or something else, and how sure that is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tasks.clean.label.page_signs import Sign
from tasks.clean.model.lexicon import Entry

LIVE_UPDATES = 6  # a page with this many paragraphs that start with a time of day is a ticker
_FEW_WORDS = 5  # kept; with fewer there is no sentence
PLAIN = 0.8  # from this probability on a page is clearly a story, and no reason against it is given
_HEAD, _HEAD_MODEL = 0.2, 0.015  # with a story's head: the probability, and the least one by the model
_BRIEF_MODEL = 0.3  # a brief is at least as likely a story by the model
_SURELY_OTHER = 0.03  # by the model; results of matches without a date have 0.05
_BARE_LINKS = 0.2  # of a page's words; a list of links is not prose
_BARE_PROSE = (
    # lines at most, words at least, share of prose at least, probability at least
    (40, 100, 0.7, 0.95),
    (30, 30, 0.5, 0.5),
)
_TEASER_LINES, _TEASER_WORDS = 2, 50  # a longer text that ends in dots leaves something unsaid
_NOTE_LINES, _BUTTON_LINES = 20, 1  # below the text: a sentence about subscriptions, and a button
_BUTTONS = 2  # more of one kind are below teasers
_STUB_WORDS = 250  # a longer text above a note on subscriptions is complete
_SHELL_WORDS = 25  # of the whole page; a list of links has more
_WALL_LINES = 12  # of a wall with one line that asks for consent; a page around a short story has more
_SMALL_WALL_LINES = 8  # with a line that asks for consent, and nothing that stories have
_LOGIN_LINES = 3
# phrases that name a page's kind, in their order of precedence
_KIND_PHRASES = {
    "not_article.error": "error_page",
    "not_article.cookie_wall": "cookie_wall",
    "not_article.login": "login",
    "not_article.script": "empty_shell",
}


@dataclass(frozen=True)
class PageFacts:
    """The input of the verdict on a page."""

    kept_words: int
    page_words: float
    page_lines: int
    entries: dict[int, Entry]
    last_kept: int
    is_ending_in_dots: bool
    kept_lines: int
    is_live_declared: bool
    clock_lines: int
    story_probability: float  # by the page model
    other_kind: str | None  # by the page model, if it holds no story
    features: Mapping[str, float]  # of `tasks.clean.model.page_features`, for the sentence that gives the reason
    signs: tuple[Sign, ...] = ()  # of a page in doubt, that it is something else; the surest first
    is_story_like: bool = True  # whether it has what stories have: a date, a writer, a type
    first_kept: int = 0
    has_story_head: bool = False  # a writer's line beside a date above a long text, or a day in its address


@dataclass(frozen=True)
class PageKind:
    """The verdict on a page.

    `kind` is article, live or stub, or the `other_kind` itself where that is certain.
    """

    kind: str
    story_probability: float  # that the page holds a story, 0 to 1
    other_kind: str | None  # what it is if it holds none
    reason: str | None = None  # a sentence for a person, for every page that is not clearly an article


def judge(facts: PageFacts) -> PageKind:
    """The kind of a page, how likely it is to hold a story, and why.

    Words alone make a page something else for certain only where they name its kind, as those of an error page do. A
    page without known words may be anything.
    """
    paywall = [
        line
        for line, entry in facts.entries.items()
        if entry.kind in ("paywall.cut", "promo.paywall") and line > facts.last_kept - 2
    ]
    certain = _certain_other(facts, has_paywall=bool(paywall))
    if certain:
        return PageKind(certain[0], 0.0, *certain)
    other = facts.signs[0].kind if facts.signs else facts.other_kind
    probability = _probability(facts)
    reason = None if probability >= PLAIN or other is None else _reason_against(other, facts)
    if facts.is_live_declared:
        return PageKind("live", probability, other, reason or "declared as a live blog")
    if facts.clock_lines >= LIVE_UPDATES:
        return PageKind("live", probability, other, reason or f"{facts.clock_lines} updates with a time of day")
    cut = [line for line in paywall if _is_cut_note(facts, line)]
    if cut and facts.kept_words < _STUB_WORDS:
        return PageKind("stub", probability, other, f"the text is cut off: {facts.entries[cut[0]].phrase!r}")
    if facts.is_ending_in_dots and facts.kept_lines <= _TEASER_LINES and facts.kept_words < _TEASER_WORDS:
        return PageKind("stub", probability, other, "the text is cut off: it ends in dots")
    return PageKind("article", probability, other, reason)


def _is_cut_note(facts: PageFacts, line: int) -> bool:
    """Whether a note on subscriptions speaks of the text above it.

    `Subscription` is an entry of many menus, and `Read more` is below many teasers: with any such note, 46 whole
    stories of five corpora were stubs, beside the 5 that are.
    """
    entry, below = facts.entries[line], line - facts.last_kept
    if entry.kind == "paywall.cut" and sum(other.phrase == entry.phrase for other in facts.entries.values()) > _BUTTONS:
        return False
    return below <= _NOTE_LINES if entry.mode != "whole" else entry.kind == "paywall.cut" and below <= _BUTTON_LINES


def _probability(facts: PageFacts) -> float:
    """The probability that a page holds a story: the model's, with the signs against it."""
    if not facts.signs:
        return max(facts.story_probability, _least_probability(facts), _by_head(facts))
    odds = math.prod(sign.odds for sign in facts.signs)
    chance = facts.story_probability * odds
    return chance / (chance + 1 - facts.story_probability)


def _by_head(facts: PageFacts) -> float:
    """The least probability of a page that shows a story's head and no sign against it."""
    return _HEAD if facts.has_story_head and facts.story_probability >= _HEAD_MODEL else 0.0


def _least_probability(facts: PageFacts) -> float:
    """The least probability of a page that is hardly more than sentences, like a story saved without its site.

    The model has seen few such pages. Of 74 pages of at most 30 lines that are half prose, 61 are stories; of 76 pages
    of at most 40 lines with a hundred words that make up seven tenths, 69 are. Where the model is nearly sure of the
    contrary and the page shows neither a date nor a writer, all were something else.
    """
    if facts.features.get("page_links", 0.0) >= _BARE_LINKS:
        return 0.0
    if not facts.is_story_like and facts.story_probability < _SURELY_OTHER:
        return 0.0
    share = facts.kept_words / max(facts.page_words, 1)
    for most_lines, least_words, least_share, probability in _BARE_PROSE:
        if facts.page_lines <= most_lines and facts.kept_words >= least_words and share >= least_share:
            return probability
    return 0.0


# what each other kind is called, and the signs that are given as reasons where a page shows them: feature, least value,
# words
_SIGNS: dict[str, tuple[str, tuple[tuple[str, float, str], ...]]] = {
    "listing": (
        "a list of links",
        (
            ("linked_headings", 1.6, "several headings are links"),
            ("page_links", 0.5, "most words are links"),
            ("type_listing", 1, "declared as a collection"),
            ("is_root", 1, "the address is a site's front page"),
            ("path_listing", 1, "the address names a list"),
        ),
    ),
    "product": (
        "a product page",
        (
            ("type_product", 1, "declared as a product"),
            ("og_product", 1, "declared as a product"),
            ("price", 1, "a price is declared"),
            ("money_blocks", 1.3, "prices in several lines"),
            ("path_product", 1, "the address names a product"),
        ),
    ),
    "service": (
        "a page that offers a service",
        (
            ("type_service", 1, "declared as an organisation or an event"),
            ("kept_in_form", 0.1, "a form"),
            ("path_service", 1, "the address names a service"),
            ("is_root", 1, "the address is a site's front page"),
        ),
    ),
    "forum": (
        "a forum thread",
        (
            ("type_forum", 1, "declared as a discussion"),
            ("class_comment_kept", 0.3, "much of the text is in elements for comments"),
            ("path_forum", 1, "the address names a forum"),
            ("lexicon_comment", 1.0, "lines like those of comments"),
        ),
    ),
    "documentation": (
        "documentation",
        (
            ("type_documentation", 1, "declared as documentation"),
            ("pre", 0.05, "program text"),
            ("code_share", 0.02, "program text"),
            ("path_documentation", 1, "the address names documentation"),
        ),
    ),
    "video": (
        "the page of a video",
        (
            ("type_video", 1, "declared as a video"),
            ("og_video", 1, "declared as a video"),
            ("path_video", 1, "the address names a video"),
        ),
    ),
    "login": ("a login form", (("kept_in_form", 0.1, "a form"),)),
    "cookie_wall": ("a consent wall", (("class_cookie", 0.2, "elements for consent"),)),
    "error_page": ("an error page", ()),
    "empty_shell": ("an empty page", ()),
}


def _reason_against(kind: str, facts: PageFacts) -> str:
    """The sentence that says why a page may hold no story."""
    name, signs = _SIGNS[kind]
    seen = [sign.words for sign in facts.signs if sign.kind == kind]
    seen += [words for feature, least, words in signs if facts.features.get(feature, 0) >= least]
    shown = dict.fromkeys(seen)
    share = f"{facts.kept_words} of {int(facts.page_words):,} words are prose"
    return f"reads like {name}: {', '.join([*shown, share])}"


def _certain_other(facts: PageFacts, *, has_paywall: bool) -> tuple[str, str] | None:
    """The kind of a page that certainly holds no story, and why; None where that is open."""
    prose = f"{facts.kept_words} words of prose"
    entries = _entries_that_name(facts)
    consent = sum(entry.kind in ("footer.cookie", "not_article.cookie_wall") for entry in entries)
    # a footer has one such line, a wall consists of them
    is_wall = consent >= 3 and facts.page_lines < 40
    least_consent = 1 if facts.page_lines < _SMALL_WALL_LINES and not facts.is_story_like else 2
    is_bare_wall = consent >= least_consent and facts.page_lines < _WALL_LINES and not has_paywall
    if (is_wall or is_bare_wall) and facts.kept_words < 120:
        return "cookie_wall", f"{prose}, and {consent} lines that ask for consent"
    if facts.kept_words < 60:
        phrases = {entry.kind: entry.phrase for entry in entries}
        for phrase_kind, kind in _KIND_PHRASES.items():
            if phrase_kind in phrases:
                return kind, f"{prose}, and the page says {phrases[phrase_kind]!r}"
        logins = sum(entry.kind == "navigation.login" for entry in entries)
        if logins >= _LOGIN_LINES and facts.page_lines < _WALL_LINES and not has_paywall:
            return "login", f"{prose}, and {logins} of {facts.page_lines} lines are about logging in"
        if "footer.cookie" in phrases and facts.page_lines < _WALL_LINES and not has_paywall:
            return "cookie_wall", f"{prose}, and the page says {phrases['footer.cookie']!r}"
    if facts.kept_words < _FEW_WORDS:
        if facts.page_words < _SHELL_WORDS:
            return "empty_shell", f"the whole page has {int(facts.page_words)} words"
        return "listing", f"no story in it: {prose} among {int(facts.page_words):,} in {facts.page_lines:,} lines"
    return None


def _entries_that_name(facts: PageFacts) -> list[Entry]:
    """The phrases that may name the kind of a page: around the text of a brief, they are those of its site.

    Every site asks for consent somewhere, and a brief of two sentences is shorter than that. Of the pages of seven
    corpora that have such a phrase and no story, none has a higher probability by the model than 0.12.
    """
    is_brief = facts.is_story_like and facts.story_probability >= _BRIEF_MODEL
    inside = range(facts.first_kept - 1, facts.last_kept + 2)
    return [entry for line, entry in facts.entries.items() if not is_brief or line in inside]
