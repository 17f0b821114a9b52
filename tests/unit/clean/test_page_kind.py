"""The verdict on a page, and the rules that rest on it: what is published with a doubt, what is not an article."""

import pyarrow as pa
import pytest
from support.ids import case_id
from support.pages import page_table

from expectations import clean, extract
from expectations.gate import check
from expectations.thresholds import DEFAULT_FILE, ThresholdError, load_thresholds
from tasks import schema
from tasks.clean.core import clean_pages
from tasks.clean.label.page_kind import PageFacts, judge
from tasks.clean.model.lexicon import Entry
from tasks.extract.core import extract_documents

KINDS = "listing product forum documentation service video login cookie_wall error_page empty_shell".split()
THRESHOLD = load_thresholds().clean.story_probability_min


def document(**changes):
    """A row of `schema.DOCUMENTS` of a plain article."""
    plain = {
        "doc_id": "d",
        "kind": "article",
        "story_probability": 1.0,
        "kept_word_count": 300,
        "kept_line_count": 9,
        "line_count": 40,
        "byte_count": 9000,
        "body_confidence": 0.9,
    }
    return schema.blank_row(schema.DOCUMENTS) | plain | changes


def verdict_on(*documents, **numbers):
    rows = [row | {"doc_id": str(n)} for n, row in enumerate(documents)]
    suite = clean.suite(load_thresholds().clean.model_copy(update=numbers))
    return check(suite, clean.slim(pa.Table.from_pylist(rows, schema=schema.DOCUMENTS).select(list(suite.columns))))


@pytest.mark.parametrize("kind", KINDS)
def test_each_other_kind_has_a_rule_that_takes_what_hardly_holds_a_story(kind):
    unlikely = document(story_probability=THRESHOLD / 2, other_kind=kind, kind_reason="links, and no paragraph")
    likely = document(story_probability=THRESHOLD + 0.1, other_kind=kind, kind_reason="links, and no paragraph")
    verdict = verdict_on(unlikely, likely, document(other_kind=kind))
    assert verdict.reasons == {0: [f"clean.{kind}"]}
    assert verdict.details[0] == f"links, and no paragraph; {THRESHOLD / 2:.0%} likely to hold a story"


@pytest.mark.parametrize("unnamed", [None, "weather map"])
def test_what_is_of_no_named_kind_counts_as_a_listing(unnamed):
    verdict = verdict_on(document(story_probability=THRESHOLD / 2, other_kind=unnamed))
    assert verdict.reasons == {0: ["clean.listing"]}
    assert verdict.details[0] == f"no story; {THRESHOLD / 2:.0%} likely to hold a story"


def test_the_threshold_is_one_number_and_never_lets_through_what_is_certain():
    doubtful, certain = (
        document(story_probability=0.5, other_kind="forum"),
        document(story_probability=0.0, kind="login", other_kind="login", kind_reason="a form"),
    )
    assert verdict_on(doubtful, certain, story_probability_min=0.6).reasons == {0: ["clean.forum"], 1: ["clean.login"]}
    low = verdict_on(doubtful, certain, story_probability_min=0.01)
    assert low.reasons == {1: ["clean.login"]}
    assert low.details == {1: "a form"}  # what is certain needs no number


def test_a_threshold_of_nothing_is_refused(tmp_path):
    path = tmp_path / "thresholds.yml"
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace(f"story_probability_min: {THRESHOLD}", "story_probability_min: 0"), encoding="utf-8")
    with pytest.raises(ThresholdError, match=r"story_probability_min: must be greater than or equal to 0.01, not 0"):
        load_thresholds(path)


def test_a_page_that_could_not_be_read_is_of_no_kind():
    broken = schema.blank_row(schema.DOCUMENTS) | {
        "doc_id": "d",
        "kind": "article",
        "problem": "clean.parser_crash",
        "problem_detail": "x",
    }
    assert "clean.listing" not in verdict_on(broken).reasons[0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body_confidence": 0.1}, None),
        ({"kept_word_count": 8}, None),
        ({"kept_word_count": 7}, "clean.too_short"),
        ({"link_share": 0.97}, None),
        ({"link_share": 1.0}, "clean.link_list"),
        ({"kind": "stub", "kept_word_count": 80}, None),
        ({"kind": "stub", "kept_word_count": 79, "kind_reason": "cut"}, "clean.paywall_stub"),
        ({"damaged_char_count": 100}, "clean.undecodable"),
    ],
    ids=case_id,
)
def test_what_is_only_doubtful_passes(changes, code):
    assert verdict_on(document(**changes)).reasons == ({0: [code]} if code else {})


@pytest.mark.parametrize("number", [{"body_confidence_min": 0.35}, {"link_share_max": 0.6}])
def test_an_analyst_may_ask_for_a_stricter_dataset(number):
    assert verdict_on(document(body_confidence=0.1, link_share=0.9), **number).reasons


def test_a_story_that_is_one_link_is_no_list_of_links():
    days = ("Monday", "Tuesday", "Wednesday", "Thursday")
    body = "".join(
        (
            f'<p><a href="/{day}">The council said on {day} that the old harbour bridge will be repaired before the '
            "winter.</a></p>"
        )
        for day in days
    )
    raw = f"<html><body><article><h1>Council repairs the bridge</h1>{body}</article></body></html>"
    (found,) = clean_pages(page_table(raw)).documents.to_pylist()
    assert found["kept_word_count"] > 20
    assert found["link_share"] == 0.0


ENTRY = {"kind": "", "phrase": "some words", "mode": "line", "word_count": 2}


@pytest.mark.parametrize(
    ("kinds", "changes", "kind", "probability"),
    [
        ((), {}, "article", 1.0),
        ((), {"kept_words": 12, "page_words": 30.0, "page_lines": 4}, "article", 1.0),
        ((), {"clock_lines": 6}, "live", 1.0),
        ((), {"is_ending_in_dots": True, "kept_lines": 1, "kept_words": 25}, "stub", 1.0),
        ((), {"is_ending_in_dots": True, "kept_lines": 1, "kept_words": 80}, "article", 1.0),
        ((), {"is_ending_in_dots": True, "kept_lines": 4, "kept_words": 40}, "article", 1.0),
        ((), {"is_live_declared": True, "kept_words": 6}, "live", 1.0),
        ((), {"kept_words": 4}, "listing", 0.0),
        ((), {"kept_words": 4, "page_words": 20.0}, "empty_shell", 0.0),
        (("not_article.error",), {"kept_words": 20}, "error_page", 0.0),
        (("not_article.error",), {}, "article", 1.0),
        (("not_article.login",), {"kept_words": 20}, "login", 0.0),
        (("not_article.cookie_wall",), {"kept_words": 20}, "cookie_wall", 0.0),
        (("footer.cookie",) * 3, {"kept_words": 90, "page_lines": 20}, "cookie_wall", 0.0),
        (("footer.cookie",), {"kept_words": 19, "page_lines": 8}, "cookie_wall", 0.0),
        (("footer.cookie",) * 2, {"kept_words": 68, "page_lines": 5}, "cookie_wall", 0.0),
        # two notices around a brief
        (("footer.cookie",) * 2, {"kept_words": 68, "page_lines": 20}, "article", 1.0),
        (("navigation.login",) * 3, {"kept_words": 17, "page_lines": 4}, "login", 0.0),
        (("navigation.login",) * 3, {"kept_words": 17, "page_lines": 30}, "article", 1.0),
        # a short poem on a page with a cookie notice
        (("footer.cookie",), {"kept_words": 19, "page_lines": 25}, "article", 1.0),
        (("paywall.cut",), {"kept_words": 90, "last_kept": 1}, "stub", 1.0),
        # some sentences saved without their site
        (
            (),
            {
                "kept_words": 90,
                "page_words": 100.0,
                "page_lines": 9,
                "story_probability": 0.04,
                "other_kind": "service",
            },
            "article",
            0.5,
        ),
        (
            (),
            {
                "kept_words": 90,
                "page_words": 300.0,
                "page_lines": 9,
                "story_probability": 0.04,
                "other_kind": "service",
            },
            "article",
            0.04,
        ),
    ],
    ids=case_id,
)
def test_the_verdict_on_a_page(kinds, changes, kind, probability):
    entries = {n: Entry(**ENTRY | {"kind": name}) for n, name in enumerate(kinds)}
    plain = {
        "kept_words": 300,
        "page_words": 500.0,
        "page_lines": 60,
        "last_kept": 1,
        "is_ending_in_dots": False,
        "kept_lines": 8,
        "is_live_declared": False,
        "clock_lines": 0,
        "story_probability": 1.0,
        "other_kind": None,
        "features": {},
    }
    verdict = judge(PageFacts(entries=entries, **plain | changes))
    assert (verdict.kind, verdict.story_probability) == (kind, probability)
    assert verdict.other_kind == (changes.get("other_kind") if probability else kind)
    assert bool(verdict.reason) == (kind != "article" or probability < 0.8)


@pytest.mark.parametrize(
    ("other", "look", "why"),
    [
        (
            "product",
            {"money_blocks": 2.0, "price": 1.0},
            "reads like a product page: a price is declared, prices in several lines, 300 of 500 words are prose",
        ),
        (
            "forum",
            {"type_forum": 1.0},
            "reads like a forum thread: declared as a discussion, 300 of 500 words are prose",
        ),
        (
            "listing",
            {"page_links": 0.7},
            "reads like a list of links: most words are links, 300 of 500 words are prose",
        ),
        ("service", {}, "reads like a page that offers a service: 300 of 500 words are prose"),
    ],
    ids=case_id,
)
def test_a_page_that_may_hold_no_story_says_what_it_reads_like(other, look, why):
    facts = PageFacts(
        300,
        500.0,
        60,
        {},
        1,
        is_ending_in_dots=False,
        kept_lines=8,
        is_live_declared=False,
        clock_lines=0,
        story_probability=0.1,
        other_kind=other,
        features=look,
    )
    verdict = judge(facts)
    assert (verdict.kind, verdict.story_probability, verdict.other_kind, verdict.reason) == ("article", 0.1, other, why)


def row(inner, lang="en", **changes):
    """The candidate of a page with this article; `changes` are what clean said of it."""
    html = f'<html lang="{lang}"><head></head><body><article>{inner}</article></body></html>'
    documents, lines, _ = clean_pages(page_table(html))
    # which lines are the story is not what is tried here
    kept = {"label": "paragraph", "action": "keep", "reason": "running_text"}
    lines = pa.Table.from_pylist(
        [line | kept if line["tag"] == "p" else line for line in lines.to_pylist()], schema=schema.LINES
    )
    sure = {"story_probability": 1.0}  # a page of a few sentences is a doubtful one
    documents = pa.Table.from_pylist([documents.to_pylist()[0] | sure | changes], schema=schema.DOCUMENTS)
    return extract_documents(documents, lines).to_pylist()[0]


HEADLINE = "<h1>Ferry company buys two boats for the island</h1>"
STORY = "".join(
    (
        f"<p>The ferry company said on {day} that the new boat for the island will carry forty cars and their "
        "passengers.</p>"
    )
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday")
)


@pytest.mark.parametrize(
    ("inner", "changes", "flag"),
    [
        (HEADLINE + STORY, {"body_confidence": 0.49}, "body_doubtful"),
        (HEADLINE + STORY, {"body_confidence": 0.51}, None),
        (HEADLINE + STORY, {"body_confidence": 0.9, "story_probability": 0.79}, "story_doubtful"),
        (HEADLINE + STORY, {"body_confidence": 0.9, "story_probability": 0.81}, None),
        (STORY, {"body_confidence": 0.9}, "title_missing"),
        (HEADLINE + STORY, {"body_confidence": 0.9, "kind": "stub"}, "text_cut_off"),
        (HEADLINE + STORY.replace("ferry", "f\ufffdrry"), {"body_confidence": 0.9}, "encoding_damage"),
    ],
    ids=case_id,
)
def test_a_doubt_is_a_flag_of_the_row(inner, changes, flag):
    assert row(inner, **changes)["flags"] == ([flag] if flag else [])


def test_the_probability_of_a_story_goes_into_the_row_and_its_confidence():
    sure, doubtful = (
        row(HEADLINE + STORY, body_confidence=0.8),
        row(HEADLINE + STORY, body_confidence=0.8, story_probability=0.5),
    )
    assert (sure["story_probability"], doubtful["story_probability"]) == (1.0, 0.5)
    assert doubtful["confidence"] == pytest.approx(sure["confidence"] * 0.5 / 0.95, abs=1e-4)


# two sentences each; a brief says as much in forty letters of Han as in thirty English words
BRIEFS = {
    "zh": "市议会周一决定修复河上的旧桥，工程将于春天开始。费用约为两百万元，由市政府承担，居民表示欢迎。",
    "my": "မြို့တော်ကောင်စီက တနင်္လာနေ့တွင် တံတားဟောင်းကို ပြုပြင်ရန် ဆုံးဖြတ်ခဲ့သည်။ နွေဦးတွင် အလုပ်စတင်မည်။",
    "km": "ក្រុមប្រឹក្សាក្រុងបានសម្រេចកាលពីថ្ងៃចន្ទជួសជុលស្ពានចាស់។ ការងារនឹងចាប់ផ្តើមនៅរដូវផ្ការីក។",
    "th": "สภาเมืองมีมติเมื่อวันจันทร์ให้ซ่อมสะพานเก่าข้ามแม่น้ำ งานจะเริ่มในฤดูใบไม้ผลิ",
    "en": "The council will repair the old bridge. Work starts in spring.",
}


@pytest.mark.parametrize("language", BRIEFS)
def test_a_brief_of_two_sentences_passes_in_any_script(language):
    candidate = row(f"<h1>{BRIEFS[language][:12]}</h1><p>{BRIEFS[language]}</p>", language)
    words = candidate["word_count"]
    assert words >= 8
    made = extract.suite(load_thresholds().extract)
    table = pa.Table.from_pylist([candidate], schema=schema.CANDIDATES).select(list(made.columns))
    assert check(made, extract.slim(table)).reasons == {}


def candidates(**changes):
    plain = {
        "title_char_count": 40,
        "text_char_count": 900,
        "mean_paragraph_words": 30.0,
        "confidence": 0.9,
        "title": "A title",
        "title_confidence": 0.9,
    }
    rows = [
        schema.blank_row(schema.CANDIDATES) | plain | changes | {"doc_id": str(n), "text_digest": str(n)}
        for n in range(10)
    ]
    made = extract.suite(load_thresholds().extract)
    table = pa.Table.from_pylist(rows, schema=schema.CANDIDATES).select(list(made.columns))
    return check(made, extract.slim(table))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"confidence": 0.01}, None),
        ({"mean_paragraph_words": 3.0}, None),  # a poem
        ({"mean_paragraph_words": 1.2}, "extract.list_of_words"),
        ({"text_char_count": 40}, None),
        ({"text_char_count": 39}, "extract.text_too_short"),
    ],
    ids=case_id,
)
def test_what_extract_quarantines(changes, code):
    assert {code for codes in candidates(**changes).reasons.values() for code in codes} == ({code} if code else set())


def test_a_headline_that_is_missing_is_a_warning_and_no_loss():
    verdict = candidates(title=None, title_char_count=0, title_confidence=None)
    assert verdict.reasons == {}
    assert "extract.title_missing" in {outcome.code for outcome in verdict.warnings}


def test_rows_from_before_the_column_are_taken_for_stories():
    old = pa.Table.from_pylist([schema.blank_row(schema.ARTICLES)], schema=schema.ARTICLES).drop_columns(
        ["story_probability"]
    )
    assert schema.conform(old, schema.ARTICLES).column("story_probability").to_pylist() == [1.0]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["This article is for subscribers. Please choose an offer."], "stub"),
        ([*["A line of the page."] * 5, "Subscribe to continue reading this article."], "stub"),
        (["Jetzt weiterlesen"], "stub"),
        ([*[f"Line {n} of the page" for n in range(40)], "Subscription", "Contact"], "article"),
        ([line for title in ("Choir", "Snow", "School") for line in (title, "Continue reading")], "article"),
        (["Abo", "Kontakt", "Impressum"], "article"),
    ],
    ids=["a sentence", "a sentence further below", "a button", "a menu", "teasers", "a short menu"],
)
def test_a_note_on_subscriptions_cuts_the_text_that_it_is_near(lines, kind):
    story = [
        "The last lamp of the village was lit again on Monday, for the first time since the great storm of 1987.",
        "Its keeper, who has looked after it for thirty years, said that he had never seen the street so full.",
        "Forty people waited below it until the light came on, and then walked home without their torches.",
    ]
    text = "\n".join(["Lamp lit again", "9 May 2023", *story, *lines])
    (found,) = clean_pages(page_table(text, "text/plain")).documents.to_pylist()
    assert found["kind"] == kind
