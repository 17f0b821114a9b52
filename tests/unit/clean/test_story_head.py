"""What only stories have at their head, and briefs on pages that ask for consent."""

import pytest
from support.ids import case_id
from support.pages import page_table

from tasks.clean.core import clean_pages
from tasks.clean.label.page_kind import PageFacts, judge
from tasks.clean.label.page_signs import Sign
from tasks.clean.label.story_head import has_story_head, is_dated_address
from tasks.clean.model.lexicon import Entry

MENU = ["News", "Reviews", "Shop"]
TITLE = "The best kettles of the year"
TEXT = ["We boiled forty litres of water and wrote down what each of the kettles did with them."] * 3


def head(*lines, bylines=(0,), kept_words=400, page_words=900.0, months=1.0):
    """Whether a page with these lines between its title and its text has a story's head."""
    texts = [*MENU, TITLE, *lines, *TEXT]
    first = len(MENU) + 1
    entries = {first + n: Entry("byline.by", "by", "starts", 1) for n in bylines}
    features = {"dates_near_start": months}
    return has_story_head(texts, entries, first + len(lines), features, kept_words=kept_words, page_words=page_words)


@pytest.mark.parametrize(
    ("lines", "changes", "is_head"),
    [
        (["By Ada Pell", "12 March 2026"], {}, True),
        (["By Ada Pell ⋅ Review Editor ⋅ Updated March 12, 2026"], {}, True),
        (["Von Ada Pell", "12.03.2026"], {"months": 0.0}, True),
        (["By Ada Pell", "Kitchen", "Water", "2026-03-12"], {"months": 0.0}, True),
        (["12 March 2026"], {"bylines": ()}, False),
        (["By Ada Pell"], {}, False),
        # the year of a name, where no line holds a date
        (["By Ada Pell", "Kettles of 2026"], {"months": 0.0}, False),
        # those who answer in a thread
        (["By Ada", "By Bo", "By Cy", "12 March 2026"], {"bylines": (0, 1, 2)}, False),
        # a product and its maker
        (["By Kettleworks", "12 March 2026"], {"kept_words": 120}, False),
        (["By Ada Pell", "12 March 2026"], {"page_words": 4000.0}, False),
        (
            ["By sending this form you agree that we store all that you wrote to us until 12 March 2026 at least"],
            {},
            False,
        ),
    ],
    ids=case_id,
)
def test_a_writer_beside_a_date_above_a_long_text_is_the_head_of_a_story(lines, changes, is_head):
    assert head(*lines, **changes) is is_head


@pytest.mark.parametrize(
    ("url", "is_dated"),
    [
        ("https://kestle.example/2026/03/12/kettles", True),
        ("https://kestle.example/blog/post/2026-03-12-kettles/view", True),
        ("https://kestle.example/nota/20260312/caldera.html", True),
        ("https://kestle.example/2026/03/12/", False),
        ("https://kestle.example/archive/2026-03-12", False),
        ("https://kestle.example/2026/03/kettles", False),
        ("https://kestle.example/2026/13/12/kettles", False),
        ("https://kestle.example/t/2024-4-4-2024-5-0-issue", False),
        ("https://kestle.example/20260312345/kettles", False),
        ("https://kestle.example/kettles?day=/2026/03/12/x", False),
        ("https://[kestle/2026/03/12/kettles", False),
        (None, False),
    ],
    ids=case_id,
)
def test_an_address_with_a_day_and_a_name_is_that_of_an_entry(url, is_dated):
    assert is_dated_address(url) is is_dated


@pytest.mark.parametrize(
    ("by_model", "signs", "probability"),
    [
        (0.04, (), 0.2),
        (0.4, (), 0.4),
        # nearly certain of the contrary
        (0.005, (), 0.005),
        (0.5, (Sign("product", "a price", 0.05),), 0.05 / 1.05),
    ],
)
def test_the_head_of_a_story_is_published_with_a_doubt(by_model, signs, probability):
    facts = PageFacts(
        kept_words=300,
        page_words=900.0,
        page_lines=90,
        entries={},
        last_kept=40,
        is_ending_in_dots=False,
        kept_lines=8,
        is_live_declared=False,
        clock_lines=0,
        story_probability=by_model,
        other_kind="listing",
        features={},
        signs=signs,
        has_story_head=True,
    )
    assert judge(facts).story_probability == pytest.approx(probability)


# a menu, a headline, a date, two sentences, links to other stories, the site's question for consent
BRIEFS = {
    "en": (
        ["Home", "Local", "Sport"],
        "Library bus saved by two thousand signatures",
        "3 June 2025, 07:12",
        [
            "The library bus that has toured the farms since 1961 will run for three more years, the county said.",
            "It leaves the depot again on the first Tuesday of June, with new tyres and the old green paint.",
        ],
        "You may also like",
        ["Dairy closes after ninety years", "Snow delays the school buses", "Choir wins in Cardiff"],
        "We value your privacy. With your consent, we and our partners store information on your device.",
    ),
    "pl": (
        ["Strona główna", "Region", "Sport"],
        "Dwa tysiące podpisów uratowało bibliotekę",
        "3 czerwca 2025, 07:12",
        [
            "Biblioteka na kołach, która od 1961 roku objeżdża dolinę, będzie kursować trzy lata – podał powiat.",
            "Autobus wyruszy znowu w pierwszy wtorek czerwca, z nowymi oponami i starym zielonym lakierem.",
        ],
        "Może Cię zainteresować",
        ["Mleczarnia zamknięta po latach", "Śnieg opóźnił autobusy", "Chór wygrał w Krakowie"],
        "Cenimy Twoją prywatność. Za Twoją zgodą my i nasi partnerzy przechowujemy informacje na urządzeniu.",
    ),
    "ko": (
        ["홈", "지역", "스포츠"],
        "2천 명 서명이 살린 이동도서관",
        "2025.06.03 07:12",
        [
            "1961년부터 계곡의 농가를 돌아온 이동도서관이 적어도 3년 더 운행된다고 군이 월요일 밝혔다.",
            "이동도서관은 새 타이어에 옛 초록색 그대로 6월 첫째 화요일 다시 출발한다.",
        ],
        "추천 기사",
        ["90년 만에 문 닫은 우유 공장", "눈에 또 늦은 통학버스", "합창단 부산에서 우승"],
        "이 사이트는 쿠키를 사용합니다. 동의하시면 파트너와 함께 기기에 정보를 저장합니다.",
    ),
}


def brief(language, *, with_story):
    menu, title, date, story, below, others, consent = BRIEFS[language]
    links = [f'<li><a href="/{n}.html">{text}</a></li>' for n, text in enumerate([*menu, *others])]
    body = f"<h1>{title}</h1><p>{date}</p>" + "".join(f"<p>{text}</p>" for text in story) if with_story else ""
    ask = f'<div id="cc"><p>{consent}</p><button>OK</button></div>'
    return (
        f'<html lang="{language}"><head><title>{title}</title></head><body><ul>{"".join(links[:3])}</ul>'
        f"<div>{body}</div><div><h2>{below}</h2><ul>{''.join(links[3:])}</ul></div>{ask}</body></html>"
    )


@pytest.mark.parametrize("language", BRIEFS)
@pytest.mark.parametrize("with_story", [True, False])
def test_a_question_for_consent_below_a_brief_does_not_make_it_a_wall(language, with_story):
    (found,) = clean_pages(page_table(brief(language, with_story=with_story))).documents.to_pylist()
    assert (found["kind"] == "article" and found["story_probability"] >= 0.1) is with_story, found["kind_reason"]


CARDS = ["የወተት ፋብሪካው ከዘጠና ዓመት በኋላ ተዘጋ", "በረዶ የትምህርት ቤት አውቶቡሶችን ዳግም አዘገየ", "መዘምራን በጎንደር አሸነፉ", "የምክር ቤቱ መሪ ሥልጣን ለቀቁ"]
AMHARIC = [
    "በሸለቆው ያሉ እርሻዎችን የሚዞረው ተንቀሳቃሽ ቤተ መጻሕፍት ቢያንስ ለሦስት ተጨማሪ ዓመታት እንደሚቀጥል ወረዳው ሰኞ ዕለት አስታወቀ።",
    "ሹፌሩ ዘጠኝ መቶ ያህል መጻሕፍትን፣ አንድ ሳጥን እንቆቅልሽና ማንቆርቆሪያ ይዞ ይጓዛል።",
    "መኪናው በሰኔ የመጀመሪያ ማክሰኞ በአዲስ ጎማና በድሮው አረንጓዴ ቀለም ዳግም ይወጣል።",
]


def test_a_day_in_the_address_counts_where_the_date_on_the_page_cannot_be_read():
    cards = "".join(
        f'<div><a href="/{n}.html"><h3>{text}</h3></a><p>{AMHARIC[1]}</p></div>' for n, text in enumerate(CARDS)
    )
    story = "".join(f"<p>{text}</p>" for text in AMHARIC)
    page = f"<html lang='am'><body><h1>ሁለት ሺህ ፊርማዎች</h1><p>ትናንት</p><div>{story}</div><div>{cards}</div></body></html>"
    dated, undated = (
        clean_pages(page_table(page, url=f"https://kestle.example/{path}")).documents.to_pylist()[0][
            "story_probability"
        ]
        for path in ("2025/06/03/bus.html", "bus.html")
    )
    assert undated < 0.1 <= dated
