"""The dataset in an object store: files that never change, and a numbered manifest that makes a state visible at once.

Stores have no links and no rename, so a glob over a prefix may match files of two states. Therefore every data file
has a name made from its content and is never overwritten. A state is one JSON manifest that lists its files, and
publishing is the creation of the manifest with the next number, which the store refuses if it exists (on S3 and
similar stores a conditional PUT, If-None-Match). Readers take the file list of the highest number: they see one whole
state, whatever is being uploaded, and can use it until `KEEP_STATES` later ones are published. Two writers cannot
publish the same number: the second one fails. A push that is killed leaves files that no manifest names; the next
push deletes those that are older than a day.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.parquet as pq

from tasks import schema
from tasks.errors import CopydeskError
from tasks.load.output import Output
from tasks.storage.addresses import shown

KEEP_STATES = 10  # manifests whose files stay for readers in the middle of a scan
_ORPHAN_SECONDS = 86_400  # an upload takes less; younger files may belong to a push that is under way
_MANIFESTS, _DATA = "manifests", "data"


class MirrorError(CopydeskError, OSError):
    """A mirror that cannot be written or read; the message is shown to the user."""


@dataclass(frozen=True)
class Pushed:
    """What a push did."""

    state: int
    files: int
    uploaded: int
    uploaded_bytes: int
    removed: int


class Mirror:
    """One prefix of an object store (or any file system that fsspec knows)."""

    def __init__(self, files: Any, root: str, address: str) -> None:
        """`files` and `root` are what fsspec's `url_to_fs` returns for the user's `address`.

        The address is shown without its secrets.
        """
        self._files, self._root, self._address = files, root.rstrip("/"), shown(address).rstrip("/")

    # ------------------------------------------------------------------ reading

    def states(self) -> list[int]:
        """The numbers of the states that can be read, the newest last.

        Raises:
            MirrorError: the store cannot be reached or read.
        """
        try:
            with self._reported("cannot be read", but=FileNotFoundError):
                self._files.invalidate_cache()
                names = [PurePosixPath(path) for path in self._files.ls(f"{self._root}/{_MANIFESTS}", detail=False)]
        except FileNotFoundError:
            return []
        return sorted(int(name.stem) for name in names if name.suffix == ".json" and name.stem.isdigit())

    def manifest(self, state: int | None = None) -> dict[str, Any]:
        """The manifest of a state, or of the newest.

        Raises:
            MirrorError: there is none, or it cannot be read.
        """
        known = self.states()
        number = state if state is not None else (known[-1] if known else 0)
        if number not in known:
            raise MirrorError(
                f"{self._address}: state {number} is not published here"
                if number
                else f"{self._address}: no state is published here"
            )
        with self._reported("cannot be read"):
            manifest: dict[str, Any] = json.loads(self._files.cat_file(self._manifest_path(number)))
        return manifest

    def addresses(self, table: str, state: int | None = None) -> list[str]:
        """The files of a table in a state, as addresses that DuckDB, pandas and Polars read."""
        return [f"{self._address}/{row['key']}" for row in self.manifest(state)["tables"].get(table, [])]

    # ------------------------------------------------------------------ writing

    def push(self, output: Output, *, drops_earlier: bool = False) -> Pushed:
        """Publish the output's current state; nothing is visible if this does not return.

        With `drops_earlier` all earlier states are deleted, e.g. after an article was forgotten.

        Raises:
            MirrorError: another writer published first, or the store refuses.
        """
        known = self.states()
        before = self.manifest(known[-1]) if known else {"tables": {}, "source_state": None}
        existing = {row["key"] for rows in before["tables"].values() for row in rows}
        tables: dict[str, list[dict[str, Any]]] = {}
        uploaded, uploaded_bytes = 0, 0
        for table in schema.PUBLISHED:
            tables[table] = []
            for name, path in output.files(table).items():
                key = f"{_DATA}/{table}/{_content_name(name, path)}"
                size = path.stat().st_size
                if key not in existing:  # a file that no state names might be deleted by another push: upload it again
                    self._upload(path, key)
                    uploaded, uploaded_bytes = uploaded + 1, uploaded_bytes + size
                rows = pq.ParquetFile(path).metadata.num_rows
                tables[table].append({"key": key, "place": name, "bytes": size, "rows": rows})
        number = (known[-1] if known else 0) + 1
        count = sum(map(len, tables.values()))
        if before["tables"] == tables:
            return Pushed(known[-1], count, 0, 0, self._sweep(1, -1.0) if drops_earlier else 0)
        manifest = {
            "state": number,
            "source_state": output.state(),
            "schema_version": schema.SCHEMA_VERSION,
            "tables": tables,
        }
        self._create_manifest(number, manifest)
        removed = self._sweep(1, -1.0) if drops_earlier else self._sweep(KEEP_STATES, _ORPHAN_SECONDS)
        return Pushed(number, count, uploaded, uploaded_bytes, removed)

    def _upload(self, path: Path, key: str) -> None:
        with self._reported("cannot be written", f"/{key}"):
            if getattr(self._files, "local_file", False):  # stores have no folders
                self._files.makedirs(f"{self._root}/{PurePosixPath(key).parent}", exist_ok=True)
            self._files.put_file(str(path), f"{self._root}/{key}")

    def _create_manifest(self, number: int, content: dict[str, Any]) -> None:
        path = self._manifest_path(number)
        try:
            with self._reported("cannot be written", but=FileExistsError):
                self._files.makedirs(f"{self._root}/{_MANIFESTS}", exist_ok=True)
                self._files.pipe_file(path, json.dumps(content, indent=1).encode(), mode="create")
        except FileExistsError as error:
            raise MirrorError(
                f"{self._address}: another writer has just published state {number} instead of this push; push again"
            ) from error

    @contextmanager
    def _reported(self, what: str, place: str = "", but: type[Exception] | None = None) -> Iterator[None]:
        """Turn whatever a store raises into an error for the user, `but` for what the caller handles."""
        try:
            yield
        except Exception as error:  # each store has errors of its own
            if but is not None and isinstance(error, but):
                raise
            raise MirrorError(f"{self._address}{place}: {what}: {type(error).__name__}: {error}") from error

    def _manifest_path(self, number: int) -> str:
        return f"{self._root}/{_MANIFESTS}/{number:08d}.json"

    def _sweep(self, keep: int, orphan_seconds: float) -> int:
        """Delete all but the last manifests, and old files without a manifest. Returns the number of files deleted."""
        known = self.states()
        with self._reported("old states cannot be deleted"):
            for number in known[:-keep]:
                self._files.rm_file(self._manifest_path(number))
        named = {
            f"{self._root}/{row['key']}"
            for number in known[-keep:]
            for rows in self.manifest(number)["tables"].values()
            for row in rows
        }
        removed = 0
        with self._reported("old files cannot be deleted"):
            for path, info in self._files.find(f"{self._root}/{_DATA}", detail=True).items():
                if path not in named and _age_seconds(info) > orphan_seconds:
                    self._files.rm_file(path)
                    removed += 1
        return removed


def _content_name(name: str, path: Path) -> str:
    """`published_month=2026-03/RUN-001-3fa9c1d28e07b5aa.parquet`: files of different content have different names."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    return f"{name.removesuffix('.parquet')}-{digest}.parquet"


def _age_seconds(info: dict[str, Any]) -> float:
    when = info.get("LastModified") or info.get("last_modified") or info.get("mtime") or info.get("updated")
    if isinstance(when, datetime):
        return time.time() - when.timestamp()
    return time.time() - float(when) if isinstance(when, int | float) else 0.0
