"""The text of JSON: where its values begin and end, and what is in one, also if it is not strictly JSON."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from tasks.ingest.formats.encodings import readable_text

_STRUCTURE = re.compile(rb'["{}\[\]]')
_IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.S)
# an object that follows another one, or begins a line or the data; blanks without an end are not looked through
_VALUE_START = re.compile(rb'(?:\A|\n|[}\]])[\s\[,]{0,200}(\{\s{0,200}")')
_DECODER = json.JSONDecoder(strict=False)  # accepts NaN, control characters and halves of characters
# with which a row may begin that holds a value: in plain text, behind a mark of UTF-8, or in UTF-16 with one or without
_VALUE_BEGINS = (
    *(bytes((code,)) for code in b'{["-0123456789NI\0'),
    *(b"true", b"false", b"null", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"),
)
_NOWHERE = 1 << 30  # deeper than any value
_LIST_DEPTH = 3  # objects around a list: {"response": {"results": [...]}}


def end_of_value(head: bytes, start: int) -> int | None:
    """The offset after the object that begins at `start`, or None if it does not end."""
    depth, at = 0, start
    while found := _STRUCTURE.search(head, at):
        at = found.end()
        if found[0] == b'"':
            at = _IN_STRING.match(head, at).end() + 1  # type: ignore[union-attr]  # it matches anything
            continue
        depth += 1 if found[0] in b"{[" else -1
        if depth <= 0:
            return at
    return None


class JsonScan:
    """The values of a file, one after the other, in one array or in lists within objects, with only one in memory."""

    def __init__(
        self, read: Callable[[], bytes], limit: int, *, is_wrapped: bool = False, is_behind_damage: bool = False
    ) -> None:
        self._read, self._limit = read, limit
        self._is_wrapped, self._is_behind_damage = is_wrapped, is_behind_damage
        self._buffer, self._at = b"", 0
        self._begin = 0  # of the value, in the buffer
        self._dropped = 0  # bytes of a value that is too large
        # values are at the depth of the floor: 1 in an array, more in a list within an object, and none outside of it
        self._outside = _NOWHERE if is_wrapped else 0
        self._depth, self._floor = 0, self._outside
        self._number = 0
        self.list_number = 0  # of the list within an object that the last value is from
        self.list_start: int | None = None  # where the first such list begins, and in how many objects
        self.list_depth = 0
        self.detail = ""  # what is wrong with the file

    def values(self) -> Iterator[tuple[bytes | None, int]]:
        """The objects without what is between them, and their sizes; None instead of one larger than the limit."""
        is_string = False
        while chunk := self._read():
            self._add(self._from_a_value_on(chunk) if self._is_behind_damage else chunk)
            while True:
                if is_string:
                    self._at = _IN_STRING.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # always matches
                    if self._buffer[self._at : self._at + 1] != b'"':
                        break
                    self._at, is_string = self._at + 1, False
                found = _STRUCTURE.search(self._buffer, self._at)
                if found is None:
                    self._at = len(self._buffer)
                    break
                self._at = found.end()
                if found[0] == b'"':
                    is_string = True
                elif found[0] in b"{[":
                    self._open(found[0])
                elif self._closes():
                    yield self._value()
        if self._depth and not (self._is_wrapped and self._is_behind_damage):
            self.detail = f"the file ends within the JSON of row {self._number + 1}"
        elif not self._number and not self._is_behind_damage:
            self.detail = "the JSON has no object"

    def _add(self, chunk: bytes) -> None:
        """Keep what is not read yet, and the value so far unless it is too large."""
        kept = self._begin if self._depth > self._floor else self._at
        if self._depth > self._floor and (self._dropped or self._at - self._begin > self._limit):
            self._dropped += self._at - self._begin
            kept = self._at
        self._buffer, self._at, self._begin = self._buffer[kept:] + chunk, self._at - kept, 0

    def _open(self, bracket: bytes) -> None:
        if bracket == b"[" and self._depth == 0 and not self._is_wrapped:
            self._floor = 1
        elif bracket == b"[" and self._floor == _NOWHERE and self._depth <= _LIST_DEPTH:
            self._floor = self._depth + 1
            self.list_number += 1
            if self.list_start is None:
                self.list_start, self.list_depth = self._at - 1, self._depth
        elif self._depth == self._floor:
            self._begin, self._dropped = self._at - 1, 0
        self._depth += 1

    def _closes(self) -> bool:
        """Whether a value ends here."""
        was_inside = self._depth > self._floor
        self._depth = max(self._depth - 1, 0)
        if self._depth < self._floor:
            self._floor = self._outside
        return was_inside and self._depth == self._floor

    def _from_a_value_on(self, chunk: bytes) -> bytes:
        """What stands behind damage, from the first value that begins in it."""
        rest = from_a_value_on(chunk)
        if rest:
            self._is_behind_damage = False
            if self._is_wrapped:
                self._depth = self._floor = 2
                self.list_number = 1
        return rest

    def _value(self) -> tuple[bytes | None, int]:
        value = None if self._dropped else self._buffer[self._begin : self._at]
        size = self._dropped + self._at - self._begin
        self._number, self._dropped = self._number + 1, 0
        return (value if size <= self._limit else None), size


def from_a_value_on(data: bytes) -> bytes:
    """The data from the first object that begins in it."""
    found = _VALUE_START.search(data)
    return data[found.start(1) :] if found else b""


def parsed(raw: bytes) -> list[Any]:
    """The values in a row.

    Raises:
        ValueError: there is something else.
    """
    if not raw.startswith(_VALUE_BEGINS):  # garbage is refused fast: a file may have a million rows of it
        raise ValueError("it begins with no sign of JSON")
    try:
        return [orjson.loads(raw.rstrip(b","))]
    except orjson.JSONDecodeError as error:
        if (value := _undoubled(raw)) is not None:
            return [value]
        text, at, values = readable_text(raw), 0, []
        while at < len(text):
            try:
                value, at = _DECODER.raw_decode(text, at)
            except ValueError:
                raise error from None
            values.append(value)
            while at < len(text) and text[at] in " \t\r\n,\x1e[]":  # an array may begin or end beside a row
                at += 1
        if not values:
            raise
        return values


def _undoubled(raw: bytes) -> Any:
    """The object in a row as COPY of Postgres writes JSON: its backslashes or, as CSV, its quotes are all doubled.

    None if it is another.
    """
    if raw.startswith(b'"{""') and raw.endswith(b'}"'):
        raw = raw[1:-1].replace(b'""', b'"')
        try:
            return orjson.loads(raw)
        except ValueError:
            return None
    if b'\\\\"' not in raw:
        return None
    try:
        value = orjson.loads(raw.replace(b"\\\\", b"\\"))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
