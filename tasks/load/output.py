"""The output folder: its layout, its lock, and publication of a new state in one step.

`articles/`, `quarantine/` and the other tables of `schema.PUBLISHED` are links through `.published/current`, itself a
link to the newest snapshot folder. A snapshot is built under a temporary name from hard links to the files that stay
and from new files. Replacing the one link `current` then shows readers all tables of the new state at once. Earlier
snapshots are kept for a while, so that a reader can finish with the files it has open.
"""

import errno
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tasks import schema
from tasks.load.layout import (
    CURRENT,
    EMPTY_FILE,
    FILE_LIST,
    PUBLISHED,
    TABLES,
    UNPUBLISHED,
    DamagedOutputError,
    OutputError,
    check_ownership,
    files_in,
    find_damage,
    link_target,
    listed_files,
    next_snapshot,
    snapshot_names,
    write_mark,
)
from tasks.load.tables.months import UNKNOWN_MONTH
from tasks.storage.atomic import remove_temporary, remove_temporary_of, replace_link, replaced_folder, write_json
from tasks.storage.output_mark import MANUAL, MARK, read_mark
from tasks.storage.tables import is_file_of, write_table

KEEP_SNAPSHOTS = 3  # the current one and two before, for readers in the middle of a scan
_LOCK_POLL_SECONDS = 1.0
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # also of a path made of one; a drive of Windows is one letter
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)  # what file systems without links answer
FORMAT = "1"  # of the folder's layout; a version with another format refuses to write into this output


# where the file of a table without rows is; that of articles names a month, as all their files do
_EMPTY_FILES = dict.fromkeys(TABLES, EMPTY_FILE) | {"articles": f"published_month={UNKNOWN_MONTH}/{EMPTY_FILE}"}


class OutputBusyError(OutputError):
    """Another run is writing to this output."""


class NothingPublishedError(OutputError):
    """No run has published to this output yet."""

    def __init__(self, root: str | Path) -> None:
        path = Path(root)
        around = next((one for one in path.resolve().parents if read_mark(one)), None)
        if around:
            super().__init__(f"{root}: is a part of the dataset in {around}; give the folder of the whole dataset")
        elif path.is_file():
            super().__init__(f"{root}: is a file; give the folder of a dataset")
        else:
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
    """One output folder.

    Raises:
        OutputError: its name is an address, e.g. `s3://bucket/news`.
    """

    def __init__(self, root: str | Path) -> None:
        if _ADDRESS.match(str(root)):
            raise OutputError(
                f"{root}: the output must be a folder of this machine; `copydesk mirror` copies it to an object store"
            )
        self.root = Path(root)
        self.work = self.root / "work" / "run"  # a folder within, so that what others put into `work/` stays
        self.runs = self.root / "runs"
        self.quality = self.root / "quality"
        self.reports = self.root / "report"
        self.published = self.root / PUBLISHED

    # ------------------------------------------------------------------ reading

    @classmethod
    def open(cls, root: str | Path) -> "Output":
        """The output of a folder that a run has published to.

        Raises:
            NothingPublishedError: no run has.
            DamagedOutputError: it lost a part, e.g. its links in a copy.
        """
        output = cls(root)
        output.check_whole()
        if not output.exists():
            raise NothingPublishedError(root)
        return output

    def exists(self) -> bool:
        """Whether a run has published here."""
        return (self.published / CURRENT).is_dir()

    def state(self) -> str:
        """The number of the published state; empty before the first."""
        return (self.published / CURRENT).readlink().name if self.exists() else ""

    def files(self, table: str) -> dict[str, Path]:
        """The files with rows of a published table, by their path in it."""
        found = files_in(self.published / CURRENT / table)
        empty = _EMPTY_FILES[table]
        return {name: path for name, path in found.items() if name.endswith(".parquet") and name != empty}

    def check_whole(self) -> None:
        """Check that the output is as it was published.

        Raises:
            DamagedOutputError: it lost a part, e.g. its links in a copy; the message names the remedy.
        """
        damage = find_damage(self.root)
        if damage:
            raise DamagedOutputError(self.root, damage)

    # ------------------------------------------------------------------ writing

    def prepare(self) -> None:
        """Create the folder and its parts, and mark it as an output.

        Raises:
            OutputError: the folder cannot be written to, is an output of another format, or holds what is not ours.
        """
        self.check_usable()
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
            check_links(self.published, self.root)
            write_mark(self.root)
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
        self.sweep_root()
        state, names = self.state(), snapshot_names(self.root)
        for name in names if state else ():
            # a snapshot later than the current one was built but not published
            if name > state or (name < state and name not in names[-KEEP_SNAPSHOTS:]):
                shutil.rmtree(self.published / name, ignore_errors=True)
        if state:  # a run may have been killed before it was done with these
            self._link_tables()

    def sweep_root(self) -> None:
        """Delete files and links that were made and not put in their place; what else is in the folder is not ours."""
        for name in (*TABLES, MARK, *MANUAL):
            remove_temporary_of(self.root / name)

    def clear_work(self) -> None:
        """Delete the files between the steps, when the run is over."""
        shutil.rmtree(self.work, ignore_errors=True)
        with suppress(OSError):  # it holds files of somebody else
            self.work.parent.rmdir()

    def delete_earlier_snapshots(self) -> None:
        """Delete every snapshot but the current one."""
        for name in snapshot_names(self.root):
            if name != self.state():
                shutil.rmtree(self.published / name, ignore_errors=True)

    def publish(self, changes: Changes) -> str:
        """Make a new state visible in one step, and return its number. Nothing is visible if this does not return."""
        self._check_tables()
        state = next_snapshot(self.root)
        with replaced_folder(self.published / state) as snapshot:
            sizes: dict[str, dict[str, int]] = {}
            for table in TABLES:
                added, removed = changes.added.get(table, {}), changes.removed.get(table, set())
                files = {name: path for name, path in (self.files(table) | added).items() if name not in removed}
                sizes[table] = _fill(snapshot / table, table, files)
            write_json(sizes, snapshot / FILE_LIST)
            for folder in [snapshot, *(path for path in snapshot.rglob("*") if path.is_dir())]:
                _flush_folder(folder)
        replace_link(self.published / CURRENT, state)
        _flush_folder(self.published)
        self._link_tables()
        return state

    def _link_tables(self) -> None:
        """Make the links of the tables, where there are none yet."""
        for table in TABLES:
            link = self.root / table
            if not link.is_symlink():
                if link.exists():
                    raise OutputError(f"{link}: was not created by Copydesk; move it away")
                replace_link(link, link_target(table))
        write_mark(self.root)

    def check_usable(self) -> None:
        """Check that the output is whole, and that every file in its tables and folders was created by Copydesk.

        Raises:
            OutputError: a part is missing; or there is a foreign file or folder, which would be lost.
        """
        self.check_whole()
        for table in TABLES:
            link = self.root / table
            if link.exists() and not link.is_symlink():
                raise OutputError(
                    f"{link}: already exists and was not created by Copydesk; choose another output or move it away"
                )
        check_ownership(self.root)
        self._check_tables()

    def _check_tables(self) -> None:
        """Check that every file in the tables is ours: as listed when it was published, or by its footer.

        Raises:
            OutputError: another file is there, which would be lost with the next state.
        """
        listed = listed_files(self.published / CURRENT) or {}
        for table in TABLES:
            known = listed.get(table, {})
            for name, path in files_in(self.published / CURRENT / table).items():
                if name not in known and not is_file_of(path, table):
                    raise OutputError(f"{self.root / table / name}: is not a Copydesk file of this table; move it away")


def _fill(folder: Path, table: str, files: dict[str, Path]) -> dict[str, int]:
    """Link files into the folder of a table in a snapshot; without any, write one without rows. Returns their sizes."""
    folder.mkdir(parents=True)
    for name, path in files.items():
        link_or_copy(path, folder / name)
    if not files:
        write_table(schema.PUBLISHED[table].empty_table(), folder / _EMPTY_FILES[table])
    return {name: (folder / name).stat().st_size for name in files or [_EMPTY_FILES[table]]}


def check_links(folder: Path, root: Path) -> None:
    """Check that symbolic links can be made in a folder of an output, as a publication does after hours of work.

    Raises:
        OutputError: the file system has none, e.g. exFAT or some network shares.
    """
    scratch = folder / ".link-check"
    try:
        replace_link(scratch, "target")
        scratch.unlink()
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise OutputError(f"{root}: cannot be written to ({error.strerror or error})") from error
        raise OutputError(
            f"{root}: its file system has no symbolic links ({error.strerror or error}); choose an output on another "
            f"disk, and publish to this one with `copydesk mirror file://{root.absolute()}`"
        ) from error


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
