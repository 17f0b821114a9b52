"""Documents and lines in, candidate rows out: the pure core of extract."""

from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema
from tasks.extract.body import Body, is_agency_copy, read_body
from tasks.extract.doubts import find_doubts, replaced_letters
from tasks.extract.fields.address import canonical, clean_url, host
from tasks.extract.fields.authors import find_authors, find_signature
from tasks.extract.fields.companions import find_access, find_image, find_summary
from tasks.extract.fields.language import find_language
from tasks.extract.fields.published import Times, find_times
from tasks.extract.fields.publisher import find_publisher, site_names
from tasks.extract.fields.title import find_title
from tasks.extract.fields.topics import find_section, find_topics
from tasks.extract.page import Found, Line, Page
from tasks.extract.quotes.find import find_quotes
from tasks.extract.similarity import DENSE, fold, shingles_of, signatures, text_digest
from tasks.steps import digest, rules_version
from tasks.text.dates import PrintedDate


def extract_documents(documents: pa.Table, lines: pa.Table, *, guess_dates: bool = False) -> pa.Table:
    """One candidate row (`schema.CANDIDATES`) for each document; a page without a story has an empty text.

    `guess_dates`: where a page gives no date of publication, take one from its text and mark it as a guess.
    """
    by_doc = _lines_by_document(lines)
    pages = (Page.read(document, by_doc.get(document["doc_id"], [])) for document in documents.to_pylist())
    rows = [extract_page(page, guess_dates=guess_dates) for page in pages]
    for row, signature in zip(rows, signatures([row.pop("shingles") for row in rows]), strict=True):
        row["signature"] = signature
    return pa.Table.from_pylist(rows, schema=schema.CANDIDATES)


_TOP_LINES = (
    45  # of a text page; among them stands the site's name. HTML declares it; of what was left out, the footer counts
)


def _lines_by_document(lines: pa.Table) -> dict[str, list[Line]]:
    """The lines that fields are read from, by document: kept and moved ones, the top of the page and its footer."""
    is_top = pc.and_(pc.less_equal(lines.column("line_no"), _TOP_LINES), pc.is_null(lines.column("tag")))
    use = pc.or_(
        pc.or_(pc.not_equal(lines.column("action"), "drop"), is_top), pc.equal(lines.column("label"), "footer")
    )
    lines = lines.filter(use)
    names = ("doc_id", "line_no", "text", "label", "action", "reason", "blank_before", "tag")
    doc_ids, *rest = (lines.column(name).to_pylist() for name in names)
    grouped: dict[str, list[Line]] = {}
    for doc_id, line in zip(doc_ids, map(Line, *rest), strict=True):
        grouped.setdefault(doc_id, []).append(line)
    return grouped


def extract_page(page: Page, *, guess_dates: bool = False) -> dict[str, Any]:
    """One candidate row: every field with its origin, or null; without its signature, but with the shingles for it."""
    document = page.document
    publisher, short = find_publisher(page)
    if publisher is None and page.given.get("publisher"):
        publisher = Found(page.given["publisher"], "list of publishers")
    names = site_names(page, publisher, short)
    title = find_title(page, names)
    authors = find_authors(page, names)
    signature = find_signature(page, authors.value)
    times = find_times(page, is_guessing=guess_dates)
    body = read_body(page)
    language, language_confidence = find_language(
        body.text or " ".join(line.text for line in page.lines[:50]), page.declared_language()
    )
    summary = find_summary(page, title.value if title else None)
    section, topics, image, own = find_section(page), find_topics(page), find_image(page), canonical(page)
    quotes = [
        {"text": quote.text, "speaker": quote.speaker}
        for quote in find_quotes(body.paragraphs, language.value if language else None)
    ]
    shown = body.text + (title.value if title else "")
    folded = fold(body.text)
    words = _word_count(body.text, is_dense=folded.is_dense)
    url = document["url"]
    # a note that the paper was wrong makes another text, though it stands in a column of its own
    fingerprint = text_digest(folded, *map(fold, body.corrections))
    row = {
        "article_id": _article_id(url, own.value if own else None, fingerprint),
        "source_uri": document["source_uri"], "url": url, "canonical_url": own.value if own else None,
        "domain": host(url or (own.value if own else None)),
        "publisher": publisher.value if publisher else None, "publisher_short": short,
        "title": title.value if title else None, "summary": summary.value if summary else None, "authors": authors.value, "author": signature,
        **_time_columns(times), "fetched_at": document["fetched_at"],
        "language": language.value if language else None, "language_confidence": language_confidence,
        "section": section.value if section else None, "topics": topics.value, "tags": page.given.get("tags") or [],
        "text": body.text, "word_count": words, "paragraph_count": len(body.paragraphs),
        "captions": body.captions, "image_credits": body.image_credits, "image_url": image.value if image else None,
        "wire_credit": body.wire_credit, "is_agency_copy": is_agency_copy(body), "is_free_access": find_access(page),
        "corrections": body.corrections, "dateline_place": body.dateline_place, "quotes": quotes,
        "kind": document["kind"], "story_probability": document["story_probability"],
        "confidence": _confidence(document, title, times, body),
        "title_from": _origin(title), "authors_from": authors.origin, "published_from": times.published_from,
        "modified_from": times.modified_from, "publisher_from": _origin(publisher), "language_from": _origin(language),
        "section_from": _origin(section), "topics_from": topics.origin, "image_from": _origin(image), "summary_from": _origin(summary),
        "text_digest": fingerprint, "version": 1, "last_seen_at": document["fetched_at"], "doc_id": document["doc_id"], "page_digest": document["page_digest"],
        "run_id": "", "rules_version": rules_version(),  # load names the run that publishes
        "text_char_count": len(body.text), "title_char_count": len(title.value) if title else 0, "author_count": len(authors.value),
        "quote_count": len(quotes), "mean_paragraph_words": words / max(len(body.paragraphs), 1),
        "shingles": shingles_of(folded),
        "mojibake_count": _damage(shown) + replaced_letters(body.text, words),
    }  # fmt: skip
    row["flags"] = [*times.flags, *find_doubts(page, row, body.paragraphs)]
    return row


def _origin(found: Found | None) -> str | None:
    return found.origin if found else None


def _article_id(url: str | None, own: str | None, fingerprint: str) -> str:
    """Named by its address, so that it stays the same when the text is edited; by its text where it has none."""
    address = clean_url(url) if url else own
    if address and urlsplit(address).path.strip("/"):
        parts = urlsplit(address)
        return digest("address", host(address) or "", parts.path.rstrip("/"), parts.query)
    return digest("text", fingerprint)


def _time_columns(times: Times) -> dict[str, Any]:
    published, modified = times.published, times.modified
    return {
        "published_date": published.day if published else None,
        "published_at": published.instant if published else None,
        "published_utc_offset_minutes": published.offset_minutes if published and published.instant else None,
        "modified_at": _instant(modified),
    }


def _instant(printed: PrintedDate | None) -> Any:
    return printed.instant if printed else None


def _word_count(text: str, *, is_dense: bool) -> int:
    """Words by spaces; letters of scripts written without them count as a word for every 1.7."""
    dense = len(DENSE.findall(text)) if is_dense else 0
    return len(text.split()) + int(dense / 1.7)


_DAMAGE = ("\ufffd", "â€", "Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "Ã±", "Ã³", "Ã¡", "Â ", "ï»¿", "Ð°", "Ð¾")
_DAMAGE_LEADS = sorted({sign[0] for sign in _DAMAGE})


def _damage(text: str) -> int:
    has_lead = not text.isascii() and any(lead in text for lead in _DAMAGE_LEADS)  # a text has none, but for damage
    return sum(text.count(sign) for sign in _DAMAGE) if has_lead else 0


_SURE_STORY = 0.95  # from this probability on a page is a story, and its confidence is that of its fields and lines


def _confidence(document: dict[str, Any], title: Found | None, times: Times, body: Body) -> float:
    """How likely the page holds a story, times how likely its text is right; lowered for what is missing or doubtful."""
    value = float(document["body_confidence"]) * min(1.0, float(document["story_probability"]) / _SURE_STORY)
    if title is None:
        value *= 0.7
    if not body.paragraphs:
        return 0.0
    if document["kind"] == "stub":
        value *= 0.6
    if times.flags:
        value *= 0.9
    return round(min(max(value, 0.0), 1.0), 4)
