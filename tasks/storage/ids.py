"""Ids of 16 hex digits as 64-bit integers and back, a column at a time: 8 bytes per id, compared without Python."""

from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.uint64]
Mask: TypeAlias = NDArray[np.bool_]
Positions: TypeAlias = NDArray[np.int64]  # indices into an array, -1 for "not there"

_DIGITS = 16
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_VALUE_OF_DIGIT = np.full(256, 255, dtype=np.uint8)  # 255 for what is not a hex digit
_VALUE_OF_DIGIT[_HEX] = np.arange(16)

NO_IDS: Ids = np.zeros(0, dtype=np.uint64)


def to_uint64(ids: pa.Array | pa.ChunkedArray | list[str]) -> Ids:
    """The ids of a column as n uint64, in order. Of longer ids the first 16 digits count; null is 0.

    Raises:
        ValueError: an id is shorter than 16 digits, or not lower-case hex.
    """
    if isinstance(ids, list):
        ids = pa.array(ids, pa.string())
    if isinstance(ids, pa.ChunkedArray):
        ids = ids.combine_chunks()
    short = pc.binary_slice(pc.cast(pc.fill_null(ids, "0" * _DIGITS), pa.binary()), 0, _DIGITS)
    if len(short) and pc.min(pc.binary_length(short)).as_py() < _DIGITS:
        raise ValueError("an id has fewer than 16 hex digits")
    digits = np.frombuffer(short.cast(pa.binary(_DIGITS)).buffers()[1], dtype=np.uint8)
    nibbles = _VALUE_OF_DIGIT[digits[: len(short) * _DIGITS]].reshape(-1, _DIGITS)
    if nibbles.size and nibbles.max() > 15:
        raise ValueError("an id is not lower-case hex")
    pairs = nibbles[:, ::2] << 4 | nibbles[:, 1::2]
    return np.ascontiguousarray(pairs).view(">u8").ravel().astype(np.uint64)


def hex_ids(values: Ids, is_null: Mask | None = None) -> pa.Array:
    """The integers as strings of 16 hex digits; null where `is_null`."""
    octets = np.ascontiguousarray(values.astype(">u8")).view(np.uint8)
    digits = np.empty(len(octets) * 2, dtype=np.uint8)
    digits[::2], digits[1::2] = _HEX[octets >> 4], _HEX[octets & 15]
    buffer = pa.py_buffer(digits.tobytes())
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(_DIGITS), len(values), [None, buffer])
    ids = fixed.cast(pa.binary()).cast(pa.string())
    return ids if is_null is None else pc.if_else(pa.array(is_null), pa.scalar(None, pa.string()), ids)


def positions(ascending: Ids, wanted: Ids) -> Positions:
    """The index of each wanted value in an ascending array; -1 where it is not there."""
    if not len(ascending):
        return np.full(len(wanted), -1, dtype=np.int64)
    candidates = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return np.where(ascending[candidates] == wanted, candidates, -1).astype(np.int64, copy=False)


def contains(ascending: Ids, values: Ids) -> Mask:
    """For each value whether it is in an ascending array."""
    return positions(ascending, values) >= 0


def take_or(values: np.ndarray, indices: Positions, default: int | np.ndarray = 0) -> np.ndarray:
    """The values at some indices (see `positions`); where an index is -1 the default, or the default of that index."""
    other = np.broadcast_to(np.asarray(default, dtype=values.dtype), indices.shape)
    return np.where(indices >= 0, values[indices], other) if len(values) else other.copy()


def is_first(values: np.ndarray) -> Mask:
    """For each value whether it differs from the one before it: True where a run of equal values starts."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]


def is_last(values: np.ndarray) -> Mask:
    """For each value whether it differs from the one after it: True where a run of equal values ends."""
    return np.append(values[1:] != values[:-1], True)[: len(values)]


def hash_strings(strings: pa.Array | pa.ChunkedArray) -> Ids:
    """64-bit hashes of strings, the same in every process. Of ten million, two are equal in one set of 400,000."""
    from pandas.util import hash_array  # noqa: PLC0415 - takes 0.12 s, which workers of a first run need not spend

    hashes: Ids = hash_array(np.asarray(strings.to_pylist(), dtype=object), categorize=False)
    return hashes
