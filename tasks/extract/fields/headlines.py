"""What in a displayed or declared title is not part of the headline: markup, dates, names of site and writers."""

import html
import re
from functools import lru_cache
from itertools import pairwise

from tasks.text.date_lines import is_date_line
from tasks.text.publisher_names import IMAGE_PREFIX, spell_out, squeeze

# Chinese writes no spaces around the sign before a section or site: `老桥封闭-社会-港口网`, `..._新闻频道_港口网`
SEPARATOR = re.compile(
    r"\s+[|·•»«›–—:-]+\s+|\s*[|｜]\s*|:\s+|\s*：\s*|(?<=[^\x00-\x7f]):(?=\S)|(?<=[^\x00-\u2fff])(?:[-_]|--)(?=[^\x00-\u2fff])"
)
MAX_TITLE_CHARS = 400  # longer than any headline of the corpora; a paragraph in h1 is not a title
_MIN_HEADLINE_CHARS = 10  # letters; fewer before the name of the site are a section
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>", re.I)
_YEAR_NOTE = re.compile(
    r"\s*\((?:published|publié|veröffentlicht|publicado|pubblicato)(?:\s+\w+)?\s+(?:19|20)\d\d\)$", re.I
)
_DAY = r"(?:\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:19|20)?\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2})"
# "12.10.2024 - Headline", and without a separator where an element of its own held the date
_DATE_IN_FRONT = re.compile(rf"^\s*{_DAY}(?:\s*[|–—:•·]+\s*|\s+-\s+|(?=[^\W\d_]))")
_DATED_LABEL = re.compile(rf"^[^\W\d_]{{2,20}}\s*[:：]\s*{_DAY}")  # "发稿时间：2017-03-10 08:42 来源：..."
# a message of the server's program that stands above the page
_PROGRAM_MESSAGE = re.compile(
    r"^(?:(?:deprecated|strict standards)\s*:|(?:php\s+)?(?:warning|notice|fatal error|parse error)\s*:.*"
    r"(?:\bon line \d|\.php\b|\w\(\)))",
    re.I,
)
# a counter inside the element of the headline
_COUNTER = re.compile(
    r"\s+\d[\d.,]*\s?k?\s+(?:shares?|comments?|likes|views|kommentare?|commentaires?|comentarios?|commenti)$",
    re.I,
)
# what programs write where they know no title
_NO_TITLES = frozenset(
    """home homepage startseite accueil inicio início главная головна 首页 首頁 index untitled
    untitleddocument undefined null none article newsarticle page post""".split()
)
_ARCHIVE_WORDS = frozenset({"blogarchive", "blogarchiv", "archive", "archives"})  # of WordPress, beside the site's name


def clean_title(text: str, site_names: list[str], author_keys: set[str]) -> str:
    """A title without markup, date, and the names of site and authors at its ends; empty if it is none.

    `author_keys` are the squeezed names of the authors.
    """
    title = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    title = _COUNTER.sub("", IMAGE_PREFIX.sub("", title).strip())
    if squeeze(title) in _NO_TITLES:
        return ""
    if _PROGRAM_MESSAGE.match(title) or _DATED_LABEL.match(title) or len(title) > MAX_TITLE_CHARS:
        return ""
    title = _YEAR_NOTE.sub("", title)
    in_front = _DATE_IN_FRONT.match(title)
    if in_front and title[in_front.end() :].strip():
        title = title[in_front.end() :].strip()
    return strip_authors(strip_site(title, site_names), author_keys)


def strip_authors(title: str, author_keys: set[str]) -> str:
    """The title without an author's name after its last separator."""
    last = next(reversed(list(SEPARATOR.finditer(title))), None)
    if last and squeeze(title[last.end() :]) in author_keys:
        return title[: last.start()].strip() or title
    return title


def strip_site(title: str, site_names: list[str]) -> str:
    """The title without the site's name before its first or after its last separator."""
    site_keys = _keys_of(tuple(site_names))
    for _ in range(3):  # "Headline | Section | Site" has two endings
        shorter = _without_one_end(title, site_keys)
        if shorter == title:
            break
        title = shorter
    return title


@lru_cache(maxsize=1_024)  # a page has half a dozen titles
def _keys_of(site_names: tuple[str, ...]) -> frozenset[str]:
    keys = {squeeze(name) for name in site_names}
    keys |= {key.removeprefix("the") for key in keys}
    keys |= {_spelled_key(name) for name in site_names}  # boersen-zeitung.de is the Börsen-Zeitung
    return frozenset(keys | _ARCHIVE_WORDS) - {""}


def _without_one_end(title: str, site_keys: frozenset[str]) -> str:
    host, _, rest = title.partition(" ")
    if "." in host.strip(".") and rest[:1].isalnum() and squeeze(host) in site_keys:
        return rest  # "harbourpost.com Ferry returns"
    separators = list(SEPARATOR.finditer(title))
    if not separators:
        return title
    first, last = separators[0], separators[-1]
    head, tail = title[: first.start()], title[last.end() :]
    if (_is_site(tail, site_keys) or not squeeze(tail) or is_date_line(tail)) and title[: last.start()].strip():
        return title[: last.start()].strip()
    if _is_site(head, site_keys) and title[first.end() :].strip():
        return title[first.end() :].strip()
    for before, after in pairwise(separators):
        part = title[before.end() : after.start()]
        if squeeze(part) in _ARCHIVE_WORDS:  # "Site » Blog Archive » Headline"
            return title[after.end() :].strip() or title
        headline = title[: before.start()].strip()
        is_speaker = after.group().strip() in (":", "：")  # "Headline - Union: prices rise" of the union's own site
        if (
            _is_site(part, site_keys)
            and not is_speaker
            and len(squeeze(headline)) >= _MIN_HEADLINE_CHARS
            and " " in headline
        ):
            return headline  # "Headline | Site | Slogan"
    return title


def _is_site(part: str, site_keys: frozenset[str]) -> bool:
    return squeeze(part) in site_keys or _spelled_key(part) in site_keys


def _spelled_key(name: str) -> str:
    return squeeze(spell_out(name))
