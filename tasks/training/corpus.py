"""Pages with gold texts as training data: which of their blocks belong to the story.

A corpus is a folder with `pages/PAGEID.html.gz` and `gold.jsonl.gz` (page_id, url, page_type, publisher, body ...).
Only training and benchmarks read it; needs the extra `train` for the text styles.
"""

import gzip
import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import orjson

from tasks.clean.prepare import Prepared, Received, prepare

SHINGLE = 4  # tokens; the measure of the article extraction benchmark (Zyte, 2020)
_TOKEN = re.compile(r"\w+")
STYLES = ("html", "wet", "inscriptis")
STORIES = ("article", "live")  # page types that hold a story; a stub may go either way
_SECOND_LEVEL = frozenset(["co", "com", "org", "net", "gov", "ac", "edu", "or", "ne", "go"])  # as in co.uk, com.au
_GUESSED_TYPES = frozenset(["trafilatura-eval"])  # corpora whose page types are a guess where no body was annotated


@dataclass(frozen=True)
class GoldPage:
    """One page with its gold text."""

    page_id: str
    group: str  # site or publisher: pages of one group are never on both sides of a split
    html: bytes
    body: str | None  # measures
    training_body: str | None  # may be learnt from; None for pages whose gold may only measure
    page_type: str
    url: str | None
    language: str | None
    is_typed: bool  # the page type was annotated, not guessed

    @property
    def is_story(self) -> bool:
        """Whether the page holds a story."""
        return self.page_type in STORIES


def read_corpus(folder: Path, page_type: str | None = "article") -> list[GoldPage]:
    """The pages of a corpus of one type (None for all), in the order of its gold file."""
    pages = []
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as handle:
        for line in handle:
            row = orjson.loads(line)
            if page_type and row["page_type"] != page_type:
                continue
            html = gzip.decompress((folder / "pages" / f"{row['page_id']}.html.gz").read_bytes())
            body = row["body"]
            # a corpus that has the field was annotated twice: `body` only measures
            learnt = row.get("body_read", body)
            is_typed = folder.name not in _GUESSED_TYPES or body is not None or row["page_type"] not in STORIES
            pages.append(
                GoldPage(
                    row["page_id"],
                    group_of(row),
                    html,
                    body,
                    learnt,
                    row["page_type"],
                    row["url"],
                    row.get("language"),
                    is_typed,
                )
            )
    return pages


def group_of(row: dict[str, str | None]) -> str:
    """The site of a page: the registered part of its host, the same for one site in all corpora; else its publisher."""
    host = (urlsplit(row["url"] or "").hostname or "").removeprefix("www.")
    if not host or host.endswith(".invalid"):
        return row.get("publisher") or str(row["page_id"])
    parts = host.split(".")
    count = 3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL else 2
    return ".".join(parts[-count:])


def fold_of(group: str, folds: int) -> int:
    """The fold of a site, the same on every machine."""
    return int(hashlib.md5(group.encode(), usedforsecurity=False).hexdigest(), 16) % folds


def decoded(html: bytes) -> str:
    """The page's characters."""
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding  # noqa: PLC0415 - training only

    try:
        return html.decode("utf-8")
    except UnicodeDecodeError:
        return str(bytes_to_str(html, detect_encoding(html) or "utf-8"))


def in_style(html: bytes, style: str) -> bytes:
    """The page as HTML, as a WET line list, or laid out as text."""
    if style == "html":
        return html
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415 - training only

    text = decoded(html)
    if style == "wet":
        plain = extract_plain_text(
            text, preserve_formatting=True, main_content=False, list_bullets=False, alt_texts=False, links=False
        )
        return "\n".join(line for line in plain.splitlines() if line.strip()).encode("utf-8", "replace")
    from inscriptis import get_text  # noqa: PLC0415

    return str(get_text(text)).encode("utf-8", "replace")


def tokens(text: str) -> list[str]:
    """The word tokens of a text, case kept."""
    return _TOKEN.findall(unicodedata.normalize("NFC", text))


def shingles(words: list[str]) -> Counter[tuple[str, ...]]:
    """The multiset of runs of four tokens; a shorter text is one run."""
    if len(words) < SHINGLE:
        return Counter([tuple(words)]) if words else Counter()
    return Counter(zip(*(words[n:] for n in range(SHINGLE)), strict=False))


def page_score(answer: str, gold: Counter[tuple[str, ...]]) -> tuple[float | None, float | None]:
    """Precision and recall of an answer over shingles; None where the side is empty."""
    answered = shingles(tokens(answer))
    common = sum((answered & gold).values())
    return (common / answered.total() if answered else None), (common / gold.total() if gold else None)


def f1(scores: list[tuple[float | None, float | None]]) -> tuple[float, float, float]:
    """Mean precision over pages with an answer, mean recall over pages with gold, and their harmonic mean."""
    precision = float(np.mean([p for p, _ in scores if p is not None] or [0]))
    recall = float(np.mean([r for _, r in scores if r is not None] or [0]))
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def prepare_pages(pages: list[GoldPage], style: str, chunk: int = 100) -> list[Prepared]:
    """The pages cut into blocks with their features, by chunks as a run would."""
    numbered = [Received(number, in_style(page.html, style)) for number, page in enumerate(pages)]
    return [prepare(numbered[start : start + chunk], is_html=style == "html") for start in range(0, len(pages), chunk)]
