"""Pages as tables, and the pipeline's steps on them without Prefect."""

import pyarrow as pa

from tasks import schema
from tasks.clean.core import clean_pages
from tasks.extract.core import extract_documents
from tasks.ingest.formats import Options
from tasks.ingest.listing import list_files
from tasks.ingest.worker import file_rows

PIER_STORY = """<p>The ferry pier at Osterby will be closed for repairs until the spring, the harbour board said on
Monday after a survey found rot in eleven of its forty piles. Boats will use the old stone quay in the meantime.</p>
<p>Traders in the harbour street fear for the winter trade. They live from the people who get off that boat, one of
them said, and he wants the board to put up signs and to waive the rent until the pier is open again.</p>
<p>A public meeting will take place in the town hall. Residents can hand in questions beforehand, and the plans are on
display in the library during opening hours, where a model of the new pier can be seen as well.</p>"""
PIER_TITLE = "Pier shut after survey finds rot"


def page_rows(paths, options=None):
    """One row per page of these files and folders, as ingest reads them."""
    refs = list_files([str(path) for path in paths]).refs
    return [row for ref in refs for row in file_rows(ref, options or Options(20 << 20))]


def pages_table(paths):
    """The same rows as a table of `schema.PAGES`."""
    return pa.Table.from_pylist(page_rows(paths), schema=schema.PAGES)


def page_table(content, media_type="text/html", **columns):
    """A table of one page with this content (text or bytes); `columns` are further values of its row."""
    raw = content if isinstance(content, bytes) else content.encode()
    row = {
        "doc_id": "d",
        "source_uri": "page.html" if media_type == "text/html" else "page.txt",
        "media_type": media_type,
        "page_digest": "x",
        "byte_count": len(raw),
        "raw": raw,
    }
    return pa.Table.from_pylist([row | columns], schema=schema.PAGES)


def process(pages):
    """Clean and extract a table of pages: (documents, lines, candidates)."""
    documents, lines, _ = clean_pages(pages)
    return documents, lines, extract_documents(documents, lines)
