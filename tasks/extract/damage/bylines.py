"""Bylines that name nobody: a button, a time, an address, a section or a template's filler in the author's place."""

import re

from tasks.extract.damage.declared import CREDIT, is_no_author
from tasks.extract.damage.evidence import Evidence, Story, excerpt

# the whole of a byline
_NO_NAME = re.compile(
    r"""
      (?:https?://|www\.)\S+ | [\w.-]+\.[a-z]{2,}/\S*
    | [^\w]*\d{1,3}\s?-?\s?(?:min(?:s|\.|ut\w*)?|мин\w*\.?|分\w*|хв\w*)\b.{0,24}  # how long it takes to read
    | .{0,24}\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b.{0,12} | .{0,24}\b\d{4}-\d\d-\d\d\b.{0,24}  # a date
    | .{0,12}\d{4}年\d{1,2}月.{0,12}
    | (?:share|teilen|partag\w+|compart\w+|condivid\w+|partilh\w+|dela|delen|del|udostępnij|поделиться|поширити
        |follow|folgen|suivre|seguir|segui|följ|volg|подписаться|abonnieren|s'abonner|abonner
        |print|drucken|imprimer|imprimir|stampa|skriv\ ut|печать
        |read\ more|mehr\ lesen|weiterlesen|lire\ la\ suite|leer\ más|leggi\ (?:di\ più|tutto)|leia\ mais|läs\ mer|читать
        |listen|anhören|écouter|escuchar|ascolta|ouvir|lyssna|слушать|comments?|kommentare?|commentaires?|comentarios?
      )(?:\W.{0,40})?
    | .{0,12}シェア.{0,12}
    | (?:first\s?name|vorname|prénom|nombre|nome)\W+(?:last\s?name|surname|nachname|nom|apellidos?|cognome|sobrenome)
    | (?:your|ihr|votre|su|il\ tuo|o\ seu|ditt)\ (?:name|nom|nombre|nome|namn)(?:\W.{0,20})?
    """,
    re.I | re.X,
)
_MARKED = re.compile(r"[{}<>\[\]|=]|&\w+;|\bundefined\b")
_TEMPLATE = re.compile(r"[{}<>]|%\w+%|\$\w")
_SECTION_WORDS = 3  # of its name; the longer ones are titles of series


def find_no_name(story: Story) -> Evidence | None:
    """An author who is the page's section or a filler, or a byline that gave no author and is none."""
    if story.authors:
        names = (*story.authors, *story.declared_authors) if len(story.authors) == 1 else ()
        for name in names:
            if _is_section(name, story) or (name in story.authors and _NO_NAME.fullmatch(name)):
                return Evidence(None, excerpt(name))
        return None
    for name in (*story.declared_authors, *story.printed_bylines):
        if name and (_NO_NAME.fullmatch(name) or _TEMPLATE.search(name) or _is_section(name, story)):
            return Evidence(None, excerpt(name))
    for name in story.printed_bylines:
        if name and (_MARKED.search(name) or CREDIT.search(name) or is_no_author(name, story.title)):
            return Evidence(None, excerpt(name))
    return None


def find_section_as_publisher(story: Story) -> Evidence | None:
    """A publisher that is the page's section, not a site with the section's name."""
    name = story.publisher
    if name and _is_section(name, story) and name.casefold().replace(" ", "") not in story.host.replace("-", ""):
        return Evidence(None, excerpt(name))
    return None


def _is_section(name: str, story: Story) -> bool:
    return name.casefold() in story.sections and name.count(" ") < _SECTION_WORDS
