"""Damage to fields: headlines, authors, dates and addresses that no person wrote."""

import re
import tomllib
from calendar import monthrange
from pathlib import Path

from tasks.extract.damage.evidence import Evidence, Story, excerpt
from tasks.extract.damage.machine_text import ENTITY, TAG, TEMPLATE

# what programs print in place of a value, as the whole of a field
NO_VALUE = re.compile(
    # the quantifiers give nothing back: a thousand quotes would take seconds
    r"""[\[({<"'\s]*+(?: undefined | null | none | nil | nan | n/?a | \(?unknown\)? | false | true | object | todo
    | test | untitled(?:\ (?:document|page|post))?
    | no\ title | \[?object\ object\]? | title | headline | array | string
    | author(?:\ name)? | admin(?:istrator)? | root | user | username | editor\ name | default | anonymous\ user
    | (?:test|demo|sample|example|dummy)[\ _-](?:user|author|name|account|editor|writer)s?
    | (?:john|jane)\ doe(?:\ test)? | (?:max|erika)\ mustermann | lorem\ ipsum.*
    | (?:first\s?name|vorname|prénom|nombre|nome)\W+(?:last\s?name|surname|nachname|nom|apellidos?|cognome|sobrenome)
    | not\ found | \d{5,12} | [^\w]*+ )[\])}>"'\s]*+""",
    re.I | re.X,
)
_PART_NO_VALUE = re.compile(r"\bundefined\b(?=$|\s*[|–—-])|^undefined\b|\[object Object\]|\bNaN\b", re.I)
_FILE_NAME = re.compile(r"^[\w.-]+\.(?:html?|php|aspx?|jpe?g|png|gif|pdf|docx?|mp4|xml)$", re.I)
_SLUG = re.compile(r"^[a-zß-öø-ÿа-яё0-9]+(?:[-_]{1,2}[a-zß-öø-ÿа-яё0-9]+){3,}-?$|^https?://", re.I)
_MARK = re.compile(
    r"\*\*\S[^*]*\*\*|\]\(https?:|^#{1,4} \S|\\u[0-9a-f]{4}|%[0-9A-F]{2}.*%[0-9A-F]{2}|=[CDE][0-9A-F]=[89AB]"
)
# whatever TAG, ENTITY, TEMPLATE, _PART_NO_VALUE and _MARK find has one of these, and nearly no headline has
_SIGN = re.compile(r"[<\[\]&{%$#*\\=]|-->|orem ipsum|undefined|NaN", re.I)
_TWICE_CHARS = 8  # of a headline that may be printed twice
_COMMENTS = re.compile(
    r"\d [(\[]?(?:comments?|kommentare?|kommentarer|commentaires?|comentarios?|commenti|comentários?|reacties"
    r"|komentarzy|комментари\w*)[)\]]?$",
    re.I,
)
_PATH = re.compile(r" [»›>|] | / ")
_PATH_PARTS = 3
_LOST_LETTERS = re.compile(r"(?<!\S)\?{2,}(?!\S)")  # words of question marks, two or more
_CUT_TITLE_CHARS = 20  # of a headline that the text repeats, and goes on within its last word
_CUT = re.compile(r"(?:\.{3}|…)$")
_NO_PUBLISHERS = frozenset(
    name
    for names in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).values()
    for name in names.split("|")
)
CREDIT = re.compile(
    r"""^\W*(?: photos? | foto(?:graf\w*|s)? | image | images | picture | pictures | bild(?:er)? | video | graphic
    | grafik | illustration | photograph(?:er|y|s)? | cr[ée]dit | infographic | фото | 写真 | 撮影 | 图片 | 摄影
    | fot\. | zdj[ęe]cie
    )\s*(?: credit | by | : | / | ： | de\b | von\b )""",
    re.I | re.X,
)
_IN_AUTHOR = re.compile(r"[@{}<>\[\]|=]|https?:|www\.|\d{3,}|&\w+;|\bundefined\b", re.I)
# a time, a duration, buttons
_BUTTON = r"\b(?:share|tweet|print|facebook|whatsapp|e-?mail|copy link)\b"
_NO_NAME = re.compile(rf"\d:\d\d|\d \w{{3,10}}$|{_BUTTON}.{{0,80}}{_BUTTON}", re.I)
# a first name, the end of a name and another one without a space between, and a name: Ada ThornwickTom Orrin
_TWO_NAMES = re.compile(r"^\w+(?: [\w.’'-]+)* [A-ZÀ-ÞА-Я][a-zß-öø-ÿа-яё]{3,}(?<!Fitz)[A-ZÀ-ÞА-Я][a-zß-öø-ÿа-яё]{2,} \w")
_ACCOUNT = re.compile(r"\[email|^[a-z]+[_ .-]?\d{2,}$")
_NAME_SPACES = 8  # more words are a sentence
_SENTENCE_WORDS = 7
_SMALL_WORDS = 4
_MANY_AUTHORS = 10  # the whole staff
_MAIL = re.compile(r"\S@\w[\w-]*\.\w")
_EMPTY_DATE = re.compile(
    r"^\d{5}(?:\.\d+)?$|^\d{4}-(?:1[3-9]|[2-9]\d)-|^0{4}\D?0{1,2}\D?0{1,2}|^0001-01-01|^-|^\+?\d{5,}-\d\d-|invalid|^nan\b|undefined|^null$|\{\{|^0+$",
    re.I,
)
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_BLANK_DATE = re.compile(
    r"^(?:1970-01-01|1969-12-31|1900-01-01|1999-11-30|9999-|2000-01-01T00:00:00|2001-01-01T00:00:00)"
)


def find_title_damage(story: Story) -> Evidence | None:
    """A headline with markup, a variable, or what a program prints for no value."""
    title = story.title
    if not title:
        return None
    patterns = (TAG, ENTITY, TEMPLATE, _PART_NO_VALUE, _MARK) if _SIGN.search(title) else ()
    if title in story.authors or len(_LOST_LETTERS.findall(title) if "??" in title else ()) > 1:
        return Evidence(None, excerpt(title))
    if _COMMENTS.search(title) or _is_printed_twice(title) or _has_path(title, story.publisher):
        return Evidence(None, excerpt(title))
    if NO_VALUE.fullmatch(title) or any(pattern.search(title) for pattern in (_FILE_NAME, _SLUG, *patterns)):
        return Evidence(None, excerpt(title))
    return None


def _is_printed_twice(title: str) -> bool:
    """Whether a headline of at least two words follows itself."""
    half = len(title) // 2
    start = title[: half // 2]  # most headlines do not have their first words again
    if half < _TWICE_CHARS or title.find(start, half // 2) < 0:
        return False
    words = title.split()
    middle = len(words) // 2
    return middle > 1 and words[:middle] in (words[middle:], words[middle + 1 :])


def _has_path(title: str, publisher: str) -> bool:
    """Whether the path of the page within its site follows the headline."""
    if any(title.count(arrow) >= _PATH_PARTS - 1 for arrow in (" » ", " › ", " > ")):
        return True
    parts = _PATH.split(title)
    return len(parts) >= _PATH_PARTS and bool(publisher) and parts[-1] == publisher


def find_title_cut(story: Story) -> Evidence | None:
    """A headline that a program cut: it ends in dots or within a word, and the text goes on with its last words."""
    match = _CUT.search(story.title)
    if not match:
        end = story.text.find(story.title, 0, 3000) + len(story.title)
        is_cut = (
            end >= len(story.title) >= _CUT_TITLE_CHARS
            and story.title[-1].isalpha()
            and story.text[end : end + 1].isalpha()
        )
        return Evidence(None, excerpt(story.title)) if is_cut else None
    head = story.title[: match.start()].rstrip()
    last = head.split()[-3:] if " " in head else [head[-6:]]
    tail = " ".join(last).casefold()
    position = story.text[:3000].casefold().find(tail)
    goes_on = position >= 0 and story.text[position + len(tail) : position + len(tail) + 2].strip(".…!?»”\"' ")
    return Evidence(None, excerpt(story.title)) if goes_on or not head else None


def find_author_damage(story: Story) -> Evidence | None:
    """An author that is a photographer's credit, an account, an address or a missing value.

    A declared credit counts also where the photographer became the author. A declared value that gave no author is left
    out (see `find_author_left_out`).
    """
    for author in story.authors:
        is_no_name = NO_VALUE.fullmatch(author) or CREDIT.search(author) or _IN_AUTHOR.search(author)
        if is_no_name or _is_twice(author) or _TWO_NAMES.search(author):
            return Evidence(None, excerpt(author))
    for author in story.declared_authors:
        if CREDIT.search(author) and all(name in author for name in story.authors):
            return Evidence(None, excerpt(author))
    return None


def find_author_left_out(story: Story) -> Evidence | None:
    """A declared author that cannot be a name and gave none: a row without one is right, many of a site are damage."""
    if story.authors:
        return None
    if len(story.declared_authors) >= _MANY_AUTHORS:
        return Evidence(None, excerpt(", ".join(story.declared_authors)))
    wrong = next((author for author in story.declared_authors if _is_no_author(author, story.title)), None)
    return None if wrong is None else Evidence(None, excerpt(wrong))


def _is_twice(name: str) -> bool:
    """Whether a name of two words follows itself, with or without a space between."""
    half = len(name) // 2
    return " " in name[:half] and name[:half].strip() == name[half:].strip()


def _is_no_author(author: str, title: str) -> bool:
    """Whether a declared author that gave no name is a missing value, an account, a time, buttons, or a sentence."""
    # names of several people and of offices have fewer small words than a sentence
    small = sum([word.isalpha() and word.islower() for word in author.split()])
    is_odd = (
        small >= _SMALL_WORDS
        or NO_VALUE.fullmatch(author)
        or _MAIL.search(author)
        or _NO_NAME.search(author)
        or _ACCOUNT.search(author)
    )
    return bool(is_odd) or author.count(" ") >= _NAME_SPACES or author == title


def find_publisher_damage(story: Story) -> Evidence | None:
    """A publisher that is a program, a label of a menu, a template's filler or no value."""
    name = story.publisher
    plain = " ".join(name.casefold().split())
    if not name or plain.replace(" ", "") in story.host:  # the site of the program's maker
        return None
    if plain in _NO_PUBLISHERS or NO_VALUE.fullmatch(name) or _has_mark(name) or _is_sentence(name):
        return Evidence(None, excerpt(name))
    return None


def find_publisher_left_out(story: Story) -> Evidence | None:
    """A declared publisher that stands for a missing value and gave no name to the row."""
    wrong = (name for name in story.declared_publishers if name != story.publisher and NO_VALUE.fullmatch(name))
    return next((Evidence(None, excerpt(name)) for name in wrong), None)


def _is_sentence(name: str) -> bool:
    """Whether a name has as many small words as a sentence; those of offices and slogans have fewer."""
    return name.count(" ") >= _SENTENCE_WORDS and sum(word[0].islower() for word in name.split()) >= _SENTENCE_WORDS


def _has_mark(name: str) -> bool:
    return bool(_SIGN.search(name)) and any(pattern.search(name) for pattern in (TAG, ENTITY, TEMPLATE, _PART_NO_VALUE))


def find_date_invalid(story: Story) -> Evidence | None:
    """A declared date of publication that does not exist, or that a program writes where it has none."""
    for value in story.declared_dates:
        if value and (_is_no_day(value) or _EMPTY_DATE.search(value) or _BLANK_DATE.search(value)):
            return Evidence(None, excerpt(value))
    return None


def _is_no_day(value: str) -> bool:
    """Whether a date in the order of ISO 8601 names a day that the calendar does not have."""
    match = _ISO_DAY.match(value)
    if not match:
        return False
    year, month, day = map(int, match.groups())
    return not (1 <= month <= 12 and 1 <= day <= (monthrange(year, month)[1] if year else 31))


def find_root_address(story: Story) -> Evidence | None:
    """A story that declares its site's front page as its own address."""
    return Evidence(None, "") if story.is_canonical_root else None
