"""What must hold of pages once their lines are labelled."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.rule import CRITICAL, WARNING, Rule, Suite

_PROBLEMS = {
    "clean.unparsed": "The page could be parsed.",
    "clean.parser_crash": "The page does no harm to the process that parses it.",
    "clean.parser_timeout": "The page can be parsed in the time that a page may take.",
}
_KINDS = {
    "error_page": "The page is an article, not an error page.",
    "cookie_wall": "The page is an article, not a consent wall.",
    "login": "The page is an article, not a form to log in.",
    "empty_shell": "The page is there, not an empty shell that a script would fill.",
    "listing": "The page holds a story, not a list of links.",
    "product": "The page tells a story, it does not sell a product.",
    "forum": "The page is an article, not a thread of a forum.",
    "documentation": "The page is an article, not documentation.",
    "service": "The page tells a story, it does not offer a service.",
    "video": "The page holds the text of a story, not a video alone.",
}
_LIKELY = 0.5  # of a page that is less likely a story no line can be left over from boilerplate
_OPEN = "listing"  # what a page without a story counts as where nothing says what else it is


def suite(limit: dict[str, Any]) -> Suite:
    """The rules after clean."""
    rules = [
        Rule("clean.id_unique", CRITICAL, "Every document is there once.", "column_values_to_be_unique", {"column": "doc_id"}, "the id {doc_id} stands twice"),
        *(Rule(code, CRITICAL, sentence, "column_values_to_not_be_in_set", {"column": "problem", "value_set": [code]}, "{problem_detail}")
          for code, sentence in _PROBLEMS.items()),
    ]  # fmt: skip
    rules += [
        Rule(
            f"clean.{kind}",
            CRITICAL,
            sentence,
            "column_values_to_be_between",
            {"column": f"{kind}_or_story", "min_value": limit["story_probability_min"]},
            "{kind_detail}",
        )
        for kind, sentence in _KINDS.items()
    ]
    rules += [
        Rule("clean.paywall_stub", CRITICAL, "A text that is cut off is long enough to be of use.", "column_values_to_be_between",
             {"column": "stub_word_count", "min_value": limit["stub_words_min"]}, "{kept_word_count} words; {kind_reason}"),
        Rule("clean.too_short", CRITICAL, "The story is long enough to be one.", "column_values_to_be_between",
             {"column": "kept_word_count", "min_value": limit["words_min"]}, "{kept_word_count} words kept of {line_count} lines"),
        Rule("clean.link_list", CRITICAL, "The text is prose, not links.", "column_values_to_be_between",
             {"column": "link_share", "max_value": limit["link_share_max"]}, "{link_share:.0%} of the text are links"),
        Rule("clean.undecodable", CRITICAL, "The page's characters could be read.", "column_values_to_be_between",
             {"column": "damaged_share", "max_value": limit["damaged_share_max"]}, "{damaged_char_count} characters could not be decoded as {encoding}"),
        Rule("clean.doubtful_body", CRITICAL, "It is plain which lines are the story.", "column_values_to_be_between",
             {"column": "body_confidence", "min_value": limit["body_confidence_min"]}, "confidence {body_confidence:.2f}"),
        Rule("clean.boilerplate_left", WARNING, "No more than a few kept lines use words of boilerplate.", "column_values_to_be_between",
             {"column": "suspect_line_share", "max_value": limit["suspect_line_share_max"]}, "{suspect_line_count} of {kept_line_count} kept lines"),
    ]  # fmt: skip
    columns = ("doc_id", "kind", "kind_reason", "story_probability", "other_kind", "problem", "problem_detail", "line_count", "kept_line_count", "kept_word_count",
               "suspect_line_count", "link_share", "damaged_char_count", "byte_count", "encoding", "body_confidence")  # fmt: skip
    return Suite("clean", columns, tuple(rules), limit["quarantined_share_max"], limit["quarantined_share_from_rows"])


def slim(documents: pa.Table) -> pa.Table:
    """The checked columns of a table of documents, with what is derived from them: for each other kind `KIND_or_story`, the
    probability that a page holds a story where else it is of that kind, and null for all other pages.
    """
    documents = documents.append_column("kind_detail", _kind_details(documents))
    other = _other_kinds(documents)
    for kind in _KINDS:
        chance = pc.if_else(pc.equal(other, kind), documents.column("story_probability"), pa.scalar(None, pa.float32()))
        documents = documents.append_column(f"{kind}_or_story", chance)
    kept = documents.column("kept_line_count")
    return (
        documents.append_column(
            "stub_word_count",
            pc.if_else(pc.equal(documents.column("kind"), "stub"), documents.column("kept_word_count"), pa.scalar(None, pa.int32())),
        )
        .append_column("damaged_share", pc.divide(pc.cast(documents.column("damaged_char_count"), pa.float64()),
                                                  pc.cast(pc.max_element_wise(documents.column("byte_count"), 1), pa.float64())))
        .append_column("suspect_line_share", pc.if_else(
            pc.greater_equal(documents.column("story_probability"), _LIKELY),
            pc.divide(pc.cast(documents.column("suspect_line_count"), pa.float64()),
                      pc.cast(pc.max_element_wise(kept, 1), pa.float64())),
            pa.scalar(None, pa.float64()),
        ))
    )  # fmt: skip


def _other_kinds(documents: pa.Table) -> pa.ChunkedArray:
    """What each page is if it holds no story; null where it could not be read, which is a rule of its own."""
    other = documents.column("other_kind")
    known = pc.if_else(pc.is_in(other, pa.array(list(_KINDS))), other, _OPEN)
    return pc.if_else(pc.is_null(documents.column("problem")), known, pa.scalar(None, pa.string()))


def _kind_details(documents: pa.Table) -> pa.Array:
    """Why each page is taken for what it is, with the probability of a story where that is open."""
    columns = (documents.column(name).to_pylist() for name in ("kind_reason", "story_probability"))
    return pa.array(
        [
            why if chance in (0, 1) else f"{why or 'no story'}; {chance:.0%} likely to hold a story"
            for why, chance in zip(*columns, strict=True)
        ],
        pa.string(),
    )
