"""Notes and labels between the paragraphs go where lines with the same start were removed; the story stays."""

import pytest
from support.pages import page_table

from tasks.clean.core import clean_pages

PARAGRAPHS = [
    "The harbour trust agreed on Monday to spend two million on the old ferry pier, after a long debate in the hall.",
    "Nobody in the town could say for certain why the cost of the work had risen by a third since the spring.",
    "Two of the councillors asked for a second opinion, and the engineer promised to have it ready by Friday.",
    "Ferries have left from this pier since 1911; before that, passengers climbed down a ladder at low tide.",
    "Shops on the quay will keep their doors open, though deliveries are to move to the early hours of the morning.",
    "The money for the lamps comes from a captain, who wanted the steps to be lit for those who come home late.",
]
COPYRIGHT = "Copyright © The Harbour Post. Read the article at https://harbourpost.example/pier-1324"


def kept_lines(lines, tag="p"):
    """The lines of the story of a page with a line after each paragraph."""
    body = "".join(f"<p>{one}</p><{tag}>{line}</{tag}>" for one, line in zip(PARAGRAPHS, lines, strict=False))
    html = f"<html lang='en'><body><article><h1>Trust spends two million</h1>{body}<p>{PARAGRAPHS[-1]}</p></article>"
    _, rows, _ = clean_pages(page_table(html))
    return [row["text"] for row in rows.to_pylist() if row["action"] == "keep"]


@pytest.mark.parametrize(
    "lines",
    [[COPYRIGHT] * 5, [f"READ ALSO: the boat was late again on pier {number}" for number in range(5)]],
    ids=["one note", "labels with other words"],
)
def test_a_note_after_each_paragraph_is_removed_whole(lines):
    assert not [text for text in kept_lines(lines) if text.startswith(("Copyright", "READ"))]


@pytest.mark.parametrize(
    "lines",
    [
        ["The Post: So it is safe?", "The Post: Why not now?", "The Post: Who pays for it?", "The Post: And then?"],
        ["He laughed.", "Then he laughed again.", "Nobody else did.", "He laughed."],
    ],
    ids=["questions", "short sentences"],
)
def test_lines_of_the_story_with_one_start_stay(lines):
    kept = kept_lines(lines)
    assert [line for line in dict.fromkeys(lines) if line not in kept] == []


@pytest.mark.parametrize("is_html", [True, False], ids=["HTML", "text"])
@pytest.mark.parametrize(
    "line",
    [
        "© 2024 Κήρυκας Παλαιόβρυσης. Με επιφύλαξη παντός δικαιώματος.",
        "© 2024 روزنامہ نئی بستی۔ جملہ حقوق محفوظ ہیں۔",
        "Text and photos ⓒ The Harbour Post.",
        "(c) 2024 The Harbour Post.",
    ],
)
def test_a_last_line_that_says_who_owns_the_text_goes_in_any_language(line, is_html):
    lines = [*PARAGRAPHS, line]
    if is_html:
        body = "".join(f"<p>{one}</p>" for one in lines)
        page = page_table(f"<html lang='en'><body><article><h1>Trust spends two million</h1>{body}</article>")
    else:
        page = page_table("\n".join(["Trust spends two million", *lines]), "text/plain")
    rows = clean_pages(page).lines.to_pylist()
    assert [row["text"] for row in rows if row["action"] == "keep"] == PARAGRAPHS


def test_a_last_paragraph_about_the_sign_of_copyright_stays():
    last = (
        "Nobody had drawn the sign © on a map of this coast before the trust did, and the engineer, who had to print it"
        " on each of the forty sheets by hand, said that he would never do so again."
    )
    assert last in kept_lines(["Nobody objected.", last])


def kept_of(body, language="en"):
    """The lines of the story of a page with this body."""
    page = page_table(f"<html lang='{language}'><body><article><h1>Trust spends two million</h1>{body}</article>")
    return [row["text"] for row in clean_pages(page).lines.to_pylist() if row["action"] == "keep"]


def paragraphs(lines):
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(
    ("language", "stanzas"),
    [
        ("ko", ["물은 아침 빛을 품고", "바닥에 창을 하나 낸다", "헤엄치던 사람들 가고", "초록 타일만 남는다"]),
        ("ar", ["الماء يحفظ ضوء الصباح", "ونافذة في القرار العميق", "ومن سبحوا فيه راحوا", "كما يرحل النهار عنا"]),
        ("ja", ["水は朝の光を抱き", "底に窓をひとつ開く", "泳いだ人は去っていき", "緑のタイルだけが残る"]),
    ],
)
def test_verses_in_a_script_without_capitals_stay_whole(language, stanzas):
    first, second = stanzas, stanzas[::-1]
    body = paragraphs([*PARAGRAPHS[:3], "<br>".join(first), "<br>".join(second), *PARAGRAPHS[3:]])
    assert kept_of(body, language) == [*PARAGRAPHS[:3], *first, *second, *PARAGRAPHS[3:]]
