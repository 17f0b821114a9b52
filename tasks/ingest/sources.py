"""The sources of a run, whether they are on disk, in an object store or on the Web."""

from pydantic import ValidationError

from tasks.ingest.fetch.fetching import is_web, publishers_of
from tasks.ingest.fetch.proxies import check_proxies
from tasks.ingest.listing import SourceError, check_sources
from tasks.ingest.selection import EVERYTHING, Selection
from tasks.storage.addresses import as_given, shown


def check_all_sources(sources: list[str], selection: Selection = EVERYTHING) -> None:
    """Refuse sources that cannot be read, without reading or fetching their pages.

    Raises:
        SourceError: a file or folder does not exist, may not be read or holds no page, or an address is not one.
        ListError: a list of publishers cannot be used.
    """
    sources = as_given(sources)
    web = [source for source in sources if is_web(source)]
    try:
        if web:
            check_proxies()
            publishers_of(web)
    except ValidationError as error:
        raise SourceError(f"{shown(str(error.errors()[0]['input']))}: {error.errors()[0]['msg']}") from error
    check_sources([source for source in sources if not is_web(source)], selection)
