"""How long each view of `copydesk browse` takes over a large dataset.

    python tests/benchmarks/browse_views.py [--articles 1000000] [--folder FOLDER] [--rounds 5]

The dataset is synthetic (`browse_dataset.py`); in a folder it is made once and kept. A time is that of a whole request
to the application, without a socket: the median and the slowest of the rounds, after what each state needs once. CPU
seconds are the median of this process over all its threads; unlike the others they do not depend on what else runs.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import httpx
from browse_dataset import PUBLISHERS, WORDS, make_dataset

from flows.browse import overview
from flows.browse.app import make_app
from flows.browse.sites import prepare_sites
from flows.browse.snapshot import Dataset
from flows.browse.stored import prepare_lines, prepare_pages
from tasks.load.output import Output

RARE = f"{WORDS[17]} {WORDS[4711]} {WORDS[901]}"  # three words that hardly ever meet in one text


def views(article_id):
    """Name of a view and its address."""
    publisher = PUBLISHERS[3].replace(" ", "+")
    return {
        "Dataset": "/",
        "Articles": "/articles",
        "Articles, page 200": "/articles?page=200",
        "Articles, least confident first": "/articles?sort=doubtful",
        "Articles, by title": "/articles?sort=title",
        "Articles, filtered by publisher, flag and days": (
            f"/articles?publisher={publisher}&flag=any&first_day=2023-01-01&last_day=2024-06-30"
        ),
        "Articles, search of titles": f"/articles?q={WORDS[99]}&place=title",
        "Articles, search of texts, a common word": f"/articles?q={WORDS[5]}",
        "Articles, search of texts, in one month": f"/articles?q={RARE}&first_day=2024-03-01&last_day=2024-03-31",
        "Articles, search of texts, three rare words (stops after 5 s)": f"/articles?q={RARE}",
        "Article": f"/page/{article_id}",
        "Source": f"/page/{article_id}/source",
        "Quarantine": "/quarantine",
        "Quarantine, one reason, page 20": "/quarantine?reason=clean.listing&page=20",
        "Pages": "/pages",
        "Pages, a part of an address": "/pages?q=paper.example/7777",
        "Sites": "/sites",
        "Sites, most quarantined first": "/sites?sort=quarantined",
        "Runs": "/runs",
    }


async def measure(app, addresses, rounds):
    """Name of a view, median and slowest time and median CPU time, all in seconds."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=None) as client:
        for name, address in addresses.items():
            times, cpu_times = [], []
            for _ in range(rounds):
                start, cpu_start = time.perf_counter(), time.process_time()
                answer = await client.get(address)
                times.append(time.perf_counter() - start)
                cpu_times.append(time.process_time() - cpu_start)
                assert answer.status_code == 200, (name, answer.text[-400:])
            yield name, statistics.median(times), max(times), statistics.median(cpu_times)


async def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = given.folder or Path(temporary) / "out"
        if not Output(root).exists():
            make_dataset(root, given.articles)
        snapshot = Dataset(root).snapshot()
        print("| once for each published state | seconds |\n| --- | --: |")
        for name, prepare in (
            ("numbers of the dataset", overview.overview),
            ("files of lines", lambda one: one.prepared("lines_index", prepare_lines)),
            ("numbers of the sites", lambda one: one.prepared("site_numbers", prepare_sites)),
            ("files of raw pages", lambda one: one.prepared("pages_index", prepare_pages)),
        ):
            start = time.perf_counter()
            prepare(snapshot)
            print(f"| {name} | {time.perf_counter() - start:.2f} |", flush=True)
        article_id = snapshot.rows("select article_id from articles order by article_id limit 1 offset 777")[0]
        addresses = views(article_id["article_id"])
        app = make_app(root)
        async for _ in measure(app, {"Sites": "/sites", "Source": addresses["Source"]}, 1):
            pass  # waits for what is prepared in the background
        print(f"\n{os.getloadavg()[0]:.1f} processes were running on {os.cpu_count()} cores.\n")
        print("| view | median s | slowest s | CPU s |\n| --- | --: | --: | --: |")
        async for name, *seconds in measure(app, addresses, given.rounds):
            print(f"| {name} | {' | '.join(f'{value:.2f}' for value in seconds)} |", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
