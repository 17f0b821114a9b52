"""Pages with gold texts as training data: which of their blocks belong to the story.

A corpus is a folder with `pages/PAGEID.html.gz` and `gold.jsonl.gz` (page_id, url, page_type, publisher, body ...).
Only training and benchmarks read it; needs the extra `train` for the text styles.
"""

import gzip
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import orjson

from tasks.clean.batch import Prepared, prepare

SHINGLE = 4  # tokens; the measure of the article extraction benchmark (Zyte, 2020)
_TOKEN = re.compile(r"\w+")
STYLES = ("html", "wet", "inscriptis")


@dataclass(frozen=True)
class GoldPage:
    """One page with its gold text."""

    page_id: str
    group: str  # site or publisher: pages of one group never stand on both sides of a split
    html: bytes
    body: str | None
    is_article: bool = True


def read_corpus(folder: Path, page_type: str | None = "article") -> list[GoldPage]:
    """The pages of a corpus of one type (None for all), in the order of its gold file."""
    pages = []
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as handle:
        for line in handle:
            row = orjson.loads(line)
            if page_type and row["page_type"] != page_type:
                continue
            host = (urlsplit(row["url"] or "").hostname or row["page_id"]).removeprefix("www.")
            group = row.get("publisher") or ".".join(host.split(".")[-2:])
            pages.append(
                GoldPage(
                    row["page_id"],
                    group,
                    gzip.decompress((folder / "pages" / f"{row['page_id']}.html.gz").read_bytes()),
                    row["body"],
                    row["page_type"] == "article",
                )
            )
    return pages


def in_style(html: bytes, style: str) -> bytes:
    """The page as HTML, as a WET line list, or laid out as text."""
    if style == "html":
        return html
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415 - training only
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding  # noqa: PLC0415

    try:
        text = html.decode("utf-8")
    except UnicodeDecodeError:
        text = bytes_to_str(html, detect_encoding(html) or "utf-8")
    if style == "wet":
        plain = extract_plain_text(
            text, preserve_formatting=True, main_content=False, list_bullets=False, alt_texts=False, links=False
        )
        return "\n".join(line for line in plain.splitlines() if line.strip()).encode()
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
    found = shingles(tokens(answer))
    common = sum((found & gold).values())
    return (common / found.total() if found else None), (common / gold.total() if gold else None)


def f1(scores: list[tuple[float | None, float | None]]) -> tuple[float, float, float]:
    """Mean precision over pages with an answer, mean recall over pages with gold, and their harmonic mean."""
    precision = float(np.mean([p for p, _ in scores if p is not None] or [0]))
    recall = float(np.mean([r for _, r in scores if r is not None] or [0]))
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def label_lines(lines: list[str], body: str) -> np.ndarray:
    """Which lines belong to the gold text: those of whose shingles at least half stand in it.

    Of a long line that repeats, only the copy among the most other such lines counts; a line shorter than a shingle
    counts when it equals a line of the gold, or forms its shingles together with its neighbours, among such lines.
    """
    gold_tokens = tokens(body)
    gold = set(shingles(gold_tokens))
    gold_lines = {" ".join(tokens(line)) for line in body.split("\n") if line.strip()}
    split = [tokens(line) for line in lines]
    positive = np.zeros(len(lines), dtype=bool)
    for n, words in enumerate(split):
        if len(words) >= SHINGLE:
            grams = list(zip(*(words[k:] for k in range(SHINGLE)), strict=False))
            positive[n] = sum(gram in gold for gram in grams) >= 0.5 * len(grams)
    copies: dict[str, list[int]] = {}
    for n in np.flatnonzero(positive).tolist():
        copies.setdefault(" ".join(split[n]), []).append(n)
    for places in copies.values():
        if len(places) > 1:
            best = max(places, key=lambda n: (int(positive[max(0, n - 6) : n + 7].sum()), -n))
            for n in places:
                positive[n] = n == best
    long = positive.copy()
    for n, words in enumerate(split):
        if not words or len(words) >= SHINGLE:
            continue
        before = [w for m in range(max(0, n - 2), n) if long[m] for w in split[m]][-3:]
        after = [w for m in range(n + 1, min(len(lines), n + 3)) if long[m] for w in split[m]][:3]
        near = long[max(0, n - 4) : n].any() and long[n + 1 : n + 5].any()
        joined = before + words + after
        grams = list(zip(*(joined[k:] for k in range(SHINGLE)), strict=False))
        through = bool(before and after and grams) and all(gram in gold for gram in grams)
        positive[n] = through or (near and " ".join(words) in gold_lines)
    return positive


def prepare_pages(pages: list[GoldPage], style: str, chunk: int = 100) -> list[Prepared]:
    """The pages cut into blocks with their features, by chunks as a run would."""
    numbered = [(number, in_style(page.html, style), None) for number, page in enumerate(pages)]
    return [prepare(numbered[start : start + chunk], is_html=style == "html") for start in range(0, len(pages), chunk)]
