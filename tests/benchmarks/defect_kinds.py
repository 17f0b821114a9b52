"""The kinds of defects: what is planted, from which dose it matters and why, and which warnings tell of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import defect_batches as batches
import defect_pages as pages

DOSES = (0.001, 0.01, 0.1, 0.5, 1.0)  # the lowest is one page


@dataclass(frozen=True)
class Kind:
    """A kind of defect."""

    code: str
    plant: Callable
    matters: float  # the dose from which it matters
    why: str  # it matters from there
    about: tuple[str, ...] = ()  # warnings that tell of this defect
    where: str = "page"  # page | batch | pages | candidates: what is damaged
    doses: tuple[float, ...] = DOSES
    unseen: str = ""  # why no rule can see it in the data


ONE, FEW, SOME, HALF, ALL = DOSES
WHOLE = (1.0,)
LENGTH = (
    "dataset.length",
    "dataset.site_layout:words",
    "dataset.site_layout:paragraphs",
    "dataset.cut_off_share",
    "dataset.site_layout:cut_off",
)
CONFIDENCE = ("dataset.confidence", "dataset.site_layout:confidence")
AUTHORS = ("dataset.null_share:authors", "dataset.site_layout:authors")
DATES = ("extract.date_missing", "dataset.null_share:date", "dataset.site_layout:date")
LANGUAGE = ("dataset.language_mix", "dataset.site_layout:language", "extract.language_missing")
REPEATED = ("dataset.duplicate_share",)
TITLES = ("extract.title", "dataset.doubts:flag_title")
_JUNK = "one is already no article"
KINDS = (
    Kind(
        "mojibake",
        pages.mojibake,
        FEW,
        "every word with an accent is lost to searches",
        ("dataset.confidence", "dataset.doubts:flag_mojibake"),
    ),
    Kind("letters_lost", pages.letters_lost, FEW, "cannot be repaired later"),
    Kind("question_marks", pages.question_marks, SOME, "accents became ?, which stays readable"),
    Kind("wrong_encoding", pages.wrong_encoding, FEW, "as mojibake", ("dataset.doubts:flag_mojibake",)),
    Kind(
        "cut_third",
        pages.cut_third,
        SOME,
        "lengths and word counts are off by then",
        (*LENGTH, "dataset.doubts:flag_text_ends_open"),
    ),
    Kind("teaser_only", pages.teaser, FEW, "a sentence is no text", LENGTH),
    Kind("boilerplate_appended", pages.boilerplate, SOME, "pollutes counts of words", ("clean.boilerplate", *LENGTH)),
    Kind("cookie_wall", pages.cookie_wall, ONE, _JUNK),
    Kind("login_wall", pages.login_wall, ONE, _JUNK),
    Kind("error_page", pages.error_page, ONE, _JUNK),
    Kind("empty_shell", pages.empty_shell, ONE, _JUNK),
    Kind("link_list", pages.link_list, ONE, _JUNK),
    Kind("captions_only", pages.captions_only, FEW, "few words, but of the page's subject", LENGTH),
    Kind(
        "previous_body",
        pages.previous_body,
        FEW,
        "headline and text do not belong together",
        (*REPEATED, "dataset.doubts:flag_title", "extract.text_repeated"),
    ),
    Kind("site_as_title", pages.site_as_title, SOME, "headlines look alike", TITLES),
    Kind("section_as_title", pages.section_as_title, SOME, "headlines look alike", TITLES),
    Kind("title_of_neighbour", pages.one_title, SOME, "headline and text do not belong together", TITLES),
    Kind("title_missing", pages.no_title, FEW, "an article without headline cannot be shown", TITLES),
    Kind(
        "date_is_crawl_date",
        pages.crawl_date,
        SOME,
        "hours off; time lines shift by a day at most",
        ("dataset.doubts:flag_published_when_fetched",),
    ),
    Kind(
        "day_month_swapped",
        pages.swapped,
        SOME,
        "time series get false months",
        ("dataset.age", "extract.published_in_future", "dataset.doubts:flag_published_after"),
    ),
    Kind("year_off", pages.year_off, SOME, "time series get a false year", ("dataset.age",)),
    Kind("day_off", pages.day_off, HALF, "a day is within what analysts allow", unseen="a day earlier is as plausible"),
    Kind("date_in_future", pages.in_future, FEW, "surely wrong", ("extract.published_in_future",)),
    Kind("date_before_1990", pages.long_ago, FEW, "surely wrong", ("extract.published_long_ago",)),
    Kind("date_missing", pages.no_date, SOME, "such rows drop out of time series", DATES),
    Kind(
        "zone_dropped",
        pages.no_zone,
        HALF,
        "an hour or two; matters where hours are compared",
        ("dataset.null_share:offset", "dataset.null_share:time"),
    ),
    Kind("author_is_site", pages.organisation, SOME, "counts of authors are off", AUTHORS),
    Kind("authors_missing", pages.no_authors, SOME, "counts of authors are off", AUTHORS),
    Kind("author_wrong", pages.wrong_author, FEW, "credits the wrong person", unseen="another name is as plausible"),
    Kind("staff_list", pages.staff_list, FEW, "30 authors outweigh 30 articles", ("extract.author_crowd",)),
    Kind(
        "lang_mislabelled",
        pages.wrong_lang,
        FEW,
        "the wrong stop words are used",
        (*LANGUAGE, "dataset.doubts:flag_language_not"),
    ),
    Kind(
        "foreign_text", pages.foreign_text, SOME, "one is news from abroad", (*LANGUAGE, "dataset.doubts:flag_language")
    ),
    Kind(
        "word_salad",
        pages.word_salad,
        FEW,
        "no sentence means anything",
        (*CONFIDENCE, "dataset.doubts:flag_words_out", "extract.words_out"),
    ),
    Kind(
        "language_mixed",
        pages.mixed_languages,
        FEW,
        "counts of words by language are off",
        ("dataset.doubts:flag_language", "extract.language_mixed"),
    ),
    Kind(
        "machine_look",
        pages.machine_look,
        FEW,
        "reads like a translation word by word; a fluent one cannot be seen",
        ("dataset.doubts:flag_words_out", "extract.words_out"),
    ),
    Kind("word_a_line", pages.word_lines, FEW, "no sentence is left", CONFIDENCE),
    Kind("gibberish", pages.gibberish, ONE, _JUNK, (*LANGUAGE, *CONFIDENCE)),
    Kind("numbers_altered", pages.altered_numbers, FEW, "facts are wrong", unseen="another number is as plausible"),
    Kind("exact_copies", batches.copies, SOME, "counts of stories are off", REPEATED, "batch"),
    Kind("known_texts", batches.known_texts, SOME, "counts of stories are off", REPEATED, "batch"),
    Kind("near_copies", batches.near_copies, SOME, "counts of stories are off", REPEATED, "batch"),
    Kind(
        "other_site",
        pages.other_site,
        FEW,
        "credited to the wrong site",
        ("dataset.site_layout", "dataset.doubts:flag_page_of"),
    ),
    Kind("binary", pages.binary, ONE, _JUNK),
    Kind("oversized", pages.oversized, ONE, "one can fill the memory"),
    Kind("nul_bytes", pages.nul_bytes, FEW, "breaks databases that load the table"),
    Kind(
        "comments_as_body", pages.comments, SOME, "readers' words count as the paper's", ("clean.boilerplate", *LENGTH)
    ),
    Kind("live_ticker", pages.live_ticker, SOME, "many stories in one text", (*LENGTH, "dataset.live_share")),
    Kind("paywall_stub", pages.paywall_stub, FEW, "a paragraph is no text", LENGTH),
    Kind("body_twice", pages.body_twice, SOME, "counts of words double", LENGTH),
    Kind(
        "fetched_in_future",
        pages.fetched_future,
        ONE,
        "one makes every later run look stale",
        ("ingest.fetched_not_in_future",),
    ),
    Kind(
        "fetched_long_ago",
        pages.fetched_long_ago,
        SOME,
        "published after fetched",
        ("extract.published_in_future", "dataset.stale"),
    ),
    Kind("same_ids", batches.same_ids, ONE, "rows overwrite each other", where="pages"),
    Kind("null_page_id", partial(batches.nulls, "doc_id"), ONE, "cannot be traced", where="pages"),
    *(
        Kind(
            f"null_{column}",
            partial(batches.nulls, column),
            dose,
            why,
            about,
            "candidates",
            tuple(sorted({ONE, dose, ALL})),
        )
        for column, dose, why, about in (
            ("article_id", ONE, "cannot be joined", ()),
            ("source_uri", ONE, "cannot be traced", ()),
            ("text", ONE, _JUNK, ()),
            ("title", FEW, "an article without headline", TITLES),
            ("text_digest", ONE, "copies pass unseen", ()),
            ("confidence", FEW, "cannot be filtered", ()),
            ("word_count", FEW, "sums fail", ()),
            ("url", SOME, "cannot be linked", ("dataset.null_share:url",)),
            ("title_char_count", FEW, "its rule sees nothing", ()),
            ("text_char_count", FEW, "its rule sees nothing", ()),
            ("language", SOME, "drops out of counts by language", LANGUAGE),
        )
    ),
    *(
        Kind(f"{name}_{column}", partial(do, column), ALL, "every later run is spoilt", about, "candidates", WHOLE)
        for name, do, column, about in (
            ("lost", batches.lost, "title_char_count", ()),
            ("lost", batches.lost, "flags", ()),
            ("lost", batches.lost, "section", ("dataset.null_share:section",)),
            ("lost", batches.lost, "published_at", ()),
            ("renamed", batches.renamed, "publisher", ()),
            ("renamed", batches.renamed, "summary", ("dataset.null_share:summary",)),
            ("renamed", batches.renamed, "url", ()),
            ("text_of", batches.as_text, "published_date", ()),
            ("text_of", batches.as_text, "published_at", ()),
            ("text_of", batches.as_text, "word_count", ()),
        )
    ),
    Kind("volume_tenth", batches.few, ALL, "a source has failed", ("dataset.volume",), "batch", WHOLE),
    Kind(
        "volume_tenfold",
        batches.many,
        ALL,
        "something was crawled twice or too wide",
        ("dataset.volume",),
        "batch",
        WHOLE,
    ),
    Kind(
        "site_missing",
        batches.site_gone,
        ALL,
        "its share of the news is gone",
        ("dataset.site_missing",),
        "batch",
        WHOLE,
    ),
    Kind(
        "site_body_hidden",
        batches.site_body_hidden,
        ALL,
        "its texts are gone",
        ("dataset.site_layout",),
        "batch",
        WHOLE,
    ),
    Kind("site_first_paragraph", batches.site_half_hidden, ALL, "its texts are stubs", LENGTH, "batch", WHOLE),
    Kind(
        "site_fields_gone",
        batches.site_fields_gone,
        ALL,
        "its rows drop out of time series",
        (*DATES, *AUTHORS),
        "batch",
        WHOLE,
    ),
    Kind(
        "site_one_title",
        batches.site_one_title,
        ALL,
        "its headlines look alike",
        ("dataset.site_layout:title", *TITLES),
        "batch",
        WHOLE,
    ),
    Kind("empty_batch", batches.nothing, ALL, "a crawl has failed", ("dataset.volume",), "batch", WHOLE),
    Kind(
        "stale_batch", batches.stale, ALL, "an old crawl is sent again", ("dataset.stale",), "batch", (SOME, HALF, ALL)
    ),
    Kind(
        "out_of_order",
        batches.out_of_order,
        ALL,
        "older texts must not replace newer ones",
        ("dataset.stale",),
        "batch",
        WHOLE,
    ),
    Kind("old_stories", batches.old_stories, HALF, "an archive is taken for news", ("dataset.age",), "batch", DOSES),
    Kind("one_language", batches.other_mix, ALL, "a source has changed", LANGUAGE, "batch", WHOLE),
)
