"""Where frames of Zstandard begin and end (RFC 8878), to go on behind a damaged one; nothing is decompressed."""

from typing import IO

_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"  # behind a byte from 50 to 5F
_HEAD_BYTES = 18  # the longest head of a frame
_LENGTH_BYTES = (0, 2, 4, 8)  # of the size of the content, by the first two bits behind the magic number
_DICTIONARY_BYTES = (0, 1, 2, 4)
_RLE, _RESERVED = 1, 3  # types of blocks
_MAX_BLOCK_BYTES = 1 << 17
_SEARCHED_BYTES = 1 << 17  # read at a time
_PROBED_BLOCKS = 3  # of what looks like a frame: chance passes the first in one case of some thousands


def frame_end(stream: IO[bytes], start: int, max_blocks: int | None = None) -> int | None:
    """The byte behind the frame that begins at a byte of the file, or behind its first blocks; None for no frame."""
    stream.seek(start)
    head = stream.read(_HEAD_BYTES)
    if len(head) >= 8 and head[0] & 0xF0 == 0x50 and head[1:4] == _SKIPPABLE:
        return start + 8 + int.from_bytes(head[4:8], "little")
    if len(head) < 6 or not head.startswith(_MAGIC) or head[4] & 8:  # that bit is reserved
        return None
    described = head[4]
    is_single = described >> 5 & 1
    length_bytes = _LENGTH_BYTES[described >> 6] or is_single
    at = start + 5 + (1 - is_single) + _DICTIONARY_BYTES[described & 3] + length_bytes
    is_last, count = False, 0
    while not is_last and count != max_blocks:
        stream.seek(at)
        block = int.from_bytes(head := stream.read(3), "little")
        kind, size = block >> 1 & 3, block >> 3
        if len(head) < 3 or kind == _RESERVED or size > _MAX_BLOCK_BYTES:
            return None
        is_last, count = bool(block & 1), count + 1
        at += 3 + (1 if kind == _RLE else size)
    return at + (4 if is_last and described & 4 else 0)


def next_frame(stream: IO[bytes], start: int) -> int | None:
    """The first byte from `start` on at which a frame with data begins, or None."""
    position, rest = start, b""
    while True:
        stream.seek(position)
        data = stream.read(_SEARCHED_BYTES)
        window, base = rest + data, position - len(rest)
        found = -1
        while (found := window.find(_MAGIC, found + 1)) >= 0:
            if frame_end(stream, base + found, _PROBED_BLOCKS) is not None:
                return base + found
        if not data:
            return None
        position, rest = position + len(data), window[-3:]
