"""Lines that point to other stories, within the story and below it."""

import pytest
from support.ids import case_id
from support.rule_pages import PARAGRAPHS, kept, page

from tasks.clean.label.rules import label_line, open_view
from tasks.vocabulary import Action

LINKS = ["Boats lie idle again this week", "A lamp for the old pier"]


@pytest.mark.parametrize(
    ("line", "is_kept"),
    [
        ("Related: Nine boats lie idle in the harbour as the price of fuel goes up", False),
        ("Must read: Nine boats lie idle in the harbour", False),
        ("Lesen Sie auch: Neun Boote liegen im Hafen still, seit der Preis für Treibstoff wieder steigt", False),
        ("Also read: Nine boats lie idle in the harbour, and those who own them ask what they are to live on", False),
        ("Read more about the nine boats and their owners.", True),
        ("Idle boats: the harbour office counts nine of them", True),
    ],
    ids=case_id,
)
def test_a_linked_headline_behind_a_label_is_of_another_story(line, is_kept):
    lines = [*PARAGRAPHS[:3], line, *PARAGRAPHS[3:]]
    assert (line in kept(lines, linked={3})) == is_kept


@pytest.mark.parametrize(
    ("line", "link_share", "is_kept"),
    [
        ("اقرأ أيضا: تسعة قوارب متوقفة في الميناء", 0.73, False),
        ("یہ بھی پڑھیں: بندرگاہ میں نو کشتیاں کھڑی ہیں", 0.7, False),
        ("함께 읽기: 항구에 배 아홉 척이 묶여 있다", 0.74, False),
        ("함께 읽기: 항구에 배 아홉 척이 묶여 있다", 0.2, True),
        ("함께 읽기: 항구에 배 아홉 척이 묶여 있다", 1.0, True),
        ("Website: the nine boats of the old harbour", 0.8, True),
    ],
    ids=["Arabic", "Urdu", "Korean", "a word of it", "all of it", "data in Latin letters"],
)
def test_in_other_scripts_a_link_behind_a_label_is_of_another_story(line, link_share, is_kept):
    view = open_view(page([*PARAGRAPHS[:5], line, PARAGRAPHS[5]]))
    view.page.link_share[5] = link_share
    assert (label_line(view, 5).action is Action.KEEP) == is_kept


@pytest.mark.parametrize(
    ("lines", "linked", "is_kept"),
    [
        ([*PARAGRAPHS, *LINKS], {6, 7}, False),
        ([*PARAGRAPHS, *LINKS], {6}, True),
        ([*PARAGRAPHS[:3], LINKS[0], *PARAGRAPHS[3:], *LINKS], {3, 7, 8}, True),
        ([PARAGRAPHS[0], *LINKS], {1, 2}, True),
    ],
    ids=["links only", "one is not a link", "links amid the story, too", "most of the story"],
)
def test_links_in_paragraphs_below_the_last_one_are_of_other_stories(lines, linked, is_kept):
    assert (LINKS[1] in kept(lines, linked=linked)) == is_kept


def test_sources_in_a_list_below_the_story_stay():
    lines = [*PARAGRAPHS, *LINKS]
    assert set(LINKS) <= set(kept(lines, linked={6, 7}, tags={6: "li", 7: "li"}))
