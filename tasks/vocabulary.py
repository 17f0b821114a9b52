"""The closed vocabularies: what a line is, what is done with it, and why; and what is odd about an article.

The 16 labels are a taxonomy of the lines of a news page; every line of every page carries one label, one
action, one reason and a confidence. A word from here is at once a value in the `lines` table, a counter in the
run report and the text that `copydesk explain` prints.
"""

from enum import StrEnum


class _Worded(StrEnum):
    """A string enum whose members carry the sentence that explains them."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> "_Worded":
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member


class Label(_Worded):
    """What a line of a page is."""

    HEADLINE = "headline", "The article's own title line."
    STANDFIRST = "standfirst", "Summary sentences between the headline and the first paragraph."
    BYLINE = "byline", "Who wrote it."
    DATE = "date", "When this article was published or updated, and its reading time."
    SOURCE = "source", "The publisher's name, short or full, or the section it stands in."
    PARAGRAPH = "paragraph", "Running text of the story, list items and table rows included."
    SUBHEAD = "subhead", "A heading inside the story."
    CAPTION = "caption", "The description of an image, a video or an embed."
    CREDIT = "credit", "Who made an image or a video."
    WIRE = "wire", "Where the text comes from: agencies, first publication, corrections."
    MASTHEAD = "masthead", "Site chrome at the top: name, today's date, weather, place, edition."
    NAVIGATION = "navigation", "Menus, breadcrumbs, tags, share bars, buttons, log in."
    RELATED = "related", "Links and teasers of other articles."
    PROMO = "promo", "Sponsors, adverts, newsletters, subscriptions, apps, donations."
    COMMENT = "comment", "Readers' comments and the form to leave one."
    FOOTER = "footer", "Copyright, legal notes, cookie notices, contacts, author boxes after the story."


class Action(_Worded):
    """What was done with a line."""

    KEEP = "keep", "Kept: the line is part of the article's text."
    FIELD = "field", "Moved: the line feeds a field of the article and is not in its text."
    DROP = "drop", "Left out."


class Reason(_Worded):
    """Why a line was kept, moved or left out."""

    RUNNING_TEXT = "running_text", "It reads like the story and stands among its paragraphs."
    WITHIN_STORY = "within_story", "It is short or unusual, but the story goes on around it."
    PAGE_TITLE = "page_title", "It equals the title that the page declares."
    LIKE_A_HEADLINE = "like_a_headline", "It stands above the story, names what the story is about and is no sentence."
    IMAGE_PREFIX = "image_prefix", "It carries the prefix of an image viewer before the headline."
    LEXICON = "lexicon", "It uses words that give its kind away."
    DATE_PATTERN = "date_pattern", "It is a date or a time and nothing else of weight."
    PLACE_PATTERN = "place_pattern", "It is a place or the weather, as in the top line of a page."
    NAME_PATTERN = "name_pattern", "It is a name where the writer's name stands."
    SOURCE_PAIR = "source_pair", "It is the publisher's name: short and full form stand together, by the date."
    AGENCY_NAME = "agency_name", "It names a news or photo agency and nothing else."
    GLUED_CREDIT = "glued_credit", "A credit is glued under it with no blank line, as under a photo."
    FIGURE = "figure", "It lies in the caption of a figure."
    PAGE_SUMMARY = "page_summary", "It equals the summary that the page declares."
    DUPLICATE_IN_PAGE = "duplicate_in_page", "The same line stands on the page before."
    TEMPLATE_ON_SITE = "template_on_site", "The same line stands on other pages of the site."
    CONTAINER = "container", "It lies in a part of the page that is not the story."
    HIDDEN = "hidden", "It is hidden from readers."
    LINK_LIST = "link_list", "It is a link among links."
    ABOVE_STORY = "above_story", "It stands above the story and does not read like it."
    BELOW_STORY = "below_story", "It stands below the story and does not read like it."
    BETWEEN = "between", "It stands within the story but does not read like it."
    NO_STORY = "no_story", "No story was found on the page."
    CODE = "code", "It is program code or data, not prose."
    NO_TEXT = "no_text", "It holds no letter and no digit."
    BEYOND_LIMIT = "beyond_limit", "The page has more lines than are read."


class Doubt(_Worded):
    """What is odd about an article that is published all the same: the values of its column `flags`."""

    PUBLISHED_GUESSED = "published_guessed", "The date was taken from the text, as was asked for."
    PUBLISHED_BEFORE_1990 = "published_before_1990", "The date is older than the Web."
    PUBLISHED_AFTER_FETCHED = "published_after_fetched", "The date lies after the page was fetched."
    PUBLISHED_WHEN_FETCHED = (
        "published_when_fetched",
        "The date is the very moment of the fetch, as of a page that prints the clock.",
    )
    PUBLISHED_DAY_OR_MONTH_OPEN = (
        "published_day_or_month_open",
        "Nothing says which number is the day and which the month.",
    )
    MODIFIED_BEFORE_PUBLISHED = "modified_before_published", "It was changed before it was published."
    TEXT_CUT_OFF = "text_cut_off", "The page says that the text goes on for subscribers."
    TEXT_ENDS_OPEN = "text_ends_open", "The text breaks off in the middle of a sentence."
    UNDECODABLE_CHARACTERS = "undecodable_characters", "Some of the page's bytes stand for no character."
    MOJIBAKE_REPAIRED = "mojibake_repaired", "Letters that were decoded wrongly before were put right."
    ENCODING_DAMAGE = "encoding_damage", "Some letters of the text were decoded wrongly and could not be repaired."
    TITLE_NOT_IN_TEXT = "title_not_in_text", "Hardly a word of the headline stands in the text."
    WORDS_OUT_OF_ORDER = "words_out_of_order", "The words stand in an order that the language does not have."
    LANGUAGE_NOT_AS_DECLARED = "language_not_as_declared", "The page declares another language than the text is in."
    LANGUAGE_MIXED = "language_mixed", "A part of the text is in another language."
    BODY_DOUBTFUL = "body_doubtful", "It is not plain which lines of the page are the story."
    TITLE_MISSING = "title_missing", "The page has no headline that could be found."
    STORY_DOUBTFUL = "story_doubtful", "The page may be something other than a story."
    PAGE_OF_ANOTHER_SITE = "page_of_another_site", "The page names an address on another site as its own."


class Flaw(_Worded):
    """Why a page could not be read or may not be used: the rules of the gate after ingest, by name."""

    EMPTY = "empty", "The page holds text."
    BINARY = "binary", "The page is text, not an image, an archive or another binary file."
    TOO_LARGE = "too_large", "The page is no larger than the limit for one page."
    UNREADABLE = "unreadable", "The page could be read from its source."
    NO_REGULAR_FILE = "no_regular_file", "What is read is a file, not a pipe, a device or a socket."
    LINK_OUTSIDE = "link_outside", "A link in a folder leads to a file in that folder."
    UNSAFE_NAME = "unsafe_name", "The names in an archive are relative and stay inside it."
    NESTED_ARCHIVE = "nested_archive", "An archive holds pages, not archives."
    ENCRYPTED = "encrypted", "The page is not encrypted."
    BOMB = "decompression_bomb", "What is compressed does not grow beyond all measure."
    BROKEN_RECORD = "broken_record", "The record is whole."
    READER_CRASH = "reader_crash", "The file can be read without harm to the process that reads it."
    READER_TIMEOUT = "reader_timeout", "The file can be read in the time that its size allows."
    BROKEN_FILE = "broken_file", "The file is whole to its end."
    NO_CONTENT = "no_content", "The record has a column with the page."
    ADDRESS_REFUSED = "address_refused", "The address is a public one on the Web."
    ROBOTS = "robots_disallowed", "The site's robots.txt allows the page to be fetched."
    OPT_OUT = "mining_opt_out", "The publisher has not reserved the page from text and data mining."
    FETCH_FAILED = "fetch_failed", "The page could be fetched."

    @property
    def code(self) -> str:
        """The rule's code, as it stands in `problem` and in quarantine."""
        return f"ingest.{self.value}"
