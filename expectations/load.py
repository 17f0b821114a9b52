"""What must hold of the dataset as it is about to be published, read back from the staged files."""

from typing import Any

from expectations.rule import CRITICAL, Rule, Suite


def suite(limit: dict[str, Any]) -> Suite:
    """The rules before publication. Every one is critical: what fails here is a mistake of ours, not of a page."""
    rules = [
        Rule("load.id_present", CRITICAL, "Every article has an id.", "column_values_to_not_be_null", {"column": "article_id"}),
        Rule("load.id_unique", CRITICAL, "Every article is in the dataset once.", "column_values_to_be_unique", {"column": "article_id"}, "the id {article_id} stands twice"),
        Rule("load.text_unique", CRITICAL, "Every text is in the dataset once.", "column_values_to_be_unique", {"column": "text_digest"}, "the text of {article_id} stands twice"),
        Rule("load.text_present", CRITICAL, "Every article has a text.", "column_values_to_be_between", {"column": "word_count", "min_value": 1}),
        Rule("load.articles", CRITICAL, "There are as many articles as there must be.", "table_row_count_to_be_between", {"min_value": limit["articles_min"]}),
    ]  # fmt: skip
    return Suite("load", ("article_id", "doc_id", "text_digest", "word_count"), tuple(rules), limit["quarantined_share_max"],
                 limit["quarantined_share_from_rows"])  # fmt: skip


def ledger_suite(limit: dict[str, Any]) -> Suite:
    """The accounting identity: one row a run, every page received is an article, a duplicate or in quarantine."""
    rules = (
        Rule("load.accounted", CRITICAL, "Pages received = articles + duplicates + quarantined.", "column_pair_values_to_be_equal",
             {"column_A": "received", "column_B": "accounted"}, "{received} pages received, {accounted} accounted for"),
        Rule("load.published_as_counted", CRITICAL, "The staged files hold as many articles as the ledger says.", "column_pair_values_to_be_equal",
             {"column_A": "articles", "column_B": "staged_articles"}, "{articles} in the ledger, {staged_articles} in the files"),
    )  # fmt: skip
    return Suite(
        "ledger", ("received", "accounted", "articles", "staged_articles"), rules, limit["quarantined_share_max"], 1
    )
