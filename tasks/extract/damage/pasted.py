"""What comes with a text from where it was copied: a word processor, a page's tags, a program's errors, an archive."""

import re

from tasks.extract.damage.evidence import Evidence, Story

_PROGRAM_TAGS = frozenset({"pre", "code"})
_WORD_WITHIN = re.compile(r"(?<= )[A-Za-z-]+(?= )")
_COMMON = "aeiouinrstlhdcmpgfbvwkyzjxq .-,"


def _rarest(literal: str) -> tuple[str, bool]:
    """What a text with a literal has among its words, or, where no whole word is in it, among its characters."""
    words = _WORD_WITHIN.findall(literal)
    return (max(words, key=len), True) if words else (max(literal, key=lambda char: _COMMON.find(char) % 99), False)


_FORMS = tuple(
    # each literal with what few texts have, and which is looked up many times as fast
    ([(*_rarest(sign), sign) for sign in signs], re.compile(pattern))
    for signs, pattern in (
        (
            ("X-NONE", "#default#VML", " false false false", "MsoNormal"),
            r"\bNormal(?:\.dotm)? \d[ \d]|X-NONE|MicrosoftInternetExplorer4|#default#VML|MsoNormal",
        ),
        (
            ('="', "=“", "=”"),
            r"\b(?:class|style|data-[a-z]{2,20})=[\"“”][^\"“”\n]{1,200}[\"“”]\s(?:[\w-]{2,20}=|>)",
        ),
        (
            ("Minified React error", "Hydration failed because", "Cannot read propert", "is not a function"),
            r"Minified React error #\d|Hydration failed because|Cannot read propert|TypeError: \S+ is not a f",
        ),
        (("[deleted: ", "[inserted: ", "[gelöscht: ", "[supprimé", "[eliminado"), r"\[(?:del|ins|gel|sup|eli)\w+ ?: "),
        (("Assistant: ", "ASSISTANT: "), r"(?:^|\n)(?:Assistant|ASSISTANT): "),  # a dialogue with a language model
        (("?print=", "&print=", "/print/"), r"https?://\S{1,300}(?:[?&]print=|/print/)"),  # the view for printing
        (("..........",), r"\.{10,}\s?\d"),  # a table of contents
        ((" captures ", " capture "), r"\b\d{1,6} captures? \d{1,2} \w{3} \d{4}"),
    )
)


def find_pasted(story: Story) -> Evidence | None:
    """Rubbish of a word processor, attributes of tags, errors of a script library, the toolbar of an archive."""
    for signs, pattern in _FORMS:
        if any(
            rare in (story.words if is_word else story.signs) and sign in story.text for rare, is_word, sign in signs
        ):
            match = pattern.search(story.text)
            if match:
                evidence = story.at(match.start())
                if evidence.paragraph is None or story.tags[evidence.paragraph] not in _PROGRAM_TAGS:
                    return evidence
    return None
