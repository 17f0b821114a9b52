"""Text pages whose lines are not read as they stand: columns side by side, numbered lines, double spacing."""

import textwrap
from itertools import zip_longest

import pytest
from support.ids import case_id

from tasks.clean.parse.blocks import Blocks, add_text_page
from tasks.clean.parse.side_by_side import unfolded

TITLE = "Mill pond drained after a century"
ENGLISH = [
    "The mill pond at Hartle was drained on Monday for the first time since 1911, and a crowd stood in the rain.",
    "Workers found two carts, a safe without a door and some four hundred clay pipes, all of which go to the museum.",
    "The council expects the repair of the dam to take until May, provided that the spring is less wet than the last.",
    "Anglers had moved the carp to a quarry nearby, where they do well, according to the chairman of their club.",
]
RUSSIAN = [
    "В посёлке Заречный в понедельник впервые за сто лет спустили мельничный пруд, и посмотреть пришли все жители.",
    "Рабочие нашли на дне две телеги, сейф без дверцы и около четырёхсот глиняных трубок, которые отдадут в музей.",
    "Ремонт плотины продлится до мая, если весна не окажется такой же дождливой, как прошлая, сказали в управе.",
]
HEBREW = [
    "בריכת הטחנה רוקנה ביום שני לראשונה מזה מאה שנה, וקהל רב עמד בגשם כדי לראות את הקרקעית נחשפת לאט לאט.",
    "העובדים מצאו שתי עגלות, כספת בלי דלת וכארבע מאות מקטרות חימר, שיועברו כולן למוזיאון שבמרכז העיירה.",
    "תיקון הסכר יימשך עד חודש מאי, אם האביב לא יהיה גשום כמו האביב שעבר, כך נמסר מטעם המועצה המקומית ביום שלישי.",
    "הדייגים העבירו את הקרפיונים למחצבה סמוכה, ושם הם מסתדרים היטב לדברי יושב ראש המועדון שלהם ועוזרו הנאמן.",
]
MENU = ["Home", "News", "Sport", "Weather", "Our history", "Adverts"]


def column(paragraphs, width, indent="  "):
    return [line for text in paragraphs for line in textwrap.wrap(text, width, initial_indent=indent)]


def beside(*columns, width):
    rows = zip_longest(*columns, fillvalue="")
    return "\n".join("".join(part.ljust(width) for part in row).rstrip() for row in rows)


def lines_of(text):
    blocks = Blocks()
    add_text_page(blocks, 0, text)
    return blocks.text


def framed(side, rule):
    lines = "\n\n".join("\n".join(textwrap.wrap(text, 66)) for text in ENGLISH).split("\n")
    return "\n".join([rule, *(f"{side} {line:<66} {side}" for line in lines), rule])


TWO = beside(column(ENGLISH[:2], 36), column(ENGLISH[2:], 36), width=40)
THREE = beside(*(column(RUSSIAN[n : n + 1], 26) for n in range(3)), width=30)
APART = "\n\n".join("\n".join(textwrap.wrap(text, 66)) for text in ENGLISH).split("\n")
NUMBERED = "\n".join(f"{n:>3}  {line}".rstrip() for n, line in enumerate(APART, 1))
DOUBLE = "\n\n".join(column(ENGLISH, 50, ""))

CASES = {
    "two columns": (TWO, ENGLISH),
    "below a headline": (f"{TITLE}\n{TWO}", [TITLE, *ENGLISH]),
    "above a line that crosses the gap": (f"{TWO}\n{ENGLISH[0]}", [*ENGLISH, ENGLISH[0]]),
    "indented": (textwrap.indent(TWO, "     "), ENGLISH),
    "three columns": (THREE, RUSSIAN),
    "from right to left": (beside(column(HEBREW[2:], 36), column(HEBREW[:2], 36), width=40), HEBREW),
    "a paragraph that runs over": (
        beside(column(ENGLISH[:2], 36)[:6], [*column(ENGLISH[:2], 36)[6:], *column(ENGLISH[2:3], 36)], width=40),
        ENGLISH[:3],
    ),
    "a menu beside it": (beside(MENU, column(ENGLISH, 60), width=20), [*MENU, *ENGLISH]),
    "links beside it": (beside(column(ENGLISH, 60), MENU, width=64), [*ENGLISH, *MENU]),
    "numbered lines": (NUMBERED, ENGLISH),
    "a frame": (framed("|", "+" + "-" * 68 + "+"), ENGLISH),
    "a frame of drawn lines": (framed("│", "├" + "─" * 68 + "┤"), ENGLISH),
    "double spacing": (f"{TITLE}\n\n{DOUBLE}", [TITLE, *ENGLISH]),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=list(CASES))
def test_text_is_read_as_it_was_printed(text, expected):
    assert lines_of(text) == expected


PRICES = [
    f"{name:<24}{price:>8}   {note}" for name, price, note in [("Oats", "12.40", "up"), ("Rye", "9.10", "down")] * 6
]
NAMES = ["OSGOOD:", "", "", "ARKLE:", "", "", "OSGOOD:", "", "", "ARKLE:", "", "", "OSGOOD:", "", "", "ARKLE:"]
SAID = [line for text in [*ENGLISH, *ENGLISH[:2]] for line in ["", *textwrap.wrap(text, 60)]][1:]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(PRICES),
        beside([f"- {word} and more" for word in MENU * 2], MENU * 2, width=30),
        beside(ENGLISH, [text.upper() for text in ENGLISH], width=140),
        "\n".join(f"{n}. {text}" for n, text in enumerate(ENGLISH * 3, 1)),
        "\n".join(f"{year}  {text}" for year, text in zip(range(2001, 2013), ENGLISH * 3, strict=True)),
        "\n".join(f"{19 + n // 4}  {text}" for n, text in enumerate(column(ENGLISH, 60, ""))),
        beside(column(ENGLISH[:1], 36)[:3], column(ENGLISH[1:2], 36)[:3], width=40),
        beside([name for name, line in zip(NAMES, SAID, strict=False) if line is not None], SAID, width=12),
        "\n".join(f"| {word:<20} | {word.upper():<20} |" for word in MENU * 3),
        "\n".join(f"| {word:<20} |" for word in MENU),
        "\n".join(f"{word:<20}{word.upper()}: a word of the menu" for word in MENU * 3),
    ],
    ids=case_id,
)
def test_tables_lists_and_transcripts_stay_as_they_are(text):
    lines = text.split("\n")
    assert unfolded(lines) is lines


def test_a_text_of_many_columns_and_lines_takes_little_time():
    lines = ["   ".join(["word, word"] * 40)] * 20_000
    assert len(unfolded(lines)) >= len(lines) / 50


def test_a_text_of_more_lines_than_a_page_has_stays_as_it_is():
    """Six million line ends took 20 seconds."""
    sheet = beside(column(ENGLISH, 40), column(ENGLISH, 40), width=44)
    lines = [*sheet.split("\n"), *[""] * 200_000]
    assert unfolded(lines) is lines
    assert unfolded(lines[:1_000]) is not lines
