"""The rules for pages with labelled lines."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from expectations.rule import CRITICAL, WARNING, Rule, Suite, between, is_not, unique

if TYPE_CHECKING:  # it loads pydantic, which a single page does without
    from expectations.thresholds import CleanThresholds

# code -> what holds, what is wrong where it does not
_PROBLEMS = {
    "clean.unparsed": ("The page can be parsed.", "The page could not be parsed."),
    "clean.parser_crash": ("The page can be parsed safely.", "The page crashed its parser."),
    "clean.parser_timeout": ("The page can be parsed in time.", "Parsing the page took too long."),
    "clean.never_a_story": ("Your rules do not exclude the page.", "Your rules for the site say: never a story."),
}
# what a page may be if it is not a story -> what holds, what is wrong where it does not
_KINDS = {
    "error_page": ("The page is not an error page.", "An error page, not an article."),
    "cookie_wall": ("The page is not a consent wall.", "A consent wall, not an article."),
    "login": ("The page is not a login form.", "A login form, not an article."),
    "empty_shell": ("The page has content without scripts.", "An empty shell that a script would fill."),
    "listing": ("The page is not a list of links.", "A list of links, not an article."),
    "product": ("The page does not sell a product.", "A page that sells a product, not an article."),
    "forum": ("The page is not a forum thread.", "A forum thread, not an article."),
    "documentation": ("The page is not documentation.", "Documentation, not an article."),
    "service": ("The page does not offer a service.", "A page that offers a service, not an article."),
    "video": ("The page has more than a video.", "A video without the text of a story."),
}
_LIKELY = 0.5  # a page that is less likely to hold a story has no boilerplate "left" in one
_OPEN = "listing"  # the kind of a page without a story where no other kind is known
_COLUMNS = """
    doc_id kind kind_reason story_probability other_kind problem problem_detail line_count kept_line_count
    kept_word_count suspect_line_count link_share damaged_char_count byte_count encoding body_confidence
"""


def suite(limits: "CleanThresholds") -> Suite:
    """The rules after clean. A page is quarantined under the first one that it breaks."""
    rules = (
        Rule(
            "clean.id_unique",
            CRITICAL,
            "Every document occurs once.",
            "The document occurs more than once.",
            unique("doc_id"),
            "the id {doc_id} occurs twice",
        ),
        *(
            Rule(code, CRITICAL, *sentences, is_not("problem", code), "{problem_detail}")
            for code, sentences in _PROBLEMS.items()
        ),
        *(
            Rule(
                f"clean.{kind}",
                CRITICAL,
                *sentences,
                between(f"{kind}_or_story", lowest=limits.story_probability_min),
                "{kind_detail}",
            )
            for kind, sentences in _KINDS.items()
        ),
        *_text_rules(limits),
    )
    return Suite(
        "clean", tuple(_COLUMNS.split()), rules, limits.quarantined_share_max, limits.quarantined_share_from_rows
    )


def _text_rules(limits: "CleanThresholds") -> tuple[Rule, ...]:
    return (
        Rule(
            "clean.paywall_stub",
            CRITICAL,
            "A truncated text is long enough to use.",
            "Truncated text, too short to use.",
            between("stub_word_count", lowest=limits.stub_words_min),
            "{kept_word_count} words; {kind_reason}",
        ),
        Rule(
            "clean.too_short",
            CRITICAL,
            "The story is long enough.",
            "The story is too short.",
            between("kept_word_count", lowest=limits.words_min),
            "{kept_word_count} words kept of {line_count} lines",
        ),
        Rule(
            "clean.link_list",
            CRITICAL,
            "The text is prose, not links.",
            "The text is nothing but links.",
            between("link_share", highest=limits.link_share_max),
            "{link_share:.0%} of the text are links",
        ),
        Rule(
            "clean.undecodable",
            CRITICAL,
            "The page's characters can be decoded.",
            "Too many characters could not be decoded.",
            between("damaged_share", highest=limits.damaged_share_max),
            "{damaged_char_count} characters could not be decoded as {encoding}",
        ),
        Rule(
            "clean.doubtful_body",
            CRITICAL,
            "The story's lines are identified with confidence.",
            "It is uncertain which lines are the story.",
            between("body_confidence", lowest=limits.body_confidence_min),
            "confidence {body_confidence:.2f}",
        ),
        Rule(
            "clean.boilerplate_left",
            WARNING,
            "Few kept lines use boilerplate wording.",
            "Too many kept lines use boilerplate wording.",
            between("suspect_line_share", highest=limits.suspect_line_share_max),
            "{suspect_line_count} of {kept_line_count} kept lines",
        ),
    )


def slim(documents: pa.Table) -> pa.Table:
    """The checked columns of a table of documents, and derived ones.

    `KIND_or_story` for each other kind: the probability that a page of that kind holds a story after all, null for all
    other pages. `stub_word_count`: the kept words of truncated texts. `damaged_share`: undecodable characters per byte.
    `suspect_line_share`: kept lines with boilerplate wording, null for pages that hardly hold a story.
    """
    documents = documents.append_column("kind_detail", _kind_details(documents))
    other = _other_kinds(documents)
    for kind in _KINDS:
        chance = pc.if_else(pc.equal(other, kind), documents.column("story_probability"), pa.scalar(None, pa.float32()))
        documents = documents.append_column(f"{kind}_or_story", chance)
    is_stub = pc.equal(documents.column("kind"), "stub")
    is_likely = pc.greater_equal(documents.column("story_probability"), _LIKELY)
    suspect_share = _ratio(documents.column("suspect_line_count"), documents.column("kept_line_count"))
    derived = {
        "stub_word_count": pc.if_else(is_stub, documents.column("kept_word_count"), pa.scalar(None, pa.int32())),
        "damaged_share": _ratio(documents.column("damaged_char_count"), documents.column("byte_count")),
        "suspect_line_share": pc.if_else(is_likely, suspect_share, pa.scalar(None, pa.float64())),
    }
    for name, values in derived.items():
        documents = documents.append_column(name, values)
    return documents


def _ratio(counts: pa.ChunkedArray, totals: pa.ChunkedArray) -> pa.ChunkedArray:
    """One count by another, which counts as 1 where it is 0."""
    return pc.divide(pc.cast(counts, pa.float64()), pc.cast(pc.max_element_wise(totals, 1), pa.float64()))


def _other_kinds(documents: pa.Table) -> pa.ChunkedArray:
    """What each page is if it holds no story; null where it could not be parsed, which is a rule of its own."""
    other = documents.column("other_kind")
    known = pc.if_else(pc.is_in(other, pa.array(list(_KINDS))), other, _OPEN)
    return pc.if_else(pc.is_null(documents.column("problem")), known, pa.scalar(None, pa.string()))


def _kind_details(documents: pa.Table) -> pa.Array:
    """Why each page is taken for its kind, with the probability of a story unless that is certain."""
    columns = (documents.column(name).to_pylist() for name in ("kind_reason", "story_probability"))
    details = [
        reason if chance in (0, 1) else f"{reason or 'no story'}; {chance:.0%} likely to hold a story"
        for reason, chance in zip(*columns, strict=True)
    ]
    return pa.array(details, pa.string())
