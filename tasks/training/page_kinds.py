"""Learns what a page is: the chance that it holds a story, and what it is if it does not."""

from dataclasses import dataclass

import numpy as np

from tasks.clean.page_features import block_features
from tasks.training import corpus
from tasks.training.data import Data

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
