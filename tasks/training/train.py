"""Trains the models of clean: `python -m tasks.training.train CORPUS... [--kind html|text]`.

Corpora are pages with gold texts (`tasks.training.corpus`). Needs the extra `train`. The same data, versions and seed
give the same files. Writes `model_html.npz`, `model_text.npz` (which lines are the story) and `model_page_html.npz`,
`model_page_text.npz` (whether a page holds one) into `tasks/clean/model/`, each kind with its card: data, settings,
figures, digests. `--folds FOLDER` keeps the models of each fold, by which `tests/benchmarks/accuracy.py` runs every
page with models that have not seen its site.
"""

import argparse
import hashlib
import json
import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean.model import block_model, page_model
from tasks.clean.model.block_model import BlockModel
from tasks.clean.model.story import decide, raw_confidence
from tasks.training import corpus, data, page_kinds
from tasks.training.calibration import PageResults, calibration, reliability
from tasks.training.data import Data
from tasks.training.fitting import BINS, DEPTH, FOLDS, RATE, TREES, Fitted, cross_validate, fit
from tasks.training.sequence import CHANNELS, DILATIONS, EPOCHS

logger = logging.getLogger(__name__)

STYLES = {"html": ("html",), "text": ("wet", "inscriptis")}
_ROUNDS = 400  # of the bootstrap
_SETTINGS = {
    "trees": TREES,
    "rate": RATE,
    "depth": DEPTH,
    "folds": FOLDS,
    "bins": BINS,
    "channels": CHANNELS,
    "dilations": DILATIONS,
    "epochs": EPOCHS,
    "news_weight": data.NEWS_WEIGHT,
    "others_weight": data.OTHERS_WEIGHT,
    "copy_weight": data.COPY_WEIGHT,
    "copy_share": data.COPY_SHARE,
}


def figures(scores: list[tuple[float | None, float | None]]) -> dict[str, Any]:
    """Precision, recall and F1 with the bootstrap's 95 % interval over pages."""
    precision, recall, value = corpus.f1(scores)
    draw = np.random.default_rng(1)
    samples = [corpus.f1([scores[n] for n in draw.integers(0, len(scores), len(scores))])[2] for _ in range(_ROUNDS)]
    low, high = np.quantile(samples, [0.025, 0.975])
    return {
        "pages": len(scores),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(value, 4),
        "f1_low": round(float(low), 4),
        "f1_high": round(float(high), 4),
    }


def page_scores(part: Data, is_kept: np.ndarray) -> dict[int, tuple[float | None, float | None]]:
    """Precision and recall of the kept blocks of each scored page."""
    scores = {}
    for number, page in enumerate(part.pages):
        if part.is_scored[number]:
            first, end = part.range_of(number)
            kept = "\n\n".join(part.texts[n] for n in range(first, end) if is_kept[n])
            scores[number] = corpus.page_score(kept, corpus.shingles(corpus.tokens(page.body or "")))
    return scores


def results(parts: list[Data], chances: list[np.ndarray], kept: list[np.ndarray]) -> PageResults:
    """The outcome of each scored page, for the calibration of the confidence."""
    raw, good, fold = [], [], []
    for part, chance, is_kept in zip(parts, chances, kept, strict=True):
        for number, (precision, recall) in page_scores(part, is_kept).items():
            first, end = part.range_of(number)
            raw.append(raw_confidence(chance[first:end], part.words[first:end], is_kept[first:end]))
            p, r = precision or 0.0, recall or 0.0
            good.append(float(2 * p * r / max(p + r, 1e-9) >= 0.9))
            fold.append(corpus.fold_of(part.pages[number].group, FOLDS))
    return PageResults(np.array(raw), np.array(good), np.array(fold))


def stored_model(fitted: Fitted, table: np.ndarray) -> BlockModel:
    """The model that is stored of a fitted one."""
    words, bias = fitted.words.mean if fitted.words else (None, 0.0)
    return BlockModel(fitted.forest, fitted.net, table, words, bias, fitted.sample, fitted.sample_chances)


def train(kind: str, folders: list[Path], keep: Path | None) -> dict[str, Any]:
    """Train and write the two models for one kind of page; returns their card."""
    parts = [data.read(folder, style) for style in STYLES[kind] for folder in folders]
    logger.info(
        "%s: %d blocks of %d pages", kind, sum(len(part.page) for part in parts), sum(len(part.pages) for part in parts)
    )
    chances, of_folds = cross_validate(parts)
    kept = [decide(chance, part.words, part.layout) for part, chance in zip(parts, chances, strict=True)]
    outcomes = results(parts, chances, kept)
    pages = page_kinds.joined(
        [page_kinds.pages_of(*part_results) for part_results in zip(parts, chances, kept, strict=True)]
    )
    scored = [(part, is_kept) for part, is_kept in zip(parts, kept, strict=True) if part.is_scored.any()]
    card: dict[str, Any] = {
        "cross_validation": {
            f"{part.name} {part.style}": figures([*page_scores(part, is_kept).values()]) for part, is_kept in scored
        },
        "reliability": reliability(outcomes, FOLDS),
    }
    table = calibration(outcomes.raw, outcomes.is_good)
    page_chance, page_folds = page_kinds.cross_validate(pages, FOLDS)
    card["pages"] = page_kinds.figures(pages, page_chance)
    if keep is not None:
        for fold in range(FOLDS):
            rest = outcomes.fold != fold
            folder = keep / f"fold{fold}"
            folder.mkdir(parents=True, exist_ok=True)
            block_model.save(
                folder / f"model_{kind}.npz",
                stored_model(of_folds[fold], calibration(outcomes.raw[rest], outcomes.is_good[rest])),
            )
            page_model.save(folder / f"model_page_{kind}.npz", page_folds[fold])
    fitted = fit(parts, [np.ones(len(part.page), dtype=bool) for part in parts])
    block_model.save(block_model.FOLDER / f"model_{kind}.npz", stored_model(fitted, table))
    whole, _ = page_kinds.fit(pages, np.ones(len(page_chance), dtype=bool), page_chance, FOLDS)
    page_model.save(block_model.FOLDER / f"model_page_{kind}.npz", whole)
    return card


def main(arguments: list[str] | None = None) -> int:
    """Train the requested models and write them with their card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path, help="folders with pages and gold texts")
    parser.add_argument("--kind", choices=("html", "text", "both"), default="both", help="which models to train")
    parser.add_argument("--folds", type=Path, help="folder for the models of each fold")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for kind in ("html", "text") if options.kind == "both" else (options.kind,):
        card = train(kind, options.corpora, options.folds)
        files = [f"model_{kind}.npz", f"model_page_{kind}.npz"]
        card |= {
            "data": {folder.name: _digest(folder) for folder in options.corpora},
            "settings": _SETTINGS,
            "sha256": {name: hashlib.sha256((block_model.FOLDER / name).read_bytes()).hexdigest() for name in files},
        }
        (block_model.FOLDER / f"model_{kind}.json").write_text(json.dumps(card, indent=1) + "\n")
        logger.info("%s", json.dumps(card, indent=1))
    return 0


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / "gold.jsonl.gz").read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
