"""Changes to an output without a run, under its lock and published in one step: compact, rebuild, mirror, forget."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tasks.extract.similarity import signatures_of
from tasks.load.maintenance import compaction, forget
from tasks.load.mirror import Mirror, MirrorError, Pushed
from tasks.load.output import Changes, Output
from tasks.storage.addresses import as_given
from tasks.storage.object_stores import file_system


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}"


@contextmanager
def _empty_folder(output: Output, name: str) -> Iterator[Path]:
    """An empty work folder, which is deleted afterwards."""
    folder = output.work / name
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def compact(output: Output, *, wait_seconds: float = 0.0) -> dict[str, tuple[int, int]]:
    """Join small files; returns the number of files before and after, by table."""
    with output.lock(wait_seconds):
        output.sweep()
        with _empty_folder(output, "compacted") as folder:
            changes = Changes()
            counts = compaction.compact(folder, output, _stamp(), changes)
            if not changes.is_empty():
                output.publish(changes)
    return counts


def push(output: Output, address: str, *, drops_earlier: bool = False) -> Pushed:
    """Publish the current state to a prefix of an object store.

    Raises:
        OSError: the store cannot be reached or written, another writer was faster, or it is the output itself.
    """
    given = as_given([address])[-1]  # the newest with this name, if it was given with several passwords
    files, root = file_system(given)
    if "file" in files.protocol and Path(root).resolve().is_relative_to(output.root.resolve()):
        raise MirrorError(f"{address}: is inside the output; name a folder outside of it")
    with output.lock():  # the state must not change while its files are read
        return Mirror(files, root, address).push(output, drops_earlier=drops_earlier)


def rebuild_index(output: Output, *, wait_seconds: float = 0.0) -> int:
    """Rebuild the signatures of all articles; returns how many there are."""
    with output.lock(wait_seconds):
        output.sweep()
        with _empty_folder(output, "rebuilt") as folder:
            changes = Changes()
            count = compaction.rebuild_signatures(folder, output, _stamp(), signatures_of, changes)
            output.publish(changes)
    return count


def forget_article(output: Output, target: forget.Target) -> tuple[dict[str, int], dict[str, int]]:
    """Delete articles and their pages everywhere, earlier snapshots included.

    A reader in the middle of a scan of an earlier snapshot loses it: forgetting takes effect at once.

    Returns: rows deleted by table or folder, and remaining traces (none if all went well).
    """
    with output.lock():
        output.sweep()
        with _empty_folder(output, "forgotten") as folder:
            changes = Changes()
            counts = forget.stage(folder, output, target, changes)
            if not changes.is_empty():
                output.publish(changes)
            counts |= forget.delete_unpublished(output, target)
        output.clear_work()
        output.delete_earlier_snapshots()
    return counts, forget.find_traces(output, target)
