"""What comes with a text from where it was copied: a word processor, a page's tags, a program's errors, an archive."""

import re

from tasks.extract.damage.evidence import Evidence, Story
from tasks.extract.damage.literals import sought

_FORMS = tuple(
    (sought(*literals), re.compile(pattern))
    for literals, pattern in (
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
        # parts of its answers
        (
            ("[Part", "[Teil ", "[Del ", "[Част", "[Deel "),
            r"\[(?:Part|Parte|Partie|Teil|Del|Deel|Часть) \d+ (?:of|de|von|sur|di|av|van|из) \d+ ?[–—:|,-]",
        ),
        (("?print=", "&print=", "/print/"), r"https?://\S{1,300}(?:[?&]print=|/print/)"),  # the view for printing
        (("..........",), r"(?<!\.)\.{10,}+\s?\d"),  # a table of contents
        ((" captures ", " capture "), r"\b\d{1,6} captures? \d{1,2} \w{3} \d{4}"),
    )
)


def find_pasted(story: Story) -> Evidence | None:
    """Rubbish of a word processor, attributes of tags, errors of a script library, the toolbar of an archive."""
    for literals, pattern in _FORMS:
        if story.has(literals):
            match = pattern.search(story.text)
            if match:
                evidence = story.at(match.start())
                if not story.is_code(evidence.paragraph):
                    return evidence
    return None
