"""Pages that a scraper saved as Markdown, rendered to HTML: headings, links and lists say there what elements say here.

Many scrapers for language models write nothing else. What they put in front of the text (YAML front matter, or lines
such as `URL Source: ...`) becomes what the head of a page declares.
"""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# front matter of up to 20,000 characters: what is longer is not about one page
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.{1,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.S)
_READER_HEAD = re.compile(r"\s*((?:[A-Z][A-Za-z ]{2,30}: [^\n]*\n\s*){1,8})Markdown Content:[ \t]*\n")
_READER_LINE = re.compile(r"([A-Z][A-Za-z ]{2,30}): ([^\n]*)\n")
# key in front of the text, without case, spaces and signs -> what declares it in HTML
_DECLARATIONS = {
    "title": "title",
    "author": "author",
    "authors": "author",
    "byline": "author",
    "date": "article:published_time",
    "datepublished": "article:published_time",
    "published": "article:published_time",
    "publishedat": "article:published_time",
    "publishedtime": "article:published_time",
    "pubdate": "article:published_time",
    "lastmod": "article:modified_time",
    "modified": "article:modified_time",
    "updated": "article:modified_time",
    "url": "canonical",
    "urlsource": "canonical",
    "canonical": "canonical",
    "source": "canonical",
    "sitename": "og:site_name",
    "site": "og:site_name",
    "publisher": "og:site_name",
    "description": "description",
    "summary": "description",
    "excerpt": "description",
    "image": "og:image",
    "section": "article:section",
    "tags": "article:tag",
    "keywords": "article:tag",
    "language": "language",
    "lang": "language",
}
_NOT_IN_KEYS = re.compile(r"[\W_]+")
_WRAPPED_CHARS = (55, 100)  # of a line that a program wrapped
_WRAPPED_SHARE = 0.8  # of the lines within paragraphs, from which a text is wrapped


def as_html(text: str) -> str:
    """The page as HTML, with what was declared in front of the text in its head."""
    declared, body = _split(text.replace("\r\n", "\n"))
    language = next((value for name, value in declared if name == "language"), "")
    head = "".join(_tag(name, value) for name, value in declared if name != "language")
    lang = f' lang="{escape(language)}"' if language else ""
    story = _parser(_is_wrapped(body)).render(body)
    return f"<!doctype html><html{lang}><head>{head}</head><body>{story}</body></html>"


@cache
def _parser(is_wrapped: bool) -> "MarkdownIt":
    """CommonMark with tables; a line break is one for readers unless the text is wrapped."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - few runs have such pages

    return MarkdownIt("commonmark", {"html": True, "breaks": not is_wrapped}).enable(["table", "strikethrough"])


def _split(text: str) -> tuple[list[tuple[str, str]], str]:
    """What is declared in front of the text, by the names of HTML, and the text."""
    if front := _FRONT_MATTER.match(text):
        import yaml  # noqa: PLC0415 - few pages have it

        try:
            values = yaml.load(front[1], Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text
        except yaml.YAMLError:
            values = None
        if isinstance(values, dict):
            return list(_declared(values)), text[front.end() :]
    if head := _READER_HEAD.match(text):
        return list(_declared(dict(_READER_LINE.findall(head[1])))), text[head.end() :]
    return [], text


def _declared(values: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = _DECLARATIONS.get(_NOT_IN_KEYS.sub("", str(key)).lower())
        if name:
            parts = value if isinstance(value, list) else [value]
            yield from ((name, part) for part in parts if isinstance(part, str) and part.strip())


def _tag(name: str, value: str) -> str:
    if name == "title":
        return f"<title>{escape(value)}</title>"
    if name == "canonical":
        return f'<link rel="canonical" href="{escape(value)}">' if value.startswith("http") else ""
    attribute = "property" if ":" in name else "name"
    return f'<meta {attribute}="{name}" content="{escape(value)}">'


def _is_wrapped(text: str) -> bool:
    """Whether a program divided the paragraphs into lines of one width."""
    within = [
        len(line)
        for paragraph in text.split("\n\n")
        if not paragraph.lstrip().startswith(("#", "- ", "* ", "|", "```", ">"))
        for line in paragraph.strip().split("\n")[:-1]
    ]
    low, high = _WRAPPED_CHARS
    return bool(within) and sum(low <= size <= high for size in within) >= _WRAPPED_SHARE * len(within)
