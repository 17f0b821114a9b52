"""The peers on the same pages: trafilatura on the HTML, and the best run of long lines on the text."""

import gzip
import json
import multiprocessing
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.metadata import version

from tasks.training import corpus

TRAFILATURA, BEST_RUN = "trafilatura", "best run of long lines"
_PROCESSES = 2
_FEW = 20  # pages for which starting processes costs more than it spares
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_NO_FULL_STOP = re.compile("[\u0e00-\u0eff]")  # Thai and Lao end a sentence with a space
_WORD = re.compile(r"\S*\w\S*")
_CHARS_A_WORD = 1.7  # of Chinese, where a word has one or two
_ENDS = ".!?…\"'”’“»›;。！？…」』।॥؟۔။។"  # the semicolon asks in Greek
_LONG, _PRICE = 12, 6  # words of a long line, and what a short one costs the run


class Trafilatura:
    """Its answers, remembered in a file by the digest of the page and the version of the peer."""

    def __init__(self, folder, name):
        self._file = folder / "peers" / f"{name}.jsonl.gz"
        self._peer = None
        try:
            import_module(TRAFILATURA)  # what is installed without its own dependencies has a version too
            self._peer = f"{TRAFILATURA} {version(TRAFILATURA)}"
        except ImportError as error:
            print(f"(without trafilatura: {error})", file=sys.stderr)
        self._known = {}
        if self._file.is_file():
            with gzip.open(self._file, "rt", encoding="utf-8") as lines:
                self._known = {(row["digest"], row["peer"]): row["text"] for row in map(json.loads, lines)}

    def answers(self, pages):
        """Page id -> text of (page, bytes) pairs; None where it is not installed."""
        if self._peer is None:
            return None
        missing = {page.digest: html for page, html in pages if (page.digest, self._peer) not in self._known}
        if missing:
            print(f"  {self._peer} on {len(missing)} pages", file=sys.stderr, flush=True)
            for digest, text in zip(missing, _extract_all(list(missing.values())), strict=True):
                self._known[digest, self._peer] = text
            self._write()
        return {page.page_id: self._known[page.digest, self._peer] for page, _ in pages}

    def _write(self):
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        with gzip.open(part, "wt", encoding="utf-8", errors="replace") as lines:
            for (digest, peer), text in self._known.items():
                lines.write(json.dumps({"digest": digest, "peer": peer, "text": text}) + "\n")
        part.replace(self._file)


def _extract_all(pages):
    if len(pages) <= _FEW:
        return [_extract(html) for html in pages]
    with ProcessPoolExecutor(_PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_extract, pages, chunksize=10))


def _extract(html):
    import trafilatura

    try:
        return trafilatura.extract(corpus.decoded(html), include_comments=False) or ""
    except Exception as error:
        print(f"trafilatura fails on a page: {error}", file=sys.stderr)
        return ""


def best_run(text):
    """The plain rule to beat on text: the run of lines whose words, less a price for short ones, sum up highest."""
    lines = [line for line in text.splitlines() if line.strip()]
    best = run = 0.0
    start = first = end = 0
    for number, line in enumerate(lines):
        size = word_count(line)
        run += size if size >= _LONG and _is_ended(line) else -_PRICE
        if run <= 0:
            run, start = 0.0, number + 1
        elif run > best:
            best, first, end = run, start, number + 1
    return "\n".join(lines[first:end])


def word_count(line):
    """Words of a line; in scripts without spaces they are counted by their characters."""
    return len(_WORD.findall(_UNSPACED.sub(" ", line))) + len(_UNSPACED.findall(line)) / _CHARS_A_WORD


def _is_ended(line):
    return line.rstrip()[-1:] in _ENDS or len(_NO_FULL_STOP.findall(line)) > len(line) / 2
