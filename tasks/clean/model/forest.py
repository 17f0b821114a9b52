"""Gradient-boosted symmetric trees, predicted by numpy over all rows of a batch at once.

A symmetric (oblivious) tree asks the same question on each level, so the leaf of every row is found by as many
vectorised comparisons as the tree is deep, without following pointers. Trained by CatBoost (`tasks.training.train`); a
test shows that its prediction is reproduced to 1e-6.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.clean.model.features import Columns

_CHUNK = 65_536  # rows at a time: their feature columns and indices stay in the cache


@dataclass(frozen=True)
class Forest:
    """Trees of one depth over named features."""

    names: tuple[str, ...]  # of the features, in the order of their numbers
    features: np.ndarray  # trees x depth, int16: the feature that each level asks for
    borders: np.ndarray  # trees x depth, float32: a row goes up where the feature is above; +inf on unused levels
    leaves: np.ndarray  # trees x 2**depth, float32
    bias: float

    def predict(self, columns: Columns) -> np.ndarray:
        """The probability of each row (a block, or a page), float64."""
        return sigmoid(self.logits(columns))

    def logits(self, columns: Columns) -> np.ndarray:
        """The log-odds of each row, float64."""
        used = {
            int(number): np.ascontiguousarray(columns[self.names[number]], dtype=np.float32)
            for number in np.unique(self.features)
        }
        size = len(next(iter(used.values()))) if used else 0
        logits = np.empty(size)
        for start in range(0, size, _CHUNK):
            part = {number: values[start : start + _CHUNK] for number, values in used.items()}
            logits[start : start + _CHUNK] = self._sum(part, min(_CHUNK, size - start))
        return logits

    def _sum(self, columns: dict[int, np.ndarray], size: int) -> np.ndarray:
        total = np.full(size, self.bias)
        # reused by every tree: new arrays for each level took half of the time
        is_above, leaf, value = np.empty(size, bool), np.empty(size, np.uint8), np.empty(size, np.float32)
        bit = is_above.view(np.uint8)
        for features, borders, leaves in zip(self.features.tolist(), self.borders, self.leaves, strict=True):
            leaf[:] = 0
            for feature, border in zip(reversed(features), borders[::-1], strict=True):
                np.add(leaf, leaf, out=leaf)
                if np.isfinite(border):
                    np.greater(columns[feature], border, out=is_above)
                    np.bitwise_or(leaf, bit, out=leaf)
            np.take(leaves, leaf, out=value, mode="clip")  # "raise" would copy; there are 2**depth leaves
            total += value
        return total


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probabilities of log-odds."""
    probabilities: np.ndarray = 1 / (1 + np.exp(-logits))
    return probabilities


def forest_of(exported: dict[str, Any], names: list[str]) -> Forest:
    """The forest of a CatBoost model saved as JSON.

    Raises:
        ValueError: the trees are not symmetric, or split on anything but numbers.
    """
    trees = exported.get("oblivious_trees")
    if not trees:
        raise ValueError("the model has no symmetric trees")
    depth = max(len(tree["splits"]) for tree in trees)
    features = np.zeros((len(trees), depth), dtype=np.int16)
    borders = np.full((len(trees), depth), np.inf, dtype=np.float32)
    leaves = np.zeros((len(trees), 1 << depth), dtype=np.float32)
    for number, tree in enumerate(trees):
        for level, split in enumerate(tree["splits"]):
            if split["split_type"] != "FloatFeature":
                raise ValueError(f"tree {number} splits on a {split['split_type']}")
            features[number, level] = split["float_feature_index"]
            borders[number, level] = split["border"]
        values = np.asarray(tree["leaf_values"], dtype=np.float32)
        leaves[number] = np.tile(values, (1 << depth) // len(values))
    scale, bias = exported["scale_and_bias"]
    used = sorted({int(n) for n in features[np.isfinite(borders)]})
    new_number = {old: new for new, old in enumerate(used)}
    renumbered = np.vectorize(lambda n: new_number.get(int(n), 0), otypes=[np.int16])(features)
    return Forest(tuple(names[n] for n in used), renumbered, borders, leaves * np.float32(scale), float(bias[0]))
