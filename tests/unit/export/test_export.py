"""Exports read back with the tools that they are for: sqlite3, DuckDB, pandas, csv, json and a reader of YAML."""

import csv
import json
import resource
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from flows.cli.main import main
from flows.export.markdown import article_markdown, file_name, literal
from tasks import schema
from tasks.schema.columns import sentence

TIME = datetime(2026, 4, 22, 16, 48, tzinfo=UTC)
FIRST = {
    "article_id": "00000000000000a1",
    "source_uri": "pages/a.html",
    "url": "https://paper.example/a?x=1&y=2",
    "publisher": "The Paper",
    "title": "Ärger über die Fähre",
    "authors": ["Ann Example", "Bo Sample"],
    "author": "Ann Example, Bo Sample",
    "published_date": date(2026, 4, 22),
    "published_at": TIME,
    "language": "de",
    "topics": ["Verkehr", "Fähren; Häfen"],
    "text": 'Die Fähre „Möwe“ fährt nicht.\n\nSagt "Ann", mit Komma, und\tTab.',
    "word_count": 10,
    "paragraph_count": 2,
    "quotes": [{"text": "Sie fährt nicht", "speaker": "Ann"}, {"text": "Nie", "speaker": None}],
    "flags": ["language_mixed", "title_not_in_text"],
    "flag_evidence": [{"flag": "language_mixed", "line_no": 3, "shown": "the ferry"}],
    "confidence": 0.9123,
    "story_probability": 1.0,
    "kind": "article",
    "version": 1,
}
SECOND = FIRST | {
    "article_id": "00000000000000a2",
    "title": "=HYPERLINK(1)",
    "published_date": None,
    "published_at": None,
    "language": "en",
    "authors": [],
    "topics": [],
    "quotes": [],
    "flags": [],
    "flag_evidence": None,
    "text": "A ferry. " + "word " * 8_000,
    "confidence": 0.5,
}


def table(rows, columns=schema.ARTICLES):
    blank = schema.blank_row(columns)
    return pa.Table.from_pylist(
        [blank | {name: row[name] for name in row if name in columns.names} for row in rows], columns
    )


def write_dataset(root, *tables):
    """A dataset whose state has these files of articles."""
    folder = root / ".published" / "000001" / "articles"
    folder.mkdir(parents=True)
    (root / ".published" / "current").symlink_to("000001")
    for number, content in enumerate(tables):
        pq.write_table(content, folder / f"{number}.parquet")
    return root


@pytest.fixture
def dataset(tmp_path):
    return write_dataset(tmp_path / "it's out", table([FIRST]), table([SECOND]))


@pytest.fixture
def exported(dataset, tmp_path, capsys):
    """A function that exports to a target and returns its path and what was printed."""

    def run(name, *options, code=0):
        target = tmp_path / name
        assert main(["export", str(target), "--output", str(dataset), *options]) == code
        return target, capsys.readouterr()

    return run


def test_json_lines_are_the_rows(exported):
    target, printed = exported("a.jsonl")
    first, second = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert list(first) == schema.ARTICLES.names
    assert {name: first[name] for name in FIRST if name not in ("published_at", "published_date")} == {
        name: FIRST[name] for name in FIRST if name not in ("published_at", "published_date")
    }
    assert datetime.fromisoformat(first["published_at"]) == TIME and first["published_date"] == "2026-04-22"
    assert second["published_at"] is None
    assert printed.out.startswith("2 articles in ")
    assert "Tables that are not in it: versions, quarantine" in printed.out
    assert pd.read_json(target, lines=True).shape == (2, len(schema.ARTICLES))


def test_csv_opens_in_a_spreadsheet(exported):
    target, printed = exported("a.csv")
    raw = target.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as handle:
        first, second = csv.DictReader(handle)
    assert first["published_at_utc"] == "2026-04-22 16:48:00" and "published_at" not in first
    assert first["authors"] == "Ann Example; Bo Sample"
    assert first["quotes"] == "Ann: Sie fährt nicht; Nie"
    assert first["flag_evidence"] == "language_mixed, line 3: the ferry"
    assert first["text"] == FIRST["text"] and first["confidence"] == "0.9123"
    assert second["title"] == "'=HYPERLINK(1)"
    assert "Cells that a spreadsheet would calculate, each now with an apostrophe before it: 1." in printed.out
    assert "Cells of more than 32,767 characters, which Excel cuts: 1." in printed.out
    frame = pd.read_csv(target, parse_dates=["published_at_utc"])
    assert frame["published_at_utc"].dt.year.tolist()[0] == 2026


def test_sqlite_is_searched_and_has_tables_of_quotes_authors_topics_and_flags(exported):
    target, _ = exported("a.sqlite")
    with closing(sqlite3.connect(target)) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert database.execute("pragma foreign_key_check").fetchall() == []
        row = database.execute("select title, published_at, confidence, captions from articles where id = 1").fetchone()
        assert row == (FIRST["title"], "2026-04-22T16:48:00Z", 0.9123, "[]")
        assert database.execute("select speaker, text from quotes order by position").fetchall() == [
            ("Ann", "Sie fährt nicht"),
            (None, "Nie"),
        ]
        assert database.execute("select author from authors order by position").fetchall() == [
            ("Ann Example",),
            ("Bo Sample",),
        ]
        assert [topic for (topic,) in database.execute("select topic from topics")] == FIRST["topics"]
        assert [flag for (flag,) in database.execute("select flag from flags")] == FIRST["flags"]
        found = (
            "select article_id from articles where id in (select rowid from articles_fts where articles_fts match ?)"
        )
        assert database.execute(found, ["fahre"]).fetchall() == [(FIRST["article_id"],)]  # without its accent
        database.execute("vacuum")
        assert database.execute(found, ["ferry"]).fetchall() == [(SECOND["article_id"],)]
        by_rowid = found.replace("where id in", "where rowid in")  # as Datasette searches
        assert database.execute(by_rowid, ["ferry"]).fetchall() == [(SECOND["article_id"],)]
        keys = [name for _, name, *_, place in database.execute("pragma table_info(articles)") if place]
        referred = {
            to
            for table in ("authors", "quotes")
            for *_, to, _, _, _ in database.execute(f"pragma foreign_key_list({table})")
        }
        assert keys == ["article_id"] and referred == {"article_id"}, "a program finds a row by its primary key"
        meanings = dict(database.execute("select * from dictionary"))
        assert meanings["title"] == sentence(schema.ARTICLES.field("title"))
        assert database.execute("select strftime('%Y', published_at) from articles").fetchone() == ("2026",)


def test_duckdb_has_views_and_comments(exported):
    target, _ = exported("a.duckdb")
    with duckdb.connect(str(target), read_only=True) as database:
        assert database.sql("select count(*), max(title) from articles").fetchall() == [(2, FIRST["title"])]
        assert database.sql("select position, speaker, text from quotes order by 1").fetchall() == [
            (1, "Ann", "Sie fährt nicht"),
            (2, None, "Nie"),
        ]
        assert database.sql("select author from authors order by position").fetchall() == [
            ("Ann Example",),
            ("Bo Sample",),
        ]
        comments = dict(
            database.sql("select column_name, comment from duckdb_columns() where table_name = 'articles'").fetchall()
        )
        assert comments == {field.name: sentence(field) for field in schema.ARTICLES}


def test_markdown_is_one_file_per_article_with_front_matter(exported):
    target, printed = exported("notes", "--format", "markdown")
    files = sorted(path.relative_to(target).as_posix() for path in target.rglob("*.md"))
    assert files == [
        "2026-04/2026-04-22-ärger-über-die-fähre-00000000000000a1.md",
        "undated/hyperlink-1-00000000000000a2.md",
    ]
    front, _, body = (target / files[0]).read_text(encoding="utf-8").removeprefix("---\n").partition("---\n")
    values = yaml.safe_load(front)
    assert values["title"] == FIRST["title"] and values["published_date"] == date(2026, 4, 22)
    assert values["authors"] == FIRST["authors"]
    assert body.startswith(f"\n# {FIRST['title']}\n\nDie Fähre")
    assert "Columns of articles that are not in it: " in printed.out and "quotes" in printed.out


def test_front_matter_has_the_columns_that_were_chosen(exported):
    target, printed = exported("notes", "--format", "markdown", "--columns", "title,text,quotes,captions,version")
    page = (target / "undated" / "hyperlink-1-00000000000000a2.md").read_text(encoding="utf-8")
    front, _, body = page.removeprefix("---\n").partition("---\n")
    assert yaml.safe_load(front) == {"article_id": SECOND["article_id"], "title": SECOND["title"], "version": 1}
    assert body.startswith("\n# ")
    left_out = printed.out.partition("not in it: ")[2].partition(".\n")[0].split(", ")
    assert set(left_out) == set(schema.ARTICLES.names) - {
        *("article_id", "published_date", "title", "text", "quotes", "captions", "version")
    }


def test_front_matter_has_image_and_summary_by_default():
    page = article_markdown(
        {"title": "a", "image_url": "https://paper.example/a.jpg", "summary": "b", "article_id": "1"}
    )
    assert yaml.safe_load(page.split("---")[1])["image_url"] == "https://paper.example/a.jpg"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "undated/etc-passwd-a1.md"),
        ("A/B: C*? <d>|\x00\n", "undated/a-b-c-d-a1.md"),
        ("x" * 300, f"undated/{'x' * 60}-a1.md"),
        ("💥", "undated/a1.md"),
        (None, "undated/a1.md"),
        ("中" * 300, f"undated/{'中' * 60}-a1.md"),
    ],
)
def test_file_names_are_safe(title, name):
    assert file_name({"article_id": "a1", "title": title, "published_date": None}) == name
    assert len(name.rpartition("/")[2].encode()) < 255


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# no heading", r"\# no heading"),
        ("1. no list", r"1\. no list"),
        ("- no list\n\n+ nor this", "\\- no list\n\n\\+ nor this"),
        ("a *b* [c](d) <e>", r"a \*b\* \[c\](d) \<e>"),
        ("In 1999 it was so.", "In 1999 it was so."),
    ],
)
def test_what_looks_like_markup_stays_text(text, shown):
    assert literal(text) == shown


def test_front_matter_cannot_be_left_by_a_headline():
    page = article_markdown({"title": "a\n---\nb: c", "text": "x", "article_id": "1"})
    assert yaml.safe_load(page.split("\n---\n\n")[0].removeprefix("---\n"))["title"] == "a\n---\nb: c"


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.sqlite", "a.duckdb", "a.db"])
def test_a_condition_and_columns_choose_what_is_exported(exported, name):
    _, printed = exported(name, "--where", "language = 'de' -- German", "--columns", "title,language,authors")
    assert printed.out.startswith("1 article in ")
    assert "Articles that do not meet the condition: 1 (language = 'de' -- German)." in printed.out
    assert "Columns of articles that are not in it: " in printed.out


def test_columns_are_in_the_order_of_the_user(exported):
    target, _ = exported("a.csv", "--columns", "language, title")
    assert target.read_text(encoding="utf-8-sig").splitlines()[0] == "language,title"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--where", "langage = 'de'"], "copydesk: --where: unknown column: langage; did you mean language?"),
        (["--where", "language = de"], "copydesk: --where: unknown column: de; a text has single quotes around it"),
        (["--where", "select * from articles"], "copydesk: --where: Table with name articles does not exist; expected"),
        (["--where", "language ="], 'copydesk: --where: syntax error at or near ")"; expected only a condition in SQL'),
        (["--where", " "], "copydesk: --where: is empty; leave the option out"),
        (["--columns", ""], "copydesk: --columns: names no column; leave the option out"),
        (["--columns", " , "], "copydesk: --columns: names no column"),
        (["--where", "1 = 1); drop table articles; --"], "copydesk: --where: syntax error at or near"),
        (["--where", "title ="], "copydesk: --where: syntax error"),
        (["--where", "title > 1"], "copydesk: --where: "),
        (["--columns", "titel"], "copydesk: --columns: unknown column: titel; did you mean title?"),
    ],
)
def test_a_wrong_choice_is_one_sentence_and_leaves_nothing(exported, tmp_path, options, message):
    _, printed = exported("a.csv", *options, code=2)
    assert printed.err.startswith(message) and printed.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["it's out"]


def test_an_existing_target_is_replaced_only_on_request(exported):
    target, _ = exported("a.csv")
    before = target.read_bytes()
    _, printed = exported("a.csv", "--columns", "title", code=2)
    assert "already exists; replace it with --overwrite" in printed.err
    assert target.read_bytes() == before
    exported("a.csv", "--columns", "title", "--overwrite")
    assert target.read_bytes() != before


def test_a_folder_that_no_export_wrote_is_never_replaced(exported, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    _, printed = exported("mine", "--format", "markdown", "--overwrite", code=2)
    assert "is a folder that no export has written" in printed.err
    assert (mine / "thesis.txt").exists()
    exported("notes", "--format", "markdown")
    exported("notes", "--format", "markdown", "--overwrite", "--where", "language = 'de'")
    assert len(list((tmp_path / "notes").rglob("*.md"))) == 1


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.xlsx", [], "the format is not clear from its name; choose one with --format"),
        (".", ["--format", "csv"], "is a folder; csv is written to a file"),
        ("it's out/.published/current/articles/a.csv", [], "is inside the dataset's tables"),
    ],
)
def test_a_target_that_cannot_be_is_refused(exported, name, options, message):
    _, printed = exported(name, *options, code=2)
    assert message in printed.err


def test_an_address_is_refused(dataset, capsys):
    assert main(["export", "s3://bucket/a.csv", "--output", str(dataset)]) == 2
    assert "an export is written to this machine" in capsys.readouterr().err


def test_a_pipe_gets_the_articles_and_nothing_else(dataset, capfdbinary):
    assert main(["export", "-", "--format", "jsonl", "--output", str(dataset), "--columns", "title"]) == 0
    printed = capfdbinary.readouterr()
    assert [json.loads(line)["title"] for line in printed.out.splitlines()] == [FIRST["title"], SECOND["title"]]
    assert printed.err.startswith(b"2 articles in standard output")
    assert main(["export", "-", "--format", "sqlite", "--output", str(dataset)]) == 2


def test_files_of_an_older_version_lack_columns(tmp_path, capsys):
    names = [name for name in schema.ARTICLES.names if name not in ("flag_evidence", "title_confidence")]
    older = pa.schema([schema.ARTICLES.field(name) for name in names])
    dataset = write_dataset(tmp_path / "out", table([FIRST], older))
    assert main(["export", str(tmp_path / "a.jsonl"), "--output", str(dataset)]) == 0
    row = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))
    assert list(row) == schema.ARTICLES.names and row["flag_evidence"] is None


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.sqlite", "a.duckdb", "notes"])
def test_a_dataset_without_articles_gives_an_empty_export(tmp_path, capsys, name):
    dataset = write_dataset(tmp_path / "out")
    options = ["--format", "markdown"] if name == "notes" else []
    assert main(["export", str(tmp_path / name), "--output", str(dataset), *options]) == 0
    assert capsys.readouterr().out.startswith("0 articles in ")


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.sqlite", "a.duckdb", "notes"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(exported, tmp_path, name):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    options = ["--format", "markdown"] if name == "notes" else []
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        _, printed = exported(name, *options, code=2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be written (" in printed.err and printed.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["it's out"]
