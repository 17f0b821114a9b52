"""Multiplicative hashing: its multiplier, and keys of pairs."""

import numpy as np
import numpy.typing as npt

# 2**64 divided by the golden ratio, odd: a product with it spreads low bits over all 64 (Knuth, TAOCP 3, 6.4)
GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)


def paired(
    groups: npt.NDArray[np.int64], values: npt.NDArray[np.uint64] | npt.NDArray[np.int64]
) -> npt.NDArray[np.uint64]:
    """One key for each pair of a group's number and a value, n of each."""
    spread: npt.NDArray[np.uint64] = (groups.astype(np.uint64) + np.uint64(1)) * GOLDEN_RATIO
    return values.astype(np.uint64) ^ spread
