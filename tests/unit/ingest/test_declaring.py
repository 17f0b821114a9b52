"""Tables of texts: what the columns beside a text say of its headline, writers, date and publisher is used."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.datasets import query
from support.ids import case_id

from flows.cli.main import main
from tasks.ingest.formats.declaring import declared_in, declaring_columns

TEXT = "\n\n".join(
    f"The council said on Tuesday that part {n} of the harbour wall would be repaired before the winter storms come."
    for n in range(6)
)
ROW = {
    "title": "Harbour wall to be repaired",
    "author": "Ada Mork, Kai Lenz",
    "date": "2025-04-01",
    "publication": "The Castor Ledger",
    "category": "Local",
    "url": "https://castor.example/news/harbour-wall",
    "content": TEXT,
}


def declared(row):
    found = declared_in(row)
    return json.loads(found)["columns"] if found else {}


def write_json(path):
    path.write_text(json.dumps(ROW))


def write_csv(path):
    cells = (f'"{value}"' for value in ROW.values())
    path.write_text(f"{','.join(ROW)}\n{','.join(cells)}\n")


def write_parquet(path):
    day = pa.array([date(2025, 4, 1)])
    pq.write_table(pa.Table.from_pylist([ROW]).set_column(2, "date", day), path)


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.jsonl", write_json), ("a.csv", write_csv), ("a.parquet", write_parquet)],
    ids=["json", "csv", "parquet"],
)
def test_the_columns_of_a_text_are_what_its_page_declares(name, write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / name)
    assert main(["run", name, "--output", "out", "--quiet"]) == 0
    columns = "title, title_from, authors, authors_from, published_date::varchar, published_from, publisher, section"
    assert query(tmp_path / "out", "articles", columns) == [
        (
            *("Harbour wall to be repaired", "column:title", ["Ada Mork", "Kai Lenz"], "column:author"),
            *("2025-04-01", "column:published", "The Castor Ledger", "Local"),
        )
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"headline": " A wall ", "text": TEXT}, {"title": ["A wall"]}),
        ({"authors": ["Ada Mork", {"name": "Kai Lenz"}]}, {"author": ["Ada Mork", "Kai Lenz"]}),
        ({"authors": "['Ada Mork', 'Kai Lenz']"}, {"author": ["Ada Mork", "Kai Lenz"]}),
        ({"authors": "['Ada Mork', broken]'"}, {"author": ["['Ada Mork', broken]'"]}),
        ({"publishedAt": datetime(2025, 4, 1, 9, tzinfo=UTC)}, {"published": ["2025-04-01T09:00:00+00:00"]}),
        ({"published": 1743498000}, {"published": ["1743498000"]}),
        ({"date": None, "published": "2025-04-02"}, {"published": ["2025-04-02"]}),
        ({"date_publish": "2025-04-02", "date": "2025-04-09"}, {"published": ["2025-04-02"]}),
        ({"title": "nan", "author": float("nan"), "date": "None", "section": []}, {}),
        ({"title": "x" * 3_000}, {}),
        ({"source": {"id": "castor", "name": "The Castor Ledger"}}, {"publisher": ["The Castor Ledger"]}),
        (
            {"source": "https://castor.example/1", "publication": "The Castor Ledger"},
            {"publisher": ["The Castor Ledger"]},
        ),
        ({"_index": "news", "_source": {"title": "A wall"}}, {"title": ["A wall"]}),
        ({"image": "https://ada:secret@castor.example/1.jpg"}, {"image": ["https://castor.example/1.jpg"]}),
        ({"title": b"A wall", "id": 4}, {"title": ["A wall"]}),
        (
            {"markdown": TEXT, "metadata": {"title": "A wall", "publishedTime": "2025"}},
            {"title": ["A wall"], "published": ["2025"]},
        ),
        ({"title": "A wall", "data": {"title": "Another"}, "image": {"title": "A photo"}}, {"title": ["A wall"]}),
    ],
    ids=case_id,
)
def test_a_cell_may_be_written_in_many_ways(row, expected):
    assert declared(row) == expected


@given(
    st.dictionaries(
        st.sampled_from(["title", "authors", "date", "language"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_no_cell_breaks_a_row(row):
    assert all(text for values in declared(row).values() for text in values)


def test_columns_beside_pages_of_html_are_not_read():
    assert declaring_columns(["title", "html", "url"]) == []
    assert declaring_columns(["Title", "text", "url", "published_at"]) == ["Title", "published_at"]
