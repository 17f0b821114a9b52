"""Whatever deserves a second look is a flag of the row, and only that."""

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from support.pages import page_table, process
from support.paths import EXPECTED

from expectations import extract
from expectations.gate import check
from expectations.thresholds import load_thresholds
from tasks import schema
from tasks.extract.doubts import (
    ends_open,
    is_at_once,
    is_disordered,
    is_mixed,
    is_unlike,
    language_samples,
    replaced_letters,
    title_found_share,
)
from tasks.vocabulary import Doubt

EN = (
    "The harbour trust agreed to spend two million on the old ferry pier. "
    "The cost of the pier rose by a third in the spring. "
    "A boat from the island brought timber, rope and four new lamps to the workers of the night shift. "
    "The judge gave both of the sides a month to answer the claims of the builders, "
    "and the town waited for the end of the storm. "
) * 3


def golden(name):
    """The text of a golden page."""
    return json.loads((EXPECTED / name).read_text(encoding="utf-8"))["text"]


@pytest.mark.parametrize(
    ("last", "is_open"),
    [
        ("The council will meet again on Monday to decide on the", True),
        ("The council will meet again on Monday to decide on it.", False),
        ("“We shall see what the council makes of it on Monday”", False),
        ("Additional reporting by Hester Varley", False),  # a signature, too short for a sentence
    ],
)
def test_a_text_that_breaks_off(last, is_open):
    assert ends_open(["A first paragraph.", last]) == is_open


def test_a_headline_over_another_story():
    assert title_found_share("Lighthouse keeper wins regional chess tournament", EN) <= 0.25
    assert title_found_share("Harbour trust spends two million on ferry pier", EN) > 0.5
    assert title_found_share("Oh no", EN) is None


@pytest.mark.parametrize(
    ("title", "is_own"),
    [
        ("港口信託撥款二百萬元修復舊渡輪碼頭", True),
        ("港口碼頭獲二百萬元修復", True),
        ("西部山區連日暴雨引發山體滑坡", False),
        ("港口", None),
    ],
)
def test_a_headline_without_spaces(title, is_own):
    text = "港口信託週一宣布，將撥款二百萬元修復市內的舊渡輪碼頭。居民對此表示歡迎，工程預計明年春天完成。"
    share = title_found_share(title, text)
    assert share is None if is_own is None else (share > 0.9) == is_own


def test_words_in_no_order():
    words = EN.split()
    stirred = " ".join(words[::2] + words[1::2])
    assert is_disordered(stirred, "en", len(words))
    assert not is_disordered(EN, "en", len(words))
    assert not is_disordered(EN, "ja", len(words))
    assert is_disordered("of of the the " * 400 + "x" * 10**6, "en", 1_601)  # a word as long as a book


def test_the_order_of_words_is_judged_by_form_in_any_language():
    polish = "Rada miasta zgodziła się na remont starego mostu. Prace ruszą wiosną i potrwają do jesieni. " * 6
    words = polish.split()
    assert is_disordered(" ".join(words[::2] + words[1::2]), "pl", len(words))
    assert is_disordered(" ".join(f"{word} {word}" for word in words), "pl", 2 * len(words))
    assert not is_disordered(polish, "pl", len(words))
    assert not is_disordered("Wzrost o 3 proc. w marcu, o 2 proc. w maju. " * 8, "pl", 80)  # abbreviations


def test_short_words_that_are_missing():
    words = [word for word in EN.split() if len(word) > 3]
    assert is_disordered(" ".join(words), "en", len(words))
    assert not is_disordered(EN, "en", len(EN.split()))


def test_german_words_that_changed_places_with_their_neighbours():
    german = golden("talblick/weinlese.json")

    def turned(sentence):
        words = sentence.split()
        for n in range(0, len(words) - 1, 2):
            words[n], words[n + 1] = words[n + 1], words[n]
        return " ".join(words)

    plain = (
        "Nach dem Sturm im vergangenen Juli blieb die Bäckerei an der Allee für die Wartenden offen. "
        "Bei Regen über dem Tal fanden Arbeiter aus dem Ort eine Mauer aus Ziegeln. "
        "Gegen den Rat von Fachleuten floss der Verkehr um die Halle herum. "
        "Mit Unterschriften in der Hand zogen Kinder von der Schule zum Markt. "
    ) * 2
    swapped = ". ".join(turned(sentence) for sentence in plain.split(". "))
    assert is_disordered(swapped, "de", len(swapped.split()))
    assert not is_disordered(plain, "de", len(plain.split()))
    assert not is_disordered(german, "de", len(german.split()))


def test_a_text_half_in_another_language():
    english, german = golden("islandobserver/lighthouse-sale.json"), golden("talblick/weinlese.json")
    assert is_mixed(language_samples(english[:1200] + german[:1200]), "en")
    assert is_mixed(language_samples(english[:1200] + german[:1200]), "de")
    assert not is_mixed(language_samples(english), "en")
    assert not is_mixed(language_samples(german), "de")


def test_letters_that_are_not_those_of_the_language():
    english = golden("islandobserver/lighthouse-sale.json")
    mixed_case = "".join(char.upper() if number % 2 else char for number, char in enumerate(english))
    assert is_unlike(language_samples(mixed_case), "en")
    assert is_unlike(language_samples(english.translate(str.maketrans("aeio", "4310"))), "en")
    assert not is_unlike(language_samples(english), "en")
    assert not is_unlike(language_samples("Too short."), "en")


def test_question_marks_in_place_of_letters():
    assert replaced_letters("Das Geb?ude geh?rt der B?rgerstiftung.", 5) == 3
    assert replaced_letters("Wer war es? Niemand. Siehe site.example/watch?v=1 und a?b=c", 10) == 0
    assert replaced_letters("Glued?together " + "word " * 300, 302) == 0


def test_a_page_that_prints_the_clock():
    now = datetime(2026, 9, 5, 12, tzinfo=UTC)
    assert is_at_once(now, now + timedelta(seconds=2))
    assert not is_at_once(now - timedelta(minutes=5), now)
    assert not is_at_once(None, now)


def row(inner, head="", url="https://ledger.example/a/b", lang="en"):
    html = f'<html lang="{lang}"><head>{head}</head><body><article>{inner}</article></body></html>'
    page = page_table(html, source_uri="s", url=url, fetched_at=datetime(2026, 9, 5, tzinfo=UTC))
    (candidate,) = process(page)[2].to_pylist()
    # a page of a few sentences and nothing around them is a doubtful one, which is not what is tried here
    candidate["flags"] = [flag for flag in candidate["flags"] if flag not in ("story_doubtful", "body_doubtful")]
    return candidate


TITLE = "<h1>Harbour trust spends two million on pier</h1>"
PARAGRAPHS = "".join(f"<p>{sentence.strip()}.</p>" for sentence in dict.fromkeys(EN.strip(" .").split(". ")))


@pytest.mark.parametrize(
    ("declared", "is_flagged"),
    [
        pytest.param("https://www.ledger.example/x", False, id="the site itself"),
        pytest.param("https://news.ledger.example/x", False, id="another section of it"),
        pytest.param("https://staging.ledger.example/x", True, id="where pages are tried out"),
        pytest.param("https://preview-2.ledger.example/x", True, id="a numbered one"),
        pytest.param("https://testament.ledger.example/x", False, id="only the same start"),
    ],
)
def test_an_address_on_a_host_for_tests_is_that_of_another_site(declared, is_flagged):
    found = row(TITLE + PARAGRAPHS, f'<link rel="canonical" href="{declared}">')
    assert ("page_of_another_site" in found["flags"]) == is_flagged


def test_flags_come_with_the_row():
    whole = row(TITLE + PARAGRAPHS)
    assert whole["flags"] == []
    canonical = '<link rel="canonical" href="https://elsewhere.example/x">'
    other = row(TITLE + PARAGRAPHS, canonical, lang="fr")
    assert set(other["flags"]) == {"page_of_another_site", "language_not_as_declared"}
    assert {doubt.value for doubt in Doubt} >= set(other["flags"])
    assert all(doubt.sentence.endswith(".") for doubt in Doubt)


def test_a_paragraph_that_stands_twice_is_kept_once():
    once = row(TITLE + PARAGRAPHS)
    twice = row(TITLE + PARAGRAPHS + PARAGRAPHS)
    assert twice["text"] == once["text"]


NOON = datetime(2024, 10, 12, 12, 0, 7, tzinfo=UTC)


def candidates(rows, **columns):
    made = [
        {
            "doc_id": str(n),
            "domain": "a.example",
            "published_at": NOON + timedelta(minutes=n),
            "published_date": NOON.date(),
            "published_confidence": 0.9,
            "title_confidence": 0.9,
            "authors_confidence": 0.9,
            "publisher_confidence": 0.9,
            "title": title,
            "text_digest": digest,
            "title_char_count": 40,
            "text_char_count": 900,
            "mojibake_count": 0,
            "mean_paragraph_words": 30.0,
            "confidence": 0.9,
            "fetched_at": None,
            "publisher": "A",
            "language": "en",
            "author_count": 1,
            "flags": flags,
        }
        | {name: values[n] for name, values in columns.items()}
        for n, (title, digest, flags) in enumerate(rows)
    ]
    columns = extract.suite(load_thresholds().extract).columns
    return pa.Table.from_pylist(made, schema=pa.schema([schema.CANDIDATES.field(name) for name in columns]))


def verdict(rows, **columns):
    return check(extract.suite(load_thresholds().extract), extract.slim(candidates(rows, **columns)))


def warned(rows, **columns):
    return {outcome.code for outcome in verdict(rows, **columns).warnings}


def test_one_headline_over_many_texts_and_one_text_under_many_headlines():
    usual = [(f"Headline number {n} of the day", f"t{n}", []) for n in range(20)]
    assert warned(usual) == set()
    assert warned(usual + [("Latest local news", f"x{n}", []) for n in range(4)]) == {"extract.title_repeated"}
    assert warned([*usual, ("A wholly other story here", "t3", [])]) == {"extract.text_repeated"}
    # an edited headline over the same text is no mistake
    assert warned([*usual, ("Headline number 3 of the week", "t3", [])]) == set()
    stirred = [("Stirred words", f"y{n}", ["words_out_of_order"]) for n in range(2)]
    assert warned(usual + stirred) == {"extract.words_out_of_order"}


def test_one_instant_of_many_articles():
    rows = [(f"Headline number {n} of the day", f"t{n}", []) for n in range(10)]
    build, midnight = NOON - timedelta(days=90), datetime(2024, 10, 12, tzinfo=UTC)
    assert warned(rows) == set()
    assert warned(rows, published_at=[build] * 10) == {"extract.instant_repeated"}
    assert warned(rows, published_at=[build] * 4 + [None] * 6) == set()
    assert warned(rows, published_at=[midnight] * 10) == set()  # a day written as an instant
    sites = [f"{n}.example" for n in range(10)]
    assert warned(rows, published_at=[build] * 10, domain=sites) == set()
    # ten copies of a text are one article
    assert warned(rows, published_at=[build] * 10, text_digest=["t"] * 10, title=["One"] * 10) == set()


@pytest.mark.parametrize(
    ("columns", "detail"),
    [
        ({"title_confidence": 1.5}, "title_confidence is 1.5 with a value of title"),
        ({"publisher_confidence": -0.5}, "publisher_confidence is -0.5 with a value of publisher"),
        ({"authors_confidence": None}, "authors_confidence is None with a value of authors"),
        ({"author_count": 0}, "authors_confidence is 0.5 without a value of authors"),
        ({"published_date": None}, "published_confidence is 0.5 without a value of published"),
        ({"published_date": None, "published_confidence": None}, None),
        ({"title": None, "title_confidence": None}, None),
        ({"title": None}, "title_confidence is 0.5 without a value of title"),
    ],
)
def test_a_field_has_a_confidence_if_and_only_if_it_has_a_value(columns, detail):
    sound = {f"{field}_confidence": 0.5 for field in ("title", "authors", "published", "publisher")}
    found = verdict([("A headline", "t", [])], **{name: [value] for name, value in (sound | columns).items()})
    assert found.reasons == ({0: ["extract.field_confidence"]} if detail else {})
    assert found.details == ({0: detail} if detail else {})
