"""The entities step as a Prefect task: one file of entities for each file of articles, made when that is new."""

import logging
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.entities.find import find_entities, load_model, model_label
from tasks.steps import digest
from tasks.storage.tables import write_table

logger = logging.getLogger(__name__)

_STATE = b"copydesk_entities_of"  # names the articles and the model that a file was made from
_COLUMNS = ["article_id", "text", "language", "text_digest"]


@task(name="entities", task_run_name="entities", cache_policy=NO_CACHE, persist_result=False)
def entities(articles: Mapping[str, Path], folder: str, model_name: str) -> dict[str, int]:
    """Find the entities of all published articles (`articles`: place -> file) that have none yet by this model.

    Files are written one by one, so that a killed run goes on where it was; those of articles that are gone go too.
    Returns: articles read, entities found, files that were up to date, files removed.
    """
    model = load_model(model_name)
    counts = {"articles": 0, "entities": 0, "files_up_to_date": 0, "files_removed": 0}
    target = Path(folder)
    by_state = {(pq.read_schema(path).metadata or {}).get(_STATE): path for path in sorted(target.rglob("*.parquet"))}
    for place, path in articles.items():
        rows = pq.ParquetFile(path).read(columns=_COLUMNS).to_pylist()
        state = digest(model_label(model), *(f"{row['article_id']} {row['text_digest']}" for row in rows)).encode()
        out = target / place
        if state in by_state:
            if by_state[state] != out:  # the articles' file has another name now, and the same articles
                out.parent.mkdir(parents=True, exist_ok=True)
                by_state[state] = by_state[state].replace(out)
            counts["files_up_to_date"] += 1
            continue
        table = find_entities(rows, model)
        metadata = (table.schema.metadata or {}) | {_STATE: state}
        write_table(table.replace_schema_metadata(metadata), out, dictionary=["article_id", "type", "model"])
        counts["articles"] += len(rows)
        counts["entities"] += table.num_rows
        logger.info("entities of %s: %d in %d articles", place, table.num_rows, len(rows))
    for out in sorted(target.rglob("*.parquet")):
        if out.relative_to(target).as_posix() not in articles:
            out.unlink()
            counts["files_removed"] += 1
    return counts
