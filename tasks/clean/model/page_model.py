"""The model of whole pages: the probability that a page holds a story, and the likeliest other kind.

One forest says whether a page holds a story; its output is calibrated on pages of sites that it had not seen. One small
forest for each other kind says how much a page is like it, which matters only where there is no story.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean.model import block_model
from tasks.clean.model.features import Columns
from tasks.clean.model.forest import Forest


@dataclass(frozen=True)
class PageModel:
    """The forests for one kind of input."""

    story: Forest
    calibration: np.ndarray  # 2 x k: output of the forest -> share of pages like it that hold a story
    kinds: Mapping[str, Forest]
    tables: np.ndarray  # 2 x page_words.SLOTS, float32: weights of the words of the story's lines and of all others
    biases: np.ndarray  # 2

    def probabilities(self, columns: Columns) -> np.ndarray:
        """The probability that each page holds a story, float64."""
        probabilities: np.ndarray = np.interp(self.story.predict(columns), self.calibration[0], self.calibration[1])
        return probabilities

    def other_kinds(self, columns: Columns) -> list[str]:
        """The kind of each page if it holds no story."""
        names = list(self.kinds)
        scores = np.stack([self.kinds[name].predict(columns) for name in names])
        return [names[n] for n in scores.argmax(axis=0).tolist()]


def save(path: Path, model: PageModel) -> None:
    """Write a model as an array file; equal models give equal bytes."""
    arrays: dict[str, Any] = {
        "calibration": model.calibration,
        "kinds": np.array(list(model.kinds)),
        "tables": model.tables.astype(np.float16),
        "biases": model.biases,
    }
    for name, forest in {"story": model.story, **model.kinds}.items():
        arrays |= {f"{name}.{part}": value for part, value in _arrays(forest).items()}
    with path.open("wb") as handle:
        np.savez_compressed(handle, **arrays)


@cache
def load(name: str) -> PageModel:
    """The model for `html` or `text` pages."""
    with np.load(block_model.FOLDER / f"model_page_{name}.npz", allow_pickle=False) as data:
        kinds = {str(kind): _forest(data, str(kind)) for kind in data["kinds"]}
        return PageModel(
            _forest(data, "story"), data["calibration"], kinds, data["tables"].astype(np.float32), data["biases"]
        )


def _arrays(forest: Forest) -> dict[str, Any]:
    return {
        "names": np.array(forest.names),
        "features": forest.features,
        "borders": forest.borders,
        "leaves": forest.leaves,
        "bias": np.float64(forest.bias),
    }


def _forest(data: Any, name: str) -> Forest:
    names, features, borders, leaves, bias = (
        data[f"{name}.{part}"] for part in ("names", "features", "borders", "leaves", "bias")
    )
    return Forest(tuple(map(str, names)), features, borders, leaves, float(bias))
