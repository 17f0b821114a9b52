"""Copies of an output by ordinary tools: each is whole, or is refused and repaired; runs then go on as before."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.datasets import relation
from support.paths import PAGES

from flows.cli.main import main
from tasks.load.layout import TABLES
from tasks.load.output import Output

BEFORE, AFTER = ("cometfeed", "islandobserver"), ("cometfeed", "northquay", "talblick")
pytestmark = pytest.mark.slow
OF_A_RUN = ("run_id", "rules_version", "fetched_at", "last_seen_at", "source_mtime_ns", "quarantined_at", "raw_file")


def run(root, site):
    return main(["run", str(PAGES / site), "--output", str(root)])


@pytest.fixture(scope="module")
def original(prefect_server, tmp_path_factory):
    """An output that two runs have published to."""
    root = tmp_path_factory.mktemp("original") / "out"
    for site in BEFORE:
        assert run(root, site) == 0
    return root


@pytest.fixture(scope="module")
def expected(original, tmp_path_factory):
    """The tables after three more runs on the original."""
    root = tmp_path_factory.mktemp("expected") / "out"
    shutil.copytree(original, root, symlinks=True)
    for site in AFTER:
        assert run(root, site) == 0
    return tables(root)


def tables(root):
    """All rows of all tables, sorted, without what differs from run to run."""
    found = {}
    for table in TABLES:
        rows = relation(root, table).df()
        rows = rows[[name for name in rows.columns if name not in OF_A_RUN]].astype(str)
        found[table] = sorted(map(tuple, rows.to_numpy().tolist()))
    return found


def every_file(root):
    """Every file of a folder with its size, links as what they point to."""
    return {
        str(path.relative_to(root)): path.readlink() if path.is_symlink() else path.stat().st_size
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def command(*parts):
    """Copy by a program; `{from}` and `{to}` stand for the folders."""

    def copy(source, target):
        target.mkdir()
        replaced = [str(part).replace("{from}", str(source)).replace("{to}", str(target)) for part in parts]
        subprocess.run(["sh", "-c", " ".join(replaced)], check=True, capture_output=True)

    return copy


def without_links(source, target):
    """What `rsync -rt` and many network shares and cloud drives leave: links are skipped."""
    shutil.copytree(
        source, target, ignore=lambda folder, names: [one for one in names if (Path(folder) / one).is_symlink()]
    )


def with_links_as_text(source, target):
    """What some programs leave that unpack links where there are none: a file with the target as its text."""
    without_links(source, target)
    for link in [source / table for table in TABLES] + [source / ".published" / "current"]:
        (target / link.relative_to(source)).write_text(str(link.readlink()))


def sync(option):
    """To a bucket and back."""

    def copy(source, target):
        for one, other in (
            (source, f"s3://copies/{target.parent.name}"),
            (f"s3://copies/{target.parent.name}", target),
        ):
            subprocess.run(["aws", "s3", "sync", str(one), str(other), option], check=True, capture_output=True)

    return copy


def tool(name):
    return pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not installed")


WHOLE = [
    pytest.param(command("cp -r {from}/. {to}"), id="cp -r"),
    pytest.param(command("tar -C {from} -c . | tar -C {to} -x"), id="tar", marks=pytest.mark.slow),
    pytest.param(command("rsync -a {from}/ {to}"), id="rsync -a", marks=[tool("rsync"), pytest.mark.slow]),
    pytest.param(
        command("cd {from} && zip -qry {to}/a.zip . && cd {to} && unzip -q a.zip && rm a.zip"),
        id="zip -y",
        marks=[tool("zip"), tool("unzip"), pytest.mark.slow],
    ),
]
DAMAGED = [
    pytest.param(without_links, id="links skipped"),
    pytest.param(command("cp -rL {from}/. {to}"), id="cp -rL"),
    pytest.param(command("cp -rL {from}/* {to}"), id="cp -rL *", marks=pytest.mark.slow),
    pytest.param(with_links_as_text, id="links as text", marks=pytest.mark.slow),
    pytest.param(command("rsync -rt {from}/ {to}"), id="rsync -rt", marks=[tool("rsync"), pytest.mark.slow]),
    pytest.param(
        command("cd {from} && zip -qr {to}/a.zip . && cd {to} && unzip -q a.zip && rm a.zip"),
        id="zip",
        marks=[tool("zip"), tool("unzip"), pytest.mark.slow],
    ),
    pytest.param(sync("--follow-symlinks"), id="s3 sync", marks=[tool("aws"), pytest.mark.slow]),
    pytest.param(sync("--no-follow-symlinks"), id="s3 sync without links", marks=[tool("aws"), pytest.mark.slow]),
]


@pytest.fixture
def bucket(request):
    """An S3 server on loopback, for those who copy to one."""
    if "s3" not in request.node.callspec.id:
        yield
        return
    pytest.importorskip("moto")
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    names = {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "DEFAULT_REGION": "us-east-1"}
    names["ENDPOINT_URL"] = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in names.items():
            patch.setenv(f"AWS_{name}", value)
        boto3.client("s3").create_bucket(Bucket="copies")
        yield
    server.stop()


def go_on(root, expected):
    for site in AFTER:
        assert run(root, site) == 0
    assert tables(root) == expected
    assert {path.name for path in root.glob(".published/0*")} == {"000002", "000003", "000004"}


@pytest.mark.parametrize("copy", WHOLE)
def test_a_copy_with_links_goes_on(copy, original, expected, tmp_path, capsys):
    copy(original, tmp_path / "copy")
    assert main(["repair", "--output", str(tmp_path / "copy")]) == 0
    assert "nothing to repair, state 000002 is whole" in capsys.readouterr().out
    go_on(tmp_path / "copy", expected)


@pytest.mark.parametrize("copy", DAMAGED)
@pytest.mark.usefixtures("bucket")
def test_a_copy_without_links_is_refused_and_goes_on_once_it_is_repaired(copy, original, expected, tmp_path, capsys):
    root = tmp_path / "copy"
    copy(original, root)
    before = every_file(root)
    capsys.readouterr()
    for given in (["run", str(PAGES / "northquay")], ["show"], ["compact"], ["forget", "x"], ["quarantine"]):
        assert main([*given, "--output", str(root)]) == 2
        assert f"run `copydesk repair --output {root}`" in capsys.readouterr().err
    assert main(["doctor", "--output", str(root)]) == 1
    assert f"copydesk repair --output {root}" in capsys.readouterr().out
    assert every_file(root) == before, "nothing is changed before the repair"
    assert main(["repair", "--output", str(root)]) == 0
    said = capsys.readouterr().out
    assert "repaired" in said
    assert "kept" not in said, "copies of what the snapshot has are deleted"
    assert tables(root) == tables(original)
    assert all((root / table).is_symlink() for table in TABLES)
    assert not any((root / ".published").glob("replaced*"))
    output = Output(root)
    if output.state() == "000001":  # it was built from the folders of the tables
        for site in AFTER:
            assert run(root, site) == 0
        assert tables(root) == expected
    else:
        go_on(root, expected)


@pytest.mark.slow
def test_an_output_of_an_earlier_version_is_known_by_what_it_holds(original, expected, tmp_path, capsys):
    for name, copy in (("with", command("cp -r {from}/. {to}")), ("without", without_links)):
        root = tmp_path / name
        copy(original, root)
        for path in (root / "copydesk.json", *root.glob(".published/0*/files.json")):
            path.unlink()
        if name == "without":
            assert run(root, "northquay") == 2
            assert "copydesk repair" in capsys.readouterr().err
            assert main(["repair", "--output", str(root)]) == 0
        go_on(root, expected)
        assert (root / "copydesk.json").exists()


def test_a_state_that_lost_files_is_kept_and_the_one_before_is_published(original, tmp_path, capsys):
    root = tmp_path / "copy"
    shutil.copytree(original, root, symlinks=True)
    file = max(root.glob(".published/000002/ledger/*.parquet"))
    os.truncate(file, 100)
    assert run(root, "northquay") == 2
    assert "its published state lacks files or has incomplete ones: ledger/" in capsys.readouterr().err
    assert main(["repair", "--output", str(root)]) == 0
    said = capsys.readouterr().out
    assert "published is state 000001" in said
    assert "kept, as it is not part of that state" in said
    assert (root / ".published" / "damaged-000002" / "articles").is_dir()
    assert run(root, "islandobserver") == 0
    assert (root / ".published" / "damaged-000002").is_dir()


def test_a_copy_without_hidden_folders_and_links_says_what_it_lacks(original, tmp_path, capsys):
    command("cp -r {from}/* {to}")(original, tmp_path / "copy")
    before = every_file(tmp_path / "copy")
    assert run(tmp_path / "copy", "northquay") == 2
    assert "its folder .published is missing or empty" in capsys.readouterr().err
    assert main(["repair", "--output", str(tmp_path / "copy")]) == 2
    assert "copy it again, hidden folders included" in capsys.readouterr().err
    assert every_file(tmp_path / "copy").items() >= before.items()


def test_foreign_files_in_the_way_of_a_repair_stay(original, tmp_path, capsys):
    root = tmp_path / "copy"
    command("cp -rL {from}/. {to}")(original, root)
    (root / "articles" / "thesis.txt").write_text("mine")
    assert main(["repair", "--output", str(root)]) == 2
    assert "articles: already exists and was not created by Copydesk" in capsys.readouterr().err
    assert (root / "articles" / "thesis.txt").read_text() == "mine"
