"""Lines that recur on a site's pages are template; paragraphs of a story that is there several times are not."""

from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from support.pages import pages_table, process
from support.paths import PAGES

from tasks import schema
from tasks.clean.core import clean_pages
from tasks.clean.sites import memory
from tasks.clean.sites.memory import file_of, learn, learn_files, recall
from tasks.clean.sites.templates import find_templates, site_of
from tasks.extract.core import extract_documents

MENU = [1, 2, 3]


def find(pages, sites=None, known=None):
    """Pages are lists of (key, words, is_good)."""
    flat = [(key, number, words, good) for number, lines in enumerate(pages) for key, words, good in lines]
    keys, page, words, good = (list(column) for column in zip(*flat, strict=True))
    found = find_templates(
        np.array([wide(key) for key in keys], dtype=np.uint64),
        np.array(page),
        np.array(words, dtype=float) * np.array(good),
        sites or ["a"] * len(pages),
        known or {},
    )
    return {keys[row]: counts for row, counts in found.items()}


def wide(key):
    """A 64-bit key whose short form is `key`."""
    return key << 32


def evidence(pages, site="a"):
    """The same pages as rows of evidence."""
    return [
        {
            "site": site,
            "line_keys": [line[0] for line in lines],
            "prose_words": [words if good else 0 for _, words, good in lines],
        }
        for lines in pages
    ]


def remembered(tmp_path, *runs):
    """What is known of sites after some runs, each a list of evidence."""
    files = {}
    for number, run in enumerate(runs):
        for place, table in learn_files([pa.Table.from_pylist(run, schema=schema.EVIDENCE)], files, tmp_path / "spool"):
            files[place] = tmp_path / f"{number}-{place}"
            pq.write_table(table, files[place])
    return recall(files, {"a", "b"})


def page(*story):
    return [(key, 2, False) for key in MENU] + [(key, 30, True) for key in story]


def test_a_menu_on_every_page_is_template():
    assert find([page(10 + n, 20 + n) for n in range(5)]) == dict.fromkeys(MENU, (5, 5))


def test_two_pages_prove_nothing():
    assert find([page(10), page(11)]) == {}


def test_pages_of_other_sites_do_not_count():
    assert find([page(10), page(11), page(12), page(13)], ["a", "a", "b", "b"]) == {}


def test_a_line_on_few_of_many_pages_is_not_template():
    pages = [page(10 + n) for n in range(20)]
    for n in range(3):
        pages[n].append((99, 2, False))
    assert 99 not in find(pages)


def test_the_same_story_fetched_many_times_counts_as_one_page():
    pages = [page(10, 11, 12) for _ in range(6)] + [page(20), page(21), page(22)]
    found = find(pages)
    assert not {10, 11, 12} & set(found)
    assert found[1] == (4, 4)


def test_the_site_is_the_host_else_the_folder():
    assert site_of("https://www.paper.example/a/b", None, "x/y.html") == "paper.example"
    assert site_of(None, "https://paper.example/c", "x/y.html") == "paper.example"
    assert site_of("http://[", None, "crawl/monday/y.txt") == "crawl/monday"


def test_templates_are_named_with_their_evidence():
    folder = PAGES / "cometfeed"
    _, lines, _ = process(pages_table([folder]))
    sponsor = [row for row in lines.to_pylist() if row["text"].startswith("Sponsor:")]
    assert {row["reason"] for row in sponsor} == {"template_on_site"}
    assert {row["detail"] for row in sponsor} == {"5 of 5 pages"}
    assert {row["label"] for row in sponsor} == {"promo"}


def test_a_run_of_one_page_profits_from_earlier_runs(tmp_path):
    known = remembered(tmp_path, *(evidence([page(10 + n)]) for n in range(4)))
    assert known["a"].page_count == 4
    assert find([page(50)], known=known) == dict.fromkeys(MENU, (5, 5))
    assert find([page(50)], ["b"], known=known) == {}


def test_the_same_story_fetched_by_many_runs_counts_once(tmp_path):
    known = remembered(tmp_path, *(evidence([page(10, 11, 12)]) for _ in range(6)))
    assert known["a"].page_count == 1
    assert find([page(10, 11, 12)], known=known) == {}


def test_an_updated_story_stays_a_story(tmp_path):
    known = remembered(
        tmp_path, *(evidence([page(10, 11, 12, 20 + n)]) for n in range(5)), evidence([page(30), page(40)])
    )
    assert not {10, 11, 12} & set(find([page(10, 11, 12, 99)], known=known))


def test_a_new_layout_is_learnt_and_the_old_one_forgotten(tmp_path):
    old = [page(1000 + n) for n in range(2500)]
    new = [[(7, 2, False), (5000 + n, 30, True)] for n in range(700)]
    known = remembered(tmp_path, evidence(old), evidence(new))
    assert 7 in find([[(7, 2, False), (9, 30, True)]], known=known)
    assert 7 in find(
        [[(7, 2, False), (100 + n, 30, True)] for n in range(3)], known=remembered(tmp_path, evidence(old))
    )


def test_the_memory_of_a_site_stays_small():
    pages = evidence(
        [[*page(10_000 + n), *((100_000 + 100 * n + k, 3, False) for k in range(100))] for n in range(300)]
    )
    table = learn(None, pa.Table.from_pylist(pages, schema=schema.EVIDENCE))
    assert len(table.column("line_keys")[0]) < 45 * 104  # lines of the last pages only, and the template


def test_a_short_run_names_the_template_of_a_known_site(tmp_path):
    folder = PAGES / "cometfeed"
    pages = pages_table([folder])
    first = clean_pages(pages.slice(0, 4))
    rows = first.evidence.to_pylist()
    assert len({row["site"] for row in rows}) == 1
    files = {file_of(rows[0]["site"]): tmp_path / "s.parquet"}
    pq.write_table(learn(None, first.evidence), files[file_of(rows[0]["site"])])
    last = pages.slice(4, 1)
    assert "template_on_site" not in clean_pages(last).lines.column("reason").to_pylist()
    lines = clean_pages(last, partial(recall, files)).lines.to_pylist()
    assert {row["detail"] for row in lines if row["text"].startswith("Sponsor:")} == {"5 of 5 pages"}


def test_a_memory_that_waits_on_disk_is_the_same(tmp_path, monkeypatch):
    pages = [
        row for name in ("a", "b", "c.example") for row in evidence([page(10 + n, 20 + n) for n in range(4)], name)
    ]
    halves = [pa.Table.from_pylist(pages[start::2], schema=schema.EVIDENCE) for start in (0, 1)]
    whole = {place: table.to_pylist() for place, table in learn_files(halves, {}, tmp_path)}
    monkeypatch.setattr(memory, "_BUFFER_BYTES", 1)
    assert {place: table.to_pylist() for place, table in learn_files(halves, {}, tmp_path)} == whole
    assert sum(len(rows) for rows in whole.values()) == 3
    assert not list(tmp_path.rglob("*.arrows"))


TOWNS = ["Ashmoor", "Brindle", "Corvale", "Dunmere", "Eastwick", "Fenholt"]
STORY = """<p>The council of {town} voted on Tuesday to close the old ferry pier after engineers found cracks in {count}
of its piles.</p>
<p>Boats will leave from the grain quay until a new pier is built, the harbour master of {town} said, and that could
take {count} months.</p>
<p>Traders along the front fear for the summer. “Without the ferry nobody walks past our doors,” a baker in {town}
told the meeting.</p>
<p>The work is to cost {count} million crowns, of which the district pays a third; {town} has asked the ministry for the
rest.</p>
<div class="picture"><img src="pier.jpg">{credit}</div>"""


def test_a_copyright_line_and_an_agency_that_recur_on_a_site_still_name_publisher_and_pictures():
    def row(number):
        credit = "Foto: dpa" if number % 2 else ""
        story = STORY.format(town=TOWNS[number], count=number + 12, credit=credit)
        html = f"""<html><body><nav><a href="/">Home</a> <a href="/sea">Sea</a></nav>
        <article><h1>Ferry pier of {TOWNS[number]} closes</h1>{story}</article>
        <footer><p>© 2026 Quay Courier</p><p>Imprint</p></footer></body></html>"""
        return schema.blank_row(schema.PAGES) | {
            "doc_id": f"{number:016x}",
            "source_uri": f"{number}.html",
            "url": f"https://www.qcourier.example/{number}",
            "media_type": "text/html",
            "page_digest": "-",
            "byte_count": len(html),
            "raw": html.encode(),
        }

    cleaned = clean_pages(pa.Table.from_pylist([row(number) for number in range(6)], schema=schema.PAGES))
    lines = [line for line in cleaned.lines.to_pylist() if line["text"] in ("© 2026 Quay Courier", "Foto: dpa")]
    assert {(line["text"], line["label"], line["action"], line["reason"]) for line in lines} == {
        ("© 2026 Quay Courier", "footer", "drop", "template_on_site"),
        ("Foto: dpa", "credit", "field", "lexicon"),
    }
    found = extract_documents(cleaned.documents, cleaned.lines).to_pylist()
    assert {row["publisher"] for row in found} == {"Quay Courier"}
    assert [row["image_credits"] for row in found] == [[], ["dpa"]] * 3
