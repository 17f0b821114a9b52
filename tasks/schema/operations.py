"""Tables for whoever runs the pipeline: outcomes of pages, sites' templates, crawl state, quality of runs."""

import pyarrow as pa

from tasks.schema.columns import (
    BOOL,
    BYTE_COUNT,
    DOC_ID,
    FETCHED_AT,
    FLOAT32,
    FLOAT64,
    INT16,
    INT32,
    INT64,
    PAGE_DIGEST,
    RULES_VERSION,
    RUN_ID,
    SOURCE_URI,
    STRING,
    STRINGS,
    TIME,
    URL,
    optional,
    required,
    table,
)

QUARANTINE = table(
    "quarantine",
    "One row per page that failed a row rule.",
    DOC_ID,
    SOURCE_URI,
    URL,
    required("step", STRING, "Step after which the page was quarantined."),
    required("reason", STRING, "Code of the rule it failed."),
    optional("detail", STRING, "What exactly is wrong, in words."),
    required("all_reasons", STRINGS, "Every rule it failed at that gate."),
    FETCHED_AT,
    PAGE_DIGEST,
    optional("raw_file", STRING, "File under the output that contains the raw page; null if it was not kept."),
    RUN_ID,
    RULES_VERSION,
)

DUPLICATES = table(
    "duplicates",
    "One row per page that repeats an article already in the dataset.",
    DOC_ID,
    SOURCE_URI,
    URL,
    required(
        "kind",
        STRING,
        "same_text; seen_again: the same text at its own address; same_page: identical bytes from another source; "
        "older_version: a newer text of the address is published; near_duplicate: only with one article per story.",
    ),
    required("article_id", STRING, "The article it repeats."),
    required("similarity", FLOAT32, "1 for the same text, less for near-duplicates."),
    FETCHED_AT,
    PAGE_DIGEST,
    RUN_ID,
    RULES_VERSION,
)

LEDGER = table(
    "ledger",
    "One row for every page ever received, with its outcome.",
    DOC_ID,
    SOURCE_URI,
    URL,
    BYTE_COUNT,
    optional("source_mtime_ns", INT64, "Modification time of its file when it was read, in nanoseconds since 1970."),
    PAGE_DIGEST,
    required("outcome", STRING, "article, duplicate, quarantined or forgotten."),
    optional("reason", STRING, "The rule that quarantined it, or the kind of duplicate."),
    optional("article_id", STRING, "The article it became or repeats."),
    FETCHED_AT,
    RUN_ID,
    RULES_VERSION,
)

SITES = table(
    "sites",
    "One row per site, with the number of its pages on which each line was seen, from which its template is known.",
    required("site", STRING, "Host of the pages' addresses, or the folder that contains the pages."),
    required("page_count", INT32, "Pages counted; halved with all counts above 1000 so that new pages matter more."),
    required("pages_seen", INT64, "Pages ever counted."),
    required("line_keys", pa.list_(pa.uint32()), "Hashes of the lines, each of its words in lower case."),
    required("line_pages", pa.list_(INT32), "Number of counted pages on which each line was seen."),
    required("line_last_seen", pa.list_(INT64), "`pages_seen` when each line was last seen."),
)

FETCHES = table(
    "fetches",
    "One row per list of which every page was had or that failed, and per page that was redirected, left or failed.",
    required("url", STRING, "The address requested."),
    required("kind", STRING, "whole_list, failed_list, page, waiting (left for a later run) or failed."),
    optional("etag", STRING, "The response's ETag."),
    optional("last_modified", STRING, "The response's Last-Modified."),
    required("status", INT16, "The response's HTTP status; 0 if there was none."),
    required("fetched_at", TIME, "When it was requested, or left."),
    optional("listed_in", STRING, "The feed or sitemap of the publisher that led to what waits or failed."),
    optional("waiting_since", TIME, "Since when it waits, or fails."),
)

_STARTED_AT = required("started_at", TIME, "When the run started.")

QUALITY_METRICS = table(
    "metrics",
    "One row per metric of a run, for all pages and for each site.",
    RUN_ID,
    _STARTED_AT,
    required("is_published", BOOL, "Whether the run published; later runs are compared only with such runs."),
    required("site", STRING, "Host, publisher or folder of the pages; empty for all pages."),
    required("metric", STRING, "What was measured."),
    required("value", FLOAT64, "The measured value."),
    required("rows", INT64, "Number of pages measured."),
)

QUALITY_OUTCOMES = table(
    "outcomes",
    "One row per rule of a run, with its outcome.",
    RUN_ID,
    _STARTED_AT,
    required("run_state", STRING, "How the run ended."),
    required("step", STRING, "Step after which the rule was checked."),
    required("code", STRING, "The rule."),
    required("severity", STRING, "critical, warning or info."),
    required("state", STRING, "pass, fail or error."),
    required("checked", INT64, "Rows checked."),
    required("failed", INT64, "Rows that broke it."),
    optional("observed", STRING, "The observed value."),
)

QUALITY_PROBLEMS = table(
    "problems",
    "One row per problem that runs have found, from the run that opened it to the one that closed it.",
    required("key", STRING, "Identifies the problem over runs: rule, site or language, and flag or metric."),
    required("rule", STRING, "The rule that is broken; `gate.STEP` for a gate that stopped the run."),
    required("scope", STRING, "The site or language; empty for all pages."),
    required("part", STRING, "The flag or metric; empty where the rule has only one."),
    required("severity", STRING, "critical or warning."),
    required("state", STRING, "open or closed."),
    required("sentence", STRING, "What was found last."),
    required("pages", INT64, "Pages that it affected in the run that saw it last."),
    required("runs", INT64, "Runs that saw it."),
    required("opened_at", TIME, "When the first of these runs started."),
    required("opened_by", STRING, "The run that saw it first."),
    required("last_seen_at", TIME, "When the last of these runs started."),
    required("last_seen_by", STRING, "The run that saw it last."),
    optional("closed_at", TIME, "When the run started that no longer found it."),
    optional("closed_by", STRING, "The run that no longer found it."),
    optional("closed_how", STRING, "Kind of that run: run or replay."),
    optional("alerted_at", TIME, "When an alert about it was delivered."),
    optional("acknowledged_at", TIME, "When somebody acknowledged it; no alert is sent afterwards."),
    optional("note", STRING, "What that person wrote."),
)
