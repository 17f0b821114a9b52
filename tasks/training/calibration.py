"""The calibration of raw confidences by pages with gold texts, and its reliability. Training only."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class PageResults:
    """Pages with gold texts: their raw confidence, whether their text is right (F1 >= 0.9), their fold."""

    raw: np.ndarray
    is_good: np.ndarray
    fold: np.ndarray


def calibration(raw: np.ndarray, good: np.ndarray, bins: int = 12) -> np.ndarray:
    """The share of good pages by raw confidence, 2 x k for interpolation: by equal bins, made monotone.

    The method is known as pool adjacent violators.
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
    results: PageResults, folds: int, edges: tuple[float, ...] = (0, 0.5, 0.7, 0.8, 0.85, 0.9, 1.01)
) -> list[dict[str, float]]:
    """Confidence against truth on pages of sites that neither the model nor the calibration has seen.

    By bins of the confidence: its mean and the share of pages with F1 >= 0.9.
    """
    confidence = np.zeros(len(results.raw))
    for fold in range(folds):
        inside = results.fold == fold
        table = calibration(results.raw[~inside], results.is_good[~inside])
        confidence[inside] = np.interp(results.raw[inside], table[0], table[1])
    rows = []
    for low, high in pairwise(edges):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            rows.append(
                {
                    "from": low,
                    "pages": int(inside.sum()),
                    "confidence": round(float(confidence[inside].mean()), 3),
                    "share_f1_above_0.9": round(float(results.is_good[inside].mean()), 3),
                }
            )
    return rows
