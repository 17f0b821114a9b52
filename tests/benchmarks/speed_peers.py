"""One peer of `speed.py` over some pages; run by it in an environment that has the peer. Prints one line of JSON.

    python speed_peers.py {lexbor,resiliparse,trafilatura} PAGES.json     decoded pages; CPU of the call alone
    python speed_peers.py {datatrove-html,datatrove-text} FOLDER OUT      a folder of WARC or WET files to Parquet

It imports nothing of Copydesk's.
"""

import json
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PASSES = {"lexbor": 5, "resiliparse": 3, "trafilatura": 1}
PACKAGES = ("datatrove", "trafilatura", "lxml", "spacy", "warcio", "selectolax", "resiliparse", "pyarrow")
_TIMEOUT_SECONDS = 30  # by the wall for each page; with the default of one second a busy machine drops pages


def _call(kind):
    if kind == "lexbor":
        from selectolax.lexbor import LexborHTMLParser

        return LexborHTMLParser
    if kind == "resiliparse":
        from resiliparse.extract.html2text import extract_plain_text

        return lambda page: extract_plain_text(page, main_content=True)
    from trafilatura import bare_extraction

    return lambda page: bare_extraction(page, with_metadata=True)


def one_by_one(kind, path):
    """CPU of the best pass over decoded pages, after one page to warm up."""
    pages = json.loads(Path(path).read_text())
    call = _call(kind)
    call(pages[0])
    best = float("inf")
    for _ in range(PASSES[kind]):
        start = time.process_time()
        for page in pages:
            call(page)
        best = min(best, time.process_time() - start)
    return {"pages": len(pages), "cpu_seconds": best}


def datatrove(kind, folder, out):
    """The filters of FineWeb but for the language, whose model is a download."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.extractors import Trafilatura
    from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter
    from datatrove.pipeline.readers import WarcReader
    from datatrove.pipeline.writers import ParquetWriter

    extract = [Trafilatura(timeout=_TIMEOUT_SECONDS)] if kind == "datatrove-html" else []
    filters = [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(filter_no_terminal_punct=False)]
    steps = [WarcReader(folder), *extract, *filters, ParquetWriter(f"{out}/articles")]
    stats = LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=f"{out}/logs").run()
    reported = [step["stats"] for step in json.loads(stats.to_json())]

    def count(value):
        return value.get("total", 0) if isinstance(value, dict) else value

    return {
        "pages": count(reported[0].get("documents", 0)),
        "timeouts": sum(count(step.get("timeout", 0)) for step in reported),
        "reaching": [count(step.get("total", 0)) for step in reported],
    }


def versions():
    found = {"python": sys.version.split()[0]}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def main():
    kind = sys.argv[1]
    found = one_by_one(kind, sys.argv[2]) if kind in PASSES else datatrove(kind, sys.argv[2], sys.argv[3])
    print(json.dumps(found | {"versions": versions()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
