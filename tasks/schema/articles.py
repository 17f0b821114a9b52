"""Tables of articles: the published ones, their earlier versions, candidates before the gates, signatures, entities."""

from collections.abc import Mapping

import pyarrow as pa

from tasks.schema.columns import (
    ARTICLE_ID,
    BOOL,
    DATE,
    DOC_ID,
    FETCHED_AT,
    FLOAT32,
    INT16,
    INT32,
    PAGE_DIGEST,
    PROBLEM_DETAIL,
    RULES_VERSION,
    RUN_ID,
    SOURCE_URI,
    STORY_PROBABILITY,
    STRING,
    STRINGS,
    TIME,
    URL,
    optional,
    required,
    table,
)

_QUOTES = pa.list_(pa.struct([pa.field("text", STRING), pa.field("speaker", STRING)]))
_EVIDENCE = pa.list_(pa.struct([pa.field("flag", STRING), pa.field("line_no", INT32), pa.field("shown", STRING)]))

_ARTICLE_COLUMNS = (
    ARTICLE_ID,
    SOURCE_URI,
    URL,
    optional("canonical_url", STRING, "Address the page declares as its own, absolute, without tracking parameters."),
    optional("domain", STRING, "Host of the address, without `www.`."),
    optional("publisher", STRING, "Full name of the publisher."),
    optional("publisher_confidence", FLOAT32, "Probability that the publisher is right; null if there is none."),
    optional("publisher_short", STRING, "Short name of the publisher, if the page gives one."),
    optional(
        "title",
        STRING,
        "Headline that a reader sees on the page or, if JSON-LD and `<title>` agree on another, in the browser's tab; "
        "without the names of site, section and authors beside it.",
    ),
    optional("title_confidence", FLOAT32, "Probability that the title is right; null if there is none."),
    optional("title_declared", STRING, "Headline that the page declares to machines, if it differs from `title`."),
    optional("summary", STRING, "Standfirst or declared description."),
    required("authors", STRINGS, "People who wrote it; empty if none is named."),
    optional(
        "authors_confidence",
        FLOAT32,
        "Probability that exactly these people wrote it; null if no author is named.",
    ),
    optional("author", STRING, "Byline as one string: the authors, or the agency or newsroom that signed."),
    optional(
        "published_date",
        DATE,
        "Day of publication as printed on the page; that of `published_at` may be another, in UTC.",
    ),
    optional("published_at", TIME, "Instant of publication; null if only the day is known."),
    optional(
        "published_confidence",
        FLOAT32,
        "Probability that the day of publication is right; null if there is none.",
    ),
    optional(
        "published_utc_offset_minutes",
        INT16,
        "UTC offset of the time of publication, declared, printed or by the country of the site.",
    ),
    optional("modified_at", TIME, "Instant of the last change declared by the page."),
    FETCHED_AT,
    optional("language", STRING, "Language of the text, ISO 639-1."),
    optional("language_confidence", FLOAT32, "Confidence of the language, 0 to 1."),
    optional("section", STRING, "Section of the publication that it appeared in."),
    required("topics", STRINGS, "Keywords given by the page."),
    optional("tags", STRINGS, "Tags of the publisher in the user's list of publishers."),
    required("text", STRING, "The story, paragraphs separated by a blank line."),
    required("word_count", INT32, "Words in the text."),
    required("paragraph_count", INT32, "Paragraphs in the text, subheads included."),
    required("captions", STRINGS, "Captions of its images."),
    required("image_credits", STRINGS, "Credits of its images."),
    optional("image_url", STRING, "Address of the lead image."),
    optional("wire_credit", STRING, "Agencies that supplied the text, as credited by the page."),
    required("is_agency_copy", BOOL, "Whether the page credits an agency for its text."),
    optional("is_free_access", BOOL, "Whether the page declares the article free to read; null if undeclared."),
    required("corrections", STRINGS, "Correction and update notes."),
    optional("dateline_place", STRING, "Place named by the dateline."),
    required("quotes", _QUOTES, "Direct quotes in order, each with its speaker or null."),
    required("kind", STRING, "article, live or stub."),
    STORY_PROBABILITY,
    required("confidence", FLOAT32, "Probability that text and fields are right, 0 to 1."),
    required("flags", STRINGS, "Codes of doubts that deserve a second look."),
    optional("flag_evidence", _EVIDENCE, "What shows a flag: words, and their line if they are in one."),
    optional("repairs", STRINGS, "Names of the repairs of damaged text on the page, and of its fields."),
    optional("title_from", STRING, "Origin of the title."),
    optional("authors_from", STRING, "Origin of the authors, or why there are none."),
    optional("published_from", STRING, "Origin of the publication time."),
    optional("modified_from", STRING, "Origin of the modification time."),
    optional("publisher_from", STRING, "Origin of the publisher's name."),
    optional("language_from", STRING, "Origin of the language."),
    optional("section_from", STRING, "Origin of the section."),
    optional("topics_from", STRING, "Origin of the topics."),
    optional("image_from", STRING, "Origin of the lead image."),
    optional("summary_from", STRING, "Origin of the summary."),
    required(
        "text_digest",
        STRING,
        "Digest of text and corrections without case, punctuation and spaces; equal for the same story.",
    ),
    optional("story_id", STRING, "Shared by near-duplicates: articles that tell the same story."),
    optional("near_duplicate_of", STRING, "article_id of the article it nearly equals."),
    optional("similarity", FLOAT32, "Similarity of the two texts: estimated share of common word triples, 0 to 1."),
    required("version", INT32, "1 for the first text seen at this address, then 2, 3, ..."),
    optional("last_seen_at", TIME, "When this text was last fetched from its address."),
    DOC_ID,
    PAGE_DIGEST,
    RUN_ID,
    RULES_VERSION,
)

ARTICLES = table("articles", "One row per distinct article that passed every gate.", *_ARTICLE_COLUMNS)

# a field of an article that people are shown -> the column with its origin; None: it has none
ORIGIN_COLUMNS: Mapping[str, str | None] = {
    "title": "title_from",
    "publisher": "publisher_from",
    "publisher_short": "publisher_from",
    "authors": "authors_from",
    "published_date": "published_from",
    "published_at": "published_from",
    "published_utc_offset_minutes": "published_from",
    "modified_at": "modified_from",
    "language": "language_from",
    "section": "section_from",
    "topics": "topics_from",
    "summary": "summary_from",
    "image_url": "image_from",
    "canonical_url": None,
    "captions": None,
    "image_credits": None,
    "wire_credit": None,
    "corrections": None,
    "dateline_place": None,
    "kind": None,
    "confidence": None,
    "flags": None,
}
CONFIDENCE_COLUMNS: Mapping[str, str] = {
    "title": "title_confidence",
    "publisher": "publisher_confidence",
    "authors": "authors_confidence",
    "published_date": "published_confidence",
    "language": "language_confidence",
}

_SIGNATURE = optional(
    "signature", pa.binary(252), "MinHash of the text's word triples, 126 values of 16 bits; null for short texts."
)

CANDIDATES = table(
    "candidates",
    "One row per page after extract, before the gates.",
    *_ARTICLE_COLUMNS,
    required("text_char_count", INT32, "Characters in the text."),
    required("title_char_count", INT32, "Characters in the title; 0 if there is none."),
    required("author_count", INT32, "Number of authors."),
    required("quote_count", INT32, "Number of quotes."),
    required("mean_paragraph_words", FLOAT32, "Mean number of words per paragraph."),
    optional(
        "title_found_share",
        FLOAT32,
        "Share of the headline's longer words whose stems are in the text; in Chinese, Japanese and Korean, of its "
        "pairs of characters, where 40 % count as all.",
    ),
    required("mojibake_count", INT32, "Signs of encoding damage left in title and text."),
    optional("problem", STRING, "Code of the rule for how extraction of this page failed, else null."),
    PROBLEM_DETAIL,
    _SIGNATURE,
)

SIGNATURES = table(
    "signatures",
    "One row per article, for finding near-duplicates; rebuilt by `copydesk rebuild-index`.",
    required("article_id", STRING, "The article."),
    required("story_id", STRING, "The story it tells."),
    _SIGNATURE,
    RUN_ID,
)

VERSIONS = table(
    "versions",
    "Earlier texts of articles that were edited.",
    *_ARTICLE_COLUMNS,
    required("replaced_by_run", STRING, "The run that replaced this text."),
    optional("changes", STRINGS, "What the newer text changed: names of fields, words added and removed."),
)

ENTITIES = table(
    "entities",
    "One row per name in an article's text, found by a spaCy model; written only on request.",
    required("article_id", STRING, "The article that contains the name."),
    required("text", STRING, "The name as written."),
    required("type", STRING, "person, organisation or place."),
    required("start", INT32, "First character of the name in the article's `text`, from 0."),
    required("end", INT32, "One past the last character of the name."),
    required("model", STRING, "Name and version of the model that found it."),
)
