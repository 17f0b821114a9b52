"""The output folder: where everything lies, who may write, and how a new state becomes visible in one step.

`articles/`, `quarantine/`, `duplicates/`, `versions/`, `ledger/` and `sites/` are links through `.published/current`, itself a
link to the newest snapshot folder. A snapshot is built aside from hard links to what stays and files that are new;
replacing the one link `current` shows readers all tables of the new state at once. Earlier snapshots stay for
a while, so that a reader who has a file open keeps it.
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
from tasks.storage.atomic import sweep

TABLES = tuple(schema.PUBLISHED)
BESIDE = ("lines", "pages", "entities")  # folders of files that only ever grow, beside the tables
KEEP_SNAPSHOTS = 3  # the current one and two before, for readers in the middle of a scan
_SNAPSHOT = re.compile(r"^\d{6}$")
_LOCK_POLL_SECONDS = 1.0
FORMAT = "1"  # of the folder's layout; a later version refuses to write into an earlier one's output unasked


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
    """What a run changes: new files by table and place, and what they replace."""

    added: dict[str, dict[str, Path]] = field(default_factory=dict)  # table -> place within it -> staged file
    removed: dict[str, set[str]] = field(default_factory=dict)  # table -> places that are gone

    def rewrite(self, table: str, place: str, staged: Path | None, state: str) -> None:
        """Put a rewritten file in the place of another, or nothing; under a name of its own, made from the `state` before.

        A name never stands for two contents: who listed the old files and opens one after the new state came finds it gone,
        and is never given half of each.
        """
        self.added.setdefault(table, {}).pop(place, None)
        if staged is not None:
            self.added[table][renewed(place, state)] = staged
        if renewed(place, state) != place or staged is None:
            self.removed.setdefault(table, set()).add(place)

    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not any(self.added.values()) and not any(self.removed.values())


def renewed(place: str, state: str) -> str:
    """The name under which a file is written anew after a state: `a/b.parquet`, `a/b~7.parquet`, `a/b~12.parquet`."""
    stem = place.removesuffix(".parquet").rpartition("~")
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
        """The files of a published table by their place within it."""
        folder = self.published / "current" / table
        base = folder.resolve() if folder.is_dir() else None
        if base is None:
            return {}
        return {path.relative_to(base).as_posix(): path for path in sorted(base.rglob("*.parquet"))}

    # ------------------------------------------------------------------ writing

    def prepare(self) -> None:
        """Make the folder and its parts.

        Raises:
            OutputError: the place cannot be written to, or holds another format's output.
        """
        try:
            for folder in (self.root, self.work, self.runs, self.published):
                folder.mkdir(parents=True, exist_ok=True)
            mark = self.published / "format"
            if mark.exists():
                found = mark.read_text().strip()
                if found != FORMAT:
                    raise OutputError(
                        f"{self.root}: is an output of format {found}; this version writes format {FORMAT}"
                    )
            else:
                mark.write_text(FORMAT + "\n")
            if not os.access(self.root, os.W_OK):
                raise OutputError(f"{self.root}: cannot be written to (permission denied)")
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"{self.root}: cannot be written to ({error.strerror or error})") from error

    @contextmanager
    def lock(self, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold the output for one run. The lock is the kernel's: it ends with the process, even a killed one.

        Raises:
            OutputBusyError: another run holds it, and did not let go of it in `wait_seconds`.
        """
        path = self.published / "lock"
        deadline = time.monotonic() + wait_seconds
        with path.open("a+") as handle:
            try:
                while not _locked(handle):
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
        """Remove what killed runs left half done: temporary files, unfinished and outdated snapshots."""
        for folder in (
            self.work,
            self.published,
            self.reports,
            self.runs,
            self.quality,
            *(self.root / name for name in BESIDE),
        ):
            sweep(folder)
        current = str((self.published / "current").readlink()) if (self.published / "current").is_symlink() else ""
        numbers = sorted(path.name for path in self.published.iterdir() if _SNAPSHOT.match(path.name))
        for name in numbers:
            # a number above the current one was built and never shown
            if current and (name > current or (name < current and name not in numbers[-KEEP_SNAPSHOTS:])):
                shutil.rmtree(self.published / name, ignore_errors=True)

    def clear_work(self) -> None:
        """Remove what lies between the steps: the run is over."""
        shutil.rmtree(self.work, ignore_errors=True)

    def drop_earlier(self) -> None:
        """Remove every snapshot but the current one."""
        for path in self.published.iterdir():
            if _SNAPSHOT.match(path.name) and path.name != self.state():
                shutil.rmtree(path, ignore_errors=True)

    def publish(self, changes: Changes) -> str:
        """Make a new state visible in one step; returns its number. Nothing is visible if this does not return."""
        numbers = [int(path.name) for path in self.published.iterdir() if _SNAPSHOT.match(path.name)]
        name = f"{max(numbers, default=0) + 1:06d}"
        aside = self.published / f".{name}.tmp"
        shutil.rmtree(aside, ignore_errors=True)
        for table in TABLES:
            added, removed = changes.added.get(table, {}), changes.removed.get(table, set())
            (aside / table).mkdir(parents=True)
            for name_in_table, path in (self.files(table) | added).items():
                if name_in_table not in removed:
                    link_or_copy(path, aside / table / name_in_table)
        for folder in [aside, *(path for path in aside.rglob("*") if path.is_dir())]:
            _sync(folder)
        aside.rename(self.published / name)
        _swap(self.published / "current", name)
        _sync(self.published)
        for table in TABLES:
            place = self.root / table
            if not place.is_symlink():
                if place.exists():
                    raise OutputError(f"{place}: is not Copydesk's; move it away")
                _swap(place, f".published/current/{table}")
        return name

    def refuse_strangers(self) -> None:
        """Check that nothing of somebody else's stands where the tables go, or in them: a new state would leave it behind.

        Raises:
            OutputError: a foreign file or folder.
        """
        for table in TABLES:
            place = self.root / table
            if place.exists() and not place.is_symlink():
                raise OutputError(
                    f"{place}: is there already and was not made by Copydesk; choose another output or move it away"
                )
            folder = (self.published / "current" / table).resolve()
            for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
                if path.is_file() and not _is_of(path, table):
                    shown = place / path.relative_to(folder)
                    raise OutputError(f"{shown}: is no file of this table and was not made by Copydesk; move it away")


def _is_of(path: Path, table: str) -> bool:
    """Whether a file is one of ours, of this table: it says so in its footer."""
    if path.suffix != ".parquet":
        return False
    try:
        told = pq.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError):
        return False
    return bool(told.get(b"table") == table.encode())


def _locked(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second place: a hard link, or a copy where the file system has none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)


def _swap(link: Path, target: str) -> None:
    """Point a symbolic link elsewhere in one step."""
    aside = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
