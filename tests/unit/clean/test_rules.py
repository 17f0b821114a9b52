"""The rules that label lines, with the model's decision on the story given."""

import pytest
from support.ids import case_id
from support.rule_pages import PARAGRAPHS, kept, labels_of

from tasks.clean.parse import class_words
from tasks.vocabulary import Label

BESIDE = "It was said later that the weather had been kinder than anyone on the quay had hoped it might be."


@pytest.mark.parametrize("is_html", [True, False])
@pytest.mark.parametrize(
    "end",
    "(dpa)|(dpa/lno)|(Reuters)|[AFP]|(km/h)|(SPD/Grüne)|[3/4]|(AFP/Reuters)|(1.92 metres / 88 kilos)".split("|"),
)
def test_a_paragraph_may_end_in_any_bracket(end, is_html):
    lines = [*PARAGRAPHS[:5], f"{PARAGRAPHS[5]} {end}"]
    assert kept(lines, is_html=is_html) == lines


def test_a_paragraph_of_two_sentences_may_end_in_a_credit_but_not_a_line_below_a_picture():
    long = f"{PARAGRAPHS[1]} {PARAGRAPHS[2]} Photo: Ilka Brandt"
    caption = "The long shed at Tallow Quay before the fire. Photo: Ilka Brandt"
    labels = labels_of([*PARAGRAPHS[:3], long, caption, *PARAGRAPHS[3:]])
    assert labels[long].label is Label.PARAGRAPH
    assert labels[caption].label is Label.CAPTION


def test_in_a_figure_an_agency_in_brackets_makes_a_caption_and_on_a_text_page_a_name_with_one():
    caption = "Sailmakers on the quay last week (Ilka Brandt/Getty Images)"
    agency = "Sailmakers met on the quay last week. (Reuters)"
    lines = [*PARAGRAPHS[:3], caption, agency, *PARAGRAPHS[3:]]
    assert [labels_of(lines, around={4: ("figure",)})[line].label for line in (caption, agency)] == [
        Label.PARAGRAPH,
        Label.CAPTION,
    ]
    assert labels_of(lines, is_html=False)[caption].label is Label.CAPTION
    assert agency in kept(lines, is_html=False)


@pytest.mark.parametrize(
    ("group", "label"),
    [("comment", Label.COMMENT), ("newsletter", Label.PROMO), ("byline", Label.FOOTER), ("nav", Label.NAVIGATION)],
)
def test_below_the_story_a_container_for_something_else_is_that(group, label):
    bit = class_words.BITS[group]
    assert labels_of([*PARAGRAPHS, BESIDE], classes={6: bit})[BESIDE].label is label
    amid = [*PARAGRAPHS[:3], BESIDE, *PARAGRAPHS[3:]]
    assert kept(amid, classes={3: bit}) == amid
    whole = dict.fromkeys(range(1, 7), bit)  # letters to the editor in an element of that name
    assert kept([*PARAGRAPHS, BESIDE], classes=whole) == [*PARAGRAPHS, BESIDE]


def test_a_consent_dialog_above_a_short_story_leaves_it():
    dialog = [
        "We and our 300 partners keep cookies on your device to measure how our pages are read each day.",
        "You may withdraw your consent at any time by the link at the foot of every page of ours.",
    ]
    labels = labels_of([*dialog, *PARAGRAPHS[:3]], classes=dict.fromkeys((0, 1), class_words.BITS["cookie"]))
    assert [labels[line].label for line in dialog] == [Label.FOOTER] * 2


def test_comments_below_their_title_or_between_names_and_replies_leave_the_text():
    remarks = ["I have sailed past that shed for years and am glad of it.", "My uncle made rope there as a boy."]
    titled = [*PARAGRAPHS, "2 Kommentare", *remarks]
    assert kept(titled, is_html=False, outside=(6,)) == PARAGRAPHS
    answered = [
        *PARAGRAPHS,
        "Ada Finch, 3 May 2024 at 10:12",
        remarks[0],
        "Reply",
        "Tom Oram, 4 May 2024 at 8:40",
        remarks[1],
        "Reply",
    ]
    assert kept(answered, is_html=False, outside=(6, 8, 9, 11)) == PARAGRAPHS
    early = [PARAGRAPHS[0], "2 Kommentare", *PARAGRAPHS[1:]]  # a link above the story
    assert kept(early, is_html=False, outside=(1,)) == PARAGRAPHS


def test_cards_below_the_story_are_related_however_many():
    cards = [
        text
        for n in range(12)
        for text in (f"Other news number {n} from the valley", f"What became of case {n} in the end, and who was glad.")
    ]
    lines = [*PARAGRAPHS, *cards]
    article = dict.fromkeys(range(6), 0) | {6 + n: 1 + n // 2 for n in range(24)}
    links = set(range(6, 30, 2))
    assert kept(lines, article=article, linked=links) == PARAGRAPHS
    live = dict.fromkeys(range(6, 30), class_words.BITS["live"])  # entries of a live blog
    assert set(kept(lines, article=article, linked=links, classes=live)) == set(lines)


def test_a_teaser_in_a_link_below_its_headline_is_related():
    lines = [*PARAGRAPHS[:3], "Bakers win a prize for rye", BESIDE, *PARAGRAPHS[3:]]
    inside = {3: class_words.IN_LINK, 4: class_words.IN_LINK}
    assert labels_of(lines, classes=inside, tags={3: "h4"})[BESIDE].label is Label.RELATED
    assert labels_of(lines, tags={3: "h4"})[BESIDE].label is Label.PARAGRAPH


def test_slides_of_other_stories_amid_the_text_are_related():
    slides = [f"{n}/30 Lamps of the coast" for n in range(1, 6)]
    lines = [*PARAGRAPHS[:4], *slides, *PARAGRAPHS[4:]]
    beside = dict.fromkeys(range(4, 9), class_words.BITS["sidebar"])
    assert kept(lines, classes=beside, tags=dict.fromkeys(range(4, 9), "h2")) == PARAGRAPHS
    own = [text for n, line in enumerate(PARAGRAPHS) for text in (f"{n + 1}/6 A step", line)]
    own = ["Six steps to a sail", *own]
    assert kept(own, tags={0: "h1"} | dict.fromkeys(range(1, 13, 2), "h2"), outside=(0,)) == own[1:]


def test_headlines_with_their_time_below_the_story_are_a_ticker_and_updates_of_a_live_blog_are_not():
    ticker = ["14:32 Council votes on bus lanes", "14:05 Ferry runs late again", "13:50 Rye loaf wins county prize"]
    labels = labels_of([*PARAGRAPHS, *ticker])
    assert [labels[line].label for line in ticker] == [Label.RELATED] * 3
    live = [f"{hour}:00 The fire brigade reports from the quay" for hour in range(10, 20)]
    assert kept(["The quay by the hour", PARAGRAPHS[0], *live], tags={0: "h1"}, outside=(0,)) == [PARAGRAPHS[0], *live]


@pytest.mark.parametrize("is_html", [True, False], ids=["HTML", "text"])
@pytest.mark.parametrize(
    ("story", "below"),
    [
        (PARAGRAPHS, ["The ferry has a new captain, who comes from...", "Two brothers have found an anchor that…"]),
        (
            PARAGRAPHS,
            ["Cut ropes", "Somebody has cut the ropes of forty boats...", "The choir looks for a tenor and... »"],
        ),
        ([*PARAGRAPHS, "And so it went on..."], []),
        ([*PARAGRAPHS[:2], "He waited...", *PARAGRAPHS[2:], "He waited...", "And then he was gone..."], []),
        (["The sea...", "The wind...", "The rain..."], []),
    ],
    ids=["two", "a title above", "the last words", "the writer's way", "a poem"],
)
def test_texts_below_the_story_that_a_program_cut_are_of_other_stories(story, below, is_html):
    assert kept([*story, *below], is_html=is_html) == story


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for our daily newsletter and read of the coast before your neighbours do.",
        "You can unsubscribe with one click.",
        "If you like what you read here, tell a friend, and follow us on all channels.",
        "Story continues below advertisement",
        "ADVERTISEMENT - SCROLL TO CONTINUE",
        "A post shared by Bettina Aldous (@ropes)",
        "Tags: ropes, sails, harbours",
        "Share this article:",
        "A version of this article appears in print on May 4, 2024, on page 3.",
        "Hear more audio stories in our app.",
        "Have you got a story for us? Write to the news desk.",
        "Puedes darte de baja cuando quieras.",
        "Suivez-nous sur tous les réseaux.",
    ],
    ids=case_id,
)
def test_promotion_in_sentences_leaves_the_text(line):
    lines = [*PARAGRAPHS[:3], line, *PARAGRAPHS[3:]]
    assert kept(lines) == PARAGRAPHS
    assert kept(lines, is_html=False) == PARAGRAPHS


@pytest.mark.parametrize(
    "line", ["Three hundred people sign up", "4. Brighter Click", "Tags were sewn to every sail that left the shed."]
)
def test_words_of_promotion_in_a_report_stay(line):
    assert line in kept([*PARAGRAPHS[:3], line, *PARAGRAPHS[3:]])


def test_who_the_writer_is_stands_below_the_story_and_not_in_it():
    about = "Nora Tamm is a reporter at the Quay Courier, where she writes about harbours."
    assert kept(["By Nora Tamm", *PARAGRAPHS, about], outside=(0,)) == PARAGRAPHS
    story = [
        PARAGRAPHS[0],
        "The town asked Nora Tamm, who keeps the archive, for the plans of the old shed and its looms.",
        *PARAGRAPHS[1:],
        about,
    ]
    assert about in kept(["By Nora Tamm", *story], outside=(0,))
    other = "Nora Tamm has lived on the quay all her life and knows every loom by its sound."
    assert other in kept([*PARAGRAPHS, other])
    assert (
        kept([*PARAGRAPHS, "Nora Tamm has covered the harbours of the county since 2011. She keeps two boats."])
        == PARAGRAPHS
    )


def test_a_refrain_stays_and_a_copied_run_or_a_copy_elsewhere_goes():
    a, b, c, d, e, f = PARAGRAPHS
    refrain = [a, BESIDE, b, c, BESIDE, d, e, BESIDE, f]
    assert kept(refrain) == refrain
    assert kept(refrain, is_html=False) == refrain
    assert kept([a, b, c, d, b, c, e]) == [a, b, c, d, e]
    assert kept([a, BESIDE, b, c, BESIDE], around={4: ("aside",)}) == [a, BESIDE, b, c]


def test_a_table_of_figures_between_paragraphs_is_the_story_s_and_one_of_links_is_not():
    cells = ["Boat", "Hours", "Osprey", "4:12", "Petrel", "4:40"]
    lines = [*PARAGRAPHS[:3], *cells, *PARAGRAPHS[3:]]
    place = range(3, 9)
    facts = {"tags": dict.fromkeys(place, "td"), "around": dict.fromkeys(place, ("table",)), "outside": tuple(place)}
    assert kept(lines, **facts) == lines
    assert kept(lines, **facts, linked=set(place)) == PARAGRAPHS
    assert kept(lines, **facts, classes=dict.fromkeys(place, class_words.BITS["related"])) == PARAGRAPHS


def test_a_short_last_sentence_is_not_lost():
    lines = [*PARAGRAPHS, "Then the looms stood still.", "Share"]
    facts = {"outside": (6, 7), "chance": {6: 0.4, 7: 0.1}}
    assert kept(lines, **facts) == lines[:-1]
    assert kept(lines, **facts, tags={6: "div"}) == PARAGRAPHS


@pytest.mark.parametrize("around", [0, 40])
def test_a_closing_paragraph_is_not_lost_on_a_page_of_few_lines(around):
    closing = (
        "The mill opens its doors again in May, and whoever wants to see the looms may come on the first Sunday of "
        "any month (12)"
    )
    lines = [*PARAGRAPHS, closing, *(f"Menu item {number}" for number in range(around))]
    outside = tuple(range(6, len(lines)))
    chance = {6: 0.4} | dict.fromkeys(range(7, len(lines)), 0.01)
    assert (closing in kept(lines, outside=outside, chance=chance)) == (around == 0)


@pytest.mark.parametrize(
    ("closing", "chance", "is_kept"),
    [
        (
            "בשבוע הראשון יוארכו שעות הפתיחה עד תשע בערב. כל מי שיחזיר ספר באיחור לא ישלם קנס, וגם הקפה בחינם.",
            0.2,
            True,
        ),
        (
            "בשבוע הראשון יוארכו שעות הפתיחה עד תשע בערב. כל מי שיחזיר ספר באיחור לא ישלם קנס, וגם הקפה בחינם.",
            0.05,
            False,
        ),
        (
            "첫 주에는 밤 아홉 시까지 연다. 책을 늦게 돌려준 사람도 벌금을 내지 않고 커피도 거저 마신다고 했다.",
            0.2,
            True,
        ),
        (
            "Читайте также: что изменится в городе весной, куда пойти в выходные и где купить свежую рыбу на рынке",
            0.2,
            False,
        ),
        (
            "Subscribe to our letter and read every Sunday what the town talks about and where the fish is fresh.",
            0.05,
            False,
        ),
    ],
    ids=["Hebrew", "Hebrew, unlikely", "Korean", "Russian without an end", "English, unlikely"],
)
def test_a_closing_paragraph_of_a_short_page_is_not_lost(closing, chance, is_kept):
    lines = [*PARAGRAPHS, closing]
    assert (closing in kept(lines, outside=(6,), chance={6: chance})) == is_kept


def test_the_short_lines_of_a_poem_stay():
    poem = [
        "The long shed stands",
        "beside the tide,",
        "and no one winds",
        "the rope inside.",
        "The long shed waits",
        "beside the tide,",
    ] * 3
    assert kept(["A song of ropes", *poem], tags={0: "h1"}, outside=(0,)) == poem


def test_sections_with_headings_of_their_own_are_one_story_and_whole_further_stories_are_not():
    sections = ["First the oil", "They oiled the looms by hand.", "Then the roof", "They laid new slates in a week."]
    lines = ["Sails from the quay", *PARAGRAPHS, *sections]
    tags = {0: "h1", 7: "h1", 9: "h1"}
    article = dict.fromkeys(range(7), 0) | {7: 1, 8: 1, 9: 2, 10: 2}
    assert set(sections) <= set(kept(lines, tags=tags, article=article))
    amid = [*lines, "The owners have asked for letters."]
    assert set(PARAGRAPHS) <= set(
        kept(
            amid,
            tags={0: "h1", 1: "h1"},
            article=dict.fromkeys(range(1, 7), 1) | {0: 0} | dict.fromkeys(range(7, 12), 0),
        )
    )
    other = [line.replace("sail", "net") + " " + BESIDE for line in PARAGRAPHS]
    article = dict.fromkeys(range(7), 0) | dict.fromkeys(range(7, 14), 1)
    assert not set(other) & set(kept([*lines[:7], "Nets", *other], tags={0: "h1", 7: "h1"}, article=article))
