"""A page's row and declarations as detectors of damage read them, and what they find as columns of the row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from tasks.extract.body import Body
from tasks.extract.damage.evidence import Story
from tasks.extract.damage.table import find_damage, find_left_out
from tasks.extract.doubts import is_doubtful
from tasks.extract.fields.address import clean_url, host, is_front_page
from tasks.extract.fields.byline_words import BY
from tasks.extract.fields.json_ld_people import names_of
from tasks.extract.page import Page
from tasks.storage.addresses import folder_of

_AUTHOR_METAS = ("author", "article:author", "parsely-author", "dc.creator")
_DATE_METAS = ("article:published_time", "parsely-pub-date", "sailthru.date", "pubdate", "datepublished")
# the last word of the path of pages that are no story, in the languages of the commonest programs
_PAGES_OF_NONE = frozenset(
    "search suche recherche buscar busca buscador cerca zoeken sok login signin 404 error".split()
)
_BYLINES, _BYLINE_CHARS = 2, 160  # the first lines and elements for the author, and of one of them
EXAMINED_CHARS = 1_000_000  # of a text: the detectors take a second for them, and a book has as many
_BESIDE_LINES = 3  # above and below the text: a label, or a line about the rest of it
# repairs of undamaged text: they unify spaces and line ends
_PLAIN_REPAIRS = frozenset({"spaces", "tabs", "line_breaks", "unicode_nfc"})


def named_repairs(page: Page) -> list[str]:
    """The repairs that a row names: not those of undamaged text."""
    return [name for name in page.document["repairs"] if name not in _PLAIN_REPAIRS]


def story_of(page: Page, row: Mapping[str, Any], body: Body) -> Story:
    """A page's row as detectors see it.

    `row` has title, authors, publisher, domain, section, language and word_count.
    """
    kept, body = page.kept, examined(body)
    first, last = (kept[0].line_no, kept[-1].line_no) if kept else (0, 0)
    dropped = page.dropped_names
    return Story(
        paragraphs=body.paragraphs,
        text=body.text,
        tokens=body.words,
        word_count=row["word_count"],
        language=row["language"],
        title=row["title"] or "",
        authors=row["authors"],
        publisher=row["publisher"] or "",
        host=row["domain"] or "",
        tags=[line.tag for line in kept],
        line_numbers=[line.line_no for line in kept],
        declared_authors=_declared_authors(page),
        declared_dates=_declared_dates(page),
        declared_publishers=[*page.node_strings("publisher"), *(name for _, name in page.meta("og:site_name"))],
        printed_bylines=() if row["authors"] else _printed_bylines(page),
        sections=_sections(page, row.get("section")),
        lines_before=[line.text for line in dropped if first - _BESIDE_LINES <= line.line_no < first],
        lines_after=[line.text for line in dropped if last < line.line_no <= last + _BESIDE_LINES],
        is_doubtful=is_doubtful(page),
        is_canonical_root=_declares_front_page(page),
    )


def examined(body: Body) -> Body:
    """The body, without what goes beyond the length that is examined."""
    if len(body.text) <= EXAMINED_CHARS:
        return body
    text = body.text[:EXAMINED_CHARS]
    return replace(body, text=text, paragraphs=text.split("\n\n"))


def damage_columns(stories: Sequence[Story]) -> Iterator[tuple[list[str], list[dict[str, Any]], list[str]]]:
    """The flags for damage to each story, the column that says what shows them, and the repairs of its fields."""
    for story, found in zip(stories, find_damage(stories), strict=True):
        evidence = [
            {
                "flag": doubt.value,
                "line_no": None if shown.paragraph is None else story.line_numbers[shown.paragraph],
                "shown": shown.shown or None,
            }
            for doubt, shown in found.items()
        ]
        yield [doubt.value for doubt in found], evidence, find_left_out(story)


def _is_page_of_none(address: str) -> bool:
    """Whether an address is that of a search, a login or an error, by the last word of its path."""
    return urlsplit(address).path.rstrip("/").rpartition("/")[2].partition(".")[0].lower() in _PAGES_OF_NONE


def _declared_authors(page: Page) -> list[str]:
    """The names that the page declares as its authors; addresses of profiles are none."""
    names = [name for node in page.nodes() for name in names_of(node.get("author"), page)]
    names += [value for _, value in page.meta(*_AUTHOR_METAS)]
    return [name for name in names if "://" not in name]


def _printed_bylines(page: Page) -> list[str]:
    """What stands after the word `By` in lines, elements and properties for the author; profiles' addresses, too."""
    marked = [text for _, text in page.signals.get("bylines", ())[:_BYLINES]]
    printed = [line.text for line in page.labelled("byline")[:_BYLINES]] + marked + page.items("author")[:_BYLINES]
    short = [text for text in dict.fromkeys(printed) if len(text) <= _BYLINE_CHARS]
    return [text[by.end() :].strip() for text in short if (by := BY.match(text))]


def _sections(page: Page, declared: str | None) -> list[str]:
    """The section that a page declares, and the first part of its address."""
    names = (declared, folder_of(page.document.get("url")))
    return [name.casefold() for name in names if name]


def _declared_dates(page: Page) -> list[str]:
    """The dates of publication as the page's own declarations spell them."""
    declared = [*page.node_strings("datePublished"), *page.items("datePublished")]
    return declared + [value for _, value in page.meta(*_DATE_METAS)]


def _declares_front_page(page: Page) -> bool:
    """Whether a page that is not the front page declares its site's front page, search or login as its own address."""
    url = page.document.get("url")
    if not url or is_front_page(url):
        return False
    declared = (clean_url(href, url) for href in page.links("canonical") if href != url)
    return any(
        address
        and host(address) == host(url)
        and ((is_front_page(address) and not urlsplit(address).query) or _is_page_of_none(address))
        for address in declared
    )
