"""Long runs of one sign take no time by their square."""

import time

import pytest

from tasks.extract.damage import production

SECONDS = 1.0  # ten thousand hyphens took ten


@pytest.mark.parametrize("pattern", [production._FORWARDED, production._SUBTITLE])
@pytest.mark.parametrize("run", ["-" * 40_000, "- " * 20_000, "1:00.000 " + "-" * 40_000])
def test_a_rule_of_hyphens_is_passed_over(pattern, run):
    started = time.process_time()
    assert pattern.search(f"{run} x") is None
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "Above. ----- Original Message ----- Below.",
        "---forwarded message---",
        "-" * 50 + "Ursprüngliche Nachricht" + "-" * 50,
    ],
)
def test_the_mark_of_a_forwarded_message_is_found(text):
    assert production._FORWARDED.search(text)
