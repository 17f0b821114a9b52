"""What near-duplicates cost at size: n new signatures among themselves and against as many that are published.

    python tests/benchmarks/signatures.py [--new 1000,10000,100000,1000000] [--published 1000000] [--seed 7]

Signatures are synthetic: a quarter of the new ones are copies of a published or an earlier new one, of which a tenth
to six tenths of the values are others; the rest are random, which is what unrelated texts look like. Copies that are
less alike than `SAME_STORY` count neither way. Each size runs in a process of its own, so that its peak of memory is
its own.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tasks.load.dedup.lsh import SPOOLED_FROM, VALUES
from tasks.load.dedup.near_duplicates import SAME_STORY, Signatures, find_near_duplicates

_FILE_ROWS = 20_000  # published signatures a file
_COPIES = 0.25


def synthetic(rng, count, base, path):
    """Signatures in a file, a share of them copies of `base`: (the mapped signatures, the similarity of each)."""
    values = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint16, shape=(count, VALUES))
    alike = np.zeros(count)
    for start in range(0, count, 50_000):
        part = rng.integers(0, 1 << 16, (min(50_000, count - start), VALUES), dtype=np.uint16)
        if base is not None:
            copies = np.flatnonzero(rng.random(len(part)) < _COPIES)
            others = rng.random((len(copies), VALUES)) < rng.uniform(0.1, 0.6, (len(copies), 1))
            part[copies] = np.where(others, part[copies], base[rng.integers(0, len(base), len(copies))])
            alike[start + copies] = 1 - others.mean(axis=1)
        values[start : start + len(part)] = part
    values.flush()
    return np.load(path, mmap_mode="r"), alike


def measure(new_count, published_count, seed, pipe):
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        published, _ = synthetic(rng, published_count, None, folder / "published.npy")
        values, alike = synthetic(rng, new_count, published, folder / "new.npy")
        ids = np.arange(1, published_count + 1, dtype=np.uint64)
        mine = np.arange(published_count + 1, published_count + 1 + new_count, dtype=np.uint64)

        def parts():
            for start in range(0, published_count, _FILE_ROWS):
                part = slice(start, start + _FILE_ROWS)
                yield Signatures(ids[part], ids[part], np.array(published[part]))

        new = Signatures(mine, np.zeros_like(mine), values if new_count >= SPOOLED_FROM else np.array(values))
        start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        alone = find_near_duplicates(new, [], lambda rows: rows, folder / "alone")
        within = time.process_time() - start
        start = time.process_time()
        found = find_near_duplicates(new, parts(), lambda rows: rows, folder / "against")
        both = time.process_time() - start
        is_copy = alike >= SAME_STORY
        is_found = found.similarities > 0
        recall = float(is_found[is_copy].mean()) if is_copy.any() else float("nan")
        wrong = int((is_found & (alike == 0)).sum()) + int((alone.similarities > 0)[alike == 0].sum())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        pipe.send((within, both - within, before >> 10, peak >> 10, recall, wrong))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--new", default="1000,10000,100000,1000000")
    parser.add_argument("--published", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(
        f"{'new':>10}{'published':>11}{'among them s':>14}{'against s':>11}{'peak MB':>9}{'before':>8}"
        f"{'recall':>8}{'false':>7}"
    )
    context = multiprocessing.get_context("spawn")
    for count in map(int, options.new.split(",")):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=measure, args=(count, options.published, options.seed, there))
        process.start()
        within, against, before, peak, recall, wrong = here.recv()
        process.join()
        print(
            f"{count:10,}{options.published:11,}{within:14.2f}{against:11.2f}{peak:9,}{before:8,}{recall:8.3f}{wrong:7}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
