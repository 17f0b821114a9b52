"""What several tests of whole runs look at, made once."""

import pytest
from support.outcomes import make_dataset


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """The folder of a dataset with every outcome; its pages are in `pages/`, its tables in `out/`."""
    root = tmp_path_factory.mktemp("outcomes")
    make_dataset(root)
    return root
