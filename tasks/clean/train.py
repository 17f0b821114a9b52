"""Trains the block models from corpora with gold texts: `python -m tasks.clean.train CORPUS... [--silver CORPUS...]`.

Needs the extra `train`. The same data, versions and seed give the same files. Writes `model_html.npz` and
`model_text.npz` beside this module, each with its card of the same name: data, settings, figures, digest.
"""

import argparse
import hashlib
import json
import logging
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean import corpus
from tasks.clean.features import matrix
from tasks.clean.model import Forest, Model, forest_of, load, save
from tasks.clean.story import raw_confidence

logger = logging.getLogger(__name__)

_HERE = Path(__file__).parent
FOLDS = 3
TREES, RATE, DEPTH = 400, 0.07, 6  # more trees gain less than 0.001 F1 in cross-validation, and cost time on every page
KEEP_FROM = {"html": 0.45, "text": 0.45}  # best F1 over both corpora in cross-validation
_SILVER_WEIGHT = 0.6  # labels of the HTML model are right on most lines, not on all
_BINS = 48
STYLES = {"html": ("html",), "text": ("wet", "inscriptis")}


@dataclass
class Data:
    """All blocks of one corpus in one style."""

    name: str
    pages: list[corpus.GoldPage]
    features: np.ndarray  # blocks x features
    names: list[str]
    words: np.ndarray
    page: np.ndarray  # of each block
    texts: list[str]
    labels: np.ndarray
    weight: np.ndarray

    def range_of(self, page: int) -> tuple[int, int]:
        """First and one-past-last block of a page."""
        first, end = np.searchsorted(self.page, [page, page + 1])
        return int(first), int(end)


def read(folder: Path, style: str, weight: float, labels: list[np.ndarray] | None = None) -> Data:
    """A corpus cut into blocks; labelled by its gold, or by the labels given page by page."""
    pages = corpus.read_corpus(folder)
    prepared = corpus.prepare_pages(pages, style)
    names = sorted(prepared[0].columns)
    page = np.concatenate([np.asarray(part.blocks.page) + part.rows[0] for part in prepared])
    texts = [text for part in prepared for text in part.blocks.text]
    words = np.concatenate([part.columns["words"] for part in prepared])
    data = Data(folder.name, pages, np.concatenate([matrix(part.columns, names) for part in prepared]), names, words, page, texts,
                np.zeros(len(texts), dtype=bool), np.zeros(len(texts)))  # fmt: skip
    for number, gold in enumerate(pages):
        first, end = data.range_of(number)
        body = labels[number] if labels is not None else gold.body
        if body and end > first:
            data.labels[first:end] = corpus.label_lines(texts[first:end], str(body))
    by_word = np.sqrt(np.maximum(words, 1))
    data.weight = weight * by_word / np.maximum(np.bincount(page, weights=by_word, minlength=len(pages)), 1e-9)[page]
    return data


def fold_of(group: str) -> int:
    """The fold of a site or publisher, the same on every machine."""
    return int(hashlib.md5(group.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


@dataclass(frozen=True)
class Fitted:
    """A forest, and a few rows with the trainer's own prediction."""

    forest: Forest
    sample: np.ndarray
    sample_chances: np.ndarray


def fit(parts: list[Data], rows: list[np.ndarray]) -> Fitted:
    """A forest trained on some rows of each part."""
    from catboost import CatBoostClassifier, Pool  # noqa: PLC0415 - training only

    # one thread: with more the sums differ from run to run, and so would the file
    model = CatBoostClassifier(iterations=TREES, depth=DEPTH, learning_rate=RATE, l2_leaf_reg=6, random_seed=7, thread_count=1, verbose=0,
                               border_count=_BINS, bootstrap_type="Bernoulli", subsample=0.7, allow_writing_files=False)  # fmt: skip
    chosen = list(zip(parts, rows, strict=True))
    features = np.concatenate([part.features[use] for part, use in chosen])
    model.fit(
        Pool(
            features,
            np.concatenate([part.labels[use] for part, use in chosen]),
            weight=np.concatenate([part.weight[use] for part, use in chosen]),
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        forest = forest_of(json.loads(path.read_text()), parts[0].names)
    few = features[:: max(1, len(features) // 64)][:64]
    place = [parts[0].names.index(name) for name in forest.names]
    return Fitted(forest, few[:, place], model.predict_proba(few)[:, 1])


def predict(forest: Forest, part: Data, rows: np.ndarray) -> np.ndarray:
    """The forest's chances for some rows of a part."""
    place = {name: n for n, name in enumerate(part.names)}
    return forest.predict({name: part.features[rows, place[name]] for name in forest.names})


def cross_validate(parts: list[Data]) -> list[np.ndarray]:
    """Out-of-fold chances for each part with gold; parts without are trained on in every fold, and get none."""
    folds = [
        np.array([fold_of(page.group) for page in part.pages])[part.page]
        if _is_gold(part)
        else np.full(len(part.page), -1)
        for part in parts
    ]
    out = [np.zeros(len(part.page)) for part in parts]
    for fold in range(FOLDS):
        forest = fit(parts, [own != fold for own in folds]).forest
        for number, part in enumerate(parts):
            rows = folds[number] == fold
            out[number][rows] = predict(forest, part, rows)
        logger.info("fold %d of %d", fold + 1, FOLDS)
    return out


def _is_gold(part: Data) -> bool:
    return any(page.body is not None for page in part.pages)


def figures(part: Data, chance: np.ndarray, threshold: float, rounds: int = 400) -> dict[str, Any]:
    """Precision, recall and F1 of the kept blocks with the bootstrap's 95 % interval over pages."""
    scores = page_scores(part, chance, threshold)
    precision, recall, value = corpus.f1(scores)
    draw = np.random.default_rng(1)
    samples = [corpus.f1([scores[n] for n in draw.integers(0, len(scores), len(scores))])[2] for _ in range(rounds)]
    low, high = np.quantile(samples, [0.025, 0.975])
    return {"pages": len(scores), "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(value, 4),
            "f1_low": round(float(low), 4), "f1_high": round(float(high), 4)}  # fmt: skip


def page_scores(part: Data, chance: np.ndarray, threshold: float) -> list[tuple[float | None, float | None]]:
    """Precision and recall of each page's kept blocks."""
    scores = []
    for number, page in enumerate(part.pages):
        first, end = part.range_of(number)
        kept = "\n\n".join(part.texts[n] for n in range(first, end) if chance[n] >= threshold)
        scores.append(corpus.page_score(kept, corpus.shingles(corpus.tokens(page.body or ""))))
    return scores


def calibrate(
    parts: list[Data], chances: list[np.ndarray], threshold: float, bins: int = 12
) -> tuple[np.ndarray, list[dict[str, float]]]:
    """What a raw confidence is worth: the share of pages with F1 >= 0.9, made monotone (pool adjacent violators).

    Returns: the table for interpolation, and the reliability of its bins.
    """
    raw: list[float] = []
    good: list[float] = []
    for part, chance in zip(parts, chances, strict=True):
        for number, (precision, recall) in enumerate(page_scores(part, chance, threshold)):
            first, end = part.range_of(number)
            values = chance[first:end]
            raw.append(raw_confidence(values, part.words[first:end], values >= threshold))
            p, r = precision or 0.0, recall or 0.0
            good.append(float(2 * p * r / max(p + r, 1e-9) >= 0.9))
    order = np.argsort(raw)
    x, y = np.array(raw)[order], np.array(good)[order]
    blocks = [
        [float(part.mean()), float(share.mean()), len(part)]
        for part, share in zip(np.array_split(x, bins), np.array_split(y, bins), strict=True)
    ]
    merged: list[list[float]] = []
    for block in blocks:
        merged.append(list(block))
        while len(merged) > 1 and merged[-2][1] > merged[-1][1]:
            last = merged.pop()
            size = merged[-1][2] + last[2]
            merged[-1] = [
                (merged[-1][0] * merged[-1][2] + last[0] * last[2]) / size,
                (merged[-1][1] * merged[-1][2] + last[1] * last[2]) / size,
                size,
            ]
    table = np.array(
        [[0.0, *(block[0] for block in merged), 1.0], [0.0, *(block[1] for block in merged), merged[-1][1]]]
    )
    reliability = [
        {"raw": round(block[0], 3), "share_f1_above_0.9": round(block[1], 3), "pages": block[2]} for block in blocks
    ]
    return table, reliability


def train(kind: str, golds: list[Path], silvers: list[tuple[Path, list[Any]]]) -> tuple[Model, dict[str, Any]]:
    """The model for one kind of page, and its figures by cross-validation over sites."""
    parts, styles = [], []
    for style in STYLES[kind]:
        # a small corpus of news counts as much as a large one of blogs
        parts += [read(folder, style, 2.5 if len(corpus.read_corpus(folder)) < 300 else 1.0) for folder in golds]
        parts += [read(folder, style, _SILVER_WEIGHT, labels) for folder, labels in silvers]
        styles += [style] * (len(golds) + len(silvers))
    chances = cross_validate(parts)
    scored = [n for n, part in enumerate(parts) if _is_gold(part)]
    card = {f"{parts[n].name} {styles[n]}": figures(parts[n], chances[n], KEEP_FROM[kind]) for n in scored}
    table, reliability = calibrate([parts[n] for n in scored], [chances[n] for n in scored], KEEP_FROM[kind])
    fitted = fit(parts, [np.ones(len(part.page), dtype=bool) for part in parts])
    model = Model(fitted.forest, KEEP_FROM[kind], table, fitted.sample, fitted.sample_chances)
    return model, {"cross_validation": card, "reliability": reliability}


def main(arguments: list[str] | None = None) -> int:
    """Train the models asked for and write them with their card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path, help="folders with pages and gold texts")
    parser.add_argument(
        "--silver",
        nargs="*",
        type=Path,
        default=[],
        help="folders of pages without gold; the HTML model labels them for the text model",
    )
    parser.add_argument("--kind", choices=("html", "text", "both"), default="both", help="which model to train")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for kind in ("html", "text") if options.kind == "both" else (options.kind,):
        silvers = [(folder, _silver_bodies(folder)) for folder in options.silver] if kind == "text" else []
        model, card = train(kind, options.corpora, silvers)
        path = _HERE / f"model_{kind}.npz"
        save(path, model)
        card |= {
            "data": {folder.name: _digest(folder) for folder in [*options.corpora, *(folder for folder, _ in silvers)]},
            "settings": {"trees": TREES, "rate": RATE, "depth": DEPTH, "folds": FOLDS, "bins": _BINS, "threshold": KEEP_FROM[kind]},
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }  # fmt: skip
        (_HERE / f"model_{kind}.json").write_text(json.dumps(card, indent=1) + "\n")
        print(json.dumps(card["cross_validation"], indent=1))  # noqa: T201 - the result of the command
    return 0


def _silver_bodies(folder: Path) -> list[Any]:
    """The text that the HTML model keeps of each page of a folder: a teacher for the text model."""
    model = load("html")
    bodies: list[Any] = []
    for part in corpus.prepare_pages(corpus.read_corpus(folder), "html"):
        chance = model.forest.predict(part.columns)
        page = np.asarray(part.blocks.page)
        for number in range(len(part.rows)):
            first, end = np.searchsorted(page, [number, number + 1])
            bodies.append("\n".join(part.blocks.text[n] for n in range(first, end) if chance[n] >= model.threshold))
    return bodies


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / "gold.jsonl.gz").read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
