"""Where writers stand on a page: by the headline. Names in menus, teasers and comments are other people's."""

import re

from tasks.extract.fields.byline_words import OTHER_ROLE
from tasks.extract.fields.bylines import is_introduced, is_lone_by, is_plain_byline, without_date
from tasks.extract.page import LabelledLine, Page, once_per_page
from tasks.text.cldr_dates import is_weekday
from tasks.text.date_lines import words_beside_dates
from tasks.text.known_names import is_known_name
from tasks.text.person_names import leading_name
from tasks.text.publisher_names import squeeze

_LINES_ABOVE = 6  # before the headline: a kicker, a date, a photo's caption
_LINES_BELOW = 15  # between the headline and the second paragraph: standfirst, picture, buttons
_MAX_LINKS = 4
_ROOM_IN_LINE = 40  # characters beside a writer's link: `By`, a date, a role
_LINE_OF_BYLINE = 160  # characters: a name, its site, two dates and the time it takes to read
_IN_SECTION = re.compile(r"\s(?:[Ii]n|[Uu]nder|[Uu]nter)(?:\s|$)")
_NAME_WORDS = 4
_LINES_AT_ENDS = 2
_DIGIT = re.compile(r"\d")
_NEAREST_ABOVE = 3  # lines; a dropped byline further away is that of a teaser
_NEAREST_BELOW = 6
_SPONSORED = re.compile(
    r"^\W*(?:(?:sponsored|paid|branded|partner|promoted|advertiser)\b(?: (?:content|post|story|article|feature))?"
    r" (?:by|from|for)|presented by|brought to you by|in (?:partnership|association) with|anzeige von|präsentiert von"
    r"|contenu sponsorisé par|proposé par|contenido patrocinado por|patrocinado por|conteúdo patrocinado por"
    r"|offerto da|in collaborazione con|aangeboden door|materiał sponsorowany przez)\s*:?\s+",
    re.I,
)
_AND_FIRST = re.compile(r"\s*(?:&|and|und|et|y|e)\s", re.I)
_LABELLED = re.compile(
    r"^\s*(?:(?:auth?or(?:in|es|a)?|auteur|autore|autor[ei]|texte?|testo|texto|words|written by|story by|yazar|tekst"
    r"|автор|текст|geschrieben von|verfasst von|作者|文|撰文|글)\s*[:：]"
    r"|(?:this (?:post|article|story) was )?written by\s(?=\s*[A-Z])|about the author\s*[:–—-]"
    r"|(?:geschrieben|verfasst|erstellt|eingestellt) von\s(?=\s*[A-ZÀ-Þ])"
    # a label that is an element of its own has no colon: the rest of the line must be a name
    r"|(?:autor(?:in|/in)?(?:/autor(?:in)?)?|author|auteur|autrice|autore|автор|yazar)\s"
    r"(?=(?-i:[A-ZÀ-ÞŁŚŻČŠŽĐА-ЯЁІЇЄ][\w.'’-]+(?:\s[^\W\d_][\w.'’-]*){1,3})\s*$))\s*",
    re.I,
)
_BY_AMID = re.compile(
    r"(?:^|\s|[·|,–-])(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or|[Dd]oor|[Pp]rzez|[Rr]edaktion:|[Aa]utor:|[Aa]uthor:)\s+"
    r"(?=[A-ZÀ-Þ])"
)
_FILED = re.compile(
    r"\b(?:filed (?:under|in)|posted in|published in|categor\w{1,4}|kategori\w{1,3}"
    r"|rubri\w{1,3}|tags?|schlagw\w{2,5}|themen?|sections?)"
    r"\s*:",
    re.I,
)  # sections follow
_SIGN_AT_END = re.compile(r"(?:[|•·,–—/]|\s-)\s*$")
_SIGN_AT_START = re.compile(r"\s*(?:[|•·,–—/]|-\s)|\d|\s+in\s")  # a digit: the space before the date was lost
_BETWEEN_PIECES = re.compile(
    r"\s*[|·•/,;،、｜]\s*|\s[–—-]\s|\b(?:uhr|um|posted|published|updated|am|veröffentlicht)\b:?", re.I
)


@once_per_page
def lines_by_the_headline(page: Page) -> list[LabelledLine]:
    """The lines around the headline, up to the second paragraph of the story."""
    lines = page.lines
    paragraphs = [at for at, line in enumerate(lines) if line.label == "paragraph" and line.action != "drop"]
    first = paragraphs[0] if paragraphs else len(lines)
    headlines = [at for at, line in enumerate(lines[: first + 1]) if line.label == "headline"]
    if headlines:
        start, end = headlines[-1] - _LINES_ABOVE, headlines[-1] + _LINES_BELOW
    else:
        start, end = first - _LINES_BELOW, first + 1
    if len(paragraphs) > 1:
        end = min(end, paragraphs[1])
    return [line for line in lines[max(start, 0) : end] if line.label != "paragraph"]


@once_per_page
def introduced_bylines(page: Page) -> list[str]:
    """The bylines by the headline that say `By`, with the lines that go on with them.

    Other short lines with capitals near the headline are kickers, captions and calls as often as names.
    """
    near = [line for line in lines_by_the_headline(page) if line.label == "byline" and line.action != "drop"]
    texts: list[str] = []
    last: LabelledLine | None = None
    for line in near:
        goes_on = last is not None and line.line_no == last.line_no + 1 and _goes_on(last.text, line.text)
        amid = _BY_AMID.search(line.text)
        if is_introduced(line.text) or goes_on:
            texts.append(line.text)
            last = line
        elif amid and _DIGIT.search(line.text[: amid.start()]):  # "3 May 2024, 10:44 by Ada Mörk"
            texts.append(line.text[amid.end() :])
    return texts or _bylines_in_text(page)


def _bylines_in_text(page: Page) -> list[str]:
    """The line at either end of the story that says plainly who wrote it, though it was taken for text."""
    text = [line for line in page.lines if line.label in ("paragraph", "standfirst") and line.action != "drop"]
    ends = [*text[:_LINES_AT_ENDS], *text[max(_LINES_AT_ENDS, len(text) - _LINES_AT_ENDS) :]]
    return [line.text for line in ends if len(line.text) <= _LINE_OF_BYLINE and is_plain_byline(line.text)][:1]


def _goes_on(text: str, following: str) -> bool:
    """Whether a byline is continued by the next line: a lone `By`, a comma or `and` at its end, `&` at its start."""
    return is_lone_by(text) or text.rstrip().endswith((",", "&", ";")) or _AND_FIRST.match(following) is not None


@once_per_page
def printed_bylines(page: Page) -> list[tuple[str, list[str]]]:
    """The lines of bylines: those by the headline before those elsewhere, as at the end of the story."""
    near = {line.line_no for line in lines_by_the_headline(page)}
    bylines = [line for line in page.labelled("byline") if not is_source(line.text, page.printed_language())]
    return [
        ("byline", [line.text for line in bylines if line.line_no in near]),
        ("byline", [line.text for line in bylines if line.line_no not in near]),
    ]


def is_source(text: str, language: str | None) -> bool:
    """Whether a line names the source in a word that is a name elsewhere: `Theo TTXVN` is `according to` the agency."""
    return (language or "").lower().startswith("vi") and text.startswith("Theo ")


@once_per_page
def dropped_bylines(page: Page) -> list[str]:
    """The byline among the dropped lines right by the headline: it stands in a bar of buttons or dates.

    None if several lines name writers: those are of teasers.
    """
    texts = {line.line_no: line.text for line in [*page.lines, *page.dropped_names]}
    found = []
    for line in dropped_by_the_headline(page):
        text = f"{line.text} {texts.get(line.line_no + 1, '')}" if is_lone_by(line.text) else line.text
        if is_plain_byline(text):
            found.append(text)
    return found if len(found) == 1 else []


def sponsors_by_the_headline(page: Page) -> list[str]:
    """Who paid for the story by its label: `Sponsored content by Acme Paints`. It may be declared as the author."""
    texts = [line.text for line in [*lines_by_the_headline(page), *dropped_by_the_headline(page)]]
    return [text[label.end() :].strip(" .:") for text in texts if (label := _SPONSORED.match(text))]


@once_per_page
def dropped_by_the_headline(page: Page) -> list[LabelledLine]:
    """The dropped lines right above and below the headline."""
    headline = _own_headline(page)
    if headline is None:
        return []
    paragraphs = [line.line_no for line in page.lines if line.label == "paragraph" and line.action != "drop"]
    second = paragraphs[1] if len(paragraphs) > 1 else None
    return [
        line
        for line in page.dropped_names
        if -_NEAREST_ABOVE
        <= line.line_no - headline.line_no
        <= (_NEAREST_BELOW if line.label == "related" else _LINES_BELOW)
        and not (second and line.line_no > second and _is_of_box(line))
    ]


def _is_of_box(line: LabelledLine) -> bool:
    """Whether a dropped line is one of a list or a box: below a short story it is as near to the headline."""
    return line.tag == "li" or line.reason == "link_list" or line.label in ("promo", "related")


def _own_headline(page: Page) -> LabelledLine | None:
    """The last headline before the story."""
    lines = page.lines
    first = next((line.line_no for line in lines if line.label == "paragraph" and line.action != "drop"), None)
    headlines = page.labelled("headline")
    before = [line for line in headlines if first is None or line.line_no < first]
    return before[-1] if before else next(iter(headlines), None)


@once_per_page
def labelled_names(page: Page) -> list[str]:
    """Lines such as `Autor: Ada Mörk` anywhere on the page; none if they name several people."""
    following = {line.line_no: line.text for line in [*page.lines, *page.dropped_names]}
    texts = {}
    for line in [*page.lines, *page.dropped_names]:
        label = _LABELLED.match(line.text)
        if label and line.label != "paragraph" and len(line.text) <= _LINE_OF_BYLINE:
            name = line.text[label.end() :].strip() or following.get(line.line_no + 1, "")
            name = leading_name(name) or name
            texts[squeeze(name)] = name
    return list(texts.values()) if len(texts) == 1 else []


@once_per_page
def writers_links(page: Page) -> list[tuple[str, list[str]]]:
    """The texts of links to writers' pages: by the headline or in a byline; else in lines that clean dropped.

    One in the text of the story is a person of the story. Many in dropped lines are those of teasers.
    """
    links = page.signals.get("author_links", [])
    near = _links_in(links, [line.text for line in [*lines_by_the_headline(page), *page.labelled("byline")]])
    near = near or _links_in(links, [line.text for line in dropped_by_the_headline(page)])
    story = "\n".join(line.text for line in page.labelled("paragraph"))
    unseen = [text for text in links if text not in story]
    return [
        ("author link", near[:_MAX_LINKS]),
        ("author link", unseen if len(unseen) < _MAX_LINKS and sum(map(_is_name, unseen)) <= 1 else []),
    ]


def _is_name(text: str) -> bool:
    return leading_name(text) == text


def _links_in(links: list[str], lines: list[str]) -> list[str]:
    """The links that begin a short line or are most of one."""
    return [
        text
        for text in links
        if any(
            text in line
            and (len(line) <= len(text) + _ROOM_IN_LINE or (line.startswith(text) and len(line) < _LINE_OF_BYLINE))
            for line in lines
        )
    ]


@once_per_page
def names_beside_date(page: Page) -> list[str]:
    """The name in the date line by the headline: `Ada Mörk, 12 October 2024`, `Posted on 12 October by Ada Mörk`.

    Beside a date a section may stand instead. A name counts if a sign divides it from the date, or if the page has
    a place for writers.
    """
    near = [line for line in lines_by_the_headline(page) if line.action != "drop"]
    has_byline = any(line.label == "byline" for line in near)
    dates = [(line.text, has_byline) for line in near if line.label == "date"]
    dates += [(line.text, False) for line in near if line.label == "standfirst" and _DIGIT.search(line.text)]
    dropped = [line for line in dropped_by_the_headline(page) if line.label != "related"]
    dates += [(line.text, False) for line in dropped if _DIGIT.search(line.text)]
    language = page.printed_language()
    topics = _topics(page)
    for line, is_sure in dates:
        if len(line) > _LINE_OF_BYLINE:
            continue
        if _FILED.search(line):
            if named := _named_behind_section(line, language):
                return [named]
            continue
        text = OTHER_ROLE.sub("; ", line)  # `Video by Ada Mörk`
        introduced = _BY_AMID.search(text)
        if introduced:
            return _first_names(without_date(text[introduced.end() :], language))
        if is_introduced(text):
            return [text]
        names = names_beside(text, language)
        if not names or squeeze(names[0]) in topics:
            continue
        if is_sure or _is_divided(names[0], text) or is_known_name(names[0], language):
            return names[:1]
    return []


def _named_behind_section(line: str, language: str | None) -> str | None:
    """The full name that ends a line of a date and a section: `12.10.2024 Kategorie: Hafen von Ada Mörk`."""
    *_, last = [None, *_BY_AMID.finditer(line)]
    name = line[last.end() :].strip() if last and words_beside_dates(line, language) is not None else None
    return name if name and leading_name(name) == name else None


def _first_names(text: str) -> list[str]:
    """The names that a text starts with; none if it goes on like a sentence."""
    text = _IN_SECTION.split(text)[0]
    name = leading_name(text)
    return [name] if name else [text] if len(text.split()) <= _NAME_WORDS else []


def _is_divided(name: str, text: str) -> bool:
    """Whether a sign stands between a name of two or three words and the rest of a date line, or a space was lost."""
    words = name.split()
    at = text.find(name)
    if len(words) > 3 or at < 0 or any(len(word) < 3 and not word.endswith(".") for word in words):
        return False
    before, after = text[:at], text[at + len(name) :]
    after_sign = not before.strip() or _SIGN_AT_END.search(before) is not None
    before_sign = not after.strip() or _SIGN_AT_START.match(after) is not None
    return bool(before.strip() or after.strip()) and after_sign and before_sign


def _topics(page: Page) -> set[str]:
    """Squeezed names of sections and topics of the page, which stand beside dates too."""
    declared = [value for _, value in page.meta("article:section", "article:tag", "keywords", "news_keywords")]
    declared += page.node_strings("articleSection") + page.node_strings("keywords")
    return {squeeze(part) for value in [*declared, *page.signals.get("tag_links", ())] for part in value.split(",")}


def names_beside(text: str, language: str | None) -> list[str]:
    """The names in a date line, between separators."""
    undated = without_date(text, language)
    if undated == text.strip(" ·,|"):
        return []  # it has no date
    pieces = [piece.strip(" -–—") for piece in _BETWEEN_PIECES.split(undated)]
    names = [leading_name(piece) or (piece if is_known_name(piece, language) else None) for piece in pieces]
    return [name for name in names if name and not is_source(name, language) and not is_weekday(name, language)]
