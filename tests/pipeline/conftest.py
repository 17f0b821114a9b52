"""What several tests of whole runs look at, made once."""

import fcntl
import os
import shutil

import pytest
from support.outcomes import make_dataset


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """The folder of a dataset with every outcome; its pages are in `pages/`, its tables in `out/`.

    One test process makes it, and the others look at the same: it takes as long as many tests.
    """
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    root, is_made = shared / "outcomes", shared / "outcomes-made"
    with (shared / "outcomes-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_made.exists():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            make_dataset(root)
            is_made.touch()
    return root
