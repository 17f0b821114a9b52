"""Care of an output, under its lock and published in one step: compaction, the index anew, and forgetting an article."""

import shutil
from datetime import UTC, datetime

from tasks.extract.similarity import signatures_of
from tasks.load.maintenance import compaction, forget
from tasks.load.mirror import Mirror, Pushed
from tasks.load.output import Changes, Output
from tasks.storage.object_stores import file_system


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}"


def compact(output: Output, *, wait_seconds: float = 0.0) -> dict[str, tuple[int, int]]:
    """Join small files; returns the number of files before and after, by table."""
    with output.lock(wait_seconds):
        output.sweep()
        folder, changes = output.work / "compacted", Changes()
        shutil.rmtree(folder, ignore_errors=True)
        counts = compaction.compact(folder, output, _stamp(), changes)
        if not changes.is_empty():
            output.publish(changes)
        shutil.rmtree(folder, ignore_errors=True)
    return counts


def push(output: Output, address: str, *, drops_earlier: bool = False) -> Pushed:
    """Publish the present state to a prefix of an object store.

    Raises:
        OSError: the store cannot be reached or written, or another writer was first.
    """
    files, root = file_system(address)
    with output.lock():  # the state must not move while its files are read
        return Mirror(files, root, address).push(output, drops_earlier=drops_earlier)


def rebuild_index(output: Output, *, wait_seconds: float = 0.0) -> int:
    """Make the signatures of all articles anew; returns how many there are."""
    with output.lock(wait_seconds):
        output.sweep()
        folder, changes = output.work / "rebuilt", Changes()
        shutil.rmtree(folder, ignore_errors=True)
        count = compaction.rebuild_signatures(folder, output, _stamp(), signatures_of, changes)
        output.publish(changes)
        shutil.rmtree(folder, ignore_errors=True)
    return count


def forget_article(output: Output, target: forget.Target) -> tuple[dict[str, int], dict[str, int]]:
    """Take articles and their pages out everywhere, earlier snapshots included.

    Readers in the middle of a scan of an earlier snapshot lose it: what is forgotten is forgotten at once.

    Returns: rows taken out by table or folder, and the traces that are left (none, if all went well).
    """
    with output.lock():
        output.sweep()
        folder, changes = output.work / "forgotten", Changes()
        shutil.rmtree(folder, ignore_errors=True)
        counts = forget.stage(folder, output, target, changes)
        if not changes.is_empty():
            output.publish(changes)
        counts |= forget.delete_unpublished(output, target)
        shutil.rmtree(output.work, ignore_errors=True)
        output.delete_earlier_snapshots()
    return counts, forget.find_traces(output, target)
