"""What a run has published, read with DuckDB as analysts read it."""

import duckdb


def relation(root, table, columns="*", tail=""):
    """`select COLUMNS from TABLE TAIL` over a table in the output folder `root`."""
    files = f"read_parquet('{root}/{table}/**/*.parquet', union_by_name=true)"
    return duckdb.sql(f"select {columns} from {files} {tail}")


def query(root, table, columns="*", tail=""):
    """The same as a list of tuples."""
    return relation(root, table, columns, tail).fetchall()


def values(root, table, column):
    """The values of one column, sorted."""
    return [row[0] for row in query(root, table, column, "order by 1")]


def count(root, table, where="true"):
    """The number of rows that meet the condition."""
    return query(root, table, "count(*)", f"where {where}")[0][0]
