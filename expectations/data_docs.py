"""Data Docs of Great Expectations, for those who want them: keeps results as JSON, builds pages from them, prunes both.

The pages load styles and scripts from the network when they are opened (GX 1.24 offers no other way). Copydesk's own
report does not.
"""

from pathlib import Path
from typing import Any

# a full build takes time in proportion to them (3 CPU seconds for 100); with five gates, these are the last twenty runs
KEEP_RESULTS = 100
_SITE = "site"
_STORE = "kept_results"


def config(folder: Path | None) -> Any:
    """The configuration of a context that keeps nothing, or that keeps results and builds pages in a folder."""
    from great_expectations.data_context.types import base  # noqa: PLC0415 - takes seconds

    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": _files(folder) if folder else None,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    context: Any = base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars={"globally": False},  # type: ignore[arg-type] # as in its own documentation
        data_docs_sites={_SITE: site} if folder else {},
    )
    if folder is not None:
        context.stores[_STORE] = {"class_name": "ValidationResultsStore", "store_backend": _files(folder / ".results")}
        context.validation_results_store_name = _STORE
    return context


def _files(folder: Path) -> dict[str, str]:
    return {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder.resolve())}


def build(folder: Path, keep: int = KEEP_RESULTS) -> Path:
    """Delete all but the newest results, rebuild the pages and return their index."""
    import great_expectations as gx  # noqa: PLC0415 - takes seconds

    context = gx.get_context(mode="ephemeral", project_config=config(folder))
    store: Any = context.validation_results_store
    for key in sorted(store.list_keys(), key=lambda key: key.run_id.run_time)[:-keep]:
        store.remove_key(key)
    if (folder / "validations").is_dir():
        context.clean_data_docs(site_name=_SITE)
    context.build_data_docs()
    return folder / "index.html"
