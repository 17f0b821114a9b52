"""Pages of few lines, where the models see little: what their story holds besides plain paragraphs, and what not."""

import pytest
from support.pages import page_table

from tasks.clean.core import clean_pages

STORY = [
    "The ferry to Oddey Island stayed in port on Monday for the first time since the great storm of 1987.",
    "Its captain, who has steered it for thirty years, said that he had never seen the harbour so full of ice.",
    "Forty islanders waited on the quay until noon and then went home, most of them without their shopping.",
    "The harbour master expects the ice to break on Thursday, when the wind is to turn to the south.",
    "Until then a helicopter of the coast guard brings mail and medicine to the island twice a day.",
]
TEASERS = ["Town sells the old school", "Choir looks for a tenor", "Snow closes two passes"]
MENU = ["Front page", "News", "Sport", "Weather"]
VERSES = [
    "The ship went out on Friday night,",
    "her captain and her crew,",
    "and all the lamps along the quay",
    "were burning green and blue.",
]
COUPLET = ["O carry home, you northern wind,", "the men whom once I knew."]
TURNS = [
    "GAZETTE: When was the ferry built?",
    "CAPTAIN OSGOOD: In my grandfather's time, of one oak and two bad boats, and it still floats.",
    "GAZETTE: Who sails on it?",
    "CAPTAIN OSGOOD: Eighty people on a day without rain, and twice as many when there is a wedding.",
    "GAZETTE: And a bridge?",
    "CAPTAIN OSGOOD: They promised one to my father, who said I should not wait for it.",
]
RESULTS = ["1. Sietske Wiarda Joure 14:02.8", "2. Marte Oosting Zwolle 14:09.1", "3. Ilse van Dam Hoorn 14:11.6"]
HEADINGS = ["Results over ten kilometres"]
MOST_READ = ["1 Town sells the old school", "2 Choir looks for a tenor", "3 Snow closes two passes"]
CODE = ["settings = load(", "path,", "name,", "mode='r',", ")"]


def kept(page, is_html=True):
    """The lines of the story of a page."""
    _, rows, _ = clean_pages(page_table(page) if is_html else page_table(page, "text/plain"))
    return [row["text"] for row in rows.to_pylist() if row["action"] == "keep"]


def site_page(body):
    """An HTML page with a menu, a headline above `body` in one element, and teasers beside it."""
    menu = "".join(f"<a href='/{n}/'>{name}</a> " for n, name in enumerate(MENU))
    side = "".join(f"<section class='promo'><a href='/n{n}'>{title}</a></section>" for n, title in enumerate(TEASERS))
    return (
        "<html lang='en'><head><title>Ferry stays in port</title></head>"
        f"<body><div>{menu}</div><div id='main'><h1>Ferry stays in port</h1><p>By Nell Osgood · 3 May 2021</p>"
        f"{body}</div>"
        f"<div id='side'>{side}</div><div><p>Imprint | Contact | Terms</p></div></body></html>"
    )


def text_page(*lines):
    return "\n".join([*MENU, "", "Ferry stays in port", "3 May 2021", "", *lines, "", *TEASERS, "Imprint | Contact"])


def elements(tag, lines):
    return "".join(f"<{tag}>{line}</{tag}>" for line in lines)


SPANS = "".join(f"<span style='display:block'>{line}</span>" for line in [*VERSES, *COUPLET])
TABLE = "".join("<tr>" + elements("td", row.rsplit(" ", 2)) + "</tr>" for row in RESULTS)
CELLS = [cell for row in RESULTS for cell in row.rsplit(" ", 2)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<p>{STORY[0]}</p><div>{SPANS}</div><p>{STORY[3]}</p>", [STORY[0], *VERSES, *COUPLET, STORY[3]]),
        (
            elements("p", STORY[:3]) + f"<h3>{HEADINGS[0]}</h3><table>{TABLE}</table><p>They race again on Sunday.</p>",
            [*STORY[:3], *HEADINGS, *CELLS, "They race again on Sunday."],
        ),
        (
            elements("div", [f"{STORY[0]} (PAA/abc)", STORY[1], f"{STORY[2]} [3/4]", f"{STORY[3]} (km/h)"]),
            [f"{STORY[0]} (PAA/abc)", STORY[1], f"{STORY[2]} [3/4]", f"{STORY[3]} (km/h)"],
        ),
    ],
    ids=["verses in spans", "a table of results below a heading", "paragraphs that end in brackets"],
)
def test_all_of_an_element_that_holds_only_the_story_is_kept(body, expected):
    assert kept(site_page(body)) == expected


@pytest.mark.parametrize(
    "more",
    [
        elements("p", ["Press contact", "Nina Brehm, press@stadt.example"]),
        "<p><a href='/1'>Town sells the old school</a></p><p>The building has been empty since May of 2014.</p>",
        "<p>Sign up for our newsletter and never miss a story.</p>",
    ],
    ids=["contacts", "a linked teaser", "a newsletter"],
)
def test_what_is_below_the_story_in_its_element_stays_out(more):
    assert kept(site_page(elements("p", STORY) + more)) == STORY


@pytest.mark.parametrize(
    ("title", "reply", "heads"),
    [
        (
            "Komentari (3)",
            "Odgovori 👍 4",
            ["stari_ribar 12.3.2021. 10:05", "Marica55 12.3.2021. 10:41", "lovro 13.3.2021. 7:02"],
        ),
        ("댓글 3", "답글", ["바다 2021.03.12 10:05", "하늘 2021.03.12 10:41", "구름 2021.03.13 07:02"]),
        ("3 bình luận", "Trả lời", ["Lan Anh 12/03/2021 10:05", "minh88 12/03/2021 10:41", "Bình 13/03/2021 07:02"]),
    ],
    ids=["Croatian", "Korean", "Vietnamese"],
)
def test_comments_are_known_by_their_number_and_the_dates_above_each(title, reply, heads):
    said = [
        "Well done, but who is going to look after it once the elections are over and forgotten?",
        "My grandfather worked there all his life, and I know that he would be glad about it today.",
        "I agree with the writer above, first the roads and then all the rest, if there is money.",
    ]
    comments = "".join(f"<div><b>{head}</b><br>{text}<br>{reply}</div>" for head, text in zip(heads, said, strict=True))
    assert kept(site_page(elements("p", STORY) + f"<div>{title}</div>{comments}")) == STORY
    lines = [line for head, text in zip(heads, said, strict=True) for line in (head, text, reply)]
    assert kept(text_page(*STORY, title, *lines), is_html=False) == STORY


def test_slides_with_a_counter_amid_the_story_are_of_other_stories():
    others = [
        "The wooden bridge opens again after four years, and the mayor crosses it on a bicycle.",
        "A bear was photographed among the apple trees, and walkers should keep their dogs close.",
        "The village band looks for a tuba, since the old one was sold by mistake last autumn.",
        "Snow in May closes two pastures and puts off the race of the mowers by a fortnight.",
    ]
    slides = "".join(
        f"<li><span>{n} / 4</span><img src='{n}.jpg'><p>{text}</p></li>" for n, text in enumerate(others, 1)
    )
    body = elements("p", STORY[:2]) + f"<ul class='sw'>{slides}</ul>" + elements("p", STORY[2:])
    assert kept(site_page(body)) == STORY


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([STORY[0], "", *VERSES, "", *COUPLET, "", STORY[4]], [STORY[0], *VERSES, *COUPLET, STORY[4]]),
        ([*STORY[:2], *HEADINGS, *RESULTS], [*STORY[:2], *HEADINGS, *RESULTS]),
        ([STORY[0], *TURNS], [STORY[0], *TURNS]),
        ([*STORY, *MOST_READ], STORY),
        ([*STORY, *CODE], STORY),
    ],
    ids=["verses", "results", "an interview", "most read", "program text"],
)
def test_short_lines_of_a_text_page(lines, expected):
    assert kept(text_page(*lines), is_html=False) == expected


@pytest.mark.parametrize(
    "phrase",
    [
        "Her sabah en önemli haberleri e-posta kutunuza gönderelim: bültenimize ücretsiz abone olun.",
        "Bu içeriği görmek için çerezlere izin vermeniz gerekiyor. Tercihlerinizi değiştirebilirsiniz.",
        "Son dakika haberlerini kaçırmamak için WhatsApp kanalımızı takip edin.",
        "Abonează-te la newsletter și primești zilnic cele mai importante știri.",
        "Para ver este contenido debes aceptar las cookies de este proveedor en el panel de ajustes.",
    ],
)
def test_notes_about_newsletters_and_embeds_amid_the_story_are_dropped(phrase):
    assert kept(site_page(elements("p", [*STORY[:2], phrase, *STORY[2:]]))) == STORY


@pytest.mark.parametrize(
    "notice",
    [
        "При воспроизведении или цитировании статей, опубликованных на сайте, ссылка на источник необходима. " * 4,
        "Żadna część jak i całość utworów zawartych w dzienniku nie może być powielana bez zgody wydawcy. " * 4,
        "Τα πνευματικά δικαιώματα ανήκουν στον εκδότη και η χρήση επιτρέπεται μόνο με άδεια.",
        "未经授权禁止转载、摘编、复制及建立镜像，违者将依法追究法律责任。",
    ],
    ids=["Russian", "Polish", "Greek", "Chinese"],
)
def test_a_notice_on_rights_below_the_story_is_dropped_however_long_it_is(notice):
    assert kept(site_page(elements("p", [*STORY, notice.strip()]))) == STORY
