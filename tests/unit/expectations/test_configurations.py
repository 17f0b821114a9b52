"""The configuration of an expectation is made once within a check, and again and again outside of one."""

from concurrent.futures import ThreadPoolExecutor

from expectations import checks
from expectations.configurations import configurations_kept


def _expectation():
    gx = checks.load()
    return gx.expectations.ExpectColumnValuesToNotBeNull(column="title", meta={"code": "extract.title_missing"})


def test_a_configuration_is_kept_within_a_check_only():
    expectation = _expectation()
    with configurations_kept():
        kept = expectation.configuration
        assert expectation.configuration is kept
        assert _expectation().configuration is not kept
    expectation.column = "text"
    assert expectation.configuration.kwargs["column"] == "text"
    assert kept.to_json_dict() == {**expectation.configuration.to_json_dict(), "kwargs": {"column": "title"}}


def test_another_thread_does_not_see_what_is_kept():
    expectation = _expectation()
    with configurations_kept(), ThreadPoolExecutor(1) as threads:
        kept = expectation.configuration
        assert threads.submit(lambda: expectation.configuration).result() is not kept
