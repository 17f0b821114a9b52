"""Names of people in bylines: where one starts a line, and what is not part of it.

Shared by clean (is this line a byline?) and extract (who wrote it?).
"""

import re

from tasks.text.publisher_names import role_words, squeeze

# words between the names of a person: Piet van den Berg, Ana de la Cruz
NAME_PARTICLES = frozenset(
    """
    de da di del della der den des du van von vom zu la le el al bin ibn ben ter ten dos das do y e
    """.split()
)
INITIAL_AND_NAME = re.compile(r"[А-ЯЁӨҮ]\.\s?[А-ЯЁӨҮ][а-яёөү]{2,}(?:-[А-ЯЁӨҮ][а-яёөү]+)?(?=$|[\s,|])")  # Б.Солонго
# lost spaces: "ThorntonNews", "Kinsella2 minutes"
_GLUED = re.compile(
    r"(?<=[a-zß-ÿ])(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bLe)(?<!\bDi)(?<!\bLa)(?<!\bDu)(?<!\bVan)(?<!\bFitz)(?=[A-Z])|(?<=[^\W\d_])(?=[\d@|·•])"
)
_GLUED_BY = re.compile(r"^(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or)(?=[A-ZÀ-Þ][a-zß-ÿ])")  # "byRahimu Fadhili"
_AFTER_NAME = re.compile(
    r"^(?:$|[\d|·•–—,/@(:-]|"
    r"(?:follow|published|updated|posted|is an?|für|for|in|aus|min(?:utes)? read|contributor|special to)\b)",
    re.I,
)
# words of buttons, sections and names of media that are in no person's name
_NEVER_IN_NAMES = frozenset(
    """
    share save copy link add comment comments print email facebook twitter whatsapp linkedin telegram
    instagram youtube reddit follow teilen twittern senden drucken merken kommentare kommentieren partager
    discussion imprimer enregistrer compartir guardar imprimir comentarios condividi stampa delen opslaan
    reageer udostępnij dela del gem поделиться news sport sports home breaking latest live video photo
    photos gallery listen watch audio podcast read more menu search subscribe login sign advertisement
    anzeige werbung publicité publicidad abo plus premium today yesterday monday tuesday wednesday thursday
    friday saturday sunday getty images image bild foto credit source quelle team staff redaktion editorial
    desk press agency media online the this that what why how when where who new top story stories article
    google update updated published posted minutes minute hours ago january february march april june july
    august september october november december
    reading time lesezeit lecture temps modified last original research content paid sponsored aktuell aktuelle
    aktuelles meldung mitteilung pressemitteilung thema tages stand artikels im am von vom für and und of in for
    topic topics policy terms cookie cookies related
    buch woche book week erstellt geändert güncelleme interview kommentar kolumne bericht
    """.split()
)


def leading_name(text: str) -> str | None:
    """The person's name that a line starts with, if only a date, sign, role or button follows.

    Two to four capitalised words with particles between them: `Lucy ThorntonNews Reporter` gives `Lucy Thornton`.
    """
    names: list[str] = []
    items = _GLUED_BY.sub("", text).split()[:12]
    rest = ""
    for position, item in enumerate(items):
        pieces = _GLUED.split(item, maxsplit=1) if not item.isupper() else [item]
        word = pieces[0].rstrip(",;:")
        letters = word.replace("-", "").replace("’", "").replace("'", "").replace(".", "")
        is_name = word[:1].isupper() and letters.isalpha()
        is_particle = bool(names) and word in NAME_PARTICLES
        if len(names) == 4 or not (is_name or is_particle) or squeeze(word) in role_words():
            rest = " ".join(items[position:])
            break
        names.append(word)
        if len(pieces) > 1 or word != pieces[0]:
            rest = " ".join([*pieces[1:], *items[position + 1 :]])
            break
    while names and names[-1] in NAME_PARTICLES:
        names.pop()
    if not 2 <= len(names) <= 4 or len(names[-1].rstrip(".")) < 2:
        return None
    if any(word.lower() in _NEVER_IN_NAMES for word in names):
        return None
    if len(names) == 4 and rest:
        names = names[:2]  # "Steffan Rhys Deputy Content Hub Director"
    is_role = any(squeeze(word) in role_words() for word in re.split(r"[\s/,–-]+", rest) if word)
    return " ".join(names) if is_role or _AFTER_NAME.match(rest) else None


def unglue(text: str) -> str:
    """The text with lost spaces between words restored: `Korin MillerPublished`, `byRahimu Fadhili`."""
    return _GLUED.sub(" ", text)
