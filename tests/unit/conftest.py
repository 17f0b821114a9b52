"""What several unit tests share."""

import pytest
from support.news_site import NewsSite


@pytest.fixture
def site():
    """A news site on loopback, which each test fills."""
    server = NewsSite()
    yield server
    server.shutdown()
    server.server_close()
