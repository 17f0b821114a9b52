"""Writers that no word names, in all scripts: beside a date, alone by the headline, below the story."""

import pytest
from support.ids import case_id

from tasks.extract.fields.authors import find_authors
from tasks.extract.page import LabelledLine, Page
from tasks.text.cldr_dates import is_weekday
from tasks.text.known_names import is_known_name

STORY = "The bridge over the Lark is closed from Monday, since three of its beams have cracks."
HEAD = ("headline", "Old bridge closed from Monday")
BODY = [("paragraph", STORY), ("paragraph", STORY + " Buses go round by the market.")]


def authors(lines, language, signals=None):
    """The authors of a page of lines `(label, text)`; `drop label` is one that clean dropped."""
    document = {"media_type": "text/html", "url": None, "fetched_at": None, "signals": None, "language": language}
    kept, dropped = [], []
    for number, (label, text) in enumerate(lines, 1):
        name = label.removeprefix("drop ")
        action = "drop" if label.startswith("drop ") else "keep" if name == "paragraph" else "field"
        (dropped if action == "drop" else kept).append(LabelledLine(number, text, name, action, "r", 0, "p"))
    return find_authors(Page(document, kept, signals or {}, dropped_names=dropped), []).value


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("이하늘 2024.10.12 18:40", "ko", ["이하늘"]),
        ("佐藤健一 2024年10月12日 18:40", "ja", ["佐藤健一"]),
        ("วิชัย ทองดี | 12 ต.ค. 2567 18:40", "th", ["วิชัย ทองดี"]),
        ("अनिल कपाड़िया | 12 अक्टूबर 2024", "hi", ["अनिल कपाड़िया"]),
        ("سامي الخطيب | 12 أكتوبر 2024", "ar", ["سامي الخطيب"]),
        ("יעל ברק | 12.10.24, 18:40", "he", ["יעל ברק"]),
        ("কবির হোসেন, ১২ অক্টোবর ২০২৪", "bn", ["কবির হোসেন"]),
        ("Molnár Péter 2024. okt. 12. 18:40", "hu", ["Molnár Péter"]),
        # places, sections and counters stand there too
        ("नई दिल्ली | 12 अक्टूबर 2024", "hi", []),
        ("القاهرة الجديدة | 12 أكتوبر 2024", "ar", []),
        ("조회수 2024.10.12 18:40", "ko", []),
        ("정치부 2024.10.12 18:40", "ko", []),
        ("千葉県 2024年10月12日 18:40", "ja", []),
        ("社会面 2024年10月12日 18:40", "ja", []),
        ("文化网 2024-10-12", "zh", []),
        ("Thứ Bảy, ngày 12/10/2024", "vi", []),
        ("San Marino | 12 October 2024", "en", []),
        ("Virginia Beach, 12 October 2024", "en", []),
        ("Yerel Haberler - 12.10.2024 18:40", "tr", []),
        ("Νέα Σμύρνη, 12 Οκτωβρίου 2024", "el", []),
        ("Bandar Lama, 12 Oktober 2024", "id", []),
        ("Nowa Sól | 12.10.2024", "pl", []),
    ],
    ids=case_id,
)
def test_a_known_name_beside_a_date(line, language, expected):
    assert authors([HEAD, ("date", line), *BODY], language) == expected


@pytest.mark.parametrize(
    ("lines", "language", "expected"),
    [
        ([("drop source", "【佐藤健一】"), ("date", "2024年10月12日 18時40分")], "ja", ["佐藤健一"]),
        ([("drop source", "सरिता थापा"), ("date", "12 अक्टूबर 2024")], "ne", ["सरिता थापा"]),
        ([("drop source", "তানভীর আহমেদ, ঢাকা"), ("date", "১২ অক্টোবর ২০২৪")], "bn", ["তানভীর আহমেদ"]),
        ([("drop promo", "கார்த்திக் சிவா"), ("drop promo", "12 அக்டோபர் 2024")], "ta", ["கார்த்திக் சிவா"]),
        ([("drop source", "Anna Ferris & Tom Ash"), ("date", "12 October 2024")], "en", ["Anna Ferris", "Tom Ash"]),
        (
            [("drop source", "Inés Robles y Juan Mora | Lornhaven"), ("date", "12/10/2024")],
            "es",
            ["Inés Robles", "Juan Mora"],
        ),
        ([("drop source", "Rita Lobo* | Especial para a Folha"), ("date", "12/10/2024")], "pt", ["Rita Lobo"]),
        ([("drop source", "Jeanne Aubry (avec AFP)"), ("date", "12/10/2024")], "fr", ["Jeanne Aubry"]),
        ([("drop source", "Анна Рыжова, специально для «Спец»"), ("date", "12.10.2024")], "ru", ["Анна Рыжова"]),
        ([("drop source", "سامي الخطيب - القاهرة"), ("date", "12 أكتوبر 2024")], "ar", ["سامي الخطيب"]),
        ([("drop source", "مینا رستمی؛ خبرنگار اجتماعی"), ("date", "۱۴۰۳/۷/۲۱")], "fa", ["مینا رستمی"]),
        ([("drop source", "Anna Ferris, who sold rope at the old quay for years"), ("date", "12 May 2024")], "en", []),
        ([("drop source", "Anna Ferris, rope maker")], "en", []),  # not near a date
        ([("drop source", "राम नगर"), ("date", "12 अक्टूबर 2024")], "hi", []),
        ([("drop source", "Marina di Lark, Lazio"), ("date", "12/10/2024")], "it", []),
        ([("drop navigation", "सरिता थापा")], "hi", []),
        ([("caption", "सरिता थापा")], "hi", []),
        ([("drop source", "नई दिल्ली"), ("date", "12 अक्टूबर 2024")], "hi", []),
        ([("drop source", name) for name in ("अनिल कुमार", "राहुल वर्मा", "नेहा सिंह", "पूजा जोशी")], "hi", []),
    ],
    ids=case_id,
)
def test_a_known_name_alone_by_the_headline(lines, language, expected):
    assert authors([HEAD, *lines, *BODY], language) == expected


def test_a_person_of_the_story_is_not_its_writer():
    story = [*BODY, ("paragraph", "पुल पर रोटी बेचने वाले अनिल कुमार ने कहा कि वे चिंतित हैं।")]
    assert authors([HEAD, ("drop source", "अनिल कुमार"), ("date", "12 अक्टूबर 2024"), *story], "hi") == []
    standfirst = ("standfirst", "Claudia Holm has kept the gates of the harbour for nine years and wants more oak.")
    lines = [HEAD, ("drop source", "Claudia Holm, Greens"), ("date", "12 October 2024"), standfirst, *BODY]
    assert authors(lines, "en") == []


def test_the_subject_of_a_headline_is_not_its_writer():
    head = ("headline", "Jutta Holm, who sold rope")
    assert authors([head, ("byline", "Jutta Holm"), ("date", "12 October 2024"), *BODY], "en") == []


@pytest.mark.parametrize(
    ("below", "language", "expected"),
    [
        ("Jutta Holm", "de", ["Jutta Holm"]),
        ("Mareike Kunst", "de", []),  # not on the list
        ("Weitere Meldungen", "de", []),
        ("Weinakademie Rust", "de", []),
        ("Jutta Holm", None, []),
    ],
)
def test_a_german_signature_is_known_by_its_given_name(below, language, expected):
    assert authors([HEAD, *BODY, ("drop navigation", below)], language) == expected
    assert authors([HEAD, *BODY, ("drop promo", below)], language) == expected


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("Nell Ferris reports from Lornhaven", "en", ["Nell Ferris"]),
        ("Jeanne Aubry, envoyée spéciale à Lornhaven", "fr", ["Jeanne Aubry"]),
        ("Inés Robles, corresponsal en Buenos Aires", "es", ["Inés Robles"]),
        ("Von unserem Korrespondenten Beat Wyss, Bern", "de", ["Beat Wyss"]),
        ("Escribe: Inés Robles", "es", ["Inés Robles"]),
        ("Reportagem de Rita Lobo, edição de Caio Melo", "pt", ["Rita Lobo"]),
        ("Tekst Sanne Bakker, beeld Tim de Wit", "nl", ["Sanne Bakker"]),
        ("Ptala se Eva Malá", "cs", ["Eva Malá"]),
        ("Розмовляв Ігор Гай", "uk", ["Ігор Гай"]),
        ("Пишува: Елена Нацева", "mk", ["Елена Нацева"]),
        ("Un articol de Ana Rusu", "ro", ["Ana Rusu"]),
        ("Röportaj: Elif Kaya", "tr", ["Elif Kaya"]),
        ("Разговарала: Милица Јовић", "sr", ["Милица Јовић"]),
        ("от Мария Колева", "bg", ["Мария Колева"]),
        ("Laporan wartawan Jembatan, Sinta Dewi", "id", ["Sinta Dewi"]),
        ("Bài và ảnh: Trần Hải", "vi", ["Trần Hải"]),
        ("گزارش: مینا رستمی", "fa", ["مینا رستمی"]),
        ("گزارش: بازار طلا", "fa", []),
        ("تقرير: أسعار الذهب", "ar", []),
        ("Sanna Lind sanna@tabort.example.se", "sv", ["Sanna Lind"]),
        ("Sanna Lind <sanna@tabort.example.se>", "sv", ["Sanna Lind"]),
        ("Texto de Rita Lobo e fotos de Rui Sá", "pt", ["Rita Lobo"]),
        ("Teksti: Sanna Koski Kuvat: Olli Laine", "fi", ["Sanna Koski"]),
        ("Tekst og foto: Ola Lie", "nb", ["Ola Lie"]),
        ("Rasa Kalnė, žurnalistė", "lt", ["Rasa Kalnė"]),
        ("Redactat per Núria Serra", "ca", ["Núria Serra"]),
        ("By సురేష్ రెడ్డి", "te", ["సురేష్ రెడ్డి"]),
        ("द्वारा अनिल वर्मा, नई दिल्ली", "hi", ["अनिल वर्मा"]),
        ("Interview: Jutta Holm", "de", ["Jutta Holm"]),
        ("Interview: Anna Ferris", "en", []),  # the one who answers, as often
        ("文／佐藤健一　写真／鈴木一郎", "ja", ["佐藤健一"]),
        ("The board reports from Lornhaven", "en", []),
        ("Harbour Desk desk@lark.example", "en", []),
    ],
    ids=case_id,
)
def test_words_of_dispatches_and_interviews(line, language, expected):
    label = "byline" if line.startswith("Von") else "drop source"
    assert authors([HEAD, (label, line), *BODY], language) == expected


def test_the_footer_of_a_short_page_names_nobody():
    lines = [HEAD, ("date", "2024-10-12"), *BODY, ("drop footer", "电讯网 | 版权所有 联系我们")]
    assert authors(lines, "zh", {"metas": {"og:site_name": ["电讯网"]}}) == []


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("山田 太郎", "ja", True),
        ("福島 太郎", "ja", True),
        ("福島太郎", "ja", False),  # the surname is a prefecture, too
        ("高橋健太", "ja", True),
        ("李小明", "zh", True),
        ("高清图", "zh", False),
        ("任何人", "zh", False),
        ("김민수", "ko", True),
        ("강원도", "ko", False),
        ("ნინო მაისურაძე", "ka", True),  # letters that Unicode counts as small
        ("Jutta", "de", False),
        ("marcos lópez", "es", False),
        ("Karl der Grosse", "de", True),
    ],
)
def test_names_and_words_with_the_letters_of_names(name, language, expected):
    assert is_known_name(name, language) is expected


def test_days_of_the_week():
    assert is_weekday("Thứ Bảy", "vi")
    assert not is_weekday("Trần Hải", "vi")
    assert not is_weekday("Saturday", None)
