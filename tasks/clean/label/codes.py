"""What the lines of a batch were named, as arrays of codes that become Arrow columns without a Python object a line."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from tasks.clean.label.page import Named
from tasks.vocabulary import Action, Label, Reason

LABELS, ACTIONS, REASONS = tuple(Label), tuple(Action), tuple(Reason)
LABEL_CODES = {word: code for code, word in enumerate(LABELS)}
ACTION_CODES = {word: code for code, word in enumerate(ACTIONS)}
REASON_CODES = {word: code for code, word in enumerate(REASONS)}


class Names:
    """One entry a line of a batch, in order."""

    def __init__(self, size: int) -> None:
        self.label = np.zeros(size, dtype=np.int8)
        self.action = np.zeros(size, dtype=np.int8)
        self.reason = np.zeros(size, dtype=np.int8)
        self.confidence = np.zeros(size, dtype=np.float32)
        self.detail = np.full(size, None, dtype=object)
        self.doubt = np.full(size, None, dtype=object)

    def put(self, row: int, named: Named) -> None:
        """Name one line."""
        self.label[row] = LABEL_CODES[named.label]
        self.action[row] = ACTION_CODES[named.action]
        self.reason[row] = REASON_CODES[named.reason]
        self.confidence[row] = named.confidence
        self.detail[row] = named.detail
        self.doubt[row] = named.doubt

    def put_many(
        self,
        rows: np.ndarray,
        labels: np.ndarray | Label,
        action: Action,
        reason: np.ndarray | Reason,
        confidence: np.ndarray | float,
    ) -> None:
        """Name many lines at once; labels and reasons may be arrays of codes."""
        self.label[rows] = LABEL_CODES[labels] if isinstance(labels, Label) else labels
        self.action[rows] = ACTION_CODES[action]
        self.reason[rows] = REASON_CODES[reason] if isinstance(reason, Reason) else reason
        self.confidence[rows] = confidence

    def is_kept(self) -> np.ndarray:
        """Which lines are part of the text."""
        kept: np.ndarray = self.action == ACTION_CODES[Action.KEEP]
        return kept

    def columns(self) -> dict[str, pa.Array]:
        """The columns of `schema.LINES` that say what a line is."""
        return {
            "label": words_of(self.label, LABELS), "action": words_of(self.action, ACTIONS),
            "reason": words_of(self.reason, REASONS), "confidence": pa.array(self.confidence),
            "detail": pa.array(self.detail, pa.string()), "doubt": pa.array(self.doubt, pa.string()),
        }  # fmt: skip


def words_of(codes: np.ndarray, vocabulary: Sequence[str]) -> pa.Array:
    """A string column from codes."""
    words = pa.array([str(word) for word in vocabulary], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes), words).cast(pa.string())
