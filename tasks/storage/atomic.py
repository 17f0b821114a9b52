"""Files that are complete or absent, even after a power cut: written under a temporary name, flushed, renamed."""

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

_TEMPORARY = re.compile(r"^\..+\.[0-9a-f]{32}\.tmp$")


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """A temporary path to write to in the block; the file there becomes `path` when the block ends.

    After an exception the temporary file is deleted and `path` stays what it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        yield temporary
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """A new temporary folder to fill in the block; it becomes `path` when the block ends, in place of a folder there.

    After an exception the temporary folder is deleted and `path` stays what it was.
    """
    temporary = _temporary(path)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        shutil.rmtree(path, ignore_errors=True)
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def replace_link(link: Path, target: str) -> None:
    """Point a symbolic link at another target in one step."""
    temporary = _temporary(link)
    temporary.symlink_to(target)
    temporary.replace(link)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")  # readers skip names with a leading dot


def write_json(value: object, path: Path) -> None:
    """Write a JSON file atomically."""
    with replaced_file(path) as temporary:
        temporary.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))


def write_text(text: str, path: Path) -> None:
    """Write a text file in UTF-8 atomically."""
    with replaced_file(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", "replace"))


def remove_temporary(folder: Path) -> int:
    """Delete the temporary files and folders that a killed run left under a folder. Returns their number."""
    removed = 0
    if folder.is_dir():
        for path in [path for path in folder.rglob(".*.tmp") if _TEMPORARY.match(path.name)]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            removed += 1
    return removed


def remove_temporary_of(path: Path) -> None:
    """Delete the temporary files and links that a killed run left in place of a file; others beside it stay."""
    for temporary in path.parent.glob(f".{path.name}.*.tmp"):
        if _TEMPORARY.match(temporary.name) and (temporary.is_symlink() or temporary.is_file()):
            temporary.unlink(missing_ok=True)
