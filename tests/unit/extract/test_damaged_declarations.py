"""What a page declares may be damaged where its text is sound, since another program writes it."""

import pytest
from support.pages import page_table, process

SUMMARY = "Ein Blick auf die Brücke über den Fluß, die für Fußgänger gesperrt ist"
TEXT = "".join(
    f"<p>Am {day} hat der Rat der Stadt über die alte Brücke beraten, die seit dem Frühjahr für Autos gesperrt ist.</p>"
    for day in ("Montag", "Dienstag", "Mittwoch", "Donnerstag")
)


def summary_of(declared):
    html = (
        f'<html lang="de"><head><meta property="og:description" content="{declared}">'
        f'<meta property="og:title" content="Rat berät über die Brücke"></head>'
        f"<body><article><h1>Rat berät über die Brücke</h1>{TEXT}</article></body></html>"
    )
    *_, candidates = process(page_table(html))
    return candidates.to_pylist()[0]["summary"]


def test_a_wrongly_decoded_declaration_is_put_right():
    assert summary_of(SUMMARY.encode().decode("cp1252")) == SUMMARY


def test_a_sound_declaration_stays():
    assert summary_of(SUMMARY) == SUMMARY


@pytest.mark.parametrize(
    "declared",
    [
        *("Alles zu {{ article.title }}", "(function(){ document.write(1); })();", "[object Object]", "undefined"),
        "Rat berät über die Brücke Rat berät über die Brücke",
    ],
)
def test_code_templates_and_the_title_are_no_summary(declared):
    assert summary_of(declared) is None
