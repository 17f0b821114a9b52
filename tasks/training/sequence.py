"""Trains the convolutional network of `tasks.clean.model.network` by PyTorch.

On one thread, so that the same data give the same weights.
"""

from typing import Any

import numpy as np

from tasks.clean.model.network import TAPS, Net, from_arrays, squeezed, standardised
from tasks.training.data import Data

CHANNELS, DILATIONS, EPOCHS = 64, (1, 2, 4, 8, 16), 20
RATE, DECAY, DROPOUT = 3e-3, 1e-3, 0.15
_BATCH_BLOCKS = 6_000
_PAGE_BLOCKS = 1_500  # of a longer page only the first ones; the rest is like them
_STEP = 7  # every seventh block is enough to standardise by


def fit(parts: list[Data], features: list[np.ndarray], rows: list[np.ndarray], names: list[str]) -> Net:
    """A network trained on some blocks (masks) of each part; `features` are n x d, one array per part."""
    import torch  # noqa: PLC0415 - training only
    from torch import nn  # noqa: PLC0415

    torch.set_num_threads(1)
    torch.manual_seed(7)
    sample = np.concatenate(
        [values[mask & (part.weight > 0)][::_STEP] for part, values, mask in zip(parts, features, rows, strict=True)]
    )
    values = squeezed(sample)
    # rounded as they will be stored
    mean, scale = (
        moment.astype(np.float16).astype(np.float32) for moment in (values.mean(axis=0), values.std(axis=0) + 1e-3)
    )
    pages = [
        (number, first, min(end, first + _PAGE_BLOCKS))
        for number, (part, mask) in enumerate(zip(parts, rows, strict=True))
        for first, end in zip(part.layout.starts.tolist(), part.layout.ends.tolist(), strict=True)
        if mask[first] and part.weight[first:end].sum() > 0
    ]
    batches = _batches(pages)
    net = _network(len(names))
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=len(batches) * EPOCHS)
    draw = np.random.default_rng(7)
    for _ in range(EPOCHS):
        for n in draw.permutation(len(batches)):
            values, labels, weight, is_block = _packed(batches[n], parts, features, mean, scale)
            loss = nn.functional.binary_cross_entropy_with_logits(net(values, is_block), labels, reduction="none")
            loss = (loss * weight).sum() / weight.sum().clamp_min(1e-6)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            plan.step()
    return _stored(net, names, mean, scale)


def _batches(pages: list[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Pages of similar length together, so that little is padded."""
    batches: list[list[tuple[int, int, int]]] = []
    current: list[tuple[int, int, int]] = []
    for page in sorted(pages, key=lambda page: page[2] - page[1]):
        current.append(page)
        if (page[2] - page[1]) * len(current) > _BATCH_BLOCKS:
            batches.append(current)
            current = []
    return [*batches, current] if current else batches


def _packed(
    batch: list[tuple[int, int, int]],
    parts: list[Data],
    features: list[np.ndarray],
    mean: np.ndarray,
    scale: np.ndarray,
) -> tuple[Any, Any, Any, Any]:
    """Values, labels, weights and whether there is a block at all: pages x blocks (x features)."""
    import torch  # noqa: PLC0415 - training only

    longest = max(end - first for _, first, end in batch)
    values = np.zeros((len(batch), longest, len(mean)), dtype=np.float32)
    labels, weight, is_block = (np.zeros((len(batch), longest), dtype=np.float32) for _ in range(3))
    for row, (number, first, end) in enumerate(batch):
        values[row, : end - first] = standardised(features[number][first:end], mean, scale)
        labels[row, : end - first] = parts[number].labels[first:end]
        weight[row, : end - first] = parts[number].weight[first:end]
        is_block[row, : end - first] = 1
    return tuple(map(torch.from_numpy, (values, labels, weight, is_block[..., None])))  # type: ignore[return-value]


def _network(width: int) -> Any:
    from torch import nn, relu  # noqa: PLC0415 - training only

    class Network(nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.into = nn.Linear(width, CHANNELS)
            self.taps = nn.ModuleList(
                [
                    nn.Conv1d(CHANNELS, CHANNELS, TAPS, padding=TAPS // 2 * by, dilation=by, groups=CHANNELS)
                    for by in DILATIONS
                ]
            )
            self.points = nn.ModuleList([nn.Linear(CHANNELS, CHANNELS) for _ in DILATIONS])
            self.out = nn.Linear(CHANNELS, 1)
            self.dropout = nn.Dropout(DROPOUT)

        def forward(self, values: Any, is_block: Any) -> Any:
            state = relu(self.into(values)) * is_block
            for taps, point in zip(self.taps, self.points, strict=True):
                mixed = self.dropout(taps(state.transpose(1, 2)).transpose(1, 2))
                state = (state + relu(point(mixed))) * is_block
            return self.out(state)[..., 0]

    return Network()


def _stored(net: Any, names: list[str], mean: np.ndarray, scale: np.ndarray) -> Net:
    """The weights as numpy arrays, rounded as they will be stored."""

    def half(tensor: Any) -> np.ndarray:
        rounded: np.ndarray = tensor.detach().numpy().astype(np.float16)
        return rounded

    return from_arrays(
        {
            "names": np.array(names),
            "mean": mean,
            "scale": scale,
            "into": half(net.into.weight).T.copy(),
            "into_bias": half(net.into.bias),
            "dilations": np.array(DILATIONS),
            "taps": np.stack([half(taps.weight)[:, 0, :].T for taps in net.taps]),
            "tap_biases": np.stack([half(taps.bias) for taps in net.taps]),
            "points": np.stack([half(point.weight).T for point in net.points]),
            "point_biases": np.stack([half(point.bias) for point in net.points]),
            "out": half(net.out.weight)[0],
            "out_bias": half(net.out.bias)[0],
        }
    )
