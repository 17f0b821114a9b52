"""How invented pages name and nest their elements: classes by house style, and elements that vary by page."""

import random
from html import escape

# what sites call their parts; one is drawn for each page and part
_NAMES: dict[str, tuple[str, ...]] = {
    "page": ("site", "wrapper", "page", "container", "app", "outer", "layout", "region-content"),
    "main": (
        "main",
        "content-area",
        "site-main",
        "primary",
        "col-main",
        "center",
        "region region-content",
        "hauptspalte",
    ),
    "article": (
        "article",
        "post",
        "story",
        "node node--type-article",
        "post hentry",
        "artikel",
        "noticia",
        "single-post",
        "entry",
    ),
    "body": (
        "entry-content",
        "article-body",
        "story-body",
        "post-body",
        "field--name-body",
        "article__content",
        "text",
        "artikel-text",
        "td-post-content",
        "c-article__body",
        "news_text",
        "detail",
    ),
    "title": ("entry-title", "headline", "article-title", "post-title", "titel", "page-header", "c-title"),
    "byline": ("byline", "author", "post-author", "meta-author", "autor", "entry-meta", "article-meta"),
    "date": ("date", "posted-on", "timestamp", "published", "datum", "fecha"),
    "comments": (
        "comments-area",
        "comments",
        "disqus_thread",
        "coral-stream",
        "kommentare",
        "commentaires",
        "respond",
        "discussion",
        "comment-wrapper",
        "userforum",
    ),
    "comment": (
        "comment",
        "comment-body",
        "post-message",
        "coral-comment",
        "kommentar",
        "comment-item",
        "media-body",
        "reply",
        "commentaire",
    ),
    "commenter": ("comment-author vcard", "username", "fn", "author", "commenter", "nick"),
    "teasers": (
        "related-posts",
        "more-stories",
        "grid",
        "card-list",
        "teaser-list",
        "recommended",
        "most-read",
        "td-block-row",
        "latest",
        "recirc",
        "view-content",
        "news-list",
    ),
    "teaser": (
        "card",
        "teaser",
        "related-item",
        "post-item",
        "views-row",
        "media",
        "c-card",
        "item",
        "td-module",
        "tile",
        "news",
    ),
    "kicker": ("kicker", "category", "dachzeile", "tag", "label", "section-name"),
    "menu": ("main-navigation", "menu", "navbar-nav", "nav", "menu-primary", "topmenu"),
    "share": ("share", "social-links", "sharedaddy", "addthis_toolbox", "share-buttons", "a2a_kit"),
    "consent": (
        "cookie-banner",
        "consent",
        "cmp-container",
        "gdpr",
        "modal-content",
        "cookie-notice",
        "overlay",
        "qc-cmp2",
    ),
    "newsletter": ("newsletter", "signup-box", "newsletter-promo", "subscribe", "mc_embed_signup", "inline-cta"),
    "paywall": ("paywall", "piano", "subscribe-wall", "regwall", "abo-box", "offer"),
    "bio": ("author-bio", "author-box", "about-author", "autorenbox", "td-author-description", "contributor"),
    "promo": ("promo", "donation", "support-us", "callout", "sponsor", "inset", "infobox"),
    "ad": ("ad", "advert", "banner", "ad-slot", "werbung", "adsbygoogle", "pub"),
    "figure": ("image", "wp-caption", "media", "photo", "bild", "article-image"),
    "caption": ("wp-caption-text", "caption", "credit", "bildunterschrift", "photo-caption"),
    "sidebar": ("sidebar", "widget-area", "right-rail", "col-side", "secondary", "region-sidebar"),
    "footer": ("site-footer", "footer", "colophon", "bottom", "fuss"),
    "header": ("site-header", "masthead", "header", "top", "kopf"),
    "crumbs": ("breadcrumb", "breadcrumbs", "path", "crumbs"),
    "ticker": ("ticker", "breaking", "latest-news", "newsticker", "timeline"),
    "wrap": ("inner", "row", "wrap", "col-md-8", "container", "box", "group", "block"),
    "entry": ("live-entry", "liveblog-post", "ticker-item", "update", "event"),
    "table": ("results", "table", "data", "wp-block-table"),
    "product": ("product", "product-detail", "summary", "item-page"),
    "price": ("price", "amount", "preis"),
    "post": ("post", "message", "topic-post", "forum-post", "bbp-reply-content"),
    "player": ("player", "video", "jwplayer", "embed"),
    "login": ("login-form", "login", "signin", "account"),
}
_UTILITIES = tuple(
    """flex grid mt-4 mb-8 px-4 py-2 text-sm text-lg font-bold leading-7 max-w-prose mx-auto w-full border-t gap-6
    text-gray-700 bg-white rounded space-y-4 md:col-span-8 items-center relative""".split()
)
# elements that a part may be made of; the first is the likeliest
_TAGS: dict[str, tuple[str, ...]] = {
    "article": ("article", "div", "section", "main"),
    "body": ("div", "section", "article"),
    "main": ("main", "div", "div", "section"),
    "header": ("header", "div"),
    "footer": ("footer", "div"),
    "menu": ("nav", "div"),
    "sidebar": ("aside", "div"),
    "bio": ("div", "aside", "section"),
    "teasers": ("section", "div", "aside"),
    "comments": ("section", "div"),
    "byline": ("div", "p", "span", "address"),
    "newsletter": ("div", "aside", "section"),
    "promo": ("div", "aside", "p"),
    "entry": ("div", "article", "li", "section"),
    "crumbs": ("nav", "div", "p"),
}
_STYLES = ("words", "words", "words", "bem", "utility", "hashed", "none", "mixed")
_HASH_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLM0123456789"


class Markup:
    """The elements of one page."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.style = dice.choice(_STYLES)
        self.is_semantic = dice.random() < 0.6
        self.prefix = dice.choice(["c-", "o-", "td-", "m-", "site-", "x-", "", ""])
        self.hash_form = dice.choice(["css-{}", "sc-{}", "_{}", "jsx-{}", "styles__{}"])
        self.chosen: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.newline = dice.choice(["\n", "\n", "\n  ", ""])

    def name(self, part: str) -> str:
        """The class of a part, the same all over the page; empty where the house names nothing."""
        if part not in self.chosen:
            self.chosen[part] = self._draw(part)
        return self.chosen[part]

    def _draw(self, part: str) -> str:
        dice = self.dice
        name = dice.choice(_NAMES[part])
        style = self.style if self.style != "mixed" else dice.choice(_STYLES[:-1])
        if style == "none" or dice.random() < 0.06:
            return ""
        if style == "utility":
            return " ".join(dice.sample(_UTILITIES, dice.randrange(2, 6)))
        if style == "hashed":
            return self.hash_form.format("".join(dice.choices(_HASH_LETTERS, k=6)))
        if style == "bem":
            return f"{self.prefix}{name.split()[0]}{dice.choice(['', '__inner', '--default', '__wrap'])}"
        return name

    def tag(self, part: str) -> str:
        """The element of a part, the same all over the page."""
        if part not in self.tags:
            options = _TAGS.get(part, ("div",))
            self.tags[part] = self.dice.choice(options) if self.is_semantic else "div"
        return self.tags[part]

    def attribute(self, part: str, *, anonymous: bool = False) -> str:
        """The class or id attribute of a part, with a space before it."""
        name = "" if anonymous else self.name(part)
        if not name:
            return ""
        if " " not in name and part in ("page", "comments", "footer", "header", "sidebar") and len(name) % 3 == 0:
            return f' id="{name}"'
        return f' class="{name}"'

    def part(self, part: str, inside: str, *, tag: str | None = None, extra: str = "", anonymous: bool = False) -> str:
        """An element with its class around HTML."""
        tag = tag or self.tag(part)
        attribute = self.attribute(part, anonymous=anonymous)
        return f"<{tag}{attribute}{extra}>{self.newline}{inside}{self.newline}</{tag}>"

    def wrapped(self, inside: str, most: int = 3) -> str:
        """HTML within a few elements that mean nothing."""
        for _ in range(self.dice.randrange(most + 1)):
            inside = f"<div{self.attribute('wrap', anonymous=self.dice.random() < 0.4)}>{inside}</div>"
        return inside

    def link(self, text: str, path: str = "") -> str:
        """A link around text."""
        path = path or f"/{self.dice.choice('abcdefgh')}/{self.dice.randrange(10_000, 999_999)}"
        return f'<a href="{path}">{escape(text, quote=False)}</a>'
