"""The network over a page's blocks, the choice of blocks and the words of pages compute what their definitions say."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clean.model import page_words
from tasks.clean.model.features import layout_of_blocks
from tasks.clean.model.network import TAPS, Net, standardised
from tasks.clean.model.story import FLOOR, decide
from tasks.clean.parse.blocks import Blocks


def where_of(sizes):
    page = [number for number, size in enumerate(sizes) for _ in range(size)]
    return layout_of_blocks(Blocks(page=page, text=[""] * len(page)))


def made_net(seed, width=3, channels=4, dilations=(1, 3)):
    draw = np.random.default_rng(seed)

    def some(*shape):
        return draw.normal(size=shape).astype(np.float32)

    layers = len(dilations)
    return Net(
        names=np.array([f"f{n}" for n in range(width)]),
        mean=some(width),
        scale=np.abs(some(width)) + 1,
        into=some(width, channels),
        into_bias=some(channels),
        dilations=np.array(dilations),
        taps=some(layers, TAPS, channels),
        tap_biases=some(layers, channels),
        points=some(layers, channels, channels) * 0.3,
        point_biases=some(layers, channels),
        out=some(channels),
        out_bias=some(1)[0],
    )


def by_definition(net, features):
    """The log-odds of one page, a block and a tap at a time."""
    state = np.maximum(standardised(features, net.mean, net.scale) @ net.into + net.into_bias, 0)
    for layer, dilation in enumerate(net.dilations.tolist()):
        mixed = np.empty_like(state)
        for n in range(len(state)):
            total = net.tap_biases[layer].copy()
            for tap in range(TAPS):
                other = n + (tap - TAPS // 2) * dilation
                if 0 <= other < len(state):
                    total += state[other] * net.taps[layer, tap]
            mixed[n] = total
        state = state + np.maximum(mixed @ net.points[layer] + net.point_biases[layer], 0)
    return state @ net.out + net.out_bias


@pytest.mark.parametrize("sizes", [(1,), (7,), (2, 1, 9), (30, 1, 1, 12)])
def test_the_network_sees_each_page_by_itself(sizes):
    net = made_net(5)
    features = np.random.default_rng(2).normal(size=(sum(sizes), 3)).astype(np.float32) * 4
    found = net.logits({f"f{n}": features[:, n] for n in range(3)}, where_of(sizes))
    ends = np.cumsum(sizes)
    expected = [by_definition(net, features[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
    assert np.allclose(found, np.concatenate(expected), rtol=1e-4, atol=1e-4)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(FLOOR, 0.98), st.integers(1, 40)), min_size=1, max_size=8))
def test_the_blocks_chosen_have_the_largest_expected_f1(blocks):
    chance = np.array([one for one, _ in blocks])
    words = np.array([size for _, size in blocks], dtype=float)

    def expected(chosen):
        kept = np.array(chosen)
        return 2 * (chance * words)[kept].sum() / (words[kept].sum() + (chance * words).sum())

    choices = itertools.product((False, True), repeat=len(blocks))
    best = max(expected(choice) for choice in choices if any(choice))
    found = decide(chance, words, where_of([len(blocks)]))
    assert expected(found) == pytest.approx(best, rel=1e-6)


def test_no_block_below_the_floor_is_chosen():
    found = decide(np.array([0.09375, 0.109375, 0.02]), np.ones(3), where_of([3]))
    assert found.tolist() == [False, True, False]


def test_a_page_does_not_change_what_is_chosen_on_another():
    chance, words = np.array([0.9, 0.2, 0.1, 0.3, 0.25]), np.array([30.0, 10, 4, 20, 20])
    both = decide(chance, words, where_of([2, 3]))
    assert both.tolist() == [
        *decide(chance[:2], words[:2], where_of([2])),
        *decide(chance[2:], words[2:], where_of([3])),
    ]
    assert decide(np.zeros(0), np.zeros(0), where_of([])).tolist() == []


def test_the_words_of_a_page_count_once_and_by_side():
    line = np.array([0, 0, 0, 1, 2, 2])
    hashes = np.array([11, 11, 12, 13, 11, 0], dtype=np.uint64)
    pairs = page_words.distinct(line, hashes, where_of([2, 1]), np.array([True, False, True]))
    assert [np.bincount(page, minlength=2).tolist() for page, _ in pairs] == [[2, 1], [1, 0]]
    tables = np.zeros((2, page_words.SLOTS), dtype=np.float32)
    tables[0, pairs[0][1][:1]] = 2.0
    found = page_words.scores(pairs, tables, np.array([0.5, -1.0]), 2)
    assert found["words_of_story"].tolist()[0] == pytest.approx(0.5 + 2 / np.sqrt(2), abs=1e-5)
    assert found["words_of_rest"].tolist() == [-1.0, -1.0]
