"""Great Expectations' own Data Docs, for those who want them: results kept as its JSON, pages built from them, pruned.

The pages load styles and scripts from the network when they are opened (GX 1.24 offers no other way); the report that
Copydesk writes does not.
"""

from pathlib import Path
from typing import Any

KEEP_RESULTS = 100  # a full build is linear in them (GX: 3 CPU seconds for 100); with five gates, the last twenty runs
_SITE = "site"


def config(folder: Path | None) -> Any:
    """The configuration of a context that keeps nothing, or, with a folder, keeps results and builds pages there."""
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults  # noqa: PLC0415 - seconds

    sites: Any = {}
    if folder is not None:
        builder = {"class_name": "DefaultSiteIndexBuilder"}
        sites = {_SITE: {"class_name": "SiteBuilder", "show_how_to_buttons": False, "store_backend": _files(folder),
                         "site_index_builder": builder}}  # fmt: skip
    made: Any = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars={"globally": False},  # type: ignore[arg-type] # as its own documentation writes it
        data_docs_sites=sites,
    )
    if folder is not None:
        made.stores["kept_results"] = {
            "class_name": "ValidationResultsStore",
            "store_backend": _files(folder / ".results"),
        }
        made.validation_results_store_name = "kept_results"
    return made


def _files(folder: Path) -> dict[str, str]:
    return {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder.resolve())}


def build(folder: Path, keep: int = KEEP_RESULTS) -> Path:
    """Drop all but the newest results, build the pages anew, and return their index."""
    import great_expectations as gx  # noqa: PLC0415 - seconds

    context = gx.get_context(mode="ephemeral", project_config=config(folder))
    store: Any = context.validation_results_store
    for key in sorted(store.list_keys(), key=lambda key: key.run_id.run_time)[:-keep]:
        store.remove_key(key)
    pages = folder / "validations"
    if pages.is_dir():
        context.clean_data_docs(site_name=_SITE)
    context.build_data_docs()
    return folder / "index.html"
