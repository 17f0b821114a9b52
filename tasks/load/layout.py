"""The layout of an output folder: the names of its parts, the mark that makes it ours, and whether it is whole.

A copy may lose the symbolic links of an output, or follow them. Such a copy is not read or written before it is
repaired: it would look like a dataset to which nothing was ever published.
"""

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import orjson

from tasks import schema
from tasks.errors import EXIT_USAGE, CopydeskError
from tasks.storage.atomic import write_json
from tasks.storage.output_mark import MARK, read_mark
from tasks.storage.tables import is_file_of

TABLES = tuple(schema.PUBLISHED)
UNPUBLISHED = ("lines", "pages", "entities")  # folders beside the tables, to which files are only added
PUBLISHED, CURRENT = ".published", "current"
FILE_LIST = "files.json"  # in every snapshot: the size of each file by table and path
EMPTY_FILE = "empty.parquet"  # in a table without rows, so that readers find its columns
SNAPSHOT = re.compile(r"^\d{6}$")
_OWN_FOLDERS = ("work", "runs", "quality", "report", *UNPUBLISHED, "warc")
DAMAGED = "damaged-"  # before the number of a snapshot that lost files
_CLUTTER = ("desktop.ini", "Thumbs.db")  # what file managers leave everywhere, beside hidden files


class OutputError(CopydeskError, OSError):
    """An unusable output folder; the message is shown to the user."""

    exit_code = EXIT_USAGE


class DamagedOutputError(OutputError):
    """An output that lost a part, e.g. its links in a copy."""

    def __init__(self, root: Path, damage: str) -> None:
        super().__init__(f"{root}: {damage}; nothing was changed, run `copydesk repair --output {root}`")


def link_target(table: str) -> str:
    """What the link of a table points to."""
    return f"{PUBLISHED}/{CURRENT}/{table}"


def snapshot_names(root: Path) -> list[str]:
    """The names of the snapshots of an output, the newest last."""
    folder = root / PUBLISHED
    return sorted(path.name for path in folder.iterdir() if SNAPSHOT.match(path.name)) if folder.is_dir() else []


def next_snapshot(root: Path) -> str:
    """The name of the next snapshot: no two ever share one."""
    damaged = [path.name.removeprefix(DAMAGED) for path in (root / PUBLISHED).glob(f"{DAMAGED}*")]
    numbers = [int(name) for name in [*snapshot_names(root), *damaged] if SNAPSHOT.match(name)]
    return f"{max(numbers, default=0) + 1:06d}"


def files_in(folder: Path) -> dict[str, Path]:
    """The files of a folder by their path in it, without clutter, e.g. `.DS_Store` or `._000001.parquet`."""
    if not folder.is_dir():
        return {}
    base = folder.resolve()
    found = ((path.relative_to(base), path) for path in sorted(base.rglob("*")) if path.is_file())
    return {name.as_posix(): path for name, path in found if not any(map(_is_clutter, name.parts))}


def _is_clutter(name: str) -> bool:
    return name.startswith(".") or name in _CLUTTER


def is_copied_link(path: Path, table: str) -> bool:
    """Whether a regular file has the target of a table's link as its text: what unpacking without links leaves."""
    try:
        return path.is_file() and path.stat().st_size < 100 and path.read_text().strip() == link_target(table)
    except (OSError, UnicodeDecodeError):
        return False


def is_copied_table(path: Path, table: str) -> bool:
    """Whether a folder in the place of a table's link is a copy of that table: all files in it are of the table."""
    return not path.is_symlink() and path.is_dir() and all(is_file_of(file, table) for file in files_in(path).values())


# ---------------------------------------------------------------------- the mark


def write_mark(root: Path) -> None:
    """Mark a folder as an output, or note in its mark that a run has published to it."""
    mark = read_mark(root)
    has_published = (root / PUBLISHED / CURRENT).is_dir()
    if mark is None:
        try:
            number = version("copydesk")
        except PackageNotFoundError:  # run from its source
            number = "unknown"
        write_json({"made_by": f"copydesk {number}", "has_published": has_published}, root / MARK)
    elif has_published and not mark.get("has_published"):
        write_json(mark | {"has_published": True}, root / MARK)


def check_ownership(root: Path) -> None:
    """Refuse a folder in which something else is in the place of our own folders.

    Outputs of versions that wrote no mark are known by their folder `.published`.

    Raises:
        OutputError: the message names what is in the way.
    """
    if read_mark(root) is not None or _is_unmarked_output(root):
        return
    for name in (MARK, PUBLISHED, *_OWN_FOLDERS):
        path = root / name
        if (
            path.is_symlink()
            or path.is_file()
            or (path.is_dir() and any(not _is_clutter(own.name) for own in path.iterdir()))
        ):
            raise OutputError(
                f"{path}: already exists and was not created by Copydesk; choose another output or move it away"
            )


def _is_unmarked_output(root: Path) -> bool:
    folder = root / PUBLISHED
    return (folder / "format").is_file() or (folder / CURRENT).is_symlink() or bool(snapshot_names(root))


# ---------------------------------------------------------------------- damage


def find_damage(root: Path) -> str | None:
    """What is wrong with an output that was copied or lost files, as a clause; None if it is whole or new."""
    current = root / PUBLISHED / CURRENT
    if current.is_symlink():
        if not current.is_dir():
            return f"its published state {current.readlink().name} is missing"
    elif current.exists():
        return "its links were replaced by copies of what they point to"
    elif _has_published(root):
        if snapshot_names(root):
            return "its links are missing, as in a copy made without them"
        return f"its folder {PUBLISHED} is missing or empty, as in a copy made without hidden folders"
    else:
        return None
    for table in TABLES:
        link = root / table
        if not link.is_symlink() and (is_copied_link(link, table) or is_copied_table(link, table)):
            return f"{table} is not a link any longer, as in a copy made without links"
    snapshot = current.resolve()
    lost = missing_files(snapshot)
    if lost and current.resolve() == snapshot:  # and no other state was published meanwhile
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        return f"its published state lacks files or has incomplete ones: {lost[0]}{more}"
    return None


def _has_published(root: Path) -> bool:
    mark = read_mark(root)
    if mark is not None and mark.get("has_published"):
        return True
    if any((root / table).is_symlink() or is_copied_link(root / table, table) for table in TABLES):
        return True
    if any(is_copied_table(root / table, table) and files_in(root / table) for table in TABLES):
        return True
    if mark is not None:  # a first snapshot that was built when its run was killed
        return False
    return bool(snapshot_names(root)) and any(_names_a_snapshot(path) for path in (root / "runs").glob("*.json"))


def _names_a_snapshot(report: Path) -> bool:
    try:
        content = orjson.loads(report.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return False
    return isinstance(content, dict) and bool(content.get("snapshot"))


def listed_files(snapshot: Path) -> dict[str, dict[str, int]] | None:
    """The sizes of a snapshot's files by table and path, as listed when it was built; None for older versions."""
    try:
        content = orjson.loads((snapshot / FILE_LIST).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return content if isinstance(content, dict) else None


def missing_files(snapshot: Path) -> list[str]:
    """The files of a snapshot that are missing or of another size than listed."""
    listed = listed_files(snapshot) or {}
    return [
        f"{table}/{name}"
        for table, names in listed.items()
        for name, size in names.items()
        if _size(snapshot / table / name) != size
    ]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
