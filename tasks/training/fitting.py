"""Fitting of the block models: a forest, a network and, for text, weights of words; and their out-of-fold chances."""

import json
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean.model import word_scores
from tasks.clean.model.features import matrix
from tasks.clean.model.forest import Forest, forest_of, sigmoid
from tasks.clean.model.network import Net
from tasks.training import sequence
from tasks.training.data import Data, layout_of

logger = logging.getLogger(__name__)

FOLDS = 3
TREES, RATE, DEPTH, BINS = 200, 0.12, 6, 48  # more trees gain less than 0.001 F1, and cost time on every page
NET_FEATURES = 100
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
        columns = word_scores.columns_of(score, part.words, part.layout)
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
        model = LogisticRegression(C=0.5, solver="liblinear", max_iter=30, random_state=7)
        blocks = sparse.vstack([part.slots[mask] for part, mask in chosen])
        labels = np.concatenate([part.labels[mask] for part, mask in chosen])
        model.fit(blocks, labels, sample_weight=weight / weight.mean())
        fitted.append((model.coef_[0].astype(np.float32), float(model.intercept_[0])))
    return WordModels((fitted[0], fitted[1]))


@dataclass(frozen=True)
class Fitted:
    """Forest and network, the words' weights if they use them, and a few rows with the trainer's prediction."""

    forest: Forest
    net: Net
    words: WordModels | None
    sample: np.ndarray
    sample_chances: np.ndarray

    def predict(self, part: Data, rows: np.ndarray) -> np.ndarray:
        """The chances of some blocks (a mask) that it was not fitted to."""
        features, names = _features(self.words, part, np.zeros(len(rows), dtype=bool))
        columns = {name: features[:, n] for n, name in enumerate(names)}
        chances: np.ndarray = sigmoid((self.forest.logits(columns) + self.net.logits(columns, part.layout)) / 2)[rows]
        return chances


def _features(words: WordModels | None, part: Data, seen: np.ndarray) -> tuple[np.ndarray, list[str]]:
    if words is None:
        return part.features, part.names
    none = np.zeros(0)
    return words.features(part, seen), [*part.names, *word_scores.columns_of(none, none, layout_of(none))]


def fit(parts: list[Data], rows: list[np.ndarray]) -> Fitted:
    """A forest trained on some blocks (masks) of each part; text parts have weights of words besides."""
    words = fit_words(parts, rows) if parts[0].slots is not None else None
    seen = [_features(words, part, use) for part, use in zip(parts, rows, strict=True)]
    names = seen[0][1]
    masks = [use & (part.weight > 0) for part, use in zip(parts, rows, strict=True)]
    features = np.concatenate([values[mask] for (values, _), mask in zip(seen, masks, strict=True)])
    labels = np.concatenate([part.labels[mask] for part, mask in zip(parts, masks, strict=True)])
    weight = np.concatenate([part.weight[mask] for part, mask in zip(parts, masks, strict=True)])
    forest, predict = boosted(features, labels, weight, names, trees=TREES, rate=RATE, depth=DEPTH)
    few = features[:: max(1, len(features) // 64)][:64]
    forest_indices = [names.index(name) for name in forest.names]
    del features
    net_names = _most_used(forest)
    indices = [names.index(name) for name in net_names]
    net = sequence.fit(parts, [values[:, indices] for values, _ in seen], rows, net_names)
    return Fitted(forest, net, words, few[:, forest_indices], predict(few))


def _most_used(forest: Forest) -> list[str]:
    """The features that most splits of the forest use, which are the network's input."""
    asked = np.bincount(forest.features[np.isfinite(forest.borders)], minlength=len(forest.names))
    return [forest.names[n] for n in np.argsort(-asked, kind="stable")[:NET_FEATURES].tolist()]


def boosted(
    features: np.ndarray,
    labels: np.ndarray,
    weight: np.ndarray,
    names: list[str],
    *,
    trees: int,
    rate: float,
    depth: int,
) -> tuple[Forest, Any]:
    """A forest of symmetric trees, and the trainer's prediction as a function of features."""
    from catboost import CatBoostClassifier, Pool  # noqa: PLC0415 - training only

    # one thread: with more the sums differ from run to run, and so would the file
    model = CatBoostClassifier(
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
    model.fit(Pool(features, labels, weight=weight))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        forest = forest_of(json.loads(path.read_text()), names)
    return forest, lambda rows: model.predict_proba(rows)[:, 1]


def cross_validate(parts: list[Data]) -> tuple[list[np.ndarray], list[Fitted]]:
    """Out-of-fold chances of each part, and the model of each fold, which has not seen the fold's sites."""
    folds = [part.folds(FOLDS) for part in parts]
    out = [np.zeros(len(part.page)) for part in parts]
    models = []
    for fold in range(FOLDS):
        fitted = fit(parts, [fold_of_block != fold for fold_of_block in folds])
        models.append(fitted)
        for number, part in enumerate(parts):
            rows = folds[number] == fold
            out[number][rows] = fitted.predict(part, rows)
        logger.info("fold %d of %d", fold + 1, FOLDS)
    return out, models
