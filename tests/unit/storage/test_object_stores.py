"""Object stores: sources are read from them, whole states are published to them. The server is on loopback."""

import shutil
import threading
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest
from support.datasets import values
from support.paths import PAGES

from flows.cli.main import main
from tasks.ingest.formats import Options
from tasks.ingest.listing import SourceError, list_files
from tasks.ingest.worker import file_rows
from tasks.load.mirror import KEEP_STATES, Mirror, MirrorError
from tasks.load.output import Output


@pytest.fixture(scope="module")
def bucket():
    """A bucket of an S3 server on loopback."""
    pytest.importorskip("moto")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", f"http://{host}:{port}"),
            ("FSSPEC_S3_ENDPOINT_URL", f"http://{host}:{port}"),
        ):
            patch.setenv(name, value)
        fsspec.config.conf.setdefault("s3", {})["endpoint_url"] = f"http://{host}:{port}"
        files = fsspec.filesystem("s3")
        files.mkdir("news")
        yield files
        fsspec.config.conf.pop("s3", None)
    server.stop()


def test_sources_in_a_bucket_are_listed_and_read(bucket):
    for path in sorted((PAGES / "cometfeed").iterdir()):
        bucket.put_file(str(path), f"news/in/{path.name}")
    bucket.pipe_file("news/in/photo.jpg", b"\xff\xd8\xff")
    listing = list_files(["s3://news/in"])
    assert [Path(ref.source_uri).name for ref in listing.refs] == sorted(
        path.name for path in (PAGES / "cometfeed").iterdir()
    )
    assert listing.skipped == {".jpg files": 1}
    rows = [row for ref in listing.refs for row in file_rows(ref, Options(1 << 20))]
    assert {row["raw"] for row in rows} == {path.read_bytes() for path in (PAGES / "cometfeed").iterdir()}
    assert len(list_files(["s3://news/in/*-drones.txt"]).refs) == 1
    assert len(list_files(["s3://news/in/harbor-drones.txt"]).refs) == 1
    for source in ("s3://news/nothing", "s3://no-such-bucket/x", "nosuch://a/b"):
        with pytest.raises(SourceError):
            list_files([source])


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    root = tmp_path_factory.mktemp("mirror")
    for number, site in enumerate(("cometfeed", "islandobserver")):
        assert main(["run", str(PAGES / site), "--output", str(root / "out")]) == 0
        shutil.copytree(root / "out", root / f"after{number}", symlinks=True)
    return root


def rows_of(mirror, files, table="articles"):
    found = []
    for address in mirror.addresses(table):
        with files.open(address.partition("://")[2], "rb") as stream:
            found += pq.read_table(stream).column("doc_id").to_pylist()
    return sorted(found)


def test_a_mirror_shows_whole_states_one_after_the_other(bucket, two_runs, capsys):
    mirror = Mirror(bucket, "news/out", "s3://news/out")
    for number in (0, 1):
        assert main(["mirror", "s3://news/out", "--output", str(two_runs / f"after{number}")]) == 0
        assert f"state {number + 1}:" in capsys.readouterr().out
        assert rows_of(mirror, bucket) == values(two_runs / f"after{number}", "articles", "doc_id")
    assert rows_of(mirror, bucket, "ledger")
    assert main(["mirror", "s3://news/out", "--output", str(two_runs / "after1")]) == 0
    assert "state 2:" in capsys.readouterr().out  # nothing new is no new state
    assert main(["mirror", "s3://news/out", "--list", "articles"]) == 0
    assert capsys.readouterr().out.split() == mirror.addresses("articles")


def test_a_push_that_dies_shows_nothing_and_is_made_good(bucket, two_runs, monkeypatch):
    mirror = Mirror(bucket, "news/dying", "s3://news/dying")
    mirror.push(Output(two_runs / "after0"))
    before, seen = rows_of(mirror, bucket), []
    put = bucket.put_file

    def dying(source, target, **kwargs):
        seen.append(target)
        assert rows_of(mirror, bucket) == before  # a reader in the middle of the push
        if len(seen) > 2:
            raise OSError("the line is cut")
        return put(source, target, **kwargs)

    monkeypatch.setattr(bucket, "put_file", dying)
    with pytest.raises(MirrorError, match="the line is cut"):
        mirror.push(Output(two_runs / "after1"))
    monkeypatch.undo()
    assert rows_of(mirror, bucket) == before
    mirror.push(Output(two_runs / "after1"))
    assert rows_of(mirror, bucket) == values(two_runs / "after1", "articles", "doc_id")


def test_of_two_writers_one_publishes_and_the_other_is_reported(bucket, two_runs):
    mirrors = [Mirror(bucket, "news/race", "s3://news/race") for _ in range(2)]
    mirrors[0].push(Output(two_runs / "after0"))
    gate, outcomes = threading.Barrier(2), []
    for mirror in mirrors:
        create = mirror._create_manifest
        mirror._create_manifest = lambda number, content, create=create: (gate.wait(30), create(number, content))

    def push(mirror):
        try:
            outcomes.append(mirror.push(Output(two_runs / "after1")).state)
        except MirrorError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=push, args=(mirror,)) for mirror in mirrors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(str, outcomes))[0] == "2"
    assert any("another writer" in str(one) for one in outcomes)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["s3://no-such-bucket/x"], 1, "copydesk: s3://no-such-bucket/x/data/articles/"),
        (["nosuch://a/b"], 2, "copydesk: nosuch://a/b: this kind of store is unknown; common ones are s3://, "),
        (["s3://news/out", "--list", "lines"], 2, "copydesk: --list: unknown table: lines; a mirror has articles, "),
    ],
)
def test_a_mirror_that_cannot_be_used_is_reported_in_a_sentence(bucket, two_runs, capsys, arguments, code, said):
    assert main(["mirror", *arguments, "--output", str(two_runs / "after0")]) == code
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize("name", ["{}", "{}/mirror", "file://{}/"])
def test_an_output_is_not_mirrored_into_itself(two_runs, capsys, name):
    output = two_runs / "after0"
    before = sorted(output.rglob("*"))
    assert main(["mirror", name.format(output), "--output", str(output)]) == 1
    assert "is inside the output" in capsys.readouterr().err
    assert sorted(output.rglob("*")) == before


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("ls", "cannot be read"),
        ("cat_file", "cannot be read"),
        ("put_file", "cannot be written"),
        ("pipe_file", "cannot be written"),
        ("find", "old files cannot be deleted"),
    ],
)
def test_whatever_a_store_refuses_is_reported_in_a_sentence(two_runs, tmp_path, monkeypatch, method, what):
    files = fsspec.filesystem("file", skip_instance_cache=True)
    mirror = Mirror(files, str(tmp_path / "m"), "s3://news/m")
    mirror.push(Output(two_runs / "after0"))

    def refuse(*arguments, **keywords):
        raise ValueError("no credentials")  # each store has errors of its own

    monkeypatch.setattr(files, method, refuse)
    with pytest.raises(MirrorError, match=rf"^s3://news/m.*: {what}: ValueError: no credentials$"):
        mirror.push(Output(two_runs / "after1"))


def test_old_states_go_and_their_files_with_them(two_runs, tmp_path, monkeypatch):
    monkeypatch.setattr("tasks.load.mirror._ORPHAN_SECONDS", -1)
    files = fsspec.filesystem("file")
    mirror = Mirror(files, str(tmp_path / "m"), f"file://{tmp_path}/m")
    for number in range(KEEP_STATES + 3):
        mirror.push(Output(two_runs / f"after{number % 2}"))
    states = mirror.states()
    assert len(states) <= KEEP_STATES + 1
    assert rows_of(mirror, files) == values(two_runs / "after0", "articles", "doc_id")
    with pytest.raises(MirrorError, match="state 1 is not published"):
        mirror.manifest(1)


def test_after_forgetting_no_earlier_state_is_left(two_runs, tmp_path, capsys):
    for number in (0, 1):
        assert main(["mirror", f"file://{tmp_path}/m", "--output", str(two_runs / f"after{number}")]) == 0
    assert main(["mirror", f"file://{tmp_path}/m", "--drop-earlier", "--output", str(two_runs / "after1")]) == 0
    mirror = Mirror(fsspec.filesystem("file"), str(tmp_path / "m"), f"file://{tmp_path}/m")
    assert mirror.states() == [2]
    named = {
        Path(address.partition("://")[2])
        for table in mirror.manifest()["tables"]
        for address in mirror.addresses(table)
    }
    assert set((tmp_path / "m" / "data").rglob("*.parquet")) == named
