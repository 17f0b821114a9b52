"""Near-duplicates: edited copies planted among stories, and which of them our code and its peers find, in one run.

    python tests/benchmarks/duplicates.py [CORPUS...] [--stories N] [--rounds N] [--seed N] [--json FILE] [--show N]

A corpus is a folder with `pages/PAGEID.html.gz` and `gold.jsonl.gz`; its gold bodies are the stories. Without one,
400 stories are invented by `newsroom.py`. Half of the stories of 80 words or more get a copy, as another paper prints
them: some of the words changed (single ones, up to three blocks, or half of each), another title above the text (gold
bodies have none), a paragraph more, the end cut off, 10 to 20 lines of a site's chrome left on around it, or several
of these. Each round gives each of these stories one copy, of another kind than in the round before; in as many rounds
as there are kinds every story gets every copy. A word is what stands between spaces; in scripts without spaces, two
letters.

The rest is there to be left alone: stories without a copy, half of them with the standing paragraph of one of five
sites at the end (60 words), and texts of one template with other names and numbers: weather reports, market closings,
and quake bulletins, which are one text but for their numbers.

Recall: copies that are named with, or put in a cluster with, a text of the same original. Precision: pairs of a text
and what it is said to copy (of a cluster: each removed text and the kept one) that stem from one original. `alike`:
the mean Jaccard similarity of copy and original over our shingles. `run`: all texts are new in one run; `published`:
originals and half of the rest were published before. Peers, if installed: datatrove's MinHash (its four stages and
defaults: 14 buckets of 8, 5-grams, spaCy's English word splitter, which needs no model), and datasketch's MinHashLSH
(128 permutations, threshold 0.5, runs of five words; the likest candidate is named). Time is CPU of this process and
its children, all tools in turn on the same texts. Index bytes are those that a later run compares with: our Parquet
table with its ids, datatrove's signature files, datasketch's hash values of four bytes.
"""

import argparse
import importlib.util
import json
import os
import random
import re
import resource
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import newsroom
import numpy as np
import pyarrow as pa
from duplicate_texts import AT_10, KINDS, TEMPLATES, Scene, Text, plant

from tasks import schema
from tasks.extract import similarity
from tasks.load.dedup.near_duplicates import Signatures, find_near_duplicates, read_signatures
from tasks.storage.tables import write_table
from tasks.training.corpus import read_corpus

GOALS = {"recall at 10 %": 0.98, "precision": 0.99, "ms a text": 0.3, "index bytes": 1000}


@dataclass
class Tally:
    """What one tool got right and wrong, and what it took."""

    texts: int = 0
    seconds: float = 0.0
    index_bytes: float = 0.0
    named: int = 0  # pairs
    found: Counter = field(default_factory=Counter)  # copies, by kind
    sized: Counter = field(default_factory=Counter)  # copies with a tenth of the words changed, by length
    wrong: Counter = field(default_factory=Counter)  # pairs, by group
    pairs: Counter = field(default_factory=Counter)  # the wrong ones, by name, but for quakes


def _signed(texts: list[Text], names: list[str]) -> Signatures:
    """The signatures of the texts that have one; their names are added to `names`, whose places are the ids."""
    found = similarity.signatures_of([one.text for one in texts])
    first = len(names)
    names += [one.name for one, signature in zip(texts, found, strict=True) if signature]
    ids = np.arange(first, len(names), dtype=np.uint64)
    return Signatures(
        ids, ids, read_signatures(pa.array([signature for signature in found if signature], pa.binary(252)))
    )


def copydesk(texts: list[Text], folder: Path, *, is_published: bool = False) -> tuple[dict[str, str], dict[str, str]]:
    """Our answer. Of each tool: name of a text -> name of what it is a copy of, and name -> cluster."""
    copied = {one.stem for one in texts if one.group in KINDS}
    parts = [], []  # new, published
    for number, one in enumerate(texts):
        parts[is_published and one.group not in KINDS and (one.name in copied or number % 2 == 0)].append(one)
    names = [""]
    before, new = (_signed(part, names) for part in reversed(parts))
    found = find_near_duplicates(new, [before], lambda rows: rows)
    near = zip(found.articles.tolist(), found.near_duplicate_of.tolist(), found.similarities.tolist(), strict=True)
    return {names[article]: names[other] for article, other, share in near if share > 0}, {}


def datatrove(texts: list[Text], folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    os.environ["TQDM_DISABLE"] = "1"
    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import minhash
    from datatrove.utils.logging import logger

    logger.disable("datatrove")

    def read(data, rank=0, world_size=1):
        yield from (Document(text=one.text, id=one.name) for one in texts)

    config = minhash.MinhashConfig()
    a, b, c = (str(folder / name) for name in "abc")
    cluster = minhash.MinhashDedupCluster(b, c, config, save_cluster_id=True)
    stages = [
        ([read, minhash.MinhashDedupSignature(a, config)], 1),
        ([minhash.MinhashDedupBuckets(a, b, config=config)], config.num_buckets),
        ([cluster], 1),
        ([read, minhash.MinhashDedupFilter(c)], 1),
    ]
    for number, (pipeline, tasks) in enumerate(stages):
        LocalPipelineExecutor(pipeline, tasks, workers=1, logging_dir=str(folder / f"log{number}")).run()
    members = [
        pair for path in (folder / "c").glob("*.clusters") for pair in np.fromfile(path, "<u4").reshape(-1, 2).tolist()
    ]
    removed = {number for path in (folder / "c").glob("*.remove") for number in np.fromfile(path, "<u4").tolist()}
    kept = {own: number for number, own in members if number not in removed}
    named = {texts[number].name: texts[kept[own]].name for number, own in members if number in removed}
    return named, {texts[number].name: str(own) for number, own in members}


def datasketch(texts: list[Text], folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    from datasketch import MinHash, MinHashLSH

    index, hashes, named, word = MinHashLSH(threshold=0.5, num_perm=128), {}, {}, re.compile(r"\w+")
    for one in texts:
        words = word.findall(one.text.casefold())
        made = hashes[one.name] = MinHash(num_perm=128)
        made.update_batch({" ".join(words[n : n + 5]).encode() for n in range(max(1, len(words) - 4))})
        if mates := index.query(made):
            named[one.name] = max(sorted(mates), key=lambda mate: hashes[mate].jaccard(made))
        index.insert(one.name, made)
    (folder / "index").write_bytes(b"".join(made.hashvalues.astype("<u4").tobytes() for made in hashes.values()))
    return named, {}


TOOLS = {
    "run": copydesk,
    "published": partial(copydesk, is_published=True),
    "datatrove": datatrove,
    "datasketch": datasketch,
}


def index_bytes(tool: str, texts: list[Text], folder: Path) -> float:
    """By text, what a later run compares with."""
    if tool in ("run", "published"):
        names: list[str] = []
        signed = _signed([one for one in texts if one.group not in KINDS], names)  # copies would compress well
        ids = [random.Random(name).randbytes(16).hex() for name in names]  # as long as real ones
        rows = {
            "article_id": ids,
            "story_id": ids,
            "signature": [row.tobytes() for row in signed.values],
            "run_id": ["20260905T160000-1"] * len(ids),
        }
        write_table(pa.table(rows, schema=schema.SIGNATURES), folder / "table", dictionary=["run_id"])
        return (folder / "table").stat().st_size / len(ids)
    return sum(path.stat().st_size for path in (*folder.glob("index"), *folder.glob("a/*/*.sig"))) / len(texts)


def spent() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def judge(tally: Tally, scene: Scene, texts: list[Text], named: dict[str, str], clusters: dict[str, str]) -> None:
    """Add a round's answers to a tally."""
    by_name = {one.name: one for one in texts}
    for one in (one for one in texts if one.group in KINDS):
        other, own = named.get(one.name, one.name), clusters.get(one.name)
        if (other != one.name and by_name[other].stem == one.stem) or (own and own == clusters.get(one.stem)):
            tally.found[one.group] += 1
            tally.sized[scene.length(one.stem)] += one.group in AT_10
    tally.named += len(named)
    for name, other in named.items():
        if len(stems := {by_name[name].stem, by_name[other].stem}) == 2:
            groups = {by_name[stem].group for stem in stems}
            tally.wrong[next(group for group in (*TEMPLATES, "standing", "story") if group in groups)] += 1
            tally.pairs[f"{name} = {other}"] += "quake" not in groups


def measure(stories: dict[str, str], options: argparse.Namespace) -> dict:
    """All rounds of one set of stories."""
    scene = Scene(stories)
    tallies = {tool: Tally() for tool in TOOLS if tool in ("run", "published") or importlib.util.find_spec(tool)}
    copies, sized, alike = Counter(), Counter(), defaultdict(list)
    for number in range(-1, options.rounds or len(KINDS)):
        # the turn before the first is not measured: models and tables are read once a process
        texts = plant(scene, max(0, number), options.seed)[: None if number >= 0 else 3]
        for tool, tally in tallies.items():
            with tempfile.TemporaryDirectory(prefix="duplicates-") as name:
                start = spent()
                named, clusters = TOOLS[tool](texts, Path(name))
                if number >= 0:
                    tally.seconds += spent() - start
                    tally.texts += len(texts)
                    tally.index_bytes = index_bytes(tool, texts, Path(name))
                    judge(tally, scene, texts, named, clusters)
        for one in (one for one in texts if one.group in KINDS):
            copies[one.group] += 1
            sized[scene.length(one.stem)] += one.group in AT_10
            a, b = (np.unique(similarity.shingles_of(similarity.fold(text))) for text in (one.text, stories[one.stem]))
            common = len(np.intersect1d(a, b, assume_unique=True))
            alike[one.group].append(common / max(1, len(a) + len(b) - common))
        print(f"round {number + 1}, {len(texts)} texts", file=sys.stderr)
    return {
        "groups": Counter(one.group for one in texts if one.group not in KINDS),
        "copies": copies,
        "sized": sized,
        "alike": {kind: float(np.mean(each)) for kind, each in alike.items()},
        "tools": tallies,
        "chosen": len(scene.chosen),
    }


def summary(tally: Tally, copies: Counter) -> dict[str, float]:
    """The figures that have a goal, and precision without the bulletins that differ in numbers only."""
    wrong, quakes = tally.wrong.total(), tally.wrong["quake"]
    return {
        "recall at 10 %": sum(tally.found[kind] for kind in AT_10) / max(1, sum(copies[kind] for kind in AT_10)),
        "precision": 1 - wrong / max(1, tally.named),
        "precision without quakes": 1 - (wrong - quakes) / max(1, tally.named - quakes),
        "ms a text": 1000 * tally.seconds / tally.texts,
        "index bytes": tally.index_bytes,
    }


def show(title: str, result: dict, pairs: int) -> None:
    """Print the tables of one set of stories."""
    tools, copies = result["tools"], result["copies"]
    rest = ", ".join(f"{count} {group}" for group, count in result["groups"].items())
    print(f"\n{title}: {result['chosen']} stories with a copy; of a round, besides copies: {rest}")
    print(f"{'recall':32}{'copies':>7}{'alike':>7}" + "".join(f"{tool:>11}" for tool in tools))
    rows = [(kind, copies[kind], f"{result['alike'][kind]:.2f}", "found") for kind in KINDS if copies[kind]]
    rows += [(f"any 10%, {length}", count, "", "sized") for length, count in sorted(result["sized"].items()) if count]
    for label, count, alike, name in rows:
        shares = [vars(tally)[name][label.removeprefix("any 10%, ")] / count for tally in tools.values()]
        print(f"{label:32}{count:7}{alike:>7}" + "".join(f"{share:11.3f}" for share in shares))
    print(f"{'pairs named':46}" + "".join(f"{tally.named:11}" for tally in tools.values()))
    for group in ("story", "standing", *TEMPLATES):
        print(f"{'wrong, ' + group:46}" + "".join(f"{tally.wrong[group]:11}" for tally in tools.values()))
    for name in (figures := [summary(tally, copies) for tally in tools.values()])[0]:
        goal = f"goal {GOALS[name]:g}" if name in GOALS else ""
        print(
            f"{name:32}{goal:>14}"
            + "".join(f"{each[name]:{'11.0f' if name == 'index bytes' else '11.3f'}}" for each in figures)
        )
    for tool, tally in tools.items():
        for pair, count in (+tally.pairs).most_common(pairs):
            print(f"  {tool} names, wrongly, in {count} rounds: {pair}")


def invented(count: int, seed: int) -> dict[str, str]:
    """Stories of the invented newspapers."""
    pages = newsroom.batch(seed, newsroom.utc(2026, 9, 5), round(count / 0.8))[:count]
    return {f"story {page.number}": "\n".join(page.story.paragraphs) for page in pages}


def gold(folder: Path, count: int | None) -> dict[str, str]:
    """The gold bodies of a corpus; of pages whose first two hundred letters are the same, the first."""
    first = {page.body[:200]: page for page in reversed(read_corpus(folder)[:count]) if page.body}
    return {page.page_id: page.body for page in reversed(first.values())}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", type=Path)
    parser.add_argument("--stories", type=int, help="at most; 400 of the invented ones")
    parser.add_argument("--rounds", type=int, help=f"{len(KINDS)} without it, one for each kind of copy")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the findings here")
    parser.add_argument("--show", type=int, default=0, help="so many of each tool's wrong pairs")
    options = parser.parse_args()
    sets, found = {folder.name: gold(folder, options.stories) for folder in options.corpora}, {}
    for title, stories in (sets or {"invented stories": invented(options.stories or 400, options.seed)}).items():
        result = measure(stories, options)
        show(title, result, options.show)
        found[title] = result | {
            "tools": {
                tool: vars(tally) | {"summary": summary(tally, result["copies"])}
                for tool, tally in result["tools"].items()
            }
        }
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
