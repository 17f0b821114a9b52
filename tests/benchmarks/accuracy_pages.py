"""Pages of corpora with gold answers, and the folders of pages that whole runs read them from."""

import csv
import gzip
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import orjson

from tasks.training import corpus

ENDINGS = {"html": ".html", "wet": ".txt", "inscriptis": ".txt"}
_LANGUAGES = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}  # codes of one language
_DETECTED_CHARS = 100  # of a gold text whose language is not given; a shorter one says too little


@dataclass(frozen=True)
class Page:
    """What is known of one page, without its bytes."""

    page_id: str
    corpus: str
    group: str  # site or publisher, by which folds are cut
    page_type: str
    url: str | None
    crawled: str | None
    language: str | None
    body: str | None
    inside: tuple[str, ...]  # pieces that belong to the story, where a corpus has these
    outside: tuple[str, ...]  # pieces that do not
    digest: str  # of the page's bytes

    @property
    def is_story(self):
        """Whether losing the page is a mistake."""
        return self.page_type in corpus.STORIES

    @property
    def is_other(self):
        """Whether publishing the page is a mistake; a stub may go either way."""
        return not self.is_story and self.page_type != "stub"


def read(folder, limit=None):
    """The pages of a corpus with their bytes, in the order of its gold file; `limit` evenly spaced ones of them."""
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        gold = {row["page_id"]: row for row in map(orjson.loads, lines)}
    found = corpus.read_corpus(folder, None)
    count = min(limit or len(found), len(found))
    for page in (found[n * len(found) // count] for n in range(count)):
        row = gold[page.page_id]
        yield (
            Page(
                page.page_id,
                folder.name,
                page.group,
                page.page_type,
                page.url,
                row.get("crawled"),
                language_of(page),
                page.body,
                tuple(row.get("with") or ()),
                tuple(row.get("without") or ()),
                hashlib.sha256(page.html).hexdigest(),
            ),
            page.html,
        )


def language_of(page):
    """Two-letter code: what the gold says, else what its text looks like; None where there is too little of it."""
    code = (page.language or "").lower().replace("_", "-").partition("-")[0]
    if not code and len(page.body or "") >= _DETECTED_CHARS:
        import py3langid

        code = str(py3langid.classify(page.body)[0])
    return _LANGUAGES.get(code, code) or None


class Inputs:
    """Folders of pages as users have them: PAGEID.html or PAGEID.txt and urls.csv.

    A page without an address is in a folder of its site: else all such pages would pass as one site's.
    """

    def __init__(self, root):
        self.root = root
        self._addresses = defaultdict(list)

    def add(self, folder, page, content, style):
        """Write one page into a folder under the root."""
        place = self.root / folder
        if not page.url:
            place /= "site-" + hashlib.md5(page.group.encode(), usedforsecurity=False).hexdigest()[:12]
        place.mkdir(parents=True, exist_ok=True)
        name = page.page_id + ENDINGS[style]
        (place / name).write_bytes(content)
        self._addresses[place].append((name, page.url or "", page.crawled or ""))

    def close(self):
        """Write the lists of addresses."""
        for place, rows in self._addresses.items():
            with (place / "urls.csv").open("w", newline="", encoding="utf-8") as handle:
                csv.writer(handle).writerows([("file", "url", "fetched_at"), *rows])


def fold_of(page, folds):
    """The fold whose models have not seen a page's site; 0 where there is one set of models."""
    return corpus.fold_of(page.group, folds) if folds > 1 else 0


def page_id_of(source_uri):
    """The page that a row of the output was made of."""
    return Path(source_uri).stem
