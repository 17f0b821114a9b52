"""Bylines that name nobody: a button, a time, an address, a section or a template in the author's place."""

import re

from tasks.extract.damage.declared import CREDIT, NO_VALUE
from tasks.extract.damage.evidence import Evidence, Story, excerpt

# the whole of a byline
_NO_NAME = re.compile(
    r"""
      https?://\S+ | [\w.-]+\.[a-z]{2,}/\S*
    | [^\w]*\d{1,3}\s?-?\s?(?:min(?:s|\.|ut\w*)?|мин\w*\.?|分\w*|хв\w*)\b.{0,24}  # how long it takes to read
    | \W*(?:(?:publi|posted|veröff|erschien|inlagd|опубл|zuletzt|added)\w*\W+\w{0,3}\W*)?
      (?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d)\b[T\s\d:,+Z-]*  # a date
    | .{0,6}\d{4}年\d{1,2}月.{0,12}
    | (?:share|teilen|partag\w+|compart\w+|condivid\w+|partilh\w+|dela|delen|del|udostępnij|поделиться|поширити
        |follow|folgen|suivre|seguir|segui|följ|volg|подписаться|abonnieren|s'abonner|abonner
        |print|drucken|imprimer|imprimir|stampa|skriv\ ut|печать
        |read\ more|mehr\ lesen|weiterlesen|lire\ la\ suite|leer\ más|leggi\ (?:di\ più|tutto)|leia\ mais|läs\ mer
        |читать|listen|anhören|écouter|escuchar|ascolta|ouvir|lyssna|слушать|comments?|kommentare?|commentaires?|comentarios?
      )(?:\W.{0,40})?
    | \d+\ (?:comments?|kommentar\w*|commentaires?|coment[aá]rios?|comenti|reacties|комментари\w*)
    | web-?master | post-?master | moderator\d* | super-?user | system
    | .{0,12}シェア.{0,12}
    | (?:first\s?name|vorname|prénom|nombre|nome)\W+(?:last\s?name|surname|nachname|nom|apellidos?|cognome|sobrenome)
    | (?:your|ihr|votre|su|il\ tuo|o\ seu|ditt)\ (?:name|nom|nombre|nome|namn)(?:\W.{0,20})?
    """,
    re.I | re.X,
)
_TEMPLATE = re.compile(r"[{}<>]|%\w+%|\$\w")
_LIFE_SPACES, _LIFE_MARKS = 9, frozenset("0123456789|,;•·")  # words about a writer's life; a list of writers has marks


def find_no_name(story: Story) -> Evidence | None:
    """A byline after the word `By` that gave no author and names nobody, or a template as the declared author."""
    if story.authors:
        return None
    for name in story.declared_authors:
        if _TEMPLATE.search(name):
            return Evidence(None, excerpt(name))
    for name in story.printed_bylines:
        if name and (_is_none(name) or name.casefold() in story.sections or name == story.title):
            return Evidence(None, excerpt(name))
    return None


def _is_none(name: str) -> bool:
    """Whether a byline is a button, a time, an address, a credit, a value of a program, or about a life."""
    is_life = name.count(" ") >= _LIFE_SPACES and _LIFE_MARKS.isdisjoint(name)
    return (
        is_life
        or any(one.fullmatch(name) for one in (_NO_NAME, NO_VALUE))
        or any(one.search(name) for one in (_TEMPLATE, CREDIT))
    )
