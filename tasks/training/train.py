"""Trains the block models from corpora with gold texts: `python -m tasks.training.train CORPUS... [--kind html|text]`.

Needs the extra `train`. The same data, versions and seed give the same files. Writes `model_html.npz` and
`model_text.npz` beside `tasks.clean.model`, each with its card of the same name: data, settings, figures, digest.
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

from tasks.clean import model, word_scores
from tasks.clean.batch import Prepared
from tasks.clean.blocks import Blocks
from tasks.clean.features import Layout, layout, matrix
from tasks.clean.model import Forest, Model, forest_of, save
from tasks.clean.story import Decision, decide, raw_confidence
from tasks.training import corpus
from tasks.training.calibration import PageResults, calibration, reliability

logger = logging.getLogger(__name__)

_MODELS = Path(model.__file__).parent  # the models ship beside the module that reads them
FOLDS = 3
TREES, RATE, DEPTH = 400, 0.07, 6  # more trees gain less than 0.001 F1 in cross-validation, and cost time on every page
DECISIONS = {
    "html": Decision(0.45, 0.45, 0),
    "text": Decision(0.35, 0.6, 0.25),
}  # best over both corpora in cross-validation
_NEWS_WEIGHT = 4.0  # of a page of a corpus of news, which is small beside one of blogs and guides
_NEWS_PAGES = 300  # a corpus with fewer articles is one of news
# of pages that are no articles: they teach the HTML model what menus, offers and forums look like (0.002 F1). The text
# model loses by them, and by pages that an HTML extractor labelled ("silver": -0.007 on news), so it has neither
_OTHERS_WEIGHT = {"html": 0.2}
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
    slots: Any  # scipy CSR matrix, blocks x word_scores.SLOTS: which words each block has
    where: Layout
    is_scored: bool  # articles are what the figures are about

    def range_of(self, page: int) -> tuple[int, int]:
        """First and one-past-last block of a page."""
        first, end = np.searchsorted(self.page, [page, page + 1])
        return int(first), int(end)


def read(folder: Path, style: str, weight: float, *, articles: bool) -> Data:
    """The articles of a corpus, or all its other pages, cut into blocks and labelled by their gold."""
    pages = [page for page in corpus.read_corpus(folder, None) if page.is_article == articles]
    prepared = corpus.prepare_pages(pages, style)
    names = sorted(prepared[0].columns)
    page = np.concatenate([np.asarray(part.blocks.page) + part.rows[0] for part in prepared])
    texts = [text for part in prepared for text in part.blocks.text]
    words = np.concatenate([part.columns["words"] for part in prepared])
    data = Data(folder.name, pages, np.concatenate([matrix(part.columns, names) for part in prepared]), names, words, page, texts,
                np.zeros(len(texts), dtype=bool), np.zeros(len(texts)), _word_matrix(prepared), layout_of(page), articles)  # fmt: skip
    for number, gold in enumerate(pages):
        first, end = data.range_of(number)
        if gold.body and end > first:
            data.labels[first:end] = corpus.label_lines(texts[first:end], gold.body)
    by_word = np.sqrt(np.maximum(words, 1))
    data.weight = weight * by_word / np.maximum(np.bincount(page, weights=by_word, minlength=len(pages)), 1e-9)[page]
    return data


def _word_matrix(prepared: list[Prepared]) -> Any:
    """Which words each block has, as `word_scores.scores` weighs them."""
    from scipy import sparse  # noqa: PLC0415 - training only

    parts = []
    for part in prepared:
        line, places = word_scores.slots(part.words)
        size = len(part.blocks)
        matrix_of_part = sparse.csr_matrix(
            (np.ones(len(line), np.float32), (line, places)), shape=(size, word_scores.SLOTS)
        )
        count = np.maximum(np.bincount(line, minlength=size), 1)
        parts.append(sparse.diags((1 / np.sqrt(count)).astype(np.float32)) @ matrix_of_part)
    return sparse.vstack(parts).tocsr()


def fold_of(group: str, folds: int = FOLDS) -> int:
    """The fold of a site or publisher, the same on every machine."""
    return int(hashlib.md5(group.encode(), usedforsecurity=False).hexdigest(), 16) % folds


def by_block(part: Data, folds: int, salt: str = "") -> np.ndarray:
    """The fold of each block."""
    of_page: np.ndarray = np.array([fold_of(salt + page.group, folds) for page in part.pages])
    blocks: np.ndarray = of_page[part.page]
    return blocks


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
        half = np.where(seen, by_block(part, 2, _HALF), 2)
        score = np.choose(half, scores).astype(np.float32)
        columns = word_scores.columns_of(score, part.words, part.where)
        return np.concatenate([part.features, matrix(columns, list(columns))], axis=1)


_HALF = "half "  # so that halves cut across folds


def fit_words(parts: list[Data], rows: list[np.ndarray]) -> WordModels:
    """The words' weights from some blocks (masks) of each part."""
    from scipy import sparse  # noqa: PLC0415 - training only
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    fitted = []
    for half in (0, 1):
        use = [mask & (by_block(part, 2, _HALF) != half) for part, mask in zip(parts, rows, strict=True)]
        chosen = list(zip(parts, use, strict=True))
        weight = np.concatenate([part.weight[mask] for part, mask in chosen])
        model = LogisticRegression(C=0.5, solver="liblinear", max_iter=30, random_state=7)
        model.fit(sparse.vstack([part.slots[mask] for part, mask in chosen]),
                  np.concatenate([part.labels[mask] for part, mask in chosen]), sample_weight=weight / weight.mean())  # fmt: skip
        fitted.append((model.coef_[0].astype(np.float32), float(model.intercept_[0])))
    return WordModels((fitted[0], fitted[1]))


def layout_of(page: np.ndarray) -> Layout:
    """Where each page's blocks lie."""
    return layout(Blocks(page=page.tolist(), text=[""] * len(page)))


@dataclass(frozen=True)
class Fitted:
    """A forest, the words' weights if it uses them, and a few rows with the trainer's own prediction."""

    forest: Forest
    words: WordModels | None
    sample: np.ndarray
    sample_chances: np.ndarray

    def predict(self, part: Data, rows: np.ndarray) -> np.ndarray:
        """The chances of some blocks (a mask) that it was not fitted to."""
        features, names = self.features(part, np.zeros(len(rows), dtype=bool))
        place = {name: n for n, name in enumerate(names)}
        return self.forest.predict({name: features[rows, place[name]] for name in self.forest.names})

    def features(self, part: Data, seen: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """A part's features and their names."""
        return _features(self.words, part, seen)


def _features(words: WordModels | None, part: Data, seen: np.ndarray) -> tuple[np.ndarray, list[str]]:
    if words is None:
        return part.features, part.names
    return words.features(part, seen), [
        *part.names,
        *word_scores.columns_of(np.zeros(0), np.zeros(0), layout_of(np.zeros(0))),
    ]


def fit(parts: list[Data], rows: list[np.ndarray], *, has_words: bool) -> Fitted:
    """A forest trained on some blocks (masks) of each part."""
    from catboost import CatBoostClassifier, Pool  # noqa: PLC0415 - training only

    words = fit_words(parts, rows) if has_words else None
    # one thread: with more the sums differ from run to run, and so would the file
    model = CatBoostClassifier(iterations=TREES, depth=DEPTH, learning_rate=RATE, l2_leaf_reg=6, random_seed=7, thread_count=1, verbose=0,
                               border_count=_BINS, bootstrap_type="Bernoulli", subsample=0.7, allow_writing_files=False)  # fmt: skip
    chosen = list(zip(parts, rows, strict=True))
    features = np.concatenate([_features(words, part, use)[0][use] for part, use in chosen])
    names = _features(words, parts[0], rows[0])[1]
    labels = np.concatenate([part.labels[use] for part, use in chosen])
    model.fit(Pool(features, labels, weight=np.concatenate([part.weight[use] for part, use in chosen])))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        forest = forest_of(json.loads(path.read_text()), names)
    few = features[:: max(1, len(features) // 64)][:64]
    place = [names.index(name) for name in forest.names]
    return Fitted(forest, words, few[:, place], model.predict_proba(few)[:, 1])


def cross_validate(parts: list[Data], *, has_words: bool) -> list[np.ndarray]:
    """Out-of-fold chances for each part."""
    folds = [by_block(part, FOLDS) for part in parts]
    out = [np.zeros(len(part.page)) for part in parts]
    for fold in range(FOLDS):
        fitted = fit(parts, [own != fold for own in folds], has_words=has_words)
        for number, part in enumerate(parts):
            rows = folds[number] == fold
            if part.is_scored:
                out[number][rows] = fitted.predict(part, rows)
        logger.info("fold %d of %d", fold + 1, FOLDS)
    return out


def figures(part: Data, chance: np.ndarray, decision: Decision, rounds: int = 400) -> dict[str, Any]:
    """Precision, recall and F1 of the kept blocks with the bootstrap's 95 % interval over pages."""
    scores = page_scores(part, chance, decision)
    precision, recall, value = corpus.f1(scores)
    draw = np.random.default_rng(1)
    samples = [corpus.f1([scores[n] for n in draw.integers(0, len(scores), len(scores))])[2] for _ in range(rounds)]
    low, high = np.quantile(samples, [0.025, 0.975])
    return {"pages": len(scores), "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(value, 4),
            "f1_low": round(float(low), 4), "f1_high": round(float(high), 4)}  # fmt: skip


def page_scores(part: Data, chance: np.ndarray, decision: Decision) -> list[tuple[float | None, float | None]]:
    """Precision and recall of each page's kept blocks."""
    scores = []
    kept_blocks = decide(chance, part.words, part.where, decision)
    for number, page in enumerate(part.pages):
        first, end = part.range_of(number)
        kept = "\n\n".join(part.texts[n] for n in range(first, end) if kept_blocks[n])
        scores.append(corpus.page_score(kept, corpus.shingles(corpus.tokens(page.body or ""))))
    return scores


def results(parts: list[Data], chances: list[np.ndarray], decision: Decision) -> PageResults:
    """What became of each page."""
    raw, good, fold = [], [], []
    for part, chance in zip(parts, chances, strict=True):
        kept = decide(chance, part.words, part.where, decision)
        for number, (precision, recall) in enumerate(page_scores(part, chance, decision)):
            first, end = part.range_of(number)
            values = chance[first:end]
            raw.append(raw_confidence(values, part.words[first:end], kept[first:end]))
            p, r = precision or 0.0, recall or 0.0
            good.append(float(2 * p * r / max(p + r, 1e-9) >= 0.9))
            fold.append(fold_of(part.pages[number].group))
    return PageResults(np.array(raw), np.array(good), np.array(fold))


def train(kind: str, folders: list[Path]) -> tuple[Model, dict[str, Any]]:
    """The model for one kind of page, and its figures by cross-validation over sites."""
    parts, styles = [], []
    for style in STYLES[kind]:
        for folder in folders:
            is_news = len(corpus.read_corpus(folder)) < _NEWS_PAGES
            parts.append(read(folder, style, _NEWS_WEIGHT if is_news else 1.0, articles=True))
            styles.append(style)
            if kind in _OTHERS_WEIGHT and any(not page.is_article for page in corpus.read_corpus(folder, None)):
                parts.append(read(folder, style, _OTHERS_WEIGHT[kind], articles=False))
                styles.append(style)
    has_words = kind == "text"
    chances = cross_validate(parts, has_words=has_words)
    scored = [n for n, part in enumerate(parts) if part.is_scored]
    card = {f"{parts[n].name} {styles[n]}": figures(parts[n], chances[n], DECISIONS[kind]) for n in scored}
    found = results([parts[n] for n in scored], [chances[n] for n in scored], DECISIONS[kind])
    fitted = fit(parts, [np.ones(len(part.page), dtype=bool) for part in parts], has_words=has_words)
    words, bias = fitted.words.mean if fitted.words else (None, 0.0)
    table = calibration(found.raw, found.is_good)
    model = Model(fitted.forest, DECISIONS[kind], table, words, bias, fitted.sample, fitted.sample_chances)
    return model, {"cross_validation": card, "reliability": reliability(found, FOLDS)}


def main(arguments: list[str] | None = None) -> int:
    """Train the models asked for and write them with their card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path, help="folders with pages and gold texts")
    parser.add_argument("--kind", choices=("html", "text", "both"), default="both", help="which model to train")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for kind in ("html", "text") if options.kind == "both" else (options.kind,):
        model, card = train(kind, options.corpora)
        path = _MODELS / f"model_{kind}.npz"
        save(path, model)
        card |= {
            "data": {folder.name: _digest(folder) for folder in options.corpora},
            "settings": {"trees": TREES, "rate": RATE, "depth": DEPTH, "folds": FOLDS, "bins": _BINS, "decision": DECISIONS[kind],
                         "news_weight": _NEWS_WEIGHT, "others_weight": _OTHERS_WEIGHT.get(kind, 0)},
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }  # fmt: skip
        (_MODELS / f"model_{kind}.json").write_text(json.dumps(card, indent=1) + "\n")
        print(json.dumps(card["cross_validation"], indent=1))  # noqa: T201 - the result of the command
    return 0


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / "gold.jsonl.gz").read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
