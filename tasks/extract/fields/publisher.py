"""Who published the page: its full name, the short one, and every name by which the page calls its site."""

import re

from tasks.extract.fields.address import host
from tasks.extract.page import FieldValue, LabelledLine, Page, strings
from tasks.text.person_names import leading_name
from tasks.text.publisher_names import is_short_form, is_title_case, spell_out, squeeze

_COPYRIGHT = re.compile(
    r"""
    (?: © | \(c\) | copyright ) \s* (?: © | \(c\) )? \s*
    (?: \d{4} (?: \s?[-–]\s?\d{2,4} )? ,? \s* )?
    (?: by\s+ )?
    (?P<name> [^\W\d_] [^.|©\d,]{2,60}? )
    \s* (?: \d{4} | [.|,] | all[ ]rights | alle[ ]rechte | tous[ ]droits | todos[ ]los | tutti[ ]i | $ )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LEGAL_FORM = re.compile(
    r"""
    ,?\s+
    (?: inc | llc | ltd | limited | gmbh(?:[ ]&[ ]co\.?[ ]kg)? | ag | kg | s\.?a\.? | s\.?r\.?l\.? | b\.?v\.?
      | plc | co | corp | oy | ab | as | media[ ]group )
    \.?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DOMAIN = re.compile(r"^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}$", re.I)
_ADDRESS_IN_BRACKETS = re.compile(r"\s*\((?:www\.)?[\w-]+\.[\w.]+\)$")  # "Deutsche Welle (www.dw.com)"
_ADDRESS = re.compile(r"@\w|://|^www\.|\w\.(?:com|org|net|co\.uk|de|fr|example)\b")
_TITLE_SEPARATOR = re.compile(r"\s[|–—·-]\s")
_TITLE_MARKS = "|–—·-"
_EDGES = " |·•-–"  # signs around a name in a line
_DECLARING_METAS = ("application-name", "apple-mobile-web-app-title", "dc.publisher", "publisher", "copyright")
_REASONS_OF_OTHER_LINES = ("lexicon", "place_pattern", "date_pattern")
_TOP_LINES, _MASTHEAD_LINES, _TITLE_LINES = 45, 25, 5  # lines from the top that may have the site's name
MAX_NAME_CHARS = 80


def find_publisher(page: Page) -> tuple[FieldValue[str] | None, str | None]:
    """The publisher's full name with its origin, and the short name if the page gives one."""
    if not page.is_html:
        return _publisher_of_text(page)
    names = [(origin, name) for origin, name in _declared(page) if _is_name(name)]
    site = host(page.document.get("url"))
    if not names:
        return _publisher_of_site(page, site), None
    address = site or host(next((value for _, value in page.meta("og:url")), None)) or ""
    ranked = max(enumerate(names), key=lambda entry: _likelihood(entry[1][1], address) - 0.15 * entry[0])
    origin, name = ranked[1]
    short = next((other for _, other in names if is_short_form(other, name)), None)
    return FieldValue(_LEGAL_FORM.sub("", _ADDRESS_IN_BRACKETS.sub("", name)).strip(), origin), short


def _publisher_of_site(page: Page, site: str | None) -> FieldValue[str] | None:
    """The name in the title that matches the host, else the host."""
    if not site:
        return None
    matching = _name_matching_host(_TITLE_SEPARATOR.split(page.signals.get("title") or "")[1:], site)
    return FieldValue(matching, "title") if matching else FieldValue(site, "address")


def _likelihood(name: str, address: str) -> float:
    """A score for a declared name to be the publisher's: not a domain or handle; matches the host."""
    score = 0.0
    if _DOMAIN.match(name):
        score -= 0.5
    if "_" in name or (name.isascii() and name.islower() and " " not in name):
        score -= 0.4
    key = squeeze(name)
    initials = squeeze("".join(word[0] for word in name.split()).lower())
    labels = [squeeze(label) for label in address.split(".")[:-1]]
    if initials in labels or any(len(label) > 2 and (label in key or key in label) for label in labels):
        score += 0.4
    return score


def _declared(page: Page) -> list[tuple[str, str]]:
    """Names of the site in declarations and copyright lines with their origins, the most reliable first."""
    others = page.nodes(articles=False)
    sites = [node for node in others if "WebSite" in str(node.get("@type"))]
    organizations = [node for node in others if "Organization" in str(node.get("@type"))]
    names = [("json-ld:WebSite", text) for node in sites for text in strings(node.get("name"))]
    names += [("og:site_name", text) for _, text in page.meta("og:site_name")]
    publishers = page.node_strings("publisher")
    names += [("json-ld:publisher", text) for text in publishers if not text.startswith("http")]
    names += [("json-ld:Organization", text) for node in organizations for text in strings(node.get("name"))]
    names += page.meta(*_DECLARING_METAS)
    footer = [line for line in page.lines if line.label == "footer"]
    names += [("copyright line", match["name"]) for line in footer if (match := _copyright(line.text))]
    names += [("twitter:site", text.lstrip("@")) for _, text in page.meta("twitter:site")]
    return names


def _copyright(text: str) -> re.Match[str] | None:
    # the search for its signs is far cheaper than the pattern
    if "©" in text or "opyright" in text or "OPYRIGHT" in text or "(c)" in text.lower():
        return _COPYRIGHT.search(text)
    return None


def _is_name(name: str) -> bool:
    has_letter_or_digit = any(char.isalnum() for char in name)
    return 0 < len(name) <= MAX_NAME_CHARS and has_letter_or_digit and not name.startswith(("http", "@"))


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
    owners = [match["name"].strip() for line in short_lines if (match := _copyright(line.text))]
    return _LEGAL_FORM.sub("", owners[-1]).strip() if owners else ""


def _top_names(page: Page) -> list[str]:
    """Short lines above the story, and the ends of the page's title if it starts the text."""
    names = []
    for position, line in enumerate(page.lines[:_TOP_LINES]):
        text = line.text.strip(_EDGES)
        if line.action != "keep" and len(text.split()) <= 6 and not any(char.isdigit() for char in text):
            names.append(text)
        if position < _TITLE_LINES:
            names += [part.strip() for part in _TITLE_SEPARATOR.split(text)[1:]]
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


def site_names(page: Page, publisher: FieldValue[str] | None, short: str | None) -> list[str]:
    """Every name of the site that may be at an end of the title."""
    names = [name for _, name in _declared(page)] if page.is_html else []
    names += [line.text.strip() for line in page.labelled("source")]
    site = host(page.document.get("url"))
    if site:
        names += [site, site.rsplit(".", 1)[0], site.split(".")[0]]
    names += [publisher.value if publisher else "", short or ""]
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
    for position, line in enumerate(page.lines[:_MASTHEAD_LINES]):
        name = line.text.strip(_EDGES)
        key = squeeze(name)
        if not _may_be_masthead(line, name, key):
            continue
        mentions = min(page_key.count(key) - 1, 3)  # a word of the story is mentioned more often than the site
        score: float = 3 * _ends_title(page, name) + mentions
        score += 2 * (key.removeprefix("the") in addresses) + 2 * (owner_key == key)
        score -= 0.05 * position + (" " not in name)
        if score >= 1 and (best is None or score > best[0]):
            best = (score, name)
    return best[1] if best else None


def _may_be_masthead(line: LabelledLine, name: str, key: str) -> bool:
    if not (line.action != "keep" and 1 <= len(name.split()) <= 6 and len(key) >= 5 and is_title_case(name)):
        return False
    return line.reason not in _REASONS_OF_OTHER_LINES and not any(char.isdigit() for char in name)


def _ends_title(page: Page, name: str) -> bool:
    """Whether a name ends the page's title, with which a text page often starts: `Headline - Valley Signal`."""
    return any(
        line.text.endswith(name) and line.text[: -len(name)].rstrip()[-1:] in _TITLE_MARKS and line.text != name
        for line in page.lines[:_TITLE_LINES]
    )
