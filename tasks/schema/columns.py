"""How a column is declared: its Arrow type with a sentence that travels inside the Parquet file; and shared columns."""

import pyarrow as pa

SCHEMA_VERSION = "1"  # raised when a column changes its meaning or type; adding a column does not raise it

STRING, BOOL, BINARY = pa.string(), pa.bool_(), pa.large_binary()
INT16, INT32, INT64 = pa.int16(), pa.int32(), pa.int64()
FLOAT32, FLOAT64 = pa.float32(), pa.float64()
DATE = pa.date32()
TIME = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.string())


def optional(name: str, kind: pa.DataType, meaning: str) -> pa.Field:
    """A column that may hold nulls."""
    return pa.field(name, kind, nullable=True, metadata={"description": meaning})


def required(name: str, kind: pa.DataType, meaning: str) -> pa.Field:
    """A column that never holds a null."""
    return pa.field(name, kind, nullable=False, metadata={"description": meaning})


def table(name: str, meaning: str, *columns: pa.Field) -> pa.Schema:
    """The schema of a table with a sentence about its rows."""
    metadata = {"table": name, "description": meaning, "copydesk_schema_version": SCHEMA_VERSION}
    return pa.schema(columns, metadata=metadata)


def sentence(declared: pa.Field | pa.Schema) -> str:
    """The sentence that explains a column or a table."""
    return str((declared.metadata or {}).get(b"description", b"").decode())


# columns that several tables share
DOC_ID = required("doc_id", STRING, "Identifies a page as received: a digest of its source and its bytes.")
SOURCE_URI = required(
    "source_uri", STRING, "Path or address of the page as the user gave it; `#record` within an archive."
)
URL = optional("url", STRING, "Web address the page was fetched from, if known.")
FETCHED_AT = optional("fetched_at", TIME, "When the page was fetched; the file's mtime if nothing declares it.")
PAGE_DIGEST = required("page_digest", STRING, "SHA-256 of the page's bytes; the key of the raw page in `pages/`.")
MEDIA_TYPE = required("media_type", STRING, "`text/plain`, `text/html` or `text/markdown`.")
BYTE_COUNT = required("byte_count", INT64, "Size of the page in bytes.")
PROBLEM_DETAIL = optional("problem_detail", STRING, "What exactly is wrong, in words.")
GIVEN = optional(
    "given", STRING, "What the user's list of publishers, or the columns beside a text, say about the page, as JSON."
)
SITE_RULE = optional("site_rule", STRING, "What the user's rules for its site say about the page's fields, as JSON.")
STORY_PROBABILITY = required("story_probability", FLOAT32, "Probability that the page holds a story, 0 to 1.")
ARTICLE_ID = required("article_id", STRING, "Identifies the article at its address; the same for all its versions.")
RUN_ID = required("run_id", STRING, "The run that wrote this row.")
RULES_VERSION = required(
    "rules_version", STRING, "Version of the code, the models and the rules that produced this row."
)
