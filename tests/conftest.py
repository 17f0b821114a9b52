"""A quiet Prefect, one worker, and property tests that do not watch the clock."""

import os

os.environ.update(
    PREFECT_LOGGING_TO_API_ENABLED="false",
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    PREFECT_LOGGING_LEVEL="CRITICAL",
    DO_NOT_TRACK="1",
    COPYDESK_WORKERS="1",
    COPYDESK_EXECUTOR="inline",
)

import pytest
from hypothesis import settings

# A slow machine is not an error; CI tries the same examples in every run.
settings.register_profile("copydesk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "copydesk")


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory):
    """A Prefect API for this session; only flow tests ask for it."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):  # the default of 30 s is too short on a busy machine
        yield
