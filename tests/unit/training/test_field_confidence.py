"""The fit of the confidence of fields: what counts as right, and what the table holds."""

from datetime import UTC, date, datetime

import pytest

from tasks.extract.confidence import cell
from tasks.extract.witnesses import Agreement
from tasks.training.field_confidence import Case, fit, judge, on_unseen_sites, reliability

GOLD = {
    "url": "https://www.larkpost.example/a",
    "sitename": "The Lark Post",
    "title": "Ferry returns early - The Lark Post",
    "authors": ["By Ada Vale", "PER QUIST"],
    "published": "2024-10-12T23:30:00-05:00",
}


@pytest.mark.parametrize(
    ("field", "row", "is_right"),
    [
        ("title", {"title": "Ferry returns early"}, True),
        ("title", {"title": "Ferry returns"}, False),
        ("authors", {"authors": ["Per Quist", "Ada Vale"]}, True),
        ("authors", {"authors": ["Ada Vale"]}, False),
        ("published", {"published_date": date(2024, 10, 12), "published_at": None}, True),
        ("published", {"published_date": date(2024, 10, 13), "published_at": None}, True),  # in UTC
        ("published", {"published_date": date(2024, 10, 14), "published_at": None}, False),
        (
            "published",
            {"published_date": date(2024, 10, 14), "published_at": datetime(2024, 10, 13, 20, tzinfo=UTC)},
            True,
        ),
        ("publisher", {"publisher": "Lark Post"}, True),
        ("publisher", {"publisher": "larkpost.example"}, True),
        ("publisher", {"publisher": "Home"}, False),
    ],
)
def test_what_is_right(field, row, is_right):
    assert judge(field, row, GOLD) is is_right
    assert judge(field, row, {}) is None  # no gold


def test_the_confidence_of_a_site_comes_from_the_other_sites():
    sure, unsure = Agreement(3, 0), Agreement(1, 2)
    cases = [
        Case("title", "html", "og:title", agreement, is_right=agreement is sure, fold=fold)
        for fold in range(10)
        for agreement in (sure, unsure)
        for _ in range(10)
    ]
    cells = fit(cases)["title"]["html"]
    assert cells[cell("og:title", sure)] == (100, 100)
    assert cells[cell("og:title", unsure)] == (0, 100)
    predicted, constant, truth = on_unseen_sites(cases).T
    assert abs(predicted - truth).max() < 0.2
    assert set(constant) == {0.5}
    assert "title, html: 200 pages, 0.500 right" in reliability(cases)


def test_a_cell_with_few_pages_is_left_out():
    few = [Case("title", "html", "h1", Agreement(1, 0), is_right=True, fold=0)] * 2
    assert fit(few) == {}
