"""What `make accuracy` measures with: whole runs, figures that can be worked out by hand, floors, models of folds."""

import gzip
import json
import shutil

import numpy as np
import pytest
from support.paths import BENCHMARKS

PAGE = """<html><head><meta charset="utf-8"><title>{title}</title></head><body>
<ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul>
<article><h1>{title}</h1><p>By Ada Fenwick, 4 October 2026</p>{body}</article><footer>About us</footer></body></html>"""
BODY = [
    (
        "The harbour office closed its doors on Monday after the keeper found the great lantern missing from the "
        "north pier."
    ),
    (
        "Two boats from the village searched the bay until dusk, but neither crew saw anything apart from gulls and "
        "driftwood."
    ),
    "“We shall put up another before the winter storms,” said the mayor, who has asked the county for the money twice.",
    (
        "The lantern had burned on the pier since the railway came, and sailors still set their course by it on "
        "foggy nights."
    ),
]
SHELL = "<html><head><title>Error 404</title></head><body><h1>404</h1><p>Page not found.</p></body></html>"


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture
def folder(tmp_path):
    story = PAGE.format(
        title="Great lantern vanishes from the north pier", body="".join(f"<p>{line}</p>" for line in BODY)
    )
    pages = {
        "lantern": ("https://ledger.example/news/lantern-vanishes", "article", story),
        "again": (None, "article", story.replace("About us", "Contact")),  # the same text without an address
        "gone": ("https://courier.example/news/gone", "live", SHELL),
        "missing": ("https://courier.example/missing", "listing", SHELL.replace("not found", "is not here")),
    }
    place = tmp_path / "harbour"
    (place / "pages").mkdir(parents=True)
    gold = []
    for page_id, (url, kind, html) in pages.items():
        (place / "pages" / f"{page_id}.html.gz").write_bytes(gzip.compress(html.encode()))
        body = "\n".join(BODY) if kind in ("article", "live") else None
        gold.append(
            {
                "page_id": page_id,
                "url": url,
                "page_type": kind,
                "publisher": "Ledger",
                "language": "en",
                "body": body,
                "with": ["Two boats from"],
                "without": ["About us"],
            }
        )
    with gzip.open(place / "gold.jsonl.gz", "wt", encoding="utf-8") as handle:
        handle.writelines(json.dumps(row) + "\n" for row in gold)
    return place


def test_a_whole_run_accounts_for_every_page(folder, tmp_path, monkeypatch, capsys):
    import accuracy
    import accuracy_peers

    monkeypatch.setattr(accuracy_peers, "TRAFILATURA", "no_such_package")  # whether it is installed or not
    monkeypatch.setattr(accuracy, "FLOORS", tmp_path / "floors.toml")
    out = tmp_path / "out"
    assert accuracy.main([str(folder), "--styles", "html", "--out", str(out), "--write-floors"]) == 0
    report = json.loads((out / "accuracy.json").read_text())
    assert report["models"] == "shipped"
    found = report["styles"]["html"]["corpora"]["harbour"]
    assert (found["pages"], found["stories"], found["others"]) == (4, 3, 1)
    assert found["kept_pages"] + sum(own["pages"] for own in found["lost"].values()) == found["stories"]
    assert found["kept_pages"] == 1
    assert {reason: own["pages"] for reason, own in found["lost"].items()} == {
        "duplicate: same_text": 1,
        "clean.error_page": 1,
    }
    assert found["lost"]["clean.error_page"]["examples"] == ["gone"]
    assert found["kinds"]["listing"] == {"clean.error_page": 1}
    assert found["let_through"] == 0
    # one page of three has the whole story, and pages without a row have no precision
    text = found["text"]["copydesk"]
    assert text["precision"] == 1.0
    assert text["recall"] == pytest.approx(1 / 3)
    assert text["f1"] == pytest.approx(0.5)
    assert found["snippets"]["copydesk"] == {"snippets_in": pytest.approx(1 / 3), "snippets_out": 1.0}
    for curve in found["curves"].values():
        assert curve[0]["lost"] == pytest.approx(2 / 3)
        assert curve[-1]["lost"] >= curve[0]["lost"]
    pages = {row["page_id"]: row for row in map(json.loads, (out / "pages.jsonl").read_text().splitlines())}
    assert {name: row["fate"] for name, row in pages.items()} == {
        "lantern": "published",
        "again": "duplicate: same_text",
        "gone": "clean.error_page",
        "missing": "clean.error_page",
    }
    assert pages["lantern"]["precision and recall"] == {"copydesk": [1.0, 1.0]}
    said = (out / "accuracy.md").read_text()
    assert "these figures flatter them" in said
    assert said in capsys.readouterr().out
    assert 'models = "shipped"' in (tmp_path / "floors.toml").read_text()


def test_figures_by_hand():
    import accuracy_measures as measures

    from tasks.training import corpus

    gold = corpus.shingles(["one", "two", "three", "four", "five", "six"])  # three runs of four words
    half = corpus.page_score("one two three four five", gold)
    assert half == (1.0, 2 / 3)
    figures = measures.text_figures([half, corpus.page_score("", gold)])
    assert figures["precision"] == 1.0
    assert figures["recall"] == pytest.approx(1 / 3)
    assert figures["f1"] == pytest.approx(0.5)
    assert 0.0 <= figures["f1_low"] <= figures["f1"] <= figures["f1_high"] <= 0.8
    assert measures.text_figures([]) is None


def test_the_best_run_counts_words_where_there_are_no_spaces():
    from accuracy_peers import best_run, word_count

    assert word_count("The keeper - found it.") == 4
    assert word_count("警察在港口找到了燈") == pytest.approx(9 / 1.7)
    story = [
        "港口辦公室星期一關閉因為管理員發現北碼頭的大燈不見了。",
        "兩艘船在海灣搜索到黃昏但是船員只看到海鷗和漂流木而已。",
    ]
    assert best_run("\n".join(["首頁", "體育", *story, "聯絡我們"])) == "\n".join(story)
    thai = "สำนักงานท่าเรือปิดทำการเมื่อวันจันทร์หลังจากผู้ดูแลพบว่าโคมไฟหายไป"
    assert best_run(f"หน้าแรก\n{thai}\nติดต่อ") == thai


def report_of(kept, f1, models="folds"):
    text = {"pages": 40, "precision": f1, "recall": f1, "f1": f1, "f1_low": f1 - 0.02, "f1_high": f1 + 0.02}
    own = {"stories": 40, "others": 10, "kept": kept, "let_through": 0.1, "text": {"copydesk": text}}
    return {
        "models": models,
        "styles": {"html": {"corpora": {"harbour": own}, "languages": {"en": {"copydesk": text}}}},
    }


def test_floors_hold_what_they_were_written_from_and_nothing_lower(tmp_path, capsys):
    import accuracy_floors as floors

    path = tmp_path / "floors.toml"
    path.write_text(floors.written(report_of(0.9, 0.95)))
    assert floors.check(report_of(0.9, 0.95), path) == 0
    assert "4 of 4 floors are kept" in capsys.readouterr().out
    assert floors.check(report_of(0.9, 0.93), path) == 1
    said = capsys.readouterr().out
    assert "harbour html: f1 is 0.9300, floor 0.940" in said
    assert "en html: f1 is 0.9300" in said
    assert floors.check(report_of(0.7, 0.95), path) == 1
    assert floors.check(report_of(0.9, 0.95, models="shipped"), path) == 1
    other = report_of(0.1, 0.1)
    other["styles"]["html"]["corpora"] = {"elsewhere": other["styles"]["html"]["corpora"]["harbour"]}
    assert floors.check(other, path) == 0  # nothing of what has floors was measured


def test_the_models_of_a_fold_take_the_place_of_those_that_ship(tmp_path, monkeypatch):
    from accuracy import models_in
    from accuracy_run import use_models

    from tasks.clean.model import block_model

    fold = tmp_path / "fold0"
    fold.mkdir()
    for shipped in block_model.FOLDER.glob("model_*.npz"):
        shutil.copy(shipped, fold)
    with np.load(fold / "model_text.npz") as data:
        arrays = dict(data)
    np.savez_compressed(fold / "model_text.npz", **arrays | {"words_bias": np.float64(7.0)})
    monkeypatch.setattr(block_model, "FOLDER", block_model.FOLDER)  # put back in the end
    try:
        use_models(fold)
        assert block_model.load("text").words_bias == 7.0
    finally:
        monkeypatch.undo()
        block_model.load.cache_clear()
    (fold / "model_html.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"no model_html\.npz"):
        use_models(fold)
    fold.rename(tmp_path / "fold1")
    with pytest.raises(FileNotFoundError, match="fold0"):
        models_in(tmp_path)


def test_the_readme_takes_the_figures_between_its_marks():
    from accuracy_report import END, START, in_readme

    report = report_of(0.9, 0.95)
    style = report["styles"]["html"]
    own = style["corpora"]["harbour"]
    own["text"]["trafilatura"] = own["text"]["copydesk"] | {"f1": 0.5}
    point = {"threshold": 0.3, "lost": 0.012, "let_through": 0.2}
    style["all"] = own | {"curves": {"story_probability": [point]}}
    report |= {"date": "2026-01-01", "folds": 3, "pages_limit": None}
    made = in_readme(f"Before\n{START}\nstale figures\n{END}\nAfter\n", report)
    assert made.startswith(f"Before\n{START}\n")
    assert made.endswith(f"{END}\nAfter\n")
    assert "stale" not in made
    assert "| HTML | harbour | 40 | 0.900 | 0.100 | 0.950 | 0.950 | **0.950** (0.930 to 0.970) | 0.500 | - |" in made
    assert "| en | 40 | **0.950** | - |" in made
    assert "| 0.30 | 0.012 | 0.200 |" in made
    assert in_readme(made, report) == made
    with pytest.raises(ValueError, match="the file has no"):
        in_readme("no marks", report)
