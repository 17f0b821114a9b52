"""The closed vocabularies: labels, actions and reasons of lines, doubts about articles, flaws of received pages.

Every line of every page has one of 16 labels, one action, one reason and a confidence. A value is at once a value in
a table, a counter in the run report and, with its sentence, the text that `copydesk explain` prints.
"""

from enum import StrEnum

MARKDOWN = "text/markdown"
MARKUP = frozenset({"text/html", MARKDOWN})  # media types of pages with elements: Markdown is rendered to HTML


# repairs of fields: the page declares an author or a publisher without a name, or an address that is not its own
AUTHOR_LEFT_OUT, ADDRESS_LEFT_OUT = "author_left_out", "address_left_out"
PUBLISHER_LEFT_OUT = "publisher_left_out"


class DescribedEnum(StrEnum):
    """A string enum whose members carry the sentence that explains them."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> "DescribedEnum":
        """The member of a value and its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member


class Label(DescribedEnum):
    """What a line of a page is."""

    HEADLINE = "headline", "The article's own headline."
    STANDFIRST = "standfirst", "Summary between the headline and the first paragraph."
    BYLINE = "byline", "Who wrote it."
    DATE = "date", "When the article was published or updated, and its reading time."
    SOURCE = "source", "Name of the publisher, short or full, or of the section."
    PARAGRAPH = "paragraph", "Running text of the story, list items and table rows included."
    SUBHEAD = "subhead", "A heading inside the story."
    CAPTION = "caption", "Description of an image, a video or an embed."
    CREDIT = "credit", "Who made an image or a video."
    WIRE = "wire", "Where the text comes from: agencies, first publication, corrections."
    MASTHEAD = "masthead", "Site header: name, today's date, weather, place, edition."
    NAVIGATION = "navigation", "Menus, breadcrumbs, tags, share bars, buttons, log in."
    RELATED = "related", "Links to other articles and their teasers."
    PROMO = "promo", "Sponsors, adverts, newsletters, subscriptions, apps, donations."
    COMMENT = "comment", "Readers' comments and the form to leave one."
    FOOTER = "footer", "Copyright, legal notes, cookie notices, contacts, author boxes after the story."


class Action(DescribedEnum):
    """What was done with a line."""

    KEEP = "keep", "Kept as part of the article's text."
    FIELD = "field", "Moved to a field of the article; not part of its text."
    DROP = "drop", "Dropped."


class Reason(DescribedEnum):
    """Why a line was kept, moved or dropped."""

    RUNNING_TEXT = "running_text", "Reads like the story and is among its paragraphs."
    WITHIN_STORY = "within_story", "Short or unusual, but surrounded by story text."
    PAGE_TITLE = "page_title", "Equals the title declared by the page."
    LIKE_A_HEADLINE = "like_a_headline", "Above the story, names its subject and is not a sentence."
    IMAGE_PREFIX = "image_prefix", "Has an image viewer's prefix before the headline."
    LEXICON = "lexicon", 'Typical wording (e.g. "By ...", "©").'
    DATE_PATTERN = "date_pattern", "Only a date or time."
    PLACE_PATTERN = "place_pattern", "A place or the weather, as in the top line of a page."
    NAME_PATTERN = "name_pattern", "A name at the usual position of the byline."
    SOURCE_PAIR = "source_pair", "The publisher's name, short and full form together, near the date."
    AGENCY_NAME = "agency_name", "Only the name of a news or photo agency."
    GLUED_CREDIT = "glued_credit", "A caption and its credit on adjacent lines, as under a photo."
    FIGURE = "figure", "In the caption of a figure."
    PAGE_SUMMARY = "page_summary", "Equals the summary declared by the page."
    DUPLICATE_IN_PAGE = "duplicate_in_page", "Repeats an earlier line of the page."
    TEMPLATE_ON_SITE = "template_on_site", "The same line is on other pages of the site."
    CONTAINER = "container", "In a part of the page that is not the story."
    HIDDEN = "hidden", "Hidden from readers."
    LINK_LIST = "link_list", "A link among links."
    ABOVE_STORY = "above_story", "Above the story and does not read like it."
    BELOW_STORY = "below_story", "Below the story and does not read like it."
    BETWEEN = "between", "Inside the story, but does not read like it."
    NO_STORY = "no_story", "No story was found on the page."
    CODE = "code", "Program code or data, not prose."
    NO_TEXT = "no_text", "Contains neither letters nor digits."
    BEYOND_LIMIT = "beyond_limit", "Beyond the maximum number of lines read per page."
    SITE_RULE = "site_rule", "Your rules for the site say so."


class Doubt(DescribedEnum):
    """What is odd about an article that is published nevertheless: the values of its column `flags`."""

    PUBLISHED_GUESSED = "published_guessed", "The date was guessed from the text, as requested."
    PUBLISHED_BEFORE_1990 = "published_before_1990", "The date is older than the Web."
    PUBLISHED_AFTER_FETCHED = "published_after_fetched", "The date is later than the fetch of the page."
    PUBLISHED_WHEN_FETCHED = "published_when_fetched", "The date is the moment of the fetch: probably a clock."
    PUBLISHED_DAY_OR_MONTH_OPEN = "published_day_or_month_open", "Day and month of the date may be swapped."
    MODIFIED_BEFORE_PUBLISHED = "modified_before_published", "It was modified before it was published."
    TEXT_CUT_OFF = "text_cut_off", "The rest of the text is for subscribers only."
    TEXT_ENDS_OPEN = "text_ends_open", "The text ends in the middle of a sentence."
    UNDECODABLE_CHARACTERS = "undecodable_characters", "Some bytes of the page could not be decoded."
    MOJIBAKE_REPAIRED = "mojibake_repaired", "Wrongly decoded characters were repaired."
    ENCODING_DAMAGE = "encoding_damage", "Some characters were wrongly decoded and could not be repaired."
    TITLE_NOT_IN_TEXT = "title_not_in_text", "Hardly any word of the headline is in the text."
    WORDS_OUT_OF_ORDER = (
        "words_out_of_order",
        "The word order is impossible in the text's language, or short words are missing.",
    )
    LANGUAGE_NOT_AS_DECLARED = "language_not_as_declared", "The text is not in the language declared by the page."
    LANGUAGE_MIXED = "language_mixed", "Part of the text is in another language."
    LETTERS_UNUSUAL = "letters_unusual", "The letters of the text are not those of its language."
    PARAGRAPHS_CUT = (
        "paragraphs_cut",
        "Most paragraphs start or end in the middle of a sentence, or words are left out.",
    )
    BODY_DOUBTFUL = "body_doubtful", "It is unclear which lines of the page are the story."
    TITLE_MISSING = "title_missing", "No headline was found."
    STORY_DOUBTFUL = "story_doubtful", "The page may not be a story."
    PAGE_OF_ANOTHER_SITE = (
        "page_of_another_site",
        "The page declares an address on another site, or on a host for tests.",
    )
    CODE_IN_TEXT = "code_in_text", "Program code, machine data or a program's message is in the text."
    MARKUP_IN_TEXT = "markup_in_text", "Tags or character references are visible in the text."
    MARKDOWN_IN_TEXT = "markdown_in_text", "Marks of Markdown, a wiki or LaTeX are visible in the text."
    TEMPLATE_IN_TEXT = "template_in_text", "The text has variables or fillers of a template."
    ENCODED_TEXT = "encoded_text", "Part of the text is still encoded, as base64 or with percent signs."
    DESK_NOTES = "desk_notes", "Notes of the desk, or the head of a message, are in the text."
    NUMBERS_BETWEEN = "numbers_between", "Numbers of lines, times of a recording, or signs are between the words."
    ADDRESSES_IN_TEXT = "addresses_in_text", "Web addresses or names of files are between the words."
    CHARACTERS_AS_CODES = "characters_as_codes", "Characters are numbers of a font, or in an encoding for mail."
    SIGNS_IN_WORDS = "signs_in_words", "Signs that no word has are within the words, or marks are printed twice."
    WORDS_UNLIKELY = (
        "words_unlikely",
        "The words or letters are not those of the language, or common words are missing.",
    )
    NUMBERS_DAMAGED = (
        "numbers_damaged",
        "Numbers are errors of a spreadsheet, powers of ten, zeros or digits of another script, or are missing.",
    )
    SPACES_BEFORE_MARKS = "spaces_before_marks", "Spaces are before full stops, or between characters that have none."
    PHRASE_REPEATED = "phrase_repeated", "A phrase, such as a label, recurs all through the text."
    ADS_IN_TEXT = "ads_in_text", "Advertisements, offers of a shop or spam are between the paragraphs."
    MAIL_FOOTERS = "mail_footers", "Footers of mails are between the paragraphs."
    EXCERPT_ONLY = "excerpt_only", "The text is the excerpt of a feed or a data service."
    SCRIPTS_MIXED = "scripts_mixed", "Words mix scripts that look alike, or accents are beside their letters."
    DIGITS_IN_WORDS = (
        "digits_in_words",
        "Digits are in place of letters, as after bad text recognition, or at the ends of words.",
    )
    LETTERS_REPEATED = "letters_repeated", "Letters are printed three times in many words."
    SPACES_DAMAGED = "spaces_damaged", "Words stick together, or their letters stand apart."
    CASE_LOST = "case_lost", "The text is in capitals, or has none."
    MARKS_LOST = "marks_lost", "The text lacks the accents or apostrophes of its language, or any full stop."
    HYPHENS_LEFT = "hyphens_left", "Words are still divided as at the ends of printed lines."
    TEXT_REPEATED = (
        "text_repeated",
        "Much of the text or a paragraph is in it twice, or paragraphs start alike.",
    )
    COMMENTS_IN_TEXT = "comments_in_text", "Comments of readers are in the text."
    PARAGRAPHS_ALIKE = "paragraphs_alike", "The paragraphs differ only in names and figures, as small ads do."
    TITLE_DAMAGED = "title_damaged", "The headline has markup, a variable or a program's word for no value."
    TITLE_CUT_OFF = "title_cut_off", "The headline was cut off."
    AUTHOR_DAMAGED = "author_damaged", "An author is a credit, an account, an address, a button, a time or no value."
    DATE_DECLARED_INVALID = "date_declared_invalid", "The page declares a date of publication that does not exist."
    ADDRESS_OF_FRONT_PAGE = (
        "address_of_front_page",
        "The page declares the front page, a search or a login as its own address.",
    )
    CONSENT_WALL = "consent_wall", "The text asks for consent to cookies."
    ACCESS_REFUSED = (
        "access_refused",
        "The text tests for robots, asks to allow adverts, refuses a country or sells the domain.",
    )
    STORY_GONE = "story_gone", "The text says that the story is no longer there."
    MACHINE_REPLY = "machine_reply", "A language model speaks around the text, or instead of it."
    REST_FOR_PAYERS = "rest_for_payers", "The last line says that the rest is for those who pay."
    SPONSORED = "sponsored", "The text is labelled as paid for."
    PUBLISHER_DAMAGED = "publisher_damaged", "The publisher is a program's name, a label, a sentence or no value."
    PUBLISHED_TOGETHER = (
        "published_together",
        "Other articles of the site have the same instant, or the first of January, as their date.",
    )
    OLDER_THAN_USUAL = "older_than_usual", "The article is over a month old, and the site's articles usually are not."
    TITLE_SHARED = "title_shared", "Other headlines of the site are the same, or have the same start, end or form."
    SUMMARY_SHARED = "summary_shared", "Other texts of the site have the same summary."
    TITLE_MISPLACED = (
        "title_misplaced",
        "Headlines of the site do not belong to their texts in this run, or fit later paragraphs only.",
    )
    ADDRESS_SHARED = "address_shared", "Other stories of the site declare the same address as their own."
    AUTHOR_UNUSUAL = (
        "author_unusual",
        "The site names this author, or none, on nearly all pages, and did not before, or names sections.",
    )
    PUBLISHER_UNUSUAL = "publisher_unusual", "The site's other pages, or its earlier ones, name another publisher."
    LANGUAGE_UNUSUAL = "language_unusual", "The site's other pages, or its earlier ones, are in another language."
    LENGTHS_ALIKE = "lengths_alike", "Other texts of the site end open after as many characters."
    FIELD_MISSING = "field_missing", "The site's pages in this run lack a value that its earlier pages seldom lacked."
    SITE_FLAGGED = (
        "site_flagged",
        "Most pages of the site in this run have a flag that its earlier ones, or other sites, seldom have.",
    )
    TITLE_UNLIKE_USUAL = (
        "title_unlike_usual",
        "Most headlines of the site in this run have other characters, or another length, than its earlier ones.",
    )
    TEXT_UNLIKE_USUAL = (
        "text_unlike_usual",
        "Most texts of the site in this run have other characters, or another length, than its earlier ones.",
    )
    TEXT_SHARED = (
        "text_shared",
        "Much of the text, or a line that several pages of the site have, is also in other articles.",
    )


class Flaw(StrEnum):
    """Why a page could not be read or may not be used: the rules of the gate after ingest, by name."""

    sentence: str  # what the rule demands
    breaks: str  # what is wrong with a page that breaks it

    def __new__(cls, value: str, sentence: str = "", breaks: str = "") -> "Flaw":
        """The member of a value and its two sentences."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        member.breaks = breaks
        return member

    EMPTY = "empty", "The page contains text.", "The page is empty."
    BINARY = "binary", "The page is text.", "The page is not text but an image, an archive or another binary file."
    TOO_LARGE = "too_large", "The page does not exceed the size limit.", "The page exceeds the size limit."
    UNREADABLE = "unreadable", "The page can be read from its source.", "The page could not be read from its source."
    NO_REGULAR_FILE = "no_regular_file", "The source is a regular file.", "The source is a pipe, device or socket."
    LINK_OUTSIDE = "link_outside", "Links in a folder stay inside it.", "A link leads outside its folder."
    UNSAFE_NAME = "unsafe_name", "Names in an archive stay inside it.", "A name in an archive leads outside it."
    NESTED_ARCHIVE = "nested_archive", "An archive contains pages.", "An archive contains an archive."
    ENCRYPTED = "encrypted", "The page is not encrypted.", "The page is encrypted."
    BOMB = "decompression_bomb", "Compressed data has a plausible size.", "Compressed data expands beyond all limits."
    BROKEN_RECORD = "broken_record", "The record is intact.", "The record is damaged."
    READER_CRASH = "reader_crash", "The file can be read safely.", "The file crashed the process that read it."
    READER_TIMEOUT = "reader_timeout", "The file can be read in time.", "Reading the file took too long for its size."
    BROKEN_FILE = "broken_file", "The file is complete.", "The file is damaged or truncated."
    NO_PAGES = "no_pages", "A file of many pages contains one.", "The file contains no page; it is passed over."
    NO_CONTENT = "no_content", "The record has a column for the page.", "The record has no column for the page."
    ADDRESS_REFUSED = "address_refused", "The address is public.", "The address is not a public one."
    ROBOTS = "robots_disallowed", "The site's robots.txt allows the fetch.", "The site's robots.txt forbids the fetch."
    OPT_OUT = (
        "mining_opt_out",
        "The publisher has not reserved the page from text and data mining.",
        "The publisher has reserved the page from text and data mining.",
    )
    FETCH_FAILED = "fetch_failed", "The page can be fetched.", "The page could not be fetched."

    @property
    def code(self) -> str:
        """The rule's code as written to `problem` and to quarantine."""
        return f"ingest.{self.value}"
