"""Tables and thresholds that both labellers use: `rules` (one line at a time) and `rules_fast` (a batch at once)."""

import re

from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Label

HEADINGS = frozenset(TAG_CODES[name] for name in ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"))

# in such parts of a page nothing is the story's
_NAMED_PARTS = "comment related nav share ad newsletter footer sidebar tags cookie"
OTHER_PARTS = class_words.HIDDEN | class_words.IN_LINK | sum(class_words.BITS[group] for group in _NAMED_PARTS.split())

# what the class words of an element (`class_words.GROUPS`) make of its lines; the first match wins
GROUP_LABELS = (
    ("comment", Label.COMMENT),
    ("share", Label.NAVIGATION),
    ("newsletter", Label.PROMO),
    ("ad", Label.PROMO),
    ("cookie", Label.FOOTER),
    ("nav", Label.NAVIGATION),
    ("related", Label.RELATED),
    ("caption", Label.CAPTION),
    ("byline", Label.BYLINE),
    ("date", Label.DATE),
    ("tags", Label.NAVIGATION),
    ("footer", Label.FOOTER),
    ("sidebar", Label.RELATED),
    ("header", Label.MASTHEAD),
)
# the same for elements by their tag
TAG_LABELS = (
    ("nav", Label.NAVIGATION),
    ("footer", Label.FOOTER),
    ("aside", Label.RELATED),
    ("form", Label.PROMO),
    ("header", Label.MASTHEAD),
)
FIELD_LABELS = frozenset(
    {Label.HEADLINE, Label.BYLINE, Label.DATE, Label.SOURCE, Label.CAPTION, Label.CREDIT, Label.WIRE}
)
# labels of the lexicon's groups that are not named like a label
_LEXICON_LABELS = {"paywall": Label.PROMO, "not_article": Label.FOOTER}

# Around the headline and the start of the story: the lines in which bylines, dates and sources are the article's own.
NEAR = 8
# The same below the story's first line, by `is_html`: on text pages the standfirst may be above the byline.
BELOW = {True: 3, False: 8}
# Lines below a story within which a credit belongs to it.
AFTER = 6
# Share of a site's pages: a credit on more of them is the site's, on fewer an agency's that many stories name.
CHROME_SHARE = 0.8

# A longer line of the story belongs to it whatever it says; the rules for intruders look at shorter ones.
CALL_WORDS = 25
# A phrase within a longer line outside the story says nothing about the line.
PHRASE_WORDS = 30
COMMENT_HEAD_WORDS = 20  # below this
AGENCY_WORDS = 6  # at most
AUTHOR_BOX_WORDS = 4  # above this
HIDDEN_WORDS = 5  # above this
HIDDEN_LINK_SHARE = 0.5  # below this
PLACE_CHARS = 60  # below this; of a line that may be a place or the weather
CODE_CHARS = 40  # above this
LINK_LIST_SHARE = 0.8  # above this
RELATED_WORDS = 5  # a link with fewer words is navigation
MASTHEAD_LINES, MASTHEAD_WORDS = 6, 3  # the first lines, and longer ones above the story
PARAGRAPH_WORDS = 10  # of a line below the story's start that is more than navigation
CAPTION_LINKED = 0.5  # below this
CAPTION_ABOVE, CAPTION_BELOW = 6, 1  # lines around the story with captions of its own

NO_TEXT_CONFIDENCE = 0.99
TEMPLATE_CONFIDENCE = 0.97
PHRASE_CONFIDENCE, PHRASE_WITHIN_CONFIDENCE = 0.9, 0.8
NO_DATE_CONFIDENCE = 0.6
CONTAINER_CONFIDENCE = 0.8
AUTHOR_BOX_CONFIDENCE = 0.75
LEAST_CONFIDENCE = 0.5  # of a line labelled by its position

CONTACT = re.compile(r"\w@\w|@\w{3}|https?://|\bwww\.")
# who owns the text, in any language
OWNER = re.compile(r"^.{0,60}[©ⓒ]|^\W{0,3}\([cC]\)\s?\d{4}")
# the end of a sentence, in quotes or brackets too; Thai and Lao have no full stop
SENTENCE_END = re.compile('[.!?…。！？।؟۔։።།။”"»)）」』\u0e00-\u0eff]\\s*$')


def lexicon_label(group: str) -> Label:
    """The label of a line with a phrase of one of the lexicon's groups."""
    return _LEXICON_LABELS.get(group) or Label(group)
