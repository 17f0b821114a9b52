"""Features of a page by what it declares about itself, and by its address."""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import numpy as np

from tasks.clean.model.features import Columns
from tasks.clean.parse.signals import Signals

# JSON-LD and og: types by the kind of page they stand for; compared in lower case without the namespace
_TYPES = {
    "article": re.compile(
        r"article$|blogposting|reportage|newsposting|liveblogposting|opinion|^review$|^recipe$|interview"
    ),
    "listing": re.compile(r"collectionpage|itemlist|searchresults|^blog$|categorypage|archive"),
    "product": re.compile(r"^product|offer|^vehicle$|^book$|^hotel|apartment|^car$|productgroup"),
    "service": re.compile(
        r"""service$|localbusiness|organization$|corporation|professionalservice|^event$|jobposting|course|aboutpage
            |contactpage""",
        re.X,
    ),
    "forum": re.compile(r"qapage|discussionforum|^question$|forum"),
    "documentation": re.compile(
        r"techarticle|howto|faqpage|apireference|softwaresourcecode|softwareapplication|definedterm"
    ),
    "video": re.compile(r"video|movie|tvepisode|podcast|audio|music"),
}
# words of an address's path that sites around the world use for each kind of page
_PATH_WORDS = {
    "listing": """category categories tag tags topic topics archive archives search author section kategorie rubrik
        categoria page list index""",
    "product": """product products shop store item items buy catalog catalogue cart produkt produkte producto produit
        collections dp sku""",
    "service": """services service solutions about contact pricing company careers jobs ueber-uns kontakt agb impressum
        team locations""",
    "forum": """forum forums thread threads topic viewtopic showthread question questions community discussion
        discussions answers board t""",
    "documentation": "docs doc documentation manual reference api guide guides wiki help support kb tutorial learn faq",
    "video": "video videos watch embed player podcast",
    "article": """news article articles story stories blog post posts artikel noticia noticias actualite nachrichten
        opinion politics sport""",
}
_PATH_WORD_SETS = {name: frozenset(words.split()) for name, words in _PATH_WORDS.items()}
_DATE_IN_PATH = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])?(?:[/-]|$)")
_LONG_NUMBER = re.compile(r"\d{5,}")
_NOT_A_WORD = re.compile(r"[^0-9a-z]+")
_PUBLISHED_METAS = ("article:published_time", "datepublished", "date", "dc.date", "pubdate", "publishdate")


def declared_features(signals: Sequence[Signals | None], urls: Sequence[str | None]) -> Columns:
    """Features of pages from what they declare and from their addresses; 0 or -1 where nothing is declared."""
    rows = [
        _signal_features(declared or Signals()) | _address_features(url or (declared.canonical() if declared else None))
        for declared, url in zip(signals, urls, strict=True)
    ]
    names = list(rows[0]) if rows else []
    return {name: np.array([row[name] for row in rows], dtype=np.float32) for name in names}


def _signal_features(signals: Signals) -> dict[str, float]:
    types = [_bare_type(name) for node in signals.nodes for name in _as_list(node.get("@type"))]
    og_types = [_bare_type(value) for value in signals.metas.get("og:type", ())]
    by_type = {f"type_{name}": sum(bool(form.search(kind)) for kind in types) for name, form in _TYPES.items()}
    by_og = {f"og_{name}": any(form.search(kind) for kind in og_types) for name, form in _TYPES.items()}
    metas = signals.metas
    others = {
        "og_website": "website" in og_types,
        "og_any": bool(og_types),
        "nodes": min(len(types), 30),
        "has_published": any(name in metas for name in _PUBLISHED_METAS)
        or any(node.get("datePublished") for node in signals.nodes)
        or any(item == "datePublished" for item, _ in signals.items),
        "inline_dates": bool(signals.inline_dates),
        "has_author": "author" in metas
        or "article:author" in metas
        or any(node.get("author") for node in signals.nodes)
        or bool(signals.bylines),
        "bylines": min(len(signals.bylines), 10),
        "author_links": min(len(signals.author_links), 10),
        "times": min(len(signals.times), 30),
        "section": "article:section" in metas or "article:tag" in metas,
        "news_keywords": "news_keywords" in metas,
        "price": any(name.startswith(("product:", "og:price")) for name in metas),
        "article_bodies": min(sum(map(len, signals.article_bodies)) / 1000, 50),
        "summary_words": min(len(next(iter(signals.summaries()), "").split()), 80),
        "title_words": min(len((signals.title or "").split()), 40),
    }
    return {name: float(value) for name, value in (by_type | by_og | others).items()}


def _bare_type(kind: object) -> str:
    """A type in lower case without its namespace."""
    return str(kind).rpartition("/")[2].rpartition(":")[2].strip().lower()


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []


def _address_features(url: str | None) -> dict[str, float]:
    try:
        parts = urlsplit(url or "")
        path, query = unquote(parts.path).lower(), parts.query
    except ValueError:
        path, query = "", ""
    segments = [part for part in path.split("/") if part]
    last = segments[-1] if segments else ""
    path_words = set(_NOT_A_WORD.split(path))
    by_word = {f"path_{name}": not words.isdisjoint(path_words) for name, words in _PATH_WORD_SETS.items()}
    others = {
        "has_url": bool(url),
        "path_depth": min(len(segments), 10),
        "is_root": bool(url) and not segments,
        "last_words": min(len([word for word in _NOT_A_WORD.split(last) if word]), 20),
        "last_chars": min(len(last), 120),
        "path_date": bool(_DATE_IN_PATH.search(path)),
        "long_number": bool(_LONG_NUMBER.search(path + query)),
        "has_query": bool(query),
        "slash_end": path.endswith("/"),
    }
    return {name: float(value) for name, value in (by_word | others).items()}
