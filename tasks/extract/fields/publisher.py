"""Who published the page: its full name, the short one, and every name by which the page calls its site."""

import re

from tasks.extract.fields.address import host
from tasks.extract.fields.headlines import SEPARATOR
from tasks.extract.fields.site_declarations import (
    TITLE_SEPARATOR,
    clean_name,
    declared_names,
    find_owner,
    is_name,
)
from tasks.extract.page import FieldValue, LabelledLine, Page
from tasks.text.person_names import leading_name
from tasks.text.publisher_names import is_short_form, is_title_case, spell_out, squeeze

_DOMAIN = re.compile(r"^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}$", re.I)
_ADDRESS = re.compile(r"@\w|://|^www\.|\w\.(?:com|org|net|co\.uk|de|fr|example)\b")
_PLACE = re.compile(r",\s?[A-Z]{2}$")  # "Cass Lake,MN"
_TEMPERATURE = re.compile(r"^\W*-?\d{1,3}\s?°|\d\s?°\s?[CF]?\b|\b(?:humidity|wind)\b", re.I)
_MAX_WEATHER_CHARS = 40  # a sentence is longer
_TITLE_MARKS = "|–—·-"
_EDGES = " |·•-–"  # signs around a name in a line
_REASONS_OF_OTHER_LINES = ("lexicon", "place_pattern", "date_pattern")
_TOP_LINES, _SITE_NAME_LINES, _TITLE_LINES = 45, 25, 5  # lines from the top that may have the site's name
_OWNERS = ("copyright", "copyright line")  # of the text or of the whole group, often not of the site
_DOUBTFUL = (*_OWNERS, "twitter:site")
_SLOGAN_SEPARATOR = re.compile(r"\s[|–—·•-]\s")
_BEFORE_OWNER = re.compile(r"^(?:©|\(c\)|copyright|[\d\s–-])+", re.I)
_FOOTER_LINES = 5  # at the very end; above them stand lists of stories
_MAX_END_CHARS = 40  # of a name at an end of the title
_MAX_INITIALS = 5  # letters; a longer name in capitals is a word


def find_publisher(page: Page) -> tuple[FieldValue[str] | None, str | None]:
    """The publisher's full name with its origin, and the short name if the page gives one."""
    if not page.is_html and not page.meta("column:publisher"):
        return _publisher_of_text(page)
    site = host(page.document.get("url"))
    address = site or host(next((value for _, value in page.meta("og:url")), None)) or ""
    names = _site_names_of_page(page, address)
    if not names:
        return (FieldValue(site, "address") if site else None), None
    keys = list(dict.fromkeys(squeeze(name) for _, name in names))
    best = max(names, key=lambda entry: _likelihood(entry, address) - 0.15 * keys.index(squeeze(entry[1])))
    origin, name = best
    if site and _is_abbreviation_of(name, site):
        return FieldValue(site, "address"), name
    handles = [text.lstrip("@") for _, text in page.meta("twitter:site") if not text.islower()]
    short = next((other for other in [*(other for _, other in names), *handles] if is_short_form(other, name)), None)
    return FieldValue(name, origin), short


def _site_names_of_page(page: Page, address: str) -> list[tuple[str, str]]:
    """The declared names that may be the publisher's, cleaned, and the end of the title that the address spells."""
    names = []
    for origin, written in declared_names(page):
        cleaned = clean_name(written.split(",")[0] if origin in _OWNERS else written)
        name = _main_part(cleaned, address)
        if is_name(name) and (origin not in _DOUBTFUL or _may_be_name_of_site(origin, name, address)):
            names.append((origin, name))
    first, *title_ends = TITLE_SEPARATOR.split(page.signals.get("title") or "")
    if title_ends and squeeze(first) in [squeeze(label) for label in address.split(".")[:-1]]:
        title_ends.append(first)  # `Moorings » Oak prices sink the plan`: a headline is rarely just the site's address
    if all(origin in _DOUBTFUL for origin, _ in names):
        names += [("title", part) for part in _ends_in_footer(page) if is_name(part)]
    in_title = _name_matching_host(title_ends, address)
    in_title = in_title or next((end for end in title_ends if end.lower().removeprefix("www.") == address), None)
    if in_title and is_name(in_title):
        names.append(("title", in_title))
    return names


def _ends_in_footer(page: Page) -> list[str]:
    """The part of the page's title beside the headline that begins a line of its footer: `港口网 | 版权所有`."""
    title = page.signals.get("title") or ""
    separators = list(SEPARATOR.finditer(title))
    if not separators:
        return []
    headings = {squeeze(line.text) for line in page.lines if line.tag == "h1" or line.label == "headline"}
    last, first = title[separators[-1].end() :].strip(), title[: separators[0].start()].strip()
    # in front stands the headline as often, unless the rest is the headline
    end = first if squeeze(title[separators[0].end() :]) in headings else last
    footers = [_BEFORE_OWNER.sub("", line.text) for line in page.lines if line.label == "footer"][-_FOOTER_LINES:]
    is_name_like = 0 < len(end) <= _MAX_END_CHARS and squeeze(end) not in headings
    is_found = is_name_like and any(text.startswith(end) and not text[len(end) :][:1].isalnum() for text in footers)
    return [end] if is_found else []


def _may_be_name_of_site(origin: str, name: str, address: str) -> bool:
    """Whether an owner is more than a word of another line, and a handle more than a person's or an abbreviation."""
    if name.islower():
        return origin != "twitter:site" and _matches(name, address)
    return origin != "twitter:site" or ("_" not in name and _matches(name, address))


def _main_part(name: str, address: str) -> str:
    """Of a name with a slogan or an abbreviation beside it the name: `Tierheim Berlin - seit 1841 für Tiere`."""
    parts = [part.strip() for part in _SLOGAN_SEPARATOR.split(name) if squeeze(part)]
    if len(parts) < 2:
        return name
    for short, full in ((parts[0], parts[1]), (parts[1], parts[0])):
        if is_short_form(short, full):
            return full
    return _name_matching_host(parts, address) or parts[0]


def _is_abbreviation_of(name: str, address: str) -> bool:
    """Whether a name is only the initials of what a part of the address spells: `STZ` of stuttgarter-zeitung.de."""
    if not (name.isupper() and len(name) <= _MAX_INITIALS):
        return False
    labels = (label.split("-") for label in address.split("."))
    return any(
        len(words) > 1 and squeeze(name) not in words and is_short_form(name, " ".join(words)) for words in labels
    )


def _likelihood(entry: tuple[str, str], address: str) -> float:
    """A score for a name to be the publisher's: not a domain or handle; matches the host."""
    origin, name = entry
    score = 0.0
    is_matching = _matches(name, address)
    if _DOMAIN.match(name):
        score -= 0.7 if name.islower() else 0.5
    elif "_" in name or (name.isascii() and name.islower() and " " not in name):
        score -= 0.4
    if is_matching:
        score += 0.4
    if origin in _DOUBTFUL:
        is_spelled = squeeze(name) in [squeeze(label) for label in address.split(".")]
        score -= 0.1 if is_spelled else 0.2 if is_matching and origin in _OWNERS else 0.3
    return score


def _matches(name: str, address: str) -> bool:
    """Whether a label of the host is in the name or the name in it, or the label is the name's initials."""
    key = squeeze(spell_out(name))
    initials = squeeze("".join(word[0] for word in name.split()).lower())
    labels = [squeeze(label) for label in address.split(".")[:-1]]
    return any(
        label in (key, initials)
        or (len(label) > 2 and (label in key or key in label or is_short_form(label.upper(), name)))
        for label in labels
    )


def _publisher_of_text(page: Page) -> tuple[FieldValue[str] | None, str | None]:
    """From lines: the source lines near the date; else the masthead's name that the copyright line repeats."""
    sources = list(dict.fromkeys(line.text.strip(" |·•-") for line in page.labelled("source")))
    if len(sources) >= 2:
        full, short = max(sources[:2], key=len), min(sources[:2], key=len)
        if is_short_form(short, full):
            return FieldValue(full, "source lines"), short
    owner = _copyright_owner(page)
    site = host(page.document.get("url"))
    if site:  # the address decides which name on the page is the site's
        matching = _name_matching_host([*sources, *_top_names(page), owner], site)
        # the words of this origin are a value in the dataset
        return (FieldValue(matching, "name kin to the address") if matching else FieldValue(site, "address")), None
    if sources and leading_name(sources[0]) is None:
        return FieldValue(sources[0], "source line"), None
    masthead = _masthead_name(page, owner)
    if masthead:
        return FieldValue(masthead, "masthead"), owner if owner and is_short_form(owner, masthead) else None
    if owner and is_title_case(owner):
        return FieldValue(owner, "copyright line"), None
    return (FieldValue(sources[0], "source line") if sources else None), None


def _copyright_owner(page: Page) -> str:
    """The name in the last copyright line of a page, without its legal form; or an empty string."""
    short_lines = [line for line in page.lines if len(line.text) < 300]
    owners = [clean_name(match["name"]) for line in short_lines if (match := find_owner(line.text))]
    owners = [owner for owner in owners if is_name(owner)]
    return owners[-1] if owners else ""


def _top_names(page: Page) -> list[str]:
    """Short lines above the story, and the ends of the page's title if it starts the text."""
    names = []
    for position, line in enumerate(page.lines[:_TOP_LINES]):
        text = line.text.strip(_EDGES)
        if line.action != "keep" and len(text.split()) <= 6 and not any(char.isdigit() for char in text):
            names.append(text)
        if position < _TITLE_LINES:
            names += [part.strip() for part in TITLE_SEPARATOR.split(text)[1:]]
    return names


def _name_matching_host(names: list[str], site: str) -> str | None:
    """The first name spelled by a label of the host: `Berliner Zeitung` for berliner-zeitung.de."""
    labels = [squeeze(label) for label in site.split(".")[:-1] if len(label) > 2]
    matching = [name for name in names if name and any(_spells(label, name) for label in labels)]
    return max(matching, key=lambda name: (" " in name, -matching.index(name)), default=None)


def _spells(label: str, name: str) -> bool:
    """Whether a label of a host is a name, its initials or a large part of it."""
    if "." in name:
        return False
    key = squeeze(spell_out(name)).removeprefix("the")
    initials = "".join(word[0] for word in name.split()).lower()
    if label in (key, initials) or label.removeprefix("the") == key:
        return True
    return len(label) >= 4 and label in key and len(key) <= 2 * len(label) + 4


def site_names(page: Page) -> list[str]:
    """Every name by which a page calls its site, beside those of the publisher: it may be at an end of the title."""
    declared = [name for _, name in declared_names(page)] if page.is_declared else []
    names = [form for name in declared for form in (name, clean_name(name))]
    names += [line.text.strip() for line in page.labelled("source")]
    site = host(page.document.get("url"))
    if site:
        names += [site, site.rsplit(".", 1)[0], site.split(".")[0]]
    return list(dict.fromkeys(name for name in names if name))


def _masthead_name(page: Page, owner: str) -> str | None:
    """The name in the first lines that the page repeats most: in credits, addresses, bios or the copyright line."""
    text = "\n".join(line.text for line in page.lines)
    page_key = squeeze(text)
    addresses = squeeze(
        " ".join(word for word in text.split() if ("." in word or "@" in word) and _ADDRESS.search(word))
    )
    owner_key = squeeze(owner)
    best: tuple[float, str] | None = None
    for position, line in enumerate(page.lines[:_SITE_NAME_LINES]):
        name = line.text.strip(_EDGES)
        key = squeeze(name)
        if not _may_be_masthead(line, name, key):
            continue
        is_in_address = key.removeprefix("the") in addresses
        if not is_in_address and _is_weather(page, position):
            continue
        mentions = min(page_key.count(key) - 1, 3)  # a word of the story is mentioned more often than the site
        score: float = 3 * _ends_title(page, name) + mentions
        score += 2 * is_in_address + 2 * (owner_key == key)
        score -= 0.05 * position + (" " not in name)
        if score >= 1 and (best is None or score > best[0]):
            best = (score, name)
    return best[1] if best else None


def _may_be_masthead(line: LabelledLine, name: str, key: str) -> bool:
    if not (line.action != "keep" and 1 <= len(name.split()) <= 6 and len(key) >= 5 and is_title_case(name)):
        return False
    return line.reason not in _REASONS_OF_OTHER_LINES and not any(char.isdigit() for char in name) and is_name(name)


def _is_weather(page: Page, position: int) -> bool:
    """Whether a line at the top names the place of a weather report: by its form, or by a temperature beside it."""
    if _PLACE.search(page.lines[position].text.strip(_EDGES)):
        return True
    before = page.lines[position - 1 : position] if page.lines[position].blank_before == 0 else []
    after = [line for line in page.lines[position + 1 : position + 2] if line.blank_before == 0]
    return any(_TEMPERATURE.search(line.text) for line in (*before, *after) if len(line.text) < _MAX_WEATHER_CHARS)


def _ends_title(page: Page, name: str) -> bool:
    """Whether a name ends the page's title, with which a text page often starts: `Headline - Valley Signal`."""
    return any(
        line.text.endswith(name) and line.text[: -len(name)].rstrip()[-1:] in _TITLE_MARKS and line.text != name
        for line in page.lines[:_TITLE_LINES]
    )
