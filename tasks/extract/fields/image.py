"""The lead image: the one that the page declares for its article, never a logo, an avatar or a placeholder."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

from tasks.extract.fields.address import absolute, host
from tasks.extract.page import FieldValue, Page, strings
from tasks.storage.addresses import without_grant
from tasks.text.publisher_names import squeeze

# digits may follow a word; letters behind digits are those of a digest
_TOKEN = re.compile(r"(?<![^\W_])[^\W\d_]+(?=\d*(?![^\W_]))")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# folders of a site's design: their pictures belong to no article
_DESIGN_FOLDER = re.compile(
    r"/(?:wp-content/(?:themes|plugins)|avatars?|blavatar|sprites?|favicons?|sitedesign|smileys|emojis?)/|gravatar\.com/",
    re.I,
)
# a picture with one of these words in its file name shows no event
_NO_PHOTO = frozenset(
    """placeholder sprite favicon noimage noimg nopicture nophoto noscale spacer platzhalter avatar defaultimage
    defaultimg dummyimage fallbackimage transparent""".split()
)
_NO_PHOTO_PAIRS = frozenset(
    """no-image no-img no-photo no-picture default-image default-img default-share default-social default-og
    default-user default-thumbnail default-facebook fallback-image image-fallback img-fallback dummy-image
    touch-icon ms-icon site-icon app-icon share-default social-default og-default social-share share-image
    grey-placeholder""".split()
)
# a file whose whole name is made of these words, one of the first kind among them, is the site's picture or nothing
_OF_SITE = frozenset(
    """logo logos default blank pixel dummy fallback icon icons facebook fb twitter whatsapp instagram og ogp opengraph
    ogimage social socialmedia share sharing shared""".split()
)
_BESIDE = frozenset(
    """image img picture pic media card thumbnail thumb teaser preview banner header square large big small wide hd
    retina cropped crop scaled white black bw rgb color colour weiss meta seo site website web new neu csm""".split()
)
# a number or digest as a folder, or a query: the address says of which article the picture is
_IDENTITY = re.compile(r"/\d+/|/(?=[\w-]*\d)[\w-]{16,}/|\?.*(?:\d{5}|url=|uuid=)")
# alone or with what it is the logo of; in Romance languages other words end so, e.g. for experts and dialogues
_LOGO = re.compile(r"^(?:shop|site|web|header|footer|firmen|company|institution|partner)?logos?$")
_UNDEFINED = frozenset({"", "undefined", "null", "none", "false", "nan", "n/a", "#"})


def find_image(page: Page) -> FieldValue[str] | None:
    """The absolute address of the declared lead image."""
    social = page.meta("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
    shared = [(origin, value) for origin, value in social if value]
    candidates: list[tuple[str, str]] = []
    for node in page.nodes():
        sizes = _image_urls(node.get("image"), page)
        candidates += [("json-ld:image", text) for text in _best_first(sizes, {value for _, value in shared})]
        candidates += [("json-ld:thumbnailUrl", text) for text in strings(node.get("thumbnailUrl"))]
    candidates += [*shared, *page.meta("column:image")]
    candidates += [("link:image_src", href) for href in page.links("image_src")]
    site = host(page.document.get("url")) or ""
    for origin, value in candidates:
        if value.strip().lower() in _UNDEFINED:
            continue
        address = absolute(value, page)
        if address and is_photo(address, site):
            return FieldValue(without_grant(address), origin)
    return None


@lru_cache(maxsize=4_096)  # the picture of a site recurs on its pages
def is_photo(address: str, site: str) -> bool:
    """Whether the address of an image may be that of an article's picture on a site, by its folders and file name."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    path = unquote(parts.path)
    if (path in ("", "/") and not parts.query) or _DESIGN_FOLDER.search(address):
        return False
    stem = path.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    words = [word.lower() for word in _TOKEN.findall(_CAMEL.sub("-", stem))]
    # the site's name and the word in one: `nmblogo` of nmb-media
    words = [
        "logo" if len(word) > 4 and word.endswith("logo") and word[:-4] in squeeze(site) else word for word in words
    ]
    pairs = {f"{first}-{second}" for first, second in pairwise(words)}
    if not _NO_PHOTO.isdisjoint(words) or not _NO_PHOTO_PAIRS.isdisjoint(pairs) or stem == "1x1":
        return False
    others = [word for word in words if not _is_generic(word)]
    has_logo = any(_LOGO.search(word) for word in words)
    if has_logo and (len(others) <= 1 or _is_of_site(others, site)):
        return False
    is_generic = bool(words) and not others and not _OF_SITE.isdisjoint(words)
    return not is_generic or bool(_IDENTITY.search(address))


def _is_generic(word: str) -> bool:
    return len(word) < 3 or word in _OF_SITE or word in _BESIDE or bool(_LOGO.search(word))


def _is_of_site(words: list[str], site: str) -> bool:
    """Whether the words of a file name are those of the host."""
    name = squeeze(site)
    return all(word in name for word in words)


def _best_first(urls: list[str], shared: set[str]) -> list[str]:
    """The images of an article's JSON-LD, first the largest crop of the first, or the one declared for social media."""
    if len(urls) < 2:
        return urls
    # only crops of the first image are compared with it: the others show something else
    crops = [url for url in urls if _without_size(url) == _without_size(urls[0])]
    widest = max(crops, key=_width)
    first = next((url for url in urls if url in shared), urls[0]) if _width(widest) == _width(urls[0]) else widest
    return [first, *(url for url in urls if url != first)]


def _without_size(url: str) -> str:
    """An address without the numbers of its file name of up to four digits, by which crops of one image differ."""
    folder, _, name = url.partition("?")[0].rpartition("/")
    return folder + re.sub(r"(?<!\d)\d{1,4}(?!\d)", "", name)


def _width(url: str) -> int:
    """The largest number of three or four digits in the file name, which is a size where crops are compared."""
    name = url.partition("?")[0].rpartition("/")[2]
    return max((int(number) for number in re.findall(r"(?<!\d)\d{3,4}(?!\d)", name)), default=0)


def _image_urls(value: Any, page: Page) -> list[str]:
    if isinstance(value, list):
        return [url for item in value for url in _image_urls(item, page)]
    if isinstance(value, dict):
        direct = value.get("url") or value.get("contentUrl")
        if not direct and value.get("@id"):  # a reference to another node
            nodes = page.signals.get("nodes", ())
            direct = next((n.get("url") or n.get("contentUrl") for n in nodes if n.get("@id") == value["@id"]), None)
        return strings(direct)
    return strings(value)
