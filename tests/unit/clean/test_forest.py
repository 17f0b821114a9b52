"""The shipped models predict what their trainer predicted, and are what their cards say."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from tasks.clean.model import block_model, forest

FOLDER = Path(block_model.__file__).parent


@pytest.mark.parametrize("kind", ["html", "text"])
def test_numpy_gives_the_trainers_prediction(kind):
    shipped = block_model.load(kind)
    columns = {name: shipped.sample[:, n] for n, name in enumerate(shipped.forest.names)}
    assert np.abs(shipped.forest.predict(columns) - shipped.sample_chances).max() < 1e-6
    assert shipped.sample_chances.min() < 0.1
    assert shipped.sample_chances.max() > 0.9


@pytest.mark.parametrize("kind", ["html", "text"])
def test_the_card_belongs_to_the_model(kind):
    card = json.loads((FOLDER / f"model_{kind}.json").read_text())
    assert set(card["sha256"]) == {f"model_{kind}.npz", f"model_page_{kind}.npz"}
    for name, digest in card["sha256"].items():
        assert digest == hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    assert all(figures["f1_low"] < figures["f1"] < figures["f1_high"] for figures in card["cross_validation"].values())


def test_prediction_does_not_depend_on_the_batch():
    shipped = block_model.load("text")
    rows = np.tile(shipped.sample, (forest._CHUNK // len(shipped.sample) + 2, 1))
    columns = {name: rows[:, n] for n, name in enumerate(shipped.forest.names)}
    found = shipped.forest.predict(columns)
    assert np.array_equal(found[: len(shipped.sample)], found[-len(shipped.sample) :])


def test_confidence_rises_with_what_it_is_made_of():
    table = block_model.load("html").calibration
    assert (np.diff(table[0]) >= 0).all()
    assert (np.diff(table[1]) >= 0).all()
    assert 0 <= table[1].min() <= table[1].max() <= 1
