"""The columns of every table, declared once: Arrow fields with a sentence each that travels inside the Parquet file.

The code that writes a table, the suites that check it, the dataset's manual and the tests all read from here.
"""

from tasks.schema.articles import (
    ARTICLES,
    CANDIDATES,
    CONFIDENCE_COLUMNS,
    ENTITIES,
    ORIGIN_COLUMNS,
    SIGNATURES,
    VERSIONS,
)
from tasks.schema.columns import SCHEMA_VERSION, sentence
from tasks.schema.operations import (
    DUPLICATES,
    FETCHES,
    LEDGER,
    QUALITY_METRICS,
    QUALITY_OUTCOMES,
    QUALITY_PROBLEMS,
    QUARANTINE,
    SITES,
)
from tasks.schema.pages import DOCUMENTS, EVIDENCE, LINES, PAGES
from tasks.schema.rows import blank_row, conform

# the tables of a published snapshot, by the name of their folder
PUBLISHED = {
    "articles": ARTICLES,
    "versions": VERSIONS,
    "quarantine": QUARANTINE,
    "duplicates": DUPLICATES,
    "ledger": LEDGER,
    "sites": SITES,
    "signatures": SIGNATURES,
    "fetches": FETCHES,
}

__all__ = [
    "ARTICLES",
    "CANDIDATES",
    "CONFIDENCE_COLUMNS",
    "DOCUMENTS",
    "DUPLICATES",
    "ENTITIES",
    "EVIDENCE",
    "FETCHES",
    "LEDGER",
    "LINES",
    "ORIGIN_COLUMNS",
    "PAGES",
    "PUBLISHED",
    "QUALITY_METRICS",
    "QUALITY_OUTCOMES",
    "QUALITY_PROBLEMS",
    "QUARANTINE",
    "SCHEMA_VERSION",
    "SIGNATURES",
    "SITES",
    "VERSIONS",
    "blank_row",
    "conform",
    "sentence",
]
