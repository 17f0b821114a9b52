"""Known pages are recognised by path, bytes and address; stored pages can be processed again with the current rules."""

import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.datasets import query
from support.paths import PAGES, THRESHOLDS

from flows.cli.main import main
from tasks import schema
from tasks.ingest.seen import SeenPages
from tasks.load.output import Output

NAMELESS = "exclude (run_id, rules_version, fetched_at, last_seen_at)"


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Pages in a folder with their addresses, and the output of one run over them."""
    root = tmp_path_factory.mktemp("incremental")
    shutil.copytree(PAGES / "northquay", root / "pages")
    names = sorted(path.name for path in (root / "pages").iterdir())
    lines = [f"{name},https://northquay.example/{name},2026-05-20T08:00:00Z" for name in names]
    (root / "pages" / "urls.csv").write_text("\n".join(["file,url,fetched_at", *lines]))
    assert main(["run", str(root / "pages"), "--output", str(root / "out")]) == 0
    return root


@pytest.fixture
def folder(first, tmp_path):
    """A copy of it for one test."""
    shutil.copytree(first, tmp_path / "copy", symlinks=True)
    os.chdir(tmp_path)
    return tmp_path / "copy"


def run(folder, source="pages"):
    return main(["run", str(folder / source), "--output", str(folder / "out")])


def test_a_touched_file_is_the_page_it_was(first, folder, capsys):
    before = query(folder / "out", "ledger", "doc_id, outcome", "order by 1")
    shutil.copytree(first / "pages", folder / "pages", dirs_exist_ok=True)
    # the pages keep their place in the ledger, so read them from where they were first
    for path in (first / "pages").glob("*.html"):
        os.utime(path)
    assert main(["run", str(first / "pages"), "--output", str(folder / "out")]) == 0
    assert "Nothing new: all 8 pages are known" in capsys.readouterr().out
    assert query(folder / "out", "ledger", "doc_id, outcome", "order by 1") == before


def test_the_pages_of_a_table_are_counted_when_it_is_passed_over(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = ['{"text": "hello", "url": "https://k.example/a"}', '{"x": 1}', '{"x": 2}']
    (tmp_path / "table.jsonl").write_text("\n".join(rows))
    assert main(["run", "table.jsonl", "--output", "out"]) == 0
    capsys.readouterr()
    assert main(["run", "table.jsonl", "--output", "out"]) == 0
    assert "Nothing new: all 3 pages are known" in capsys.readouterr().out


def test_moved_pages_share_the_fate_of_what_they_were(folder):
    before = {row[0]: row[1:] for row in query(folder / "out", "ledger", "page_digest, outcome, article_id, reason")}
    articles = query(folder / "out", "articles", NAMELESS.join(["* ", ""]), "order by article_id")
    assert run(folder) == 0  # the copy is at another path: other names, the same bytes and addresses
    ledger = query(folder / "out", "ledger", "page_digest, outcome, article_id, reason, source_uri")
    new = [row for row in ledger if row[4].startswith(str(folder))]
    assert len(new) == len(before)
    for digest, outcome, article, reason, _ in new:
        was = before[digest]
        assert (outcome, article) == ({"article": "duplicate"}.get(was[0], was[0]), was[1])
        assert reason == ("same_page" if outcome == "duplicate" else was[2])
    assert query(folder / "out", "articles", NAMELESS.join(["* ", ""]), "order by article_id") == articles
    ledger = f"read_parquet('{folder}/out/ledger/*.parquet')"
    new_docs = f"select doc_id from {ledger} where starts_with(source_uri, '{folder}')"
    assert query(folder / "out", "lines", "count(*)", f"where doc_id in ({new_docs})") == [
        (0,)
    ]  # no work was done on them
    details = query(
        folder / "out", "quarantine", "detail", f"where starts_with(source_uri, '{folder}') and step = 'clean'"
    )
    assert details
    assert all("same bytes as" in detail for (detail,) in details)


def test_the_same_bytes_fetched_later_are_seen_again(folder):
    table = folder / "pages" / "urls.csv"
    table.write_text(table.read_text().replace("2026-05-20", "2026-05-24"))
    assert run(folder) == 0  # from another place, the same bytes and addresses, fetched four days later
    seen = query(folder / "out", "articles", "distinct last_seen_at::varchar, fetched_at::varchar")
    assert seen == [("2026-05-24 08:00:00+00", "2026-05-20 08:00:00+00")]


def test_the_same_text_at_its_address_is_only_seen_again(folder):
    # a later fetch: other bytes (a changed sidebar), the same address and text
    page = folder / "pages" / "tram-strike.html"
    page.write_text(page.read_text().replace("</body>", "<aside>Most read today</aside></body>"))
    table = folder / "pages" / "urls.csv"
    table.write_text(table.read_text().replace("2026-05-20", "2026-05-23"))
    for path in (folder / "pages").glob("*.html"):
        if path != page:
            path.unlink()
    before = query(folder / "out", "articles", "count(*)")
    assert run(folder) == 0
    (seen,) = query(folder / "out", "duplicates", "article_id, kind, fetched_at::varchar", "where kind = 'seen_again'")
    rows = query(
        folder / "out",
        "articles",
        "last_seen_at::varchar, fetched_at::varchar, version",
        f"where article_id = '{seen[0]}'",
    )
    assert rows == [(seen[2], "2026-05-20 08:00:00+00", 1)]
    assert query(folder / "out", "articles", "count(*)") == before


def test_an_edited_text_is_a_version_and_its_old_signature_goes(folder):
    page = folder / "pages" / "tram-strike.html"
    more = (
        '<p class="dcr-5b4">Late on Tuesday the drivers said that they would talk once more before the weekend '
        "comes.</p>\n"
    )
    page.write_text(page.read_text().replace('<p class="dcr-5b4">', more + '<p class="dcr-5b4">'))
    table = folder / "pages" / "urls.csv"
    table.write_text(table.read_text().replace("2026-05-20", "2026-05-23"))
    for path in (folder / "pages").glob("*.html"):
        if path != page:
            path.unlink()
    assert run(folder) == 0
    ((article, version),) = query(folder / "out", "articles", "article_id, version", "where version = 2")
    assert version == 2
    assert query(folder / "out", "signatures", "count(*)", f"where article_id = '{article}'") == [(1,)]
    assert query(folder / "out", "versions", "article_id, version") == [(article, 1)]


def test_a_correction_that_is_added_is_a_version(folder):
    page = folder / "pages" / "tram-strike.html"
    note = (
        '<p class="dcr-5b4">Correction: An earlier version of this article gave the wrong number of drivers. It is '
        "210, not 120.</p>"
    )
    head, _, tail = page.read_text().rpartition('<p class="dcr-5b4">')
    page.write_text(f'{head}{note}<p class="dcr-5b4">{tail}')
    assert run(folder) == 0
    ((text, corrections),) = query(folder / "out", "articles", "text, corrections", "where version = 2")
    assert "210, not 120" in corrections[0]
    assert query(folder / "out", "versions", "text") == [(text,)]


def test_no_file_name_ever_stands_for_two_contents(folder):
    page = folder / "pages" / "tram-strike.html"
    contents = {}

    def look():
        for path in sorted((folder / "out" / ".published").glob("0*/*/**/*.parquet")):
            name = path.relative_to(folder / "out" / ".published").as_posix().partition("/")[2]
            if not name.startswith("sites/"):  # the memory of sites is for runs, one at a time
                contents.setdefault(name, set()).add(path.read_bytes())

    for more in ("They said so on Monday.", "They said it again on Tuesday."):
        added = (
            f'<p class="dcr-5b4">The drivers of the night trams want their breaks back before the winter. {more}</p>'
        )
        page.write_text(page.read_text().replace('<p class="dcr-5b4">', f'{added}<p class="dcr-5b4">', 1))
        assert run(folder) == 0
        look()
    assert query(folder / "out", "versions", "count(*)") == [(2,)]
    assert main(["forget", str(page), "--yes", "--output", str(folder / "out")]) == 0
    look()
    assert len(contents) > 5
    assert [name for name, states in contents.items() if len(states) > 1] == []


@pytest.mark.parametrize("times", [1, 2])
def test_everything_again_gives_the_same_dataset(folder, times):
    run(folder)  # with pages that share another's fate
    tables = {
        table: query(
            folder / "out",
            table,
            f"* exclude (run_id{', rules_version' if table != 'signatures' else ''})",
            "order by all",
        )
        for table in ("articles", "duplicates", "quarantine", "ledger", "signatures")
    }
    for _ in range(times):
        assert main(["replay", "--all", "--output", str(folder / "out")]) == 0
    for table, rows in tables.items():
        columns = f"* exclude (run_id{', rules_version' if table != 'signatures' else ''})"
        assert query(folder / "out", table, columns, "order by all") == rows, table


def test_everything_again_under_other_rules_changes_what_they_affect(folder, tmp_path):
    text = THRESHOLDS.read_text()
    strict = tmp_path / "strict.yml"
    strict.write_text(text.replace("words_min: 8 ", "words_min: 250 ").replace("share_max: 0.6", "share_max: 1.0"))
    before = query(folder / "out", "articles", "article_id, word_count")
    assert main(["replay", "--all", "--thresholds", str(strict), "--output", str(folder / "out")]) == 0
    after = {row[0] for row in query(folder / "out", "articles", "article_id")}
    assert 0 < len(after) < len(before)
    assert main(["replay", "--all", "--output", str(folder / "out")]) == 0
    assert sorted(query(folder / "out", "articles", "article_id, word_count")) == sorted(before)


def test_a_forgotten_page_stays_forgotten(first, folder):
    ((article, _),) = query(
        folder / "out", "articles", "article_id, source_uri", "where source_uri like '%tram-strike.html'"
    )
    assert main(["forget", article, "--yes", "--output", str(folder / "out")]) == 0
    assert main(["replay", "--all", "--output", str(folder / "out")]) == 0
    assert run(folder) == 0
    assert query(folder / "out", "articles", "count(*)", f"where article_id = '{article}'") == [(0,)]
    assert {
        row[0] for row in query(folder / "out", "ledger", "outcome", "where source_uri like '%tram-strike.html'")
    } == {"forgotten"}


def test_known_pages_are_recognised_by_location_bytes_and_address(tmp_path):
    def rows(**changes):
        row = {
            "doc_id": f"{7:016x}",
            "source_uri": "a/7.html",
            "url": None,
            "page_digest": "d7",
            "byte_count": 10,
            "source_mtime_ns": 5,
            "problem": None,
            "raw": b"x",
            "same_as": None,
        }
        return pa.Table.from_pylist([row | changes], schema=schema.PAGES)

    pq.write_table(
        rows()
        .select(["doc_id", "source_uri", "url", "byte_count", "source_mtime_ns", "page_digest"])
        .append_column("outcome", pa.array(["article"]))
        .append_column("reason", pa.array([None], pa.string())),
        tmp_path / "l.parquet",
    )
    SeenPages.from_ledger([tmp_path / "l.parquet"]).save(tmp_path / "known")
    known = SeenPages.load(tmp_path / "known")
    assert known.has_files(["a/7.html", "a/7.html"], [10, 11], [5, 5]).tolist() == [True, False]
    assert known.drop_seen(rows())[1] == 1
    moved, count = known.drop_seen(rows(doc_id=f"{8:016x}"))
    assert (count, moved.column("same_as").to_pylist(), moved.column("raw").to_pylist()) == (0, [f"{7:016x}"], [None])
    for changes in ({"url": "https://a.example"}, {"page_digest": "d8"}, {"problem": "ingest.binary"}):
        other, count = known.drop_seen(rows(doc_id=f"{8:016x}", **changes))
        assert (count, other.column("same_as").to_pylist()) == (0, [None])


def test_the_output_notices_what_is_not_its_own(folder, capsys):
    out = Output(folder / "out")
    stray = folder / "out" / "articles" / "stray.parquet"
    stray.write_bytes(b"not Parquet")
    assert run(folder) == 2
    assert "stray.parquet" in capsys.readouterr().err
    stray.unlink()
    (out.published / "format").write_text("99\n")
    assert run(folder) == 2
    assert "format 99" in capsys.readouterr().err
