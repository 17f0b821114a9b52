"""Bylines: names in many languages, roles, calls and organisations around them, and the places where they count."""

import pytest
from support.ids import case_id

from tasks.extract.fields.authors import find_authors
from tasks.extract.fields.bylines import is_person, people_in
from tasks.extract.page import LabelledLine, Page

STORY = "The ferry between Osterby and the opposite shore will carry passengers again from Monday."


def people(text):
    return [name for name in people_in(text) if is_person(name, set())]


def page(lines, signals=None):
    """A page of lines `(label, text)` with what it declares."""
    document = {"media_type": "text/html", "url": None, "fetched_at": None, "signals": None}
    rows = [LabelledLine(n, text, label, "keep", "r", 0, "p") for n, (label, text) in enumerate(lines, 1)]
    return Page(document, rows, signals or {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ByAda Mork", ["Ada Mork"]),
        ("Posted 3 hours ago by Ada Mork", ["Ada Mork"]),
        ("Interview: Ada Mörk", ["Ada Mörk"]),
        ("Text und Fotos: Ada Mörk", ["Ada Mörk"]),
        ("كتب: سامر النجار", ["سامر النجار"]),
        ("بقلم ليلى الخوري", ["ليلى الخوري"]),
        ("लेखक: राजेश वर्मा", ["राजेश वर्मा"]),
        ("Γράφει ο Νίκος Παππάς", ["Νίκος Παππάς"]),
        ("Γράφει ο/η Νίκος Παππάς", ["Νίκος Παππάς"]),
        ("מאת: נועה ברק", ["נועה ברק"]),
        ("تحریر: ثنا علی", ["ثنا علی"]),
        ("نویسنده: مینا کریمی", ["مینا کریمی"]),
        ("記者陳美玲／柳溪報導", ["陳美玲"]),
        ("（記者陳美玲／柳溪報導）", ["陳美玲"]),
        ("김철수 기자 cskim@wend.example", ["김철수"]),
        ("নিজস্ব প্রতিবেদক", []),
    ],
    ids=case_id,
)
def test_the_writer_is_found_behind_the_word_of_each_language(text, expected):
    assert people(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rob Ewart · Edited by Betsy Bayer", ["Rob Ewart"]),
        ("By Rob Ewart, photographs by Ola Reiss", ["Rob Ewart"]),
        ("Von Christian Seiler Illustration von Markus Rost", ["Christian Seiler"]),
        ("Fotos: Ola Reiss", []),
    ],
    ids=case_id,
)
def test_who_did_something_else_is_not_the_writer(text, expected):
    assert people(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Prof. Dr. Hanna Weiss and Sir Alec Munro", ["Hanna Weiss", "Alec Munro"]),
        ("By Joe Moll, Jr., and Tara Doone, MD", ["Joe Moll Jr.", "Tara Doone"]),
        ("By Martin Unter (with Damien Loup and Morgan Tull)", ["Martin Unter", "Damien Loup", "Morgan Tull"]),
        ("By Martin Unter (with AFP)", ["Martin Unter"]),
        ("Isabella DiBase am Samstag", ["Isabella DiBase"]),
        ("By SIOBHÁN O’MALLEY-McBRIDE", ["Siobhán O’Malley-McBride"]),
        ("PIET VAN DEN BERG", ["Piet van den Berg"]),
        ("Nathalie DUROC", ["Nathalie Duroc"]),
        ("Alles von Martin Junk", ["Martin Junk"]),
        ("Ada Mork | Email the author", ["Ada Mork"]),
        ("By Ada MorkStaff Writer", ["Ada Mork"]),
        ("Von Ada MörkKorrespondent", ["Ada Mörk"]),
        ("Ada MorkLifestyle Writer", ["Ada Mork"]),
        ("Ada Mörk Redakteurin", ["Ada Mörk"]),
        ("Ada Mork Deputy Content Hub Director", ["Ada Mork"]),
        ("By Ada Mork Follow", ["Ada Mork"]),
        ("By Ada Mork, Chief Marketing Officer", ["Ada Mork"]),
        ("Ada Mork, Home Security Expert", ["Ada Mork"]),
        ("Rechtsanwalt Ada Mörk", ["Ada Mörk"]),
        ("Bundeskanzlerin Ada Mörk", ["Ada Mörk"]),
        ("Ada Mork CPP", ["Ada Mork"]),
        ("Ada Mork Ada Mork", ["Ada Mork"]),
        ("Byby ADA MORK, JON RUSS and BO LEE", ["Ada Mork", "Jon Russ", "Bo Lee"]),
        ("By Ada Mork Published in Harbour Notes December 14, 2016 2:24 pm", ["Ada Mork"]),
        ("Par Ada Mörk le 07 Mai 2020", ["Ada Mörk"]),
        ("Ein Interview von Ada Mörk mit Jon Russ.", ["Ada Mörk"]),
        ("作者： 记者王敬照", ["王敬照"]),
        ("Loïc Le Clerc", ["Loïc Le Clerc"]),
        ("Isabella DiBase", ["Isabella DiBase"]),
    ],
    ids=case_id,
)
def test_titles_suffixes_tails_and_capitals(text, expected):
    assert people(text) == expected


@pytest.mark.parametrize(
    "name",
    (
        "Super User|No Author|undefined|admin|Redacción EC|Redaktion Wend|Deutscher Fährverband e.V|Wend Druck Co. KG|"
        "Wend Broadcasting Corporation|View my complete profile|Afficher mon profil complet|Keine Kommentare|"
        "Teilen Twittern|Email the author|Older Article|Stay logged in|Having trouble?|Mehr von|Alle Beiträge|"
        "Inhalte aus dem Unterricht|CC BY|Wend Strom AG|Zespół Wend.pl|Der Wendbote|The Local|AMP Project Marketing|"
        "Letters To The Editor|Forschung WBF|Wend Radio|Grüne Bundestagsfraktion|Wend Family|Expert Reviewed|"
        "Schlagwörter: Antipoden|Ferry ListsJust SailedHarbour Planning|AgE|Harbour's Health Watch|© Ada Mork"
    ).split("|"),
)
def test_calls_accounts_and_organisations_are_not_people(name):
    assert not is_person(name, set())


@pytest.mark.parametrize(
    "name", "April Moor|Ludwig van der Aa|Mark Read|Sofia Page|bell hooks|Ana de la Cruz".split("|")
)
def test_ordinary_names_stay(name):
    assert is_person(name, set())


HEAD = ("headline", "Ferry to run again after repairs")
BODY = [("paragraph", STORY), ("paragraph", STORY + " It is a relief.")]


@pytest.mark.parametrize(
    ("lines", "links", "expected"),
    [
        pytest.param(
            [HEAD, ("byline", "By Ada Mork"), *BODY, ("byline", "By Jon Russ")], [], ["Ada Mork"], id="teaser"
        ),
        pytest.param([HEAD, *BODY, ("byline", "By Ada Mork")], [], ["Ada Mork"], id="end of the story"),
        pytest.param(
            [HEAD, ("date", "Ada Mork 3 May"), *BODY, ("other", "Jon Russ")],
            ["Ada Mork", "Jon Russ"],
            ["Ada Mork"],
            id="link by the headline",
        ),
        pytest.param(
            [HEAD, *BODY, ("paragraph", "See also Jon Russ, who spoke.")], ["Jon Russ"], [], id="in the story"
        ),
        pytest.param([HEAD, *BODY], ["Ada Mork"], ["Ada Mork"], id="in a dropped line"),
        pytest.param([HEAD, *BODY], ["Jon Russ", "Al Ray", "Bo Lee", "Cy Fox"], [], id="a list of teasers"),
        pytest.param(
            [HEAD, ("byline", "Sign up"), ("date", "Ada Mork - 12 October 2024"), *BODY],
            [],
            ["Ada Mork"],
            id="beside the date",
        ),
        pytest.param([HEAD, ("date", "Aktuelle Meldung - 12 October 2024"), *BODY], [], [], id="a section beside it"),
    ],
)
def test_writers_count_where_they_stand(lines, links, expected):
    assert find_authors(page(lines, {"author_links": links}), []).value == expected


def test_a_printed_person_beats_an_organisation_declared_as_one():
    author = {"@type": "Person", "name": "Wend Broadcasting Corporation"}
    declared = {"nodes": [{"@type": "NewsArticle", "is_article": True, "author": author}]}
    assert find_authors(page([HEAD, ("byline", "By Ada Mork"), *BODY], declared), []).value == ["Ada Mork"]


@pytest.mark.parametrize(
    "name",
    """هيئة التحرير|محرر الموقع|گروه سیاسی|دبیر خبر|ویب ڈیسک|מערכת האתר|כתבי חוף|वेब डेस्क|हमारे संवाददाता|নিজস্ব প্রতিবেদক
    |செய்திப்பிரிவு|వెబ్ డెస్క్|സ്വന്തം ലേഖകൻ|ทีมข่าวภูมิภาค|Nhóm phóng viên|Phóng viên|编辑部|デジタル編集部|社説|디지털뉴스부
    |Συντακτική Ομάδα|Редакція сайту|Отдел новостей|İnternet Servisi|Szerkesztőség|Uredništvo|Redaksi Kabar|Editor Web
    |Dawati la Habari|ახალი ამბები|Խմբագրություն|ሪፖርተር|à Lornhaven|em São Paulo""".replace("\n    ", "").split("|"),
)
def test_newsrooms_roles_and_places_are_no_people_in_any_script(name):
    assert not is_person(name, set())


@pytest.mark.parametrize(
    "name",
    ["نگار جواهریان", "محسن دبیر", "Fritz Haber", "Ana Webb", "von Trapp", "de la Cruz", "李明", "김도윤", "สมหญิง รักดี"],
)
def test_names_with_letters_of_such_words_are_people(name):
    assert is_person(name, set())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("記者 黃志豪／台北 2024-10-12 09:30", ["黃志豪"]),
        ("記者王小明、李大同／台北", ["王小明", "李大同"]),
        ("記者王小明／李大同", ["王小明", "李大同"]),
        ("By Hal Moss, marine engineer", ["Hal Moss"]),
        ("harbournews.example, Frankfurt, Germany", ["Frankfurt", "Germany"]),  # one word each: they are no full names
        ("Door onze redacteur Joost van der Meer", ["Joost van der Meer"]),
        ("Center for Drug Evaluation and Research", []),
        ("Ministry of Labour and Social Affairs; Ada Mork", ["Ada Mork"]),
        ("Council on Energy, Environment and Water", []),
        ("Bundesministerium für Arbeit und Soziales", []),
        ("Ministère de l'Économie et des Finances", []),
        ("Ada Mork and Kai Lenz, Institute for Peace and Security", ["Ada Mork", "Kai Lenz"]),
        ("Anna Center and Bob Miller", ["Anna Center", "Bob Miller"]),
        ("By Niko Marsh on behalf of the Vision Doc group", ["Niko Marsh"]),
        ("Von unserer Redakteurin Ute Brand", ["Ute Brand"]),
        ("De nuestra corresponsal Ana Gil", ["Ana Gil"]),
        ("Av vår korrespondent Nils Ahl", ["Nils Ahl"]),
    ],
    ids=case_id,
)
def test_places_and_roles_beside_reporters_are_left_out(text, expected):
    assert [name for name in people_in(text) if is_person(name, set())] == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("standfirst", "Guest post by Dr. Hal Moss, engineer | 12 October 2024")], ["Hal Moss"]),
        ([("byline", "Port Ellen"), ("date", "12 October 2024")], []),
        ([("byline", "Ellen Port"), ("date", "12 October 2024")], ["Ellen Port"]),
        ([("date", "Buenos Aires, 12 de octubre de 2024")], []),
        ([("date", "São Paulo | 12/10/2024 09h30")], []),
        ([("date", "Нижний Новгород, 12 октября 2024")], []),
        ([("byline", "By San Juan")], ["San Juan"]),  # a word like `By` is sure
        ([("date", "Filed under: Ellen Ross, Sea Front | 12 October 2024")], []),
    ],
    ids=case_id,
)
def test_a_place_or_section_beside_a_date_is_not_a_writer(lines, expected):
    assert writers(["headline", *lines]) == expected


def test_bylines_in_boxes_and_lists_below_a_short_story_are_other_peoples():
    box = LabelledLine(5, "By Ada Mork", "promo", "drop", "container", 0, "p")
    item = LabelledLine(6, "Ada Mork", "navigation", "drop", "below_story", 0, "li")
    signed = LabelledLine(5, "Posted by Ada Mork at 5:11 AM", "footer", "drop", "container", 0, "div")
    assert writers(["headline"], dropped=[box]) == []
    assert writers(["headline"], {"author_links": ["Ada Mork", "Bo Lee"]}, [item]) == []
    assert writers(["headline"], dropped=[signed]) == ["Ada Mork"]


def test_several_bylines_in_elements_are_those_of_teasers():
    elements = [["byline", "By Ada Mork"], ["byline", "By Bo Lee"]]
    assert writers(["headline"], {"bylines": elements}) == []
    assert writers(["headline"], {"bylines": elements[:1]}) == ["Ada Mork"]


def writers(lines, signals=None, dropped=()):
    """The authors of a page with a headline, lines below it and a story of two paragraphs."""
    texts = [("headline", "Ferry to run again after repairs") if line == "headline" else line for line in lines]
    texts += [("paragraph", "The ferry will carry passengers again from Monday."), ("paragraph", "It is a relief.")]
    rows = [
        LabelledLine(number, text, label, "keep" if label == "paragraph" else "field", "r", 0, "p")
        for number, (label, text) in enumerate(texts, 1)
    ]
    document = {"media_type": "text/html", "url": None, "fetched_at": None, "signals": None, "language": "en"}
    return find_authors(Page(document, rows, signals or {}, dropped_names=list(dropped)), []).value
