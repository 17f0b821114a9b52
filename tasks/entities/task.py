"""The entities step as a Prefect task: one file of entities per file of articles, written when that is new."""

import logging
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.entities.find import find_entities, load_model, model_label
from tasks.steps import digest
from tasks.storage.tables import files_of, write_table

logger = logging.getLogger(__name__)

_STATE = b"copydesk_entities_of"  # metadata key of the articles and the model that a file was made from
_COLUMNS = ["article_id", "text", "language", "text_digest"]


@task(name="entities", task_run_name="entities", cache_policy=NO_CACHE, persist_result=False)
def entities(articles: Mapping[str, Path], folder: str, model_name: str) -> dict[str, int]:
    """Find the entities of all published articles that this model has not seen yet.

    Files are written one by one, so that a killed run can be resumed; files of articles that are gone are deleted.

    Args:
        articles: Files of articles by their path in the table.
        folder: Where files of entities are written, under the same paths.
        model_name: Name or folder of a spaCy model.

    Returns: articles read, entities found, files that were up to date, files removed.
    """
    model = load_model(model_name)
    counts = {"articles": 0, "entities": 0, "files_up_to_date": 0, "files_removed": 0}
    target = Path(folder)
    by_state = {(pq.read_schema(path).metadata or {}).get(_STATE): path for path in files_of(target, "entities")}
    for name, path in articles.items():
        rows = pq.ParquetFile(path).read(columns=_COLUMNS).to_pylist()
        state = digest(model_label(model), *(f"{row['article_id']} {row['text_digest']}" for row in rows)).encode()
        out = target / name
        if state in by_state:
            if by_state[state] != out:  # the file of articles was renamed, but has the same articles
                out.parent.mkdir(parents=True, exist_ok=True)
                by_state[state] = by_state[state].replace(out)
            counts["files_up_to_date"] += 1
            continue
        table = find_entities(rows, model)
        metadata = (table.schema.metadata or {}) | {_STATE: state}
        write_table(table.replace_schema_metadata(metadata), out, dictionary=["article_id", "type", "model"])
        counts["articles"] += len(rows)
        counts["entities"] += table.num_rows
        logger.info("entities of %s: %d in %d articles", name, table.num_rows, len(rows))
    for out in files_of(target, "entities"):
        if out.relative_to(target).as_posix() not in articles:
            out.unlink()
            counts["files_removed"] += 1
    return counts
