"""Flags of texts and headlines that are unlike the earlier ones of their site."""

import numpy as np
import pyarrow as pa
import pytest
from support.site_pages import LIMITS, TABLE, flags_of, page

from tasks.quality.profiles import profile, usual_range
from tasks.quality.site_flags import flag_sites

WHO = ("The harbour trust", "The town council", "The county court", "The ferry company", "The school board")
DID = ("agreed to close", "heard from", "counted", "promised a wall to", "found water under", "asked for more time for")
WHAT = ("the old pier", "many people of the north shore", "lorries on the road by the brickworks", "the market hall")


def varied_story(number, count=7):
    """Paragraphs of different words, lengths and figures, as a newspaper has them."""
    dice = np.random.default_rng(number)
    return [
        " ".join(
            f"{dice.choice(WHO)} {dice.choice(DID)} {dice.choice(WHAT)}, said {dice.choice(WHO).lower()} on day"
            f" {dice.integers(1000)} of case {dice.integers(20)}."
            for _ in range(dice.integers(1, 4))
        )
        for _ in range(count)
    ]


def ranges_of(stories):
    """Three earlier runs with these stories each."""
    values = usual_range(
        np.array([profile("\n\n".join(one), f"Headline {chr(97 + n % 26)}x") for n, one in enumerate(stories)])
    )
    rows = [{"site": "a.example", "metric": name, "value": value, "rows": 20} for name, value in values.items()]
    return [row | {"run_id": f"run-{run}"} for run in range(3) for row in rows]


def each(change):
    return lambda story: [change(one) for one in story]


ALL = set(range(20))
USUAL_RANGES = ranges_of([varied_story(number) for number in range(100, 140)])


@pytest.mark.parametrize(
    ("change", "share"),
    [
        pytest.param(list, 0.0, id="nothing"),
        pytest.param(lambda story: story[:1], 1.0, id="one paragraph is left"),
        pytest.param(each(lambda one: one.replace("e", "3").replace("a", "4")), 1.0, id="digits for letters"),
        pytest.param(each(lambda one: one.replace("h", "b")), 1.0, id="h read as b"),
        pytest.param(each(lambda one: one.replace(".", "")), 1.0, id="no full stops"),
        pytest.param(lambda story: [x for one in story for x in (one, "Photo: A. Thornwick")], 1.0, id="captions"),
        pytest.param(each(lambda one: one[4:]), 1.0, id="starts of paragraphs lost"),
        pytest.param(lambda story: [*story, *story], 1.0, id="paragraphs twice"),
    ],
)
def test_texts_that_are_unlike_the_earlier_ones_of_their_site(change, share):
    pages = [page(n, text="\n\n".join(change(varied_story(n)))) for n in range(20)]
    assert len(flags_of(pages, USUAL_RANGES).get("text_unlike_usual", ())) == pytest.approx(20 * share, abs=2)
    assert "text_unlike_usual" not in flags_of(pages[:9], USUAL_RANGES)  # too few pages
    assert "text_unlike_usual" not in flags_of(pages, [row for row in USUAL_RANGES if row["run_id"] == ""])


def test_a_few_odd_texts_are_no_change_of_their_site():
    pages = [page(n, text="\n\n".join(varied_story(n)[: 1 if n % 2 else None])) for n in range(20)]
    assert "text_unlike_usual" not in flags_of(pages, USUAL_RANGES)


def test_what_is_unlike_is_shown_beside_the_usual():
    pages = [page(n, text="\n\n".join(varied_story(n)[:1])) for n in range(20)]
    shown = {
        row["shown"]
        for row in flag_sites([pa.Table.from_pylist(pages, schema=TABLE)], USUAL_RANGES, LIMITS).to_pylist()
        if row["flag"] == "text_unlike_usual"
    }
    assert any(one.startswith("characters: ") and one.endswith(" on the site") for one in shown)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Headline {0}", set(), id="as usual"),
        pytest.param("{1}/20 Headline {0}", ALL, id="with a number"),
        pytest.param("Headline {0} | Town | The Paper", ALL, id="with a path"),
        pytest.param("IMG_{1:04}", ALL, id="of a picture"),
        pytest.param("HEADLINE {0}", ALL, id="in capitals"),
    ],
)
def test_headlines_that_are_unlike_the_earlier_ones_of_their_site(title, expected):
    pages = [
        page(n, text="\n\n".join(varied_story(n)), title=title.format(f"{chr(97 + n)}{chr(99 + n % 9)}", n))
        for n in range(20)
    ]
    assert flags_of(pages, USUAL_RANGES).get("title_unlike_usual", set()) == expected
