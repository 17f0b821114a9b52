"""Results below a line of the story, as text pages have them: rows that start with a rank and end with a figure."""

import re
from itertools import takewhile

from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.removal import Removed
from tasks.vocabulary import Action, Label, Reason

_MIN_ROWS = 3
_ROW_WORDS = 14.0
_HEADING_WORDS = 8.0
_RANK = re.compile(r"(\d{1,3})(?:[.):]|\b)\s*\D")
_FIGURE = re.compile(r"\d\)?(?:\s?[^\W\d_]{1,4}\.?)?$")  # the end of a time, points or a sum, with a unit
_LEAST_CHANCE = 0.05  # by the model, on average
_FEW_LINES = 150


def find_results(page: PageLines, story: list[int], removed: Removed) -> dict[int, LineLabel]:
    """The rows of results right below a line of the story or one heading further, with the heading."""
    if page.is_html or len(page.text) > _FEW_LINES:
        return {}
    inside = set(story)
    added: dict[int, LineLabel] = {}
    for n in story:
        for first in (n + 1, n + 2):
            rows = _rows_from(page, first, removed)
            if not rows or (first == n + 2 and not _is_heading(page, n + 1)):
                continue
            for line in range(n + 1, rows[-1] + 1):
                if line not in inside and line not in removed:
                    added[line] = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "a row of results", 0.6)
            break
    return added


def _rows_from(page: PageLines, first: int, removed: Removed) -> range:
    """The rows from a line on, each with the next rank; none if there are too few."""
    ranks = takewhile(lambda n: n not in removed and _is_row(page, n, n - first + 1), range(first, len(page.text)))
    rows = range(first, first + sum(1 for _ in ranks))
    is_likely = sum(page.chance[n] for n in rows) >= _LEAST_CHANCE * len(rows)
    return rows if len(rows) >= _MIN_ROWS and is_likely else range(0)


def _is_row(page: PageLines, n: int, rank: int) -> bool:
    text = page.text[n]
    if not text[:1].isdigit() or page.words[n] > _ROW_WORDS:
        return False
    match = _RANK.match(text)
    return match is not None and int(match[1]) == rank and bool(_FIGURE.search(text[match.end() :]))


def _is_heading(page: PageLines, n: int) -> bool:
    return 0 < page.words[n] <= _HEADING_WORDS and n not in page.entry
