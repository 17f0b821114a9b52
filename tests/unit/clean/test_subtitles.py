"""Files of subtitles: their text in paragraphs, and their numbers and times in one line below it."""

import pytest
from support.ids import case_id

from tasks.clean.parse.blocks import Blocks, add_text_page
from tasks.clean.parse.subtitles import without_times

CUES = [
    "The ferry left at dawn and nobody",
    "on the quay had expected that.",
    "Its captain had been ill since May,",
    "the harbour master said on Monday.",
    "Two of the crew now steer by turns",
    "until the company finds another man.",
]
TEXT = " ".join(CUES)


def times_of(n, mark):
    return f"00:00:{n * 3:02}{mark}500 --> 00:00:{n * 3 + 2:02}{mark}900"


def srt(cues):
    return "\n".join(f"{n}\n{times_of(n, ',')}\n{cue}\n" for n, cue in enumerate(cues, 1))


def vtt(cues, more=""):
    return "WEBVTT\n\n" + "\n\n".join(f"{times_of(n, '.')}{more}\n{cue}" for n, cue in enumerate(cues, 1))


def lines_of(text):
    blocks = Blocks()
    add_text_page(blocks, 0, text)
    return blocks.text


@pytest.mark.parametrize(
    ("text", "above"),
    [
        (srt(CUES), []),
        (vtt(CUES), ["WEBVTT"]),
        (vtt(CUES, " align:start position:0%"), ["WEBVTT"]),
        (srt([f"<i>{cue}</i>" for cue in CUES]), []),
        (vtt([f"<v Ada>{cue}" for cue in CUES]), ["WEBVTT"]),
    ],
    ids=["srt", "vtt", "places on the screen", "italics", "voices"],
)
def test_the_text_of_subtitles_is_one_paragraph_and_the_times_are_one_line(text, above):
    *others, times = lines_of(text)
    assert others == [*above, TEXT]
    assert times.count("-->") == len(CUES)


def test_a_long_text_of_subtitles_has_paragraphs_that_end_with_a_sentence():
    *paragraphs, _ = lines_of(srt(CUES * 5))
    assert len(paragraphs) > 2
    assert all(text.endswith(".") for text in paragraphs)
    assert " ".join(paragraphs) == " ".join(CUES * 5)


@pytest.mark.parametrize(
    "text",
    [
        srt(CUES[:3]),
        "\n".join(f"{times_of(n, ',')}\n" + "\n".join(CUES) for n in range(8)),
        "\n\n".join(f"{times_of(n, ',')}\n{cue}\n\n{TEXT}\n\n{TEXT}" for n, cue in enumerate(CUES)),
        "\n".join(f"a --> {cue}" for cue in CUES),
    ],
    ids=case_id,
)
def test_other_text_stays_as_it_is(text):
    lines = text.split("\n")
    assert without_times(lines) is lines
