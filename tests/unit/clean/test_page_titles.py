"""Signs in a page's title and in the form of its text that it holds no story."""

import pytest
from support.ids import case_id
from support.pages import page_table, process

from tasks.clean.label.page_titles import is_list_of_cut_texts, is_one_sentence, title_of_site_page

PROSE = "The lamp is made of brass and can be turned, so that its light falls where it is needed."
NEWS = [
    "The last lamp of the village was lit again on Monday, for the first time since the great storm.",
    "Its keeper, who has looked after it for thirty years, said that he had never seen the street so full.",
    "Forty people waited below it until the light came on, and then walked home without their torches.",
]


@pytest.mark.parametrize(
    ("declared", "lines", "expected"),
    [
        ("About us", [], "about us"),
        ("Chi siamo | Viteria Lariana", [], "chi siamo"),
        ("Lampworks - Privacy Policy", [], "privacy policy"),
        ("О компании — Окна", [], "о компании"),
        ("会社概要｜灯火堂", [], "会社概要"),
        ("Vacature: chauffeur | Transport", [], "vacature"),
        ("Webcam Marktplatz", [], "webcam"),
        ("User manual KM 300", [], "user manual"),
        ("About us all: a village and its lamp", [], None),
        ("Privacy policy of the council comes under fire", [], None),
        ("Last lamp of the village is lit again - Contact", [], None),
        ("ไฟดวงสุดท้ายของหมู่บ้านสว่างอีกครั้ง | เกี่ยวกับเรา", [], None),
        (None, ["Home", "Terms of service"], "terms of service"),
        (None, ["Terms of service", "Last updated: March 1, 2022"], "terms of service"),
        (None, ["Frequently asked questions", "How do I cancel?"], "frequently asked questions"),
        (None, ["Bedienungsanleitung KM 300", "5. Entkalken"], "bedienungsanleitung"),
        (None, ["Home", "About us"], None),
        (None, ["Home", "Contact"], None),
        (None, ["FAQ", "Last lamp of the village is lit again"], None),
        (None, ["取扱説明書", "お問い合わせ"], None),
    ],
    ids=case_id,
)
def test_a_title_names_a_page_that_holds_no_story(declared, lines, expected):
    named = title_of_site_page(declared, [*lines, PROSE], len(lines))
    assert (named and named.phrase) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["A lamp is...", "A street was…", "A keeper has [...]"], True),
        (["A lamp is... »", "A street was…", "A keeper has...", "All is well."], True),
        (["A lamp is...", "A street was…", "Well.", "All is well.", "A keeper has..."], True),
        (["A lamp is...", "A street was…"], False),
        (["He paused...", "A lamp.", "Then...", "A street.", "And...", "A keeper.", "All is well."], False),
        ([f"{'.' * 300_000}a"] * 3, False),  # hours, where each dot begins a search of its own
    ],
    ids=["three", "four", "three of five", "two", "a few of many", "dots that do not end a line"],
)
def test_texts_that_mostly_end_in_dots_are_teasers(texts, expected):
    assert is_list_of_cut_texts(texts, range(len(texts))) is expected


MENU = ["Home", "Rooms", "Offers", "Gallery", "Contact", "Prices"]
SENTENCE = "Welcome to our hotel, which is a hundred metres from the beach."


@pytest.mark.parametrize(
    ("declared", "texts", "kept", "expected"),
    [
        ("Hotel Mar | Rooms", [*MENU, SENTENCE], [6], True),
        (None, [*MENU, SENTENCE, "© Hotel"], [6], True),
        ("Cat comes home by itself | Gazette", [*MENU, SENTENCE], [6], False),
        (None, [*MENU, "Cat comes home by itself", SENTENCE], [7], False),
        (None, [*MENU, "고양이가 스스로 집에 돌아왔다", SENTENCE], [7], False),
        (None, [*MENU, "迷路的猫咪走了三百公里独自回到主人在城北的旧家", SENTENCE], [7], False),
        (None, [*MENU, SENTENCE * 4], [6], False),
        (None, ["Home", SENTENCE], [1], False),
    ],
    ids=["menu", "a footer", "a title", "a headline", "Korean", "Chinese", "a longer text", "no menu"],
)
def test_one_sentence_without_a_headline_among_the_entries_of_a_menu(declared, texts, kept, expected):
    assert is_one_sentence(declared, texts, kept) is expected


def story_probability(title, body):
    html = f"<html lang='en'><head><title>{title}</title></head><body>{body}</body></html>"
    documents, _, _ = process(page_table(html))
    return documents["story_probability"][0].as_py()


@pytest.mark.parametrize("title", ["About us", "Terms of service", "User manual KM 300"])
def test_pages_named_so_are_refused(title):
    body = f"<h1>{title}</h1><p>{PROSE}</p><p>{PROSE} {PROSE}</p><p>We ship it to all countries within two days.</p>"
    assert story_probability(title, body) < 0.1


def test_a_story_below_the_menu_of_its_site_is_kept():
    menu = "".join(f"<p>{entry}</p>" for entry in ("Home", "Prices", "Contact", "About us"))
    text = "".join(f"<p>{text}</p>" for text in NEWS)
    assert story_probability("Last lamp of the village is lit again", menu + text) >= 0.1
