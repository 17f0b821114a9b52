"""Traces of how a text was made: notes of the desk, heads of mail, numbers of lines, names of files."""

import re

from tasks.extract.damage.evidence import Evidence, Story, excerpt
from tasks.extract.damage.literals import sought

# what stands in the brackets of a note to colleagues
_NOTE = re.compile(
    r"""
    \[ {1,2} \s? (?: TK | TKTK | TBC | TBD | TODO | FIXME | X{2,} | \? {2,}
      | (?: check | subs? | desk | editors? | note\ to | insert | add\ (?: quote | link | name ) | confirm | verify
      | bitte\ (?: prüfen | ergänzen ) | prüfen | einfügen | achtung\ redaktion
      | à\ (?: vérifier | compléter ) | insérer
      | comprobar | verificar | insertar | inserir | verificare | inserire | da\ verificare | controleren | invoegen
      | sprawdzić | wstawić | проверить | уточнить | вставить | kontrollera | infoga | 要確認 | 確認 ) \b
    ) [^\[\]\n]{0,80} \] {1,2}
    | \( (?: subs | desk | (?: web | news | picture )\ desk | note\ to\ (?: desk | editors? | subs ) ) \s? [:,—–-]
      [^()\n]{0,80} \)
    """,
    re.I | re.X,
)
_WIRE_CODES = sought("ZCZC", "NNNN")  # the start and the end of an agency's message
_WIRE = re.compile(r"\bZCZC [A-Z\d]{2,}|\bNNNN$|\bNNNN\n", re.M)
_NOTE_STARTS = sought(
    *(f"({word}" for first in "subs desk web news picture note".split() for word in (first, first.capitalize()))
)
_NOTES_MIN = 2  # one may be quoted
_MAIL_FIELD = re.compile(
    r"(?:^|\s)(?:from|sent|to|cc|subject|date|von|gesendet|an|betreff|datum|de|envoyé|à|objet|enviado|para|asunto|assunto"
    r"|da|inviato|a|oggetto|från|skickat|till|ämne|van|verzonden|aan|onderwerp|od|wysłano|do|temat|от|отправлено|кому"
    r"|тема|差出人|送信日時|宛先|件名): ?\S",
    re.I,
)
_MAIL_FIELDS_MIN = 3
_MAIL_CHARS = 400  # of the text's start, where the head of a message is
_FORWARDED = re.compile(
    r"(?<!-)-{3,}+\s?(?:original message|forwarded message"
    r"|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine"
    r"|message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|mensagem original"
    r"|ursprungligt meddelande|oorspronkelijk bericht|wiadomość oryginalna|исходное сообщение|пересылаемое сообщение)"
    r"\s?-{3,}",
    re.I,
)
_HYPHENS = sought("---")
_ARROW = sought("-> ")
_SUBTITLE = re.compile(r"\d:\d\d[.,]\d{3} --+> \d")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")  # of a machine
# hours, minutes, seconds and pictures of a film
_FILM_PARTS = sought(*(f"{hour}:{tens}" for hour in ("00", "01", "02") for tens in range(6)))
_FILM_TIME = re.compile(r"\b\d\d:\d\d:\d\d[:;]\d\d\b")
# arrows, bullets, ticks and emoji; the boxes between them are what is left of wrongly decoded letters
_SIGN = re.compile("[\u2190-\u27bf\U0001f000-\U0001faff]")
_SIGN_INSIDE = re.compile("(?<=..)[\u2190-\u21ff\u25a0-\u25ff\u2700-\u27bf\U0001f000-\U0001faff]")
_SIGNS_MIN, _SIGNS_SHARE = 12, 0.03  # of the words
_SIGNS_SHARE_OF_PARAGRAPHS = 0.5  # with one that is not its first
_COUNTED = re.compile(r"(?<=\s)0?(\d{1,3})(?=\s)")
# a text with line numbers has all of these
_COUNTED_ON = tuple(
    sought(*(f"{before}{zero}{digit} " for before in " \n" for zero in ("", "0")), f" {digit}\n", f" 0{digit}\n")
    for digit in "789"
)
_ITEMS = sought("(2) ", "(3) ", "(4) ", "(5) ", "(6) ")
_ITEM = re.compile(r"(?:^|[.!?»”\"…] |\n)\(\d{1,3}\) (?=\S)")  # the number of a sentence
_ITEMS_MIN = 6  # laws number their paragraphs, not each of their sentences
_NAMED_ITEMS = sought(" 1: ", " 2: ")
_NAMED_ITEM = re.compile(r"[.!?»”\"…] [^\W\d_]{3,14} \d{1,3}: (?=\S)")  # Sentence 2:, within a paragraph
_COUNT_MIN = 12  # numbers that follow each other
_COUNT_WORDS_MIN, _COUNT_WORDS_MAX = 5, 20  # between two numbers of lines; a table of results has fewer
_SPEAKER = re.compile(r"(?:^|\n)[^\n:\[\]]{2,30}\s?\[\d{1,2}:\d\d(?::\d\d)?\]\s?:")
_SPEAKERS_MIN = 3
_FILE_LINE = re.compile(
    r"(?:https?://|www\.|pic\.twitter\.com/)\S{3,120}|[\w%+.()-]{3,120}\.(?:jpe?g|png|webp|gif|svg|tiff?|heic|pdf|docx?|xlsx?|mp3|mp4|mov|avi|zip|html?|php)",
    re.I,
)
_FILE_LINES_MIN = 2
# an address after the words of a sentence, or before more; lists of sources and of shops have theirs below a label
_LINK = re.compile(
    r"(?:(?<=[^\n]{40})(?:https?://|\b(?:pic\.twitter\.com|t\.co|bit\.ly)/\w)"
    r"|(?:https?://|\b(?:pic\.twitter\.com|t\.co|bit\.ly)/\w)\S{0,300}+[^\S\n]{1,3}[^\s—–-])"
)
_LINKS_MIN, _LINKS_SHARE = 5, 0.012  # of the words


def find_desk_notes(story: Story) -> Evidence | None:
    """Notes of the desk to itself, or the head of the message that a text came with."""
    text = story.text
    if story.count_of("[") + story.count(_NOTE_STARTS) >= _NOTES_MIN:
        matches = list(_NOTE.finditer(text))
        if len(matches) >= _NOTES_MIN:
            return story.at(matches[0].start())
    if story.has(_WIRE_CODES):
        match = _WIRE.search(text)
        if match:
            return story.at(match.start())
    if story.has(_HYPHENS):
        match = _FORWARDED.search(text.replace("’", "'"))
        if match:
            return story.at(match.start())
    head = text[:_MAIL_CHARS]
    if head.count(":") >= _MAIL_FIELDS_MIN and len(_MAIL_FIELD.findall(head)) >= _MAIL_FIELDS_MIN:
        return Evidence(0, excerpt(text))
    return None


def find_numbers_between(story: Story) -> Evidence | None:
    """The numbers of printed lines within sentences, the times of subtitles, or the speakers of a recording."""
    text = story.text
    signs = _SIGN.findall(story.chars_beyond_ascii)
    if signs and sum(map(text.count, signs)) >= max(_SIGNS_MIN, _SIGNS_SHARE * story.word_count):
        inside = [match.start() for match in map(_SIGN_INSIDE.search, story.paragraphs) if match]
        if len(inside) >= _SIGNS_SHARE_OF_PARAGRAPHS * len(story.paragraphs):
            return Evidence(None, excerpt(text, inside[0]))
    # a stamp has two hyphens and a colon
    has_marks = story.count_of("-") >= 2 * _SPEAKERS_MIN and story.count_of(":") >= _SPEAKERS_MIN
    lines = story.paragraphs if has_marks else ()
    stamped = [n for n, one in enumerate(lines) if one[:1].isdigit() and _STAMP.match(one)]
    if len(stamped) >= _SPEAKERS_MIN:
        return Evidence(stamped[0], excerpt(story.paragraphs[stamped[0]]))
    if story.has(_ARROW):
        match = _SUBTITLE.search(text)
        if match:
            return story.at(match.start())
    if story.count_of("]") >= _SPEAKERS_MIN and story.count_of(":") >= 2 * _SPEAKERS_MIN:
        speakers = list(_SPEAKER.finditer(text))
        if len(speakers) >= _SPEAKERS_MIN:
            return story.at(speakers[0].start())
    return _find_times_or_items(story) or _find_line_numbers(story)


def _find_times_or_items(story: Story) -> Evidence | None:
    """The times of a film, or the numbers of sentences."""
    for is_likely, pattern, least in (
        (story.count(_FILM_PARTS) >= _SPEAKERS_MIN, _FILM_TIME, _SPEAKERS_MIN),
        (all(mark in story.literals for mark in _ITEMS), _ITEM, _ITEMS_MIN),
        (story.count(_NAMED_ITEMS) >= _ITEMS_MIN, _NAMED_ITEM, _ITEMS_MIN // 2),
    ):
        found = list(pattern.finditer(story.text)) if is_likely else []
        if len(found) >= least:
            return story.at(found[0].start())
    return None


def _find_line_numbers(story: Story) -> Evidence | None:
    """Numbers that count on through the text, a line's words apart."""
    if not all(story.has(spellings) for spellings in _COUNTED_ON):
        return None
    text, expected, first, last, run, items = story.text, 0, 0, 0, 0, 0
    for match in _COUNTED.finditer(text):
        number = int(match[1])
        if run and number == expected:
            run, last, expected = run + 1, match.start(), expected + 1
            items += text[last - 1] == "\n"
        elif number <= 2:
            run, first, expected, items = 1, match.start(), number + 1, 0
    words = text.count(" ", first, last)
    is_list = items > run / 2  # numbers at the starts of paragraphs
    if run >= _COUNT_MIN and not is_list and _COUNT_WORDS_MIN * run <= words <= _COUNT_WORDS_MAX * run:
        return story.at(first)
    return None


def find_addresses(story: Story) -> Evidence | None:
    """Many Web addresses between the words, or names of files as lines."""
    lines = [
        n for n in story.lone_words if len(story.paragraphs[n]) < 130 and _FILE_LINE.fullmatch(story.paragraphs[n])
    ]
    if len(lines) >= _FILE_LINES_MIN:
        return Evidence(lines[0], excerpt(story.paragraphs[lines[0]]))
    least = max(_LINKS_MIN, _LINKS_SHARE * story.word_count)
    if story.count_of("/") >= least:
        links = list(_LINK.finditer(story.text))
        if len(links) >= least:
            return story.at(links[0].start())
    return None
