"""The meaning of classes and ids of HTML elements: groups of words that sites use for the same parts of a page."""

import re
from functools import lru_cache

# A class or id belongs to a group when one of its parts (split at - _ and case) is one of the words, or its plural.
_WORDS = {
    "article": "article story post entry artikel articulo noticia nota beitrag",
    "body": "body content text txt copy paragraph prose corpo cuerpo contenu inhalt wysiwyg richtext rte longform",
    "comment": """comment comments disqus kommentar commentaire comentario respond reply livefyre coral commentlist
        commentsection commentbox kommentare commentaires comentarios discussion forum viafoura openweb
        spotim""",
    "related": """related recommend recirc more read teaser promo popular trending latest most outbrain taboola
        similar suggest also aside relacionad verwandt mehr recommande upnext next readmore morefrom card
        teaserlist recent""",
    "nav": "nav menu navbar breadcrumb breadcrumbs topbar toolbar pagination pager sitemap skip tabs",
    "share": "share social sharing facebook twitter whatsapp sns addthis bookmark follow teilen",
    "ad": """ad ads advert advertisement adslot sponsor sponsored dfp werbung anzeige pub publicidad banner
        commercial affiliate billboard""",
    "newsletter": """newsletter subscribe subscription signup paywall piano abo optin mailing regwall membership
        donate donation cta upsell""",
    "byline": "byline author authors autor autoren auteur autore bio contributor writer reporter profile vcard",
    "date": "date time timestamp datetime published pubdate updated datum fecha dateline",
    "caption": """caption figcaption credit credits photo image img picture figure gallery media bild foto
        slideshow legend video player lightbox carousel""",
    "headline": "headline title heading titel titre titulo hed",
    "standfirst": """standfirst dek deck lead lede intro summary excerpt subtitle subhead teaser vorspann chapo
        bajada abstract description subline kicker entradilla""",
    "footer": "footer foot bottom copyright legal disclaimer imprint colophon",
    "header": "header masthead top kopf head hero",
    "sidebar": "sidebar side rail widget widgets secondary complementary module infobox factbox",
    "tags": "tag tags topic topics keyword keywords category categories label labels meta",
    "cookie": """cookie cookies cookiebanner cookieconsent cookienotice consent gdpr cmp onetrust didomi popup
        modal overlay dialog alert""",
    "live": "live liveblog ticker liveticker direct timeline",
    "list": "list items grid feed stream archive listing results",
}
GROUPS = {group: tuple(words.split()) for group, words in _WORDS.items()}
BITS = {group: 1 << n for n, group in enumerate(GROUPS)}
PICTURE = BITS["caption"]
# of a page's body, they say what the page has (`comments-open popup-enabled`), not what it is
PARTS_OF_PAGE = BITS["comment"] | BITS["cookie"] | BITS["newsletter"]
HIDDEN = 1 << len(GROUPS)  # hidden by attribute or style
ARTICLE_BODY = 1 << (len(GROUPS) + 1)  # itemprop="articleBody"
IN_LINK = 1 << (len(GROUPS) + 2)  # the whole element is in an anchor

_WORD_BITS: dict[str, int] = {}
for _group, _words in GROUPS.items():
    for _word in _words:
        _WORD_BITS[_word] = _WORD_BITS.get(_word, 0) | BITS[_group]
_PARTS = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+")
_WHOLE_PAGE = re.compile(r"(?<!\S)__(?:next|nuxt)(?!\S)")  # ids of programs for the element that holds the whole page


@lru_cache(maxsize=65_536)  # classes recur on every page of a site
def class_bits(names: str) -> int:
    """The groups of a class or id attribute, as bits."""
    bits = 0
    for part in _PARTS.findall(_WHOLE_PAGE.sub("", names)):
        word = part.lower()
        bits |= _WORD_BITS.get(word, 0) or (_WORD_BITS.get(word[:-1], 0) if word.endswith("s") else 0)
    return bits


def role_bits(role: str) -> int:
    """The groups of a role attribute, as bits: a dialog covers the page, like those about consent."""
    return BITS["cookie"] if role in ("dialog", "alertdialog") else 0


def item_bits(item: str) -> int:
    """The groups of an itemprop attribute, as bits."""
    return BITS["comment"] if item == "comment" else 0
