"""The gate's verdicts: what goes to quarantine, what stops the run, what is only reported."""

import os
import resource
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.ids import case_id

from expectations import clean, data_docs, dataset, extract, gate, ingest, load
from expectations.gate import check, contract
from expectations.rule import CRITICAL, INFO, WARNING, Rule, Suite, between, is_not, not_null, row_count, unique
from expectations.thresholds import DEFAULT_FILE, ThresholdError, load_thresholds
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


BETWEEN = Rule("demo.size", CRITICAL, "Sizes fit.", "The size is too small.", between("size", lowest=10), "size {size}")


def test_a_critical_row_rule_names_the_rows_and_the_reason():
    verdict = check(suite(BETWEEN), table([5, 50, 7]))
    assert verdict.reasons == {0: ["demo.size"], 2: ["demo.size"]}
    assert verdict.details == {0: "size 5", 2: "size 7"}
    assert verdict.stops == []


@pytest.mark.parametrize("severity", [WARNING, INFO])
def test_a_warning_quarantines_no_row(severity):
    verdict = check(suite(replace(BETWEEN, severity=severity)), table([5, 50]))
    assert (verdict.reasons, verdict.stops) == ({}, [])
    assert verdict.outcomes[0].state == "fail"
    assert bool(verdict.warnings) == (severity is WARNING)


def test_a_broken_rule_says_what_is_wrong_and_one_that_holds_what_it_demands():
    assert check(suite(BETWEEN), table([50])).as_rows()[0]["sentence"] == "Sizes fit."
    assert check(suite(BETWEEN), table([5])).as_rows()[0]["sentence"] == "The size is too small."
    unworded = replace(BETWEEN, detail="")
    assert check(suite(unworded), table([5])).details == {0: "The size is too small."}


def test_a_warning_names_pages_as_examples():
    verdict = check(suite(replace(BETWEEN, severity=WARNING)), table([5, 50, 7]))
    assert verdict.example_pages == {"d0", "d2"}
    assert verdict.warnings[0].observed == "d0: size 5; d2: size 7"
    verdict.name_pages({"d0": "news/ferry.html", "d2": "https://paper.example/bridge"})
    assert verdict.warnings[0].observed == "ferry.html: size 5; bridge: size 7"
    many = check(suite(replace(BETWEEN, severity=WARNING)), table([1] * 30))
    assert (many.warnings[0].failed, len(many.warnings[0].examples)) == (30, 5)


def test_rules_asked_together_give_what_each_alone_gives(tmp_path):
    """Rules that forbid values of one column are one question, but for Data Docs, which show each of them."""
    words = ["flag", "x", "advert", "flag", None, "remark", "odd"]
    forbidden = [("advert", CRITICAL), ("flag", CRITICAL), ("remark", WARNING), ("odd", WARNING), ("absent", CRITICAL)]
    rules = [
        Rule(f"demo.{word}", severity, f"No {word}.", f"A {word}.", is_not("word", word), "{word}")
        for word, severity in forbidden
    ]
    rules.insert(1, BETWEEN)
    rules.append(Rule("demo.share", WARNING, "Few.", "Many.", is_not("word", "flag", mostly=0.9), "{word}"))
    rows = table([5, 50, 50, 50, 50, 50, 50], words)
    together, alone = check(suite(*rules), rows), check(suite(*rules), rows, tmp_path)
    assert vars(together) == vars(alone)
    assert together.reasons == {0: ["demo.size", "demo.flag"], 2: ["demo.advert"], 3: ["demo.flag"]}
    assert [outcome.code for outcome in together.warnings] == ["demo.remark", "demo.odd", "demo.share"]
    assert [outcome.checked for outcome in together.outcomes] == [7] * 7


def test_a_critical_table_rule_stops():
    rule = Rule("demo.rows", CRITICAL, "There are rows.", "There is no row.", row_count(1))
    assert check(suite(rule), table([])).stops == ["demo.rows: There is no row. Found: 0"]


def test_a_rule_that_cannot_be_checked_stops():
    rule = Rule("demo.lost", INFO, "The column has values.", "The column has gaps.", not_null("no_such_column"))
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
    rule = Rule("demo.unique", CRITICAL, "Ids are unique.", "The id occurs twice.", unique("word"))
    assert set(check(suite(rule), table([1, 2, 3, 4], ["a", "b", "c", "a"])).reasons) == {0, 3}


def test_threads_give_what_one_thread_gives():
    tables = [table([n, 50, n + 5]) for n in range(12)]
    expected = [check(suite(BETWEEN), rows).reasons for rows in tables]
    with ThreadPoolExecutor(6) as pool:
        assert [verdict.reasons for verdict in pool.map(lambda rows: check(suite(BETWEEN), rows), tables)] == expected


@pytest.mark.parametrize(
    ("module", "declared"), [(ingest, schema.PAGES), (clean, schema.DOCUMENTS), (extract, schema.CANDIDATES)]
)
def test_every_suite_can_be_checked(module, declared):
    limits = getattr(load_thresholds(), module.__name__.split(".")[1])
    if module is extract:
        limits = limits.model_copy(update={"languages": ["en"]})
    checked = module.suite(limits)
    empty = pa.schema([declared.field(name) for name in checked.columns]).empty_table()
    verdict = check(checked, module.slim(empty))
    assert not [outcome for outcome in verdict.outcomes if outcome.state == "error"]


@pytest.mark.parametrize("step", ["ingest", "clean", "extract", "load", "ledger", "dataset"])
def test_every_rule_has_a_code_of_its_own_and_two_sentences(step):
    limits = load_thresholds()
    rules = {
        "ingest": ingest.suite(limits.ingest),
        "clean": clean.suite(limits.clean),
        "extract": extract.suite(limits.extract),
        "load": load.suite(limits.load),
        "ledger": load.ledger_suite(limits.load),
        "dataset": dataset.suite(limits.dataset),
    }[step].rules
    assert len({rule.code for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.code.startswith(f"{step.replace('ledger', 'load')}.")
        assert rule.holds.endswith(".")
        assert rule.breaks.endswith(".")
        assert rule.holds != rule.breaks


def test_the_accounting_identity_stops_a_run_that_lost_a_page():
    ledger = pa.table({"received": [10], "accounted": [9], "articles": [5], "staged_articles": [5]})
    assert check(load.ledger_suite(load_thresholds().load), ledger).reasons == {0: ["load.accounted"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("words_min: 8", "words_mim: 40"), r"line \d+: clean.words_mim: unknown threshold; expected one of quar"),
        (("words_min: 8", "words_min: forty"), r"line \d+: clean.words_min: must be a valid integer, not 'forty'"),
        (
            ("link_share_max: 0.98", "link_share_max: 60"),
            r"line \d+: clean.link_share_max: must be less than or equal to 1, not 60",
        ),
        (("link_share_max: 0.98", "link_share_max: .nan"), r"line \d+: clean.link_share_max: must be a finite number"),
        (("is_drift_critical: false", "is_drift_critical: 0"), r"line \d+: dataset.is_drift_critical: must be a valid"),
        (("languages: []", "languages: en"), r"line \d+: extract.languages: must be a valid list, not 'en'"),
        (("words_min: 8 ", "# words_min: 8 "), "missing: clean.words_min$"),
        (("clean:", "cleen:"), r"line \d+: cleen: unknown step; expected one of ingest, clean"),
        (("load:", "clean:"), r"line \d+: clean: duplicate key"),
        (("clean:", "clean: 5\ncleen:"), r"line \d+: clean: expected keys and values, not 5"),
        (
            ("words_min: 8", "stub_words_min: 1\n  words_min: 8"),
            r"line \d+: clean.stub_words_min: duplicate key",
        ),
        (("clean:", "clean: ["), "is not YAML"),
    ],
    ids=case_id,
)
def test_a_wrong_threshold_names_its_line(tmp_path, change, message):
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "thresholds.yml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ThresholdError, match=message):
        load_thresholds(path)


def test_data_docs_are_built_and_pruned(tmp_path):
    for number in range(3):
        assert set(check(suite(BETWEEN), table([5, 50, number]), tmp_path).reasons) >= {0}
    assert data_docs.build(tmp_path, keep=2).exists()
    pages = list((tmp_path / "validations").rglob("*.html"))
    assert len(pages) == 2
    assert "expect_column_values" in pages[0].read_text() or BETWEEN.holds in pages[0].read_text()


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
        verdict = gates.verdict_on(result, load_thresholds(), None)
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
    """More rows than Great Expectations is given at a time: duplicates are found across the parts."""
    size = gate.CHUNK_ROWS + 50
    once = Rule("demo.once", CRITICAL, "Once.", "Twice.", unique("doc_id"))
    parts = [
        table(range(start, start + 500)).set_column(0, "doc_id", pa.array([f"d{n}" for n in range(start, start + 500)]))
        for start in range(0, size, 500)
    ]
    parts[-1] = parts[-1].set_column(0, "doc_id", pa.array(["d7", None, None, *(f"e{n}" for n in range(497))]))
    verdict = check(suite(once, BETWEEN), iter(parts))
    assert verdict.received == len(parts) * 500
    assert {row for row, codes in verdict.reasons.items() if "demo.once" in codes} == {7, (len(parts) - 1) * 500}
    assert {row for row, codes in verdict.reasons.items() if "demo.size" in codes} == set(range(10))


def test_the_checks_are_imported_while_workers_read_and_not_where_nothing_is_new(monkeypatch):
    imports = []
    monkeypatch.setattr(gates.checks, "load", lambda: imports.append(threading.current_thread()))
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
