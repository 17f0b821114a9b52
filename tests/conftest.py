"""What several tests need: the sample pages, a quiet Prefect, the line without Prefect."""

import os
from pathlib import Path

os.environ.update(
    PREFECT_LOGGING_TO_API_ENABLED="false", PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1",
    PREFECT_LOGGING_LEVEL="CRITICAL", COPYDESK_WORKERS="1", COPYDESK_EXECUTOR="inline",
)  # fmt: skip

import pyarrow as pa
import pytest

from tasks import schema
from tasks.clean.core import clean_pages
from tasks.extract.core import extract_documents
from tasks.ingest.formats import Options
from tasks.ingest.listing import list_files
from tasks.ingest.worker import file_rows

PAGES = Path(__file__).parent / "pages"
EXPECTED = Path(__file__).parent / "expected"


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory):
    """A Prefect API of this session's own; only flow tests ask for it."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):  # the default of 30 s is too short on a busy machine
        yield


def pages_table(paths):
    """Pages as ingest gives them."""
    refs = list_files([str(path) for path in paths]).refs
    return pa.Table.from_pylist([row for ref in refs for row in file_rows(ref, Options(20 << 20))], schema=schema.PAGES)


def through_the_line(pages):
    """Documents, lines and candidate rows of a table of pages."""
    documents, lines, _ = clean_pages(pages)
    return documents, lines, extract_documents(documents, lines)


def text_page(text, name="page.txt", media_type="text/plain"):
    """A table of one page with this text or these bytes."""
    raw = text if isinstance(text, bytes) else text.encode()
    record = {
        "doc_id": "d",
        "source_uri": name,
        "media_type": media_type,
        "page_digest": "x",
        "byte_count": len(raw),
        "raw": raw,
    }
    return pa.Table.from_pylist([record], schema=schema.PAGES)


@pytest.fixture(scope="session")
def line():
    """The three functions above, for test modules (importlib mode keeps them from importing each other)."""
    from types import SimpleNamespace

    return SimpleNamespace(
        pages_table=pages_table, through=through_the_line, text_page=text_page, PAGES=PAGES, EXPECTED=EXPECTED
    )
