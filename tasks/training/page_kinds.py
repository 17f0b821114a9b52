"""Learns what a page is: the chance that it holds a story, and what it is if it does not."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.clean.model import Forest
from tasks.clean.page_features import block_features
from tasks.clean.page_model import PageModel
from tasks.training import corpus
from tasks.training.data import Data
from tasks.training.fitting import boosted

# what the page types of corpora are called in the product
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
STORY_TREES, KIND_TREES, RATE, DEPTH = 200, 60, 0.06, 4
CALIBRATION_FOLDS = 3
CURVE = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_COPY_WEIGHT, _INVENTED_WEIGHT = 0.3, 0.15


@dataclass
class Pages:
    """Pages as rows: r rows, some pages twice (with and without their address)."""

    features: np.ndarray  # r x features
    names: list[str]
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
    found = block_features(columns, part.where, chance, is_kept)
    numbers = part.page[part.where.starts]
    names = [*found, *part.declared_names]
    by_block = np.stack([found[name] for name in found], axis=1)
    rows, keep, is_twice = [], [], []
    for declared, is_second in ((part.declared, False), (part.declared_without_url, True)):
        rows.append(np.concatenate([by_block, declared[numbers]], axis=1))
        keep += numbers.tolist()
        is_twice += [is_second] * len(numbers)
    pages = [part.pages[n] for n in keep]
    use = np.array([page.is_typed and (page.is_story or page.page_type in KINDS) for page in pages])
    weight = np.array([_weight(page.page_id, part.name) for page in pages])
    chosen = np.flatnonzero(use)
    pages = [pages[n] for n in chosen]
    return Pages(
        np.concatenate(rows)[chosen],
        names,
        np.array([page.is_story for page in pages]),
        ["article" if page.is_story else KINDS[page.page_type] for page in pages],
        weight[chosen] / 2,
        [page.group for page in pages],
        [page.page_id + ("" if not is_twice[n] else "#") for n, page in zip(chosen, pages, strict=True)],
        [part.name] * len(pages),
    )


def _weight(page_id: str, corpus_name: str) -> float:
    if "invented" in corpus_name:
        return _INVENTED_WEIGHT
    return _COPY_WEIGHT if "~" in page_id else 1.0


def joined(parts: list[Pages]) -> Pages:
    """Several corpora as one."""
    return Pages(
        np.concatenate([part.features for part in parts]),
        parts[0].names,
        np.concatenate([part.is_story for part in parts]),
        [kind for part in parts for kind in part.kind],
        np.concatenate([part.weight for part in parts]),
        [group for part in parts for group in part.group],
        [page_id for part in parts for page_id in part.page_ids],
        [name for part in parts for name in part.corpora],
    )


def fit(pages: Pages, chance: np.ndarray, rows: np.ndarray | None = None) -> PageModel:
    """The model fitted to some rows (a mask; all without it); `chance` are out-of-fold outputs, for its calibration."""
    use = np.ones(len(pages.is_story), dtype=bool) if rows is None else rows
    story = _forest(pages, use, pages.is_story, STORY_TREES)
    kinds = np.array(pages.kind)
    others = use & ~pages.is_story
    named = sorted(set(kinds[others]))
    forests = {kind: _forest(pages, others, kinds == kind, KIND_TREES) for kind in named}
    return PageModel(story, _calibration(chance[use], pages.is_story[use], pages.weight[use]), forests)


def _forest(pages: Pages, rows: np.ndarray, labels: np.ndarray, trees: int) -> Forest:
    made, _ = boosted(
        pages.features[rows], labels[rows], pages.weight[rows], pages.names, trees=trees, rate=RATE, depth=DEPTH
    )
    return made


def cross_validate(pages: Pages, folds: int) -> tuple[np.ndarray, list[PageModel]]:
    """Out-of-fold outputs of the story forest for each row, and the model of each fold."""
    own = pages.folds(folds)
    columns = {name: pages.features[:, n] for n, name in enumerate(pages.names)}
    chance = np.zeros(len(own))
    for fold in range(folds):
        forest = _forest(pages, own != fold, pages.is_story, STORY_TREES)
        rows = own == fold
        chance[rows] = forest.predict({name: values[rows] for name, values in columns.items()})
    return chance, [fit(pages, chance, own != fold) for fold in range(folds)]


def _calibration(chance: np.ndarray, is_story: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Share of stories by what the forest says, 2 x k for interpolation (isotonic regression)."""
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - training only

    found = IsotonicRegression(y_min=0.005, y_max=0.999, out_of_bounds="clip").fit(chance, is_story, sample_weight=weight)
    return np.array([found.X_thresholds_, found.y_thresholds_])


def figures(pages: Pages, chance: np.ndarray) -> dict[str, Any]:
    """The curve by corpus: stories lost against other pages let through, by calibrated probability out of fold."""
    said = np.zeros(len(chance))
    own = pages.folds(CALIBRATION_FOLDS)
    for fold in range(CALIBRATION_FOLDS):
        rest = own != fold
        table = _calibration(chance[rest], pages.is_story[rest], pages.weight[rest])
        said[~rest] = np.interp(chance[~rest], table[0], table[1])
    real = np.array(["~" not in page_id for page_id in pages.page_ids])
    found: dict[str, Any] = {}
    for name in sorted(set(pages.corpora)):
        inside = real & (np.array(pages.corpora) == name)
        stories, others = inside & pages.is_story, inside & ~pages.is_story
        found[name] = {
            "stories": int(stories.sum()),
            "others": int(others.sum()),
            "curve": {
                str(least): [
                    round(float((said[stories] < least).mean()), 4) if stories.any() else None,
                    round(float((said[others] >= least).mean()), 4) if others.any() else None,
                ]
                for least in CURVE
            },
        }
    return found
