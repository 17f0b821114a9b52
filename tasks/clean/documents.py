"""The row of one page: what was found out about it as a whole."""

import re

import numpy as np

from tasks.clean.label.page_kind import PLAIN, PageFacts, judge
from tasks.clean.model import features, page_words, story
from tasks.clean.model.page_features import block_features, declared_features
from tasks.clean.model.page_model import load
from tasks.clean.prepare import Prepared
from tasks.text.language import language_of_page

# what no gate may well quarantine needs no exact language; extract will find it
_BRIEF_WORDS = 40


class PageLooks:
    """What the page model says of the pages of a batch, by their number in it; pages without blocks are left out."""

    def __init__(self, prepared: Prepared, chance: story.Chances, urls: list[str | None]) -> None:
        self._place = {}
        if not len(prepared.blocks):
            return
        where = prepared.where
        numbers = [prepared.blocks.page[start] for start in where.starts.tolist()]
        self._place = {number: place for place, number in enumerate(numbers)}
        said = declared_features([prepared.signals[n] for n in numbers], [urls[n] for n in numbers])
        model = load("html" if prepared.is_html else "text")
        pairs = page_words.distinct(prepared.words.line, prepared.words.hash, where, chance.is_story)
        by_words = page_words.scores(pairs, model.tables, model.biases, len(numbers))
        self._columns = block_features(prepared.columns, where, chance.values, chance.is_story) | said | by_words
        self._probabilities = model.probabilities(self._columns)
        # what a page would be otherwise matters only where there is a doubt
        doubtful = np.flatnonzero(self._probabilities < PLAIN)
        self._kinds: dict[int, str] = {}
        if len(doubtful):
            kinds = model.other_kinds({name: values[doubtful] for name, values in self._columns.items()})
            self._kinds = dict(zip(doubtful.tolist(), kinds, strict=True))

    def of(self, page: int) -> tuple[float, str | None, dict[str, float]]:
        """The probability that a page holds a story, what it is if it holds none, and the features that may say why."""
        place = self._place.get(page)
        if place is None:
            return 0.0, None, {}
        look = {name: float(values[place]) for name, values in self._columns.items()}
        return float(self._probabilities[place]), self._kinds.get(place), look


def document_row(
    prepared: Prepared,
    page: int,
    first: int,
    end: int,
    chance: story.Chances,
    kept: np.ndarray,
    record: dict,
    looks: PageLooks,
) -> dict[str, object]:
    """The row of `schema.DOCUMENTS` of a page whose blocks are `first:end`; `kept` says which of them are its text."""
    columns, signals = prepared.columns, prepared.signals[page]
    encoding, origin, damaged = prepared.encodings[page]
    # a line that a rule took out of the story is no longer a doubt about it
    certain = np.where(kept | ~chance.is_story[first:end], chance.values[first:end], 0.0)
    words = columns["words"][first:end]
    good = columns["good"][first:end] > 0
    # absent where no HTML page of the batch holds a line
    link = columns["link_share"][first:end] if "link_share" in columns else np.zeros(end - first)
    # a story may be one link as a whole, but then its lines are sentences, as a list of headlines is not
    is_sentence = (words >= features.GOOD_WORDS) & (columns["is_end"][first:end] > 0)
    kept_words = float(words[kept].sum())
    last_kept = int(np.flatnonzero(kept)[-1]) if kept.any() else 0
    probability, other_kind, look = looks.of(page)
    verdict = judge(
        PageFacts(
            kept_words=int(kept_words), page_words=float(words.sum()), page_lines=end - first,
            entries={n - first: prepared.entries[n] for n in range(first, end) if n in prepared.entries},
            last_kept=last_kept, is_live_declared=bool(signals and signals.is_live()),
            clock_lines=_clock_lines(prepared.blocks.text[first:end], kept),
            story_probability=probability, other_kind=other_kind, look=look,
        )
    )  # fmt: skip
    return {
        "doc_id": record["doc_id"], "source_uri": record["source_uri"], "url": record["url"],
        "media_type": record["media_type"], "fetched_at": record["fetched_at"], "page_digest": record["page_digest"],
        "byte_count": record["byte_count"],
        "encoding": encoding, "encoding_from": origin, "repairs": prepared.repairs[page], "damaged_char_count": damaged,
        "line_count": end - first, "kept_line_count": int(kept.sum()), "kept_word_count": int(kept_words),
        "long_line_count": int((kept & good).sum()),
        "suspect_line_count": int((kept & ~good & (columns["lexicon"][first:end] > 0)).sum())
        + _comment_heads(prepared.blocks.text[first:end], kept),
        "link_share": float((link * words)[kept & ~is_sentence].sum() / max(kept_words, 1)),
        "kind": verdict.kind, "kind_reason": verdict.why,
        "story_probability": verdict.story_probability, "other_kind": verdict.other_kind,
        "language": language_of_page(
            prepared.blocks.text[first:end], signals.language if signals else None,
            is_thorough=verdict.story_probability < PLAIN or kept_words < _BRIEF_WORDS,
        ),
        "body_confidence": story.confidence(certain, words, kept, is_html=prepared.is_html),
        "signals": signals.to_json() if signals else None, "given": record.get("given"),
        "problem": "clean.unparsed" if prepared.problems[page] else None, "problem_detail": prepared.problems[page],
    }  # fmt: skip


def _clock_lines(texts: list[str], kept: np.ndarray) -> int:
    """Kept lines that are a time of day or start with one, as the updates of a ticker do."""
    last = int(np.flatnonzero(kept)[-1]) if kept.any() else -1
    return sum(1 for text in texts[: last + 1] if text[:2].isdigit() and text[2:3] in ":.h" and text[3:5].isdigit())


_COMMENT_HEAD = re.compile(
    r"^[^.!?]{0,40}\b\d{1,2}\s?(?:h|hrs?|hours?(?: ago)?|min(?:utes?)?(?: ago)?|days? ago|Std\.?|Stunden?|jours?|heures?|horas?|ore|uur)$", re.I
)  # fmt: skip


def _comment_heads(texts: list[str], kept: np.ndarray) -> int:
    """Kept lines like `A name, 5 h`, which stand above readers' comments."""
    return sum(1 for n in np.flatnonzero(kept).tolist() if len(texts[n]) < 60 and _COMMENT_HEAD.match(texts[n]))
