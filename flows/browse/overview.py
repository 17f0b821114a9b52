"""The dataset as a whole: what is in it, how complete and how doubtful it is, and its quarantine."""

from dataclasses import dataclass
from datetime import date, datetime

from flows.browse.filters import MISSING, ROWS_OF_A_PAGE
from flows.browse.snapshot import PREPARE_SECONDS, Row, Snapshot

LOW_CONFIDENCE = 0.5  # below it, text or fields are rather wrong than right
_TOP = 12  # publishers and languages on the first view; the others are one link away
_CHOICES_MAX = 500  # publishers that the filter suggests
_DAYS_MAX = 92  # a longer span is shown by month, and then by year
_MONTHS_MAX = 60


@dataclass(frozen=True)
class Overview:
    """Numbers of a whole dataset; computed once for each published state."""

    articles: int
    publishers: int
    languages: int
    first_day: date | None
    last_day: date | None
    newest_fetch: datetime | None
    flagged: int
    doubtful: int
    missing: dict[str, int]  # name of MISSING -> articles
    flags: list[Row]  # name, articles
    by_publisher: list[Row]
    by_language: list[Row]
    by_kind: list[Row]
    by_period: list[Row]  # first_day, last_day, label, articles
    outcomes: dict[str, int]
    quarantine: list[Row]  # name, pages
    publisher_names: list[str]
    language_names: list[str]


def overview(snapshot: Snapshot) -> Overview:
    """The numbers of a dataset."""
    return snapshot.prepared("overview", _overview)


def _overview(snapshot: Snapshot) -> Overview:
    missing = ", ".join(f"count(*) filter (where {sql}) as missing_{name}" for name, (_, sql) in MISSING.items())
    total = _all_rows(
        snapshot,
        "select count(*) as articles, count(distinct publisher) as publishers, count(distinct language) as languages, "
        "min(published_date) as first_day, max(published_date) as last_day, max(fetched_at) as newest_fetch, "
        "count(*) filter (where len(flags) > 0) as flagged, "
        f"count(*) filter (where confidence < ?) as doubtful, {missing} from articles",
        LOW_CONFIDENCE,
    )[0]
    publishers, languages = _counts(snapshot, "publisher"), _counts(snapshot, "language")
    flags = "select unnest(flags) as name from articles"
    return Overview(
        **{name: value for name, value in total.items() if not name.startswith("missing_")},
        missing={name: total[f"missing_{name}"] for name in MISSING},
        flags=_all_rows(snapshot, f"select name, count(*) as articles from ({flags}) group by name order by 2 desc, 1"),
        by_publisher=publishers[:_TOP],
        by_language=languages[:_TOP],
        by_kind=_counts(snapshot, "kind"),
        by_period=_periods(snapshot, total["first_day"], total["last_day"]),
        outcomes={row["name"]: row["pages"] for row in _pages_by(snapshot, "ledger", "outcome")},
        quarantine=_pages_by(snapshot, "quarantine", "reason"),
        publisher_names=[row["name"] for row in publishers if row["name"]][:_CHOICES_MAX],
        language_names=[row["name"] for row in languages if row["name"]],
    )


def _all_rows(snapshot: Snapshot, sql: str, *values: object) -> list[Row]:
    """The rows of a query over the whole dataset, which is made once for each state and may take its time."""
    return snapshot.rows(sql, *values, seconds=PREPARE_SECONDS)


def _counts(snapshot: Snapshot, column: str) -> list[Row]:
    """The articles by a column, most frequent value first; a missing value is None."""
    return _all_rows(
        snapshot, f"select {column} as name, count(*) as articles from articles group by 1 order by 2 desc, 1"
    )


def _pages_by(snapshot: Snapshot, table: str, column: str) -> list[Row]:
    return _all_rows(snapshot, f"select {column} as name, count(*) as pages from {table} group by 1 order by 2 desc, 1")


def _periods(snapshot: Snapshot, first: date | None, last: date | None) -> list[Row]:
    """The articles by day, month or year of publication, whichever fits on a screen; periods without any included."""
    if first is None or last is None:
        return []
    days = (last - first).days
    unit = "day" if days <= _DAYS_MAX else "month" if days <= _MONTHS_MAX * 31 else "year"
    label = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[unit]
    return _all_rows(
        snapshot,
        "select period::date as first_day, (period + step - interval 1 day)::date as last_day, "
        "strftime(period, ?) as label, coalesce(articles, 0) as articles from "
        f"(select interval 1 {unit} as step, unnest(generate_series(date_trunc('{unit}', ?::timestamp), "
        f"?::timestamp, interval 1 {unit})) as period) left join "
        f"(select date_trunc('{unit}', published_date)::timestamp as period, count(*) as articles from articles "
        "where published_date is not null group by 1) using (period) order by period",
        label,
        first,
        last,
    )


def quarantined(snapshot: Snapshot, reason: str, page: int) -> tuple[list[Row], int]:
    """A page of the quarantined pages, the newest run first, and how many there are; of one reason if it is given."""
    condition, values = ("list_contains(all_reasons, ?)", [reason]) if reason else ("true", [])
    total = snapshot.rows(f"select count(*) as total from quarantine where {condition}", *values)[0]["total"]
    rows = snapshot.rows(
        "select doc_id, source_uri, url, step, reason, detail, run_id, fetched_at from quarantine "
        f"where {condition} order by run_id desc, source_uri, doc_id limit ? offset ?",
        *values,
        ROWS_OF_A_PAGE,
        (page - 1) * ROWS_OF_A_PAGE,
    )
    return rows, total
