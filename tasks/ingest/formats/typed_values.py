"""Values in JSON that say their type: of MongoDB, DynamoDB, Firestore, and of Avro where a value may be missing."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

_TEXTS = frozenset({"S", "N", "string", "long", "int", "stringValue", "timestampValue", "integerValue", "$symbol"})
_NUMBERS = frozenset({"$numberLong", "$numberInt", "$numberDouble", "$oid"})
_BYTES = frozenset({"B", "bytesValue", "$binary"})
_DATE = "$date"
_NAMES = _TEXTS | _NUMBERS | _BYTES | {_DATE, "bytes"}
_SECONDS, _NANOSECONDS = ("seconds", "_seconds"), ("nanos", "nanoseconds", "_nanoseconds")
_BESIDE = frozenset({"$type", "subType"})  # the kind of bytes in older dumps of MongoDB


def is_typed(value: Mapping[str, Any]) -> bool:
    """Whether an object is one value with its type."""
    return 0 < len(value) <= 2 and (_is_moment(value) or _has_type(value))


def _has_type(value: Mapping[str, Any]) -> bool:
    return any(name in _NAMES for name in value) and len(value.keys() - _BESIDE) == 1


def _is_moment(value: Mapping[str, Any]) -> bool:
    """Whether an object is a time of Firestore or of Protocol Buffers, in two parts."""
    return any(name in value for name in _SECONDS) and value.keys() <= {*_SECONDS, *_NANOSECONDS}


def plain_value(value: Mapping[str, Any]) -> Any:
    """The value without its type; any other object as it is."""
    if not is_typed(value):
        return value
    if _is_moment(value):
        return next(value[name] for name in _SECONDS if name in value)
    ((name, inner),) = ((name, inner) for name, inner in value.items() if name not in _BESIDE)
    if name == _DATE and isinstance(inner, Mapping):  # {"$date": {"$numberLong": "1778051289000"}}
        return inner.get("$numberLong")
    if isinstance(inner, Mapping):  # {"$binary": {"base64": "...", "subType": "00"}}
        inner = inner.get("base64")
    if isinstance(inner, str) and name in _BYTES:
        return _decoded(inner)
    if isinstance(inner, str) and name == "bytes":  # Avro writes each byte as a character
        return inner.encode("latin-1", "replace")
    return inner


def _decoded(text: str) -> bytes | str:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text
