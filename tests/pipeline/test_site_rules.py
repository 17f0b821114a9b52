"""Corrections by site in whole runs: previewed on the kept pages, applied by `run` and `replay`, seen in `explain`."""

import json

import pytest
from support.datasets import query

from flows.cli.main import main
from tasks.site_rules.file import load_site_rules

SITES = """\
[[site]]
match = ["ledger.example"]
publisher = "The Harbor Ledger"
timezone = "America/New_York"
drop = [{ pattern = "^neighbors of the ledger" }, { css = ".no-such-class" }]

[[site]]
match = ["ledger.example/games/*"]
never_a_story = true
"""
PAGE = """<html lang="en"><head><title>{title} - LDG</title><meta property="og:site_name" content="LDG">
<meta property="article:published_time" content="2024-05-03T12:12:00Z">
<link rel="canonical" href="https://ledger.example/{path}"></head><body><article><h1>{title}</h1>
<p>{first} came to the harbor on Monday, and the council said that the old sea wall would hold until the spring.</p>
<p>The {second} of the county told residents that the roads along the shore would be closed for at least a week.</p>
<p>Neighbors of the Ledger saw {first} on Sunday evening, and they said that the {second} had warned them at once.</p>
<p>Nobody in {first} was hurt, although the water reached the doors of the mill and the school near the bridge.</p>
</article></body></html>"""
PAGES = {
    "wall": ("news/wall", "Storm reaches the harbor wall", "Heavy rain", "engineer"),
    "mill": ("news/mill", "Mill road closed after snow", "Deep snow", "sheriff"),
    "chess": ("games/chess", "Chess players meet at the harbor", "Chess players", "librarian"),
}


def write(folder, name):
    path, title, first, second = PAGES[name]
    folder.mkdir(exist_ok=True)
    page = PAGE.format(path=path, title=title, first=first, second=second)
    (folder / f"{name}.html").write_text(page, encoding="utf-8")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """A run over two pages without corrections; its folder, with `sites.toml` beside `out`."""
    root = tmp_path_factory.mktemp("corrected")
    (root / "sites.toml").write_text(SITES, encoding="utf-8")
    write(root / "pages", "wall")
    write(root / "pages", "chess")
    assert main(["run", str(root / "pages"), "--output", str(root / "out"), "--quiet"]) == 0
    return root


def articles(dataset):
    columns = "publisher, publisher_from, published_from, text, rules_version, source_uri"
    return query(dataset / "out", "articles", columns, "order by source_uri")


def test_corrections_from_preview_to_replay_and_the_next_run(dataset, capsys):
    before = articles(dataset)
    assert [row[0] for row in before] == ["LDG", "LDG"]
    sites, out = str(dataset / "sites.toml"), str(dataset / "out")

    # previewed: what changes is shown, and nothing is published
    assert main(["preview", sites, "--output", out, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["stored_count"], found["matched_count"], found["compared_count"]) == (2, 2, 2)
    game, wall = found["changes"]
    assert (game["outcome_before"], game["outcome_after"]) == ("article", "clean.never_a_story")
    assert wall["fields"] == [
        {"name": "publisher", "before": "LDG", "after": "The Harbor Ledger", "origin": "site rule"}
    ]
    assert [line.split(" of ")[0] for line in wall["text"]] == ["- Neighbors"]
    assert [uses for *_, uses in found["uses"]] == [2, 0]
    assert main(["preview", sites, "--output", out, "--limit", "2"]) == 0
    printed = capsys.readouterr().out
    assert "publisher: LDG → The Harbor Ledger  (site rule)" in printed
    assert "outcome: article → quarantined (clean.never_a_story)" in printed
    assert "2 kept pages, 2 with rules, 2 looked at: 2 pages would change" in printed
    assert "Flags are not compared: some depend on the other pages of the site." in printed
    assert "css .no-such-class" in printed
    assert main(["preview", sites, "--earlier", sites, "--output", out]) == 0
    assert "0 pages would change" in capsys.readouterr().out
    assert articles(dataset) == before

    # replayed: the dataset is as previewed, and its rows say which rules made them
    assert main(["replay", "--all", "--sites", sites, "--output", out, "--quiet"]) == 0
    ((publisher, origin, date_origin, text, version, _),) = articles(dataset)
    assert (publisher, origin) == ("The Harbor Ledger", "site rule")
    assert date_origin == "article:published_time; zone America/New_York (site rule)"
    assert "Neighbors" not in text
    assert version.endswith(f".sites.{load_site_rules(sites).fingerprint}")
    assert before[0][4] == version.partition(".sites.")[0]
    assert query(dataset / "out", "quarantine", "reason") == [("clean.never_a_story",)]

    # explained: the line says by which rule it was dropped
    assert main(["explain", "wall.html", "--output", out]) == 0
    printed = capsys.readouterr().out
    assert "site_rule: drop pattern ^neighbors of the ledger" in printed
    assert "The Harbor Ledger" in printed
    assert "site rule" in printed

    # and the next run applies them to new pages
    write(dataset / "pages", "mill")
    assert main(["run", str(dataset / "pages"), "--sites", sites, "--output", out, "--quiet"]) == 0
    assert [row[:2] for row in articles(dataset)] == [("The Harbor Ledger", "site rule")] * 2
    assert len({row[4] for row in articles(dataset)}) == 1


@pytest.mark.parametrize(
    "command",
    [
        ["run", "{pages}", "--sites", "{bad}"],
        ["replay", "--sites", "{bad}"],
        ["preview", "{bad}"],
        ["check-sites", "{bad}"],
    ],
    ids=lambda command: command[0],
)
def test_a_wrong_file_is_refused_with_its_line_before_anything_is_done(dataset, tmp_path, capsys, command):
    bad = tmp_path / "bad.toml"
    bad.write_text('[[site]]\nmatch = ["a.example"]\nbody = "p["\n', encoding="utf-8")
    arguments = [part.format(pages=dataset / "pages", bad=bad) for part in command]
    output = [] if command[0] == "check-sites" else ["--output", str(dataset / "out")]
    assert main([*arguments, *output]) == 2
    assert f"{bad}: line 3: site.body: 'p[' is not a CSS selector" in capsys.readouterr().err


def test_a_checked_file_is_counted(dataset, capsys):
    assert main(["check-sites", str(dataset / "sites.toml")]) == 0
    assert "5 rules in 2 entries, all valid" in capsys.readouterr().out


def test_a_preview_without_a_page_of_the_sites_says_so(dataset, tmp_path, capsys):
    (tmp_path / "sites.toml").write_text('[[site]]\nmatch = ["other.example"]\nbody = "p"\n', encoding="utf-8")
    assert main(["preview", str(tmp_path / "sites.toml"), "--output", str(dataset / "out")]) == 0
    assert "0 with rules." in capsys.readouterr().out


def test_a_preview_looks_at_the_newest_text_and_names_entries_without_pages(tmp_path, capsys):
    write(tmp_path / "pages", "wall")
    run = ["run", str(tmp_path / "pages"), "--output", str(tmp_path / "out"), "--quiet"]
    assert main(run) == 0
    page = tmp_path / "pages" / "wall.html"
    page.write_text(page.read_text(encoding="utf-8").replace("Nobody in", "No person in"), encoding="utf-8")
    assert main(run) == 0
    sites = tmp_path / "sites.toml"
    sites.write_text(SITES + '[[site]]\nmatch = ["leger.example"]\nbody = "p"\n', encoding="utf-8")
    capsys.readouterr()
    assert main(["preview", str(sites), "--output", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "2 kept pages, 1 with rules, 1 looked at: 1 page would change, of 1 article" in printed
    without = printed.partition("Entries that no kept page is for (is the host right?):\n")[2]
    assert without.splitlines()[:2] == ["  ledger.example/games/*", "  leger.example"]
