"""Values that a page declares and that are left out: the row has none, and says so among its repairs."""

import pytest
from support.pages import page_table, process

HEAD = "<link rel='canonical' href='{address}'><meta name='author' content='{author}'>"
PARAGRAPHS = "".join(
    f"<p>The harbour trust agreed on {day} to spend two million on the old ferry pier, and the town waits for it.</p>"
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday")
)
ADDRESS = "https://ledger.example/town/pier"


def row_of(author="Ada Finch", address=ADDRESS):
    head = HEAD.format(author=author, address=address)
    html = f"<html lang='en'><head><title>Trust spends two million</title>{head}</head><body><article>"
    html += f"<h1>Trust spends two million</h1>{PARAGRAPHS}</article></body></html>"
    (row,) = process(page_table(html, source_uri="s", url=ADDRESS))[2].to_pylist()
    return row


@pytest.mark.parametrize(
    "author",
    [
        "undefined",
        "admin",
        "desk@ledger.example",
        "user_4711",
        "Trust spends two million",
        "Ada Finch is a reporter who has covered the port for many years",
        "Updated 12:40, 3 min read",
        "Share Tweet Print",
    ],
)
def test_an_author_that_is_no_name_is_left_out(author):
    row = row_of(author)
    assert row["authors"] == []
    assert row["repairs"] == ["author_left_out"]
    assert "author_damaged" not in row["flags"]


@pytest.mark.parametrize("author", ["Ada Finch", "", "The Ledger"])
def test_a_name_a_missing_name_and_that_of_the_paper_are_no_repair(author):
    assert row_of(author)["repairs"] == []


def test_a_publisher_that_is_no_value_is_left_out():
    html = "<html lang='en'><head><title>Trust spends</title><meta property='og:site_name' content='undefined'></head>"
    html += f"<body><article><h1>Trust spends two million</h1>{PARAGRAPHS}</article></body></html>"
    (row,) = process(page_table(html, source_uri="s", url=ADDRESS))[2].to_pylist()
    assert row["publisher"] != "undefined"
    assert row["repairs"] == ["publisher_left_out"]


def test_the_front_page_as_declared_address_is_left_out():
    row = row_of(address="https://ledger.example/")
    assert row["canonical_url"] is None
    assert row["repairs"] == ["address_left_out"]
    assert "address_of_front_page" not in row["flags"]
