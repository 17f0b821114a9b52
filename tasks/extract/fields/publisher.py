"""Who published the page: the full name, the short one, and every name by which the page calls its site."""

import re

from tasks.extract.fields.address import host
from tasks.extract.page import Found, Page, strings
from tasks.text.person_names import leading_name
from tasks.text.publisher_names import is_short_form, is_title_case, spell_out, squeeze

_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:\d{4}(?:\s?[-–]\s?\d{2,4})?,?\s*)?(?:by\s+)?(?P<name>[^\W\d_][^.|©\d,]{2,60}?)\s*(?:\d{4}|[.|,]|all rights|alle rechte|tous droits|todos los|tutti i|$)",
    re.I,
)
_LEGAL_FORM = re.compile(
    r",?\s+(?:inc|llc|ltd|limited|gmbh(?: & co\.? kg)?|ag|kg|s\.?a\.?|s\.?r\.?l\.?|b\.?v\.?|plc|co|corp|oy|ab|as|media group)\.?$",
    re.I,
)
MAX_NAME_CHARS = 80


def find_publisher(page: Page) -> tuple[Found | None, str | None]:
    """The publisher's full name with its origin, and the short name where the page gives one."""
    if not page.is_html:
        return _of_text(page)
    names = [(origin, name) for origin, name in _declared(page) if _is_name(name)]
    if not names:
        site = host(page.document.get("url"))
        kin = _kin_name(re.split(r"\s[|–—·-]\s", page.signals.get("title") or "")[1:], site) if site else None
        return (Found(kin, "title") if kin else Found(site, "address") if site else None), None
    place = host(page.document.get("url")) or host(next((value for _, value in page.meta("og:url")), None)) or ""
    origin, name = max(enumerate(names), key=lambda entry: _likely(entry[1][1], place) - 0.15 * entry[0])[1]
    short = next((other for _, other in names if is_short_form(other, name)), None)
    return Found(_LEGAL_FORM.sub("", _ASIDE.sub("", name)).strip(), origin), short


_DOMAIN = re.compile(r"^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}$", re.I)
_ASIDE = re.compile(r"\s*\((?:www\.)?[\w-]+\.[\w.]+\)$")  # "Deutsche Welle (www.dw.com)"


def _likely(name: str, place: str) -> float:
    """How likely a declared name is the publisher's: no domain, no handle, kin to the address."""
    score = 0.0
    if _DOMAIN.match(name):
        score -= 0.5
    if "_" in name or (name.isascii() and name.islower() and " " not in name):
        score -= 0.4
    key = squeeze(name)
    parts = [squeeze(part) for part in place.split(".")[:-1]]
    initials = "".join(word[0] for word in name.split()).lower()
    if any(len(part) > 2 and (part in key or key in part) for part in parts) or any(
        part == squeeze(initials) for part in parts
    ):
        score += 0.4
    return score


def _declared(page: Page) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    others = page.nodes(articles=False)
    for node in others:
        kind = str(node.get("@type"))
        if "WebSite" in kind:
            found += [("json-ld:WebSite", text) for text in strings(node.get("name"))]
    found += [("og:site_name", text) for _, text in page.meta("og:site_name")]
    for node in page.nodes():
        found += [("json-ld:publisher", text) for text in strings(node.get("publisher")) if not text.startswith("http")]
    for node in others:
        if "Organization" in str(node.get("@type")):
            found += [("json-ld:Organization", text) for text in strings(node.get("name"))]
    found += [
        (name, text)
        for name, text in page.meta(
            "application-name", "apple-mobile-web-app-title", "dc.publisher", "publisher", "copyright"
        )
    ]
    found += [
        ("copyright line", match["name"])
        for line in page.lines
        if line.label == "footer" and (match := _copyright(line.text))
    ]
    found += [("twitter:site", text.lstrip("@")) for _, text in page.meta("twitter:site")]
    return found


def _copyright(text: str) -> re.Match[str] | None:
    if "©" in text or "opyright" in text or "OPYRIGHT" in text or "(c)" in text.lower():
        return _COPYRIGHT.search(text)
    return None


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME_CHARS and any(c.isalnum() for c in name) and not name.startswith(("http", "@"))


def _of_text(page: Page) -> tuple[Found | None, str | None]:
    """Off the lines: the source lines by the date; else the masthead's name that the copyright line repeats."""
    sources = list(dict.fromkeys(line.text.strip(" |·•-") for line in page.labelled("source")))
    if len(sources) >= 2:
        full, short = max(sources[:2], key=len), min(sources[:2], key=len)
        if is_short_form(short, full):
            return Found(full, "source lines"), short
    rights = [match["name"].strip() for line in page.lines if len(line.text) < 300 and (match := _copyright(line.text))]
    owner = _LEGAL_FORM.sub("", rights[-1]).strip() if rights else ""
    site = host(page.document.get("url"))
    if site:  # the address says which of the page's names is the site's
        kin = _kin_name([*sources, *_top_names(page), owner], site)
        return (Found(kin, "name kin to the address") if kin else Found(site, "address")), None
    if sources and leading_name(sources[0]) is None:
        return Found(sources[0], "source line"), None
    masthead = _masthead_name(page, owner)
    if masthead:
        return Found(masthead, "masthead"), owner if owner and is_short_form(owner, masthead) else None
    if owner and is_title_case(owner):
        return Found(owner, "copyright line"), None
    return (Found(sources[0], "source line") if sources else None), None


def _top_names(page: Page) -> list[str]:
    """Short lines above the story, and the last part of the page's title where it opens the text."""
    names = []
    for number, line in enumerate(page.lines[:45]):
        text = line.text.strip(" |·•-–")
        if line.action != "keep" and len(text.split()) <= 6 and not any(c.isdigit() for c in text):
            names.append(text)
        if number < 5:
            names += [part.strip() for part in re.split(r"\s[|–—·-]\s", text)[1:]]
    return names


def _kin_name(names: list[str], site: str) -> str | None:
    """The first of some names that the host's labels spell: `Berliner Zeitung` of berliner-zeitung.de."""
    labels = [squeeze(label) for label in site.split(".")[:-1] if len(label) > 2]
    kin = [name for name in names if name and any(_spells(label, name) for label in labels)]
    return max(kin, key=lambda name: (" " in name, -kin.index(name)), default=None)


def _spells(label: str, name: str) -> bool:
    key = squeeze(spell_out(name)).removeprefix("the")
    initials = "".join(word[0] for word in name.split()).lower()
    return "." not in name and (key == label or key == label.removeprefix("the") or initials == label or
                                (len(label) >= 4 and label in key and len(key) <= 2 * len(label) + 4))  # fmt: skip


def site_names(page: Page, publisher: Found | None, short: str | None) -> list[str]:
    """Every name of the site that may stand at an end of the title."""
    names = [name for _, name in _declared(page)] if page.is_html else []
    names += [line.text.strip() for line in page.labelled("source")]
    site = host(page.document.get("url"))
    if site:
        names += [site, site.rsplit(".", 1)[0], site.split(".")[0]]
    names += [publisher.value if publisher else "", short or ""]
    return list(dict.fromkeys(name for name in names if name))


_ADDRESS = re.compile(r"@\w|://|^www\.|\w\.(?:com|org|net|co\.uk|de|fr|example)\b")
_TITLE_MARKS = "|–—·-"


def _masthead_name(page: Page, owner: str) -> str | None:
    """The name in the first lines that the rest of the page repeats: in credits, addresses, bios or the copyright line."""
    text = "\n".join(line.text for line in page.lines)
    joined = squeeze(text)
    addresses = squeeze(
        " ".join(word for word in text.split() if ("." in word or "@" in word) and _ADDRESS.search(word))
    )
    owner_key = squeeze(owner)
    best: tuple[float, str] | None = None
    for number, line in enumerate(page.lines[:25]):
        name = line.text.strip(" |·•-–")
        key = squeeze(name)
        if not (line.action != "keep" and 1 <= len(name.split()) <= 6 and len(key) >= 5 and is_title_case(name)):
            continue
        if line.reason in ("lexicon", "place_pattern", "date_pattern") or any(c.isdigit() for c in name):
            continue
        mentions = min(joined.count(key) - 1, 3)  # a word of the story is mentioned more often than the site
        # a text page often starts with the page's title: "Headline - Valley Signal"
        ends_title = any(
            top.text.endswith(name) and top.text[: -len(name)].rstrip()[-1:] in _TITLE_MARKS and top.text != name
            for top in page.lines[:5]
        )
        score: float = 3 * ends_title + mentions + 2 * (key.removeprefix("the") in addresses) + 2 * (owner_key == key)
        score -= 0.05 * number + (" " not in name)
        if score >= 1 and (best is None or score > best[0]):
            best = (score, name)
    return best[1] if best else None
