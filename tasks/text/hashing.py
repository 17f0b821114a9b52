"""The multiplier of multiplicative hashing."""

import numpy as np

# 2**64 divided by the golden ratio, odd: a product with it spreads low bits over all 64 (Knuth, TAOCP 3, 6.4)
GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)
