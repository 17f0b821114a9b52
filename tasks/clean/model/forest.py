"""Gradient-boosted symmetric trees, predicted by numpy over all blocks of a batch at once.

A symmetric (oblivious) tree asks the same question on each level, so the leaf of every block is found by as many
vectorised comparisons as the tree is deep, without following pointers. Trained by CatBoost (`tasks.training.train`),
shipped as an array file beside this module; the trainer's prediction is reproduced to 1e-6 (a test says so).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean.model.features import Columns, Layout
from tasks.clean.model.network import Net, arrays, from_arrays

FOLDER = Path(__file__).parent  # of the model files; benchmarks point it at models that have not seen their pages
_CHUNK = 65_536  # blocks at a time: their feature columns and indices stay in the cache


@dataclass(frozen=True)
class Forest:
    """Trees of one depth over named features."""

    names: tuple[str, ...]  # of the features, in the order of their numbers
    features: np.ndarray  # trees x depth, int16: which feature each level asks for
    borders: np.ndarray  # trees x depth, float32: a block goes up where the feature is above; +inf on unused levels
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
        raw = np.empty(size)
        for start in range(0, size, _CHUNK):
            part = {number: values[start : start + _CHUNK] for number, values in used.items()}
            raw[start : start + _CHUNK] = self._sum(part, min(_CHUNK, size - start))
        return raw

    def _sum(self, columns: dict[int, np.ndarray], size: int) -> np.ndarray:
        total = np.full(size, self.bias)
        # written into again by every tree: new arrays for each level took half of the time
        is_above, place, value = np.empty(size, bool), np.empty(size, np.uint8), np.empty(size, np.float32)
        bit = is_above.view(np.uint8)
        for features, borders, leaves in zip(self.features.tolist(), self.borders, self.leaves, strict=True):
            place[:] = 0
            for feature, border in zip(reversed(features), borders[::-1], strict=True):
                np.add(place, place, out=place)
                if np.isfinite(border):
                    np.greater(columns[feature], border, out=is_above)
                    np.bitwise_or(place, bit, out=place)
            np.take(leaves, place, out=value, mode="clip")  # "raise" would copy; there are 2**depth leaves
            total += value
        return total


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probabilities of log-odds."""
    found: np.ndarray = 1 / (1 + np.exp(-logits))
    return found


@dataclass(frozen=True)
class Model:
    """Forest and network for one kind of page, and what turns their chances into a page's confidence."""

    forest: Forest
    net: Net
    calibration: np.ndarray  # 2 x k: raw confidence -> share of pages with body F1 >= 0.9 (piecewise linear)
    words: np.ndarray | None  # weights of `tasks.clean.model.word_scores`, float32
    words_bias: float
    sample: np.ndarray  # blocks x features: a few rows of the training data ...
    sample_chances: np.ndarray  # ... and the trainer's own prediction for them, for the test of equality

    def chances(self, columns: Columns, layout: Layout) -> np.ndarray:
        """How likely each block is part of the story: the mean of both on the scale of log-odds, float64."""
        return sigmoid((self.forest.logits(columns) + self.net.logits(columns, layout)) / 2)


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
    kept = sorted({int(n) for n in features[np.isfinite(borders)]})
    renumber = {old: new for new, old in enumerate(kept)}
    small = np.vectorize(lambda n: renumber.get(int(n), 0), otypes=[np.int16])(features)
    return Forest(tuple(names[n] for n in kept), small, borders, leaves * np.float32(scale), float(bias[0]))


def save(path: Path, model: Model) -> None:
    """Write a model as an array file; equal models give equal bytes."""
    forest = model.forest
    with path.open("wb") as handle:
        np.savez_compressed(
            handle, names=np.array(forest.names), features=forest.features, borders=forest.borders, leaves=forest.leaves,
            bias=np.float64(forest.bias), calibration=model.calibration,
            words=np.zeros(0, dtype=np.float16) if model.words is None else model.words.astype(np.float16),
            words_bias=np.float64(model.words_bias), sample=model.sample, sample_chances=model.sample_chances,
            **{f"net.{name}": value for name, value in arrays(model.net).items()},
        )  # fmt: skip


@cache
def load(name: str) -> Model:
    """The model that ships for `html` or `text` pages."""
    with np.load(FOLDER / f"model_{name}.npz", allow_pickle=False) as data:
        names = tuple(str(feature) for feature in data["names"])
        forest = Forest(names, data["features"], data["borders"], data["leaves"], float(data["bias"]))
        words = data["words"].astype(np.float32) if len(data["words"]) else None
        net = from_arrays({name[4:]: data[name] for name in data.files if name.startswith("net.")})
        return Model(forest, net, data["calibration"], words, float(data["words_bias"]),
                     data["sample"], data["sample_chances"])  # fmt: skip
