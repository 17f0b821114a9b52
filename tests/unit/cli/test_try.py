"""`try`: one page in, its article out, or what the page is instead; and what it does not load."""

import io
import json
import os
import subprocess
import sys
import threading

import pytest
from support.news_site import page
from support.paths import PAGES, PYTHONPATH, ROOT

from flows.cli.main import main
from tasks.ingest.one_page import PageError, page_of_address
from tasks.vocabulary import Label, Reason

STORY = PAGES / "northquay" / "tram-strike.html"
LISTING = PAGES / "northquay" / "section-local.html"
HEADLINE = "Tram drivers to walk out on cup final weekend"


def tried(capsys, *arguments, code=0):
    assert main(["try", *map(str, arguments)]) == code
    return capsys.readouterr()


def test_the_article_is_printed_with_headline_origin_and_paragraphs(capsys):
    printed = tried(capsys, STORY)
    title, origin, blank, *text = printed.out.splitlines()
    assert (title, origin, blank) == (HEADLINE, "The Northquay Courier · Dev Ranasinghe · 2026-04-22", "")
    assert text[2].startswith("Tram drivers in Northquay will strike for three days")
    assert not printed.err


def test_markdown_has_front_matter_and_the_headline(capsys):
    printed = tried(capsys, STORY, "--format", "markdown").out
    assert printed.startswith(f"---\ntitle: {HEADLINE}\npublisher: The Northquay Courier\n")
    assert f"\n---\n\n# {HEADLINE}\n\n" in printed


def test_json_is_the_article_and_with_explain_its_lines(capsys):
    row = json.loads(tried(capsys, STORY, "--format", "json").out)
    assert (row["title"], row["problem"], row["authors"]) == (HEADLINE, None, ["Dev Ranasinghe"])
    assert "lines" not in row
    lines = json.loads(tried(capsys, STORY, "--format", "json", "--explain").out)["lines"]
    assert [line["line_no"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["label"] for line in lines} <= set(Label)
    assert {line["reason"] for line in lines} <= set(Reason)


def test_explain_shows_every_line_with_its_reason_and_the_fields_with_their_origin(capsys):
    printed = tried(capsys, STORY, "--explain").out
    assert "lexicon: skip to main content" in printed
    assert "78 lines = " in printed
    assert "published_date" in printed and "Reasons" in printed
    assert "compare a page with others of its site, such as title_shared, are set only in a run." in printed


def test_a_page_that_holds_no_story_says_what_it_is_and_why(capsys):
    printed = tried(capsys, LISTING)
    assert not printed.out
    assert "A list of links, not an article (reads like a list of links: several headings are links" in printed.err
    assert "A run would quarantine it: clean.listing. Print what was found nevertheless with --anyway." in printed.err
    assert "Local news" in tried(capsys, LISTING, "--anyway").out
    assert json.loads(tried(capsys, LISTING, "--format", "json").out)["problem"]["code"] == "clean.listing"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.html", b"", "{path}: The page is empty (0 bytes, none of them text)."),
        ("a.html", b"\x89PNG\r\n\x1a\n" + bytes(99), "{path}: The page is not text but an image"),
        ("a.html.gz", b"\x1f\x8b\x08 no more", "{path}: The file is damaged or truncated (the gzip data is broken"),
        ("a.jsonl", b"{}\n", "{path}: holds many pages; `copydesk run {path}` reads them all"),
        ("a.zip", b"PK", "{path}: holds many pages; `copydesk run {path}` reads them all"),
        (None, None, "{path}: no such file or folder"),
    ],
)
def test_bad_input_is_one_sentence(capsys, tmp_path, name, content, sentence):
    path = tmp_path / (name or "missing.html")
    if name:
        path.write_bytes(content)
    printed = tried(capsys, path, code=2)
    assert printed.err.startswith("copydesk: " + sentence.format(path=path))
    assert printed.err.count("\n") == 1 and not printed.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([str(STORY), "--url", "paper"], "--url: paper: is not an address that begins with https:// or http://"),
        ([str(STORY), "--url", "paper.example/a"], "--url: paper.example/a: is not an address"),
        ([str(STORY), "--url", ""], None),
        ([str(STORY), "--url", "HTTPS://paper.example/a"], None),
        (["https://paper.example/a", "--url", "https://paper.example/b"], "--url is for a file or standard input"),
        (["ftp://paper.example/a"], "ftp://paper.example/a: only addresses with https:// or http:// can be fetched"),
        (["www.paper.example/a"], "www.paper.example/a: no such file or folder; an address begins with https://"),
    ],
)
def test_an_address_begins_with_its_scheme(capsys, arguments, sentence):
    printed = tried(capsys, *arguments, code=2 if sentence else 0)
    assert printed.err.startswith(f"copydesk: {sentence}" if sentence else "")


def test_the_scheme_of_an_address_may_be_in_capitals(capsys):
    assert "The address is not a public one" in tried(capsys, "HTTP://127.0.0.1:1/story", code=1).err


def test_a_pipe_of_the_shell_is_read(capsys, tmp_path):
    os.mkfifo(pipe := tmp_path / "pipe")
    writer = threading.Thread(target=pipe.write_bytes, args=(STORY.read_bytes(),))
    writer.start()
    assert HEADLINE in tried(capsys, str(pipe)).out
    writer.join()


def test_standard_input_is_read_and_its_address_can_be_given(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(STORY.read_bytes())))
    row = json.loads(tried(capsys, "-", "--url", "https://paper.example/a", "--format", "json").out)
    assert (row["title"], row["url"], row["domain"]) == (HEADLINE, "https://paper.example/a", "paper.example")


def test_what_a_page_says_cannot_act_on_the_terminal(capsys, tmp_path):
    path = tmp_path / "a.html"
    path.write_text(STORY.read_text(encoding="utf-8").replace(HEADLINE, "Tram \x1b[31mdrivers\u202e"), encoding="utf-8")
    for arguments in ((), ("--format", "markdown"), ("--explain",)):
        printed = tried(capsys, path, *arguments).out
        assert "\x1b" not in printed and "\u202e" not in printed


def test_an_address_is_fetched_as_a_run_fetches_it(site):
    site.answers |= {"/story": page(STORY.read_bytes()), "/gone": (404, {}, b""), "/closed": page(b"x")}
    site.answers["/robots.txt"] = page(b"User-agent: *\nDisallow: /closed", Content_Type="text/plain")
    row = page_of_address(f"{site.url}/story", [site.host])
    assert (row["raw"], row["url"]) == (STORY.read_bytes(), f"{site.url}/story")
    with pytest.raises(PageError, match=r"The page could not be fetched. \(HTTP status 404\)"):
        page_of_address(f"{site.url}/gone", [site.host])
    with pytest.raises(PageError, match=r"The site's robots.txt forbids the fetch"):
        page_of_address(f"{site.url}/closed", [site.host])


def test_an_address_in_a_private_network_is_refused(capsys, site):
    printed = tried(capsys, f"{site.url}/story", code=1)
    assert "The address is not a public one" in printed.err and not site.asked


def test_a_page_is_tried_without_the_packages_that_take_long_to_load():
    program = (
        "import sys; from flows.cli.main import main; main(); "
        "heavy = {'prefect', 'great_expectations', 'pandas', 'pydantic', 'rich', 'httpcore', 'duckdb'}; "
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "try", str(STORY)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": PYTHONPATH},
    )
    assert done.stdout.startswith(HEADLINE)
    assert done.stderr.strip() == "[]"


def test_corrections_by_site_are_applied(capsys, tmp_path):
    sites = tmp_path / "sites.toml"
    sites.write_text('[[site]]\nmatch = ["paper.example"]\npublisher = "The Corrected Paper"\n', encoding="utf-8")
    options = ("--url", "https://paper.example/a", "--sites", sites, "--format", "json")
    row = json.loads(tried(capsys, STORY, *options).out)
    assert row["publisher"] == "The Corrected Paper" and row["publisher_from"] == "site rule"
    assert ".sites." in row["rules_version"]
    sites.write_text("[[site]]\nmatsch = 3\n", encoding="utf-8")
    assert str(sites) in tried(capsys, STORY, *options, code=2).err
