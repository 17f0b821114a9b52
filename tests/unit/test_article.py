"""`read_article`: the fields, the types and the verdict are those of a run."""

from datetime import UTC, date, datetime
from typing import get_type_hints

import pyarrow as pa
import pytest
from support.pages import page_rows, process
from support.paths import PAGES

from expectations import clean, extract, ingest
from expectations.gate import check
from expectations.thresholds import load_thresholds
from flows.article import DECIDED_BY_LOAD, Article, FlagEvidence, Quote, _bundled_thresholds, read_article, read_page
from tasks import schema

STORY = (PAGES / "northquay" / "tram-strike.html").read_bytes()
TYPES = {
    pa.string(): str,
    pa.bool_(): bool,
    pa.int16(): int,
    pa.int32(): int,
    pa.float32(): float,
    pa.date32(): date,
    pa.timestamp("us", tz="UTC"): datetime,
    pa.list_(pa.string()): list[str],
}
OWN = {"problem", "kind_reason", "lines"}


def test_an_article_has_the_columns_of_a_dataset_with_their_types():
    hints = get_type_hints(Article)
    assert set(hints) - OWN == set(schema.ARTICLES.names) - DECIDED_BY_LOAD
    for field in schema.ARTICLES:
        if field.name in DECIDED_BY_LOAD:
            continue
        nested = {"quotes": list[Quote], "flag_evidence": list[FlagEvidence]}
        kind = nested.get(field.name) or TYPES[field.type]
        assert hints[field.name] == (kind | None if field.nullable else kind), field.name


def test_an_article_has_its_values_and_its_lines():
    article = read_article(STORY, url="https://www.northquaycourier.example/tram")
    assert article.is_story and article.problem is None
    assert (article.title, article.publisher) == (
        "Tram drivers to walk out on cup final weekend",
        "The Northquay Courier",
    )
    assert article.published_at == datetime(2026, 4, 22, 16, 48, tzinfo=UTC)
    assert article.quotes[0].speaker == "Adaeze Marlow"
    kept = [line.text for line in article.lines if line.action == "keep"]
    assert kept[0] in article.text and kept[-1] in article.text


def test_text_that_was_decoded_is_not_decoded_again():
    page = STORY.decode().replace('charset="utf-8"', 'charset="iso-8859-1"').replace("Tram drivers", "Trämführer")
    assert read_article(page).title.startswith("Trämführer")


@pytest.mark.parametrize(
    "page", ["", b"", "<html>", b"\x00\x01" * 400, "x" * (21 << 20)], ids=lambda page: repr(page[:9])
)
def test_a_bad_page_has_a_problem_and_raises_nothing(page):
    article = read_article(page)
    assert article.problem is not None and article.problem.sentence
    assert not article.is_story


@pytest.mark.parametrize("page", [None, 5, ["<p>"]], ids=repr)
def test_what_is_no_page_is_a_mistake_of_the_caller(page):
    with pytest.raises(TypeError, match="page: expected str or bytes, not"):
        read_article(page)


def test_a_date_after_the_fetch_is_flagged():
    fetched = datetime(2026, 4, 1, tzinfo=UTC)
    assert "published_after_fetched" in read_article(STORY, fetched_at=fetched).flags
    assert "published_after_fetched" not in read_article(STORY, fetched_at=datetime(2026, 5, 1, tzinfo=UTC)).flags


def test_the_limits_are_those_of_the_bundled_file():
    bundled = _bundled_thresholds()
    for step, limits in load_thresholds().model_dump().items():
        assert vars(getattr(bundled, step)) == limits


def test_a_page_is_judged_as_the_gates_judge_it():
    limits, rows = load_thresholds(), page_rows([PAGES])
    pages = pa.Table.from_pylist(rows, schema=schema.PAGES)
    unread = check(ingest.suite(limits.ingest), ingest.slim(pages)).reasons
    readable = [row for number, row in enumerate(rows) if number not in unread]
    # one by one, as a site's other pages change what its lines are
    results = [process(pa.Table.from_pylist([row], schema=schema.PAGES)) for row in readable]
    documents, candidates = (
        pa.concat_tables(tables) for tables in (list(zip(*results, strict=True))[n] for n in (0, 2))
    )
    cleaned = check(clean.suite(limits.clean), clean.slim(documents)).reasons
    extracted = check(extract.suite(limits.extract), extract.slim(candidates)).reasons
    reasons = {rows[number]["doc_id"]: codes[0] for number, codes in unread.items()}
    for number, row in enumerate(readable):
        codes = cleaned.get(number) or extracted.get(number) or [None]
        reasons[row["doc_id"]] = codes[0]
    problems = {row["doc_id"]: read_page(row).problem for row in rows}
    assert {doc_id: problem and problem.code for doc_id, problem in problems.items()} == reasons
    assert len(set(reasons.values())) > 4
