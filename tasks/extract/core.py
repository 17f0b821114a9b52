"""Documents and lines in, candidate rows out: the pure core of extract."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema
from tasks.extract.body import Body, is_agency_copy, read_body
from tasks.extract.confidence import field_confidences
from tasks.extract.damage.evidence import Story
from tasks.extract.damage.page_story import damage_columns, named_repairs, story_of
from tasks.extract.doubts import find_doubts, replaced_letters, title_found_share
from tasks.extract.dropped_lines import writers_lines
from tasks.extract.fields.address import clean_url, find_canonical, host
from tasks.extract.fields.authors import find_authors, find_byline
from tasks.extract.fields.companions import find_access, find_summary
from tasks.extract.fields.image import find_image
from tasks.extract.fields.language import find_language
from tasks.extract.fields.published import Times, find_times
from tasks.extract.fields.published_printed import DATED_LINE_BYTES, MAY_HAVE_DATE
from tasks.extract.fields.publisher import find_publisher, site_names
from tasks.extract.fields.section import find_section
from tasks.extract.fields.title import find_declared_title, find_title
from tasks.extract.fields.topics import find_topics
from tasks.extract.page import SITE_RULE, FieldValue, LabelledLine, Page
from tasks.extract.quotes.find import find_quotes
from tasks.extract.similarity import DENSE, Hashes, fold, minhash, shingles_of, text_digest
from tasks.steps import digest, rules_version
from tasks.text import mojibake
from tasks.text.characters import visible
from tasks.text.publisher_names import is_short_form

# lines at the top of a text page, among which the site's name is; an HTML page declares it. Of dropped lines only
# these, the footer, those with a date and those that may name the writer are read
_TOP_LINES = 45
_LANGUAGE_LINES = 50  # from which the language is detected if the page has no text


def extract_documents(
    documents: pa.Table, lines: pa.Table, *, guess_dates: bool = False, version: str | None = None
) -> pa.Table:
    """One candidate row (`schema.CANDIDATES`) for each document; a page without a story has an empty text.

    Args:
        documents: Rows of `schema.DOCUMENTS`.
        lines: Their lines, rows of `schema.LINES`.
        guess_dates: If a page gives no date of publication, take one from its text and flag it as a guess.
        version: The version of the rules; that of the code alone if it is not given.
    """
    version = version or rules_version()
    pages = [extract_page(page, guess_dates=guess_dates) for page in read_pages(documents, lines)]
    signatures, damages = minhash([page.shingles for page in pages]), damage_columns([page.story for page in pages])
    for page, signature, (flags, evidence, repairs) in zip(pages, signatures, damages, strict=True):
        page.row.update(rules_version=version, signature=signature, flag_evidence=evidence)
        page.row["flags"] += flags
        page.row["repairs"] += repairs
    return pa.Table.from_pylist([page.row for page in pages], schema=schema.CANDIDATES)


def read_pages(documents: pa.Table, lines: pa.Table) -> Iterator[Page]:
    """Each document with those of its lines from which fields are read."""
    # a line that the user dropped is not read for fields either
    dropped_by_user = pc.and_(pc.equal(lines.column("reason"), "site_rule"), pc.equal(lines.column("action"), "drop"))
    lines = lines.filter(pc.invert(dropped_by_user))
    lines_of, dated_lines_of = _by_document(lines.filter(_is_read(lines))), _dated_by_document(lines)
    naming_lines_of = _by_document(lines.filter(writers_lines(lines)))
    for document in documents.to_pylist():
        doc_id = document["doc_id"]
        page = Page.read(document, lines_of.get(doc_id, []), dated_lines_of.get(doc_id, []))
        page.dropped_names = naming_lines_of.get(doc_id, [])
        yield page


def _is_read(lines: pa.Table) -> pa.ChunkedArray:
    """Which lines fields are read from: kept and moved ones, the top of a text page and the footer."""
    is_top = pc.and_(pc.less_equal(lines.column("line_no"), _TOP_LINES), pc.is_null(lines.column("tag")))
    is_kept = pc.not_equal(lines.column("action"), "drop")
    is_footer = pc.equal(lines.column("label"), "footer")
    return pc.or_(pc.or_(is_kept, is_top), is_footer)


def _dated_by_document(lines: pa.Table) -> dict[str, list[LabelledLine]]:
    """The dropped lines that may have a date, by doc_id: some are the article's own."""
    is_short = pc.less_equal(pc.binary_length(lines.column("text")), DATED_LINE_BYTES)
    dropped = lines.filter(pc.and_(is_short, pc.equal(lines.column("action"), "drop")))
    return _by_document(dropped.filter(pc.match_substring_regex(dropped.column("text"), MAY_HAVE_DATE)))


# like `LabelledLine._make`, without a call in Python for each of the lines
_make_line = partial(tuple.__new__, LabelledLine)


def _by_document(lines: pa.Table) -> dict[str, list[LabelledLine]]:
    """The lines by doc_id, in their order."""
    # by way of numpy, which makes Python values several times as fast as Arrow does; no number of a line is null
    doc_ids, *columns = (lines.column(name).to_numpy().tolist() for name in ("doc_id", *LabelledLine._fields))
    made = list(map(_make_line, zip(*columns, strict=True)))
    # the lines of a document are in one piece
    starts = [0, *(at for at in range(1, len(doc_ids)) if doc_ids[at] != doc_ids[at - 1]), len(doc_ids)]
    by_document: dict[str, list[LabelledLine]] = {}
    for start, end in pairwise(starts):
        if end > start:
            by_document.setdefault(doc_ids[start], []).extend(made[start:end])
    return by_document


_TEXT_FIELDS = "publisher publisher_short title summary authors author section topics image_credits wire_credit".split()


@dataclass(frozen=True)
class _Fields:
    """The fields of a page, each with its origin."""

    canonical: FieldValue[str] | None
    publisher: FieldValue[str] | None
    publisher_short: str | None
    title: FieldValue[str] | None
    title_declared: str | None
    summary: FieldValue[str] | None
    authors: FieldValue[list[str]]
    times: Times
    language: FieldValue[str] | None
    language_confidence: float
    section: FieldValue[str] | None
    topics: FieldValue[list[str]]
    image: FieldValue[str] | None


def _read_fields(page: Page, body: Body, *, guess_dates: bool) -> _Fields:
    publisher, short = find_publisher(page)
    if publisher is None and page.given.get("publisher"):
        publisher = FieldValue(page.given["publisher"], "list of publishers")
    if page.ruled.get("publisher"):
        publisher = FieldValue(page.ruled["publisher"], SITE_RULE)
        short = short if short and is_short_form(short, publisher.value) else None
    declared = site_names(page)
    names = list(dict.fromkeys([*declared, *filter(None, (publisher.value if publisher else "", short))]))
    title = find_title(page, names)
    if ruled := page.ruled.get("title"):
        title = FieldValue(ruled[0], SITE_RULE)
    sample = body.text or " ".join(line.text for line in page.lines[:_LANGUAGE_LINES])
    language, language_confidence = find_language(sample, page.declared_language(), page.ruled.get("language"))
    return _Fields(
        canonical=find_canonical(page),
        publisher=publisher,
        publisher_short=short,
        title=title,
        title_declared=find_declared_title(page, names, title),
        summary=find_summary(page, _value(title)),
        # only what the site is said to be: a copyright line may name the writer of a site of one person
        authors=find_authors(page, [*declared, _publisher_by_user(page) or ""] if page.is_html else names),
        times=find_times(page, is_guessing=guess_dates),
        language=language,
        language_confidence=language_confidence,
        section=find_section(page),
        topics=find_topics(page),
        image=find_image(page),
    )


def _publisher_by_user(page: Page) -> str | None:
    name = page.ruled.get("publisher") or page.given.get("publisher")
    return str(name) if name else None


class _Extracted(NamedTuple):
    """A page's candidate row without its signature and the flags for damage, and what these are computed from."""

    row: dict[str, Any]
    shingles: Hashes
    story: Story


def extract_page(page: Page, *, guess_dates: bool = False) -> _Extracted:
    """The candidate row of a page, all but what is computed for all pages of a batch together."""
    document = page.document
    body = read_body(page)
    fields = _read_fields(page, body, guess_dates=guess_dates)
    folded = fold(body.text)
    words = _word_count(body, is_dense=folded.is_dense)
    quotes = find_quotes(body.paragraphs, _value(fields.language))
    title = _value(fields.title)
    url, canonical = document["url"], _value(fields.canonical)
    # a correction makes another text, though it is in a column of its own
    content_digest = text_digest(folded, *map(fold, body.corrections))
    row = {
        "article_id": _article_id(url, canonical, content_digest),
        "source_uri": document["source_uri"],
        "url": url,
        "domain": host(url or canonical),
        "fetched_at": document["fetched_at"],
        **_field_columns(fields),
        "author": find_byline(page, fields.authors.value),
        "tags": page.given.get("tags") or [],
        **_body_columns(body),
        "word_count": words,
        "is_free_access": find_access(page),
        "quotes": [{"text": quote.text, "speaker": quote.speaker} for quote in quotes],
        "kind": document["kind"],
        "story_probability": document["story_probability"],
        "confidence": _confidence(document, fields.title, fields.times, body),
        "text_digest": content_digest,
        "version": 1,
        "last_seen_at": document["fetched_at"],
        "doc_id": document["doc_id"],
        "page_digest": document["page_digest"],
        "run_id": "",  # load sets the run that publishes
        "rules_version": "",  # `extract_documents` sets it
        "text_char_count": len(body.text),
        "title_char_count": len(title or ""),
        "author_count": len(fields.authors.value),
        "quote_count": len(quotes),
        "mean_paragraph_words": words / max(len(body.paragraphs), 1),
        "title_found_share": title_found_share(title or "", body.text),
        "mojibake_count": mojibake.count_signs(body.text + (title or "")) + replaced_letters(body.text, words),
    }
    row |= {name: _visible(row[name]) for name in _TEXT_FIELDS}
    row |= field_confidences(page, row)
    row["repairs"] = named_repairs(page)
    row["flags"] = [*fields.times.flags, *find_doubts(page, row, body.paragraphs)]
    return _Extracted(row, shingles_of(folded), story_of(page, row, body))


def _visible(value: Any) -> Any:
    """A text or a list of texts without invisible characters, which escapes in JSON-LD and meta tags may bring back."""
    if isinstance(value, str):
        return visible(value) or None
    return [text for item in value if (text := visible(item))] if isinstance(value, list) else value


def _value(field: FieldValue[str] | None) -> str | None:
    return field.value if field else None


def _origin(field: FieldValue[Any] | None) -> str | None:
    return field.origin if field else None


def _field_columns(fields: _Fields) -> dict[str, Any]:
    """The values of the fields and their origins."""
    return {
        "canonical_url": _value(fields.canonical),
        "publisher": _value(fields.publisher),
        "publisher_from": _origin(fields.publisher),
        "publisher_short": fields.publisher_short,
        "title": _value(fields.title),
        "title_declared": fields.title_declared,
        "title_from": _origin(fields.title),
        "summary": _value(fields.summary),
        "summary_from": _origin(fields.summary),
        "authors": fields.authors.value,
        "authors_from": fields.authors.origin,
        **_time_columns(fields.times),
        "language": _value(fields.language),
        "language_from": _origin(fields.language),
        "language_confidence": fields.language_confidence,
        "section": _value(fields.section),
        "section_from": _origin(fields.section),
        "topics": fields.topics.value,
        "topics_from": fields.topics.origin,
        "image_url": _value(fields.image),
        "image_from": _origin(fields.image),
    }


def _time_columns(times: Times) -> dict[str, Any]:
    published, modified = times.published, times.modified
    return {
        "published_date": times.published_day,
        "published_at": published.instant if published else None,
        "published_utc_offset_minutes": published.offset_minutes if published and published.instant else None,
        "published_from": times.published_from,
        "modified_at": modified.instant if modified else None,
        "modified_from": times.modified_from,
    }


def _body_columns(body: Body) -> dict[str, Any]:
    return {
        "text": body.text,
        "paragraph_count": len(body.paragraphs),
        "captions": body.captions,
        "image_credits": body.image_credits,
        "wire_credit": body.wire_credit,
        "is_agency_copy": is_agency_copy(body),
        "corrections": body.corrections,
        "dateline_place": body.dateline_place,
    }


def _article_id(url: str | None, canonical: str | None, content_digest: str) -> str:
    """A digest of the address, so that it survives edits of the text; of the text if there is no address."""
    address = clean_url(url) if url else canonical
    if address and urlsplit(address).path.strip("/"):
        parts = urlsplit(address)
        return digest("address", host(address) or "", parts.path.rstrip("/"), parts.query)
    return digest("text", content_digest)


def _word_count(body: Body, *, is_dense: bool) -> int:
    """Words separated by spaces; in scripts without spaces every 1.7 letters count as a word."""
    dense_letters = len(DENSE.findall(body.text)) if is_dense else 0
    return len(body.words) + int(dense_letters / 1.7)


_SURE_STORY = 0.95  # from this probability on a page is a story, and its confidence is that of its fields and lines


def _confidence(document: dict[str, Any], title: FieldValue[str] | None, times: Times, body: Body) -> float:
    """Probability of a story times the probability that its text is right, lowered for missing or doubtful fields."""
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
