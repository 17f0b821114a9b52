"""Signs that a page in doubt is something else than a story, and what they do to the verdict on it."""

import pytest
from support.ids import case_id
from support.pages import page_table, process

from tasks.clean.label.page_kind import PageFacts, judge
from tasks.clean.label.page_signs import PageText, Sign, has_story_signs, signs_against
from tasks.clean.parse.signals import Signals

PROSE = "The lamp is made of brass and can be turned, so that its light falls where it is needed."
MANY = [PROSE] * 70


def signs_of(texts, *, signals=None, is_story_like=False, **features):
    page = PageText(texts, 0, signals, features)
    return [(sign.kind, sign.words) for sign in signs_against(page, is_story_like=is_story_like)]


def declaring(*types, **metas):
    return Signals(nodes=[{"@type": list(types)}], metas={name: [value] for name, value in metas.items()})


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Add to cart", "product"),
        ("My cart (0)", "product"),
        ("购物车", "product"),
        ("In den Warenkorb", "product"),
        ("В корзину", "product"),
        ("加入购物车", "product"),
        ("أضف إلى السلة", "product"),
        ("1.249,00 kr.", "product"),
        ("£ 48", "product"),
        ("판매가 189,000원", "product"),
        ("from € 899, now € 649, or € 64 a month", "product"),
        ("Was this page helpful?", "documentation"),
        ("Bu makale yardımcı oldu mu?", "documentation"),
        ("编辑此页", "documentation"),
        ("On this page", "documentation"),
        ("Intervals¶", "documentation"),
        ("Call us: +44 1632 960 001", "service"),
        ("00 00 00 00 00", "service"),
        ("Ver ahora", "video"),
        ("48 312 vues", "video"),
        ("45.120 reproducciones hace 2 años", "video"),
        ("조회수 18,402회", "video"),
        ("السعر: 1,250 جنيه", "product"),
        ("₹2,450 / रुपये 2,450", "product"),
        ("Página no encontrada", "error_page"),
        ("ページが見つかりません", "error_page"),
    ],
    ids=case_id,
)
def test_a_line_of_a_bare_page_shows_its_kind(line, kind):
    assert [found for found, _ in signs_of([PROSE, line, PROSE])] == [kind]
    assert signs_of([f"{line} is what the sign above the door says. {PROSE} {PROSE}"]) == []


@pytest.mark.parametrize("word", ["Üye", "Mitglied", "участник", "عضو"])
def test_a_word_below_the_names_of_two_members_shows_a_thread(word):
    assert signs_of([PROSE, "nazli", word, PROSE, "hasan", word]) == [("forum", "lines about members or replies")]
    assert signs_of([PROSE, "nazli", word, PROSE]) == []


def test_the_chapters_of_a_recording_show_a_video():
    assert [kind for kind, _ in signs_of([PROSE, "00:00 Intro 01:12 Herramientas 03:40 El la central"])] == ["video"]
    assert signs_of([PROSE, "Trains leave at 9:10, 10:40 and 12:15 from the quay."]) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(["خدماتنا", "اتصل بنا"], ["service"]), (["Contact us"], []), (["Our services"], [])],
    ids=case_id,
)
def test_an_offer_counts_beside_another_or_a_way_to_ask_for_it(lines, expected):
    assert [kind for kind, _ in signs_of([PROSE, *lines])] == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Add to cart", "In stock"], ["product"]),
        (["Buy now"] * 9, []),
        (["Book now", "Get a quote", "Our services"], ["service"]),
        (["Book now", "Get a quote"], []),
        (["Edit this page", "On this page"], ["documentation"]),
        (["£ 48", "Call us: +44 1632 960 001", "Watch now"], []),
        ([f"2021/12/0{n} 21:1{n}:33 a guest" for n in range(1, 4)], ["forum"]),
    ],
    ids=case_id,
)
def test_on_a_page_with_much_around_its_text_only_several_lines_show_its_kind(lines, expected):
    assert [kind for kind, _ in signs_of([*MANY, *lines])] == expected


@pytest.mark.parametrize(
    ("signals", "features", "expected"),
    [
        (declaring("Product"), {}, "declared as a product"),
        (declaring("WebPage"), {"og_product": 1.0}, "declared as a product"),
        (declaring("http://schema.org/Dentist"), {}, "declared as a business or its offer"),
        (declaring("TechArticle"), {}, "declared as documentation"),
        (declaring("QAPage"), {}, "declared as a discussion"),
        (declaring(generator="phpBB 3"), {}, "made by a program for forums"),
        (declaring(generator="Sphinx 7.2"), {}, "made by a program for manuals"),
        (declaring(), {"og_video": 1.0}, "declared as a video"),
        (declaring(), {"times": 20.0}, "many dates"),
        (declaring(), {"pre": 0.2}, "program text"),
        (declaring(), {"linked_headings": 1.5, "kept_share": 0.3}, "several headings are links"),
        (declaring("Product"), {"type_article": 1.0}, None),
        (declaring(generator="WordPress 6"), {}, None),
    ],
    ids=case_id,
)
def test_declarations_show_the_kind_unless_a_story_is_declared_too(signals, features, expected):
    assert [words for _, words in signs_of([PROSE], signals=signals, **features)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("texts", "features", "expected"),
    [
        ([PROSE], {}, False),
        ([PROSE], {"has_author": 1.0}, True),
        (["By N. Osgood", PROSE], {"lexicon_byline": 0.7}, True),
        (["20/11/2022", PROSE], {}, True),
        (["2022年10月16日", PROSE], {}, True),
        (["12 May 2023", PROSE], {"dates_near_start": 0.7}, True),
        (["Mais de três mil lojas", PROSE], {"dates_near_start": 0.7}, False),
        ([PROSE + " It was first sold on 20/11/2022 in a shop in the north of the country."], {}, False),
    ],
    ids=case_id,
)
def test_a_date_a_writer_or_a_type_is_what_stories_have(texts, features, expected):
    assert has_story_signs(PageText(texts, 0, None, features)) is expected


def verdict(probability, *odds, is_story_like=True, **changes):
    facts = {
        "kept_words": 80,
        "page_words": 100.0,
        "page_lines": 10,
        "entries": {},
        "last_kept": 9,
        "is_ending_in_dots": False,
        "kept_lines": 5,
        "is_live_declared": False,
        "clock_lines": 0,
        "story_probability": probability,
        "other_kind": "listing",
        "features": {},
    }
    signs = tuple(Sign("product", f"sign {n}", value) for n, value in enumerate(odds))
    return judge(PageFacts(**facts | changes, signs=signs, is_story_like=is_story_like))


@pytest.mark.parametrize(
    ("probability", "odds", "is_story_like", "expected"),
    [
        (0.5, [0.25], True, 0.2),
        (0.5, [0.25, 0.5], True, 1 / 9),
        (0.04, [], True, 0.5),
        (0.04, [], False, 0.5),
        (0.02, [], False, 0.02),
        (0.02, [], True, 0.5),
    ],
)
def test_signs_lower_the_probability_and_bare_pages_are_given_the_benefit_of_the_doubt(
    probability, odds, is_story_like, expected
):
    assert verdict(probability, *odds, is_story_like=is_story_like).story_probability == pytest.approx(expected)


def test_the_surest_sign_names_the_kind_and_the_reason():
    kind = verdict(0.5, 0.2)
    assert (kind.other_kind, kind.reason) == (
        "product",
        "reads like a product page: sign 0, 80 of 100 words are prose",
    )


SHOP = f"<h1>Brass lamp Fyr</h1><b>1.249,00 kr.</b><button>Læg i kurv</button><p>{PROSE}</p><p>{PROSE} {PROSE}</p>"
MANUAL = f"<h1>Retries</h1><p>{PROSE}</p><pre>retry = 5\nwait = 2\n</pre><p>{PROSE}</p><p>Edit this page</p>"
STORY = (
    f"<h1>Village lamp lit again</h1><p>By Nell Osgood</p><p>9 May 2023</p><p>{PROSE}</p><p>{PROSE} It cost £ 48.</p>"
)


@pytest.mark.parametrize(
    ("body", "is_story"), [(SHOP, False), (MANUAL, False), (STORY, True)], ids=["shop", "manual", "story"]
)
def test_a_bare_page_is_judged_by_what_it_shows(body, is_story):
    html = f'<html lang="en"><head><title>A page</title></head><body>{body}</body></html>'
    documents, _, _ = process(page_table(html.encode()))
    assert (documents["story_probability"][0].as_py() >= 0.1) is is_story


def test_a_page_of_few_lines_that_asks_for_consent_is_a_wall():
    page = (
        "<h1>Prima di continuare</h1><p>Noi e i nostri partner archiviamo e accediamo a informazioni sul dispositivo, "
        "come identificatori unici e dati di navigazione, per annunci personalizzati e misurazione.</p>"
    )
    documents, _, _ = process(page_table(f"<html><body>{page}</body></html>".encode()))
    assert documents["story_probability"][0].as_py() < 0.1


FORM = "<form><input type='email'><input type='password'><button>Entrar</button></form>"
CONSENT, REFUSAL = "<button>Hyväksy</button><button>Hylkää kaikki</button>", "<button>موافق</button>"
HEADS = ["kellerkind 14.11.2020, 19:02", "rohrzange72 14.11.2020, 19:40", "Uschi 15.11.2020, 08:23"]
THREAD = "".join(f"<div><b>{head}</b></div><div>{PROSE}</div>" for head in HEADS)
PARAGRAPHS = [
    "The last lamp of the village was lit again on Monday, for the first time since the great storm of 1987.",
    "Its keeper, who has looked after it for thirty years, said that he had never seen the street so full.",
    "Forty people waited below it until the light came on, and then walked home without their torches.",
    "The council expects the other lamps to follow in May, when the new cable has come from the coast.",
]
WRITTEN = "<p>By Ada Finch 14.11.2020, 18:00</p>" + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Members", f"<p>{PROSE}</p>{FORM}", "a field for a password"),
        ("Members", f"<p>{PROSE}</p>{CONSENT}", "buttons that ask for consent"),
        ("503 – Karbantartás", f"<p>{PROSE}</p>", "an error's number as its title"),
        ("Hiba 404", f"<p>{PROSE}</p>", "an error's number as its title"),
        ("A lamp", THREAD, "entries with a date and a time of day from the start"),
    ],
    ids=["a password", "consent", "an error", "another error", "a thread"],
)
def test_a_page_of_few_lines_without_a_story_says_why(title, body, reason):
    document = documents_of(title, body)
    assert document["story_probability"] < 0.1
    assert reason in document["kind_reason"]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("404 houses burn in one night", WRITTEN),
        ("The village of 500 lamps", WRITTEN),
        ("A lamp", WRITTEN + THREAD),
        ("A lamp", WRITTEN + REFUSAL),
        ("A lamp", WRITTEN + FORM),
    ],
    ids=["a number first", "a number within", "comments", "one button", "a form below"],
)
def test_a_story_with_some_of_these_is_kept(title, body):
    assert documents_of(title, body)["story_probability"] >= 0.1


def documents_of(title, body):
    html = f"<html lang='en'><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    documents, _, _ = process(page_table(html))
    return documents.to_pylist()[0]
