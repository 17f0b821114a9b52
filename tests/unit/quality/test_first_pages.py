"""What the first pages of a site show beside each other, without a history."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from tasks import schema
from tasks.quality import first_pages
from tasks.quality.first_pages import FirstPages

NAMES = "url title text language authors publisher published_date fetched_at".split()
SCHEMA = pa.schema([schema.CANDIDATES.field(name) for name in NAMES])
SECTIONS = ("sport", "politics", "town")
LEAD = "The council of Orrinmouth wants the harbour ferry back, number {0}, and nobody knows who pays for it."
OTHERS = [
    f"{word} people came to the {number}th meeting in the hall, and the tea was cold again, said witness {{0}}."
    for number, word in enumerate(("Twenty", "Thirty", "Forty", "Fifty", "Sixty"), start=4)
]
THINGS = "Bridge Museum Garden Library Theatre Market Stadium Bakery Airport Tunnel Orchard Lighthouse".split()
WIDGETS = ["Image loading", "Please wait"]
NAMELESS = [
    f"praises {word} bread warmly"
    for word in "corn rye oat bean wheat spelt barley millet potato rice nut seed".split()
]
# every word of these sentences recurs, so that two that stick together are known
PROSE = """The people of the harbour said that they had asked the council for the money in the spring. The council
said that the money for the harbour was in the plan of the trust. People who had asked for the plan were
sent to the office of the trust in the town. The office said in the spring that the plan of the council
was with the people of the town. They had sent the money to the office, and the trust said that the
harbour was sent to the people who were with the council."""
OFFER = "Read on in our app, it is free and quicker than the page."


def page(number, **changes):
    section = SECTIONS[number % 3]
    row = {
        "url": f"https://www.a.example/{section}/{number}",
        "title": f"{THINGS[number % 12]}: Council of Orrinmouth wants harbour ferry back",
        "text": text(number),
        "language": "en",
        "authors": ["Ada Orrin"],
        "publisher": "The Paper",
        "published_date": date(2026, 9, 4),
        "fetched_at": datetime(2026, 9, 5, tzinfo=UTC),
    }
    return row | {
        name: value.format(number, section) if isinstance(value, str) else value for name, value in changes.items()
    }


def text(number, before=(), after=(), is_swapped=False):
    lines = [LEAD, *OTHERS]
    lines = [*lines[3:], *lines[:3]] if is_swapped else lines
    return "\n\n".join(line.format(number) for line in (*before, *lines, *after))


def prose(number, damage):
    """The same words in another order of sentences, under a number of its own."""
    sentences = PROSE.replace("\n", " ").split(". ")
    start = number % len(sentences)
    own = [f"Story {number}: the council of Orrinmouth wants the ferry back", *sentences[start:], *sentences[:start]]
    return "\n\n".join(damage(f"{one.rstrip('.')} on day {number * 7 + n}.") for n, one in enumerate(own))


def lose_words(line):
    return " ".join(word for n, word in enumerate(line.split()) if n % 6 != 4)


def lose_spaces(line):
    return (
        " ".join(word + ("" if n % 5 == 2 else " ") for n, word in enumerate(line.split()))
        .replace("  ", "\0")
        .replace(" ", "")
        .replace("\0", " ")
    )


def named(number, title_of):
    """A story of its own thing under the headline of one."""
    own, thing = THINGS[number].lower(), THINGS[title_of % 12].lower()
    lines = [f"The {own} of Orrin{own} has a {own}keeper with a plan, and the {own}yard is closed.", *OTHERS]
    return {"title": f"Orrin{thing} has a {thing}keeper, the {thing}yard is closed", "text": "\n\n".join(lines)}


def flags_of(pages, size=5):
    first, table = FirstPages(), pa.Table.from_pylist(pages, schema=SCHEMA)
    for start in range(0, len(pages), size):
        part = table.slice(start, size)
        first.add(part, np.zeros(part.num_rows, dtype=np.int64), start)
    return {one.doubt.value: len(one.rows) for one in first.findings(10) if one.shown}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda n: {}, {}, id="clean"),
        pytest.param(
            lambda n: {"text": text(n, is_swapped=True)}, {"title_misplaced": 12}, id="the lead in the middle"
        ),
        pytest.param(lambda n: {"text": text(n, is_swapped=n < 5)}, {}, id="some leads in the middle"),
        pytest.param(lambda n: {"text": text(n, after=[OFFER])}, {"text_shared": 12}, id="an offer below all texts"),
        pytest.param(lambda n: {"text": text(n, after=[OFFER] * (n < 6))}, {"text_shared": 6}, id="below half of them"),
        pytest.param(lambda n: {"text": text(n, after=[OFFER] * (n < 2))}, {}, id="below two of them"),
        pytest.param(lambda n: {"text": text(n, after=WIDGETS * (n < 4))}, {"text_shared": 4}, id="short lines"),
        pytest.param(lambda n: {"text": text(n, after=WIDGETS[:1] * (n < 4))}, {}, id="one heading"),
        pytest.param(lambda n: {"text": text(n % 4)}, {}, id="versions of a story"),
        pytest.param(lambda n: {"title": f"Vicar {NAMELESS[n]}"}, {"title_misplaced": 12}, id="words of no text"),
        pytest.param(lambda n: {"text": prose(n, lose_words)}, {"words_out_of_order": 12}, id="words lost"),
        pytest.param(lambda n: {"text": prose(n, lose_spaces)}, {"spaces_damaged": 12}, id="spaces lost"),
        pytest.param(lambda n: {"text": prose(n, str)}, {}, id="prose"),
        pytest.param(lambda n: {"text": prose(n, lose_words if n < 2 else str)}, {}, id="words lost on few pages"),
        pytest.param(lambda n: {"text": text(n, before=["Key points"])}, {"text_shared": 12}, id="a label above"),
        pytest.param(lambda n: {"publisher": "{1}"}, {"publisher_unusual": 12}, id="the section as publisher"),
        pytest.param(lambda n: {"publisher": "Sport", "url": f"https://www.a.example/sport/{n}"}, {}, id="one name"),
        pytest.param(lambda n: {"authors": [SECTIONS[n % 3].title()]}, {"author_unusual": 12}, id="as author"),
        pytest.param(lambda n: {"published_date": date(2026, 1, 1)}, {"published_together": 12}, id="1 January"),
        pytest.param(lambda n: named(n, n), {}, id="headlines of their texts"),
        pytest.param(lambda n: named(n, n + 1), {"title_misplaced": 12}, id="headlines of the next text"),
        pytest.param(
            lambda n: {"title": f"Share this: Orrinmouth wants a {THINGS[n]} council"},
            {"title_shared": 12},
            id="headlines start alike",
        ),
        pytest.param(
            lambda n: {"title": f"Orrinmouth wants a {THINGS[n]} council - Page 2"},
            {"title_shared": 12},
            id="headlines end alike",
        ),
        pytest.param(
            lambda n: {"published_date": date(2026, 1, 1), "fetched_at": datetime(2026, 1, 2, tzinfo=UTC)},
            {},
            id="news",
        ),
        pytest.param(
            lambda n: {"url": "https://[/a/b", "title": None, "authors": [], "publisher": None}, {}, id="none"
        ),
    ],
)
def test_what_most_pages_of_a_site_have(change, expected):
    assert flags_of([page(n, **change(n)) for n in range(12)]) == expected
    assert flags_of([page(n, **change(n)) for n in range(9)]) == {}  # too few pages


def test_of_a_site_of_many_pages_all_are_read_if_the_first_show_something():
    assert flags_of([page(n, text=text(n, after=[OFFER])) for n in range(100)], 100) == {"text_shared": 100}
    assert flags_of([page(n, text=text(n, after=[OFFER] * (n > 39))) for n in range(100)]) == {}


@pytest.mark.parametrize("pages", [60, 200])
def test_what_is_held_is_bounded(monkeypatch, pages):
    """Pages of many sites, one by one in turn: what is held of each is dropped or judged."""
    monkeypatch.setattr(first_pages, "_ODD_PAGES", 100)
    sites = np.array([n % 3 for n in range(3 * pages)])
    rows = [page(n // 3, **({"text": text(n // 3, after=[OFFER])} if n % 3 == 0 else {})) for n in range(3 * pages)]
    first = FirstPages()
    first.add(pa.Table.from_pylist(rows, schema=SCHEMA), sites, 0)
    found = list(first.findings(10))
    assert {int(row) % 3 for one in found for row in one.rows} == {0}
    assert len({int(row) for one in found for row in one.rows}) == min(pages, 100)


def test_sites_with_too_few_pages_are_forgotten(monkeypatch):
    monkeypatch.setattr(first_pages, "_WAITING_PAGES", 30)
    rows = [page(n, text=text(n, after=[OFFER])) for n in range(45)]
    sites = np.array([*range(20), *[20] * 12, *range(13)])
    first = FirstPages()
    first.add(pa.Table.from_pylist(rows, schema=SCHEMA), sites, 0)
    assert {int(row) for one in first.findings(10) for row in one.rows} == set(range(20, 32))
