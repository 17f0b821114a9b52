"""Paths in what is scheduled: made absolute where they are written, and checked where they are used.

A worker runs in a temporary folder of its own. A relative path would name something else there: the run would publish
into a folder that is deleted afterwards. Prefect is imported where it is needed: reading a schedules file is quick.
"""

import glob
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.errors import UsageError
from tasks.storage.object_stores import is_remote

_PATTERN = "*?["


class PathError(UsageError):
    """A path that a run of a deployment cannot use; the message is shown to the user."""


def absolute(path: str, folder: Path) -> str:
    """A path, glob or address as it is written in a file of `folder`, so that it means the same everywhere."""
    if is_remote(path) or "://" in path:
        return path
    own = Path(path).expanduser()
    if own.is_absolute():
        return str(own)
    base = str(folder.absolute())
    # only what the user wrote is a pattern or names a day
    if any(character in path for character in _PATTERN):
        base = glob.escape(base)
    if "{day" in path:
        base = base.replace("{", "{{").replace("}", "}}")
    return str(Path(base) / own)


def absolute_parameters(parameters: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Parameters of a flow with the paths in them made absolute."""
    found = dict(parameters)
    for name in ("output", "thresholds", "sites", "mirror"):
        if isinstance(found.get(name), str):
            found[name] = absolute(found[name], folder)
    if isinstance(found.get("sources"), list):
        found["sources"] = [absolute(str(source), folder) for source in found["sources"]]
    return found


def check_paths(parameters: Any) -> None:
    """Refuse paths that this machine does not see, before any work; only runs of a deployment are checked.

    `parameters` are those of one of the flows.

    Raises:
        PathError: a path is relative, or a folder or file is missing; the message names it.
    """
    from prefect.runtime import deployment

    if not deployment.id:  # started by hand, in the folder of whoever started it
        return
    sources = [source for source in getattr(parameters, "sources", ()) if not is_remote(source)]
    named = {"sources": sources, "output": [parameters.output]}
    for name in ("thresholds", "sites"):
        named[name] = [path for path in [getattr(parameters, name, None)] if path]
    for name, paths in named.items():
        for path in paths:
            if not Path(path).is_absolute():
                raise PathError(
                    f"{name}: {path!r} is a relative path, and a worker runs in a temporary folder; give the whole path"
                )
    for name in ("thresholds", "sites"):
        for path in named[name]:
            if not Path(path).is_file():
                raise PathError(f"{name}: {path} does not exist on the machine of this run")
    _check_output(Path(parameters.output), str(deployment.id))


def _check_output(root: Path, deployment_id: str) -> None:
    """Refuse an output that would be a new folder beside the real one, e.g. where a disk is not mounted."""
    if root.is_dir():
        return
    if _has_work_pool(deployment_id):
        raise PathError(
            f"output: {root} does not exist on the machine of this worker; "
            "mount the folder there, or create it if this dataset is new"
        )
    if not root.parent.is_dir():
        raise PathError(f"output: {root.parent} does not exist on this machine; mount or create it")


def _has_work_pool(deployment_id: str) -> bool:
    """Whether workers run a deployment, and not the process that serves it."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return client.read_deployment(deployment_id).work_pool_name is not None
