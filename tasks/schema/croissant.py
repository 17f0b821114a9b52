"""The description of a dataset for catalogues: Croissant 1.0, schema.org's JSON-LD for datasets.

A Frictionless data package would have to list every file, and change with every run; Croissant names the files of a
table by a pattern. It is a page of JSON: the library `mlcroissant` would bring rdflib and pandas for it.
"""

from typing import Any

import pyarrow as pa

from tasks.schema.columns import sentence
from tasks.schema.dictionary import DATASET
from tasks.schema.manual import MARK

# that of the specification, whole: readers warn of one that is not
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
# table -> the column that has another value in every row
_KEYS = {"articles": "article_id", "ledger": "doc_id", "signatures": "article_id", "sites": "site", "fetches": "url"}


def croissant(folders: list[str] | None = None) -> dict[str, Any]:
    """The description of the tables in these folders, of all by default."""
    chosen = [folder for folder in DATASET if folders is None or folder in folders]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": "news-articles",
        "description": "News articles from scraped pages, with what became of every page and of every line.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "isLiveDataset": True,  # every run adds to it
        "sdPublisher": {"@type": "Organization", "name": f"{MARK}"},
        "distribution": [_files(folder) for folder in chosen],
        "recordSet": [_records(folder, DATASET[folder]) for folder in chosen],
    }


def _files(folder: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{folder}-files",
        "name": f"{folder.replace('/', '-')}-files",
        "description": f"The Parquet files of {folder}.",
        "encodingFormat": "application/x-parquet",
        # as globs the first is enough; the library mlcroissant wants a folder for `**`
        "includes": [f"{folder}/**/*.parquet", f"{folder}/*.parquet"],
    }


def _records(folder: str, declared: pa.Schema) -> dict[str, Any]:
    described = {
        "@type": "cr:RecordSet",
        "@id": folder,
        "name": folder.replace("/", "-"),
        "description": sentence(declared),
        "field": [_field(folder, field) for field in declared],
    }
    return described | ({"key": {"@id": f"{folder}/{_KEYS[folder]}"}} if folder in _KEYS else {})


def _field(folder: str, field: pa.Field) -> dict[str, Any]:
    source = {"fileSet": {"@id": f"{folder}-files"}, "extract": {"column": field.name}}
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{folder}/{field.name}",
        "name": field.name,
        "description": sentence(field),
        "source": source,
    }
    kind = field.type
    if pa.types.is_list(kind):
        described["repeated"] = True
        kind = kind.value_type
    if pa.types.is_struct(kind):
        described["subField"] = [
            {"@type": "cr:Field", "@id": f"{folder}/{field.name}/{part.name}", "name": part.name}
            | {"dataType": _data_type(part.type), "source": source | {"transform": {"jsonPath": part.name}}}
            for part in kind
        ]
    else:
        described["dataType"] = _data_type(kind)
    return described


def _data_type(kind: pa.DataType) -> str:
    """The name of schema.org for an Arrow type; bytes have none, and are text there."""
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    if pa.types.is_date(kind):
        return "sc:Date"
    return "sc:DateTime" if pa.types.is_timestamp(kind) else "sc:Text"
