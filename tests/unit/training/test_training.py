"""Training data: gold texts are aligned to blocks by position, and pages written over keep their form."""

import numpy as np
import pytest

from tasks.training import scripts
from tasks.training.align import label_lines
from tasks.training.corpus import fold_of, group_of

STORY = [
    "The harbour board voted on Monday to dredge the northern channel before winter.",
    "It will cost four million crowns, which the town has to borrow.",
    "Shipping lines had asked for the work since a freighter ran aground in March.",
]


def test_a_copy_of_the_story_above_it_is_not_the_story():
    lines = ["Home", STORY[0], "Sport", "Weather", "Subscribe now", *STORY, "Read more"]
    assert np.flatnonzero(label_lines(lines, "\n\n".join(STORY))).tolist() == [5, 6, 7]


def test_a_short_line_belongs_to_the_story_where_the_gold_has_it():
    body = "\n\n".join([STORY[0], "Costs", STORY[1], STORY[2]])
    lines = ["Costs", "Menu", STORY[0], "Costs", STORY[1], "Advertisement", STORY[2], "Costs"]
    assert np.flatnonzero(label_lines(lines, body)).tolist() == [2, 3, 4, 6]


def test_parts_in_another_order_are_the_story_too():
    lines = [STORY[2], "Share", STORY[0], STORY[1]]
    assert np.flatnonzero(label_lines(lines, "\n\n".join(STORY))).tolist() == [0, 2, 3]


def test_a_chinese_line_is_matched_by_its_letters():
    story = ["港口委员会周一投票决定在冬季之前疏浚北航道。", "这项工程耗资四百万。"]
    lines = ["首页", *story, "版权所有"]
    assert label_lines(lines, "\n\n".join(story)).tolist() == [False, True, True, False]


@pytest.mark.parametrize("name", sorted(scripts.SCRIPTS))
def test_a_page_written_over_keeps_its_markup_and_loses_its_words(name):
    html = (
        f'<html><head><meta name="description" content="{STORY[0]}"></head><body><p class="lead">{STORY[0]}</p><a '
        'href="/a/b">More</a></body></html>'
    )
    made = scripts.write_over(html, name)
    assert made.count("<") == html.count("<")
    assert 'class="lead"' in made
    assert 'href="/a/b"' in made
    assert "harbour" not in made.lower()
    assert scripts.text_over(STORY[0], name) in made  # the declared summary is written over alike
    assert made.count(scripts.text_over(STORY[0], name)) == 2


def test_a_site_is_in_one_fold_in_all_corpora():
    urls = ["https://www.ledger.example/a", "https://sport.ledger.example/b", "http://ledger.example/"]
    groups = {group_of({"url": url, "publisher": "x", "page_id": "1"}) for url in urls}
    assert groups == {"ledger.example"}
    assert group_of({"url": "https://a.news.co.uk/x", "publisher": None, "page_id": "1"}) == "news.co.uk"
    assert len({fold_of("ledger.example", 3) for _ in range(3)}) == 1
