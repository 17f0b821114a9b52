"""Control characters in the cells of tables are found, though many cells are looked at together."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, rows_of

BINARY = b"GIF\x00\x01\x02" * 40


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()])
@pytest.mark.parametrize("place", [0, 1, 63, 64, 199])
def test_one_binary_cell_among_clean_ones_is_found(tmp_path, kind, place):
    cells = [HTML] * 200
    cells[place] = BINARY
    pages = pa.array(cells, pa.binary()).cast(kind)
    table = pa.table({"url": [f"{URL}/{number}" for number in range(200)], "html": pages})
    pq.write_table(table.slice(place // 2), tmp_path / "a.parquet")
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows if row["problem"]] == ["ingest.binary"]
    assert rows[place - place // 2]["problem"] == "ingest.binary"


@pytest.mark.parametrize("column", ["html", "data", "payload"])
def test_a_binary_cell_within_another_column_is_found(tmp_path, column):
    inner = [{"html": HTML}, {"html": BINARY}]
    pages = [row["html"] for row in inner] if column == "html" else inner
    pq.write_table(pa.table({"url": [URL, f"{URL}/2"], column: pages}), tmp_path / "a.parquet")
    rows, _ = rows_of(tmp_path)
    found = [row["problem"] for row in rows]
    assert found in ([None, "ingest.binary"], ["ingest.no_pages"])
    assert column == "payload" or found[0] is None
