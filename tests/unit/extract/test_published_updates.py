"""The day of publication beside other dates: of updates in many languages, of lists, comments, mastheads, the fetch."""

from datetime import UTC, date, datetime

import pytest
from support.ids import case_id
from support.pages import page_table, process

STORY = "".join(
    f"<p>{text}</p>"
    for text in (
        "The ferry across the Lark will carry cars again from Monday, two weeks earlier than promised by the county.",
        "Workers replaced forty piles below the eastern landing stage, which a storm broke early in March.",
        "“We had hoped for May at best,” said Greta Annis, who runs the kiosk beside the ramp.",
        "The repair cost one million eight hundred thousand, of which the county pays two thirds.",
    )
)
TITLE = "Ferry over the Lark returns early"
DAY = date(2024, 10, 12)


def published(above, *, language="en", head="", before="", below="", url=None, fetched="2024-10-14T12:00:00+00:00"):
    html = (
        f"<html lang={language}><head><title>{TITLE} | Lark Valley Post</title>{head}</head><body>{before}"
        f"<main><article><h1>{TITLE}</h1>{above}<div class='text'>{STORY}</div></article></main>{below}</body></html>"
    )
    (row,) = process(page_table(html, url=url, fetched_at=datetime.fromisoformat(fetched)))[2].to_pylist()
    return row


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Stand: 13.10.2024, 18:30 Uhr | Veröffentlicht am 12.10.2024, 09:00 Uhr", "de"),
        ("Aktualizováno 13. 10. 2024 9:00 | 12. 10. 2024 8:05", "cs"),
        ("Frissítve: 2024.10.13. 8:00 | Megjelent: 2024.10.12. 9:15", "hu"),
        ("Actualizat: 13.10.2024 | Publicat: 12.10.2024", "ro"),
        ("Uppdaterad 13 okt 2024 | Publicerad 12 okt 2024", "sv"),
        ("Päivitetty 13.10.2024 | Julkaistu 12.10.2024", "fi"),
        ("Ενημερώθηκε: 13/10/2024 | Δημοσίευση: 12/10/2024", "el"),
        ("Оновлено 13.10.2024 | Опубліковано 12.10.2024", "uk"),
        ("Ажурирано 13.10.2024. | Објављено 12.10.2024.", "sr"),
        ("Son Güncelleme: 13.10.2024 11:15 Giriş Tarihi: 12.10.2024 10:02", "tr"),
        ("آخر تحديث: 13/10/2024 | نشر: 12/10/2024", "ar"),
        ("עודכן: 13.10.2024 | פורסם: 12.10.2024", "he"),
        ("수정 2024.10.13 16:00 입력 2024.10.12 14:05", "ko"),
        ("ปรับปรุง: 13 ต.ค. 2567 10:00 เผยแพร่: 12 ต.ค. 2567 09:30", "th"),
        ("Diperbarui 13/10/2024 | Diterbitkan 12/10/2024", "id"),
        ("Cập nhật 13/10/2024 | Đăng lúc 12/10/2024", "vi"),
        ("Press Trust of India | Updated: October 13, 2024 04:30 PM | Published: October 12, 2024 10:15 PM", "en"),
    ],
    ids=case_id,
)
def test_a_change_that_is_named_first_is_not_the_publication(line, language):
    assert published(f"<p>{line}</p>", language=language)["published_date"] == DAY


@pytest.mark.parametrize(
    ("place", "markup", "expected"),
    [
        pytest.param("before", "<div>Monday, October 14, 2024</div>", DAY, id="today's date in the masthead"),
        pytest.param("below", "<div>발행인 : 최강식 | 등록일 : 2010.03.02</div>", DAY, id="the licence of the paper"),
        pytest.param("below", "<div>Giấy phép số 123 ngày 2/3/2010</div>", DAY, id="the licence, Vietnamese"),
    ],
)
def test_another_date_of_the_page(place, markup, expected):
    assert published("<p>Saturday, October 12, 2024</p>", **{place: markup})["published_date"] == expected


@pytest.mark.parametrize(
    ("place", "markup"),
    [
        pytest.param(
            "before",
            "<div class=new><ul><li><a href=/1>Gate opens</a> <time>Jan 1, 2023</time></li>"
            "<li><a href=/2>Buoy lost</a> <time>Feb 1, 2023</time></li></ul></div>",
            id="a list of other stories",
        ),
        pytest.param(
            "below",
            "<div class=comments><div class=comment><b>Zed Nolan</b> <span>March 3, 2021 at 10:12 am</span>"
            "<p>Great!</p></div></div>",
            id="a comment",
        ),
    ],
)
def test_the_date_of_something_else_is_none(place, markup):
    assert published("<p>By Ada Mork</p>", **{place: markup})["published_date"] is None


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("By Una Kells 2 hours ago", "en", date(2024, 10, 14)),
        ("vor 3 Stunden", "de", date(2024, 10, 14)),
        ("Publiziert heute um 10:42 Uhr", "de", date(2024, 10, 14)),
        ("Updated 2 hours ago", "en", None),
        ("2 days ago", "en", None),
    ],
    ids=case_id,
)
def test_a_time_counted_from_the_fetch(line, language, expected):
    row = published(f"<p>{line}</p>", language=language)
    assert row["published_date"] == expected
    assert row["published_at"] is None
    if expected:
        assert row["published_from"] == "line by the headline; counted from the fetch"


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("Published October 12, 2024 04:30 PM IST", "en-IN", "2024-10-12T11:00"),
        ("12 अक्टूबर 2024, 04:30 PM IST", "hi", "2024-10-12T11:00"),
        ("12 October 2024 16:30 IST", "en-IE", "2024-10-12T15:30"),
        ("12 October 2024 16:30 IST", "en", None),
        ("2024-10-12 16:30 CST", "zh", "2024-10-12T08:30"),
        ("12 октября 2024, 15:30 (МСК)", "ru", "2024-10-12T12:30"),
        ("12.10.2024, 9:00 Uhr MESZ", "de", "2024-10-12T07:00"),
    ],
    ids=case_id,
)
def test_a_zone_with_several_meanings_is_read_by_language_and_country(line, language, expected):
    row = published(f"<p>{line}</p>", language=language)
    instant = datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None
    assert row["published_at"] == instant


def test_the_change_has_the_zone_of_the_publication():
    line = "Publié le 12 octobre 2024 à 18h30, modifié le 13 octobre 2024 à 09h15"
    row = published(f"<p>{line}</p>", language="fr", url="https://www.osterby.example.fr/a")
    assert row["published_at"] == datetime(2024, 10, 12, 16, 30, tzinfo=UTC)
    assert row["modified_at"] == datetime(2024, 10, 13, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param(
            "<figure><img src=/a.jpg><figcaption>Colin Marsh at the pier on 3 May 2019</figcaption></figure>",
            None,
            id="the day of a picture",
        ),
        pytest.param("<p>12/10/2024 - 04:30 - Fonte: Wend - Foto: Colin Marsh</p>", DAY, id="the day of the story"),
        pytest.param(
            "<p>Sun 13 Oct 2024 10.00 BST First published on Sat 12 Oct 2024 09.00 BST</p>", DAY, id="first published"
        ),
        pytest.param(
            "<p>Last reviewed: 13 October 2024. Originally published: 12 October 2024.</p>", DAY, id="last reviewed"
        ),
        pytest.param(
            "<p>Ultimo aggiornamento: 13 ottobre 2024 - Pubblicato: 12 ottobre 2024</p>", DAY, id="aggiornamento"
        ),
    ],
)
def test_which_of_the_dates_of_a_line_counts(markup, expected):
    assert published(markup, language="it" if "Pubblicato" in markup else "en-GB")["published_date"] == expected


@pytest.mark.parametrize(
    ("declared", "changed", "line", "expected"),
    [
        pytest.param(
            "2024-10-14T11:59:59Z", "2024-10-14T11:59:59Z", "Published 12 October 2024", DAY, id="of the fetch"
        ),
        pytest.param(
            "2024-10-14T11:59:59Z", "2024-10-14T11:59:59Z", "12 October 2024", date(2024, 10, 14), id="no word for it"
        ),
        pytest.param(
            "2024-10-14T11:00:00Z",
            "2024-10-14T11:30:00Z",
            "Published 12 October 2024",
            date(2024, 10, 14),
            id="changed",
        ),
    ],
)
def test_a_declared_time_of_the_pages_program_is_not_the_publication(declared, changed, line, expected):
    metas = f"<meta property=article:published_time content={declared}>"
    metas += f"<meta property=article:modified_time content={changed}>"
    assert published(f"<p>{line}</p>", head=metas)["published_date"] == expected


@pytest.mark.parametrize("name", ["article:published", "og:pubdate", "publish_date", "mediator_published_time"])
def test_names_of_metas_with_the_publication(name):
    assert published("", head=f"<meta name={name} content=2024-10-12T10:00:00Z>")["published_date"] == DAY
