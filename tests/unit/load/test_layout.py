"""What is ours in an output folder, and what is never touched; damage that is seen before any work."""

import errno
import json
import shutil
from contextlib import suppress
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from support.datasets import relation
from support.ids import case_id

from flows.report.model import read_reports
from tasks import schema
from tasks.load.layout import TABLES, DamagedOutputError, OutputError, find_damage
from tasks.load.output import Changes, Output
from tasks.load.repair import repair
from tasks.storage.atomic import remove_temporary
from tasks.storage.output_mark import MANUAL, MARK, read_mark
from tasks.storage.tables import write_table


def publish(output, number=1):
    """Publish one more file of the table `sites`."""
    output.prepare()
    path = output.work / f"{number}.parquet"
    site = {"site": f"{number}.example", "page_count": 1, "pages_seen": 1, "line_keys": [], "line_pages": []}
    rows = [site | {"line_last_seen": []}]
    write_table(schema.conform(schema.SITES.empty_table().from_pylist(rows, schema=schema.SITES), schema.SITES), path)
    changes = Changes()
    changes.added["sites"] = {path.name: path}
    return output.publish(changes)


@pytest.mark.parametrize(
    "name", ["work", "report", "runs", "quality", "pages", "lines", "entities", "warc", "articles", "ledger", MARK]
)
def test_a_folder_with_something_of_somebody_else_is_refused(tmp_path, name):
    own = tmp_path / name if name == MARK else tmp_path / name / "thesis.txt"
    own.parent.mkdir(exist_ok=True)
    own.write_text("years of work")
    with pytest.raises(OutputError, match=f"{name}: already exists and was not created by Copydesk"):
        Output(tmp_path).prepare()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [own]
    assert own.read_text() == "years of work"


@pytest.mark.parametrize("name", ["README.md", "thesis/chapter.txt", "work/", "report/.DS_Store"])
def test_what_is_not_in_the_way_stays(tmp_path, name):
    own = tmp_path / name
    (own if name.endswith("/") else own.parent).mkdir(parents=True, exist_ok=True)
    if not name.endswith("/"):
        own.write_text("mine")
    output = Output(tmp_path)
    publish(output)
    output.clear_work()
    output.sweep()
    assert name.endswith("/") or own.read_text() == "mine"


@pytest.mark.parametrize(
    "name",
    ["work/thesis.txt", "work/pages/thesis.txt", "report/mine.html", "runs/a.json", "pages/a.txt", "quality/.a.tmp"],
    ids=case_id,
)
def test_foreign_files_in_an_output_are_passed_over(tmp_path, name):
    output = Output(tmp_path)
    publish(output)
    output.clear_work()
    own = tmp_path / name
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text('{"a": 1}')
    for number in range(2, 7):
        publish(output, number)
        output.clear_work()
        output.sweep()
    assert own.read_text() == '{"a": 1}'
    assert read_reports(output, 9) == []
    assert not output.work.exists()


@pytest.mark.parametrize("name", [MARK, *MANUAL, *TABLES])
def test_what_a_killed_run_did_not_put_in_its_place_is_deleted(tmp_path, name):
    output = Output(tmp_path)
    publish(output)
    left, own = tmp_path / f".{name}.{'0f' * 16}.tmp", tmp_path / f".thesis.md.{'0f' * 16}.tmp"
    left.write_text("half")
    own.write_text("mine")
    output.sweep()
    assert not left.exists()
    assert own.exists()


def test_only_temporary_files_of_ours_are_deleted(tmp_path):
    own, ours = tmp_path / ".draft.tmp", tmp_path / f".a.parquet.{'0f' * 16}.tmp"
    own.touch()
    ours.touch()
    assert remove_temporary(tmp_path) == 1
    assert own.exists()
    assert not ours.exists()


def test_clutter_of_file_managers_is_no_file_of_a_table(tmp_path):
    output = Output(tmp_path)
    publish(output)
    for name in (".DS_Store", "._1.parquet", "desktop.ini", "Thumbs.db", ".ipynb_checkpoints/1.parquet"):
        path = tmp_path / "sites" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\0")
    output.check_usable()
    assert list(output.files("sites")) == ["1.parquet"]
    assert publish(output, 2) == "000002"


def test_the_mark_says_which_version_made_it_and_whether_it_was_published_to(tmp_path):
    output = Output(tmp_path)
    output.prepare()
    assert read_mark(tmp_path)["made_by"].startswith("copydesk ")
    assert read_mark(tmp_path)["has_published"] is False
    publish(output)
    assert json.loads((tmp_path / MARK).read_text())["has_published"] is True


@pytest.mark.parametrize(
    ("damage", "reported"),
    [
        (lambda root: (root / ".published/current").unlink(), "its links are missing"),
        (lambda root: (root / ".published").rename(root / "elsewhere"), "its folder .published is missing or empty"),
        (lambda root: (root / ".published/000002").rename(root / "x"), "its published state 000002 is missing"),
        (lambda root: (root / ".published/000002/sites/1.parquet").unlink(), "incomplete ones: sites/1.parquet"),
        (lambda root: ((root / "sites").unlink(), (root / "sites").mkdir()), "sites is not a link any longer"),
    ],
    ids=case_id,
)
def test_damage_is_seen_by_who_reads_and_by_who_writes(tmp_path, damage, reported):
    output = Output(tmp_path)
    publish(output)
    publish(output, 2)
    damage(tmp_path)
    for use in (lambda: Output.open(tmp_path), output.prepare, output.check_usable):
        with pytest.raises(DamagedOutputError, match=f"{reported}.*copydesk repair --output {tmp_path}"):
            use()


def test_a_first_publication_that_was_killed_is_no_damage(tmp_path, monkeypatch):
    """Killed when the snapshot is built and the link is not yet made, then when the links of the tables are not."""
    output = Output(tmp_path)
    for moment in ("tasks.load.output.replace_link", "tasks.load.output.Output._link_tables"):
        with monkeypatch.context() as patch:
            patch.setattr("tasks.load.output.check_links", lambda folder, root: None)
            patch.setattr(moment, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                publish(output)
        assert find_damage(tmp_path) is None
    output.prepare()
    output.sweep()
    assert all((tmp_path / table).is_symlink() for table in TABLES), "a run that finds nothing new makes them"
    assert read_mark(tmp_path)["has_published"] is True


@pytest.mark.parametrize(
    ("code", "reported"),
    [
        (errno.EPERM, "its file system has no symbolic links .*copydesk mirror file://"),
        (errno.ENOTSUP, "its file system has no symbolic links"),
        (errno.ENOSPC, "cannot be written to .No space left"),
    ],
    ids=case_id,
)
def test_a_file_system_without_links_is_refused_before_any_work(tmp_path, monkeypatch, code, reported):
    def refuse(self, target):
        raise OSError(code, "No space left on device" if code == errno.ENOSPC else "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(OutputError, match=reported):
        Output(tmp_path).prepare()


def test_a_repair_that_is_killed_is_done_by_the_next(tmp_path, monkeypatch):
    """Killed before each of its changes to the disk, in turn."""
    whole = Output(tmp_path / "whole")
    publish(whole)
    publish(whole, 2)
    names = ("pathlib.Path.rename", "pathlib.Path.replace", "shutil.rmtree", "pathlib.Path.rmdir")
    changes = (Path.rename, Path.replace, shutil.rmtree, Path.rmdir)
    for number in range(100):
        output = Output(tmp_path / f"copy{number}")
        shutil.copytree(whole.root, output.root)  # links are followed
        left = [number]

        def counted(change, left=left):
            def change_or_end(*arguments, **options):
                left[0] -= 1
                if left[0] < 0:
                    raise KeyboardInterrupt
                return change(*arguments, **options)

            return change_or_end

        with monkeypatch.context() as patch:
            for name, change in zip(names, changes, strict=True):
                patch.setattr(name, counted(change))
            with suppress(KeyboardInterrupt):
                repair(output)
        repair(output)
        assert Output.open(output.root).state() == "000002"
        output.prepare()
        output.sweep()
        assert list(output.root.glob(".*.tmp")) == []
        assert {path.name for path in output.published.iterdir()} == {"000001", "000002", "current", "format", "lock"}
        assert all((output.root / table).is_symlink() for table in TABLES)
        assert list(output.files("sites")) == ["1.parquet", "2.parquet"]
        if left[0] >= 0:
            break
    assert number > 20, "it changes more than twenty things"


def test_a_table_without_rows_has_its_columns_for_every_reader(tmp_path):
    output = Output(tmp_path)
    publish(output)
    for table in TABLES:
        if table == "sites":
            continue
        assert output.files(table) == {}
        names = schema.PUBLISHED[table].names
        read = pq.read_table(tmp_path / table)
        assert read.num_rows == 0
        for columns in (
            read.column_names,
            ds.dataset(tmp_path / table).schema.names,
            pl.read_parquet(f"{tmp_path}/{table}/**/*.parquet").columns,
            relation(tmp_path, table).columns,
        ):
            assert [name for name in columns if name != "published_month"] == names
    publish(output, 2)
    assert [path.name for path in (tmp_path / "sites").iterdir()] == ["1.parquet", "2.parquet"]


def test_the_month_of_publication_is_had_as_the_manual_says(tmp_path):
    """Were it in the files too, pandas and PyArrow would not read them (`with_column`)."""
    for folder, has_column in (("articles", False), ("with_column", True)):
        path = tmp_path / folder / "published_month=2026-03" / "a.parquet"
        path.parent.mkdir(parents=True)
        columns = {"title": ["A"]} | ({"published_month": ["2026-03"]} if has_column else {})
        pq.write_table(pa.table(columns), path)
    root = tmp_path / "articles"
    months = (
        pd.read_parquet(root)["published_month"].astype(str).tolist(),
        pq.read_table(root)["published_month"].to_pylist(),
        pl.scan_parquet(root).collect()["published_month"].to_list(),
        pl.scan_parquet(f"{root}/**/*.parquet", hive_partitioning=True).collect()["published_month"].to_list(),
        relation(tmp_path, "articles").df()["published_month"].tolist(),
    )
    assert months == (["2026-03"],) * 5
    assert pl.scan_parquet(f"{root}/**/*.parquet").collect().columns == ["title"]
    with pytest.raises(pa.ArrowTypeError, match="published_month has incompatible types"):
        pd.read_parquet(tmp_path / "with_column")


def test_spark_reads_a_table_without_rows(tmp_path):
    sql = pytest.importorskip("pyspark.sql")
    publish(Output(tmp_path))
    spark = sql.SparkSession.builder.master("local[1]").getOrCreate()
    assert spark.read.parquet(f"{tmp_path}/versions").count() == 0
