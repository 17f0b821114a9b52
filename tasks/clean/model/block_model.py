"""The model of blocks, which says how likely each is part of the story, and its array files."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tasks.clean.model.features import Columns, Layout
from tasks.clean.model.forest import Forest, sigmoid
from tasks.clean.model.network import Net, arrays, from_arrays

FOLDER = Path(__file__).parent  # of the model files; benchmarks set it to models that have not seen their pages


@dataclass(frozen=True)
class BlockModel:
    """Forest and network for one kind of page, and the calibration from their chances to a page's confidence."""

    forest: Forest
    net: Net
    calibration: np.ndarray  # 2 x k: raw confidence -> share of pages with body F1 >= 0.9 (piecewise linear)
    words: np.ndarray | None  # weights of `tasks.clean.model.word_scores`, float32
    words_bias: float
    sample: np.ndarray  # blocks x features: a few rows of the training data ...
    sample_chances: np.ndarray  # ... and the trainer's prediction for them, for the test of equality

    def chances(self, columns: Columns, layout: Layout) -> np.ndarray:
        """How likely each block is part of the story: the mean of both on the scale of log-odds, float64."""
        return sigmoid((self.forest.logits(columns) + self.net.logits(columns, layout)) / 2)


def save(path: Path, model: BlockModel) -> None:
    """Write a model as an array file; equal models give equal bytes."""
    forest = model.forest
    with path.open("wb") as handle:
        np.savez_compressed(
            handle,
            names=np.array(forest.names),
            features=forest.features,
            borders=forest.borders,
            leaves=forest.leaves,
            bias=np.float64(forest.bias),
            calibration=model.calibration,
            words=np.zeros(0, dtype=np.float16) if model.words is None else model.words.astype(np.float16),
            words_bias=np.float64(model.words_bias),
            sample=model.sample,
            sample_chances=model.sample_chances,
            **{f"net.{name}": value for name, value in arrays(model.net).items()},
        )


@cache
def load(name: str) -> BlockModel:
    """The model for `html` or `text` pages."""
    with np.load(FOLDER / f"model_{name}.npz", allow_pickle=False) as data:
        names = tuple(str(feature) for feature in data["names"])
        return BlockModel(
            forest=Forest(names, data["features"], data["borders"], data["leaves"], float(data["bias"])),
            net=from_arrays({name[4:]: data[name] for name in data.files if name.startswith("net.")}),
            calibration=data["calibration"],
            words=data["words"].astype(np.float32) if len(data["words"]) else None,
            words_bias=float(data["words_bias"]),
            sample=data["sample"],
            sample_chances=data["sample_chances"],
        )
