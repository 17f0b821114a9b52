"""A file of JSON lines in parts: whatever the parts, the same records under the same names, and little read twice."""

import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.ingest import bounded_streams, file_refs, worker
from tasks.ingest.file_refs import FileRefs
from tasks.ingest.formats import Options, json_rows
from tasks.ingest.listing import list_files
from tasks.ingest.task import read_jobs
from tasks.ingest.worker import Job, Limits, read_records
from tasks.parallel.executor import Executor


@settings(max_examples=80)
@given(
    lines=st.lists(st.one_of(st.sampled_from([b"", b"[", b"{broken", b"{}"]), st.integers(0, 60)), max_size=12),
    part_bytes=st.integers(1, 200),
    line_end=st.sampled_from([b"\n", b"\r\n"]),
    ends_whole=st.booleans(),
    chunk_bytes=st.integers(1, 50),
)
def test_the_parts_of_a_file_of_json_lines_are_the_whole(
    tmp_path_factory, lines, part_bytes, line_end, ends_whole, chunk_bytes
):
    folder = tmp_path_factory.mktemp("parts")
    rows = [line if isinstance(line, bytes) else json.dumps({"text": "x" * line}).encode() for line in lines]
    (folder / "a.jsonl").write_bytes(line_end.join(rows) + line_end * ends_whole)
    refs = list(list_files([str(folder)]).refs)
    with pytest.MonkeyPatch.context() as patch:
        # a part without a page is one finding with a name of its own (test_side_files.py): here each record counts
        patch.setattr(worker, "as_one_finding", lambda read, *_: read())
        whole = [record for ref in refs for record in read_records(ref, Options(10))]  # some lines are over the limit
        for module in (bounded_streams, file_refs, json_rows):
            patch.setattr(module, "CHUNK_BYTES", chunk_bytes)
        parts = [part for ref in refs for part in ref.parts(part_bytes)]
        assert [record for part in parts for record in read_records(part, Options(10))] == whole


class Metered(io.BytesIO):
    """A file that counts what is read of it, and fails where it is asked to."""

    bytes_read = 0
    fails = False

    def read(self, size=-1):
        if Metered.fails:
            raise OSError(5, "Input/output error")
        data = super().read(size)
        Metered.bytes_read += len(data)
        return data


@pytest.fixture
def metered(monkeypatch):
    """Has files opened for reading metered."""
    monkeypatch.setattr(worker, "open_file", lambda path: Metered(Path(path).read_bytes()))
    monkeypatch.setattr(Metered, "bytes_read", 0)
    monkeypatch.setattr(Metered, "fails", False)
    return Metered


def test_a_line_over_many_parts_is_read_by_one_of_them(tmp_path, metered, monkeypatch):
    monkeypatch.setattr(bounded_streams, "CHUNK_BYTES", 10_000)
    monkeypatch.setattr(json_rows, "CHUNK_BYTES", 10_000)
    line = b'{"text": "' + b"x" * 4_000_000 + b'"}'
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "short"}\n' + line + b'\n{"text": "short"}\n')
    (ref,) = list_files([str(tmp_path)]).refs
    parts = list(ref.parts(500_000))
    keys = [record.key for part in parts for record in read_records(part, Options(1 << 20))]
    assert keys == ["1", "2", "3"]
    # once to find where the line ends, part by part, and once to read it; each part also looks at the head of the file
    assert metered.bytes_read < 2.2 * ref.byte_count + len(parts) * (1 << 17)


def test_a_part_that_fails_has_the_file_read_again_under_the_same_names(tmp_path, metered):
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": f"page {n}"}) for n in range(90)))
    (ref,) = list_files([str(tmp_path)]).refs
    limits = Limits(1 << 20, 500, 1 << 20, part_bytes=400)
    opened = []

    def once_broken(path):
        opened.append(path)
        if len(opened) == 3:
            raise OSError(116, "Stale file handle")
        return Path(path).open("rb")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "open_file", once_broken)
        jobs = [Job(FileRefs([part]), str(tmp_path / "work"), limits) for part in ref.parts(400)]
        receipts = read_jobs(jobs, Executor())
    uris = [uri for receipt in receipts for uri in pq.ParquetFile(receipt.path).read().column("source_uri").to_pylist()]
    assert sorted(uris) == sorted(f"{ref.source_uri}#{n}" for n in range(1, 91))
    metered.fails = True
    jobs = [Job(FileRefs([part]), str(tmp_path / "again"), limits) for part in ref.parts(400)]
    (receipt,) = [receipt for receipt in read_jobs(jobs, Executor()) if receipt.received]
    assert receipt.received == 1  # of a file that cannot be read it is reported once
