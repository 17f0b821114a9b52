"""Escapes, joiners, mail encoding and divided words are undone where that leaves no doubt."""

import pytest

from tasks.clean.parse.decode import repair_line
from tasks.text.characters import visible
from tasks.text.escapes import decode_quoted_printable, is_quoted_printable, join_divided_words, unescape

COLUMN = (
    "The har- bour trust agreed to spend two mil- lion on the old fer- ry pier, and the buil- ders "
    "were told to begin be- fore the winter, with the two- or three-year plan in hand."
)


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        ("The plan,&amp;nbsp;said &amp;amp;ldquo;Ada&amp;amp;rdquo;", "The plan, said “Ada”"),
        ("Salt &amp;amp; Light", "Salt & Light"),
        ("caf&eacute; &#8217;s", "café ’s"),
        ("a &lt;b&gt; tag", "a &lt;b&gt; tag"),  # would become a tag
        ("R&D; AT&T", "R&D; AT&T"),
        ("mar\u2060\u200dch in Qua\u200drley", "march in Quarley"),
        ("an\u200d old", "an old"),
        ("in 20\u200d26\u200d, 30\u200d of 34 –\u200d so far", "in 2026, 30 of 34 – so far"),
        ("5\u200cام می\u200cخواهم", "5\u200cام می\u200cخواهم"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # the joiner is part of the spelling
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_a_line_is_repaired(damaged, repaired):
    repairs = set()
    assert repair_line(damaged, repairs) == repaired
    assert bool(repairs) == (damaged != repaired)


def test_fields_are_repaired_like_lines():
    assert visible("Salt &amp;amp;amp; Light in Qua\u200drley") == "Salt & Light in Quarley"
    assert unescape("&notathing;") == "&notathing;"


def test_words_that_a_printed_line_divides():
    joined = join_divided_words(COLUMN)
    assert "harbour trust" in joined
    assert "ferry pier" in joined
    assert "two- or three-year" in joined
    german = "Vor- und Nachteile der Haupt- und Nebenstraßen, Ein- oder Ausgänge, Hin- und Rückwege im Überblick."
    assert join_divided_words(german) == german


def test_quoted_printable_between_tags_only():
    html = '<p class="a">The judge=\n ment was =E2=80=9Cclear,=E2= =80=9D she sa= id.</p><script>a= 1</script>'
    assert is_quoted_printable(html.encode())
    decoded = decode_quoted_printable(html, is_html=True)
    assert decoded == '<p class="a">The judge ment was “clear,” she said.</p><script>a= 1</script>'
    assert not is_quoted_printable(b"<p>x = 4 and =E2=80=9C once</p>")
