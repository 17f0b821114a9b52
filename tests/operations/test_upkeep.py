"""Compaction, the index anew, and forgetting: one step each, nothing lost, nothing left."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.datasets import query, relation
from support.paths import PAGES

from flows.cli.main import main
from tasks.load.maintenance.forget import find_target, find_traces
from tasks.load.output import Output

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def three_runs(prefect_server, tmp_path_factory):
    """An output that three runs have written to."""
    root = tmp_path_factory.mktemp("upkeep") / "out"
    for site in ("cometfeed", "islandobserver", "northquay"):
        assert main(["run", str(PAGES / site), "--output", str(root)]) == 0
    return root


@pytest.fixture
def output(three_runs, tmp_path):
    """A copy of it for one test."""
    shutil.copytree(three_runs, tmp_path / "out", symlinks=True)
    return tmp_path / "out"


def rows(root, table, key):
    """A table as a frame, ordered by its key."""
    return relation(root, table, tail=f"order by {key}").df()


def test_compaction_changes_files_and_no_row(output, capsys):
    tables = [("articles", "article_id"), ("ledger", "doc_id"), ("quarantine", "doc_id"), ("signatures", "article_id")]
    before = {table: rows(output, table, order).astype(str) for table, order in tables}
    count = {table: len(Output(output).files(table)) for table, _ in tables}
    assert main(["compact", "--output", str(output)]) == 0
    assert "ledger: 3 files, now 1" in capsys.readouterr().out
    for table, order in tables:
        assert rows(output, table, order).astype(str).equals(before[table])
        assert len(Output(output).files(table)) <= count[table]
    months = [place.split("/")[0] for place in Output(output).files("articles")]
    assert len(months) == len(set(months))
    assert main(["run", str(PAGES / "cometfeed"), "--output", str(output)]) == 0  # its pages are still known
    assert len(rows(output, "ledger", "doc_id")) == len(before["ledger"])


def test_a_reader_of_the_state_before_keeps_its_files(output):
    file = pq.ParquetFile(next(iter(Output(output).files("ledger").values())))
    main(["compact", "--output", str(output)])
    assert file.read().num_rows > 0


def test_the_rebuilt_index_is_the_index(output):
    before = rows(output, "signatures", "article_id")[["article_id", "story_id", "signature"]].astype(str)
    assert main(["rebuild-index", "--output", str(output)]) == 0
    after = rows(output, "signatures", "article_id")[["article_id", "story_id", "signature"]].astype(str)
    assert after.equals(before)


def test_forgetting_says_first_and_then_leaves_no_trace(output, capsys):
    page = str(PAGES / "islandobserver" / "lighthouse-sale.html")
    target = find_target(Output(output), page)
    assert (len(target.article_ids), len(target.doc_ids)) == (1, 1)
    (article_id,) = target.article_ids
    ((text,),) = query(output, "articles", "text", f"where article_id = '{article_id}'")
    assert main(["forget", page, "--output", str(output)]) == 0
    assert find_traces(Output(output), target), "without --yes nothing is removed"
    articles = len(rows(output, "articles", "article_id"))
    assert main(["forget", page, "--yes", "--output", str(output)]) == 0
    assert "1 row of articles" in capsys.readouterr().out
    assert find_traces(Output(output), target) == {}
    assert len(rows(output, "articles", "article_id")) == articles - 1
    needle = text[:60]
    for path in output.rglob("*.parquet"):
        for row in pq.read_table(path, partitioning=None).to_pylist():
            assert needle not in repr(row), path
    ledger = rows(output, "ledger", "doc_id")
    assert sorted(ledger.outcome.unique()) == ["article", "forgotten", "quarantined"]
    # a forgotten page does not come back with the next run over its folder
    assert main(["run", str(PAGES / "islandobserver"), "--output", str(output)]) == 0
    assert find_traces(Output(output), target) == {}


def test_what_was_forgotten_before_is_reported_as_such(output, capsys):
    page = str(PAGES / "islandobserver" / "lighthouse-sale.html")
    for removed in ("removed: 1 row of articles", "removed: nothing, it was forgotten before"):
        assert main(["forget", page, "--yes", "--output", str(output)]) == 0
        assert removed in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("compact", 0, "quarantine: 1 file, now 1\n"),
        ("replay --reason clean.too_short", 0, "Nothing to replay: no such page is in quarantine, or its raw page"),
        ("quarantine --limit -1", 2, "--limit must be an integer >= 0"),
        ("problems --acknowledge x", 2, "unknown problem: x; no problem is open"),
        ("export articles.csv", 0, " kB)"),
    ],
)
def test_commands_answer_in_plain_words(output, tmp_path, monkeypatch, capsys, command, code, said):
    monkeypatch.chdir(tmp_path)
    assert main([*command.split(), "--output", "out"]) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert "0 articles\n" not in printed.out


def test_what_is_not_there_cannot_be_forgotten(output, capsys):
    assert main(["forget", "no-such-thing", "--yes", "--output", str(output)]) == 2
    assert "no page of this dataset" in capsys.readouterr().err


def test_upkeep_waits_for_nobody_and_says_so(output, capsys):
    with Output(output).lock():
        assert main(["compact", "--output", str(output)]) == 2
    assert "another run is writing here" in capsys.readouterr().err


def test_quarantine_is_pruned_by_size_and_age_with_its_raw_pages(output, capsys):
    before = rows(output, "quarantine", "doc_id")
    assert main(["quarantine", "--prune-days", "1", "--output", str(output)]) == 0
    assert "0 rows" in capsys.readouterr().out
    assert main(["quarantine", "--prune-megabytes", "0", "--output", str(output)]) == 0
    assert f"deleted {len(before)} rows of quarantine" in capsys.readouterr().out
    assert not Output(output).files("quarantine")
    kept = rows(output, "pages", "doc_id")["doc_id"]
    assert not set(before["doc_id"]) & set(kept)
    ledger = rows(output, "ledger", "doc_id")
    assert set(before["doc_id"]) <= set(ledger.query("outcome == 'quarantined'")["doc_id"])


def test_files_of_somebody_else_in_the_output_are_passed_over(output):
    """Every command that reads or deletes in the folders beside the tables."""
    own = []
    for folder in ("lines", "pages", "quality", "quality/metrics", "quality/outcomes", "entities"):
        (output / folder).mkdir(exist_ok=True)
        pq.write_table(pa.table({"mine": [1]}), output / folder / "mine.parquet")
        (output / folder / "notes.parquet").write_bytes(b"not Parquet")
        own += [output / folder / "mine.parquet", output / folder / "notes.parquet"]
    for name, text in (("runs/a.json", '{"a":1}'), ("runs/b.json", '{"run_id":3}'), ("warc/a.warc.gz", "not gzip")):
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_text(text)
        own.append(output / name)
    before = [path.read_bytes() for path in own]
    page = str(min((PAGES / "northquay").glob("*.html")))
    for command in (
        ["show"],
        ["explain", page],
        ["replay", "--all"],
        ["compact"],
        ["quarantine", "--prune-days", "0"],
        ["forget", page, "--yes"],
        ["run", str(PAGES / "talblick")],
    ):
        assert main([*command, "--output", str(output)]) == 0, command
    assert [path.read_bytes() for path in own] == before
