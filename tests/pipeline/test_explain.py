"""`explain` on every outcome that a page can have, in the words that are true of it."""

import json

import pytest
from support.datasets import query
from support.outcomes import SOURCE

from flows.cli.lookup import find_pages
from flows.cli.main import main
from tasks.load.dedup.plan import REASONS
from tasks.load.output import Output


def explained(dataset, capsys, wanted):
    assert main(["explain", str(wanted), "--output", str(dataset / "out")]) == 0
    return capsys.readouterr().out


def reason_of(dataset, name):
    path = dataset / "pages" / name
    return query(dataset / "out", "ledger", "outcome, reason", f"where source_uri = '{path}'")[0]


def test_the_dataset_has_every_outcome_and_every_kind_of_duplicate(dataset):
    rows = query(dataset / "out", "ledger", "outcome, reason")
    assert {outcome for outcome, _ in rows} == {"article", "duplicate", "quarantined", "forgotten"}
    assert {reason for outcome, reason in rows if outcome == "duplicate"} >= {
        reason
        for reason in REASONS
        if reason not in (None, "near_duplicate")  # those are articles, unless asked for
    }


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("second.html", "Article {id}, version 3; decided by run "),
        ("first.html", "Article {id}, earlier version 2: replaced by run "),
        (
            "bytes.html",
            "Duplicate: it has the same bytes as the page of article {id} (Copperline Post: Food bank opens",
        ),
        ("again.html", "Duplicate: it was fetched again, with the same text, at the address of article {id} (Copper"),
        ("older.html", "Duplicate: it is an older text of article {id} (Copperline Post: Food bank opens"),
        ("error.html", "Quarantined after clean: clean.error_page - "),
        ("gone.txt", "Forgotten: nothing of it is kept but this entry of the ledger.\n"),
    ],
)
def test_every_outcome_has_its_sentence(dataset, capsys, name, sentence):
    (article_id,) = {row[0] for row in query(dataset / "out", "versions", "article_id")}
    assert sentence.format(id=article_id) in explained(dataset, capsys, dataset / "pages" / name)


def test_the_same_text_elsewhere_and_a_near_duplicate_name_the_article(dataset, capsys):
    shown = explained(dataset, capsys, dataset / "pages" / "elsewhere.html")
    assert "it has the same text as article" in shown
    row, *_ = query(
        dataset / "out", "articles", "doc_id, near_duplicate_of, similarity", "where near_duplicate_of is not null"
    )
    shown = explained(dataset, capsys, row[0])
    assert f"Near-duplicate (similarity {row[2]:.2f}) of article {row[1]} (Copperline Post: Food bank" in shown
    assert main(["explain", row[0], "--json", "--output", str(dataset / "out")]) == 0
    known = json.loads(capsys.readouterr().out)
    assert known["article"]["near_duplicate_of"] == known["original"]["article_id"] == row[1]


def test_a_page_is_found_by_every_name_that_people_hold_in_hand(dataset, monkeypatch):
    output, page = Output(dataset / "out"), dataset / "pages" / "second.html"
    (row,) = query(output.root, "articles", "doc_id, article_id, canonical_url", f"where source_uri = '{page}'")
    monkeypatch.chdir(dataset)
    for wanted in (row[0], row[2], str(page), "second.html", "pages/second.html", "./pages/../pages/second.html"):
        assert find_pages(wanted, output)[0]["doc_id"] == row[0], wanted
    assert len(find_pages(row[1], output)) >= 4, "an article's pages, its duplicates included"
    host_and_path = row[2].partition("://")[2].removeprefix("www.")
    for similar in (f"http://{host_and_path}/", f"https://www.{host_and_path}#comments", row[2].upper()):
        assert find_pages(similar, output)[0]["doc_id"] == row[0], similar
    for unknown in ("nothing.html", "https://nothing.example/", "https://"):
        assert find_pages(unknown, output) == []


def test_an_empty_name_is_refused(dataset, capsys):
    assert main(["explain", " ", "--output", str(dataset / "out")]) == 2
    assert "the name of the page is empty" in capsys.readouterr().err


def test_all_pages_of_a_bare_name_are_found_the_newest_first(tmp_path, capsys):
    for number, folder in enumerate(("monday", "tuesday")):
        (tmp_path / folder).mkdir()
        text = SOURCE.read_text(encoding="utf-8").replace("/2025/12/food-bank/", f"/2025/12/{folder}/")
        (tmp_path / folder / "page.html").write_text(text.replace(" the ", f" {folder} ", 40), encoding="utf-8")
        assert main(["run", str(tmp_path / folder), "--output", str(tmp_path / "out"), "--quiet"]) == 0, number
    assert main(["explain", "page.html", "--output", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert "2 pages match page.html; showing the newest. Others:" in printed.err
    assert printed.out.startswith(str(tmp_path / "tuesday"))
    assert str(tmp_path / "monday" / "page.html") in printed.err


def test_nothing_is_cut_in_a_pipe(dataset, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    shown = explained(dataset, capsys, dataset / "pages" / "second.html")
    (run_id,) = {row[0] for row in query(dataset / "out", "articles", "run_id", "where version = 3")}
    assert run_id in shown
    assert "They argued about it for ten minutes, and I just stood there and listened," in shown
    assert "…" not in shown.split("\n", 2)[2]
    assert all(line == line.rstrip() for line in shown.splitlines())
