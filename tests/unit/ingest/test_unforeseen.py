"""What no reader was written for: it costs what follows it in its file, never the pages before it or the memory."""

import io
import threading
import zipfile

import pytest
from support.source_files import HTML, OPTIONS, rows_of

from tasks.ingest import reading_time
from tasks.ingest.formats import Opened, csv_rows
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw


@pytest.mark.parametrize(
    "error", [IndexError("x"), MemoryError(), ZeroDivisionError(), AttributeError("x"), RecursionError(), TypeError()]
)
@pytest.mark.parametrize("is_in_main_thread", [True, False])
def test_an_error_within_a_reader_is_a_finding_behind_the_pages_before_it(error, is_in_main_thread):
    def records():
        yield Record(HTML, "1")
        raise error

    found = []

    def read():
        found.extend(reading_time.within(records(), 10))

    if is_in_main_thread:
        read()
    else:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert [(record.key, record.flaw) for record in found] == [("1", None), ("end", Flaw.BROKEN_FILE)]
    assert type(error).__name__ in found[1].detail


def test_reading_ends_in_time_where_the_first_interruption_is_dropped():
    dropped = []

    def records():
        yield Record(HTML, "1")
        while True:
            try:
                while True:
                    sum(range(1000))
            except Exception:  # as libraries do
                if dropped:
                    raise
                dropped.append(True)

    found = list(reading_time.within(records(), 0.2))
    assert dropped
    assert [(record.key, record.flaw) for record in found] == [("1", None), ("end", Flaw.READER_TIMEOUT)]


def test_a_member_without_a_name_costs_only_itself(tmp_path):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("x", HTML)
        archive.writestr("good.html", HTML)
    raw = sink.getvalue()
    directory = raw.index(b"PK\x01\x02")
    entry = raw[directory : directory + 47]
    nameless = entry[:28] + b"\0\0" + entry[30:46]
    end = raw.index(b"PK\x05\x06")
    size = (end - directory - 1).to_bytes(4, "little")
    changed = raw[:directory] + nameless + raw[directory + 47 : end] + raw[end : end + 12] + size + raw[end + 16 :]
    (tmp_path / "a.zip").write_bytes(changed)
    rows, _ = rows_of(tmp_path)
    assert [row["raw"] for row in rows if not row["problem"]] == [HTML]


class _Endless(io.RawIOBase):
    """A header, and then one line without an end."""

    def __init__(self, letter):
        self._left, self._letter, self.count = b"url,html\n", letter, 0

    def read(self, size=-1):
        data, self._left = self._left or (self._letter * (1 << 20))[: min(size, 1 << 20)], b""
        self.count += len(data)
        return data


@pytest.mark.parametrize("letter", [b"x", b"\0", b",", b"a,", b'a","'])
def test_a_line_of_csv_without_an_end_is_not_kept_in_memory(letter):
    stream = _Endless(letter)
    *_, last = csv_rows.read_csv(Opened(stream, "a.csv"), OPTIONS)
    assert last.flaw in (Flaw.TOO_LARGE, Flaw.BROKEN_FILE)
    assert stream.count < 32 << 20
