"""The measures: text against gold text, pages kept and let through, what lost the others, and the curves of thresholds.

A text is the multiset of its runs of four words (`tasks.training.corpus.page_score`). Precision is the mean over
pages with an answer, recall the mean over all pages with a gold text, so that a page without a row counts as an empty
answer. F1 is the harmonic mean of the two. Text is measured on pages that hold a story.
"""

import unicodedata
from collections import Counter, defaultdict
from statistics import fmean

import numpy as np
from accuracy_run import CHANCES, NOWHERE, Fate

from tasks.training import corpus

ROUNDS = 1000  # of the bootstrap
EXAMPLES = 3
LANGUAGE_PAGES = 20  # below which a language's figures say nothing
STEPS = np.round(np.arange(0, 1.0001, 0.05), 2)  # thresholds of a curve
PUBLISHED = "published"


def scores_of(pages, texts):
    """(precision, recall) of each page's text; texts by page id, and a page without one has an empty answer."""
    return [
        corpus.page_score(texts.get(page.page_id, ""), corpus.shingles(corpus.tokens(page.body or "")))
        for page in pages
    ]


def measured(pages):
    """The pages whose text is measured."""
    return [page for page in pages if page.is_story and page.body is not None]


def text_figures(scores):
    """Precision, recall and F1, and the 95 % interval of F1 over resampled pages; None without a page."""
    if not scores:
        return None
    precision, recall, f1 = corpus.f1(scores)
    sides = np.array([[np.nan if value is None else value for value in score] for score in scores])
    draw = np.random.default_rng(1).integers(0, len(scores), (ROUNDS, len(scores)))
    means = [np.nansum(side[draw], axis=1) / np.maximum(np.sum(~np.isnan(side[draw]), axis=1), 1) for side in sides.T]
    samples = 2 * means[0] * means[1] / np.maximum(means[0] + means[1], 1e-9)
    low, high = np.quantile(samples, [0.025, 0.975])
    return {
        "pages": len(scores),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "f1_low": float(low),
        "f1_high": float(high),
    }


def snippet_figures(pages, texts):
    """Means over story pages: shares of the story's snippets in its text, and of other snippets left out of it."""
    shares = defaultdict(list)
    for page in pages:
        if not page.is_story:
            continue
        text = _letters(texts.get(page.page_id, ""))
        for name, pieces, wanted in (("snippets_in", page.inside, True), ("snippets_out", page.outside, False)):
            bare = [piece for piece in map(_letters, pieces) if piece]
            if bare:
                shares[name].append(fmean((piece in text) == wanted for piece in bare))
    return {name: fmean(values) for name, values in shares.items()}


def _letters(text):
    """Letters and digits, without case, accents and marks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if char.isalnum())


def gate_figures(pages, fates):
    """What the gates and duplicates did: shares kept and let through, pages lost by reason, and page kinds by fate."""
    fate = {page.page_id: fates.get(page.page_id, Fate(NOWHERE)) for page in pages}
    stories, others = [page for page in pages if page.is_story], [page for page in pages if page.is_other]
    kept, let = (sum(fate[page.page_id].is_published for page in part) for part in (stories, others))
    lost, kinds = defaultdict(list), defaultdict(Counter)
    for page in pages:
        reason = fate[page.page_id].reason
        kinds[page.page_type][reason or PUBLISHED] += 1
        if page.is_story and reason:
            lost[reason].append(page.page_id)
    by_count = sorted(lost.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return {
        "pages": len(pages),
        "stories": len(stories),
        "kept_pages": kept,
        "kept": kept / len(stories) if stories else None,
        "others": len(others),
        "let_through_pages": let,
        "let_through": let / len(others) if others else None,
        "lost": {reason: {"pages": len(ids), "examples": ids[:EXAMPLES]} for reason, ids in by_count},
        "kinds": {kind: dict(found.most_common()) for kind, found in kinds.items()},
    }


def curves(pages, fates):
    """Points of (threshold, share of stories lost, share of other pages let through) by column."""
    found = {}
    for number, name in enumerate(CHANCES):
        values = {
            page_id: fate.chances[number]
            for page_id, fate in fates.items()
            if fate.is_published and fate.chances[number] is not None
        }
        if not values:
            continue
        # what has no row at all fails every threshold
        sides = [
            np.array([values.get(page.page_id, -1.0) for page in pages if choose(page)])
            for choose in (lambda page: page.is_story, lambda page: page.is_other)
        ]
        found[name] = [
            {"threshold": float(step), "lost": _share(sides[0] < step), "let_through": _share(sides[1] >= step)}
            for step in STEPS
        ]
    return found


def _share(truths):
    return float(truths.mean()) if len(truths) else None


def languages(scores):
    """Figures by language with enough pages; `scores` is a list of (page, {extractor: (precision, recall)})."""
    parts = defaultdict(list)
    for page, own in scores:
        if page.language:
            parts[page.language].append(own)
    found = {}
    for code, rows in sorted(parts.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        if len(rows) >= LANGUAGE_PAGES:
            names = [name for name in rows[0] if all(name in own for own in rows)]
            found[code] = {name: text_figures([own[name] for own in rows]) for name in names}
    return found
