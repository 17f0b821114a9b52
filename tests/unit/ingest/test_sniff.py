"""What is seen at the first bytes of a page, in bounded time."""

import time

import pytest

from tasks.ingest.sniff import find_problem
from tasks.vocabulary import Flaw


def test_many_comments_before_the_first_tag_cost_no_time():
    started = time.process_time()
    assert find_problem(b"<!-- part --> " * 400 + b"<html><p>The ferry is back.</p></html>") is None
    assert time.process_time() - started < 1


@pytest.mark.parametrize("before", [b"", b"<?xml version='1.0'?>\n", b"<!-- a --><!-- b > c -->\n"])
def test_a_feed_is_known_behind_declarations_and_comments(before):
    flaw, detail = find_problem(before + b"<rss version='2.0'><channel></channel></rss>")
    assert flaw is Flaw.NO_PAGES
    assert "<rss>" in detail
