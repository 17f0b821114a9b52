"""Names of a page's body that say what the page has make no line of it a comment, a consent notice or an offer."""

import re

import pytest
from support.paths import PAGES

from flows.article import read_article

BODY = re.compile(rb"<body\b[^>]*>")
STORIES = [path for path in sorted(PAGES.rglob("*.html")) if BODY.search(path.read_bytes())]


@pytest.mark.parametrize("names", ["comments-open", "popup-enabled newsletter-on"])
def test_a_page_with_such_names_is_read_like_one_without(names):
    assert len(STORIES) > 10
    for path in STORIES:
        raw = path.read_bytes()
        plain, named = (
            read_article(BODY.sub(body, raw, count=1), url="https://a.example/story")
            for body in (b"<body>", f'<body class="{names}">'.encode())
        )
        assert (named.text, named.title, named.problem) == (plain.text, plain.title, plain.problem), path.name
