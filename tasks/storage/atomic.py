"""Files that are either complete or absent, even after a power cut: written to a temporary name, flushed, renamed."""

import os
import shutil
import uuid
from pathlib import Path

import orjson


def write_json(value: object, path: Path) -> None:
    """Write a JSON file that is either wholly there or not at all."""
    _write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS), path)


def write_text(text: str, path: Path) -> None:
    """Write a text file in UTF-8 that is either wholly there or not at all."""
    _write_bytes(text.encode("utf-8", "replace"), path)


def _write_bytes(data: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        aside.write_bytes(data)
        put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def put_in_place(aside: Path, path: Path) -> None:
    """Flush a finished file to disk and give it its name in one step."""
    with aside.open("rb") as handle:
        os.fsync(handle.fileno())
    aside.replace(path)


def sweep(folder: Path) -> int:
    """Remove what a killed run left half written under the folder. Returns how many things it removed."""
    removed = 0
    if folder.is_dir():
        for path in list(folder.rglob(".*.tmp")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            removed += 1
    return removed
