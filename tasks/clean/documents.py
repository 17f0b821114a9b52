"""The row of one page: what is known about it as a whole."""

import re

import numpy as np
import orjson

from tasks.clean.label.page_kind import LIVE_UPDATES, PLAIN, PageFacts, judge
from tasks.clean.label.page_signs import PageText, Sign, has_story_signs, signs_against
from tasks.clean.label.story_head import has_story_head, is_dated_address
from tasks.clean.model import features, page_words, story
from tasks.clean.model.page_declared import declared_features
from tasks.clean.model.page_features import block_features
from tasks.clean.model.page_model import load
from tasks.clean.prepare import Prepared
from tasks.text.language import language_of_page

# a shorter text needs its exact language here, where a gate may quarantine it; for the others extract will find it
_BRIEF_WORDS = 40
_COMMENT_HEAD = re.compile(  # `A name, 5 h`, above a reader's comment
    r"""^[^.!?]{0,40}\b\d{1,2}\s?(?:
        h|hrs?|hours?(?:\ ago)?|min(?:utes?)?(?:\ ago)?|days?\ ago|Std\.?|Stunden?|jours?|heures?|horas?|ore|uur
    )$""",
    re.I | re.X,
)
_AGO = re.compile(  # `3 min ago`, above an update of a ticker
    r"""^(?:vor|il\ y\ a|hace|há)?\ ?\d{1,2}\ ?(?:
        min(?:ute[sn]?|utos?|uti|ut|uter)?|h(?:rs?|ours?|eures?|oras?)?|Std|Stunden?|ore|uur|timer|tim|godz|мин|ч|分钟?|小时|時間
    )\.?(?:\ ?(?:ago|fa|atrás|geleden|temu|назад|siden|sedan|前))?$""",
    re.I | re.X,
)
_AGO_CHARS = 24  # below this
_AGES_MIN, _AGES_EACH = 3, 3  # such lines of a short ticker, each with so many kept lines at most
_COMMENT_HEAD_CHARS = 60  # below this
_COPIED = ("doc_id", "source_uri", "url", "media_type", "fetched_at", "page_digest", "byte_count")


class PageVerdicts:
    """The page model's verdicts on the pages of a batch, by their number in it; pages without blocks have none."""

    def __init__(self, prepared: Prepared, chances: story.Chances, urls: list[str | None]) -> None:
        self._index: dict[int, int] = {}
        if not len(prepared.blocks):
            return
        layout = prepared.layout
        pages = [prepared.blocks.page[start] for start in layout.starts.tolist()]
        self._index = {page: index for index, page in enumerate(pages)}
        declared = declared_features([prepared.signals[page] for page in pages], [urls[page] for page in pages])
        model = load("html" if prepared.is_html else "text")
        pairs = page_words.distinct(prepared.words.line, prepared.words.hash, layout, chances.is_story)
        by_words = page_words.scores(pairs, model.tables, model.biases, len(pages))
        by_blocks = block_features(prepared.columns, layout, chances.values, chances.is_story)
        self._columns = by_blocks | declared | by_words
        self._probabilities = model.probabilities(self._columns)
        # the other kind of a page matters only where there is a doubt
        doubtful = np.flatnonzero(self._probabilities < PLAIN)
        self._kinds: dict[int, str] = {}
        if len(doubtful):
            kinds = model.other_kinds({name: values[doubtful] for name, values in self._columns.items()})
            self._kinds = dict(zip(doubtful.tolist(), kinds, strict=True))

    def of(self, page: int) -> tuple[float, str | None, dict[str, float]]:
        """The probability that a page holds a story, its kind if it holds none, and the features that may say why."""
        index = self._index.get(page)
        if index is None:
            return 0.0, None, {}
        page_features = {name: float(values[index]) for name, values in self._columns.items()}
        return float(self._probabilities[index]), self._kinds.get(index), page_features


def document_row(
    prepared: Prepared,
    page: int,
    first: int,
    end: int,
    chances: story.Chances,
    is_kept: np.ndarray,
    record: dict,
    verdicts: PageVerdicts,
) -> dict[str, object]:
    """The row of `schema.DOCUMENTS` of a page with the blocks `first:end`; `is_kept` says which of them are text."""
    columns, signals, texts = prepared.columns, prepared.signals[page], prepared.blocks.text[first:end]
    encoding, encoding_from, damaged_char_count = prepared.encodings[page]
    # a line that a rule removed from the story is no longer a doubt about it
    certain = np.where(is_kept | ~chances.is_story[first:end], chances.values[first:end], 0.0)
    words = columns["words"][first:end]
    good = columns["good"][first:end] > 0
    # absent where no HTML page of the batch holds a line
    link_share = columns["link_share"][first:end] if "link_share" in columns else np.zeros(end - first)
    # a whole story may be one link, but then its lines are sentences, unlike the headlines of a list
    is_sentence = (words >= features.GOOD_WORDS) & (columns["is_end"][first:end] > 0)
    kept_words = float(words[is_kept].sum())
    page_kind = judge(_page_facts(prepared, page, first, end, is_kept, verdicts, record["url"]))
    is_doubtful = page_kind.story_probability < PLAIN or kept_words < _BRIEF_WORDS
    suspect_lines = int((is_kept & ~good & (columns["lexicon"][first:end] > 0)).sum())
    return {name: record[name] for name in _COPIED} | {
        "encoding": encoding,
        "encoding_from": encoding_from,
        "repairs": prepared.repairs[page],
        "damaged_char_count": damaged_char_count,
        "line_count": end - first,
        "kept_line_count": int(is_kept.sum()),
        "kept_word_count": int(kept_words),
        "long_line_count": int((is_kept & good).sum()),
        "suspect_line_count": suspect_lines + _comment_heads(texts, is_kept),
        "link_share": float((link_share * words)[is_kept & ~is_sentence].sum() / max(kept_words, 1)),
        "kind": page_kind.kind,
        "kind_reason": page_kind.reason,
        "story_probability": page_kind.story_probability,
        "other_kind": page_kind.other_kind,
        "language": language_of_page(texts, signals.language if signals else None, is_thorough=is_doubtful),
        "body_confidence": story.confidence(certain, words, is_kept, is_html=prepared.is_html),
        "signals": signals.to_json() if signals else None,
        "given": record.get("given"),
        "site_rule": _site_rule(prepared, page),
        **_problem(prepared, page),
    }


def _site_rule(prepared: Prepared, page: int) -> str | None:
    """What the user's rules say about the fields of a page, as JSON."""
    found = prepared.found[page]
    return orjson.dumps(found.declared()).decode() if found else None


def _problem(prepared: Prepared, page: int) -> dict[str, str | None]:
    """Why a page cannot be used, whatever its lines are."""
    found, failure = prepared.found[page], prepared.problems[page]
    if failure:
        return {"problem": "clean.unparsed", "problem_detail": failure}
    if found and found.rules.never_a_story_by:
        return {"problem": "clean.never_a_story", "problem_detail": f"the rule for {found.rules.never_a_story_by}"}
    return {"problem": None, "problem_detail": None}


def _page_facts(
    prepared: Prepared, page: int, first: int, end: int, is_kept: np.ndarray, verdicts: PageVerdicts, url: str | None
) -> PageFacts:
    words, signals = prepared.columns["words"][first:end], prepared.signals[page]
    probability, other_kind, page_features = verdicts.of(page)
    texts = prepared.blocks.text[first:end]
    entries = {n - first: prepared.entries[n] for n in range(first, end) if n in prepared.entries}
    kept_words, page_words = int(words[is_kept].sum()), float(words.sum())
    first_kept = int(is_kept.argmax()) if is_kept.any() else 0
    signs: tuple[Sign, ...] = ()
    is_story_like, has_head = True, False
    if probability < PLAIN:
        kept = np.flatnonzero(is_kept).tolist()
        page_text = PageText(texts, first_kept, signals, page_features, kept)
        is_dated = is_dated_address(url or (signals.canonical() if signals else None))
        is_story_like = is_dated or has_story_signs(page_text)
        signs = signs_against(page_text, is_story_like=is_story_like)
        has_head = is_dated or has_story_head(
            texts, entries, first_kept, page_features, kept_words=kept_words, page_words=page_words
        )
    return PageFacts(
        kept_words=kept_words,
        page_words=page_words,
        page_lines=end - first,
        entries=entries,
        last_kept=int(np.flatnonzero(is_kept)[-1]) if is_kept.any() else 0,
        is_ending_in_dots=_ends_in_dots(texts, is_kept),
        kept_lines=int(is_kept.sum()),
        is_live_declared=bool(signals and signals.is_live()),
        clock_lines=_clock_lines(texts, is_kept),
        story_probability=probability,
        other_kind=other_kind,
        features=page_features,
        signs=signs,
        is_story_like=is_story_like,
        first_kept=first_kept,
        has_story_head=has_head,
    )


def _ends_in_dots(texts: list[str], is_kept: np.ndarray) -> bool:
    """Whether the last kept line ends in an ellipsis."""
    return bool(is_kept.any()) and texts[int(np.flatnonzero(is_kept)[-1])].rstrip("] )").endswith(("…", "..."))


def _clock_lines(texts: list[str], is_kept: np.ndarray) -> int:
    """Lines up to the last kept one that are a time of day or start with one, like the updates of a ticker."""
    last = int(np.flatnonzero(is_kept)[-1]) if is_kept.any() else -1
    before = texts[: last + 1]
    clocks = sum(1 for text in before if text[:2].isdigit() and text[2:3] in ":.h" and text[3:5].isdigit())
    first = int(np.flatnonzero(is_kept)[0]) if is_kept.any() else 0
    # the age of the last entry may be below it
    ages = sum(1 for text in texts[first : last + 2] if len(text) < _AGO_CHARS and _AGO.match(text))
    # each above or below one of the few paragraphs: those of teasers are among more
    is_ticker = ages >= _AGES_MIN and ages * _AGES_EACH >= is_kept.sum()
    return max(clocks + ages, LIVE_UPDATES) if is_ticker else clocks + ages


def _comment_heads(texts: list[str], is_kept: np.ndarray) -> int:
    """Kept lines like `A name, 5 h`, which are above readers' comments."""
    kept = (texts[n] for n in np.flatnonzero(is_kept).tolist())
    return sum(1 for text in kept if len(text) < _COMMENT_HEAD_CHARS and _COMMENT_HEAD.match(text))
