"""Every table's columns, declared once: Arrow fields with a sentence each that travels inside the Parquet file.

The code that writes a table, the suites that check it, the README's table and the tests all read from here.
"""

from typing import Any

import pyarrow as pa

SCHEMA_VERSION = "1"  # raised when a column changes its meaning or type; adding one does not raise it

_TIME = pa.timestamp("us", tz="UTC")
_STRINGS = pa.list_(pa.string())
_QUOTES = pa.list_(pa.struct([pa.field("text", pa.string()), pa.field("speaker", pa.string())]))


def _field(name: str, kind: pa.DataType, sentence: str, *, required: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=not required, metadata={"description": sentence})


def _table(name: str, sentence: str, *fields: pa.Field) -> pa.Schema:
    return pa.schema(
        fields, metadata={"table": name, "description": sentence, "copydesk_schema_version": SCHEMA_VERSION}
    )


def sentence(field: pa.Field) -> str:
    """The sentence that explains a column."""
    return str((field.metadata or {}).get(b"description", b"").decode())


_DOC_ID = _field("doc_id", pa.string(), "Names one page as it was received: its place and its bytes.", required=True)
_SOURCE_URI = _field(
    "source_uri",
    pa.string(),
    "Path or address of the page as the user gave it, `#record` within an archive.",
    required=True,
)
_URL = _field("url", pa.string(), "Web address the page was fetched from, where it is known.")
_PAGE_DIGEST = _field(
    "page_digest", pa.string(), "SHA-256 of the page's bytes; under it the raw page lies in `pages/`.", required=True
)
_FETCHED_AT = _field("fetched_at", _TIME, "When the page was fetched; for a file that does not say so, its mtime.")
_RUN_ID = _field("run_id", pa.string(), "The run that wrote this row.", required=True)
_RULES_VERSION = _field(
    "rules_version", pa.string(), "Version of the code, the model and the rules that made this row.", required=True
)

_GIVEN = _field(
    "given", pa.string(), "What the user's list of publishers says of the page: publisher, language, tags, as JSON."
)

_STORY_PROBABILITY = _field(
    "story_probability", pa.float32(), "How likely the page holds a story, 0 to 1.", required=True
)

PAGES = _table(
    "pages",
    "One row a page as it came.",
    _DOC_ID,
    _SOURCE_URI,
    _URL,
    _field("media_type", pa.string(), "`text/plain` or `text/html`.", required=True),
    _field("declared_encoding", pa.string(), "Encoding that the transport declared, not the page itself."),
    _FETCHED_AT,
    _PAGE_DIGEST,
    _field("byte_count", pa.int64(), "Size of the page in bytes.", required=True),
    _field("source_mtime_ns", pa.int64(), "Modification time of the file in nanoseconds since 1970."),
    _field("problem", pa.string(), "Code of the ingest rule that the page breaks, else null."),
    _field("problem_detail", pa.string(), "What exactly was found, for a person to read."),
    _field("raw", pa.large_binary(), "The page's bytes; null where the page was not read."),
    _field(
        "same_as",
        pa.string(),
        "doc_id of an earlier page with the same bytes and address, whose fate it shares; its bytes are left out.",
    ),
    _GIVEN,
)

DOCUMENTS = _table(
    "documents",
    "One row a cleaned page: what was found out about it as a whole.",
    _DOC_ID,
    _SOURCE_URI,
    _URL,
    _field("media_type", pa.string(), "`text/plain` or `text/html`.", required=True),
    _FETCHED_AT,
    _PAGE_DIGEST,
    _field("byte_count", pa.int64(), "Size of the page in bytes.", required=True),
    _field("encoding", pa.string(), "Character encoding the page was read in.", required=True),
    _field("encoding_from", pa.string(), "How the encoding was found.", required=True),
    _field("repairs", _STRINGS, "Repairs of the text, each by its name.", required=True),
    _field("damaged_char_count", pa.int64(), "Characters that could not be decoded.", required=True),
    _field("line_count", pa.int32(), "Lines of the page that are not blank.", required=True),
    _field("kept_line_count", pa.int32(), "Lines kept as text.", required=True),
    _field("kept_word_count", pa.int32(), "Words kept as text.", required=True),
    _field("long_line_count", pa.int32(), "Kept lines of twelve words and more.", required=True),
    _field("suspect_line_count", pa.int32(), "Kept lines that use words of boilerplate.", required=True),
    _field(
        "link_share",
        pa.float32(),
        "Share of the kept words that are links and stand in no long sentence.",
        required=True,
    ),
    _field(
        "kind",
        pa.string(),
        "What the page is: article, live or stub; the other kind where that is certain.",
        required=True,
    ),
    _field("kind_reason", pa.string(), "Why it is taken for that."),
    _STORY_PROBABILITY,
    _field(
        "other_kind",
        pa.string(),
        "What the page is if it does not hold a story: listing, product, forum, documentation, service, video, login, "
        "cookie_wall, error_page, empty_shell.",
    ),
    _field("language", pa.string(), "Language of the page's longest lines, found cheaply; null where that is open."),
    _field(
        "body_confidence", pa.float32(), "How likely the kept lines are the story and no more, 0 to 1.", required=True
    ),
    _field("signals", pa.string(), "What the page declares of itself (JSON-LD, meta tags ...), as JSON."),
    _GIVEN,
    _field("problem", pa.string(), "Code of the clean rule that the page breaks, else null."),
    _field("problem_detail", pa.string(), "What exactly was found, for a person to read."),
)

LINES = _table(
    "lines",
    "One row a line of a page: what it is, what was done with it, and why.",
    _DOC_ID,
    _field("line_no", pa.int32(), "Position among the page's lines that are not blank, from 1.", required=True),
    _field("blank_before", pa.int16(), "Blank lines before it (text pages).", required=True),
    _field("tag", pa.string(), "HTML element that holds it; null on text pages."),
    _field("text", pa.string(), "The line after repair.", required=True),
    _field("label", pa.string(), "What it is: one of 16 labels.", required=True),
    _field("action", pa.string(), "keep, field or drop.", required=True),
    _field("reason", pa.string(), "Why: one of a closed list.", required=True),
    _field("detail", pa.string(), "The evidence: the words found, the pages counted."),
    _field("confidence", pa.float32(), "How sure the decision is, 0 to 1.", required=True),
    _field("doubt", pa.string(), "The other label it might be, where that is open."),
)

_ARTICLE_FIELDS = (
    _field("article_id", pa.string(), "Names the story at its address; stays the same over its versions.", required=True),
    _SOURCE_URI, _URL,
    _field("canonical_url", pa.string(), "Address the page declares as its own, absolute, without tracking parameters."),
    _field("domain", pa.string(), "Host of the address, without `www.`."),
    _field("publisher", pa.string(), "Publisher's full name."),
    _field("publisher_short", pa.string(), "Publisher's short name, where the page gives one."),
    _field("title", pa.string(), "Headline, without site name or image prefix."),
    _field("summary", pa.string(), "Standfirst or declared description."),
    _field("authors", _STRINGS, "People who wrote it; empty where none is named.", required=True),
    _field("author", pa.string(), "The byline as one string: the authors, or the agency or newsroom that signed."),
    _field("published_date", pa.date32(), "Day of publication as the page prints it."),
    _field("published_at", _TIME, "Instant of publication; null where only the day is known."),
    _field("published_utc_offset_minutes", pa.int16(), "Offset from UTC that the page printed with the time."),
    _field("modified_at", _TIME, "Instant of the last change that the page declares."),
    _FETCHED_AT,
    _field("language", pa.string(), "Language of the text, ISO 639-1."),
    _field("language_confidence", pa.float32(), "How sure the language is, 0 to 1."),
    _field("section", pa.string(), "Section of the publication it stands in."),
    _field("topics", _STRINGS, "Keywords the page gives it.", required=True),
    _field("tags", _STRINGS, "Tags that the user's list of publishers gives the publisher."),
    _field("text", pa.string(), "The story: paragraphs parted by a blank line.", required=True),
    _field("word_count", pa.int32(), "Words of the text.", required=True),
    _field("paragraph_count", pa.int32(), "Paragraphs of the text, subheads included.", required=True),
    _field("captions", _STRINGS, "Captions of its images.", required=True),
    _field("image_credits", _STRINGS, "Who made its images.", required=True),
    _field("image_url", pa.string(), "Address of the lead image."),
    _field("wire_credit", pa.string(), "Agencies the text comes from, as the page says it."),
    _field("is_agency_copy", pa.bool_(), "Whether the page credits an agency for its text.", required=True),
    _field("is_free_access", pa.bool_(), "Whether the page declares the article free to read; null where it does not say."),
    _field("corrections", _STRINGS, "Notes on corrections and updates.", required=True),
    _field("dateline_place", pa.string(), "Place the dateline names."),
    _field("quotes", _QUOTES, "Direct quotes in order, each with its speaker or null.", required=True),
    _field("kind", pa.string(), "article, live or stub.", required=True),
    _STORY_PROBABILITY,
    _field("confidence", pa.float32(), "How likely text and fields are right, 0 to 1.", required=True),
    _field("flags", _STRINGS, "Doubts worth a look, by code.", required=True),
    _field("title_from", pa.string(), "Origin of the title."),
    _field("authors_from", pa.string(), "Origin of the authors, or why there are none."),
    _field("published_from", pa.string(), "Origin of the publication time."),
    _field("modified_from", pa.string(), "Origin of the modification time."),
    _field("publisher_from", pa.string(), "Origin of the publisher's name."),
    _field("language_from", pa.string(), "Origin of the language."),
    _field("section_from", pa.string(), "Origin of the section."),
    _field("topics_from", pa.string(), "Origin of the topics."),
    _field("image_from", pa.string(), "Origin of the lead image."),
    _field("summary_from", pa.string(), "Origin of the summary."),
    _field("text_digest", pa.string(), "Digest of the text and its corrections without case, marks and spaces: equal for the same story.",
           required=True),
    _field("story_id", pa.string(), "Names the story that near-duplicates share."),
    _field("near_duplicate_of", pa.string(), "article_id of the article it nearly equals."),
    _field("similarity", pa.float32(), "How alike the two texts are: the estimated share of word triples in common, 0 to 1."),
    _field("version", pa.int32(), "1 for the first text seen at this address, then counting.", required=True),
    _field("last_seen_at", _TIME, "When this text was fetched last from its address."),
    _DOC_ID, _PAGE_DIGEST, _RUN_ID, _RULES_VERSION,
)  # fmt: skip

ARTICLES = _table("articles", "One row a distinct article that passed every gate.", *_ARTICLE_FIELDS)

_SIGNATURE = _field(
    "signature", pa.binary(252), "MinHash of the text's word triples, 126 values of 16 bits; null for short texts."
)

CANDIDATES = _table(
    "candidates", "One row a page after extract, before the gates have spoken.",
    *_ARTICLE_FIELDS,
    _field("text_char_count", pa.int32(), "Characters of the text.", required=True),
    _field("title_char_count", pa.int32(), "Characters of the title, 0 where there is none.", required=True),
    _field("author_count", pa.int32(), "Number of authors.", required=True),
    _field("quote_count", pa.int32(), "Number of quotes.", required=True),
    _field("mean_paragraph_words", pa.float32(), "Words a paragraph, on average.", required=True),
    _field("mojibake_count", pa.int32(), "Signs of encoding damage left in title and text.", required=True),
    _field("problem", pa.string(), "Code of the rule that the page breaks by how it failed, else null."),
    _field("problem_detail", pa.string(), "What exactly happened, for a person to read."),
    _SIGNATURE,
)  # fmt: skip

SIGNATURES = _table(
    "signatures", "One row an article: what near-duplicates are found by; made anew by `copydesk rebuild-index`.",
    _field("article_id", pa.string(), "The article.", required=True),
    _field("story_id", pa.string(), "The story it tells.", required=True),
    _SIGNATURE,
    _RUN_ID,
)  # fmt: skip

VERSIONS = _table(
    "versions", "Earlier texts of articles that were edited.",
    *_ARTICLE_FIELDS,
    _field("replaced_by_run", pa.string(), "The run whose text took its place.", required=True),
    _field("changes", _STRINGS, "What the newer text changed: fields by name, words that came and went."),
)  # fmt: skip

QUARANTINE = _table(
    "quarantine", "One row a page that failed a row rule.",
    _DOC_ID, _SOURCE_URI, _URL,
    _field("step", pa.string(), "Step after which it was set aside.", required=True),
    _field("reason", pa.string(), "Code of the rule it failed.", required=True),
    _field("detail", pa.string(), "What was found, for a person to read."),
    _field("all_reasons", _STRINGS, "Every rule it failed at that gate.", required=True),
    _FETCHED_AT, _PAGE_DIGEST,
    _field("raw_file", pa.string(), "File under the output that holds the raw page; null where it was not kept."),
    _RUN_ID, _RULES_VERSION,
)  # fmt: skip

DUPLICATES = _table(
    "duplicates", "One row a page that tells what an article tells already.",
    _DOC_ID, _SOURCE_URI, _URL,
    _field("kind", pa.string(), "same_text; seen_again at its own address; same_page where the very bytes came before; older_version where a newer text of the address is published; near_duplicate where one article a story is asked for.",
           required=True),
    _field("article_id", pa.string(), "The article it equals.", required=True),
    _field("similarity", pa.float32(), "1 for the same text, below for near-duplicates.", required=True),
    _FETCHED_AT, _PAGE_DIGEST, _RUN_ID, _RULES_VERSION,
)  # fmt: skip

LEDGER = _table(
    "ledger", "One row for every page ever received, and what became of it.",
    _DOC_ID, _SOURCE_URI, _URL,
    _field("byte_count", pa.int64(), "Size of the page in bytes.", required=True),
    _field("source_mtime_ns", pa.int64(), "Modification time of its file when it was read."),
    _PAGE_DIGEST,
    _field("outcome", pa.string(), "article, duplicate, quarantined or forgotten.", required=True),
    _field("reason", pa.string(), "The rule that quarantined it, or the kind of duplicate."),
    _field("article_id", pa.string(), "The article it became or equals."),
    _FETCHED_AT, _RUN_ID, _RULES_VERSION,
)  # fmt: skip

_SITE = _field("site", pa.string(), "Host of the pages' addresses, or the folder they lay in.", required=True)
_LINE_KEYS = _field("line_keys", pa.list_(pa.uint32()), "Hashes of lines: their words in lower case.", required=True)

EVIDENCE = _table(
    "evidence", "One row a page that holds a story: its lines, for finding the template of its site.",
    _SITE, _LINE_KEYS,
    _field("prose_words", pa.list_(pa.uint16()), "Words of each of these lines that reads like a story, else 0.",
           required=True),
)  # fmt: skip

SITES = _table(
    "sites", "One row a site: on how many of its pages each line was seen, so that the next run knows its template.",
    _SITE,
    _field("page_count", pa.int32(), "Pages counted; halved with all counts above 1000, so that what is new counts.",
           required=True),
    _field("pages_seen", pa.int64(), "Pages ever counted.", required=True),
    _LINE_KEYS,
    _field("line_pages", pa.list_(pa.int32()), "On how many of the counted pages each line stood.", required=True),
    _field("line_last_seen", pa.list_(pa.int64()), "`pages_seen` when each line was last met.", required=True),
)  # fmt: skip

_STARTED_AT = _field("started_at", _TIME, "When the run started.", required=True)

QUALITY_METRICS = _table(
    "metrics", "One row a metric of a run, over all pages and by site.",
    _RUN_ID, _STARTED_AT,
    _field("is_published", pa.bool_(), "Whether the run published; only such runs are history to compare with.", required=True),
    _field("site", pa.string(), "Host, publisher or folder of the pages; empty for all.", required=True),
    _field("metric", pa.string(), "What was measured.", required=True),
    _field("value", pa.float64(), "Its value.", required=True),
    _field("rows", pa.int64(), "Pages it was measured on.", required=True),
)  # fmt: skip

QUALITY_OUTCOMES = _table(
    "outcomes", "One row a rule of a run, and how it came out.",
    _RUN_ID, _STARTED_AT,
    _field("run_state", pa.string(), "How the run ended.", required=True),
    _field("step", pa.string(), "After which step the rule was checked.", required=True),
    _field("code", pa.string(), "The rule.", required=True),
    _field("severity", pa.string(), "critical, warning or info.", required=True),
    _field("state", pa.string(), "pass, fail or error.", required=True),
    _field("checked", pa.int64(), "Rows checked.", required=True),
    _field("failed", pa.int64(), "Rows that broke it.", required=True),
    _field("observed", pa.string(), "What was found."),
)  # fmt: skip

ENTITIES = _table(
    "entities", "One row a name in an article's text, by a spaCy model; made only when asked for.",
    _field("article_id", pa.string(), "The article that names it.", required=True),
    _field("text", pa.string(), "The name as it is written there.", required=True),
    _field("type", pa.string(), "person, organisation or place.", required=True),
    _field("start", pa.int32(), "First character of the name in the article's `text`, from 0.", required=True),
    _field("end", pa.int32(), "One past its last character.", required=True),
    _field("model", pa.string(), "Name and version of the model that found it.", required=True),
)  # fmt: skip

FETCHES = _table(
    "fetches", "One row a feed, a sitemap or a redirected page: what the next crawl asks it with.",
    _field("url", pa.string(), "The address that was asked for.", required=True),
    _field("kind", pa.string(), "list or page.", required=True),
    _field("etag", pa.string(), "The ETag that the server gave it."),
    _field("last_modified", pa.string(), "Its Last-Modified."),
    _field("status", pa.int16(), "The HTTP status of the answer.", required=True),
    _field("fetched_at", _TIME, "When it was asked for.", required=True),
)  # fmt: skip

PUBLISHED = {"articles": ARTICLES, "versions": VERSIONS, "quarantine": QUARANTINE, "duplicates": DUPLICATES,
             "ledger": LEDGER, "sites": SITES, "signatures": SIGNATURES, "fetches": FETCHES}  # fmt: skip


# What rows hold that were published before a required column was there
_HELD_BEFORE = {"story_probability": 1.0}  # the gates let nothing else through


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly the schema's columns, order, types and sentences; absent columns become null, and a required one
    that is younger than the file what its rows held before.

    Raises:
        ValueError: a required column is absent or holds a null, or a type cannot be cast without loss.
    """
    columns = []
    for field in schema:
        if field.name in table.column_names:
            column = table.column(field.name)
            if column.type != field.type:
                column = column.cast(field.type)
        elif field.name in _HELD_BEFORE:
            column = pa.array([_HELD_BEFORE[field.name]] * table.num_rows, field.type)
        else:
            column = pa.nulls(table.num_rows, field.type)
        if not field.nullable and len(column) and column.null_count:
            raise ValueError(f"column {field.name} must not be null, but {column.null_count} rows are")
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)


def blank_row(schema: pa.Schema) -> dict[str, Any]:
    """A row of the schema that says nothing: empty, zero or false where null is not allowed, else null."""
    row: dict[str, Any] = {}
    for field in schema:
        kind = field.type
        empty: Any = (
            []
            if pa.types.is_list(kind)
            else ""
            if pa.types.is_string(kind)
            else False
            if pa.types.is_boolean(kind)
            else 0
        )
        row[field.name] = None if field.nullable else empty
    return row


def markdown_table(schema: pa.Schema) -> str:
    """The schema as a Markdown table of column, type and meaning, for the README."""
    rows = [f"| `{field.name}` | {field.type} | {sentence(field)} |" for field in schema]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])
