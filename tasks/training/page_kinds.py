"""Trains the model of pages: the chance that a page holds a story, and its kind if it does not."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tasks.clean.model import page_words
from tasks.clean.model.forest import Forest
from tasks.clean.model.page_features import block_features
from tasks.clean.model.page_model import PageModel
from tasks.training import corpus
from tasks.training.data import Data
from tasks.training.fitting import boosted

# page types of corpora -> kinds of the product
KINDS = {
    "listing": "listing",
    "collection": "listing",
    "product": "product",
    "service": "service",
    "forum": "forum",
    "documentation": "documentation",
    "reference": "documentation",
    "video": "video",
    "login": "login",
    "cookie_wall": "cookie_wall",
    "error_page": "error_page",
    "error": "error_page",
    "empty": "empty_shell",
    "empty_shell": "empty_shell",
}
STORY_TREES, KIND_TREES, RATE, DEPTH = 300, 60, 0.06, 4
_DISTINCT = 10  # outputs; with fewer there is nothing to calibrate by
CALIBRATION_FOLDS = 3
CURVE = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_COPY_WEIGHT, _INVENTED_WEIGHT = 0.3, 0.15


@dataclass
class Pages:
    """Pages as rows: r rows, some pages twice (with and without their address)."""

    features: np.ndarray  # r x features
    names: list[str]
    words: list[Any]  # scipy CSR matrices, r x page_words.SLOTS: distinct words of the story's lines, and of all others
    is_story: np.ndarray  # r
    kind: list[str]  # r: "article" for stories
    weight: np.ndarray
    group: list[str]
    page_ids: list[str]
    corpora: list[str]

    def folds(self, count: int) -> np.ndarray:
        """The fold of each row."""
        return np.array([corpus.fold_of(group, count) for group in self.group])


def pages_of(part: Data, chance: np.ndarray, is_kept: np.ndarray) -> Pages:
    """The typed pages of a corpus that have blocks, from out-of-fold chances."""
    columns = {name: part.features[:, n] for n, name in enumerate(part.names)}
    features = block_features(columns, part.layout, chance, is_kept)
    numbers = part.page[part.layout.starts]
    by_block = np.stack(list(features.values()), axis=1)
    pages = [part.pages[n] for n in numbers]
    use = np.flatnonzero([page.is_typed and (page.is_story or page.page_type in KINDS) for page in pages])
    pages = [pages[n] for n in use]
    twice = np.concatenate([use, use])
    declared = np.concatenate([part.declared[numbers[use]], part.declared_without_url[numbers[use]]])
    pairs = page_words.distinct(part.word_line, part.word_hash, part.layout, is_kept)
    return Pages(
        np.concatenate([by_block[twice], declared], axis=1),
        [*features, *part.declared_names],
        [_matrix(pair, len(numbers))[twice] for pair in pairs],
        np.array([page.is_story for page in pages] * 2),
        ["article" if page.is_story else KINDS[page.page_type] for page in pages] * 2,
        np.array([_weight(page.page_id, part.name) / 2 for page in pages] * 2),
        [page.group for page in pages] * 2,
        [page.page_id for page in pages] * 2,
        [part.name] * len(twice),
    )


def _matrix(pair: tuple[np.ndarray, np.ndarray], pages: int) -> Any:
    """Distinct words as rows of length 1, as `page_words.scores` weighs them."""
    from scipy import sparse  # noqa: PLC0415 - training only

    page, slot = pair
    value = 1 / np.sqrt(np.maximum(np.bincount(page, minlength=pages), 1))[page]
    return sparse.csr_matrix((value.astype(np.float32), (page, slot)), shape=(pages, page_words.SLOTS))


def _weight(page_id: str, corpus_name: str) -> float:
    if "invented" in corpus_name:
        return _INVENTED_WEIGHT
    return _COPY_WEIGHT if "~" in page_id else 1.0


def joined(parts: list[Pages]) -> Pages:
    """Several corpora as one."""
    from scipy import sparse  # noqa: PLC0415 - training only

    return Pages(
        np.concatenate([part.features for part in parts]),
        parts[0].names,
        [sparse.vstack([part.words[side] for part in parts]).tocsr() for side in (0, 1)],
        np.concatenate([part.is_story for part in parts]),
        [kind for part in parts for kind in part.kind],
        np.concatenate([part.weight for part in parts]),
        [group for part in parts for group in part.group],
        [page_id for part in parts for page_id in part.page_ids],
        [name for part in parts for name in part.corpora],
    )


@dataclass(frozen=True)
class WordTables:
    """Weights of words fitted to some rows, and the scores of all rows: out of fold for those that were fitted to."""

    tables: np.ndarray  # 2 x SLOTS
    biases: np.ndarray  # 2
    scores: np.ndarray  # r x 2


def fit_words(pages: Pages, rows: np.ndarray, folds: int) -> WordTables:
    """The words' weights from some rows (a mask)."""
    fold_of_row = pages.folds(folds)
    tables, biases, scores = [], [], np.zeros((len(fold_of_row), 2), dtype=np.float32)
    for side, matrix in enumerate(pages.words):
        table, bias = _word_weights(matrix[rows], pages, rows)
        tables.append(table)
        biases.append(bias)
        scores[:, side] = matrix @ table + bias
        for fold in np.unique(fold_of_row[rows]):
            rest, inside = rows & (fold_of_row != fold), rows & (fold_of_row == fold)
            table, bias = _word_weights(matrix[rest], pages, rest)
            scores[inside, side] = matrix[inside] @ table + bias
    return WordTables(np.stack(tables), np.array(biases), scores)


def _word_weights(matrix: Any, pages: Pages, rows: np.ndarray) -> tuple[np.ndarray, float]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only

    model = LogisticRegression(C=4, solver="liblinear", max_iter=200, random_state=7)
    model.fit(matrix, pages.is_story[rows], sample_weight=pages.weight[rows])
    return model.coef_[0].astype(np.float16).astype(np.float32), float(model.intercept_[0])


def fit(pages: Pages, rows: np.ndarray, chance: np.ndarray, folds: int) -> tuple[PageModel, np.ndarray]:
    """The model fitted to some rows (a mask) and its outputs; `chance`, out-of-fold outputs, calibrates it."""
    words = fit_words(pages, rows, folds)
    features = np.concatenate([pages.features, words.scores], axis=1)
    names = [*pages.names, *page_words.NAMES]
    kinds = np.array(pages.kind)
    others = rows & ~pages.is_story

    def forest(use: np.ndarray, labels: np.ndarray, trees: int) -> Forest:
        fitted, _ = boosted(features[use], labels[use], pages.weight[use], names, trees=trees, rate=RATE, depth=DEPTH)
        return fitted

    story = forest(rows, pages.is_story, STORY_TREES)
    forests = {kind: forest(others, kinds == kind, KIND_TREES) for kind in sorted(set(kinds[others]))}
    table = _calibration_of(pages, chance, rows)
    model = PageModel(story, table, forests, words.tables, words.biases)
    return model, story.predict({name: features[:, n] for n, name in enumerate(names)})


def cross_validate(pages: Pages, folds: int) -> tuple[np.ndarray, list[PageModel]]:
    """Out-of-fold outputs of the story forest for each row, and the model of each fold."""
    fold_of_row = pages.folds(folds)
    chance, models = np.zeros(len(fold_of_row)), []
    for fold in range(folds):
        model, outputs = fit(pages, fold_of_row != fold, np.full(len(fold_of_row), 0.5), folds)
        chance[fold_of_row == fold] = outputs[fold_of_row == fold]
        models.append(model)
    # a fold's model is calibrated by the outputs of the other folds' models
    return chance, [
        replace(model, calibration=_calibration_of(pages, chance, fold_of_row != fold))
        for fold, model in enumerate(models)
    ]


def _calibration_of(pages: Pages, chance: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """`calibration` by some rows (a mask)."""
    return calibration(chance[rows], pages.is_story[rows], pages.weight[rows])


def calibration(chance: np.ndarray, is_story: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Share of stories by output of the forest, 2 x k for interpolation: a logistic curve (Platt).

    Unlike the steps of an isotonic regression it gives every threshold a different meaning.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only

    if len(set(chance.tolist())) < _DISTINCT:
        return np.array([[0.0, 1.0], [0.0, 1.0]])
    curve = LogisticRegression(C=1e6).fit(_logit(chance)[:, None], is_story, sample_weight=weight)
    grid = np.linspace(0.0, 1.0, 201)
    return np.array([grid, curve.predict_proba(_logit(grid)[:, None])[:, 1]])


def _logit(chance: np.ndarray) -> np.ndarray:
    safe = np.clip(chance, 1e-4, 1 - 1e-4)
    logits: np.ndarray = np.log(safe / (1 - safe))
    return logits


def figures(pages: Pages, chance: np.ndarray) -> dict[str, Any]:
    """The curve by corpus: stories lost against other pages let through, by calibrated probability out of fold."""
    probability = np.zeros(len(chance))
    fold_of_row = pages.folds(CALIBRATION_FOLDS)
    for fold in range(CALIBRATION_FOLDS):
        rest = fold_of_row != fold
        table = _calibration_of(pages, chance, rest)
        probability[~rest] = np.interp(chance[~rest], table[0], table[1])
    real = np.array(["~" not in page_id for page_id in pages.page_ids])
    by_corpus: dict[str, Any] = {}
    for name in sorted(set(pages.corpora)):
        inside = real & (np.array(pages.corpora) == name)
        stories, others = inside & pages.is_story, inside & ~pages.is_story
        by_corpus[name] = {
            "stories": int(stories.sum()) // 2,
            "others": int(others.sum()) // 2,
            "curve": {
                str(least): [
                    round(float((probability[stories] < least).mean()), 4) if stories.any() else None,
                    round(float((probability[others] >= least).mean()), 4) if others.any() else None,
                ]
                for least in CURVE
            },
        }
    return by_corpus
