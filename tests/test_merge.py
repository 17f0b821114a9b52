"""What becomes of a candidate does not depend on the order in which the batches came."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tasks.load.merge import Known, merge
from tasks.load.stage import month_place


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
    old = Known("x", "t1", datetime(2026, 1, 1, tzinfo=UTC), 3, "f.parquet")
    found = merge([row("a", "x", "t2", 2)], [old])
    assert outcomes(found)["a"] == ("article", "x", None, 4)
    assert found.replaced == {"x": old}


def test_an_older_text_does_not_take_the_newer_ones_place():
    new = Known("x", "t2", datetime(2026, 1, 9, tzinfo=UTC), 1, "f.parquet")
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
    assert month_place(date(2023, 6, 1)) == "published_month=2023-06"
    assert month_place(date(1, 1, 1)) == "published_month=0001-01"
    assert month_place(date(9999, 12, 31)) == "published_month=9999-12"
    assert month_place(None) == "published_month=unknown"
