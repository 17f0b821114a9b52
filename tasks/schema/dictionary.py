"""The dictionary of a dataset: every table, column and code with its sentence, for people and for programs."""

from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.schema.columns import SCHEMA_VERSION, sentence
from tasks.vocabulary import Action, Doubt, Label, Reason

# folder of a dataset -> its table; those of `PUBLISHED` are replaced together, to the others files are only added
DATASET: dict[str, pa.Schema] = schema.PUBLISHED | {
    "lines": schema.LINES,
    "pages": schema.PAGES,
    "entities": schema.ENTITIES,
    "quality/metrics": schema.QUALITY_METRICS,
    "quality/outcomes": schema.QUALITY_OUTCOMES,
}
# name of a list of codes -> the column that has them, and the codes with their sentences
CODES: dict[str, tuple[str, dict[str, str]]] = {
    "flags": ("articles.flags", {code.value: code.sentence for code in Doubt}),
    "labels": ("lines.label", {code.value: code.sentence for code in Label}),
    "actions": ("lines.action", {code.value: code.sentence for code in Action}),
    "reasons": ("lines.reason", {code.value: code.sentence for code in Reason}),
}


def table_entry(folder: str) -> dict[str, Any]:
    """One table as plain values."""
    declared = DATASET[folder]
    columns = [
        {
            "name": field.name,
            "type": str(field.type),
            "is_nullable": field.nullable,
            "description": sentence(field),
        }
        for field in declared
    ]
    return {"table": folder, "description": sentence(declared), "columns": columns}


def codes_entry(name: str, codes: dict[str, str], column: str) -> dict[str, Any]:
    """One list of codes as plain values."""
    listed = [{"code": code, "description": meaning} for code, meaning in codes.items()]
    return {"codes": name, "column": column, "values": listed}


def dictionary(quarantine_reasons: dict[str, str]) -> dict[str, Any]:
    """All of it. `quarantine_reasons` are the codes of the rules for pages with what is wrong where one is broken."""
    lists = CODES | {"quarantine_reasons": ("quarantine.reason", quarantine_reasons)}
    return {
        "schema_version": SCHEMA_VERSION,
        "tables": [table_entry(folder) for folder in DATASET],
        "codes": [codes_entry(name, codes, column) for name, (column, codes) in lists.items()],
    }
