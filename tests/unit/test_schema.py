"""The columns are declared once; what travels in the file and what the manual says comes from there."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks import schema
from tasks.vocabulary import Action, Label, Reason

ROOT = Path(__file__).parents[2]
TABLES = [
    schema.PAGES,
    schema.DOCUMENTS,
    schema.LINES,
    schema.CANDIDATES,
    schema.EVIDENCE,
    schema.QUALITY_METRICS,
    schema.QUALITY_OUTCOMES,
    schema.ENTITIES,
    *schema.PUBLISHED.values(),
]
# the names that analysts' queries rest on; taking one away or changing its type breaks them
CONTRACT = {
    "article_id": "string", "source_uri": "string", "url": "string", "canonical_url": "string", "domain": "string", "publisher": "string",
    "publisher_short": "string", "title": "string", "summary": "string", "authors": "list<item: string>", "published_date": "date32[day]",
    "published_at": "timestamp[us, tz=UTC]", "published_utc_offset_minutes": "int16", "modified_at": "timestamp[us, tz=UTC]",
    "fetched_at": "timestamp[us, tz=UTC]", "language": "string", "language_confidence": "float", "section": "string",
    "topics": "list<item: string>", "text": "string", "word_count": "int32", "paragraph_count": "int32", "captions": "list<item: string>",
    "image_credits": "list<item: string>", "image_url": "string", "wire_credit": "string",
    "quotes": "list<item: struct<text: string, speaker: string>>", "kind": "string", "confidence": "float", "title_from": "string",
    "authors_from": "string", "published_from": "string", "modified_from": "string", "publisher_from": "string", "language_from": "string",
    "text_digest": "string", "story_id": "string", "near_duplicate_of": "string", "similarity": "float", "version": "int32", "run_id": "string", "rules_version": "string",
}  # fmt: skip


def test_the_contract_with_analysts_holds():
    assert {name: str(schema.ARTICLES.field(name).type) for name in CONTRACT} == CONTRACT


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.metadata[b"table"].decode())
def test_every_column_has_a_sentence(table):
    assert len(table.names) == len(set(table.names))
    for field in table:
        assert schema.sentence(field).endswith((".", "?")), field.name


@pytest.mark.parametrize("word", [*Label, *Action, *Reason], ids=str)
def test_every_word_of_the_vocabularies_has_a_sentence(word):
    assert word.sentence.endswith(".")


def test_the_sentences_travel_in_the_parquet_file(tmp_path):
    pq.write_table(schema.ARTICLES.empty_table(), tmp_path / "a.parquet")
    read = pq.read_schema(tmp_path / "a.parquet")
    assert schema.sentence(read.field("published_at")) == schema.sentence(schema.ARTICLES.field("published_at"))
    assert read.metadata[b"copydesk_schema_version"] == schema.SCHEMA_VERSION.encode()


def test_conform_refuses_a_missing_required_column():
    with pytest.raises(ValueError, match="article_id must not be null"):
        schema.conform(pa.table({"title": ["x"]}), schema.ARTICLES)
