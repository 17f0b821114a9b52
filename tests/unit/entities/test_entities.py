"""Entities of published articles, found by a small pipeline made here: no model is downloaded."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.entities.find import ModelError, find_entities, load_model
from tasks.entities.task import entities

spacy = pytest.importorskip("spacy")

TEXT = "Dana Wirth of the Harbor Ledger spoke in Port Ellery.\n\nPort Ellery listened to Wirth."
ARTICLES = [
    {"article_id": "a", "text": TEXT, "language": "en", "text_digest": "1"},
    {"article_id": "b", "text": "Dana Wirth sprach in Port Ellery.", "language": "de", "text_digest": "2"},
]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """An English pipeline of four rules, on disk as a user's model would be."""
    made = spacy.blank("en")
    made.add_pipe("entity_ruler").add_patterns(
        [
            {"label": "PERSON", "pattern": "Dana Wirth"},
            {"label": "ORG", "pattern": "the Harbor Ledger"},
            {"label": "GPE", "pattern": "Port Ellery"},
            {"label": "DATE", "pattern": "listened"},
        ]
    )
    folder = tmp_path_factory.mktemp("model")
    made.to_disk(folder)
    return str(folder)


def test_entities_stand_where_they_say(model):
    found = find_entities(ARTICLES, load_model(model)).to_pylist()
    assert [(row["text"], row["type"]) for row in found] == [
        ("Dana Wirth", "person"),
        ("the Harbor Ledger", "organisation"),
        ("Port Ellery", "place"),
        ("Port Ellery", "place"),
    ]
    assert all(TEXT[row["start"] : row["end"]] == row["text"] and row["article_id"] == "a" for row in found)


def test_only_what_is_new_is_read_again(model, tmp_path):
    source, target = tmp_path / "articles.parquet", tmp_path / "entities"
    pq.write_table(pa.Table.from_pylist(ARTICLES), source)
    places = {"published_month=2025-01/x.parquet": source, "published_month=2025-02/x.parquet": source}
    first = entities.fn(places, str(target), model)
    assert (first["articles"], first["entities"], first["files_up_to_date"]) == (4, 8, 0)
    assert entities.fn(places, str(target), model)["files_up_to_date"] == 2
    changed = [ARTICLES[0] | {"text": "Dana Wirth left.", "text_digest": "3"}]
    pq.write_table(pa.Table.from_pylist(changed), source)
    last = entities.fn({"published_month=2025-01/x.parquet": source}, str(target), model)
    assert (last["entities"], last["files_removed"]) == (1, 1)
    assert pq.read_table(target).column("text").to_pylist() == ["Dana Wirth"]


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ModelError, match=r"xx_no_such: is neither an installed spaCy model"):
        load_model("xx_no_such")


def test_a_model_without_entities_is_refused(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "m")
    with pytest.raises(ModelError, match="does not recognise entities"):
        load_model(str(tmp_path / "m"))
