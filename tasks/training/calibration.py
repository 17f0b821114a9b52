"""What a raw confidence is worth, learnt from pages with gold texts, and how far that can be trusted. Training only."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class PageResults:
    """Of pages with gold: their raw confidence, whether their text came out right (F1 >= 0.9), their fold."""

    raw: np.ndarray
    is_good: np.ndarray
    fold: np.ndarray


def calibration(raw: np.ndarray, good: np.ndarray, bins: int = 12) -> np.ndarray:
    """What a raw confidence is worth, 2 x k for interpolation: the share of good pages by equal bins, made monotone
    (pool adjacent violators).
    """
    order = np.argsort(raw, kind="stable")
    merged: list[list[float]] = []
    for part, share in zip(np.array_split(raw[order], bins), np.array_split(good[order], bins), strict=True):
        merged.append([float(part.mean()), float(share.mean()), len(part)])
        while len(merged) > 1 and merged[-2][1] > merged[-1][1]:
            last, before = merged.pop(), merged.pop()
            size = before[2] + last[2]
            merged.append(
                [(a * before[2] + b * last[2]) / size for a, b in zip(before[:2], last[:2], strict=True)] + [size]
            )
    low, high = [0.0, 0.0], [1.0, merged[-1][1]]
    return np.array([low, *(block[:2] for block in merged), high]).T


def reliability(
    found: PageResults, folds: int, edges: tuple[float, ...] = (0, 0.5, 0.7, 0.8, 0.85, 0.9, 1.01)
) -> list[dict[str, float]]:
    """Confidence against truth on pages of sites that neither the model nor the calibration saw: by bins of the
    confidence, its mean and the share of pages with F1 >= 0.9.
    """
    said = np.zeros(len(found.raw))
    for fold in range(folds):
        own = found.fold == fold
        table = calibration(found.raw[~own], found.is_good[~own])
        said[own] = np.interp(found.raw[own], table[0], table[1])
    rows = []
    for low, high in pairwise(edges):
        inside = (said >= low) & (said < high)
        if inside.any():
            rows.append({"from": low, "pages": int(inside.sum()), "confidence": round(float(said[inside].mean()), 3),
                         "share_f1_above_0.9": round(float(found.is_good[inside].mean()), 3)})  # fmt: skip
    return rows
