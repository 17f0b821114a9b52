"""The web page over a dataset: its views, filters and downloads."""

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qsl

import duckdb
import pyarrow.parquet as pq
import pytest
from support.browsing import ARTICLES, RUN_ID, SCRIPT, get, make_dataset
from support.ids import case_id

from flows.browse import articles
from flows.browse.app import make_app
from flows.browse.filters import ArticleFilter, FilterError
from flows.browse.snapshot import Dataset
from flows.browse.views import stretches
from flows.cli.main import main
from tasks import schema
from tasks.errors import UsageError
from tasks.load.output import Changes, NothingPublishedError, Output

FIRST, EDITED = ARTICLES[0], ARTICLES[1]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("browse") / "out")


@pytest.fixture(scope="module")
def app(root):
    return make_app(root)


def text_of(answer):
    """What a reader sees of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 65),
        ("kind=stub", 1),
        ("language=de", 1),
        ("flag=any", 1),
        ("flag=text_cut_off", 1),
        ("flag=language_mixed", 0),
        ("publisher=Ledger+%26+Sons", 1),
        ("publisher=%28none%29", 1),
        ("missing=date", 1),
        ("missing=authors", 64),
        ("first_day=2026-03-05&last_day=2026-03-05", 3),
        ("confidence_max=0.5", 1),
        ("confidence_min=0.5&confidence_max=0.9", 64),
        ("q=HYPERLINK&place=title", 1),
        ("q=story+number&place=title&sort=title", 62),
        ("publisher=%27+or+true+--", 0),
        ("repeats=only", 1),
        ("repeats=without", 64),
        ("site=Paper.example", 64),
        ("site=paper.example&kind=stub", 0),
        ("q=%25&place=title", 0),
        ("q=%00&place=title", 65),
        ("publisher=%ff%fe", 0),
    ],
    ids=case_id,
)
def test_filters_say_how_many_articles_they_let_through(app, query, count):
    answer = get(app, f"/articles?{query}")
    assert answer.status_code == 200
    assert f"{count} article" in text_of(answer)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("keeper", 1),
        ("FERRY noon", 1),
        ('"left at noon"', 1),
        ('"noon left"', 0),
        ("=hyperlink", 1),
        ("no such words", 0),
    ],
    ids=case_id,
)
def test_a_search_of_texts_finds_titles_and_texts(app, query, found):
    answer = get(app, f"/articles?q={query}")
    assert answer.text.count('<li><a href="/page/') == found
    assert ("Nothing found." in answer.text) == (not found)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("istanbul", "İSTANBUL"),
        ("İstanbul", "istanbul"),
        ("ılık", "ILIK"),
        ("ΟΔΟΣ", "της οδος"),
        ("οδοσ", "ΟΔΟΣ"),
        ("ёлка", "ЁЛКА"),
        ("日本", "日本語"),
        ("a.b*[c", "A.B*[C"),
        ("\\q", "\\Q"),
        ("é", "CAFÉ"),
    ],
    ids=case_id,
)
def test_a_search_ignores_the_case_of_every_script(word, text):
    condition, values = ArticleFilter(q=word, place="title").conditions()
    assert duckdb.execute(f"select {condition} from (select ?::varchar as title)", [*values, text]).fetchone() == (
        True,
    )
    _, shown, _ = articles._excerpt(f"before {text} after", [word])
    assert shown
    assert shown in text


@pytest.mark.parametrize("search", ["", "q=ferry"], ids=["list", "search of texts"])
def test_pages_of_results_show_every_article_once(app, search):
    address, shown = f"/articles?{search}", []
    for _ in range(9):
        page = get(app, address).text
        shown += re.findall(r'<li><a href="/page/(\w+)"', page)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        if not following:
            break
        address = following[1].replace("&amp;", "&")
    expected = [row["article_id"] for row in ARTICLES if not search or "ferry" in row["text"]]
    assert sorted(shown) == sorted(expected)


def test_a_search_whose_time_is_over_says_how_far_it_came_and_goes_on(tmp_path, monkeypatch):
    output = Output(make_dataset(tmp_path / "out"))
    path = next(iter(output.files("articles").values()))
    changes = Changes()
    for month in ("2026-01", "2026-02"):
        copy = output.work / f"{month}.parquet"
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
        changes.added.setdefault("articles", {})[f"published_month={month}/a.parquet"] = copy
    output.publish(changes)
    monkeypatch.setattr(articles, "TEXT_SECONDS", 0)
    monkeypatch.setattr(articles, "_SEARCHED_BYTES", 0)  # one file at a time
    wanted, months = ArticleFilter(q="keeper"), []
    for _ in range(3):
        found = articles.find_articles(Dataset(output.root).snapshot(), wanted)
        assert len(found.rows) == 1
        months.append(found.searched)
        wanted = ArticleFilter.from_query(dict(parse_qsl(found.next_query)))
    assert months == ["2026-02", "2026-01", ""]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page=99999999999999",
        "sort=text;drop",
        "kind=other",
        "flag=none",
        "missing=text",
        "place=url",
        "first_day=yesterday",
        "confidence_min=nan",
        "confidence_max=2",
        "q=a&after=../../etc/passwd:0",
        "q=a&after=published_month=2026-03/x.parquet:0",
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence(app, query):
    answer = get(app, f"/articles?{query}")
    assert answer.status_code == 400
    assert "This address cannot be shown" in answer.text


def test_a_search_of_texts_reads_only_the_months_of_its_days():
    months = ("2026-02", "2026-03", "2026-04", "unknown")
    paths = [Path(f"published_month={month}") / "a.parquet" for month in months]
    for query, expected in (
        ({}, months),
        ({"first_day": "2026-03-31"}, months[1:3]),
        ({"last_day": "2026-03-01"}, months[:2]),
        ({"first_day": "2026-03-02", "last_day": "2026-03-03"}, ("2026-03",)),
    ):
        wanted = ArticleFilter.from_query(query)
        assert tuple(articles.month_of(path) for path in paths if articles.may_have(path, wanted)) == expected


def test_an_address_holds_only_what_filters():
    assert ArticleFilter().query() == ""
    assert ArticleFilter(publisher="A & B", page=2).query(page=3) == "publisher=A+%26+B&page=3"
    with pytest.raises(FilterError):
        ArticleFilter.from_query({"sort": "up"})


@pytest.mark.parametrize(
    ("page_id", "words"),
    [
        (FIRST["article_id"], ["1 kept as text, 1 moved to fields, 1 dropped", "dropped: promo", "lexicon: subscribe"]),
        (
            FIRST["article_id"],
            ["text_cut_off The rest of the text is for subscribers only.", "Ann\ufffd Lee", "0.40 og:title"],
        ),
        (
            EDITED["doc_id"],
            ["version 2", "Version 1", "text, 1 word added", "− The ferry left at dawn.", "+ The ferry left at noon."],
        ),
        (EDITED["doc_id"], ["Other articles that tell the same story =HYPERLINK(1)", "pages/copy of 2.html"]),
        ("v2", ["earlier version 1", "Show the article as it is now."]),
        ("r2", ["Duplicate: it has the same text as article", "The lines of this page are not kept."]),
        ("q1", ["Quarantined after clean: clean.too_short"]),
        (ARTICLES[2]["article_id"], ["Near-duplicate (similarity 0.80) of", "The other article: Story number 2"]),
        (ARTICLES[64]["article_id"], ["(no headline)", "publisher unknown"]),
    ],
    ids=case_id,
)
def test_a_page_shows_what_became_of_it(app, page_id, words):
    answer = get(app, f"/page/{page_id}")
    assert answer.status_code == 200
    shown = text_of(answer)
    for one in words:
        assert one in shown, shown


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "/",
            [
                "65 articles of 2 publishers in 2 languages, published from 2026-03-01 to 2026-03-28",
                "1 went to quarantine",
                "Articles by day",
                "highest bar: 3 articles in 2026-03-02",
            ],
        ),
        ("/quarantine", ["clean.too_short", "1 page"]),
        ("/quarantine?reason=clean.too_short", ["1 page with the reason clean.too_short"]),
        ("/quarantine?reason=other", ["0 pages with the reason other"]),
        ("/sites", ["2 sites", "paper.example"]),
        ("/sites?q=PAPER", ["1 site."]),
        ("/sites?q=none", ["0 sites"]),
        ("/runs", [RUN_ID, "Completed"]),
        (f"/runs/{RUN_ID}", ["the report of the run"]),
        (f"/runs/{RUN_ID}.html", ["the report of the run"]),
        ("/runs/index.html", ["1 run, the newest first"]),
        (f"/page/{FIRST['doc_id']}/source", ["shown as text in UTF-8; nothing of it is run"]),
        (f"/page/{EDITED['doc_id']}/source", ["The raw page was not kept."]),
    ],
    ids=case_id,
)
def test_the_other_views(app, address, words):
    answer = get(app, address)
    assert answer.status_code == 200
    for one in words:
        assert one in text_of(answer)


def test_a_download_has_all_articles_of_the_view_and_all_columns(app, tmp_path):
    lines = get(app, "/articles.jsonl?sort=oldest").text.splitlines()
    assert {json.loads(line)["article_id"] for line in lines} == {row["article_id"] for row in ARTICLES}
    assert json.loads(lines[0]).keys() == set(schema.ARTICLES.names)
    (tmp_path / "a.parquet").write_bytes(get(app, "/articles.parquet?kind=stub").content)
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.equals(schema.ARTICLES)
    assert table.column("title").to_pylist() == [SCRIPT]
    doubted = list(csv.DictReader(io.StringIO(get(app, "/articles.csv?kind=stub").text)))
    assert doubted[0]["flag_evidence"] == "text_cut_off, line 2: Subscribe now"
    assert doubted[0]["quotes"] == f"Ann\u202e Lee: {SCRIPT}"
    answer = get(app, "/articles.csv?q=hyperlink")
    assert answer.headers["content-disposition"].startswith('attachment; filename="articles-')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["title"] for row in rows] == ["'=HYPERLINK(1)"]
    assert rows[0]["fetched_at_utc"] == "2026-04-01 09:00:00"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_download_of_nothing_is_a_file_without_rows(app, ending, tmp_path):
    content = get(app, f"/articles.{ending}?kind=live").content
    if ending == "parquet":
        (tmp_path / "a.parquet").write_bytes(content)
        assert pq.read_table(tmp_path / "a.parquet").num_rows == 0
    else:
        assert content.count(b"\n") == (ending == "csv")


def test_a_new_state_is_shown_at_the_next_request(tmp_path):
    output = Output(make_dataset(tmp_path / "out"))
    app = make_app(output.root)
    assert "65 articles" in text_of(get(app, "/"))
    changes = Changes(removed={"articles": set(output.files("articles"))})
    output.publish(changes)
    assert "There are no articles yet." in text_of(get(app, "/"))
    assert get(app, "/articles").status_code == get(app, "/sites").status_code == 200


def test_files_that_are_rewritten_beside_the_tables_are_read_again(tmp_path):
    output = Output(make_dataset(tmp_path / "out"))
    app = make_app(output.root)
    assert "3 lines" in text_of(get(app, f"/page/{FIRST['doc_id']}"))
    (output.root / "lines" / "a.parquet").rename(output.root / "lines" / "b.parquet")
    assert "3 lines" in text_of(get(app, f"/page/{FIRST['doc_id']}"))


def test_files_from_before_a_column_existed_are_read(tmp_path):
    output = Output(make_dataset(tmp_path / "out"))
    (name, path), *_ = output.files("articles").items()
    older = output.work / "older.parquet"
    older.parent.mkdir(exist_ok=True)
    pq.write_table(pq.read_table(path).drop_columns(["flag_evidence", "title_confidence", "story_probability"]), older)
    output.publish(
        Changes(added={"articles": {"published_month=2026-02/older.parquet": older}}, removed={"articles": {name}})
    )
    app = make_app(output.root)
    assert "story probability 1.00" in text_of(get(app, f"/page/{FIRST['article_id']}"))
    (tmp_path / "a.parquet").write_bytes(get(app, "/articles.parquet").content)
    assert pq.read_table(tmp_path / "a.parquet").column("title_confidence").null_count == len(ARTICLES)


def test_a_folder_without_a_dataset_is_refused(tmp_path):
    with pytest.raises(NothingPublishedError):
        make_app(tmp_path)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_wrong_port_is_refused(root, port):
    from flows.browse.server import serve_dataset

    with pytest.raises(UsageError, match="not a port"):
        serve_dataset(str(root), port)


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ("kdk", [(1, ""), (1, ""), (1, "")]),
        ("ddddddkfdd", [(6, "6 dropped lines: promo 6"), (2, ""), (2, "")]),
        ("dddddd", [(6, "")]),
        ("kddddd", [(1, ""), (5, "")]),
        ("", []),
    ],
)
def test_many_dropped_lines_in_a_row_are_folded_where_something_is_kept(actions, expected):
    names = {"k": "keep", "d": "drop", "f": "field"}
    lines = [{"action": names[action], "label": "promo"} for action in actions]
    assert [(len(stretch.lines), stretch.summary) for stretch in stretches(lines)] == expected


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("first_day=2026-04-02&last_day=2026-04-01", "The first day, 2026-04-02, is after the last one, 2026-04-01."),
        ("confidence_min=0.9&confidence_max=0.2", "No confidence is at least 0.9 and at most 0.2."),
        ("publisher=ledger", "Publishers with this in their name: The Harbor Ledger; Ledger &amp; Sons."),
        ("publisher=Gazette", "A publisher&#39;s name has to be written in full."),
    ],
    ids=case_id,
)
def test_filters_that_let_nothing_through_say_why(app, query, hint):
    html = get(app, f"/articles?{query}").text
    assert "0 articles." in html
    assert hint in html
    searched = get(app, f"/articles?{query}&q=ferry").text
    assert "Nothing found." in searched
    assert hint in searched


def test_a_search_that_is_through_says_how_many_articles_it_found(app):
    assert "1 article, the newest month first." in text_of(get(app, "/articles?q=keeper"))
    assert "50 articles on this page, the newest month first." in text_of(get(app, "/articles?q=ferry"))


def test_languages_are_chosen_by_their_names(app):
    assert re.findall(r'<option value="(de|en)">(.*?)</option>', get(app, "/articles").text) == [
        ("en", "English (en)"),
        ("de", "German (de)"),
    ]


def test_downloads_are_the_same_as_exports(root, app, tmp_path):
    for ending in ("csv", "jsonl"):
        target = tmp_path / f"a.{ending}"
        assert main(["export", str(target), "--output", str(root)]) == 0
        assert sorted(get(app, f"/articles.{ending}").content.splitlines()) == sorted(target.read_bytes().splitlines())
