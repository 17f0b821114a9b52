"""Tables and rows that follow a schema."""

from typing import Any

import pyarrow as pa

# for rows published before a required column existed: the gates let nothing else through
_DEFAULT_OF_NEWER_COLUMN = {"story_probability": 1.0}


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly the schema's columns, order, types and sentences.

    Absent columns become null, or a default if the column is required and newer than the file.

    Raises:
        ValueError: a required column is absent or contains a null, or a type cannot be cast without loss.
    """
    columns = []
    for field in schema:
        if field.name in table.column_names:
            column = table.column(field.name)
            if column.type != field.type:
                column = column.cast(field.type)
        elif field.name in _DEFAULT_OF_NEWER_COLUMN:
            column = pa.array([_DEFAULT_OF_NEWER_COLUMN[field.name]] * table.num_rows, field.type)
        else:
            column = pa.nulls(table.num_rows, field.type)
        if not field.nullable and len(column) and column.null_count:
            raise ValueError(f"column {field.name} must not be null, but {column.null_count} rows are")
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)


def blank_row(schema: pa.Schema) -> dict[str, Any]:
    """A row without information: null where allowed, else empty, zero or false."""
    return {field.name: None if field.nullable else _empty(field.type) for field in schema}


def _empty(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return []
    if pa.types.is_string(kind):
        return ""
    return False if pa.types.is_boolean(kind) else 0
