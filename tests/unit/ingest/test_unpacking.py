"""Compressed data: whole, in members, cut at any byte, with bytes behind its end, and under another name."""

import bz2
import gzip
import io
import lzma
import random

import pytest
from support.source_files import zstd

from tasks.ingest.unpacking import UnpackError, codec_of, unpacker

PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd}
TEXT = b"".join(b"%d the council voted to keep the ferry\n" % random.Random(n).randrange(10**9) for n in range(9000))
each_codec = pytest.mark.parametrize("codec", PACKERS)


def unpacked(raw, codec, size=1 << 20):
    """What can be read, and whether it ends well."""
    stream, parts = unpacker(io.BytesIO(raw), codec), []
    try:
        while data := stream.read(size):
            assert len(data) <= size
            parts.append(data)
    except UnpackError as error:
        assert str(error)
        return b"".join(parts), False
    return b"".join(parts), True


@each_codec
@pytest.mark.parametrize("size", [1 << 20, 4096, 100])
@pytest.mark.parametrize("text", [b"", b"a", TEXT, bytes(1 << 20)], ids=len)
def test_whole_data(codec, size, text):
    if size == 100:
        text = text[:9000]
    packed = PACKERS[codec](text)
    assert codec_of(packed) == codec
    assert unpacked(packed, codec, size) == (text, True)
    assert unpacked(packed + packed, codec, size) == (text + text, True)


@each_codec
def test_the_damaged_end_costs_only_what_is_damaged(codec):
    packed = PACKERS[codec](TEXT)
    for share in (0.2, 0.5, 0.9, 0.999):
        text, is_whole = unpacked(packed[: int(len(packed) * share)], codec)
        assert not is_whole
        assert TEXT.startswith(text)
        # bzip2 and xz give nothing before a block of some 100 kB is whole
        assert codec in ("bzip2", "xz", "zstd") or len(text) > len(TEXT) * (share - 0.05)
    damaged = PACKERS[codec](TEXT) + packed[: len(packed) // 2]
    text, is_whole = unpacked(damaged, codec)
    assert (text.startswith(TEXT), is_whole) == (True, False)


@pytest.mark.parametrize("codec", ["gzip", "bzip2", "xz"])
@pytest.mark.parametrize("behind", [b"\0" * 5000, b"garbage" * 100, b"\0\0x", b"\0" * 300_000 + b"x"], ids=len)
def test_what_stands_behind_the_end_is_passed_over_and_counted(codec, behind):
    stream = unpacker(io.BytesIO(PACKERS[codec](TEXT) + behind), codec)
    parts = []
    while data := stream.read(1 << 20):
        parts.append(data)
    assert b"".join(parts) == TEXT
    assert stream.bytes_behind == len(behind.lstrip(b"\0"))


@pytest.mark.parametrize("raw", [b"", b"{", b"BZh is a word", b"\x1f\x8b", b"PK\x03\x04", b"\xfd7zX"])
def test_data_that_is_not_compressed(raw):
    assert codec_of(raw) is None
