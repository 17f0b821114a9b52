"""Fitting of the block models: a forest over features and, for text, weights of words; and their out-of-fold chances."""

import json
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean import word_scores
from tasks.clean.features import matrix
from tasks.clean.model import Forest, forest_of
from tasks.training.data import Data, layout_of

logger = logging.getLogger(__name__)

FOLDS = 3
TREES, RATE, DEPTH, BINS = 300, 0.09, 6, 48  # more trees gain less than 0.001 F1, and cost time on every page
_HALF = "half "  # so that halves cut across folds


@dataclass(frozen=True)
class WordModels:
    """Two weight tables, each fitted to the sites that the other did not see; what ships is their mean."""

    halves: tuple[tuple[np.ndarray, float], tuple[np.ndarray, float]]

    @property
    def mean(self) -> tuple[np.ndarray, float]:
        """The table and bias that ship, rounded as they will be stored."""
        (one, bias_one), (other, bias_other) = self.halves
        return ((one + other) / 2).astype(np.float16).astype(np.float32), (bias_one + bias_other) / 2

    def features(self, part: Data, seen: np.ndarray) -> np.ndarray:
        """A part's features with the words' scores: where a block was `seen` in fitting, by the half that did not."""
        scores = [part.slots @ table + bias for table, bias in (*self.halves, self.mean)]
        half = np.where(seen, part.folds(2, _HALF), 2)
        score = np.choose(half, scores).astype(np.float32)
        columns = word_scores.columns_of(score, part.words, part.where)
        return np.concatenate([part.features, matrix(columns, list(columns))], axis=1)


def fit_words(parts: list[Data], rows: list[np.ndarray]) -> WordModels:
    """The words' weights from some blocks (masks) of each part."""
    from scipy import sparse  # noqa: PLC0415 - training only
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    fitted = []
    for half in (0, 1):
        use = [
            mask & (part.weight > 0) & (part.folds(2, _HALF) != half) for part, mask in zip(parts, rows, strict=True)
        ]
        chosen = list(zip(parts, use, strict=True))
        weight = np.concatenate([part.weight[mask] for part, mask in chosen])
        found = LogisticRegression(C=0.5, solver="liblinear", max_iter=30, random_state=7)
        blocks = sparse.vstack([part.slots[mask] for part, mask in chosen])
        labels = np.concatenate([part.labels[mask] for part, mask in chosen])
        found.fit(blocks, labels, sample_weight=weight / weight.mean())
        fitted.append((found.coef_[0].astype(np.float32), float(found.intercept_[0])))
    return WordModels((fitted[0], fitted[1]))


@dataclass(frozen=True)
class Fitted:
    """A forest, the words' weights if it uses them, and a few rows with the trainer's own prediction."""

    forest: Forest
    words: WordModels | None
    sample: np.ndarray
    sample_chances: np.ndarray

    def predict(self, part: Data, rows: np.ndarray) -> np.ndarray:
        """The chances of some blocks (a mask) that it was not fitted to."""
        features, names = _features(self.words, part, np.zeros(len(rows), dtype=bool))
        place = {name: n for n, name in enumerate(names)}
        return self.forest.predict({name: features[rows, place[name]] for name in self.forest.names})


def _features(words: WordModels | None, part: Data, seen: np.ndarray) -> tuple[np.ndarray, list[str]]:
    if words is None:
        return part.features, part.names
    none = np.zeros(0)
    return words.features(part, seen), [*part.names, *word_scores.columns_of(none, none, layout_of(none))]


def fit(parts: list[Data], rows: list[np.ndarray]) -> Fitted:
    """A forest trained on some blocks (masks) of each part; text parts have weights of words besides."""
    words = fit_words(parts, rows) if parts[0].slots is not None else None
    chosen = []
    for part, use in zip(parts, rows, strict=True):
        mask = use & (part.weight > 0)
        features, names = _features(words, part, use)
        chosen.append((features[mask], part.labels[mask], part.weight[mask], names))
    features, labels, weight = (np.concatenate([part[n] for part in chosen]) for n in range(3))
    names = chosen[0][3]
    forest, predict = boosted(features, labels, weight, names, trees=TREES, rate=RATE, depth=DEPTH)
    few = features[:: max(1, len(features) // 64)][:64]
    place = [names.index(name) for name in forest.names]
    return Fitted(forest, words, few[:, place], predict(few))


def boosted(
    features: np.ndarray, labels: np.ndarray, weight: np.ndarray, names: list[str], *, trees: int, rate: float, depth: int
) -> tuple[Forest, Any]:
    """A forest of symmetric trees, and the trainer's own prediction as a function of features."""
    from catboost import CatBoostClassifier, Pool  # noqa: PLC0415 - training only

    # one thread: with more the sums differ from run to run, and so would the file
    found = CatBoostClassifier(
        iterations=trees,
        depth=depth,
        learning_rate=rate,
        l2_leaf_reg=6,
        random_seed=7,
        thread_count=1,
        verbose=0,
        border_count=BINS,
        bootstrap_type="Bernoulli",
        subsample=0.7,
        allow_writing_files=False,
    )
    found.fit(Pool(features, labels, weight=weight))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        found.save_model(str(path), format="json")
        forest = forest_of(json.loads(path.read_text()), names)
    return forest, lambda rows: found.predict_proba(rows)[:, 1]


def cross_validate(parts: list[Data]) -> tuple[list[np.ndarray], list[Fitted]]:
    """Out-of-fold chances of each part, and the model of each fold, which has not seen the fold's sites."""
    folds = [part.folds(FOLDS) for part in parts]
    out = [np.zeros(len(part.page)) for part in parts]
    models = []
    for fold in range(FOLDS):
        fitted = fit(parts, [own != fold for own in folds])
        models.append(fitted)
        for number, part in enumerate(parts):
            rows = folds[number] == fold
            out[number][rows] = fitted.predict(part, rows)
        logger.info("fold %d of %d", fold + 1, FOLDS)
    return out, models
