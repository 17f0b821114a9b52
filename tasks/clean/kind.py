"""What a page is as a whole: an article, a live ticker, a stub - or no article at all."""

from dataclasses import dataclass

from tasks.clean.lexicon import Entry

LIVE_UPDATES = 6  # so many clock times at the head of paragraphs make a ticker


@dataclass(frozen=True)
class PageFacts:
    """What the verdict rests on."""

    kept_words: int
    long_lines: int
    page_words: float
    page_lines: int
    entries: dict[int, Entry]
    last_kept: int
    is_live_declared: bool
    clock_lines: int


def judge(facts: PageFacts) -> tuple[str, str | None]:
    """The kind of a page and why.

    Returns: one of article, live, stub, error_page, cookie_wall, login, listing, empty_shell; with a sentence for a
    person where it is not an article.
    """
    sorts = {entry.kind: line for line, entry in facts.entries.items()}
    paywall = [
        line
        for line, entry in facts.entries.items()
        if entry.kind in ("paywall.cut", "promo.paywall") and line > facts.last_kept - 2
    ]
    consent = sum(entry.kind in ("footer.cookie", "not_article.cookie_wall") for entry in facts.entries.values())
    if (
        consent >= 3 and facts.kept_words < 120 and facts.page_lines < 40
    ):  # a footer has one such line, a wall is made of them
        return "cookie_wall", f"{facts.kept_words} words of prose, and {consent} lines that ask for consent"
    if facts.kept_words < 60:
        for kind, name in (("not_article.error", "error_page"), ("not_article.cookie_wall", "cookie_wall"),
                           ("not_article.login", "login"), ("not_article.script", "empty_shell")):  # fmt: skip
            if kind in sorts:
                return (
                    name,
                    f"{facts.kept_words} words of prose, and the page says {facts.entries[sorts[kind]].phrase!r}",
                )
        if "footer.cookie" in sorts and facts.page_words < 250 and facts.page_lines < 40 and not paywall:
            return (
                "cookie_wall",
                f"{facts.kept_words} words of prose, and the page says {facts.entries[sorts['footer.cookie']].phrase!r}",
            )
        if facts.page_words < 25:
            return "empty_shell", f"the whole page has {int(facts.page_words)} words"
    if facts.is_live_declared or facts.clock_lines >= LIVE_UPDATES:
        return (
            "live",
            "declared as a live blog" if facts.is_live_declared else f"{facts.clock_lines} updates with a time of day",
        )
    if facts.long_lines == 0 or facts.kept_words < 25:
        return (
            "listing",
            f"no story in it: {facts.kept_words} words of prose among {int(facts.page_words):,} in {facts.page_lines:,} lines",
        )
    if paywall and facts.kept_words < 250:
        return "stub", f"the text is cut off: {facts.entries[paywall[0]].phrase!r}"
    return "article", None
