"""The headline: which declaration to trust, and what of it is not part of the headline."""

import re

from tasks.extract.page import FieldValue, LabelledLine, Page
from tasks.text.dates import is_date_line
from tasks.text.publisher_names import IMAGE_PREFIX, spell_out, squeeze

_SEPARATOR = re.compile(r"\s+[|·•»«–—:-]+\s+|\s*\|\s*|:\s+")
_SECTION = re.compile(r"\s+\|\s+")
MAX_TITLE_CHARS = 400  # longer than any headline of the corpora; a paragraph in h1 is not a title


def find_title(page: Page, site_names: list[str]) -> FieldValue[str] | None:
    """The title with its origin. `site_names` are the names of the page's site, which are removed from its ends."""
    site_keys = {squeeze(name) for name in site_names}
    for origin, text in _candidates(page):
        title = strip_site(IMAGE_PREFIX.sub("", text).strip(), site_names)
        key = squeeze(title)
        if key and len(title) <= MAX_TITLE_CHARS and key not in site_keys:
            return FieldValue(title, origin)
    return None


def _candidates(page: Page) -> list[tuple[str, str]]:
    """Declared and displayed titles, the most reliable first (precision measured on news pages)."""
    headlines = page.labelled("headline")
    h1 = [line for line in headlines if line.tag == "h1"]
    if not page.is_html:
        return [("headline line", line.text) for line in headlines]
    candidates = [("json-ld:headline", text) for text in page.node_strings("headline")]
    candidates += [("og:title", text) for _, text in page.meta("og:title")]
    candidates += [("h1", line.text) for line in h1]
    candidates += [("twitter:title", text) for _, text in page.meta("twitter:title")]
    candidates += [("itemprop:headline", text) for text in page.items("headline")]
    candidates += [("headline line", line.text) for line in headlines]
    candidates += page.meta("dc.title", "title", "sailthru.title", "parsely-title")
    if page.signals.get("title"):
        candidates.append(("title", page.signals["title"]))
    return _prefer_heading(candidates, h1)


def _prefer_heading(candidates: list[tuple[str, str]], h1: list[LabelledLine]) -> list[tuple[str, str]]:
    """The candidates with the heading first if the first one is truncated or ends in a section's name."""
    if not candidates or not h1:
        return candidates
    declared, heading = candidates[0][1], h1[0].text
    beginning = declared.rstrip(" .…")
    is_truncated = declared != heading and declared.rstrip().endswith(("…", "..."))
    if is_truncated and squeeze(heading).startswith(squeeze(beginning)):
        return [("h1", heading), *candidates]
    key = squeeze(heading)
    for match in _SECTION.finditer(declared):  # "Headline | Sport": the heading shows which part is the headline
        if len(heading.split()) >= 3 and key == squeeze(declared[: match.start()]):
            return [("h1", heading), *candidates]
    return candidates


def strip_site(title: str, site_names: list[str]) -> str:
    """The title without the site's name before its first or after its last separator."""
    site_keys = {squeeze(name) for name in site_names if name}
    site_keys |= {key.removeprefix("the") for key in site_keys}
    site_keys |= {_spelled_key(name) for name in site_names if name}  # boersen-zeitung.de is the Börsen-Zeitung
    site_keys.discard("")
    for _ in range(2):  # "Headline | Section | Site" has two endings
        separators = list(_SEPARATOR.finditer(title))
        if not separators:
            break
        first, last = separators[0], separators[-1]
        head, tail = title[: first.start()], title[last.end() :]
        is_site_at_end = squeeze(tail) in site_keys or _spelled_key(tail) in site_keys or is_date_line(tail)
        if is_site_at_end and title[: last.start()].strip():
            title = title[: last.start()].strip()
        elif squeeze(head) in site_keys and title[first.end() :].strip():
            title = title[first.end() :].strip()
        else:
            break
    return title


def _spelled_key(name: str) -> str:
    return squeeze(spell_out(name))
