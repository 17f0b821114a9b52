"""Articles as a DuckDB database: one table, views of what an article has several of, and the sentences as comments."""

from pathlib import Path
from typing import Any

from flows.export.articles import KEY, Articles, Selection
from tasks import schema
from tasks.load.output import Output
from tasks.schema.columns import sentence

# column of articles -> view, what one row of it is, and its columns
_VIEWS = {
    "quotes": ("quotes", "One row per direct quote.", "part.speaker as speaker, part.text as text"),
    "authors": ("authors", "One row per author of an article.", "part as author"),
    "topics": ("topics", "One row per topic of an article.", "part as topic"),
    "flags": ("flags", "One row per doubt about an article.", "part as flag"),
}


def write_duckdb(path: Path, output: Output, selection: Selection) -> tuple[int, int]:
    """Write the articles into a new database; returns their number, and that of all articles of the dataset."""
    articles = Articles(output, selection, str(path))
    try:
        database = articles.connection
        database.execute("set preserve_insertion_order = false")  # else a million texts wait in memory for their turn
        database.execute(f"create table articles as {selection.query}")
        _comment(database, "table articles", sentence(schema.ARTICLES))
        for name in selection.columns:
            _comment(database, f"column articles.{name}", sentence(schema.ARTICLES.field(name)))
        for column, (view, meaning, parts) in _VIEWS.items():
            if column in selection.columns:
                database.execute(
                    f"create view {view} as select {KEY}, position, {parts} from (select {KEY}, "  # noqa: S608
                    f"unnest({column}) as part, generate_subscripts({column}, 1) as position from articles)"
                )
                _comment(database, f"view {view}", meaning)
        return articles.count, articles.total
    finally:
        articles.close()


def _comment(database: Any, on: str, text: str) -> None:
    quoted = text.replace("'", "''")
    database.execute(f"comment on {on} is '{quoted}'")
