"""The lines below a story that say who its writer is."""

import re

from tasks.clean.label.constants import NEAR
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.removal import STORY_WORDS_LEFT, Removed, story_lines, word_sum
from tasks.vocabulary import Action, Label, Reason

# A statement about a writer. Of 20 such last lines of real pages with a name that is in the byline and not in the
# story, none was gold body; of 85 others most were.
_STATEMENT = re.compile(
    r"""^([^\W\d_][\w.'’-]*\s+[\w.'’-]+)(?:\s+[\w.'’-]+){0,2}(?:,\s.{2,60},)?\s+(?:
        is|was|has|covers|writes|reports|joined|lives|works|ist|schreibt|berichtet|arbeitet|lebt|est|couvre|écrit|es
        |escribe|cubre|è|scrive|é|escreve|jest|pisze|schrijft|är|skriver|er
    )\s""",
    re.X,
)
# The same about a writer whom no line above names, in the words that such boxes use.
_OCCUPATION = re.compile(
    r"""^(?:\S+\s+){2,4}(?:
        has\ covered|covers|writes\ (?:about|for|on)|reports\ (?:on|for|from)
        |(?:is|ist|est|es|è|é|jest)\s(?:\S+\s){0,4}(?:
            reporter|correspondent|columnist|freelance\ \w+|staff\ writer|contributing\ \w+|redakteur(?:in)?
            |korrespondent(?:in)?|journaliste|rédact(?:eur|rice)|periodista|redactora?|corresponsal|giornalista
            |jornalista|dziennikar(?:z|ka)
        )\b
        |schreibt\ (?:für|über)|berichtet\ (?:für|über|aus)|couvre|écrit\ pour|escribe\ (?:sobre|para)
        |scrive\ (?:di|per)|escreve\ (?:sobre|para)
    )""",
    re.I | re.X,
)
_STATEMENT_WORDS = 70
_BYLINE_WORDS = 12
_NAME_WORDS = 5  # `By Ana Roe`, `Ana Roe, reporter`
_NAME_CHARS = (3, 40)
_NAME_END = re.compile(r"[\d|·•,،、/(]|\s[-–—]\s")
_NEAR_TOP = 4  # lines of the story among which the byline may be


def remove_author_box(page: PageLines, removed: Removed) -> None:
    """Remove the last lines of the story where they say who the writer named above it is."""
    story = story_lines(page, removed)
    if word_sum(page, story) < 2 * STORY_WORDS_LEFT:
        return
    while len(story) > 2:
        n = story.pop()
        if _is_about_writer(page, n, story):
            removed[n] = LineLabel(Label.FOOTER, Action.DROP, Reason.NAME_PATTERN, "who the writer is", 0.85)
            continue
        match = _STATEMENT.match(page.text[n]) if page.words[n] <= _STATEMENT_WORDS else None
        if match is None or not match[1].split()[1][0].isupper():
            return
        name = " ".join(match[1].split())
        if any(name in page.text[m] for m in story if page.words[m] > _BYLINE_WORDS):
            return
        top = range(max(0, story[0] - NEAR), min(story[0] + _NEAR_TOP, n))
        if not (_OCCUPATION.search(page.text[n]) or _is_signed(page, name, top)):
            return
        removed[n] = LineLabel(Label.FOOTER, Action.DROP, Reason.NAME_PATTERN, "who the writer is", 0.85)


def _is_about_writer(page: PageLines, n: int, story: list[int]) -> bool:
    """Whether a line starts with the name that stands alone above the story, and no line of the story has the name.

    In any language: a story names the people in it more than once, and its writer never.
    """
    text = page.text[n]
    if page.words[n] > _STATEMENT_WORDS or not page.is_end[n]:
        return False
    names = {name for m in range(max(0, story[0] - NEAR), story[0]) if (name := _name_beside_date(page, m))}
    names = {name for name in names if text.startswith(name) and len(text) > 2 * len(name)}
    return any(not any(name in page.text[m] for m in story) for name in names)


def _name_beside_date(page: PageLines, n: int) -> str | None:
    """What may be a name in a line: without the word for the writer, and without the date that follows it."""
    entry = page.entry.get(n)
    beside = page.has_digit[max(n - 1, 0) : n + 2]
    if page.key[n] in page.titles or not (any(beside) or (entry and entry.group == "byline")):
        return None
    text = page.text[n]
    if entry and entry.group == "byline" and text[: len(entry.phrase)].casefold() == entry.phrase:
        text = text[len(entry.phrase) :]
    name = _NAME_END.split(text.strip(" :："), maxsplit=1)[0].strip()
    return name if _NAME_CHARS[0] <= len(name) <= _NAME_CHARS[1] and len(name.split()) <= _NAME_WORDS else None


def _is_signed(page: PageLines, name: str, lines: range) -> bool:
    """Whether one of the lines is a byline with that name, or little more than the name."""
    return any(
        name in page.text[n]
        and page.words[n] <= _BYLINE_WORDS
        and (page.words[n] <= _NAME_WORDS or (n in page.entry and page.entry[n].group == "byline"))
        for n in lines
    )
