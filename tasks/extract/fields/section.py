"""The section of the publication in which an article appeared; not the kind of the page, its title or its topics."""

import re
from collections.abc import Iterator

from tasks.extract.page import FieldValue, Page, strings
from tasks.text.publisher_names import squeeze

MAX_SECTION_CHARS = 80  # longer is a sentence
_MIN_TITLE_CHARS = 12  # letters; a shorter title may be the name of a section
_TITLE_SHARE = 0.5  # a step that is cut off still has most of the title; a place in front of a headline has less
# words that say only that the page is on a site or holds news, and what programs write where an editor chose nothing
_NO_SECTIONS = frozenset(
    """home homepage start startseite inicio portada accueil paginainicial stronaglowna 首页 首頁 ホーム главная
    anasayfa frontpage index main mainpage news newsarchiv allnews allenews alleartikel allarticles topnews topstory
    topstories top topthema topthemen latest latestnews breaking breakingnews featured featuredstories feature headline
    headlines schlagzeilen nachrichten aktuell aktuelles meldungen dieaktuellstennachrichten
    noticias notícias notizie nouvelles actualité actualites actualités actu nyheter uutiset nieuws wiadomości новости
    новини ニュース 新闻 新聞 haberler informacion informacje article articles artikel artikler articulo artículo story
    stories post posts blog blogartikel mainblog archiv archive archives detail details content page pages tag tags
    topic thema category kategorie default none null undefined na test other others sonstiges various
    mainnavigation navigation übersicht übersichtsseite overview highlight highlights destacado destacados alaune top
    uncategorized uncategorised unkategorisiert unkategorisiertes allgemein allgemeines general nocategory sincategoria
    sincategoría nonclassé nonclasse nonclassifié senzacategoria semcategoria безкатегории безрубрики
    nietgecategoriseerd bezkategorii ukategoriseret okategoriserade 未分类 未分類 記事 기사 文章 正文""".split()
)
_NO_SECTION_KEYS = frozenset(squeeze(word) for word in _NO_SECTIONS)
# what a program calls a section, or where its name was to stand: cat_17, {{ section }}, %section%
_MACHINE_NAME = re.compile(r"[{}<>=$\\]|^%.*%$|^\d+$|^[a-z]{2,20}[_:-]\d+\b|^[a-z]+[-_][a-z]+:|\[object Object\]")
_PATH = re.compile(r"\s+[>»›]\s+")
_LIST = re.compile(r"\s*[,;|、]\s*")
_SERIES = re.compile(r"\s(?:&|and|und|et|y|e|og|och|en)\s")  # "Food, Drink & Travel" is one section


def find_section(page: Page) -> FieldValue[str] | None:
    """The declared section of the publication, else the last step of the page's breadcrumb before the headline."""
    titles = _title_keys(page)
    for origin, value in _candidates(page):
        if any(_is_title(squeeze(value), title) for title in titles):
            continue
        # a step is one name: in a headline a comma separates no sections
        for part in [value] if origin == "breadcrumb" else _parts(value):
            if _is_section(part, titles):
                return FieldValue(part, origin)
    return None


def _candidates(page: Page) -> Iterator[tuple[str, str]]:
    for node in page.nodes():
        for value in strings(node.get("articleSection")):
            yield "json-ld:articleSection", value
    yield from page.meta("article:section", "cxenseparse:recs:category", "parsely-section", "section", "column:section")
    for node in page.nodes(articles=False):
        if "BreadcrumbList" in str(node.get("@type")):
            steps = [text for item in node.get("itemListElement") or [] for text in _breadcrumb_names(item)]
            for step in reversed(steps[1:]):
                yield "breadcrumb", step
    for step in reversed(page.items("breadcrumb")[1:]):
        yield "breadcrumb", step


def _parts(value: str) -> list[str]:
    """The sections that a declared value may mean, the likeliest first: of a list the first, of a path the last."""
    path = _PATH.split(value)
    if len(path) > 1:
        return path[::-1]
    value = value.lstrip("# ")  # "#Topic"
    parts = _LIST.split(value)
    return [value] if len(parts) == 1 or _SERIES.search(parts[-1]) else parts


def _is_section(text: str, titles: list[str]) -> bool:
    key = squeeze(text)
    if len(text) > MAX_SECTION_CHARS or text.startswith("http") or key in _NO_SECTION_KEYS:
        return False
    if _MACHINE_NAME.search(text):
        return False
    if len(key) < 2 and key.isascii():
        return False
    return not any(_is_title(key, title) for title in titles)


def _is_title(key: str, title: str) -> bool:
    """Whether a step is the title, cut off, or with the date or more around it."""
    if title.startswith(key) and len(key) >= _TITLE_SHARE * len(title):
        return True
    return len(title) >= max(_MIN_TITLE_CHARS, _TITLE_SHARE * len(key)) and title in key


def _title_keys(page: Page) -> list[str]:
    titles = [line.text for line in page.labelled("headline")]
    titles += page.node_strings("headline")
    titles += [value for _, value in page.meta("og:title", "twitter:title")]
    titles.append(page.signals.get("title") or "")
    return [key for key in map(squeeze, titles) if key]


def _breadcrumb_names(element: object) -> list[str]:
    if not isinstance(element, dict):
        return []
    item = element.get("item")
    return strings(element.get("name") or (item if isinstance(item, dict) else None))
