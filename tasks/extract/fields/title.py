"""The headline: whose declaration to trust, and what of it is not headline."""

import re

from tasks.extract.page import Found, Line, Page, strings
from tasks.text.dates import is_date_line
from tasks.text.publisher_names import IMAGE_PREFIX, spell_out, squeeze

_SEPARATOR = re.compile(r"\s+[|·•»«–—:-]+\s+|\s*\|\s*|:\s+")
_SECTION = re.compile(r"\s+\|\s+")
MAX_TITLE_CHARS = 400  # longer than any headline of the corpora; a paragraph in h1 is no title


def find_title(page: Page, site_names: list[str]) -> Found | None:
    """The title with its origin. `site_names` are the page's own names, the only ones cut off its ends."""
    for origin, text in _candidates(page):
        title = strip_site(IMAGE_PREFIX.sub("", text).strip(), site_names)
        if (
            title
            and len(title) <= MAX_TITLE_CHARS
            and squeeze(title)
            and squeeze(title) not in {squeeze(name) for name in site_names}
        ):
            return Found(title, origin)
    return None


def _candidates(page: Page) -> list[tuple[str, str]]:
    """Declared and shown titles, the most reliable first (precision measured on news pages)."""
    shown = page.labelled("headline")
    h1 = [line for line in shown if line.tag == "h1"]
    if not page.is_html:
        return [("headline line", line.text) for line in shown]
    found: list[tuple[str, str]] = []
    found += [("json-ld:headline", text) for node in page.nodes() for text in strings(node.get("headline"))]
    found += [("og:title", text) for _, text in page.meta("og:title")]
    found += [("h1", line.text) for line in h1]
    found += [("twitter:title", text) for _, text in page.meta("twitter:title")]
    found += [("itemprop:headline", text) for item, text in page.signals.get("items", ()) if item == "headline"]
    found += [("headline line", line.text) for line in shown]
    found += [(name, text) for name, text in page.meta("dc.title", "title", "sailthru.title", "parsely-title")]
    if page.signals.get("title"):
        found.append(("title", page.signals["title"]))
    return _prefer_shown(found, h1)


def _prefer_shown(found: list[tuple[str, str]], h1: list[Line]) -> list[tuple[str, str]]:
    """A declared title that was cut short, or carries a section at its end, gives way to the heading that shows it whole."""
    if not found or not h1:
        return found
    first, shown = found[0][1], h1[0].text
    head = first.rstrip(" .…")
    if first != shown and first.rstrip().endswith(("…", "...")) and squeeze(shown).startswith(squeeze(head)):
        return [("h1", shown), *found]
    own = squeeze(shown)
    for match in _SECTION.finditer(first):  # "Headline | Sport": the heading shows which part it is
        if len(shown.split()) >= 3 and own == squeeze(first[: match.start()]):
            return [("h1", shown), *found]
    return found


def strip_site(title: str, site_names: list[str]) -> str:
    """The title without the site's name before or after a separator; never cut at any other place."""
    own = {squeeze(name) for name in site_names if name}
    own |= {name.removeprefix("the") for name in own}
    own |= {_spelled(name) for name in site_names if name}  # boersen-zeitung.de is the Börsen-Zeitung
    own.discard("")
    for _ in range(2):  # "Headline | Section | Site" needs the site gone first
        parts = list(_SEPARATOR.finditer(title))
        if not parts:
            break
        head, tail = title[: parts[0].start()], title[parts[-1].end() :]
        if (squeeze(tail) in own or _spelled(tail) in own or is_date_line(tail)) and title[: parts[-1].start()].strip():
            title = title[: parts[-1].start()].strip()
        elif squeeze(head) in own and title[parts[0].end() :].strip():
            title = title[parts[0].end() :].strip()
        else:
            break
    return title


def _spelled(name: str) -> str:
    return squeeze(spell_out(name))
