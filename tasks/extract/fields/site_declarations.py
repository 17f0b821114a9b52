"""Names by which a page calls its site: in declarations, in copyright lines and at the end of its title."""

import html
import re
from functools import lru_cache

from tasks.extract.page import Page, once_per_page, strings
from tasks.text.publisher_names import is_agency, squeeze

MAX_NAME_CHARS = 80
TITLE_SEPARATOR = re.compile(r"\s[|–—·»›•-]\s|\s*[|｜]\s*")
_COPYRIGHT = re.compile(
    r"""
    (?: © | \(c\) | copyright ) [\s:]* (?: © | \(c\) | (?:by\s+)? copyright )? \s*
    (?: \d{4} (?: \s?[-–]\s?(?: \d{2,4} | present | heute ) )? ,? \s* )?
    (?: (?: by | bei ) \s+ )?
    (?P<name> [^\W\d_] (?: [^.|©\d,] | (?<=\b[^\W\d_]) \. ){2,60}? )
    \s* (?: \d{4} | [|,] | (?<!\b[^\W\d_]) \. | all[ ]rights | alle[ ]rechte | tous[ ]droits | todos[ ]los
      | tutti[ ]i | $ )
    """,
    re.IGNORECASE | re.VERBOSE,
)
LEGAL_FORM = re.compile(
    r"""
    ,?\s+
    (?: inc | llc | ltd | limited | gmbh(?:[ ]&[ ]co\.?[ ]kg)? | gmbh[ ]& | ag | kg | s\.?a\.? | s\.?r\.?l\.? | b\.?v\.?
      | l\.?p | plc | co | corp | oy | ab | as | e\.?[ ]?v | media[ ]group )
    \.?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ADDRESS_IN_BRACKETS = re.compile(r"\s*\((?:www\.)?[\w-]+\.[\w.]+\)$")  # "Deutsche Welle (www.dw.com)"
# what programs and editors write around the owner's name in its line or meta tag
_RIGHTS_WORDS = re.compile(
    r"""
    ^ (?: [©®\W\d]* (?: copyright | \(c\) | powered[ ]by | quelle\s?: | source\s?: ) [\s:©\d–-]* )+ (?: by\s+ )?
    | \s* \d{4} \s? [-–] \s? \d{4} $
    | [\s,.]* (?: 版权所有 | 版權所有 | all[ ]rights[ ]reserved | alle[ ]rechte[ ]vorbehalten | tous[ ]droits[ ]réservés
      | todos[ ]los[ ]derechos[ ]reservados | todos[ ]os[ ]direitos[ ]reservados ) .* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EDGES = " |·•-–—&,:;\u00a0"
# names of the first page, of programs and of nothing: no publisher is called so
_NOT_NAMES = frozenset(
    """home homepage start startseite accueil inicio portada index main website site mysite mywebsite sitename blog
    yoursitename websitename news nachrichten artikel article untitled undefined null none default test www copyright
    allrightsreserved alleangaben
    wordpress mywordpress mywordpressblog wordpresscom joomla drupal typo3 typo3cms phpbb vbulletin blogger blogspot
    wix wixcom squarespace shopify contao weebly jimdo prestashop magento""".split()
)
# the owner of a text or of the page's design, not of the site
_OWNER_OF_OTHER_THINGS = re.compile(
    r"^(?:theme|design|template|powered|webdesign|bei |des |den autor|der autor|der jeweil|the author|the respective"
    r"|its respective)|^bild(?:er|nachweis)?\s*:",
    re.I,
)
_DECLARING_METAS = (
    "application-name",
    "apple-mobile-web-app-title",
    "dc.publisher",
    "publisher",
    "copyright",
    "column:publisher",
)
_TITLE_WORDS = 5  # a name of so many words that is also the page's title is that title
_TITLE_DENSE_CHARS = 12  # the same in scripts without spaces


_PAGE_NAMES = 64  # of one page, which several fields clean in turn


@once_per_page
def declared_names(page: Page) -> list[tuple[str, str]]:
    """Names of the site in declarations and copyright lines with their origins, the most reliable first; as written."""
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
    names += [("copyright line", match["name"]) for line in footer if (match := find_owner(line.text))]
    names += [("twitter:site", text.lstrip("@")) for _, text in page.meta("twitter:site")]
    title = page.signals.get("title") or ""
    is_long = len(title.split()) >= _TITLE_WORDS or (not title.isascii() and len(title) >= _TITLE_DENSE_CHARS)
    # some programs write the title into the place for the site's name
    return [(origin, name) for origin, name in names if not (is_long and squeeze(name) == squeeze(title))]


def find_owner(text: str) -> re.Match[str] | None:
    """The match of a copyright line, whose group `name` is the owner."""
    # the search for its signs is far cheaper than the pattern
    if "©" in text or "opyright" in text or "OPYRIGHT" in text or "(c)" in text.lower():
        return _COPYRIGHT.search(text)
    return None


@lru_cache(_PAGE_NAMES)
def clean_name(name: str) -> str:
    """A declared name without the words about rights, the address and the legal form around it."""
    name = _RIGHTS_WORDS.sub("", " ".join(html.unescape(name).split()))
    name = _ADDRESS_IN_BRACKETS.sub("", name).strip(_EDGES)
    return LEGAL_FORM.sub("", name).strip(_EDGES)


def is_name(name: str) -> bool:
    """Whether a cleaned name may be that of a publisher: not an address, a program, a credit or a word of menus."""
    if not 0 < len(name) <= MAX_NAME_CHARS or name.startswith(("http", "@")):
        return False
    key = squeeze(name)
    if not key or key in _NOT_NAMES or key.isdigit() or _OWNER_OF_OTHER_THINGS.match(name):
        return False
    return not ("/" in name and is_agency(name.rsplit("/", 1)[-1]))  # "Name of a photographer/Getty Images"
