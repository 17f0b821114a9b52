"""Tables of pages, before fields are extracted: pages as received, cleaned documents, labelled lines."""

import pyarrow as pa

from tasks.schema.columns import (
    BINARY,
    BYTE_COUNT,
    DOC_ID,
    FETCHED_AT,
    FLOAT32,
    GIVEN,
    INT16,
    INT32,
    INT64,
    MEDIA_TYPE,
    PAGE_DIGEST,
    PROBLEM_DETAIL,
    SITE_RULE,
    SOURCE_URI,
    STORY_PROBABILITY,
    STRING,
    STRINGS,
    URL,
    optional,
    required,
    table,
)

PAGES = table(
    "pages",
    "One row per page as received.",
    DOC_ID,
    SOURCE_URI,
    URL,
    MEDIA_TYPE,
    optional("declared_encoding", STRING, "Encoding declared by the transport, not by the page itself."),
    FETCHED_AT,
    PAGE_DIGEST,
    BYTE_COUNT,
    optional("source_mtime_ns", INT64, "Modification time of the file in nanoseconds since 1970."),
    optional("problem", STRING, "Code of the ingest rule that the page breaks, else null."),
    PROBLEM_DETAIL,
    optional("raw", BINARY, "The page's bytes; null if the page was not read."),
    optional(
        "same_as",
        STRING,
        "doc_id of an earlier page with the same bytes and address; this page gets its outcome and omits the bytes.",
    ),
    GIVEN,
)

DOCUMENTS = table(
    "documents",
    "One row per cleaned page, with what is known of the page as a whole.",
    DOC_ID,
    SOURCE_URI,
    URL,
    MEDIA_TYPE,
    FETCHED_AT,
    PAGE_DIGEST,
    BYTE_COUNT,
    required("encoding", STRING, "Character encoding used to decode the page."),
    required("encoding_from", STRING, "How the encoding was determined."),
    required("repairs", STRINGS, "Names of the repairs applied to the text."),
    required("damaged_char_count", INT64, "Characters that could not be decoded."),
    required("line_count", INT32, "Non-blank lines of the page."),
    required("kept_line_count", INT32, "Lines kept as text."),
    required("kept_word_count", INT32, "Words kept as text."),
    required("long_line_count", INT32, "Kept lines of at least twelve words."),
    required("suspect_line_count", INT32, "Kept lines that contain words typical of boilerplate."),
    required("link_share", FLOAT32, "Share of the kept words that are links outside long sentences."),
    required("kind", STRING, "Kind of page: article, live or stub; or the value of other_kind if that is certain."),
    optional("kind_reason", STRING, "Why it has this kind."),
    STORY_PROBABILITY,
    optional(
        "other_kind",
        STRING,
        "What the page is if it does not hold a story: listing, product, forum, documentation, service, video, login, "
        "cookie_wall, error_page, empty_shell.",
    ),
    optional("language", STRING, "Language of the page's longest lines, detected cheaply; null if undecided."),
    required(
        "body_confidence", FLOAT32, "Probability that the kept lines are the whole story and nothing else, 0 to 1."
    ),
    optional("signals", STRING, "What the page declares about itself (JSON-LD, meta tags, ...), as JSON."),
    GIVEN,
    SITE_RULE,
    optional("problem", STRING, "Code of the clean rule that the page breaks, else null."),
    PROBLEM_DETAIL,
)

LINES = table(
    "lines",
    "One row per line of a page: what it is, what was done with it, and why.",
    DOC_ID,
    required("line_no", INT32, "Position among the non-blank lines of the page, from 1."),
    required("blank_before", INT16, "Blank lines before it (text pages)."),
    optional("tag", STRING, "HTML element that contains it; null on text pages."),
    required("text", STRING, "The line after repairs."),
    required("label", STRING, "What the line is: one of 16 labels."),
    required("action", STRING, "keep, field or drop."),
    required("reason", STRING, "Why: one of a closed list of reasons."),
    optional("detail", STRING, "The evidence: the words that matched, the pages counted."),
    required("confidence", FLOAT32, "Confidence of the decision, 0 to 1."),
    optional("doubt", STRING, "The other label it might have, if undecided."),
)

EVIDENCE = table(
    "evidence",
    "One row per page that holds a story, with its lines, from which its site's template is learned.",
    required("site", STRING, "Host of the page's address, or the folder that contains the page."),
    required("line_keys", pa.list_(pa.uint32()), "Hashes of the lines, each of its words in lower case."),
    required("prose_words", pa.list_(pa.uint16()), "Words of each of these lines if it reads like a story, else 0."),
)
