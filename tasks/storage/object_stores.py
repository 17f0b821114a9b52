"""Files in object stores, through fsspec: `s3://`, `gs://`, `az://` and their kin, each with its extra."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from tasks.errors import CopydeskError

_COPY_BYTES = 1 << 20
_EXTRAS = {
    "http": "http",
    "https": "http",
    "s3": "s3",
    "s3a": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "az": "azure",
    "abfs": "azure",
    "abfss": "azure",
    "adl": "azure",
}


class StoreError(CopydeskError, OSError):
    """An unusable address in an object store; the message is shown to the user."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a store. `is_named`: the user named this very file."""

    path: str
    byte_count: int
    mtime_ns: int
    is_named: bool = False


def is_remote(place: str) -> bool:
    """Whether a source is an address of a store and not a path."""
    scheme, mark, _ = place.partition("://")
    return bool(mark) and scheme.isalnum()


def file_system(place: str) -> tuple[Any, str]:
    """The store's file system and the path within it.

    Raises:
        StoreError: no such kind of store, or its package is not installed.
    """
    import fsspec  # noqa: PLC0415 - only where there is a remote source

    scheme = place.partition("://")[0]
    try:
        return fsspec.core.url_to_fs(place)  # type: ignore[no-any-return]
    except ImportError as error:
        extra = _EXTRAS.get(scheme)
        hint = f"pip install 'copydesk[{extra}]'" if extra else f"install what fsspec asks for: {error}"
        raise StoreError(f"{place}: {scheme}:// needs a package that is not installed; {hint}") from error
    except (ValueError, OSError) as error:
        raise StoreError(f"{place}: cannot be reached: {error}") from error


def find(place: str) -> Iterator[Found]:
    """The files that an address names: itself, those that its pattern matches, or all below it, by name.

    Raises:
        StoreError: it cannot be listed.
    """
    files, path = file_system(place)
    scheme = place.partition("://")[0]
    try:
        if any(mark in path for mark in "*?["):
            found, is_named = files.glob(path, detail=True), False
        elif files.isfile(path):
            found, is_named = {path: files.info(path)}, True
        else:
            found, is_named = files.find(path, detail=True), False
    except Exception as error:  # each store has errors of its own
        raise StoreError(f"{place}: cannot be listed: {type(error).__name__}: {error}") from error
    for name, info in sorted(found.items()):
        if info.get("type") != "directory":
            if scheme in ("http", "https"):
                yield Found(place, int(info.get("size") or 0), _mtime_ns(info), is_named=True)
                continue
            yield Found(
                f"{scheme}://{str(name).partition('://')[2] or name}",
                int(info.get("size") or 0),
                _mtime_ns(info),
                is_named,
            )


def _mtime_ns(info: dict[str, Any]) -> int:
    """When the file was written last; stores call it by many names."""
    for name in ("LastModified", "last_modified", "mtime", "updated", "created"):
        value = info.get(name)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                continue
        if isinstance(value, datetime):
            value = value if value.tzinfo else value.replace(tzinfo=UTC)
            return int(value.timestamp()) * 1_000_000_000 + value.microsecond * 1000
        if isinstance(value, int | float):
            return int(value * 1_000_000_000)
    return 0


def open_file(path: str) -> IO[bytes]:
    """A file of a store or of this machine, open for reading in any order."""
    if not is_remote(path):
        return open(path, "rb")  # noqa: PTH123 - the caller closes it
    files, inner = file_system(path)
    try:
        if path.startswith(("http://", "https://")):  # servers need not give parts of a file, and readers jump in it
            copy: IO[bytes] = tempfile.TemporaryFile(prefix="copydesk-")  # noqa: SIM115 - the caller closes it
            with files.open(inner, "rb", block_size=0) as stream:
                shutil.copyfileobj(stream, copy, _COPY_BYTES)
            copy.seek(0)
            return copy
        opened: IO[bytes] = files.open(inner, "rb")
    except Exception as error:
        raise StoreError(f"{path}: cannot be opened: {type(error).__name__}: {error}") from error
    return opened
