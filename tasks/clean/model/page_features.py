"""What a page is like as a whole: one number per page and feature, for the model that says whether it holds a story.

Three sources: the page's blocks and how sure the block model is of them (`block_features`), what the page declares of itself
and its address (`declared_features`). A word list adds evidence at most; every feature is defined for every language.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote, urlsplit

import numpy as np

from tasks.clean.model.features import Columns, Layout
from tasks.clean.parse.signals import Signals

_SURE, _UNSURE = 0.8, 0.2
_LONG_WORDS = 25.0  # a paragraph; shorter lines are sentences, items or headings
_CLASS_GROUPS = (
    "comment",
    "related",
    "nav",
    "list",
    "sidebar",
    "byline",
    "date",
    "cookie",
    "newsletter",
    "article",
    "footer",
)
_LEXICON_GROUPS = ("byline", "comment", "date", "footer", "navigation", "not_article", "paywall", "promo", "related")

# JSON-LD and og: types by what they say of a page; compared in lower case without the namespace
_TYPES = {
    "article": re.compile(r"article$|blogposting|reportage|newsposting|liveblogposting|opinion|^review$|^recipe$|interview"),
    "listing": re.compile(r"collectionpage|itemlist|searchresults|^blog$|categorypage|archive"),
    "product": re.compile(r"^product|offer|^vehicle$|^book$|^hotel|apartment|^car$|productgroup"),
    "service": re.compile(r"service$|localbusiness|organization$|corporation|professionalservice|^event$|jobposting|course|aboutpage|contactpage"),
    "forum": re.compile(r"qapage|discussionforum|^question$|forum"),
    "documentation": re.compile(r"techarticle|howto|faqpage|apireference|softwaresourcecode|softwareapplication|definedterm"),
    "video": re.compile(r"video|movie|tvepisode|podcast|audio|music"),
}  # fmt: skip
# words of an address's path; evidence beside the rest, in the words that sites the world over use
_PATH_WORDS = {
    "listing": "category categories tag tags topic topics archive archives search author section kategorie rubrik categoria page list index",
    "product": "product products shop store item items buy catalog catalogue cart produkt produkte producto produit collections dp sku",
    "service": "services service solutions about contact pricing company careers jobs ueber-uns kontakt agb impressum team locations",
    "forum": "forum forums thread threads topic viewtopic showthread question questions community discussion discussions answers board t",
    "documentation": "docs doc documentation manual reference api guide guides wiki help support kb tutorial learn faq",
    "video": "video videos watch embed player podcast",
    "article": "news article articles story stories blog post posts artikel noticia noticias actualite nachrichten opinion politics sport",
}
_WORDS = {name: frozenset(words.split()) for name, words in _PATH_WORDS.items()}
_DATE_IN_PATH = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])?(?:[/-]|$)")
_LONG_NUMBER = re.compile(r"\d{5,}")
_SPLIT = re.compile(r"[^0-9a-z]+")


def block_features(columns: Columns, layout: Layout, chance: np.ndarray, is_kept: np.ndarray) -> Columns:
    """Features of the p pages that have blocks: from the n blocks' columns, chances and the model's decision."""
    page, pages = layout.page, len(layout.starts)
    count = columns["words"].astype(np.float64)
    kept = is_kept.astype(np.float64)

    def total(values: np.ndarray) -> np.ndarray:
        sums: np.ndarray = np.bincount(page, weights=values, minlength=pages)
        return sums

    def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
        shares: np.ndarray = part / np.maximum(whole, 1e-9)
        return shares

    size = (layout.ends - layout.starts).astype(np.float64)
    words, kept_words, kept_blocks = total(count), total(count * kept), total(kept)
    expected = total(chance * count)
    long_kept = kept * (count >= _LONG_WORDS)
    good = columns["good"].astype(np.float64)
    is_short = count < 8
    first = np.minimum.reduceat(np.where(is_kept, np.arange(len(page)), len(page)), layout.starts)
    first = np.minimum(first, layout.ends - 1)
    last = np.maximum.reduceat(np.where(is_kept, np.arange(len(page)), -1), layout.starts)
    last = np.maximum(last, layout.starts)
    span = np.maximum(last - first + 1, 1)
    found = {
        "page_words": np.log1p(words),
        "page_blocks": np.log1p(size),
        "kept_words": np.log1p(kept_words),
        "kept_blocks": np.log1p(kept_blocks),
        "expected_words": np.log1p(expected),
        "raw_confidence": share(2 * total(chance * count * kept), kept_words + expected),
        "kept_share": share(kept_words, words),
        "kept_chance": share(total(chance * count * kept), kept_words),
        "chance_max": np.maximum.reduceat(chance, layout.starts),
        "unsure_share": share(total(count * ((chance > _UNSURE) & (chance < _SURE))), words),
        "unsure_of_kept": share(total(count * ((chance > _UNSURE) & (chance < _SURE))), kept_words + 1),
        "sure_words": np.log1p(total(count * (chance >= _SURE))),
        "good_words": np.log1p(total(count * good)),
        "good_kept_share": share(total(count * good * kept), kept_words),
        "good_left_out": share(total(count * good * (1 - kept)), total(count * good)),
        "mean_kept_words": share(kept_words, kept_blocks),
        "longest_kept": np.log1p(np.maximum.reduceat(count * kept, layout.starts)),
        "long_kept": np.log1p(total(long_kept)),
        "long_kept_share": share(total(long_kept), kept_blocks),
        "long_words_share": share(total(long_kept * count), kept_words),
        "short_blocks_share": share(total(is_short), size),
        "kept_density": share(kept_blocks, span),
        "kept_start": share(first - layout.starts, size),
        "kept_end": share(layout.ends - 1 - last, size),
        "sentences": share(total(columns["sentence_ends"] * kept), kept_blocks),
        "end_share": share(total(columns["is_end"] * kept), kept_blocks),
        "question_share": share(total(columns["is_question"] * kept), kept_blocks),
        "comma_rate": share(total(columns["comma_count"] * kept), kept_words),
        "quote_rate": share(total(columns["quotes"] * kept), kept_words),
        "digit_words": share(total(columns["digit_words"] * kept), kept_words),
        "money": share(total(columns["money"]), words) * 100,
        "money_blocks": np.log1p(total(columns["money"] > 0)),
        "code_share": share(total(columns["code_share"] * count * kept), kept_words),
        "colon_rate": share(total(columns["colons"] * kept), kept_blocks),
        "title_case": share(total(columns["title_share"] * count * kept), kept_words),
        "stop_share": share(total(columns["stop_count"] * kept), kept_words),
        "copies": share(total(columns["copies"] > 1), size),
        "months": np.log1p(total(columns["months"])),
        "dates_near_start": np.log1p(
            total((columns["months"] > 0) * (np.abs(np.arange(len(page)) - first[page]) <= 12))
        ),
        "cohesion_kept": share(total(columns["cohesion"] * count * kept), kept_words),
    }
    for group in _LEXICON_GROUPS:
        found[f"lexicon_{group}"] = np.log1p(total(columns[f"lexicon_{group}"]))
    if "link_share" in columns:
        found |= _element_features(columns, layout, first, total, share, kept, count)
    return {name: np.asarray(values, dtype=np.float32) for name, values in found.items()}


def _element_features(
    columns: Columns,
    layout: Layout,
    first: np.ndarray,
    total: Callable[[np.ndarray], np.ndarray],
    share: Callable[[np.ndarray, np.ndarray], np.ndarray],
    kept: np.ndarray,
    count: np.ndarray,
) -> Columns:
    """The part of `block_features` that needs elements."""
    link, kept_words = columns["link_share"], total(count * kept)
    heading = np.asarray(columns["tag_h2"] + columns["tag_h3"] + columns["tag_h4"], dtype=np.float64)
    around_h = np.asarray((columns["around_h2"] + columns["around_h3"]) > 0, dtype=np.float64)
    size = (layout.ends - layout.starts).astype(np.float64)
    words = total(count)
    found = {
        "kept_links": share(total(link * count * kept), kept_words),
        "page_links": share(total(link * count), words),
        "link_count": np.log1p(total(columns["links"])),
        "kept_link_count": share(total(columns["links"] * kept), kept_words) * 100,
        "linked_headings": np.log1p(total(np.maximum(heading, around_h) * (link > 0.7))),
        "headings": np.log1p(total(heading)),
        "kept_headings": share(total(heading * kept), total(kept)),
        "h1_count": total(columns["tag_h1"]),
        "h1_before": np.where(columns["h1_behind"][first] < 0, -1, columns["h1_behind"][first]),
        "kept_in_li": share(total(columns["around_li"] * count * kept), kept_words),
        "kept_in_table": share(total(columns["around_table"] * count * kept), kept_words),
        "kept_in_p": share(total(columns["tag_p"] * count * kept), kept_words),
        "kept_in_form": share(total(columns["around_form"] * count * kept), kept_words),
        "kept_in_article": share(total((columns["around_article"] > 0) * count * kept), kept_words),
        "articles": np.maximum.reduceat(columns["article_number"], layout.starts),
        "forms": share(total(columns["around_form"]), size),
        "tables": share(total(columns["around_table"]), size),
        "figures": np.log1p(total(columns["around_figure"])),
        "pre": share(total(columns["tag_pre"] * count), words),
        "hidden_kept": share(total((columns["class_HIDDEN"] > 0) * count * kept), kept_words),
        "body_marked": np.maximum.reduceat(columns["class_ARTICLE_BODY"], layout.starts),
        "largest_group": np.log1p(np.maximum.reduceat(columns["alike_blocks"], layout.starts)),
        "kept_depth": share(total(columns["depth"] * count * kept), kept_words),
        "story_share": np.maximum.reduceat(columns["story_good_share"], layout.starts),
        "in_title": np.maximum.reduceat(columns["in_title"] * (count >= 3), layout.starts),
        "of_title": np.maximum.reduceat(columns["of_title"], layout.starts),
        "in_summary": np.maximum.reduceat(columns["in_summary"] * (count >= 5), layout.starts),
        "in_body": share(total(np.maximum(columns["in_body"], 0) * count * kept), kept_words),
    }
    for group in _CLASS_GROUPS:
        inside = (columns[f"class_{group}"] > 0) * count
        found[f"class_{group}"] = share(total(inside), words)
        found[f"class_{group}_kept"] = share(total(inside * kept), kept_words)
    return found


def declared_features(signals: Sequence[Signals | None], urls: Sequence[str | None]) -> Columns:
    """Features of pages from what they declare and from their addresses; 0 or -1 where nothing is said."""
    rows = [
        _said(own) | _address(url or (own.canonical() if own else None)) for own, url in zip(signals, urls, strict=True)
    ]
    names = list(rows[0]) if rows else []
    return {name: np.array([row[name] for row in rows], dtype=np.float32) for name in names}


def _said(signals: Signals | None) -> dict[str, float]:
    own = signals or Signals()
    types = [_bare(name) for node in own.nodes for name in _listed(node.get("@type"))]
    og = [_bare(value) for value in own.metas.get("og:type", ())]
    found = {f"type_{name}": float(sum(bool(form.search(kind)) for kind in types)) for name, form in _TYPES.items()}
    found |= {f"og_{name}": float(any(form.search(kind) for kind in og)) for name, form in _TYPES.items()}
    metas = own.metas
    found |= {
        "og_website": float("website" in og),
        "og_any": float(bool(og)),
        "nodes": float(min(len(types), 30)),
        "has_published": float(
            any(name in metas for name in ("article:published_time", "datepublished", "date", "dc.date", "pubdate", "publishdate"))
            or any(node.get("datePublished") for node in own.nodes)
            or any(item == "datePublished" for item, _ in own.items)
        ),
        "inline_dates": float(bool(own.inline_dates)),
        "has_author": float(
            "author" in metas or "article:author" in metas or any(node.get("author") for node in own.nodes) or bool(own.bylines)
        ),
        "bylines": float(min(len(own.bylines), 10)),
        "author_links": float(min(len(own.author_links), 10)),
        "times": float(min(len(own.times), 30)),
        "section": float("article:section" in metas or "article:tag" in metas),
        "news_keywords": float("news_keywords" in metas),
        "price": float(any(name.startswith(("product:", "og:price")) for name in metas)),
        "article_bodies": float(min(sum(map(len, own.article_bodies)) / 1000, 50)),
        "summary_words": float(min(len(next(iter(own.summaries()), "").split()), 80)),
        "title_words": float(min(len((own.title or "").split()), 40)),
    }  # fmt: skip
    return found


def _bare(kind: object) -> str:
    return str(kind).rpartition("/")[2].rpartition(":")[2].strip().lower()


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []


def _address(url: str | None) -> dict[str, float]:
    try:
        parts = urlsplit(url or "")
        path, query = unquote(parts.path).lower(), parts.query
    except ValueError:
        path, query = "", ""
    segments = [part for part in path.split("/") if part]
    last = segments[-1] if segments else ""
    words = set(_SPLIT.split(path))
    found = {f"path_{name}": float(not known.isdisjoint(words)) for name, known in _WORDS.items()}
    return found | {
        "has_url": float(bool(url)),
        "path_depth": float(min(len(segments), 10)),
        "is_root": float(bool(url) and not segments),
        "last_words": float(min(len([word for word in _SPLIT.split(last) if word]), 20)),
        "last_chars": float(min(len(last), 120)),
        "path_date": float(bool(_DATE_IN_PATH.search(path))),
        "long_number": float(bool(_LONG_NUMBER.search(path + query))),
        "has_query": float(bool(query)),
        "slash_end": float(path.endswith("/")),
    }
