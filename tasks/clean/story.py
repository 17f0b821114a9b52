"""Which lines are the story: a number between 0 and 1 for each line, and the decision."""

import numpy as np

from tasks.clean.features import Columns, Layout, best_run, run_score

KEEP_FROM = 0.5


def chances(columns: Columns, where: Layout, *, is_html: bool) -> np.ndarray:
    """How likely each line is part of the story.

    The lines of the page's max-sum run of prose are; short lines within it that use words of boilerplate are not.
    """
    score = run_score(columns)
    if is_html:
        score = np.where(columns["link_share"] > 0.5, -6.0, score)
    first, end = best_run(score, where)
    index = np.arange(len(where.page))
    inside = (index >= first[where.page]) & (index < end[where.page])
    doubtful = (columns["lexicon"] > 0) | (columns["letter_share"] < 0.3) | ((columns["words"] < 4) & (columns["is_end"] == 0))
    if is_html:
        doubtful |= columns["link_share"] > 0.7
    return np.where(inside, np.where(doubtful & (columns["good"] == 0), 0.3, np.where(columns["good"] > 0, 0.95, 0.8)), 0.05)
