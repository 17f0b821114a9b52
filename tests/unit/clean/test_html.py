"""How pages are cut into blocks: what a reader sees, in the paragraphs that a reader sees."""

import json
import textwrap
import time

import pytest
from support.ids import case_id
from support.pages import page_table, process

from tasks.clean.parse.blocks import Blocks, add_text_page
from tasks.clean.parse.class_words import HIDDEN, PICTURE
from tasks.clean.parse.decode import repair, soft_ends
from tasks.clean.parse.html import add_html_page
from tasks.clean.parse.tags import TAG_WORDS

PARAGRAPHS = """\
The reading room of the old customs house opened again on Sunday after four winters of repairs, and the queue \
reached the quay.
Carpenters had to replace every beam above the gallery because a beetle had lived in the oak since the time of \
the last harbour master.
“We kept one of the beams to show what a patient animal can do,” said Tilda Brandt, who led the work and has no \
plans to rest.
The town paid for the roof, and readers paid for the lamps. Each lamp bears a small brass plate with the name \
of whoever gave it.
Loans start again in a week. Until then visitors may sit, read and look out over the water, which is what most \
of them came for.""".split("\n")
GERMAN = """\
Der Lesesaal im alten Zollhaus hat am Sonntag nach vier Wintern wieder geöffnet, und die Schlange reichte bis \
hinunter zum Kai.
Die Zimmerleute mussten jeden Balken über der Galerie ersetzen, weil ein Käfer seit den Tagen des letzten \
Hafenmeisters im Holz saß.
Die Stadt bezahlte das Dach, die Leser bezahlten die Lampen. Jede Lampe trägt ein Schild aus Messing mit dem \
Namen der Spenderin.
Ausgeliehen wird erst in einer Woche wieder. Bis dahin dürfen die Besucher sitzen, lesen und über das Wasser \
schauen.
Im Sommer soll eine Ausstellung mit den ältesten Karten folgen, die das Museum sonst nur auf Anfrage aus dem \
Schrank holt.""".split("\n")
JAPANESE = [
    "古い税関の閲覧室が四年にわたる修理を終えて日曜日に再び開き、入口の列は岸壁まで続いた。朝から雨が降っていたが、帰る人はいなかった。",
    "大工たちは回廊の上の梁をすべて取り替えなければならなかった。最後の港長のころから虫が住みついていたためである。",
    "屋根の費用は町が払い、灯りの費用は読者が払った。灯りの一つ一つに、贈った人の名を刻んだ小さな板が付いている。",
]


def blocks_of(html):
    blocks = Blocks()
    add_html_page(blocks, 0, html.encode())
    return blocks


def texts(body):
    return blocks_of(f"<html><body>{body}</body></html>").text


def blocks_of_text(text):
    blocks = Blocks()
    add_text_page(blocks, 0, repair(text, set()), soft_ends(text))
    return blocks


def wrapped(paragraphs, width, **how):
    return [textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False, **how) for text in paragraphs]


@pytest.mark.parametrize(
    "attributes",
    [
        'style="display:none"',
        'style="color:red; DISPLAY : none !important"',
        'style="visibility: hidden"',
        "hidden",
        'style="position:absolute;clip:rect(0px,0px,0px,0px)"',
        'style="clip: rect(1px, 1px, 1px, 1px)"',
        'style="clip-path: inset(50%)"',
        'style="width:1px;height:1px;overflow:hidden"',
        'style="font-size:0"',
        'style="position:absolute;left:-9999px"',
        'class="sr-only"',
        'class="link__note visually-hidden"',
        'class="screen-reader-text"',
        'class="u-visually-hidden"',
        'class="VisuallyHidden-x7"',
        'class="sr-only sr-only-focusable"',
    ],
)
@pytest.mark.parametrize("tag", ["span", "em", "small", "b"])
def test_hidden_text_within_a_paragraph_is_left_out(tag, attributes):
    page = f'<p>The <a href="/q">room<{tag} {attributes}>, opens a new window</{tag}></a> is open.</p>'
    assert texts(page) == ["The room is open."]


@pytest.mark.parametrize(
    "attributes",
    [
        "",
        'class="not-sr-only"',
        'class="md:sr-only"',
        'class="hidden-gem"',
        'style="overflow:hidden"',
        'style="width:100px;overflow:hidden"',
        'style="width:1px"',
        'style="clip:auto"',
        'style="font-size:0.9em"',
        'style="display:inline"',
        'style="display:inline-block"',
        'aria-hidden="true"',
        'style="left:-9px"',
    ],
)
def test_shown_text_within_a_paragraph_stays(attributes):
    assert texts(f"<p>The <span {attributes}>reading</span> room</p>") == ["The reading room"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<p>More <i aria-hidden="true">\u2192</i></p>', ["More"]),
        ('<p>Ann Reed <i aria-hidden="true">·</i> 4 May</p>', ["Ann Reed · 4 May"]),
        ('<p>Share <span class="material-icons">arrow_forward</span></p>', ["Share"]),
        ('<p><a href="/x" class="sr-only">Skip</a>Text</p>', ["SkipText"]),  # menus are not looked at
        ('<article><p><a href="/x" class="sr-only">Skip</a>Text</p></article>', ["Text"]),
        (
            (
                '<div class="byline"><span class="sr-only">By</span> Ann Reed<span class="sr-only">, opens '
                "mail</span></div>"
            ),
            ["By Ann Reed"],
        ),
    ],
    ids=case_id,
)
def test_icons_and_labels(body, expected):
    assert texts(body) == expected


def test_a_long_hidden_text_is_a_block_that_says_so():
    story = " ".join(PARAGRAPHS[:3])
    blocks = blocks_of(f'<body><div>Loading <span style="visibility:hidden">{story}</span></div>')
    assert blocks.text == ["Loading", story]
    assert [bool(blocks.containers.above[at] & HIDDEN) for at in blocks.container] == [False, True]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p><ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>の町</p>", ["港の町"]),
        ("<p><ruby><rb>港</rb><rb>町</rb><rtc><rt>みなと</rt><rt>まち</rt></rtc></ruby>へ</p>", ["港町へ"]),
        ("<p><ruby>漢<rt>kan<rt>字</ruby>です</p>", ["漢です"]),
        (f"<rt>{PARAGRAPHS[0]}", [PARAGRAPHS[0]]),
    ],
    ids=case_id,
)
def test_readings_of_characters_are_left_out(body, expected):
    assert texts(body) == expected


@pytest.mark.parametrize("display", ["block", "flex", "grid", "table", "list-item", "block !important"])
def test_inline_elements_shown_as_blocks_are_blocks(display):
    spans = "".join(f'<span style="display: {display}">{text}</span>' for text in PARAGRAPHS)
    blocks = blocks_of(f"<body><article>{spans}</article>")
    assert blocks.text == PARAGRAPHS
    assert {TAG_WORDS[tag] for tag in blocks.tag} == {"div"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<p>A<span style="display:block">B</span>C</p>', ["A", "B", "C"]),
        ('<article>A<a href="/x" style="display:block">B</a>C</article>', ["A", "B", "C"]),
        ('<div>A<b style="display:block">B</b>C</div>', ["A", "B", "C"]),
        (
            '<h1><span style="display:block">Reading room</span><span style="display:block">opens</span></h1>',
            ["Reading room opens"],
        ),
        (f"<div><span>{PARAGRAPHS[0]}</span><span>{PARAGRAPHS[1]}</span></div>", [f"{PARAGRAPHS[0]} {PARAGRAPHS[1]}"]),
        (
            "<p>Write to the keepers of the house at www.<b>Reading</b>.example</p>",
            ["Write to the keepers of the house at www.Reading.example"],
        ),
        ("<p>The keepers of the house live in the U.<b>S</b>.</p>", ["The keepers of the house live in the U.S."]),
    ],
    ids=case_id,
)
def test_what_stands_apart_and_what_does_not(body, expected):
    assert texts(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<div><em class="img_desc">A lamp</em><br>A text.</div>', ["A lamp", "A text."]),
        ('<div><span class="wp-caption-text">A lamp</span> A text.</div>', ["A lamp", "A text."]),
        ('<div><span class="c-photo__caption">A lamp</span> A text.</div>', ["A lamp", "A text."]),
        ('<figcaption class="caption"><span class="caption">A lamp</span> Ada</figcaption>', ["A lamp Ada"]),
        ('<div><span class="captions-off">A lamp</span> A text.</div>', ["A lamp A text."]),
        ('<div><span class="description">A lamp</span> A text.</div>', ["A lamp A text."]),
    ],
    ids=case_id,
)
def test_a_picture_is_described_apart_from_the_text_beside_it(body, expected):
    blocks = blocks_of(f"<body>{body}</body>")
    assert blocks.text == expected
    if len(expected) > 1:
        assert blocks.containers.above[blocks.container[0]] & PICTURE
        assert not blocks.containers.above[blocks.container[1]] & PICTURE


def test_link_and_bold_characters_are_counted_in_blocks_of_inline_elements():
    blocks = blocks_of(
        '<article>one<a href="/x" style="display:block">four</a>six<b style="display:block">ten</b>end</article>'
    )
    assert blocks.link_chars == [0, 4, 0, 0, 0]
    assert blocks.bold_chars == [0, 0, 0, 3, 0]


@pytest.mark.parametrize("width", [60, 66, 72, 80])
@pytest.mark.parametrize("paragraphs", [PARAGRAPHS, GERMAN])
@pytest.mark.parametrize(("gap", "indent"), [("\n\n", ""), ("\n", "   ")])
def test_wrapped_lines_of_a_text_are_paragraphs_again(paragraphs, width, gap, indent):
    blocks = blocks_of_text(gap.join(wrapped(paragraphs, width, initial_indent=indent)))
    assert blocks.text == paragraphs
    assert blocks.blank_before == [0] + [len(gap) - 1] * (len(paragraphs) - 1)
    assert blocks.indent == [len(indent)] * len(paragraphs)


@pytest.mark.parametrize("width", [17, 20, 24])
def test_wrapped_lines_without_spaces_are_joined_without_one(width):
    page = "\n\n".join("\n".join(text[at : at + width] for at in range(0, len(text), width)) for text in JAPANESE)
    assert blocks_of_text(page).text == JAPANESE


@pytest.mark.parametrize(
    "page",
    [
        (
            "The lamps along the harbour wall\nAre lit before the gulls come home\n"
            "And every boat that hears the call\nTurns inward from the foam\nThe keeper counts them one by one\n"
            "And sleeps when he is done"
        ),
        (
            "Reading room opens again after four winters of patient repair\n"
            "Council puts off its vote on the new bus lanes until the spring\n"
            "Swimmers find an old bell in the bay and give it to the museum\n"
            "Bakery near the station wins the prize for its loaf of rye\n"
            "Ferry to run all night during the week of the summer fair"
        ),
        (
            "Northport 3 Southbay 1 (Lund 12, Marsh 40, Pell 77; Ost 80) 4,210\n"
            "Westham 0 Eastwick 0 (no goals were seen in the whole match) 1,830\n"
            "Lowfield 2 Highmoor 2 (Ash 5, Beck 9; Carr 60, Dunn 90) att. 990\n"
            "Millpool 4 Stonebay 0 (Fenn 1, Gale 2, Hart 3, Inge 4) att. 12,400"
        ),
        "The Keeper\nThe Reading Room\nOld Customs House\n1 Quay Street\nNorthport",
        (
            "* The room is open from nine until six on every day but Monday now.\n"
            "* Readers may bring pencils, and paper, but neither pens nor cups.\n"
            "* Lamps are lit at dusk and put out when the last reader has left.\n"
            "* Dogs wait outside, where there is a ring in the wall for leads."
        ),
        "\n".join(PARAGRAPHS),
        "\n\n".join(PARAGRAPHS),
    ],
    ids=case_id,
)
def test_lines_that_nobody_wrapped_stay_as_they_are(page):
    assert blocks_of_text(page).text == [line for line in page.split("\n") if line]
    lines = [line for line in page.split("\n") if line]
    assert texts(f"<div>{'<br>'.join(lines)}</div>") == lines


def test_what_stands_around_wrapped_paragraphs_is_not_joined_to_them():
    head = ["Reading room of the customs house opens", "By Ann Reed", "Home", "News"]
    page = "\n".join(head[:2]) + "\n\n" + "\n".join(head[2:]) + "\n\n" + "\n\n".join(wrapped(PARAGRAPHS, 66))
    assert blocks_of_text(page + "\nHarbour Press").text == [*head, *PARAGRAPHS, "Harbour Press"]


def test_only_a_soft_hyphen_goes_when_lines_are_joined():
    lines = [
        "The keeper of the harbour museum has promised a larger and richer exhi\u00ad",
        "bition of the oldest charts for the summer. Among them are the well-",
        "known sheets of the first pilot, who drew every rock that he had hit.",
    ]
    page = "\n\n".join([*wrapped(PARAGRAPHS, 72), "\n".join(lines)])
    assert blocks_of_text(page).text[-1] == f"{lines[0][:-1]}{lines[1]} {lines[2]}"


def test_paragraphs_broken_by_br_at_a_common_width_are_joined():
    body = "<br><br>".join(text.replace("\n", "<br>\n") for text in wrapped(PARAGRAPHS, 60))
    blocks = blocks_of(f"<body><div>{body}</div><p>After</p>")
    assert blocks.text == [*PARAGRAPHS, "After"]
    columns = "page text blank_before indent tag container link_chars link_count bold_chars is_after_break".split()
    assert {len(getattr(blocks, column)) for column in columns} == {len(PARAGRAPHS) + 1}


def test_links_of_joined_lines_are_added_up():
    body = "<br>".join(wrapped(PARAGRAPHS[:2], 60)).replace("\n", "<br>").replace("house", "<a href='/h'>house</a>")
    blocks = blocks_of(f"<body><div>{body.replace('customs', '<a href=/c>customs</a>')}</div>")
    assert blocks.text[0] == PARAGRAPHS[0]
    assert (blocks.link_chars[0], blocks.link_count[0]) == (len("customs" + "house"), 2)


def test_preformatted_paragraphs_are_apart_at_empty_lines():
    body = "\n \n".join(wrapped(PARAGRAPHS, 60))
    blocks = blocks_of(f"<body><pre>\n{body}\n</pre><pre>one\ntwo</pre>")
    assert blocks.text == [*PARAGRAPHS, "one two"]
    assert {TAG_WORDS[tag] for tag in blocks.tag} == {"pre"}


def declared(body, **more):
    node = {"@type": "NewsArticle", "headline": "Reading room opens", "articleBody": body} | more
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


SHELL = (
    "<html><head><title>Reading room opens</title>{}</head><body><nav><a href='/'>Home</a></nav><div "
    "id=root></div>{}</body></html>"
)


def through(html):
    documents, lines, _ = process(page_table(html))
    return documents.to_pylist()[0]["repairs"], [row["text"] for row in lines.to_pylist()]


@pytest.mark.parametrize(
    "body",
    [
        "\n\n".join(PARAGRAPHS),
        "".join(f"<p>{text}</p>" for text in PARAGRAPHS),
        "".join(f"&lt;p&gt;{text}&lt;/p&gt;" for text in PARAGRAPHS),
        "<br/>".join(f"<b>{text}</b>" for text in PARAGRAPHS) + "<style>b{}</style><figure>A lamp</figure>",
    ],
    ids=case_id,
)
def test_a_story_that_only_json_ld_holds_is_read(body):
    repairs, found = through(SHELL.format(declared(body), ""))
    assert found == ["Home", *PARAGRAPHS]
    assert repairs == ["text_from_json_ld"]


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (declared("\n".join(PARAGRAPHS)), f"<p>{PARAGRAPHS[0]} {PARAGRAPHS[1]}</p>", [" ".join(PARAGRAPHS[:2])]),
        (declared(PARAGRAPHS[0]), "", []),
        ("", f"<noscript>{'<p>' + '<p>'.join(PARAGRAPHS)}</noscript>", PARAGRAPHS),
        ("", "<noscript><p>Please switch on JavaScript to read this page.</p></noscript>", []),
        (
            "",
            f"<p>{PARAGRAPHS[0]} {PARAGRAPHS[1]}</p><noscript>{'<p>' + '<p>'.join(PARAGRAPHS)}</noscript>",
            [" ".join(PARAGRAPHS[:2])],
        ),
        (
            "",
            f"<x-story><template shadowrootmode=open>{'<p>' + '<p>'.join(PARAGRAPHS)}</template></x-story>",
            PARAGRAPHS,
        ),
        (
            "",
            (
                f"<template><p>{PARAGRAPHS[0]}</p></template><x-s><template shadowrootmode='open'><p>In "
                "it</p></template></x-s><p>On"
            ),
            ["In it", "On"],
        ),
    ],
    ids=case_id,
)
def test_where_else_a_story_may_stand(head, body, expected):
    assert through(SHELL.format(head, body)) == ([], ["Home", *expected])


def test_a_page_whose_lines_were_joined_says_so():
    documents, lines, _ = process(page_table("\n\n".join(wrapped(PARAGRAPHS, 66)), "text/plain"))
    assert documents.to_pylist()[0]["repairs"] == ["wrapped_lines"]
    assert [row["text"] for row in lines.to_pylist()] == PARAGRAPHS


@pytest.mark.parametrize(
    "page",
    [
        "<p>" + "<span class=a>word </span>" * 200_000,
        "<p>" + "<span hidden>word " * 200_000,
        "<div class=byline>" + "<span class=sr-only>a</span> " * 150_000,
        "<div>" + "".join(f'<span class="sr-only-{n:0>3900}!">a</span>' for n in range(1_000)),
        "<div>" + "a " * 30 + "<br>" * 400_000,
        "<pre>" + "\n \n" * 1_000_000,
        "<template shadowrootmode=open>" * 100_000,
        "<noscript>a " * 200_000,
        "<rt>a" * 300_000,
        SHELL.format(declared("<!--<p>a " * 300_000), ""),
    ],
    ids=range(10),
)
def test_large_pages_are_cut_in_bounded_time(page):
    started = time.process_time()
    blocks_of(f"<body>{page}")
    assert time.process_time() - started < 10  # each takes under a second on an idle machine
