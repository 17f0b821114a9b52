"""A row of a CSV file that is broken costs itself alone, where it is sure at which line the next one begins."""

import csv
import io
import time

import pytest
from support.source_files import HTML, URL, rows_of

PAGE = HTML.decode().replace("\n", " ") + "\n<p>one, two, three\n<p>https://a.example/x, and more\n"
BROKEN_QUOTE = f'{URL}/bad,"no end of it, <p>and\nmore\n'
CELL = "x" * 40


def table(*rows, header="url,html", quoting=csv.QUOTE_ALL):
    """Rows: numbers of sound rows, and texts as they are."""
    sink = io.StringIO()
    sink.write(f"{header}\n")
    writer = csv.writer(sink, quoting=quoting, lineterminator="\n")
    for row in rows:
        if isinstance(row, str):
            sink.write(row)
        else:
            writer.writerow([f"{URL}/{row}", PAGE])
    return sink.getvalue()


@pytest.mark.parametrize(
    ("text", "urls", "problems"),
    [
        (table(1, 2, BROKEN_QUOTE, 3, 4), [1, 2, None, 3, 4], ["broken_record"]),
        (table(BROKEN_QUOTE, 3, 4), [None, 3, 4], ["broken_record"]),
        (table(1, BROKEN_QUOTE, BROKEN_QUOTE, 3, BROKEN_QUOTE, 4), [1, None, 3, None, 4], ["broken_record"] * 2),
        (table(1, f'"{URL}/q","say "no" here"\n', 3), [1, None, 3], ["broken_record"]),
        (table(1, BROKEN_QUOTE, 3, 4, quoting=csv.QUOTE_MINIMAL), [1, None, 3, 4], ["broken_record"]),
        (table(1, f"{URL}/long,{'y' * (2 << 20)}\n", 3), [1, None, 3], ["too_large"]),
        # nothing shows where the next row begins
        (table(1, f'"{URL}/cut","<p>one\n<p>two, three\n'), [1, None], ["broken_file"]),
    ],
)
def test_the_rows_behind_a_broken_one_are_read(tmp_path, text, urls, problems):
    (tmp_path / "a.csv").write_text(text)
    rows, _ = rows_of(tmp_path / "a.csv")
    assert [row["url"] for row in rows] == [url and f"{URL}/{url}" for url in urls]
    assert [row["problem"] for row in rows if row["problem"]] == [f"ingest.{problem}" for problem in problems]
    assert all(row["raw"].decode() == PAGE for row in rows if row["url"])


def test_rows_without_addresses_are_found_by_their_numbers_and_times(tmp_path):
    rows = [f'{number},2026-03-0{number} 10:00,"<p>Story {number} {CELL}"\n' for number in range(1, 7)]
    rows[3] = '4,2026-03-04 10:00,"<p>no end\n12, 13, 14\n'
    (tmp_path / "a.csv").write_text("id,fetched_at,html\n" + "".join(rows))
    read, _ = rows_of(tmp_path / "a.csv")
    assert [bool(row["problem"]) for row in read] == [False, False, False, True, False, False]


@pytest.mark.parametrize("line", [f'{URL}/1,"\n', f'"{URL}/1",",\n', f'{URL}/1,"a"b\n', '"\n', f'"{URL}/1,"x\n'])
def test_the_search_takes_bounded_time(tmp_path, line):
    (tmp_path / "a.csv").write_text("url,html\n" + line * 60_000)
    start = time.process_time()
    rows_of(tmp_path / "a.csv")
    assert time.process_time() - start < 10


def test_a_million_blank_lines_behind_an_open_quote_are_searched_in_bounded_time(tmp_path):
    (tmp_path / "a.csv").write_text(table(1, f'{URL}/bad,"no end\n' + "\n" * 1_000_000, 3))
    started = time.process_time()
    rows, _ = rows_of(tmp_path / "a.csv")
    assert [row["problem"] for row in rows[:2]] == [None, "ingest.broken_file"]
    assert time.process_time() - started < 10  # two seconds; before, thirty
