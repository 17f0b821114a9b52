"""Lines as the user's rules for a site want them: applied after the model and all other rules, and stronger."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.label.codes import ACTIONS, LABELS, REASONS, LabelColumns
from tasks.clean.label.page import LineLabel
from tasks.clean.model.story import Chances
from tasks.clean.prepare import Prepared
from tasks.site_rules.page import Found
from tasks.vocabulary import Action, Label, Reason

if TYPE_CHECKING:  # it loads pydantic, which a page without rules does without
    from tasks.site_rules.entries import LineRule

_OF_STORY = (Label.PARAGRAPH, Label.SUBHEAD, Label.STANDFIRST)
_FIELD_LABELS = {"title": Label.HEADLINE, "author": Label.BYLINE, "date": Label.DATE}
# lines within the selected body that are no text of it whatever element they are in
_NEVER_TEXT = (Reason.HIDDEN, Reason.CODE, Reason.NO_TEXT, Reason.DUPLICATE_IN_PAGE, Reason.BEYOND_LIMIT)


def correct_lines(prepared: Prepared, labels: LabelColumns, chances: Chances) -> Chances:
    """Label the lines that the rules decide; returns the chances with these lines certain."""
    values, is_story = chances.values.copy(), chances.is_story.copy()
    layout = prepared.layout
    for start, end in zip(layout.starts.tolist(), layout.ends.tolist(), strict=True):
        found = prepared.found[prepared.blocks.page[start]]
        if found is None:
            continue
        for n, decided in _decisions(found, prepared.blocks.text[start:end], labels, start).items():
            labels.set_row(start + n, decided)
            is_kept = decided.action is Action.KEEP
            values[start + n], is_story[start + n] = float(is_kept), is_kept
    return Chances(values, is_story)


def _decisions(found: Found, texts: list[str], labels: LabelColumns, start: int) -> dict[int, LineLabel]:
    """The labels of the lines that the rules of a page decide, by line from 0; later steps here are stronger."""
    current = [_label_of(labels, start + n) for n in range(len(texts))]
    decided = _by_body(found, current)
    for name, label in _FIELD_LABELS.items():
        selector = found.rules.selectors.get(name)
        for n in found.lines.get(selector, ()) if selector else ():
            decided[n] = _decision(label, Action.FIELD, f"{name} {selector}")
    lines = pa.array(texts, pa.string())
    folded = [_folded(text) for text in texts]
    for rule in found.rules.drop:
        for n in _lines_of(rule, found, lines, folded):
            decided[n] = _decision(current[n].label, Action.DROP, f"drop {rule.shown}")
    for rule in found.rules.keep:
        for n in _lines_of(rule, found, lines, folded):
            decided[n] = _decision(_story_label(current[n]), Action.KEEP, f"keep {rule.shown}")
    return decided


def _by_body(found: Found, current: list[LineLabel]) -> dict[int, LineLabel]:
    """Lines in the selected body are kept unless they feed a field; kept lines outside of it are dropped.

    A selector without a line on the page, as after a new design of the site, decides nothing.
    """
    selector = found.rules.selectors.get("body")
    inside = found.lines.get(selector) if selector else None
    if not inside:
        return {}
    decided = {}
    for n, line in enumerate(current):
        is_text = line.action is not Action.FIELD and line.reason not in _NEVER_TEXT
        if n in inside and is_text:
            decided[n] = _decision(_story_label(line), Action.KEEP, f"body {selector}")
        elif n not in inside and line.action is Action.KEEP:
            decided[n] = _decision(line.label, Action.DROP, f"outside of body {selector}")
    return decided


def _lines_of(rule: "LineRule", found: Found, lines: pa.Array, folded: list[str]) -> list[int]:
    """The lines that a rule is about."""
    if rule.css is not None:
        return sorted(found.lines.get(rule.css, ()))
    if rule.pattern is not None:
        has_match = pc.match_substring_regex(lines, rule.pattern, ignore_case=True)
        return [int(n) for n in np.flatnonzero(has_match.to_numpy(zero_copy_only=False))]
    wanted = _folded(rule.text or "")
    return [n for n, text in enumerate(folded) if text == wanted]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _story_label(line: LineLabel) -> Label:
    return line.label if line.label in _OF_STORY else Label.PARAGRAPH


def _label_of(labels: LabelColumns, row: int) -> LineLabel:
    """The label that a line has so far."""
    return LineLabel(LABELS[labels.label[row]], ACTIONS[labels.action[row]], REASONS[labels.reason[row]])


def _decision(label: Label, action: Action, rule: str) -> LineLabel:
    return LineLabel(label, action, Reason.SITE_RULE, rule, 1.0)
