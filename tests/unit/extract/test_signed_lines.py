"""Lines that name the writer or the agency in the words of their language, whatever clean takes them for."""

import pytest
from support.ids import case_id

from tasks.extract.body import read_body
from tasks.extract.fields.authors import find_authors
from tasks.extract.fields.bylines import is_person, people_in
from tasks.extract.fields.signed_lines import names_signed
from tasks.extract.fields.wire import agency_in_dateline
from tasks.extract.page import LabelledLine, Page

STORY = "The ferry between Osterby and the opposite shore will carry passengers again from Monday."
HEAD = ("headline", "Ferry to run again after repairs")
BODY = [("paragraph", STORY), ("paragraph", STORY + " It is a relief.")]


def page(lines, signals=None, language=None):
    """A page of lines `(label, text)`; `drop label` is one that clean dropped."""
    document = {"media_type": "text/html", "url": None, "fetched_at": None, "signals": None, "language": language}
    kept, dropped = [], []
    for number, (label, text) in enumerate(lines, 1):
        is_dropped = label.startswith("drop ")
        name = label.removeprefix("drop ")
        action = "drop" if is_dropped else "keep" if name == "paragraph" else "field"
        (dropped if is_dropped else kept).append(LabelledLine(number, text, name, action, "r", 0, "p"))
    return Page(document, kept, signals or {}, dropped_names=dropped)


def authors(lines, signals=None, language=None, site_names=()):
    return find_authors(page(lines, signals, language), list(site_names)).value


def people(text):
    return [name for name in people_in(text) if is_person(name, set())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("كتبت: منى السيد", ["منى السيد"]),
        ("بقلم رنا حداد", ["رنا حداد"]),
        ("نویسنده: سارا احمدی", ["سارا احمدی"]),
        ("מאת: דנה לוי", ["דנה לוי"]),
        ("כתב: אבי נוימן, חיפה", ["אבי נוימן"]),
        ("लेखक: अंजलि वर्मा", ["अंजलि वर्मा"]),
        ("எழுதியவர்: கவிதா ராஜன்", ["கவிதா ராஜன்"]),
        ("โดย สมชาย ใจดี", ["สมชาย ใจดี"]),
        ("ავტორი: ნინო ბერიძე", ["ნინო ბერიძე"]),
        ("Γράφει ο Νίκος Αντωνίου", ["Νίκος Αντωνίου"]),
        ("Пише: Милица Јовановић", ["Милица Јовановић"]),
        ("Автор: Тарас Бойко, Ірина Гнатюк", ["Тарас Бойко", "Ірина Гнатюк"]),
        ("Haber: Ayşe Yılmaz", ["Ayşe Yılmaz"]),
        ("Penulis: Rina Sari | Editor: Budi Santoso", ["Rina Sari"]),
        ("Teksti Aino Virtanen, kuvat Jukka Salo", ["Aino Virtanen"]),
        ("Szerző: Nagy Béla, fotó: Kiss Pál", ["Nagy Béla"]),
        ("Text: Ana Pop și Dan Rus", ["Ana Pop", "Dan Rus"]),
        ("Eine Analyse von Pia Sommer", ["Pia Sommer"]),
        ("Columna de opinión por Álvaro de la Peña y Ríos", ["Álvaro de la Peña y Ríos"]),
        ("記者王小明／台北報導", ["王小明"]),
        ("كتب: سامي عادل وأحمد فؤاد", ["سامي عادل", "أحمد فؤاد"]),
        ("كتب: أحمد وليد سالم", ["أحمد وليد سالم"]),
        ("[제목신문 한서진 기자]", ["한서진"]),
        ("[사진=김철수 기자]", []),
        ("Journalist: Ola Berge", ["Ola Berge"]),
        ("Giornalista: Ada Neri", ["Ada Neri"]),
        ("〔記者陳志明／基隆報導〕", ["陳志明"]),
        ("文／陳美玲 圖／林志強", ["陳美玲"]),
        ("2024-10-12 14:05 来源：新华社 作者：李明 字号：大 中 小", ["李明"]),
        ("佐藤花子 記者", ["佐藤花子"]),
        ("김민수 기자 kms@osterby.example", ["김민수"]),
        ("글·사진 박하나 기자", ["박하나"]),
        ("[위드=정유진 기자]", ["정유진"]),
        ("文・写真／山本 一郎", ["山本 一郎"]),
        ("责任编辑：赵六", []),
        ("Editor: Budi Santoso", []),
        ("Главный редактор: Иван Сидоров", []),
        ("Tổng biên tập: Trần Văn Hùng", []),
        ("发行人 : 最 편집인 : 오영호", []),
        ("ผู้เขียน", []),
        ("नई दिल्ली: सरकार ने आज कहा कि नाव फिर चलेगी", []),
    ],
    ids=case_id,
)
def test_a_name_after_or_before_the_word_for_the_writer(text, expected):
    assert names_signed(text, None) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Na Juma Mwangi", "sw", ["Juma Mwangi"]),
        ("Na Young Seok", "ko", []),
        ("De Ioana Munteanu, sâmbătă, 12 octombrie 2024", "ro", ["Ioana Munteanu"]),
        ("De Ioana Munteanu", "nl", []),
        ("Af Søren Friis, journalist", "da", ["Søren Friis"]),
        ("От Мария Иванова, 12 октомври 2024 г.", "bg", ["Мария Иванова"]),
        ("От Твери до Москвы", "ru", []),
        ("Per Aina Soler", "ca", ["Aina Soler"]),
        ("كتب أحمد سالم", "ar", ["أحمد سالم"]),
        ("كتب أحمد سالم", "fa", []),
        ("كتب جديدة", "ar", []),
        ("Per Gustafsson", "sv", []),
    ],
    ids=case_id,
)
def test_a_short_word_counts_in_its_language_only(text, language, expected):
    assert names_signed(text, language) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([HEAD, ("drop source", "מאת: דנה לוי"), *BODY], ["דנה לוי"], id="taken for a source"),
        pytest.param([HEAD, ("drop source", "Jana Dvořáková, ČTK"), *BODY], ["Jana Dvořáková"], id="beside an agency"),
        pytest.param([HEAD, ("drop source", "الساحل - يوسف العلمي"), *BODY], ["يوسف العلمي"], id="beside the site"),
        pytest.param([HEAD, ("drop source", "Anna Ek/TT"), *BODY], ["Anna Ek"], id="before a Nordic agency"),
        pytest.param([HEAD, ("drop source", "Ben Crow/AFP"), *BODY], [], id="a photographer"),
        pytest.param([HEAD, ("drop source", "Sam Pryce, Lornhaven reporter"), *BODY], ["Sam Pryce"], id="a role"),
        pytest.param([HEAD, ("drop source", "Richard Adams Orchard editor"), *BODY], [], id="an open end of a name"),
        pytest.param([HEAD, ("drop related", "Автор: Вера Лунд"), *BODY], ["Вера Лунд"], id="taken for a teaser"),
        pytest.param([HEAD, ("drop related", "Vera Lund, reporter"), *BODY], [], id="a teaser's"),
        pytest.param([HEAD, *BODY, ("drop navigation", "【山田太郎】")], ["山田太郎"], id="Japanese signature"),
        pytest.param([HEAD, *BODY, ("drop navigation", "【共同】")], [], id="an agency below"),
        pytest.param([HEAD, *BODY, ("drop navigation", "Nguyễn Thị Lan")], ["Nguyễn Thị Lan"], id="Vietnamese one"),
        pytest.param(
            [HEAD, ("paragraph", "(서울=연합뉴스) 박지은 기자 = 배가 다시 다닌다."), *BODY],
            ["박지은"],
            id="Korean dateline",
        ),
        pytest.param(
            [HEAD, ("paragraph", "新华社北京10月12日电（记者李明、王强）渡轮将恢复。"), *BODY],
            ["李明", "王强"],
            id="Chinese dateline",
        ),
        pytest.param(
            [HEAD, ("byline", "João Alves"), ("byline", "SÃO PAULO"), *BODY], ["João Alves"], id="a place below a name"
        ),
        pytest.param([HEAD, ("drop source", "Tim Redaksi, الساحل"), *BODY], [], id="a newsroom beside the site"),
        pytest.param([HEAD, ("drop source", "作者：佚名"), *BODY], [], id="nobody by name"),
        pytest.param(
            [
                HEAD,
                *BODY,
                ("drop related", "인기 기사"),
                ("drop navigation", "홍길동 기자"),
                ("drop navigation", "성춘향 기자"),
            ],
            [],
            id="a list of other stories",
        ),
        pytest.param(
            [HEAD, ("paragraph", "（中央社記者林美惠基隆12日電）港務局今天宣布。"), *BODY],
            ["林美惠"],
            id="Taiwan's dateline",
        ),
        pytest.param([HEAD, ("drop date", "Video by Sam Reel · 1:35"), *BODY], [], id="who made a video"),
    ],
)
def test_lines_count_by_their_place_and_words(lines, expected):
    language = "ja" if "【" in lines[-1][1] else "vi" if "Lan" in lines[-1][1] else None
    assert authors(lines, language=language, site_names=["الساحل"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Von Ute Brand (Text) und Kai Lenz (Fotos)", ["Ute Brand"]),
        ("by Olive Tran ❤️ Emoji Post Staff", ["Olive Tran"]),
        ("Ed Moss, AP Business Writer", ["Ed Moss"]),
        ("Dr. Lena Moe, Professor of Engineering, University of Lorn", ["Lena Moe"]),
        ("Paula Rego e Silva", ["Paula Rego e Silva"]),
        ("Lucía Ferrer y Redacción", ["Lucía Ferrer"]),
        ("Jana Nová a Petr Malý", ["Jana Nová", "Petr Malý"]),
        ("作者：李明", ["李明"]),
        ("Watermark Feed", []),
        ("AK, PAP", []),
    ],
    ids=case_id,
)
def test_what_belongs_to_a_name_and_what_does_not(text, expected):
    assert people(text) == expected


def test_the_one_who_paid_for_a_story_is_not_its_author():
    lines = [("drop promo", "Sponsored content by Acme Paints"), HEAD, *BODY]
    assert authors(lines, {"metas": {"author": ["Acme Paints"]}}) == []
    assert authors([HEAD, *BODY], {"metas": {"author": ["Ada Mork"]}}) == ["Ada Mork"]


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        pytest.param(
            {"nodes": [{"@type": "WebPage", "author": {"@type": "Person", "name": "Oda Finn"}}]},
            ["Oda Finn"],
            id="page",
        ),
        pytest.param({"metas": {"authors": ["Erin Banks, Foley Moss"]}}, ["Erin Banks", "Foley Moss"], id="authors"),
        pytest.param(
            {"nodes": [{"@type": "Article", "is_article": True, "author": {"name": "위드뉴스 최유리 기자"}}]},
            ["최유리"],
            id="the site in front",
        ),
    ],
)
def test_declarations_of_the_writer(signals, expected):
    assert authors([HEAD, *BODY], signals, site_names=["위드뉴스"]) == expected


def test_the_second_label_of_a_card_may_be_that_of_the_writer():
    metas = {"twitter:label1": ["Est. reading time"], "twitter:data1": ["3 minutes"]}
    metas |= {"twitter:label2": ["Written by"], "twitter:data2": ["Moira Day"]}
    assert authors([HEAD, *BODY], {"metas": metas}) == ["Moira Day"]


def test_a_tag_below_the_story_is_no_signature():
    lines = [HEAD, *BODY, ("drop navigation", "Nguyễn Văn An")]
    assert authors(lines, {"tag_links": ["Nguyễn Văn An"]}, "vi") == []


@pytest.mark.parametrize(
    ("below", "language", "expected"),
    [
        ([("drop navigation", "Hugh Tansy")], "en", ["Hugh Tansy"]),
        ([("drop navigation", "Hélène Morin")], "fr", ["Hélène Morin"]),
        ([("drop navigation", "Игорь Лапин")], "ru", ["Игорь Лапин"]),
        ([("paragraph", "Γιώργος Παππάς")], "el", ["Γιώργος Παππάς"]),
        ([("drop navigation", "Weinakademie Rust")], "de", []),
        ([("drop navigation", "Topics Apple")], "en", []),
        ([("drop navigation", "Leave Comment")], "en", []),
        ([("drop navigation", "HARBOUR VIEWS")], "en", []),
        ([("drop navigation", "Hugh Tansy"), ("drop navigation", "Ada Mork")], "en", []),
        ([("drop navigation", "Share this"), ("drop navigation", "Print it"), ("drop related", "Ada Mork")], "en", []),
        ([("drop navigation", "Osterby Gazette")], "en", []),
    ],
    ids=case_id,
)
def test_a_bare_name_right_below_the_story_signs_it(below, language, expected):
    assert authors([HEAD, *BODY, *below], language=language, site_names=["Osterby Gazette"]) == expected


def test_a_person_of_the_story_or_a_tag_does_not_sign_it():
    story = [*BODY, ("paragraph", "Hugh Tansy sells rope there.")]
    assert authors([HEAD, *story, ("drop navigation", "Hugh Tansy")], language="en") == []
    assert authors([HEAD, *BODY, ("drop navigation", "Ada Mork")], {"tag_links": ["Ada Mork"]}, "en") == []


def test_links_to_several_writers_elsewhere_are_those_of_teasers():
    assert authors([HEAD, *BODY], {"author_links": ["Zed Ork", "Pam Ulm"]}) == []
    assert authors([HEAD, *BODY], {"author_links": ["Zed Ork", "View my profile"]}) == ["Zed Ork"]


@pytest.mark.parametrize(
    ("lede", "expected"),
    [
        ("Lornhaven, 12 oct (EFE).- El muelle cerró.", "EFE"),
        ("(ANSA) - LORNHAVEN, 12 OTT - Il pontile è chiuso.", "ANSA"),
        ("МОСКВА, 12 окт — РИА Новости. Причал закрыт.", "РИА Новости"),
        ("(서울=연합뉴스) 박지은 기자 = 배가 다시 다닌다.", "연합뉴스"),
        ("新华社北京10月12日电（记者李明）渡轮将恢复。", "新华社"),
        ("नई दिल्ली, (भाषा)। ग्यारह खंभे सड़े।", "भाषा"),
        ("LORNHAVEN (AP) — A pier is closed.", "AP"),
        ("The Slovenian Press Agency (STA) said on Monday that", None),
        ("The office (PA) - a small one - has moved.", None),
        ("A long first sentence without any place says (AP) - and goes on.", None),
    ],
    ids=case_id,
)
def test_the_agency_of_a_dateline_in_any_script(lede, expected):
    assert agency_in_dateline(lede) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (("drop source", "Źródło: PAP"), "PAP"),
        (("wire", "Quelle: dpa"), "dpa"),
        (("wire", "【共同】"), "共同"),
        (("wire", "Com informações da Reuters"), "Reuters"),
        (("wire", "Mit Material von dpa und AFP"), "dpa, AFP"),
        (("wire", "Con información de AFP, EFE y Reuters"), "AFP, EFE, Reuters"),
        (("wire", "Agencia EFE"), "Agencia EFE"),
        (("drop source", "Аутор: Танјуг"), "Танјуг"),
        (("date", "2024-10-12 14:05 来源：新华社 作者：李明"), "新华社"),
        (("byline", "Par Élodie Marchand avec AFP"), "AFP"),
        (("drop source", "Jana Dvořáková, ČTK"), "ČTK"),
        (("drop source", "Foto: Ben Crow/AFP"), None),
        (("credit", "AFP"), None),
        (("drop source", "© REUTERS"), None),
        (("drop source", "A A"), None),
        (("byline", "Agência Lusa, Agência Lusa -"), "Agência Lusa"),
        (("drop source", "Bron: de gemeente"), None),
        (("byline", "Theo TTXVN"), "TTXVN"),
        (("date", "Lusa, 12 de Outubro de 2024"), "Lusa"),
        (("date", "12 October 2024 | Harbour"), None),
        (("date", "12 October 2024, 09:30 | AP"), None),
        (("date", "TASS, 12 October 2024"), None),
    ],
    ids=case_id,
)
def test_the_agency_of_a_line_by_the_headline(line, expected):
    own = page([HEAD, line, *BODY])
    own.document["url"] = "https://www.tass.example/a/1"
    assert read_body(own).wire_credit == expected


def test_a_vietnamese_source_is_not_a_writer():
    lines = [HEAD, ("byline", "Theo Hoàng Nam"), *BODY]
    assert authors(lines, {"language": "vi"}) == []
    assert authors([HEAD, ("byline", "Theo James"), *BODY], {"language": "en"}) == ["Theo James"]
