"""Stories that go on below a box, and what ends one: lines about the writer, the rest of a ranking, a date."""

import pytest
from support.ids import case_id
from support.pages import page_table

from tasks.clean.core import clean_pages
from tasks.clean.label.author_box import remove_author_box
from tasks.clean.label.boxes import below_boxes, closing_paragraphs
from tasks.clean.label.other_parts import remove_other_parts
from tasks.clean.label.page import PageLines
from tasks.clean.model.lexicon import Entry
from tasks.clean.parse.tags import TAG_CODES

STORIES = {
    "en": (
        "Library bus is saved",
        [
            "The library bus that has toured the farms of the valley since 1961 will run for three more years.",
            "Last autumn the council had wanted to sell the bus, whose engine had failed twice on the pass.",
            "More than two thousand people signed a petition, and a mechanic offered to rebuild the motor.",
            "It will leave the depot again on the first Tuesday of June, with the old green paint.",
        ],
        ["Dairy closes after ninety years", "Snow delays the school buses again"],
    ),
    "fr": (
        "Le bibliobus est sauvé",
        [
            "Le bibliobus qui dessert depuis 1961 les fermes de la vallée roulera encore au moins trois ans.",
            "À l’automne, les élus voulaient vendre le véhicule, tombé deux fois en panne au col.",
            "Plus de deux mille habitants ont signé une pétition et un mécanicien a proposé de refaire le moteur.",
            "Il repartira du dépôt le premier mardi de juin, avec sa vieille peinture verte.",
        ],
        ["La laiterie ferme après quatre-vingt-dix ans", "La neige retarde encore les cars scolaires"],
    ),
    "ru": (
        "Библиобус спасён",
        [
            "Библиобус, который с 1961 года объезжает хутора в долине, будет ездить ещё как минимум три года.",
            "Осенью депутаты хотели продать машину: её двигатель дважды за неделю заглох на перевале.",
            "Под обращением подписались больше двух тысяч человек, а механик вызвался перебрать мотор.",
            "В первый вторник июня машина снова выедет из гаража с прежней зелёной краской.",
        ],
        ["Молокозавод закрылся через девяносто лет", "Снег снова задержал школьные автобусы"],
    ),
    "zh": (
        "流动图书馆得以保留",
        [
            "自1961年起往来于山谷各农场的流动图书馆至少还将运行三年，县政府周一宣布。",
            "去年秋天，县议会曾想卖掉这辆车，它的发动机在一周内两次在山口熄火。",
            "两千多人在请愿书上签名，一位退休技工提出免费修理发动机。",
            "六月的第一个星期二，这辆车将带着原来的绿漆再次出发。",
        ],
        ["开了九十年的奶厂关门", "大雪再次耽误校车"],
    ),
}
PICTURE = "<figure><img src='bus.jpg'><figcaption>The bus below Carn Farm.</figcaption></figure>"
ROWS = [["1", "Ana Roe", "41"], ["2", "Ian Trew", "37"], ["3", "Jo Pask", "33"]]
TABLE = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
VERSES = ["The road goes up, the road goes round,", "the bus goes slowly after,", "a hundred stories, safely bound,"]
VERSES += ["a little rain, some laughter."]


def site_page(language, body):
    title, _, others = STORIES[language]
    links = "".join(f"<li><a href='/n{n}.html'>{text}</a></li>" for n, text in enumerate(others))
    return (
        f"<html lang='{language}'><head><title>{title}</title></head><body><ul><li><a href='/a'>News</a></li></ul>"
        f"<div id='main'><h1>{title}</h1><p>2025-06-03</p><div class='body'>{body}</div></div>"
        f"<div><ul>{links}</ul></div><p>Imprint</p></body></html>"
    )


def kept(page):
    _, rows, _ = clean_pages(page_table(page))
    return [row["text"] for row in rows.to_pylist() if row["action"] == "keep"]


def paragraphs(lines):
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize("language", STORIES)
def test_the_last_paragraph_below_links_to_other_stories_is_kept(language):
    _, story, others = STORIES[language]
    links = "".join(f"<li><a href='/m{n}.html'>{text}</a></li>" for n, text in enumerate(others))
    body = paragraphs(story[:3]) + f"<div><span>More</span><ul>{links}</ul></div>{PICTURE}" + paragraphs(story[3:])
    assert kept(site_page(language, body)) == story


@pytest.mark.parametrize("language", STORIES)
def test_results_below_a_picture_are_kept(language):
    _, story, _ = STORIES[language]
    body = paragraphs(story[:2]) + PICTURE + f"<table>{TABLE}</table>" + paragraphs(story[2:])
    assert kept(site_page(language, body)) == [*story[:2], *(cell for row in ROWS for cell in row), *story[2:]]


def test_verses_below_a_picture_are_kept():
    _, story, _ = STORIES["en"]
    body = paragraphs(story[:3]) + PICTURE + f"<p>{'<br>'.join(VERSES)}</p>" + paragraphs(story[3:])
    assert kept(site_page("en", body)) == [*story[:3], *VERSES, *story[3:]]


@pytest.mark.parametrize("language", STORIES)
def test_a_heading_in_a_header_of_its_own_belongs_to_its_entry(language):
    title, story, others = STORIES[language]
    heads = [*others, title[::-1]]
    body = f"<p>{story[0]}</p>" + "".join(
        f"<section><header><time>1{n}:42</time><h3>{head}</h3></header><p>{story[n + 1]}</p></section>"
        for n, head in enumerate(heads)
    )
    found = kept(site_page(language, body))
    assert [line for line in found if ":42" not in line] == [
        story[0],
        *(line for pair in zip(heads, story[1:], strict=True) for line in pair),
    ]


def lines(texts, story, *, chance=0.3, tags=None, links=(), parents=None, entries=None, is_html=True):
    """Lines of a page, of which `story` are taken for it; `parents` says in which element each is."""
    count = len(texts)
    around = parents or [2] * count
    first = max(around) + 1
    columns = {
        name: [0] * count for name in ("blank_before", "copies", "cohesion", "classes", "tags_around", "article")
    }
    return PageLines(
        **columns,
        text=texts,
        key=list(range(1, count + 1)),
        has_digit=[any(map(str.isdigit, text)) for text in texts],
        is_story=[n in story for n in range(count)],
        chance=[0.9 if n in story else chance for n in range(count)],
        entry={n: Entry(kind, text, "starts", 1) for n, (kind, text) in (entries or {}).items()},
        words=[float(max(len(text.split()), len(text) / 6)) for text in texts],
        is_good=[len(text) > 60 for text in texts],
        is_end=[text[-1] in ".。!?" for text in texts],
        has_colon=[text.endswith(":") for text in texts],
        link_share=[1.0 if n in links else 0.0 for n in range(count)],
        tag=[TAG_CODES[name] for name in tags or ["p"] * count] if is_html else [0] * count,
        element=list(range(first, first + count)) if is_html else [],
        parents=[*range(first), *around] if is_html else (),
        is_html=is_html,
    )


EN = STORIES["en"][1]
OTHER = "Dairy closes after ninety years"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"links": (2,), "parents": [2, 2, 1, 2]}, [3]),
        ({"links": (2,), "parents": [2, 2, 1, 2], "chance": 0.03}, []),
        # the teaser below a linked headline
        ({"links": (2,)}, []),
        # another part of the page
        ({"links": (2,), "parents": [2, 2, 1, 1]}, []),
        ({"links": (2,), "parents": [2, 2, 1, 2], "tags": ["p", "p", "p", "li"]}, []),
        # no box
        ({"parents": [2, 2, 1, 2]}, []),
        ({"links": (2,), "is_html": False}, []),
    ],
    ids=case_id,
)
def test_a_closing_paragraph_stands_where_the_others_stand(changes, expected):
    page = lines([EN[0], EN[1], OTHER, EN[3]], {0, 1}, **changes)
    assert sorted(closing_paragraphs(page, [0, 1])) == expected


def test_boxes_end_after_a_few_lines_and_count_only_on_short_pages():
    page = lines([EN[0], *[OTHER] * 30], {0}, links=range(1, 31))
    assert below_boxes(page, 0) == 9
    page = lines([EN[0], *[OTHER] * 90], {0}, links=range(1, 91))
    assert below_boxes(page, 0) == 1


def removed_from(page, rule=remove_other_parts):
    removed = {}
    rule(page, removed)
    return {n: label.detail or str(label.label) for n, label in removed.items()}


@pytest.mark.parametrize(
    ("above", "last", "is_removed"),
    [
        ("Hannah Roe", "Hannah Roe reports from the valley for the Kestle Post.", True),
        ("Анна Рощина3 июня 2025", "Анна Рощина пишет о сёлах и хозяйстве для газеты.", True),
        ("罗汉娜2025-06-03", "罗汉娜自2016年起在凯斯邮报报道乡村和农业。", True),
        ("حنا روحی، 3 جون", "حنا روحی دیہات اور زراعت پر کئی برس سے لکھتی ہیں.", True),
        # somebody in the story
        ("Hannah Roe", "Ian Trew has driven the bus for twenty years and will go on.", False),
        # a place, which the story names too
        ("The library", "The library bus stops at eleven farms a day.", False),
    ],
    ids=case_id,
)
def test_a_last_line_that_starts_with_the_writers_name_is_about_the_writer(above, last, is_removed):
    page = lines(["A headline of the day", above, "2025-06-03", *EN, *EN[:2], last], set(range(3, 10)))
    assert bool(removed_from(page, remove_author_box)) is is_removed


RANKING = ["1 Dairy closes after ninety years", "2 Snow delays the buses", "3 Choir wins in Cardiff"]


@pytest.mark.parametrize(
    ("texts", "story", "expected"),
    [
        ([*EN, *EN, *RANKING], {*range(8), 9, 10}, [9, 10]),
        ([*EN, *EN, *RANKING], range(11), []),
        # results end in figures
        ([*EN, *EN, "1 Ana Roe 41", "2 Ian Trew 37"], {*range(8), 9}, []),
        (["2025-06-03 07:12", *EN, *EN], range(9), [0]),
        ([*EN, "2025-06-03 07:12", *EN], range(9), []),
    ],
    ids=["the rest of a ranking", "a list of the story", "results", "a date above", "a date amid"],
)
def test_the_rest_of_a_ranking_and_a_date_above_the_story_go(texts, story, expected):
    page = lines(texts, set(story), is_html=False)
    assert sorted(removed_from(page)) == expected
