"""The schemas in Markdown, for the manual of the dataset."""

import pyarrow as pa

from tasks.schema.columns import sentence


def columns_markdown(table: pa.Schema) -> str:
    """The columns of a table as a Markdown table of column, type and meaning."""
    rows = [f"| `{field.name}` | `{field.type}` | {sentence(field)} |" for field in table]
    return "\n".join(["| column | type | meaning |", "| --- | --- | --- |", *rows])
