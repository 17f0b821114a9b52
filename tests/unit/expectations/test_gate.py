"""The gate's verdicts: what goes to quarantine, what stops the run, what is only reported."""

import os
import resource
import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations import clean, data_docs, extract, gate, ingest, load
from expectations.gate import check, contract
from expectations.rule import CRITICAL, INFO, WARNING, Rule, Suite
from expectations.thresholds import DEFAULT_FILE, ThresholdError, limits
from flows import gates
from tasks import schema
from tasks.parallel.progress import Advance, report_progress
from tasks.schema import blank_row
from tasks.steps import Receipt, StepResult


def suite(*rules, share=1.0):
    return Suite("demo", ("doc_id", "size", "word"), rules, share, 1)


def table(sizes, words=None):
    return pa.table(
        {
            "doc_id": [f"d{n}" for n in range(len(sizes))],
            "size": pa.array(sizes, pa.int64()),
            "word": words or ["x"] * len(sizes),
        }
    )


BETWEEN = Rule(
    "demo.size",
    CRITICAL,
    "Sizes are right.",
    "column_values_to_be_between",
    {"column": "size", "min_value": 10},
    "size {size}",
)


def test_a_critical_row_rule_names_the_rows_and_the_reason():
    verdict = check(suite(BETWEEN), table([5, 50, 7]))
    assert verdict.reasons == {0: ["demo.size"], 2: ["demo.size"]}
    assert verdict.details == {0: "size 5", 2: "size 7"}
    assert verdict.stops == []


@pytest.mark.parametrize("severity", [WARNING, INFO])
def test_a_warning_sets_no_row_aside(severity):
    rule = Rule(
        "demo.size", severity, "Sizes are right.", "column_values_to_be_between", {"column": "size", "min_value": 10}
    )
    verdict = check(suite(rule), table([5, 50]))
    assert (verdict.reasons, verdict.stops) == ({}, [])
    assert verdict.outcomes[0].state == "fail"
    assert bool(verdict.warnings) == (severity is WARNING)


def test_a_critical_table_rule_stops():
    rule = Rule("demo.rows", CRITICAL, "There are rows.", "table_row_count_to_be_between", {"min_value": 1})
    assert check(suite(rule), table([])).stops


def test_a_rule_that_cannot_be_checked_stops():
    rule = Rule("demo.lost", INFO, "A column is there.", "column_values_to_not_be_null", {"column": "no_such_column"})
    assert check(suite(rule), table([1])).stops == ["demo.lost: could not be checked"]


def test_too_many_rows_in_quarantine_stop():
    assert check(suite(BETWEEN, share=0.5), table([5, 5, 50])).stops
    assert not check(suite(BETWEEN, share=0.7), table([5, 5, 50])).stops


def test_a_column_lost_of_another_type_or_null_where_it_must_not_be_stops():
    declared = pa.schema([pa.field("doc_id", pa.string()), pa.field("size", pa.int32(), nullable=False)])
    assert not contract("demo", declared, declared, {"doc_id": 3, "size": 0}).stops
    assert "column size: missing" in contract("demo", declared.remove(1), declared, {}).stops[0]
    other = declared.set(1, pa.field("size", pa.int64()))
    assert "demo.schema: column size: int64, declared int32" in contract("demo", other, declared, {}).stops
    assert "null in 2 rows" in contract("demo", declared, declared, {"size": 2}).stops[0]


def test_what_is_unique_only_within_a_chunk_is_found(monkeypatch):
    from expectations import gate

    monkeypatch.setattr(gate, "CHUNK_ROWS", 2)
    rule = Rule("demo.unique", CRITICAL, "Ids are unique.", "column_values_to_be_unique", {"column": "word"})
    assert set(check(suite(rule), table([1, 2, 3, 4], ["a", "b", "c", "a"])).reasons) == {0, 3}


def test_threads_give_what_one_thread_gives():
    tables = [table([n, 50, n + 5]) for n in range(12)]
    alone = [check(suite(BETWEEN), each).reasons for each in tables]
    with ThreadPoolExecutor(6) as pool:
        assert [verdict.reasons for verdict in pool.map(lambda each: check(suite(BETWEEN), each), tables)] == alone


@pytest.mark.parametrize(
    ("module", "declared"), [(ingest, schema.PAGES), (clean, schema.DOCUMENTS), (extract, schema.CANDIDATES)]
)
def test_every_suite_can_be_checked_and_speaks_in_sentences(module, declared):
    numbers = limits()[module.__name__.split(".")[1]]
    if module is extract:
        numbers = numbers | {"languages": ["en"]}
    made = module.suite(numbers)
    empty = pa.schema([declared.field(name) for name in made.columns]).empty_table()
    verdict = check(made, module.slim(empty))
    assert not [outcome for outcome in verdict.outcomes if outcome.state == "error"]
    assert len({rule.code for rule in made.rules}) == len(made.rules)
    assert all(rule.sentence.endswith(".") and rule.code.startswith(f"{made.step}.") for rule in made.rules)


def test_the_accounting_identity_stops_a_run_that_lost_a_page():
    ledger = pa.table({"received": [10], "accounted": [9], "articles": [5], "staged_articles": [5]})
    assert check(load.ledger_suite(limits()["load"]), ledger).reasons == {0: ["load.accounted"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("words_min: 8", "words_mim: 40"), r"line \d+: clean.words_mim: there is no such threshold"),
        (("words_min: 8", "words_min: forty"), r"line \d+: clean.words_min: a whole number is expected"),
        (("link_share_max: 0.98", "link_share_max: 60"), r"line \d+: clean.link_share_max: 60 is not between 0 and 1"),
        (("words_min: 8 ", "# words_min: 8 "), "clean: words_min is missing"),
        (("clean:", "cleen:"), r"line \d+: there is no step 'cleen'"),
        (
            ("words_min: 8", "stub_words_min: 1\n  words_min: 8"),
            r"line \d+: clean.stub_words_min: stands here a second time",
        ),
        (("clean:", "clean: ["), "is not YAML"),
    ],
)
def test_a_wrong_threshold_names_its_line(tmp_path, change, message):
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "thresholds.yml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ThresholdError, match=message):
        limits(path)


def test_data_docs_are_built_and_pruned(tmp_path):
    for number in range(3):
        assert set(check(suite(BETWEEN), table([5, 50, number]), tmp_path).reasons) >= {0}
    assert data_docs.build(tmp_path, keep=2).exists()
    pages = list((tmp_path / "validations").rglob("*.html"))
    assert len(pages) == 2
    assert "expect_column_values" in pages[0].read_text() or BETWEEN.sentence in pages[0].read_text()


def test_a_run_may_have_more_batches_than_a_process_may_have_files(tmp_path):
    row = blank_row(schema.PAGES)
    receipts = []
    for number in range(120):
        path = tmp_path / f"{number}.parquet"
        pages = [
            row | {"doc_id": f"{number:015x}{n}", "source_uri": f"{number}-{n}.html", "raw": b"<p>x", "byte_count": 4}
            for n in range(3)
        ]
        pages[1]["problem"] = "ingest.empty" if number % 50 == 0 else None
        pq.write_table(pa.Table.from_pylist(pages, schema=schema.PAGES), path)
        receipts.append(Receipt(path.stem, str(path), 3, 0.0, 0.0))
    result = StepResult("ingest", tuple(receipts))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    first_free = os.dup(0)
    os.close(first_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (first_free + 80, before[1]))
    try:
        verdict = gates.verdict_on(result, limits(), None)
        failed = gates.ids_of_rows(gates.files_of(result), sorted(verdict.reasons))
        pages = gates.PageIndex(result).rows(set(failed.values()))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert verdict.received == 360
    assert {number: pages[doc_id]["source_uri"] for number, doc_id in failed.items()} == {
        1: "0-1.html",
        151: "50-1.html",
        301: "100-1.html",
    }


def test_rules_over_many_rows_see_them_all():
    """More rows than Great Expectations is given at a time: doubles, headlines and counts are found across the parts."""
    size = gate.CHUNK_ROWS + 50
    unique = Rule("demo.once", CRITICAL, "Once.", "column_values_to_be_unique", {"column": "doc_id"})
    parts = [
        table(range(start, start + 500)).set_column(0, "doc_id", pa.array([f"d{n}" for n in range(start, start + 500)]))
        for start in range(0, size, 500)
    ]
    parts[-1] = parts[-1].set_column(0, "doc_id", pa.array(["d7", None, None, *(f"e{n}" for n in range(497))]))
    verdict = check(suite(unique, BETWEEN), iter(parts))
    assert verdict.received == len(parts) * 500
    assert {row for row, codes in verdict.reasons.items() if "demo.once" in codes} == {7, (len(parts) - 1) * 500}
    assert {row for row, codes in verdict.reasons.items() if "demo.size" in codes} == set(range(10))


def test_the_checks_are_imported_while_workers_read_and_not_where_nothing_is_new(monkeypatch):
    imports = []
    monkeypatch.setattr(gates, "load_checks", lambda: imports.append(threading.current_thread()))
    gates.import_checks_in_background.cache_clear()
    with gates.import_checks_during_ingest():
        report_progress(Advance("ingest", 0, 0))
        assert gates.import_checks_in_background.cache_info().currsize == 0
        report_progress(Advance("ingest", 0, 3))
        report_progress(Advance("ingest", 1, 3))
    gates.import_checks_in_background().join(60)
    assert len(imports) == 1
    assert imports[0] is not threading.current_thread()
    gates.import_checks_in_background.cache_clear()
