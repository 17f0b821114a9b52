"""Wrapped text that is not of a text browser: forwarded mail, columns of print, divided words."""

import textwrap

import pytest

from tasks.clean.parse.blocks import Blocks, add_text_page
from tasks.clean.parse.decode import repair

TITLE = "Gondelbahn steht seit Montag still"
GERMAN = """\
Die Gondelbahn auf den Hohen Stein steht seit Montag still, weil ein Sturm zwei Stützen aus dem Fundament gehoben hat.
Der Betreiber rechnet damit, dass die Reparatur bis zum Beginn der Wintersaison dauert und mehr als eine Million kostet.
Für die Wirte auf dem Gipfel ist das ein schwerer Schlag. Sie bringen ihre Waren nun mit einem Raupenfahrzeug nach oben.
Wanderer können weiterhin zu Fuß aufsteigen, müssen aber mit Umwegen rechnen, da ein Teil des Weges gesperrt bleibt.\
""".split("\n")
CHINESE = [
    "山上的缆车自星期一起停运，因为一场暴风把两座支架从地基上掀了起来，所幸没有人受伤，维修人员正在赶来。",
    "经营者估计，修理工作要到冬季才能完成，费用将超过一百万元，保险公司只承担其中的一部分。",
    "山顶的店主们说，这对他们打击很大，现在只能用履带车把货物运上去，而且每天只能运一趟。",
]


def lines_of(text):
    blocks = Blocks()
    add_text_page(blocks, 0, repair(text, set()))
    return blocks.text


def hyphenated(paragraph, width):
    """The lines of a narrow column whose words are divided where they reach over its end."""
    lines = [""]
    for word in paragraph.split():
        line = lines[-1]
        room = width - len(line) - 2
        if len(line) + 1 + len(word) <= width:
            lines[-1] = f"{line} {word}".strip()
        elif len(word) > 9 and word.isalpha() and 3 < room < len(word) - 3:
            lines[-1] = f"{line} {word[:room]}-"
            lines.append(word[room:])
        else:
            lines.append(word)
    return lines


def solid(paragraph, width):
    return [paragraph[n : n + width] for n in range(0, len(paragraph), width)]


def ragged(paragraph):
    """Lines of print: about as long as each other, since letters are of different width."""
    return textwrap.wrap(paragraph.replace("i", "i\u200b").replace("l", "l\u200b"), 33)


def quoted(lines):
    return "\n".join(f"> {line}".rstrip() for line in lines)


CASES = {
    "a quoted message": (
        "See below.\n\n" + quoted("\n\n".join(textwrap.fill(text, 70) for text in GERMAN).split("\n")),
        ["See below.", *GERMAN],
    ),
    "a message quoted twice": (
        quoted(quoted("\n\n".join(textwrap.fill(text, 70) for text in GERMAN).split("\n")).split("\n")),
        GERMAN,
    ),
    "divided words": ("\n\n".join("\n".join(hyphenated(text, 30)) for text in GERMAN), GERMAN),
    "a narrow column": ("\n\n".join(textwrap.fill(text, 38) for text in GERMAN), GERMAN),
    "lines of print": (
        "\n\n".join("\n".join(ragged(text)).replace("\u200b", "") for text in GERMAN),
        GERMAN,
    ),
    "a headline right above": (
        f"{TITLE}\n" + "\n\n".join(textwrap.fill(text, 72) for text in GERMAN),
        [TITLE, *GERMAN],
    ),
    "a few lines of Chinese": (
        "缆车停运\n2019年11月2日\n" + "\n".join("\n".join(solid(text, 24)) for text in CHINESE) + "\n关于我们",
        ["缆车停运", "2019年11月2日", *CHINESE, "关于我们"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_the_paragraphs_of_wrapped_text_are_whole_again(text, expected):
    assert lines_of(text) == expected


VERSE = """\
the snow is on the roof again
and smoke stands over every house
and nobody can hear the rain
that waits behind the sleeping mouse
it walks along the garden wall
so slow that every fence can see
the winter come to one and all
and repair the window silently"""
WORDS_WITH_HYPHENS = textwrap.fill(
    "The well-known long-distance runner took part in the all-night cross-country race near the old harbour and said "
    "that the weather was better than it had been for years, while the others complained about the mud on the hills.",
    60,
)
WORDS_WITH_HYPHENS += "\n\nShe is a mother-\nin-law of the mayor."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VERSE, VERSE.split("\n")),
        ("\n".join(f"Item {n} of the menu\nprice {n} crowns" for n in range(9)), None),
        ("> One says so.\nNo, I do not agree with that at all.\n> Why?\nBecause it is wrong.\nAnd so on.", None),
    ],
    ids=["verse", "a menu", "a discussion"],
)
def test_other_short_lines_stay_apart(text, expected):
    assert lines_of(text) == (expected or text.split("\n"))


def test_hyphens_of_compounds_stay():
    assert any("mother-" in line for line in lines_of(WORDS_WITH_HYPHENS))
