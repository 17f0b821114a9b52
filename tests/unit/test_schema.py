"""The columns are declared once; the sentences in the Parquet file and in the manual come from there."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.paths import ROOT

from tasks import schema
from tasks.schema.manual import columns_markdown
from tasks.vocabulary import Action, Label, Reason

TABLES = [
    schema.PAGES,
    schema.DOCUMENTS,
    schema.LINES,
    schema.CANDIDATES,
    schema.EVIDENCE,
    schema.QUALITY_METRICS,
    schema.QUALITY_OUTCOMES,
    schema.QUALITY_PROBLEMS,
    schema.ENTITIES,
    *schema.PUBLISHED.values(),
]
# The columns that queries of analysts rest on: removing one or changing its type breaks them.
COLUMNS_BY_TYPE = {
    "string": """
        article_id source_uri url canonical_url domain publisher publisher_short title summary language section text
        image_url wire_credit kind title_from authors_from published_from modified_from publisher_from language_from
        text_digest story_id near_duplicate_of run_id rules_version
    """,
    "list<item: string>": "authors topics captions image_credits",
    "date32[day]": "published_date",
    "timestamp[us, tz=UTC]": "published_at modified_at fetched_at",
    "int16": "published_utc_offset_minutes",
    "float": "language_confidence confidence similarity",
    "int32": "word_count paragraph_count version",
    "list<item: struct<text: string, speaker: string>>": "quotes",
}
CONTRACT = {name: kind for kind, names in COLUMNS_BY_TYPE.items() for name in names.split()}


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


def test_the_table_in_the_manual_is_the_schema():
    assert columns_markdown(schema.ARTICLES) in (ROOT / "output" / "README.md").read_text(encoding="utf-8")


def test_conform_refuses_a_missing_required_column():
    with pytest.raises(ValueError, match="article_id must not be null"):
        schema.conform(pa.table({"title": ["x"]}), schema.ARTICLES)
