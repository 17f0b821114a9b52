"""What `make bench` measures with: its corpora, its ratios, and the CPU of a whole process tree."""

import gzip
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import islice

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from support.paths import BENCHMARKS

PAGE = """<html><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="https://ledger.example/{n}.html">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{title}",
"datePublished": "2026-10-0{n}"}}</script>
</head><body><h1>{title}</h1><p>Published 4 October 2026</p><p>{text}</p>
<script>var visitors = "harbour masters";</script></body></html>"""
TEXT = " ".join(
    f"Keeper Harlow counted sixteen lanterns beside pier number{chr(97 + n)} before evening fell." for n in range(20)
)


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "given" / "deep"
    place.mkdir(parents=True)
    for n in (1, 2):
        (place / f"{n}.html").write_text(PAGE.format(n=n, title=f"Lanterns vanish along harbour wall {n}", text=TEXT))
    (place / "3.html.gz").write_bytes(gzip.compress(PAGE.format(n=3, title="Third lantern found", text=TEXT).encode()))
    return tmp_path / "given"


def records(path, kind):
    with path.open("rb") as stream:
        return [
            (record.headers["WARC-Target-URI"], record.headers["WARC-Identified-Payload-Type"], record.reader.read())
            for record in ArchiveIterator(stream, record_types=kind, parse_http=True)
        ]


@pytest.mark.parametrize("is_given", [True, False])
def test_a_seed_gives_the_same_bytes_and_they_are_read_back(folder, tmp_path, is_given):
    import speed_corpus

    places = [str(folder)] if is_given else []
    made = [
        speed_corpus.write(tmp_path / name, speed_corpus.pages_of(places, 12, seed), files=2)
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    files = [sorted(path for path in (tmp_path / name).rglob("*.gz")) for name in "abc"]
    assert [len(own) for own in files] == [4, 4, 4]
    first, second, other = ([path.read_bytes() for path in own] for own in files)
    assert first == second
    assert not set(first) & set(other)
    pages = [page for path in files[0][:2] for page in records(path, WarcRecordType.response)]
    assert len(pages) == len({url for url, _, _ in pages}) == len({html for _, _, html in pages}) == made[0].pages == 12
    assert {kind for _, kind, _ in pages} == {"text/html"}
    assert sum(len(html) for _, _, html in pages) == made[0].html_bytes
    texts = [page for path in files[0][2:] for page in records(path, WarcRecordType.conversion)]
    assert [url for url, _, _ in texts] == [url for url, _, _ in pages]
    assert all(text.count(b"\n") > 2 and b"<p>" not in text for _, _, text in texts)
    again = list(speed_corpus.pages_of([str(path) for path in files[0][:2]], 12, 1))
    assert sorted(page.html for page in again) == sorted(html for _, _, html in pages)


def test_a_copy_tells_another_story_in_the_same_way(folder):
    import speed_corpus

    first, *_ = speed_corpus.pages_of([str(folder)], 1, 1)
    copy = speed_corpus.vary(first, 3, 1)
    html, other = first.html.decode(), copy.html.decode()
    assert copy.url != first.url
    assert copy.url in other
    assert first.url not in other
    assert len(other.split()) == len(html.split())
    assert "4 October 2026" in other  # a month beside digits stays
    assert 'var visitors = "harbour masters"' in other
    title = re.search("<title>(.*?)</title>", other)[1]
    assert title != re.search("<title>(.*?)</title>", html)[1]
    assert other.count(title) == 3  # headline, title and linked data agree
    assert json.loads(re.search("ld.json.>(.*?)</script>", other, re.S)[1])["@type"] == "NewsArticle"
    words, others = (re.findall(r"\w+", re.sub("<[^>]*>", " ", page)) for page in (html, other))
    triples, other_triples = ({*zip(one, one[1:], one[2:], strict=False)} for one in (words, others))
    assert len(triples & other_triples) / len(triples | other_triples) < 0.3


def measured():
    import speed_table as lt

    rows = [
        lt.row(lt.OURS_HTML, 1010, 15.0, warm_seconds=5.0, warm_pages=10),
        lt.row(lt.LEXBOR, 100, 0.2),
        lt.row(lt.DATATROVE_HTML, 110, 16.0, warm_seconds=6.0, warm_pages=10, what="<filters> & Parquet"),
        lt.row(lt.OURS_TEXT, 1010, 7.0, warm_seconds=5.0, warm_pages=10, is_text=True),
        lt.row(lt.DATATROVE_TEXT, 110, 16.0, warm_seconds=6.0, warm_pages=10, is_text=True),
    ]
    figures = {"rest_share": 0.2, "speed_up": 1.9, "peak_megabytes": 500.0, "skipped_a_second": 60_000.0}
    return rows, figures


def test_ratios_and_goals():
    import speed_table as lt

    rows, figures = measured()
    assert [round(one["net_milliseconds_a_page"], 6) for one in rows] == [10.0, 2.0, 100.0, 2.0, 100.0]
    assert round(rows[0]["gross_milliseconds_a_page"], 3) == 14.851
    found = lt.goals(rows, figures)
    assert [goal.value and round(goal.value, 6) for goal in found] == [10, 50, 5, 0.2, 1.9, 500, 60_000, None]
    assert [goal.is_met for goal in found] == [True, True, True, False, True, True, True, None]
    assert [goal.value for goal in lt.goals([], {})] == [None] * 8


def test_table_and_plot():
    import speed_table as lt

    rows, figures = measured()
    found = {
        "date": "2026-11-25",
        "machine": {"cpu": "x", "cores": 2, "python": "3.11.7"},
        "versions": {"a": "1"},
        "rows": rows,
        "figures": figures,
        "corpus": {"pages": 1010, "kilobytes_a_page": 4.0, "seed": 1, "from": "invented"},
        "splits": {"HTML": {"clean": 0.5}},
        "notes": ["one"],
    }
    text = lt.table(found)
    assert re.search(r"datatrove, HTML: <filters> & Parquet +110 +100.00 +145.45 +10.00", text)
    assert re.search(r"orchestration +20.0% of the CPU  at most 15.0% of the CPU   MISSED", text)
    assert "start-up, in imports of Prefect and GX                    not measured" in text
    drawing = ET.fromstring(lt.plot(found))
    bars = {
        bar.get("class"): float(bar.get("width"))
        for bar in drawing.iter("{http://www.w3.org/2000/svg}rect")
        if bar.get("class")
    }
    assert bars.keys() == {"ours", "peer"}
    assert json.loads(json.dumps(found)) == found


def test_the_cpu_of_orphans_is_counted(tmp_path):
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    # the child outlives its parent, which does not wait for it
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
    # in a process of its own: it waits for every child, and the tests have others
    measure = f"import os, pathlib, sys, tree\nplace = pathlib.Path({str(tmp_path)!r})\n"
    measure += f"cost = tree.run([sys.executable, '-c', {code!r}], dict(os.environ), place, place / 'log')\n"
    measure += "print(cost.code, cost.cpu_seconds, cost.children_cpu_seconds)"
    finished = subprocess.run(
        [sys.executable, "-c", measure], cwd=BENCHMARKS, capture_output=True, text=True, check=True, timeout=60
    )
    code, cpu_seconds, children_cpu_seconds = map(float, finished.stdout.split())
    assert code == 0
    assert abs(cpu_seconds - children_cpu_seconds) < 0.01
    if sys.platform == "linux":
        assert cpu_seconds > 0.4


def test_invented_pages_go_on_for_ever():
    import speed_corpus

    assert len({page.url for page in islice(speed_corpus.pages_of([], 450, 1), 450)}) > 440


def test_a_slope_differs_from_noise_and_from_a_step():
    from soak_account import slope

    assert slope([1.0] * 4) is None
    assert slope([5.0] * 10) == (0.0, 0.0)
    found, error = slope([100 + 2.0 * number + (-1) ** number for number in range(40)])
    assert 1.95 < found < 2.05
    assert error < 0.05
    found, error = slope([100.0] * 15 + [108.0] * 15)  # what is loaded once
    assert found - 2 * error < 0.2
