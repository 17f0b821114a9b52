"""Lines that a user's rules for the site decide: each kind of rule, and which is stronger."""

import time

import pytest
from support.pages import page_table

from tasks import schema
from tasks.clean.core import clean_pages
from tasks.site_rules.entries import SiteRules

RAIN = "Rain fell on the harbor for three days, and the council said that the old sea wall would hold until spring."
SNOW = "Snow covered the mill road on Monday, and the mayor said that the county would send two ploughs by evening."
GOLD = "Gold buyers visit the town hall this week, and they said that they would pay cash for rings and old coins."
HTML = f"""<html lang="en"><head><title>Sea wall holds - Ledger</title>
<link rel="canonical" href="https://ledger.example/news/wall"></head><body>
<nav><a href="/">Home</a></nav>
<article><h1>Sea wall holds</h1><p class="by">By <a>Dana Wirth</a></p>
<div class="text"><p>{RAIN}</p><p id="second">{SNOW}</p><p>{GOLD}</p>
<p><span class="promo">Join our friends at the harbor.</span></p>
<p>Some <b class="word">words</b> stand alone.</p></div>
<div class="box">First of all.<br><i class="promo">Write to us.</i><br>Last of all.</div></article>
<footer>Ledger House, Castor City</footer></body></html>"""
TEXT = f"Sea wall holds\n\n{RAIN}\n\n{SNOW}\n\nJoin our friends at the harbor.\n"


def cleaned(*entries, html=HTML, url="https://www.ledger.example/news/wall", media_type="text/html"):
    rules = SiteRules.model_validate({"site": list(entries)})
    return clean_pages(page_table(html, media_type, url=url), site_rules=rules)


def lines_by_rule(*entries, **page):
    """(text, action, detail) of the lines that rules decided, the text up to its second space."""
    return [
        (" ".join(line["text"].split()[:2]), line["action"], line["detail"])
        for line in cleaned(*entries, **page).lines.to_pylist()
        if line["reason"] == "site_rule"
    ]


def entry(**rules):
    return {"match": ["ledger.example"]} | rules


@pytest.mark.parametrize(
    ("rules", "decided"),
    [
        ({"drop": [{"text": f" {GOLD.upper()}"}]}, [("Gold buyers", "drop", f"drop text  {GOLD.upper()}")]),
        ({"drop": [{"text": "Gold buyers"}]}, []),  # not the whole line
        ({"drop": [{"pattern": r"^gold\b"}]}, [("Gold buyers", "drop", r"drop pattern ^gold\b")]),
        ({"drop": [{"css": "#second"}]}, [("Snow covered", "drop", "drop css #second")]),
        ({"keep": [{"text": "ledger house, castor city"}]}, [("Ledger House,", "keep", None)]),
        ({"keep": [{"css": "footer"}]}, [("Ledger House,", "keep", "keep css footer")]),
        # an inline element selects a line that it is as a whole, also between line breaks
        ({"drop": [{"css": ".promo"}]}, [("Join our", "drop", None), ("Write to", "drop", None)]),
        ({"drop": [{"css": ".word"}]}, []),
        # stronger: keep, then drop, then a field, then the body
        ({"drop": [{"css": "#second"}], "keep": [{"pattern": "^snow"}]}, [("Snow covered", "keep", None)]),
        ({"title": "#second", "drop": [{"pattern": "^snow"}]}, [("Snow covered", "drop", None)]),
        ({"title": "h1"}, [("Sea wall", "field", "title h1")]),
        ({"author": ".by"}, [("By Dana", "field", "author .by")]),
        ({"body": ".no-such-class"}, []),
        ({"publisher": "The Harbor Ledger"}, []),
    ],
)
def test_a_rule_decides_the_lines_that_it_means(rules, decided):
    found = lines_by_rule(entry(**rules))
    assert [line[:2] for line in found] == [line[:2] for line in decided]
    assert all(want[2] in (None, line[2]) for line, want in zip(found, decided, strict=True))


def test_a_body_is_what_is_in_it_and_nothing_else():
    lines = cleaned(entry(body=".text p:not(#second)")).lines.to_pylist()
    kept = [line["text"].split()[0] for line in lines if line["action"] == "keep"]
    assert kept == ["Rain", "Gold", "Join", "Some"]
    snow = next(line for line in lines if line["text"] == SNOW)
    assert (snow["action"], snow["detail"]) == ("drop", "outside of body .text p:not(#second)")
    assert all(line["reason"] != "site_rule" for line in lines if line["label"] in ("navigation", "footer"))


def test_a_line_by_rule_is_certain_and_raises_the_confidence_of_the_body():
    before = cleaned().documents.to_pylist()[0]
    cleaned_page = cleaned(entry(drop=[{"css": ".promo, .box"}, {"pattern": "^(some|gold) "}]))
    after = cleaned_page.documents.to_pylist()[0]
    assert after["body_confidence"] > before["body_confidence"]
    assert after["kept_word_count"] < before["kept_word_count"]
    by_rule = [line for line in cleaned_page.lines.to_pylist() if line["reason"] == "site_rule"]
    assert {line["confidence"] for line in by_rule} == {1.0}


def test_text_pages_have_rules_by_text_and_pattern_and_no_elements():
    rules = entry(drop=[{"pattern": "^join our"}, {"css": "p"}], body="p")
    found = lines_by_rule(rules, html=TEXT, media_type="text/plain")
    assert found == [("Join our", "drop", "drop pattern ^join our")]


@pytest.mark.parametrize(
    ("url", "html", "is_meant"),
    [
        (None, HTML, True),  # by the address that it declares
        (None, HTML.replace("canonical", "other"), False),
        ("https://elsewhere.example/a", HTML, False),  # where it was fetched counts
    ],
)
def test_the_address_of_a_page_is_where_it_was_fetched_or_what_it_declares(url, html, is_meant):
    assert bool(lines_by_rule(entry(drop=[{"css": "#second"}]), url=url, html=html)) is is_meant


def test_never_a_story_is_a_problem_of_the_page():
    (document,) = cleaned(entry(never_a_story=True)).documents.to_pylist()
    assert (document["problem"], document["problem_detail"]) == ("clean.never_a_story", "the rule for ledger.example")


def test_pages_without_rules_are_the_same_to_the_byte():
    plain, with_rules = cleaned(), cleaned({"match": ["other.example"], "drop": [{"css": "p"}]})
    assert plain.documents.equals(with_rules.documents)
    assert plain.lines.equals(with_rules.lines)
    assert set(plain.documents.column("site_rule").to_pylist()) == {None}
    assert plain.documents.schema.equals(schema.DOCUMENTS)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){30}$"])
def test_no_pattern_takes_long(pattern):
    html = HTML.replace(GOLD, "a" * 100_000 + "!")
    start = time.process_time()
    lines_by_rule(entry(drop=[{"pattern": pattern}]), html=html)
    assert time.process_time() - start < 5


def test_a_selector_of_thousands_of_nested_elements_takes_no_long_time():
    html = HTML.replace("<footer>", "<div class=n>" * 300 + "<i>x</i>" * 5_000 + "</div>" * 300 + "<footer>")
    start = time.process_time()
    lines_by_rule(entry(drop=[{"css": "div .n i"}, {"css": ":has(i)"}], body="*"), html=html)
    assert time.process_time() - start < 5
