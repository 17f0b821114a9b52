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


@pytest.mark.parametrize(
    ("start", "advice"),
    [
        (b"\x04\x22\x4d\x18", "LZ4"),
        (b"\x1f\x9d\x90", "compress"),
        (b"\x5d\x00\x00\x80\x00", "LZMA"),
        (b"\xff\x06\x00\x00sNaPpY", "Snappy"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
    ],
)
def test_other_compressions_are_named_with_what_to_do(start, advice):
    flaw, detail = find_problem(start + bytes(range(256)))
    assert flaw is Flaw.BINARY
    assert advice in detail
