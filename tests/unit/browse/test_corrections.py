"""Corrections as text to copy: what is shown is read by `sites.toml` and says what was meant."""

import html
import re
import tomllib

import pytest
from support.browsing import ARTICLES, SCRIPT, get, make_dataset

from flows.browse.app import make_app
from flows.browse.corrections import field_correction, line_correction
from tasks.site_rules.entries import SiteRules
from tasks.site_rules.file import load_site_rules
from tasks.site_rules.page import RuleFinder

DOC_ID = ARTICLES[0]["doc_id"]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return make_app(make_dataset(tmp_path_factory.mktemp("browse") / "out"))


def page(url="https://www.Paper.example/news/1", source="scrapes/ledger/a.html#3"):
    return {"url": url, "source_uri": source}


@pytest.mark.parametrize(
    ("row", "article", "matched"),
    [
        (page(), None, {"match": ["paper.example"]}),
        (page(None), {"canonical_url": "http://other.example/"}, {"match": ["other.example"]}),
        (page("javascript:alert(1)"), None, {"sources": ["scrapes/ledger/*"]}),
        (page(None, 'a "b"\\c/x.html'), {"canonical_url": None}, {"sources": ['a "b"\\c/*']}),
        (page(None, "a.html"), None, {"sources": ["a.html*"]}),
        (page(None, "crawl.warc.gz#7"), None, {"sources": ["crawl.warc.gz*"]}),
        (page(None, "/a.html"), None, {"sources": ["/a.html*"]}),
    ],
)
def test_an_entry_is_for_the_host_of_a_page_or_its_folder(row, article, matched):
    entry = tomllib.loads(line_correction(row, article, {"action": "keep", "text": "x"}))["site"][0]
    assert entry == matched | {"drop": [{"text": "x"}]}
    address = row["url"] if row["url"] and "://" in row["url"] else (article or {}).get("canonical_url")
    assert RuleFinder(SiteRules.model_validate({"site": [entry]})).of_page(address, row["source_uri"]) is not None


@pytest.mark.parametrize(
    "text", ['Say "no"', "back\\slash", "tab\tand \x7f \u2028 \u202e", "日本語", SCRIPT, "'''", "x" * 5000]
)
@pytest.mark.parametrize(("action", "rule"), [("keep", "drop"), ("drop", "keep"), ("field", "keep")])
def test_a_line_of_any_text_is_a_rule_that_can_be_read(tmp_path, text, action, rule):
    path = tmp_path / "sites.toml"
    entry = line_correction(page(), None, {"action": action, "text": text})
    assert entry.replace("\n", "").isprintable(), "what cannot be seen cannot be copied"
    path.write_text(entry, encoding="utf-8")
    (found,) = getattr(load_site_rules(path).site[0], rule)
    assert found.text == text.strip() if len(text) < 1000 else re.match(found.pattern, text)


@pytest.mark.parametrize("article", [None, {"publisher": 'The "Ledger"', "language": "de", "canonical_url": None}])
def test_the_fields_are_a_template_that_can_be_read_once_uncommented(article):
    text = field_correction(page(), article)
    rules = SiteRules.model_validate(tomllib.loads(text.replace("\n# ", "\n")))
    assert rules.rule_count == 8
    assert rules.site[0].publisher == (article["publisher"] if article else "Name of the publisher")


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("?line=1", {"drop": [{"text": SCRIPT}]}),
        ("?line=2", {"keep": [{"text": "Subscribe now"}]}),
        ("", {}),
    ],
)
def test_a_page_leads_to_its_corrections(app, query, rule):
    linked = get(app, f"/page/{DOC_ID}").text
    assert f"/page/{DOC_ID}/correction{query}" in linked
    answer = get(app, f"/page/{DOC_ID}/correction{query}")
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    shown = html.unescape(re.search(r"<pre[^>]*>(.*?)</pre>", answer.text, re.DOTALL).group(1))
    assert tomllib.loads(shown)["site"][0] == {"sources": ["pages/*"]} | rule
    assert "copydesk preview sites.toml --output " in answer.text


@pytest.mark.parametrize(
    "address", [f"/page/{DOC_ID}/correction?line=99", f"/page/{DOC_ID}/correction?line=x", "/page/none/correction"]
)
def test_what_is_not_there_cannot_be_corrected(app, address):
    assert get(app, f"/page/{address}").status_code == 404
