"""The labels of a batch's lines as arrays of codes, which become Arrow columns without one Python object per line."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from tasks.clean.label.page import LineLabel
from tasks.vocabulary import Action, Label, Reason

LABELS, ACTIONS, REASONS = tuple(Label), tuple(Action), tuple(Reason)
LABEL_CODES = {word: code for code, word in enumerate(LABELS)}
ACTION_CODES = {word: code for code, word in enumerate(ACTIONS)}
REASON_CODES = {word: code for code, word in enumerate(REASONS)}


class LabelColumns:
    """One entry per line of a batch, in order."""

    def __init__(self, size: int) -> None:
        self.label = np.zeros(size, dtype=np.int8)
        self.action = np.zeros(size, dtype=np.int8)
        self.reason = np.zeros(size, dtype=np.int8)
        self.confidence = np.zeros(size, dtype=np.float32)
        self.detail = np.full(size, None, dtype=object)
        self.doubt = np.full(size, None, dtype=object)

    def set_row(self, row: int, line: LineLabel) -> None:
        """Label one line."""
        self.label[row] = LABEL_CODES[line.label]
        self.action[row] = ACTION_CODES[line.action]
        self.reason[row] = REASON_CODES[line.reason]
        self.confidence[row] = line.confidence
        self.detail[row] = line.detail
        self.doubt[row] = line.doubt

    def set_rows(
        self,
        rows: np.ndarray,
        label: np.ndarray | Label,
        action: Action,
        reason: np.ndarray | Reason,
        confidence: np.ndarray | float,
    ) -> None:
        """Label many lines at once; label and reason may be arrays of codes."""
        self.label[rows] = LABEL_CODES[label] if isinstance(label, Label) else label
        self.action[rows] = ACTION_CODES[action]
        self.reason[rows] = REASON_CODES[reason] if isinstance(reason, Reason) else reason
        self.confidence[rows] = confidence

    def is_kept(self) -> np.ndarray:
        """Which lines are part of the text, as bool per line."""
        return np.equal(self.action, ACTION_CODES[Action.KEEP])

    def columns(self) -> dict[str, pa.Array]:
        """The columns of `schema.LINES` that say what a line is."""
        return {
            "label": string_column(self.label, LABELS),
            "action": string_column(self.action, ACTIONS),
            "reason": string_column(self.reason, REASONS),
            "confidence": pa.array(self.confidence),
            "detail": pa.array(self.detail, pa.string()),
            "doubt": pa.array(self.doubt, pa.string()),
        }


def string_column(codes: np.ndarray, vocabulary: Sequence[str]) -> pa.Array:
    """A string column from codes."""
    words = pa.array([str(word) for word in vocabulary], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes), words).cast(pa.string())
