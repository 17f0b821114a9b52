"""Pages that a scraper saved as Markdown: recognised by form, read like pages with elements."""

from datetime import date
from textwrap import fill

import pytest

from flows.article import read_article
from tasks.clean.parse.markdown import as_html
from tasks.ingest.sniff import media_type

TITLE = "Kiln Street bakery reopens after the flood"
PARAGRAPHS = [
    "The bakery on Kiln Street sold its first loaves in five months on Thursday, and by nine the shelves were bare.",
    "“The oven stood in water to its door,” said Petra Lund, who has run the shop with her brother since 2011.",
    "Neighbours raised **€18,000** for a new mixer, and the guild lent two of its [journeymen](https://k.example/guild).",
    "The town plans a wall of sandbags along the mill race until the culvert is widened in the autumn.",
]
TEXT = [
    PARAGRAPHS[0],
    PARAGRAPHS[1],
    "Neighbours raised €18,000 for a new mixer, and the guild lent two of its journeymen.",
    PARAGRAPHS[3],
]
MENU = "".join(f"* [{name}](https://k.example/{name.lower()})\n" for name in ("Home", "News", "Sport", "Weather"))
FOOT = "\n\n## More stories\n\n* [Mill race runs high](https://k.example/1)\n* [Guild turns 300](https://k.example/2)\n"
STORY = "\n\n".join(PARAGRAPHS)


def article(text, source="page.txt"):
    return read_article(text, url="https://www.k.example/kiln", source=source)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{MENU}\n# {TITLE}\n\nBy [Ada Mork](https://k.example/ada)\n\n{STORY}{FOOT}", id="a whole page"),
        pytest.param(f"# {TITLE}\n\n*By Ada Mork*\n\n{STORY}", id="story only"),
        pytest.param(f"---\ntitle: {TITLE}\nauthor: Ada Mork\n---\n{STORY}", id="front matter"),
        pytest.param(f"---\r\ntitle: '{TITLE}'\r\nauthors: [Ada Mork]\r\n---\r\n\r\n{STORY}", id="list, CRLF"),
        pytest.param(f"# {TITLE}\n\n**By Ada Mork**\n\n" + "\n".join(PARAGRAPHS), id="a line per paragraph"),
        pytest.param(f"# {TITLE}\n\nBy Ada Mork\n\n" + "\n\n".join(fill(p, 80) for p in PARAGRAPHS), id="wrapped"),
        pytest.param(
            f"Title: {TITLE}\n\nURL Source: https://k.example/kiln\n\nMarkdown Content:\n{TITLE}\n=====\n\n"
            f"By Ada Mork\n\n{STORY}",
            id="lines in front",
        ),
    ],
)
def test_a_page_of_markdown_is_read_without_its_marks(text):
    read = article(text)
    assert read.problem is None
    assert (read.title, read.authors) == (TITLE, ["Ada Mork"])
    assert read.text.split("\n\n") == TEXT
    assert "markdown_in_text" not in read.flags


def test_front_matter_declares_what_a_head_declares():
    front = (
        "title: Kiln\nDate: 2024-05-02\ntags: [bread, floods]\nsitename: Kiln Post\nlang: en\nurl: https://k.example/a"
    )
    html = as_html(f"---\n{front}\n---\n{STORY}")
    assert '<html lang="en"><head><title>Kiln</title>' in html
    assert '<meta property="article:tag" content="floods">' in html
    assert '<link rel="canonical" href="https://k.example/a">' in html
    read = article(f"---\n{front}\n---\n{STORY}")
    assert (read.published_date, read.publisher) == (date(2024, 5, 2), "Kiln Post")


@pytest.mark.parametrize("front", ["title: [", "- a\n- b", "title: !!python/object:os.system x", "? {a: b}: c"])
def test_front_matter_that_is_damaged_or_odd_does_no_harm(front):
    read = article(f"---\n{front}\n---\n# {TITLE}\n\n{STORY}", source="page.md")
    assert read.text.endswith(TEXT[3])


@pytest.mark.parametrize(
    ("text", "name", "declared", "expected"),
    [
        ("Plain words.", "story.md", None, "text/markdown"),
        ("Plain words.", "story", "text/markdown", "text/markdown"),
        ("# Heading\n\nWords.", "story.txt", None, "text/markdown"),
        ("See\n\n[a](https://k.example/a), [b](/b)\n\nand [c](#c).", "story.txt", None, "text/markdown"),
        ("---\ntitle: Kiln\n---\nWords.", "story.txt", None, "text/markdown"),
        ("See\n[a](https://k.example/a), [b](/b)\nand [c](#c).", "story.txt", None, "text/plain"),
        ("We are # 1 in town [1](see below).", "story.txt", None, "text/plain"),
        ("#bread #kiln are trending\n\nWords.", "story.txt", None, "text/plain"),
        ("Words.\n\n---\n\ntitle: none", "story.txt", None, "text/plain"),
        ("Run it:\n\n# first\nmake(**a, **b)\n\n# second\nmake()", "story.txt", None, "text/plain"),
        ("<p># Heading</p>\n\n# Heading\n\n# Two", "story.html", None, "text/html"),
    ],
)
def test_markdown_is_known_by_its_name_type_or_form(text, name, declared, expected):
    assert media_type(text.encode(), name, declared) == expected
