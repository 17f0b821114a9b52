"""Files in object stores, through fsspec: `s3://`, `gs://`, `az://` and others, each with its own extra."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from tasks.errors import EXIT_USAGE, CopydeskError

_COPY_BYTES = 1 << 20
# the extra of Copydesk that a scheme needs
_EXTRAS = dict.fromkeys(("http", "https"), "http")
_EXTRAS |= dict.fromkeys(("s3", "s3a"), "s3")
_EXTRAS |= dict.fromkeys(("gs", "gcs"), "gcs")
_WITHOUT_SERVER = ("ftp", "sftp", "ssh", "smb")  # schemes whose paths in fsspec do not name the server
_EXTRAS |= dict.fromkeys(("az", "abfs", "abfss", "adl"), "azure")


class StoreError(CopydeskError, OSError):
    """An address in a store that cannot be read; the message is shown to the user."""


class UnknownStoreError(StoreError):
    """An address of an unknown kind of store."""

    exit_code = EXIT_USAGE


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in a store. `is_named`: the user gave its exact address."""

    path: str
    byte_count: int
    mtime_ns: int
    is_named: bool = False


def is_remote(source: str) -> bool:
    """Whether a source is the address of a store and not a path."""
    scheme, separator, _ = source.partition("://")
    return bool(separator) and scheme.isalnum()


def file_system(address: str) -> tuple[Any, str]:
    """The store's file system and the path within it.

    Raises:
        StoreError: the kind of store is unknown, its package is not installed, or it cannot be reached.
    """
    import fsspec  # noqa: PLC0415 - only where there is a remote source

    scheme = address.partition("://")[0]
    try:
        return fsspec.core.url_to_fs(address, **_options(address))  # type: ignore[no-any-return]
    except ImportError as error:
        extra = _EXTRAS.get(scheme)
        hint = f"pip install 'copydesk[{extra}]'" if extra else f"install the package that fsspec needs: {error}"
        raise StoreError(f"{address}: {scheme}:// needs a package that is not installed; {hint}") from error
    except (ValueError, OSError) as error:
        if scheme not in fsspec.available_protocols():
            raise UnknownStoreError(
                f"{address}: this kind of store is unknown; common ones are s3://, gs:// and az://"
            ) from error
        raise StoreError(f"{address}: cannot be reached: {error}") from error


def _options(address: str) -> dict[str, Any]:
    """What fsspec needs besides the address: signed addresses are sent as they are, and through the user's proxy."""
    if not address.startswith(("http://", "https://")):
        return {}
    return {"encoded": address.isascii() and " " not in address, "client_kwargs": {"trust_env": True}}


def list_store(address: str) -> Iterator[StoredFile]:
    """The files at an address, by name: the file itself, those that its pattern matches, or all below it.

    Raises:
        StoreError: the address cannot be listed.
    """
    files, path = file_system(address)
    scheme = address.partition("://")[0]
    try:
        if any(character in path for character in "*?["):
            listed, is_named = files.glob(path, detail=True), False
        elif files.isfile(path):
            listed, is_named = {path: files.info(path)}, True
        else:
            listed, is_named = files.find(path, detail=True), False
    except Exception as error:  # each store has errors of its own
        raise StoreError(f"{address}: cannot be listed: {type(error).__name__}: {error}") from error
    for name, info in sorted(listed.items()):
        if info.get("type") == "directory":
            continue
        size, mtime_ns = int(info.get("size") or 0), _mtime_ns(info)
        if scheme in ("http", "https"):
            yield StoredFile(address, size, mtime_ns, is_named=True)
        else:
            inner = str(name).partition("://")[2] or str(name)
            yield StoredFile(f"{scheme}://{_server(address, inner)}{inner}", size, mtime_ns, is_named)


def _server(address: str, inner: str) -> str:
    """The server in an address, with its login, if the store's paths do not begin with it (FTP, SFTP)."""
    scheme, _, rest = address.partition("://")
    return rest.partition("/")[0] if scheme in _WITHOUT_SERVER and inner.startswith("/") else ""


def _mtime_ns(info: dict[str, Any]) -> int:
    """The time of the last change in nanoseconds since 1970, 0 if unknown; each store has its own key for it."""
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
    """A file of a store or of this machine, opened for reading with seeks.

    Raises:
        StoreError: a file of a store cannot be opened.
        OSError: a local file cannot be opened.
    """
    if not is_remote(path):
        return open(path, "rb")  # noqa: PTH123 - the caller closes it
    files, inner = file_system(path)
    try:
        if path.startswith(("http://", "https://")):  # not every server supports range requests, and readers seek
            copy: IO[bytes] = tempfile.TemporaryFile(prefix="copydesk-")  # noqa: SIM115 - the caller closes it
            with files.open(inner, "rb", block_size=0) as stream:
                shutil.copyfileobj(stream, copy, _COPY_BYTES)
            copy.seek(0)
            return copy
        opened: IO[bytes] = files.open(inner, "rb")
    except Exception as error:
        raise StoreError(f"{path}: cannot be opened: {type(error).__name__}: {error}") from error
    return opened
