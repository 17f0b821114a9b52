"""Local days and offsets: from another declaration, the printed time, or the country of the site; else unknown."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tasks.extract.fields.published import find_times
from tasks.extract.fields.published_zone import zone_of
from tasks.extract.page import LabelledLine, Page

DECLARED = "2024-10-12T22:30:15Z"


def times(line="", url="https://paper.example/story", language="en", node=None, metas=None, time_elements=()):
    rows = [LabelledLine(1, line, "date", "field", "", 0, "p")] if line else []
    signals = {"language": language, "metas": metas or {}, "times": list(time_elements)}
    signals["nodes"] = [{"is_article": True, "@type": "NewsArticle"} | node] if node else []
    return find_times(Page({"media_type": "text/html", "url": url, "fetched_at": None}, rows, signals))


def test_the_same_instant_declared_with_its_offset_has_the_local_day():
    element = {"datetime": "2024-10-13T00:30:15+02:00", "text": "13 October", "class": "entry-date"}
    published = times(node={"datePublished": DECLARED}, time_elements=[element]).published
    assert (published.day, published.offset_minutes) == (date(2024, 10, 13), 120)


def test_a_time_printed_without_seconds_is_the_declared_instant():
    published = times("13 October 2024, 00:30", node={"datePublished": DECLARED}).published
    assert (published.day, published.offset_minutes) == (date(2024, 10, 13), 120)
    evening = times("12 October 2024 | 9:25pm", node={"datePublished": "2024-10-13T01:25:54+00:00"}).published
    assert (evening.day, evening.offset_minutes) == (date(2024, 10, 12), -240)


@pytest.mark.parametrize(
    ("url", "language", "line", "day"),
    [
        ("https://zeitung.de/bericht", "de", "13. Oktober 2024", date(2024, 10, 13)),  # the country
        ("https://zeitung.example/bericht", "de", "13. Oktober 2024", date(2024, 10, 13)),  # the language
        ("https://zeitung.example/2024/10/13/bericht", "de", "", date(2024, 10, 13)),  # the address
        ("https://zeitung.de/bericht", "de", "12. Oktober 2024", date(2024, 10, 12)),
        ("https://zeitung.de/bericht", "de", "", date(2024, 10, 12)),  # nothing shows another day
        ("https://paper.example/story", "en", "13 October 2024", date(2024, 10, 12)),  # English is spoken everywhere
    ],
)
def test_a_printed_day_and_the_zone_of_the_site_agree(url, language, line, day):
    published = times(line, url, language, node={"datePublished": DECLARED}).published
    assert published.day == day
    assert published.instant.isoformat() == "2024-10-12T22:30:15+00:00"


@pytest.mark.parametrize(
    ("url", "language", "line", "offset", "witness"),
    [
        ("https://shinbun.jp/a", "ja", "2024年10月12日 09時43分", 540, "date line; zone Asia/Tokyo"),
        ("https://zeitung.de/a", "de", "12. Oktober 2024, 09.43 Uhr", 120, "date line; zone Europe/Berlin"),
        ("https://zeitung.de/a", "de", "12. Januar 2024, 09.43 Uhr", 60, "date line; zone Europe/Berlin"),
        ("https://samachar.in/a", "hi", "12 अक्टूबर 2024 09:43", 330, "date line; zone Asia/Kolkata"),
        ("https://jornal.br/a", "pt", "12 de outubro de 2024 09:43", None, "date line"),  # several zones
        ("https://paper.de/a", "en", "12 October 2024 09:43", None, "date line"),  # may be written anywhere
        ("https://xinwen.com/a", "zh", "2024-10-12 09:43", 480, "date line; zone Asia/Shanghai"),  # by its language
        ("https://novine.io/a", "el", "12 Οκτωβρίου 2024 09:43", 180, "date line; zone Europe/Athens"),
        ("https://xinwen.us/a", "zh", "2024-10-12 09:43", None, "date line"),  # in a country of another language
        ("https://startup.io/a", "en", "12 October 2024 09:43", None, "date line"),  # of no country
    ],
)
def test_a_printed_time_gets_the_offset_of_the_country(url, language, line, offset, witness):
    found = times(line, url, language)
    assert (found.published.clock, found.published.offset_minutes) == (time(9, 43), offset)
    assert found.published_from == witness


def test_a_printed_time_gets_the_offset_of_the_change():
    found = times("12 October 2024 09:43", node={"dateModified": "2024-10-12T11:00:00-05:00"})
    assert found.published.offset_minutes == -300
    assert found.published_from == "date line; offset of another time"
    later = times("12 October 2024 09:43", node={"dateModified": "2025-01-12T11:00:00-06:00"})
    assert later.published.offset_minutes is None  # winter time began in between


def test_a_declared_time_without_offset_stays_open_unless_it_is_printed():
    naive = {"datePublished": "2024-10-12T09:43:00"}
    assert times(url="https://zeitung.de/a", language="de", node=naive).published.instant is None
    printed = times("12.10.2024, 09:43 Uhr", "https://zeitung.de/a", "de", node=naive).published
    assert printed.instant.astimezone(ZoneInfo("Europe/Berlin")) == datetime(
        2024, 10, 12, 9, 43, tzinfo=ZoneInfo("Europe/Berlin")
    )


@pytest.mark.parametrize(
    ("declared", "line", "day"),
    [
        ("2024-10-13T02:18:11Z", "12 October 2024", date(2024, 10, 12)),  # in the Americas
        ("2024-10-12T22:18:11Z", "13 October 2024", date(2024, 10, 13)),  # in Asia
        ("2024-10-13T22:18:11Z", "12 October 2024", date(2024, 10, 13)),  # no place is 22 hours behind
        ("2024-10-13T02:18:11+02:00", "12 October 2024", date(2024, 10, 13)),  # is local
        ("2024-10-13T02:18:11Z", "", date(2024, 10, 13)),
    ],
)
def test_the_day_is_that_which_readers_see(declared, line, day):
    found = times(line, node={"datePublished": declared})
    assert (found.published_day, found.published.instant) == (day, datetime.fromisoformat(declared))


def test_an_ambiguous_day_is_settled_by_another_date():
    found = times("4/5/2024", metas={"dc.date": ["2024-04-05"]})
    assert (found.published.day, found.flags) == (date(2024, 4, 5), ())


@pytest.mark.parametrize(
    ("host", "language", "zone"),
    [
        ("paper.co.uk", "en-GB", "Europe/London"),
        ("avis.no", "no", "Europe/Oslo"),
        ("news.cn", "zh-CN", "Asia/Shanghai"),
        ("novosti.ru", "ru", None),
        ("site.tv", "en", None),
        ("paper.com", "en-US", None),
        ("203.0.113.7", "en", None),
        (None, "de", None),
        ("paper.de", None, None),
    ],
)
def test_the_zone_of_a_site(host, language, zone):
    found = zone_of(host, language)
    assert (found.key if found else None) == zone
