"""Entries that recur in one form: updates of a ticker, turns of two speakers, captions of a photo story."""

import pytest
from support.pages import page_table, process

LEAD = "The fishermen of the great pond worked all night, because a frost came without a warning on Sunday evening."
UPDATES = [
    "The frost came early. The first nets froze to the dam.",
    "Firemen bring warm water, and the men thaw the ropes.",
    "The first cart has left. Six tonnes of carp are on it.",
    "Guests are given tea. There is not a drop left for soup.",
    "Minus nine degrees now. The boat breaks through the ice.",
    "It is over: ninety tonnes of carp swim in the tanks.",
]
TIMES = ["22.40", "23.15", "0.50", "2.30", "4.10", "6.45"]
SAID = [
    "You kept the box after you had retired?",
    "I did, since I could not throw it away, and I oiled it every spring.",
    "When did you take in the first letter?",
    "It was the year of the storm, when no boat came over for a week.",
    "What did the people of the island say?",
    "That I was stubborn, at first. Now they bring their grandchildren to read.",
]


def page_of(*parts):
    start = f"<nav><a href='/'>Home</a></nav><h1>Frost on the pond</h1><p>{LEAD}</p>"
    return f"<html><body>{start}{''.join(parts)}</body></html>"


def below(heads, texts, tag="div"):
    return [
        f"<{tag} class='entry'><span class='head'>{head}</span><{tag} class='said'>{text}</{tag}></{tag}>"
        for head, text in zip(heads, texts, strict=True)
    ]


def kept(content, media_type="text/html"):
    _, lines, _ = process(page_table(content.encode(), media_type))
    return [row["text"] for row in lines.to_pylist() if row["action"] == "keep"]


@pytest.mark.parametrize(
    ("heads", "texts"),
    [
        (TIMES, UPDATES),
        (TIMES[::-1], UPDATES),
        ([f"{time.replace('.', ':')} Uhr" for time in TIMES], UPDATES),
        (["REPORTER", "POSTMAN"] * 3, SAID),
    ],
    ids=["in order", "the last first", "with a word", "two speakers"],
)
def test_entries_are_kept_in_html_and_text(heads, texts):
    assert [text for text in kept(page_of(*below(heads, texts))) if text in texts] == texts
    lines = ["Frost on the pond", LEAD, *(line for pair in zip(heads, texts, strict=True) for line in pair)]
    assert [text for text in kept("\n".join(lines), "text/plain") if text in texts] == texts


@pytest.mark.parametrize(
    ("heads", "texts"),
    [
        (TIMES, [text.rstrip(".") for text in UPDATES]),
        (TIMES, [f"<a href='/{n}'>{text}</a>" for n, text in enumerate(UPDATES)]),
        (TIMES, ["News.", "Film.", "Sport.", "Quiz.", "Film.", "News."]),
        (["6.45", "2.30", "9.10", "4.10", "23.15", "0.50"], UPDATES),
        (["REPORTER", "POSTMAN", "POSTMAN", "REPORTER", "REPORTER", "POSTMAN"], UPDATES),
    ],
    ids=["headlines", "links", "programmes", "times in no order", "not by turns"],
)
def test_what_is_not_entries_is_left_to_the_model(heads, texts):
    without = [text for text in kept(page_of(*below(["Note"] * 6, texts))) if text in texts]
    assert [text for text in kept(page_of(*below(heads, texts))) if text in texts] in (without, [])


CAPTIONS = [f"{text} {more}" for text, more in zip(UPDATES, SAID, strict=True)]


@pytest.mark.parametrize(
    ("credit", "paragraphs", "expected"),
    [("", 0, 6), (" Photo: A. Name", 0, 6), (" Photo: A. Name", 4, 0)],
    ids=["captions", "captions with credits", "beside paragraphs"],
)
def test_captions_are_the_text_of_a_photo_story_only(credit, paragraphs, expected):
    figures = [f"<figure><img><figcaption>{text}{credit}</figcaption></figure>" for text in CAPTIONS]
    story = "".join(f"<p>{LEAD} {text}</p>" for text in CAPTIONS[:paragraphs])
    html = f"<html><body><h1>Frost on the pond</h1>{story}{''.join(figures)}</body></html>"
    _, lines, _ = process(page_table(html.encode()))
    assert lines["detail"].to_pylist().count("a caption of a photo story") == expected
