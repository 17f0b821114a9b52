"""The output folder: its layout, its lock, and publication of a new state in one step.

`articles/`, `quarantine/` and the other tables of `schema.PUBLISHED` are links through `.published/current`, itself a
link to the newest snapshot folder. A snapshot is built under a temporary name from hard links to the files that stay
and from new files. Replacing the one link `current` then shows readers all tables of the new state at once. Earlier
snapshots are kept for a while, so that a reader can finish with the files it has open.
"""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.errors import EXIT_USAGE, CopydeskError
from tasks.storage.atomic import remove_temporary, replace_link, replaced_folder

TABLES = tuple(schema.PUBLISHED)
UNPUBLISHED = ("lines", "pages", "entities")  # folders beside the tables, to which files are only added
KEEP_SNAPSHOTS = 3  # the current one and two before, for readers in the middle of a scan
_SNAPSHOT = re.compile(r"^\d{6}$")
_LOCK_POLL_SECONDS = 1.0
FORMAT = "1"  # of the folder's layout; a version with another format refuses to write into this output


class OutputError(CopydeskError, OSError):
    """An unusable output folder; the message is shown to the user."""

    exit_code = EXIT_USAGE


class OutputBusyError(OutputError):
    """Another run is writing to this output."""


class NothingPublishedError(OutputError):
    """No run has published to this output yet."""

    def __init__(self, root: str | Path) -> None:
        super().__init__(f"{root}: no run has published here yet; try `copydesk run SOURCE --output {root}`")


@dataclass
class Changes:
    """What a run changes in the tables: files added and removed, by their path in the table."""

    added: dict[str, dict[str, Path]] = field(default_factory=dict)  # table -> path in it -> staged file
    removed: dict[str, set[str]] = field(default_factory=dict)  # table -> paths in it

    def replace(self, table: str, name: str, staged: Path | None, state: str) -> None:
        """Replace a file of a table by a rewritten one, or remove it; the new name is made from the current `state`.

        Two contents never share a name: a reader that has listed the old files and opens one after publication gets an
        error, and never a mixture of two states.
        """
        self.added.setdefault(table, {}).pop(name, None)
        if staged is not None:
            self.added[table][rewritten_path(name, state)] = staged
        if rewritten_path(name, state) != name or staged is None:
            self.removed.setdefault(table, set()).add(name)

    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not any(self.added.values()) and not any(self.removed.values())


def rewritten_path(name: str, state: str) -> str:
    """The path under which a file is rewritten after a state: `a/b.parquet`, `a/b~7.parquet`, `a/b~12.parquet`."""
    stem = name.removesuffix(".parquet").rpartition("~")
    return f"{stem[0] or stem[2]}~{int(state or 0)}.parquet"


class Output:
    """One output folder."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self.work = self.root / "work"
        self.runs = self.root / "runs"
        self.quality = self.root / "quality"
        self.reports = self.root / "report"
        self.published = self.root / ".published"

    # ------------------------------------------------------------------ reading

    @classmethod
    def open(cls, root: str | Path) -> "Output":
        """The output of a folder that a run has published to.

        Raises:
            NothingPublishedError: no run has.
        """
        output = cls(root)
        if not output.exists():
            raise NothingPublishedError(root)
        return output

    def exists(self) -> bool:
        """Whether a run has published here."""
        return (self.published / "current").is_dir()

    def state(self) -> str:
        """The number of the published state; empty before the first."""
        return (self.published / "current").readlink().name if self.exists() else ""

    def files(self, table: str) -> dict[str, Path]:
        """The files of a published table by their path in it."""
        folder = self.published / "current" / table
        base = folder.resolve() if folder.is_dir() else None
        if base is None:
            return {}
        return {path.relative_to(base).as_posix(): path for path in sorted(base.rglob("*.parquet"))}

    # ------------------------------------------------------------------ writing

    def prepare(self) -> None:
        """Create the folder and its parts.

        Raises:
            OutputError: the folder cannot be written to, or is an output of another format.
        """
        try:
            for folder in (self.root, self.work, self.runs, self.published):
                folder.mkdir(parents=True, exist_ok=True)
            format_file = self.published / "format"
            if format_file.exists():
                existing = format_file.read_text().strip()
                if existing != FORMAT:
                    raise OutputError(
                        f"{self.root}: is an output of format {existing}; this version writes format {FORMAT}"
                    )
            else:
                format_file.write_text(FORMAT + "\n")
            if not os.access(self.root, os.W_OK):
                raise OutputError(f"{self.root}: cannot be written to (permission denied)")
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"{self.root}: cannot be written to ({error.strerror or error})") from error

    @contextmanager
    def lock(self, wait_seconds: float = 0.0) -> Iterator[None]:
        """Lock the output for one run. The lock is the kernel's: it ends with the process, even a killed one.

        Raises:
            OutputBusyError: another run still holds the lock after `wait_seconds`.
        """
        path = self.published / "lock"
        deadline = time.monotonic() + wait_seconds
        with path.open("a+") as handle:
            try:
                while not _try_lock(handle):
                    if time.monotonic() >= deadline:
                        raise BlockingIOError
                    time.sleep(min(_LOCK_POLL_SECONDS, wait_seconds))
            except OSError as error:
                handle.seek(0)
                owner = handle.read().strip() or "unknown"
                raise OutputBusyError(
                    f"{self.root}: another run is writing here (process {owner}); wait for it or choose another output"
                ) from error
            handle.truncate(0)
            handle.write(str(os.getpid()))
            handle.flush()
            try:
                yield
            finally:
                fcntl.flock(handle, fcntl.LOCK_UN)

    def sweep(self) -> None:
        """Delete what killed runs left behind: temporary files, and unfinished and outdated snapshots."""
        unpublished = [self.root / name for name in UNPUBLISHED]
        for folder in (self.work, self.published, self.reports, self.runs, self.quality, *unpublished):
            remove_temporary(folder)
        current = str((self.published / "current").readlink()) if (self.published / "current").is_symlink() else ""
        names = sorted(path.name for path in self.published.iterdir() if _SNAPSHOT.match(path.name))
        for name in names:
            # a snapshot later than the current one was built but not published
            if current and (name > current or (name < current and name not in names[-KEEP_SNAPSHOTS:])):
                shutil.rmtree(self.published / name, ignore_errors=True)

    def clear_work(self) -> None:
        """Delete the files between the steps, when the run is over."""
        shutil.rmtree(self.work, ignore_errors=True)

    def delete_earlier_snapshots(self) -> None:
        """Delete every snapshot but the current one."""
        for path in self.published.iterdir():
            if _SNAPSHOT.match(path.name) and path.name != self.state():
                shutil.rmtree(path, ignore_errors=True)

    def publish(self, changes: Changes) -> str:
        """Make a new state visible in one step, and return its number. Nothing is visible if this does not return."""
        numbers = [int(path.name) for path in self.published.iterdir() if _SNAPSHOT.match(path.name)]
        state = f"{max(numbers, default=0) + 1:06d}"
        with replaced_folder(self.published / state) as snapshot:
            for table in TABLES:
                added, removed = changes.added.get(table, {}), changes.removed.get(table, set())
                (snapshot / table).mkdir(parents=True)
                for name, path in (self.files(table) | added).items():
                    if name not in removed:
                        link_or_copy(path, snapshot / table / name)
            for folder in [snapshot, *(path for path in snapshot.rglob("*") if path.is_dir())]:
                _flush_folder(folder)
        replace_link(self.published / "current", state)
        _flush_folder(self.published)
        for table in TABLES:
            link = self.root / table
            if not link.is_symlink():
                if link.exists():
                    raise OutputError(f"{link}: was not created by Copydesk; move it away")
                replace_link(link, f".published/current/{table}")
        return state

    def check_no_foreign_files(self) -> None:
        """Check that every file in the tables, and what is in their place, was created by Copydesk.

        Raises:
            OutputError: there is a foreign file or folder, which would be lost with the next state.
        """
        for table in TABLES:
            link = self.root / table
            if link.exists() and not link.is_symlink():
                raise OutputError(
                    f"{link}: already exists and was not created by Copydesk; choose another output or move it away"
                )
            folder = (self.published / "current" / table).resolve()
            for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
                if path.is_file() and not _is_file_of(path, table):
                    shown = link / path.relative_to(folder)
                    raise OutputError(f"{shown}: is not a Copydesk file of this table; move it away")


def _is_file_of(path: Path, table: str) -> bool:
    """Whether a file is one that Copydesk wrote for this table, by the metadata in its footer."""
    if path.suffix != ".parquet":
        return False
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError):
        return False
    return bool(metadata.get(b"table") == table.encode())


def _try_lock(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second path: a hard link, or a copy where the file system has none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
