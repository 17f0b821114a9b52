"""The manual of a dataset in Markdown: what is in which folder, how to read it, and the dictionary."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from tasks.schema.columns import sentence

MARK = "Written by Copydesk"  # in every file of the manual; a file without it belongs to the user
_NOTE = f"<!-- {MARK}; a run that publishes writes it again. -->"
_README = """\
{note}

# A dataset of news articles

Made by Copydesk from scraped news pages. Every table is a folder of Parquet files. Every page that was ever received is
in `ledger`, as an article, a duplicate or a quarantined page.

## Read it

```python
import duckdb, pandas

pandas.read_parquet("articles")
duckdb.sql("select publisher, published_date, title from 'articles/**/*.parquet'")
```

Begin with `articles`. Look at `confidence` and `flags` before you rely on a row: a flag names a doubt. A missing value
means that the page does not say it; it is never a guess, unless `flags` has `published_guessed`.

Polars, Spark, Dask, Ray and `datasets` read the folder by its path, too. Do not use fastparquet: it returns null for
`quotes` and `flag_evidence` and loses the time zone of times.

## Tables

{tables}

What is not in this list: `report/` has one HTML page per run, `runs/` the same as JSON, `.published/` the snapshots
that the folders above point into. To read one consistent state while a run publishes, resolve the link first:
`pathlib.Path("articles").resolve()`.

## More

- [DICTIONARY.md](DICTIONARY.md): every column, flag, label and reason with its meaning.
- `croissant.json`: the same for catalogues of datasets, in the format Croissant. The library mlcroissant follows no
  links: let it read a copy made with `cp -rL`.
- `copydesk show`, `copydesk explain PAGE`, `copydesk export`: look at it, ask why, and take it elsewhere.
"""


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar within a cell does not end it."""
    lines = [[cell.replace("|", "\\|") for cell in row] for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def columns_markdown(table: pa.Schema) -> str:
    """The columns of a table as a Markdown table of column, type and meaning."""
    rows = ((f"`{field.name}`", f"`{field.type}`", sentence(field)) for field in table)
    return markdown_table(("column", "type", "meaning"), rows)


def readme_markdown(dictionary: dict[str, Any]) -> str:
    """The page that a reader of the dataset sees first; `dictionary` is that of `tasks.schema.dictionary`."""
    tables = ((f"`{table['table']}/`", table["description"]) for table in dictionary["tables"])
    return _README.format(note=_NOTE, tables=markdown_table(("folder", "contents"), tables))


def dictionary_markdown(dictionary: dict[str, Any]) -> str:
    """Every table, column and code with its sentence."""
    parts = [_NOTE, "# Dictionary", f"Version {dictionary['schema_version']} of the columns."]
    for table in dictionary["tables"]:
        rows = (
            (
                f"`{column['name']}`",
                f"`{column['type']}`",
                "yes" if column["is_nullable"] else "",
                column["description"],
            )
            for column in table["columns"]
        )
        parts += [f"## {table['table']}", table["description"]]
        parts.append(markdown_table(("column", "type", "may be null", "meaning"), rows))
    for codes in dictionary["codes"]:
        parts += [f"## {codes['codes'].replace('_', ' ').capitalize()}", f"Values of `{codes['column']}`."]
        values = ((f"`{value['code']}`", value["description"]) for value in codes["values"])
        parts.append(markdown_table(("code", "meaning"), values))
    return "\n\n".join(parts) + "\n"
