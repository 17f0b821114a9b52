"""Ids of 16 hex digits as 64-bit numbers and back, a column at a time: eight bytes an id, compared without Python."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_DIGITS = 16
_VALUE = np.full(256, 255, dtype=np.uint8)  # of each hex digit
_VALUE[np.frombuffer(b"0123456789abcdef", dtype=np.uint8)] = np.arange(16)
_SIGN = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def numbers(ids: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """The ids of a column as n uint64, in order; of longer ids the first 16 digits count, a null is 0.

    Raises:
        ValueError: an id is shorter than 16 digits, or no lower-case hex.
    """
    if isinstance(ids, pa.ChunkedArray):
        ids = ids.combine_chunks()
    short = pc.binary_slice(pc.cast(pc.fill_null(ids, "0" * _DIGITS), pa.binary()), 0, _DIGITS)
    if len(short) and pc.min(pc.binary_length(short)).as_py() < _DIGITS:
        raise ValueError("an id of fewer than 16 hex digits")
    signs = np.frombuffer(short.cast(pa.binary(_DIGITS)).buffers()[1], dtype=np.uint8)
    nibbles = _VALUE[signs[: len(short) * _DIGITS]].reshape(-1, _DIGITS)
    if nibbles.size and nibbles.max() > 15:
        raise ValueError("an id that is not of lower-case hex digits")
    pairs = nibbles[:, ::2] << 4 | nibbles[:, 1::2]
    found: np.ndarray = np.ascontiguousarray(pairs).view(">u8").ravel().astype(np.uint64)
    return found


def hex_ids(values: np.ndarray, is_null: np.ndarray | None = None) -> pa.Array:
    """The numbers as strings of 16 hex digits; null where `is_null`."""
    octets = np.ascontiguousarray(values.astype(">u8")).view(np.uint8)
    signs = np.empty(len(octets) * 2, dtype=np.uint8)
    signs[::2], signs[1::2] = _SIGN[octets >> 4], _SIGN[octets & 15]
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(_DIGITS), len(values), [None, pa.py_buffer(signs.tobytes())])
    found = fixed.cast(pa.binary()).cast(pa.string())
    return found if is_null is None else pc.if_else(pa.array(is_null), pa.scalar(None, pa.string()), found)


def find(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each wanted number stands among the known ones, which ascend; -1 where it does not."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    found: np.ndarray = np.where(known[places] == wanted, places, -1)
    return found


def at(values: np.ndarray, places: np.ndarray, default: int | np.ndarray = 0) -> np.ndarray:
    """The values at some places, as `find` gives them; the default (one, or one for each place) where there is none."""
    other = np.broadcast_to(np.asarray(default, dtype=values.dtype), places.shape)
    if not len(values):
        return other.copy()
    found: np.ndarray = np.where(places >= 0, values[places], other)
    return found


def is_first(values: np.ndarray) -> np.ndarray:
    """For each value whether it differs from the one before it: where runs of equal ones start."""
    found: np.ndarray = np.append(True, values[1:] != values[:-1])[: len(values)]
    return found


def is_last(values: np.ndarray) -> np.ndarray:
    """For each value whether it differs from the one after it: where runs of equal ones end."""
    found: np.ndarray = np.append(values[1:] != values[:-1], True)[: len(values)]
    return found
