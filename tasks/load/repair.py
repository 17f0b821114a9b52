"""An output that lost its links, or files, in a copy: its links are made again from the newest whole snapshot.

What is in the way is moved to a folder in `.published/` first. It is deleted only if everything in it is in the
snapshot too, and only after the links are made.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.load.layout import (
    CURRENT,
    DAMAGED,
    FILE_LIST,
    TABLES,
    OutputError,
    files_in,
    find_damage,
    is_copied_link,
    is_copied_table,
    link_target,
    missing_files,
    next_snapshot,
    snapshot_names,
    write_mark,
)
from tasks.load.output import Output, link_or_copy
from tasks.storage.atomic import replace_link, replaced_folder, write_json

_REPLACED = "replaced"  # what was in the way of the links, until it is deleted


@dataclass(frozen=True)
class Repaired:
    """What a repair did: the state that is published now, and what it kept that is not in that state."""

    damage: str
    state: str
    kept: tuple[Path, ...]


def repair(output: Output) -> Repaired | None:
    """Publish the newest whole snapshot of a damaged output again; None if the output is whole.

    Raises:
        OutputError: there is no whole snapshot, or something that is not ours is in the way; nothing was changed.
    """
    if not find_damage(output.root) and not (output.published / _REPLACED).is_dir():
        return None
    output.published.mkdir(exist_ok=True)
    with output.lock():
        damage = find_damage(output.root)
        if not damage:  # a repair was killed before it was done
            _delete_copies(output)
            output.sweep_root()
            return None
        for table in TABLES:
            _check_place(output.root / table, table)
        state = _newest_whole(output)
        for name in snapshot_names(output.root):
            if name > state:  # the next run would delete it: it was never published, or it lost files
                (output.published / name).rename(output.published / f"{DAMAGED}{name}")
        _make_links(output, state)
        kept = _delete_copies(output)
        output.sweep_root()
        write_mark(output.root)
    return Repaired(damage, state, (*kept, *sorted(output.published.glob(f"{DAMAGED}*"))))


def _check_place(link: Path, table: str) -> None:
    if link.is_symlink() or not link.exists() or is_copied_link(link, table) or is_copied_table(link, table):
        return
    raise OutputError(f"{link}: already exists and was not created by Copydesk; move it away, then repair")


def _newest_whole(output: Output) -> str:
    """The name of the newest whole snapshot; it is built from copied folders if there is no other.

    Raises:
        OutputError: no copy of the tables is whole.
    """
    for name in reversed(snapshot_names(output.root)):
        if _is_whole(output.published / name):
            return name
    folder = output.published / CURRENT
    if not folder.is_symlink() and _is_whole(folder):
        return _built(output, {table: files_in(folder / table) for table in TABLES})
    tables = {table: files_in(output.root / table) for table in TABLES if not (output.root / table).is_symlink()}
    if tables.get("ledger") and all(map(_is_readable, (path for files in tables.values() for path in files.values()))):
        return _built(output, tables)
    raise OutputError(f"{output.root}: no whole copy of its tables is left; copy it again, hidden folders included")


def _is_whole(snapshot: Path) -> bool:
    """Whether a snapshot has all its files, and each is readable to its end."""
    files = [path for table in TABLES for path in files_in(snapshot / table).values()]
    has_ledger = bool(files_in(snapshot / "ledger"))  # every published page is in it
    return has_ledger and not missing_files(snapshot) and all(map(_is_readable, files))


def _is_readable(path: Path) -> bool:
    """Whether a file is whole: the end of a Parquet file says how long it is."""
    try:
        pq.ParquetFile(path).close()
    except (pa.ArrowException, OSError):
        return False
    return True


def _built(output: Output, tables: dict[str, dict[str, Path]]) -> str:
    """Build a snapshot from the files of copied tables. Returns its name."""
    name = next_snapshot(output.root)
    with replaced_folder(output.published / name) as snapshot:
        for table in TABLES:
            (snapshot / table).mkdir()
            for path_in_table, path in tables.get(table, {}).items():
                link_or_copy(path, snapshot / table / path_in_table)
        sizes = {
            table: {place: path.stat().st_size for place, path in files_in(snapshot / table).items()}
            for table in TABLES
        }
        write_json(sizes, snapshot / FILE_LIST)
    return name


def _make_links(output: Output, state: str) -> None:
    """Point the links at a snapshot; copies in their place are moved away."""
    targets = {output.published / CURRENT: state} | {output.root / table: link_target(table) for table in TABLES}
    for link, target in targets.items():
        if link.exists() and not link.is_symlink():
            (output.published / _REPLACED).mkdir(exist_ok=True)
            link.rename(output.published / _REPLACED / link.name)
        replace_link(link, target)


def _delete_copies(output: Output) -> list[Path]:
    """Delete the copies that were moved away, if the published state has all that is in them. Returns the others."""
    replaced, kept = output.published / _REPLACED, []
    for copy in sorted(replaced.iterdir()) if replaced.is_dir() else []:
        current = output.published / CURRENT
        original = current if copy.name == CURRENT else current / copy.name
        if copy.is_file():  # the text of a link
            copy.unlink()
        elif _sizes(copy).items() <= _sizes(original).items():
            shutil.rmtree(copy)
        else:
            kept.append(copy)
    if replaced.is_dir() and not kept:
        replaced.rmdir()
    return kept


def _sizes(folder: Path) -> dict[str, int]:
    """The sizes of files by their path: two files of the tables never share a name."""
    return {name: path.stat().st_size for name, path in files_in(folder).items()}
