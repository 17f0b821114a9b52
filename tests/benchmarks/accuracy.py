"""What users get: the rows of `articles/` after whole runs, measured against corpora with gold answers, beside peers.

    python tests/benchmarks/accuracy.py FOLDER... [--styles html wet] [--folds FOLDER] [--out FOLDER]
        [--pages N]
                                        [--floors | --write-floors] [--readme README.md]

Each corpus (`pages/PAGEID.html.gz` and `gold.jsonl.gz`) is written out as a folder of pages with their addresses, as
HTML or as text with one block per line, and runs through the whole pipeline: once with the bundled thresholds, except
that no share of quarantined pages stops a run, and once with every optional threshold at its least, for the curves of
what a threshold costs.

The models that ship were trained on such corpora. `--folds FOLDER` has `fold0/`, `fold1/` ... with the models of a
cross-validation (`model_*.npz`, as many as ship): the pages of a site run with the models that have not seen it.
Without it the figures flatter, and the output says so.

Writes `accuracy.md`, `accuracy.json`, `pages.jsonl` (each page's fate and scores) and what the peers answered
(`peers/`, so that a second run need not ask them) into the folder of `--out`.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import accuracy_floors as floors
from accuracy_measures import (
    PUBLISHED,
    curves,
    gate_figures,
    languages,
    measured,
    scores_of,
    snippet_figures,
    text_figures,
)
from accuracy_pages import Inputs, fold_of, read
from accuracy_peers import BEST_RUN, TRAFILATURA, Trafilatura, best_run
from accuracy_report import OURS, in_readme, markdown
from accuracy_run import NOWHERE, Fate, Job, fates, run_all, write_thresholds

from tasks.training import corpus

FLOORS = Path(__file__).parent / "accuracy_floors.toml"


def prepare(folders, styles, folds, out, temp, limit):
    """Write all pages into folders under `temp`, by style and fold.

    Returns the pages by corpus, and style -> corpus -> peer -> page id -> text.
    """
    pages, peers, inputs = {}, {style: {} for style in styles}, Inputs(temp)
    for folder in folders:
        print(f"{folder.name}: reading", file=sys.stderr, flush=True)
        found = list(read(folder, limit))
        pages[folder.name] = [page for page, _ in found]
        on_html = Trafilatura(out, folder.name).answers(found)
        for style in styles:
            own = peers[style][folder.name] = {} if on_html is None else {TRAFILATURA: on_html}
            runs = {}
            for page, html in found:
                content = corpus.in_style(html, style)
                inputs.add(place_of(style, fold_of(page, folds), folder.name), page, content, style)
                if style != "html":
                    runs[page.page_id] = best_run(content.decode("utf-8", "replace"))
            if runs:
                own[BEST_RUN] = runs
    inputs.close()
    return pages, peers


def place_of(style, fold, name):
    """Where the pages of a corpus lie under the temporary folder."""
    return f"pages/{style}/fold{fold}/{name}"


def run_line(names, styles, models, temp):
    """Run the pipeline on what `prepare` wrote; style -> corpus -> page id -> Fate, by set of thresholds."""
    thresholds = write_thresholds(temp)
    jobs = [
        Job(
            name,
            style,
            which,
            folder and str(folder),
            str(temp / place_of(style, fold, name)),
            str(temp / "output" / which / place_of(style, fold, name)),
            str(file),
        )
        for fold, folder in enumerate(models or [None])
        for style in styles
        for name in names
        for which, file in thresholds.items()
        if (temp / place_of(style, fold, name)).is_dir()
    ]
    print(f"{len(jobs)} runs", file=sys.stderr, flush=True)
    run_all(jobs)
    found = {which: {style: defaultdict(dict) for style in styles} for which in thresholds}
    for job in jobs:
        found[job.which][job.style][job.corpus] |= fates(Path(job.output))
    return found


def figures(pages, peers, by_gates):
    """All figures of one style; `pages` has what is known of each page."""
    default, opened = by_gates["default"], by_gates["open"]
    by_corpus, rows = {}, []
    for name, own in pages.items():
        texts = {OURS: {page_id: fate.text for page_id, fate in default[name].items()}} | peers[name]
        with_body = measured(own)
        scores = {extractor: scores_of(with_body, answers) for extractor, answers in texts.items()}
        rows += [
            (page, {extractor: found[number] for extractor, found in scores.items()})
            for number, page in enumerate(with_body)
        ]
        by_corpus[name] = gate_figures(own, default[name]) | {
            "text": {extractor: text_figures(found) for extractor, found in scores.items()},
            "snippets": {extractor: snippet_figures(own, answers) for extractor, answers in texts.items()},
            "curves": curves(own, opened[name]),
        }
    everything, all_default, all_opened = _together(pages, default, opened)
    scored = {(page.corpus, page.page_id): own for page, own in rows}
    extractors = [name for name in rows[0][1] if all(name in own for _, own in rows)] if rows else []
    total = gate_figures(everything, all_default) | {
        "text": {name: text_figures([own[name] for _, own in rows]) for name in extractors},
        "curves": curves(everything, all_opened),
    }
    by_page = [
        {
            "corpus": name,
            "page_id": page.page_id,
            "kind": page.page_type,
            "language": page.language,
            "fate": default[name].get(page.page_id, Fate(NOWHERE)).reason or PUBLISHED,
            "precision and recall": scored.get((name, page.page_id)),
        }
        for name, own in pages.items()
        for page in own
    ]
    return {"corpora": by_corpus, "all": total, "languages": languages(rows), "pages": by_page}


def _together(pages, *by_corpus):
    """The pages of all corpora, and their fates, under ids that no two corpora share."""
    everything = [replace(page, page_id=f"{name}/{page.page_id}") for name, own in pages.items() for page in own]
    merged = [
        {f"{name}/{page_id}": fate for name in pages for page_id, fate in found[name].items()} for found in by_corpus
    ]
    return everything, *merged


def measure(folders, styles, models, out, limit):
    """The whole report."""
    with tempfile.TemporaryDirectory(prefix="accuracy-") as name:
        temp = Path(name)
        pages, peers = prepare(folders, styles, len(models), out, temp, limit)
        by_gates = run_line(list(pages), styles, models, temp)
    found = {
        style: figures(pages, peers[style], {which: by_style[style] for which, by_style in by_gates.items()})
        for style in styles
    }
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "models": floors.FOLDS if models else floors.SHIPPED,
        "folds": len(models),
        "pages_limit": limit,
        "styles": found,
    }


def models_in(folder):
    """The folders of a cross-validation's models, in order.

    Raises:
        FileNotFoundError: there are none, or one is missing in between.
    """
    count = len(list(folder.glob("fold*/")))
    found = [folder / f"fold{number}" for number in range(count)]
    missing = next((place for place in found or [folder / "fold0"] if not place.is_dir()), None)
    if missing:
        raise FileNotFoundError(f"there is no {missing}")
    return [place.resolve() for place in found]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a corpus")
    parser.add_argument("--styles", nargs="+", choices=corpus.STYLES, default=["html", "wet"])
    parser.add_argument("--folds", type=Path, metavar="FOLDER", help="models of a cross-validation: fold0/, fold1/ ...")
    parser.add_argument("--out", type=Path, default=Path("output/accuracy"), metavar="FOLDER")
    parser.add_argument("--pages", type=int, metavar="N", help="of each corpus at most so many, evenly spaced")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--floors", action="store_true", help="exit with 1 where a figure is below accuracy_floors.toml")
    which.add_argument("--write-floors", action="store_true", help="make the figures of this run the only floors")
    parser.add_argument("--readme", type=Path, metavar="FILE", help="write the main figures between its marks")
    options = parser.parse_args(arguments)
    if options.pages and (options.floors or options.write_floors):
        parser.error("floors are those of whole corpora: leave out --pages")
    try:
        models = models_in(options.folds) if options.folds else []
        found = measure(
            [folder.resolve() for folder in options.folders], options.styles, models, options.out, options.pages
        )
    except OSError as error:
        parser.error(str(error))
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "pages.jsonl").open("w", encoding="utf-8") as lines:
        for style, report in found["styles"].items():
            lines.writelines(json.dumps({"style": style} | row) + "\n" for row in report.pop("pages"))
    (options.out / "accuracy.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = markdown(found)
    (options.out / "accuracy.md").write_text(text, encoding="utf-8")
    print(text)
    if options.readme:
        options.readme.write_text(in_readme(options.readme.read_text(encoding="utf-8"), found), encoding="utf-8")
    if options.write_floors:
        FLOORS.write_text(floors.written(found), encoding="utf-8")
    return floors.check(found, FLOORS) if options.floors else 0


if __name__ == "__main__":
    sys.exit(main())
