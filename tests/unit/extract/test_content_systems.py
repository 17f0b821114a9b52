"""Bylines, dates and topics in the words and markup of widespread content systems: Drupal, Joomla, Bitrix, BLOX."""

from datetime import date

import pytest
from support.ids import case_id
from support.pages import PIER_STORY as STORY
from support.pages import PIER_TITLE as TITLE
from support.pages import page_table, process

from tasks.extract.fields.bare_names import bare_names
from tasks.extract.fields.bylines import is_person, people_in
from tasks.extract.fields.signed_lines import names_signed
from tasks.extract.page import LabelledLine, Page


def article(top="", below="", head="", body_class=""):
    """The row of a page with the story, parts above and below it, and the classes of its body."""
    page = f"""<html lang="en"><head><title>{TITLE}</title>{head}</head><body class="{body_class}">
    <nav><a href="/">Home</a></nav><article><h1>{TITLE}</h1>{top}{STORY}{below}</article></body></html>"""
    _, _, articles = process(page_table(page))
    return articles.to_pylist()[0]


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("Soumis par Solène Kermarec sam, 12/10/2024 - 18:40", "fr", ["Solène Kermarec"]),
        ("Ingediend door Wietske Hoekstra , za 12/10/2024 - 18:40", "nl", ["Wietske Hoekstra"]),
        ("Publicat de Ilinca Stoenescu , sâm, 12/10/2024 - 18:40", "ro", ["Ilinca Stoenescu"]),
        ("Beküldte Szalai Dorottya 2024, október 12 - 18:40", "hu", ["Szalai Dorottya"]),
        ("Imetumwa na Zawadi Mushi Jumamosi, 12 Oktoba 2024", "sw", ["Zawadi Mushi"]),
        ("Опубліковано Марта Вовк сб, 12/10/2024 - 18:40", "uk", ["Марта Вовк"]),
        ("Опубліковано 12 жовтня 2024", "uk", []),
        ("Бичсэн Б.Солонго", "mn", ["Б.Солонго"]),
        ("ავტორი ეკა ლომიძე , შაბ, 12/10/2024", "ka", ["ეკა ლომიძე"]),
        ("Հեղինակ՝ Արփինե Մելքոնյան", "hy", ["Արփինե Մելքոնյան"]),
        ("ដោយ សុខា ចាន់", "km", ["សុខា ចាន់"]),
        ("מאת יעל בן-דוד, כתבת ימית", "he", ["יעל בן-דוד"]),
        ("เรื่อง : นภัสสร วงศ์ใหญ่ ภาพ : ธีรพล สุขดี", "th", ["นภัสสร วงศ์ใหญ่"]),
        ("本报记者 陈思远", "zh", ["陈思远"]),
        ("取材・文：原田 美咲　撮影：大野 誠", "ja", ["原田 美咲"]),
        ("Texto Leonor Abrantes Fotografia Duarte Pinho", "pt", ["Leonor Abrantes"]),
        ("Texto Completo Do Acordo", "pt", []),
        ("Enviado por Correo", "es", []),
    ],
    ids=case_id,
)
def test_words_for_who_submitted(line, language, expected):
    assert names_signed(line, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MARGERY DUNN Sentinel Staff Writer", ["Margery Dunn"]),
        ("By MARGERY DUNN and OTIS VANCE Cape Register", ["Margery Dunn", "Otis Vance"]),
        ("MARGERY DUNN-McRAE", ["Margery Dunn-McRae"]),
        ("JUAN Pérez García", ["Juan Pérez García"]),
        ("Maarika Tammtoimetaja", ["Maarika Tamm"]),
        ("Anna Redaktorka", ["Anna Redaktorka"]),
    ],
    ids=case_id,
)
def test_what_follows_a_name_without_a_sign(text, expected):
    assert [name for name in people_in(text) if is_person(name, set())] == expected


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ("<div>Analysis by <a href='/people/r'>Rosalind Achebe</a>, Maritime editor</div>", ["Rosalind Achebe"]),
        ("<div>Ottoline Fry Transport correspondent</div><div>12 October 2024</div>", ["Ottoline Fry"]),
        ("<div>12.10.2024 Category: Harbour by Ada Mork</div>", ["Ada Mork"]),
        ("<div>Filed under: Poems by Robert Frost</div>", []),
        ("<div>Mireia Casals / ACN</div><div>12/10/2024</div>", ["Mireia Casals"]),
    ],
)
def test_a_byline_by_the_headline(top, expected):
    assert article(top)["authors"] == expected


@pytest.mark.parametrize("name", ["Osterby Haber Merkezi", "PV Tin Osterby", "Osterby Online"])
def test_the_site_with_other_words_is_a_newsroom(name):
    head = '<meta property="og:site_name" content="Osterby">'
    if name.endswith("Tin Osterby"):
        head = '<meta property="og:site_name" content="Tin Osterby">'
    top = f'<p class="byline">By <a href="/author/1" rel="author">{name}</a></p><p>12 October 2024</p>'
    assert article(top, head=head)["authors"] == []


def test_a_writer_whose_site_has_the_given_name_stays():
    head = '<meta property="og:site_name" content="Julia">'
    assert article('<p class="byline">By Julia Berg</p>', head=head)["authors"] == ["Julia Berg"]


def test_the_writers_of_cards_below_the_story_are_other_peoples():
    card = '<div class="card"><h3><a href="/n">Gate opens</a></h3><span class="card-byline">By Ada Crane</span></div>'
    assert article('<p class="byline">Associated Press</p>', below=card * 3)["authors"] == []


def test_a_body_that_has_a_sidebar_is_none():
    name = '<span rel="sioc:has_creator"><span class="username" property="foaf:name">Ada Mork</span></span>'
    row = article(f"<div>Lähetti {name} la 12/10/2024</div>", body_class="html one-sidebar sidebar-second")
    assert row["authors"] == ["Ada Mork"]


def test_a_sentence_of_the_story_is_not_the_date_line():
    row = article('<p class="byline">By Ada Mork</p><p>The fair of 4 May 2019 was the last on the old pier.</p>')
    assert row["published_date"] is None


def test_a_date_line_with_a_full_stop_is_read():
    row = article("<p>Published on Saturday, 12 October 2024 at noon.</p>")
    assert row["published_date"] == date(2024, 10, 12)


def test_a_source_line_below_the_story_names_the_agency():
    assert article(below="<p>Source: dpa/lno</p>")["wire_credit"] == "dpa"
    assert article(below="<p>Source: Harbour Board</p>")["wire_credit"] is None


@pytest.mark.parametrize(
    ("line", "is_in_list", "expected"),
    [("Trịnh Thu Hà", False, ["Trịnh Thu Hà"]), ("Hoàng Sa", False, []), ("Trịnh Thu Hà", True, [])],
)
def test_a_known_name_beside_the_date_is_read_though_it_looks_like_a_link(line, is_in_list, expected):
    lines = [(2, line, "navigation", "li" if is_in_list else "div"), (3, "12/10/2024 18:40", "date", "div")]
    shown = [LabelledLine(1, TITLE, "headline", "field", "r", 0, "h1")]
    dropped = []
    for number, text, label, tag in lines:
        is_dropped = label == "navigation"
        line_on_page = LabelledLine(number, text, label, "drop" if is_dropped else "field", "between", 0, tag)
        (dropped if is_dropped else shown).append(line_on_page)
    shown.append(LabelledLine(4, "Bến phà sẽ đóng cửa đến mùa xuân.", "paragraph", "keep", "running_text", 0, "p"))
    document = {"media_type": "text/html", "url": None, "fetched_at": None, "signals": None, "language": "vi"}
    assert bare_names(Page(document, shown, {}, dropped_names=dropped)) == expected


def test_topics_in_the_addresses_of_a_search():
    row = article(
        below='<div class="tags"><a href="/search/?tags=port">Port</a>, <a href="/search/?tags=oak">Oak</a></div>'
    )
    assert row["topics"] == ["Port", "Oak"]
