"""What becomes of a candidate does not depend on the order in which the batches came."""

from datetime import UTC, date, datetime
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks import schema
from tasks.load.dedup import plan as dedup_plan
from tasks.load.dedup.exact import PublishedArticle, merge
from tasks.load.dedup.plan import OUTCOMES, REASONS, decide
from tasks.load.tables import months as load_months
from tasks.load.tables.months import Months, month_partition
from tasks.schema import blank_row
from tasks.storage.ids import hex_ids


def row(doc_id, article_id, digest, day=1):
    return {
        "doc_id": doc_id,
        "article_id": article_id,
        "text_digest": digest,
        "fetched_at": datetime(2026, 1, day, tzinfo=UTC),
        "source_uri": doc_id,
    }


def outcomes(found):
    return {
        name: (decision.outcome, decision.article_id, decision.reason, decision.version)
        for name, decision in found.decisions.items()
    }


def test_the_same_text_twice_is_one_article():
    found = merge([row("a", "x", "t"), row("b", "y", "t", 2)], [])
    assert outcomes(found) == {"a": ("article", "x", None, 1), "b": ("duplicate", "x", "same_text", 1)}


def test_a_changed_text_at_the_same_address_is_the_next_version():
    old = PublishedArticle("x", "t1", datetime(2026, 1, 1, tzinfo=UTC), 3)
    found = merge([row("a", "x", "t2", 2)], [old])
    assert outcomes(found)["a"] == ("article", "x", None, 4)
    assert found.replaced == {"x": old}


def test_an_older_text_does_not_take_the_newer_ones_place():
    new = PublishedArticle("x", "t2", datetime(2026, 1, 9, tzinfo=UTC), 1)
    found = merge([row("a", "x", "t1", 2)], [new])
    assert outcomes(found)["a"][:3] == ("duplicate", "x", "older_version")
    assert not found.replaced


def test_two_versions_in_one_run_leave_the_newer():
    found = merge([row("new", "x", "t2", 5), row("old", "x", "t1", 2)], [])
    assert outcomes(found)["new"] == ("article", "x", None, 2)
    assert outcomes(found)["old"][:3] == ("duplicate", "x", "older_version")


ROWS = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("tuvw"), st.integers(1, 5)), max_size=8)


@given(ROWS, st.randoms())
def test_order_does_not_matter_and_nothing_is_lost(made, random):
    rows = [row(f"d{n}", *each) for n, each in enumerate(made)]
    shuffled = list(rows)
    random.shuffle(shuffled)
    found = merge(rows, [])
    assert outcomes(found) == outcomes(merge(shuffled, []))
    assert set(found.decisions) == {each["doc_id"] for each in rows}
    articles = [decision for decision in found.decisions.values() if decision.outcome == "article"]
    assert len({decision.article_id for decision in articles}) == len(articles)
    digests = {each["doc_id"]: each["text_digest"] for each in rows}
    assert len({digests[decision.doc_id] for decision in articles}) == len(articles)


def test_every_date_has_a_partition_and_no_date_breaks_a_path():
    assert month_partition(date(2023, 6, 1)) == "published_month=2023-06"
    assert month_partition(date(1, 1, 1)) == "published_month=0001-01"
    assert month_partition(date(9999, 12, 31)) == "published_month=9999-12"
    assert month_partition(None) == "published_month=unknown"


HEX = st.sampled_from([f"{number:016x}" for number in range(1, 4)])
CANDIDATES = st.lists(st.tuples(HEX, HEX, st.integers(1, 5)), max_size=10)
PUBLISHED = st.dictionaries(
    HEX, st.tuples(st.sampled_from([f"{number:032x}" for number in range(1, 9)]), st.integers(1, 5)), max_size=3
)


@given(CANDIDATES, PUBLISHED, st.integers(1, 4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_deciding_in_columns_and_groups_is_merging_at_once(tmp_path_factory, made, before, batches):
    folder = tmp_path_factory.mktemp("published")
    rows = [row(f"{n + 1:016x}", article, text.zfill(32), day) for n, (article, text, day) in enumerate(made)]
    known = [
        PublishedArticle(article, text, datetime(2026, 1, day, tzinfo=UTC), 1, f"{number + 99:016x}")
        for number, (article, (text, day)) in enumerate(sorted(before.items()))
        if text not in [other for other, _ in list(before.values())[:number]]
    ]
    blank = blank_row(schema.ARTICLES)
    published = [blank | {name: getattr(each, name) for name in dedup_plan.PUBLISHED} for each in known]
    pq.write_table(pa.Table.from_pylist(published, schema=schema.ARTICLES), folder / "f.parquet")

    def candidates(columns=None, only=None):
        for start in range(batches):
            part = [each for each in rows[start::batches] if only is None or int(each["doc_id"], 16) in only.tolist()]
            if part:
                yield pa.Table.from_pylist(
                    [blank_row(schema.CANDIDATES) | each for each in part], schema=schema.CANDIDATES
                ).select(columns)

    want = merge(rows, known)
    with patch.object(dedup_plan, "_GROUP_ROWS", 1):  # each group alone
        got = decide(candidates, {"f": folder / "f.parquet"})
    columns = got.decisions
    found = {
        f"{doc:016x}": (OUTCOMES[outcome], f"{article:016x}", REASONS[reason], int(version))
        for doc, outcome, article, reason, version in zip(
            columns.docs, columns.outcomes, columns.articles, columns.reasons, columns.versions, strict=True
        )
    }
    assert found == outcomes(want)
    assert hex_ids(got.replaced).to_pylist() == sorted(want.replaced)
    assert dict(zip(hex_ids(got.seen).to_pylist(), got.seen_us.tolist(), strict=True)) == {
        article: int(when.timestamp()) * 1_000_000 for article, when in want.seen.items()
    }


def test_months_that_wait_on_disk_come_out_the_same(tmp_path, monkeypatch):
    day = [date(2026, 1 + n % 3, 1 + n % 27) for n in range(90)]
    articles = [blank_row(schema.ARTICLES) | {"article_id": f"{n:016x}", "published_date": day[n]} for n in range(90)]
    table = pa.Table.from_pylist(articles, schema=schema.ARTICLES)

    def written():
        found = {}
        months = Months(
            tmp_path, lambda month, part, rows: found.setdefault((month, part), rows.column("article_id").to_pylist())
        )
        for start in range(0, 90, 7):
            months.add(table.slice(start, 7))
        months.close()
        return found

    def by_month(files):
        return {
            month: sorted(article for (own, _), articles in files.items() if own == month for article in articles)
            for month, _ in files
        }

    whole = written()
    assert len(whole) == 3
    monkeypatch.setattr(load_months, "_BUFFER_BYTES", 1)
    monkeypatch.setattr(load_months, "_FILE_ROWS", 12)
    parts = written()
    assert by_month(parts) == by_month(whole)
    assert sum(map(len, parts.values())) == 90
    assert len(parts) == 9
    assert all(len(articles) < 12 + 7 for articles in parts.values())
    assert not list(tmp_path.rglob("*.arrows"))
