"""A reader of a dataset that runs write to: reads and checks all articles again and again; run by `soak.py`.

    python tests/benchmarks/soak_reader.py {duckdb,pyarrow} OUTPUT

Prints a JSON line for every read. DuckDB takes the glob that the README names; a file may vanish between its listing
and its opening, which it says, and it reads again. PyArrow follows the links first, and must always read one whole
state.
"""

import json
import sys
import time
from pathlib import Path

COLUMNS = ("article_id", "doc_id", "title", "text", "word_count", "version")
_QUERY = """
    select count(*), count(distinct article_id), count(distinct doc_id),
           count_if(title is null or title = '' or text is null or text = '' or not word_count > 0 or not version > 0)
    from read_parquet('{place}/**/*.parquet')
"""
_PAUSE_SECONDS = 0.5


def with_duckdb(output):
    """Rows, distinct articles, distinct documents, bad rows; and how often a file had vanished."""
    import duckdb

    for attempt in range(5):
        try:
            with duckdb.connect() as connection:
                connection.execute("set threads = 1")
                return (*connection.execute(_QUERY.format(place=output / "articles")).fetchone(), attempt)
        except duckdb.IOException as error:
            if "No such file" not in str(error) and "No files found" not in str(error):
                raise
    raise RuntimeError("files vanished five times in a row")


def with_pyarrow(output):
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    place = (output / "articles").resolve(strict=True)
    rows = bad = 0
    articles, documents = set(), set()
    for path in sorted(place.rglob("*.parquet")):
        table = pq.ParquetFile(path).read(columns=list(COLUMNS))
        rows += table.num_rows
        articles.update(table.column("article_id").to_pylist())
        documents.update(table.column("doc_id").to_pylist())
        for name in ("title", "text"):
            lengths = pc.fill_null(pc.utf8_length(table.column(name)), 0)
            bad += pc.sum(pc.equal(lengths, 0)).as_py() or 0
        for name in ("word_count", "version"):
            bad += table.num_rows - (pc.sum(pc.greater(table.column(name), 0)).as_py() or 0)
    return rows, len(articles), len(documents), bad, 0


READERS = {"duckdb": with_duckdb, "pyarrow": with_pyarrow}


def main():
    read, output = READERS[sys.argv[1]], Path(sys.argv[2])
    most = 0
    while True:
        started = time.monotonic()
        wrong = []
        rows = vanished = 0
        try:
            rows, articles, documents, bad, vanished = read(output)
            if articles != rows or documents != rows:
                wrong.append(f"{rows} rows of {articles} articles and {documents} documents")
            if bad:
                wrong.append(f"{bad} rows without title, text, words or version")
            if rows < most:
                wrong.append(f"{rows} rows, and {most} before")
            most = max(most, rows)
        except Exception as error:  # whatever a reader meets is what the soak is to tell
            wrong.append(f"{type(error).__name__}: {error}"[:300])
        took = time.monotonic() - started
        print(json.dumps({"rows": rows, "vanished": vanished, "seconds": round(took, 3), "wrong": wrong}), flush=True)
        time.sleep(max(_PAUSE_SECONDS, 3 * took))


if __name__ == "__main__":
    sys.exit(main())
