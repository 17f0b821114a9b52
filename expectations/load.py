"""The rules for the dataset before it is published, as read back from the staged files."""

from expectations.rule import CRITICAL, Rule, Suite, between, equal, not_null, row_count, unique
from expectations.thresholds import LoadThresholds

_COLUMNS = ("article_id", "doc_id", "text_digest", "word_count")
_LEDGER_COLUMNS = ("received", "accounted", "articles", "staged_articles")


def suite(limits: LoadThresholds) -> Suite:
    """The rules before publication. All are critical: a failure here is a fault of Copydesk, not of a page."""
    rules = (
        Rule("load.id_present", CRITICAL, "Every article has an id.", "An article has no id.", not_null("article_id")),
        Rule(
            "load.id_unique",
            CRITICAL,
            "Every article is in the dataset once.",
            "An article is in the dataset twice.",
            unique("article_id"),
            "the id {article_id} occurs twice",
        ),
        Rule(
            "load.text_unique",
            CRITICAL,
            "Every text is in the dataset once.",
            "A text is in the dataset twice.",
            unique("text_digest"),
            "the text of {article_id} occurs twice",
        ),
        Rule(
            "load.text_present",
            CRITICAL,
            "Every article has a text.",
            "An article has no text.",
            between("word_count", lowest=1),
        ),
        Rule(
            "load.articles",
            CRITICAL,
            "There are enough articles to publish.",
            "There are too few articles to publish.",
            row_count(limits.articles_min),
        ),
    )
    return Suite("load", _COLUMNS, rules, limits.quarantined_share_max, limits.quarantined_share_from_rows)


def ledger_suite(limits: LoadThresholds) -> Suite:
    """The accounting identity, on one row per run: every page received is an article, a duplicate or quarantined."""
    rules = (
        Rule(
            "load.accounted",
            CRITICAL,
            "Pages received = articles + duplicates + quarantined.",
            "Pages are missing from the account, or counted twice.",
            equal("received", "accounted"),
            "{received} pages received, {accounted} accounted for",
        ),
        Rule(
            "load.published_as_counted",
            CRITICAL,
            "The staged files hold as many articles as the ledger.",
            "The staged files and the ledger differ in their number of articles.",
            equal("articles", "staged_articles"),
            "{articles} in the ledger, {staged_articles} in the files",
        ),
    )
    return Suite("ledger", _LEDGER_COLUMNS, rules, limits.quarantined_share_max, 1)
