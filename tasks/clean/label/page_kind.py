"""What a page is as a whole: an article, a live ticker, a stub - or something else, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.clean.model.lexicon import Entry

LIVE_UPDATES = 6  # so many clock times at the head of paragraphs make a ticker
_FEW_WORDS = 5  # kept; with fewer there is no sentence
PLAIN = 0.8  # from this probability on a page is plainly a story, and nothing is said against it
_BARE_LINKS = 0.2  # of a page's words; a list of links is not prose
_BARE = (
    (40, 100, 0.7, 0.95),
    (30, 30, 0.5, 0.5),
)  # lines at most, words and share of prose at least: probability at least
_STUB_WORDS = 250  # a longer text above a note on subscriptions is whole
_SHELL_WORDS = 25  # of the whole page; a list of links has more
_WALL_LINES = 12  # of a wall with one line that asks for consent; a page around a short story has more
# words that name a page's kind, in the order in which they count
_TELLING = {
    "not_article.error": "error_page",
    "not_article.cookie_wall": "cookie_wall",
    "not_article.login": "login",
    "not_article.script": "empty_shell",
}


@dataclass(frozen=True)
class PageFacts:
    """What the verdict rests on."""

    kept_words: int
    page_words: float
    page_lines: int
    entries: dict[int, Entry]
    last_kept: int
    is_live_declared: bool
    clock_lines: int
    story_probability: float  # by the page model
    other_kind: str | None  # by the page model, if it holds no story
    look: Mapping[str, float]  # features of `tasks.clean.model.page_features`, for the sentence that says why


@dataclass(frozen=True)
class PageKind:
    """What a page is taken for.

    `kind` is article, live or stub, or the `other_kind` itself where that is certain.
    """

    kind: str
    story_probability: float  # that the page holds a story, 0 to 1
    other_kind: str | None  # what it is if it holds none
    why: str | None = None  # a sentence for a person, of whatever is not plainly an article


def judge(facts: PageFacts) -> PageKind:
    """The kind of a page, how likely it holds a story, and why.

    Words alone make a page something else for certain only where they name what it is, as an error page does; that no word
    is known of a page says nothing of it.
    """
    paywall = [
        line
        for line, entry in facts.entries.items()
        if entry.kind in ("paywall.cut", "promo.paywall") and line > facts.last_kept - 2
    ]
    certain = _certain_other(facts, has_paywall=bool(paywall))
    if certain:
        return PageKind(certain[0], 0.0, *certain)
    probability, other = facts.story_probability, facts.other_kind
    probability = max(probability, _of_bare_prose(facts))
    why = None if probability >= PLAIN or other is None else _reads_like(other, facts)
    if facts.is_live_declared:
        return PageKind("live", probability, other, why or "declared as a live blog")
    if facts.clock_lines >= LIVE_UPDATES:
        return PageKind("live", probability, other, why or f"{facts.clock_lines} updates with a time of day")
    if paywall and facts.kept_words < _STUB_WORDS:
        return PageKind("stub", probability, other, f"the text is cut off: {facts.entries[paywall[0]].phrase!r}")
    return PageKind("article", probability, other, why)


def _of_bare_prose(facts: PageFacts) -> float:
    """The least probability of a page that is hardly more than sentences, as a story is that was saved without its site.

    The model has seen few such pages. Of 74 of at most 30 lines that are half prose 61 are stories, of 76 with a hundred words
    that make up seven tenths of at most 40 lines 69 are.
    """
    if facts.look.get("page_links", 0.0) >= _BARE_LINKS:
        return 0.0
    share = facts.kept_words / max(facts.page_words, 1)
    return next(
        (
            least
            for lines, words, part, least in _BARE
            if facts.page_lines <= lines and facts.kept_words >= words and share >= part
        ),
        0.0,
    )


# what each other kind is called, and the signs that are named where a page shows them: feature, least value, words
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
            ("lexicon_comment", 1.0, "lines as in comments"),
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
    "login": ("a form to log in", (("kept_in_form", 0.1, "a form"),)),
    "cookie_wall": ("a consent wall", (("class_cookie", 0.2, "elements for consent"),)),
    "error_page": ("an error page", ()),
    "empty_shell": ("an empty page", ()),
}


def _reads_like(kind: str, facts: PageFacts) -> str:
    """The sentence that says why a page may hold no story."""
    name, signs = _SIGNS[kind]
    shown = dict.fromkeys(words for feature, least, words in signs if facts.look.get(feature, 0) >= least)
    share = f"{facts.kept_words} of {int(facts.page_words):,} words are prose"
    return f"reads like {name}: {', '.join([*shown, share])}"


def _certain_other(facts: PageFacts, *, has_paywall: bool) -> tuple[str, str] | None:
    """What a page without a story is for certain, and why; None where that is open."""
    consent = sum(entry.kind in ("footer.cookie", "not_article.cookie_wall") for entry in facts.entries.values())
    is_small = facts.page_lines < 40
    if consent >= 3 and facts.kept_words < 120 and is_small:  # a footer has one such line, a wall is made of them
        return "cookie_wall", f"{facts.kept_words} words of prose, and {consent} lines that ask for consent"
    if facts.kept_words < 60:
        said = {entry.kind: entry.phrase for entry in facts.entries.values()}
        for word, kind in _TELLING.items():
            if word in said:
                return kind, f"{facts.kept_words} words of prose, and the page says {said[word]!r}"
        if "footer.cookie" in said and facts.page_lines < _WALL_LINES and not has_paywall:
            return (
                "cookie_wall",
                f"{facts.kept_words} words of prose, and the page says {said['footer.cookie']!r}",
            )
    if facts.kept_words < _FEW_WORDS:
        if facts.page_words < _SHELL_WORDS:
            return "empty_shell", f"the whole page has {int(facts.page_words)} words"
        return (
            "listing",
            f"no story in it: {facts.kept_words} words of prose among {int(facts.page_words):,} in {facts.page_lines:,} lines",
        )
    return None
