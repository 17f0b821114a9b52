"""One page and the article that it became: text, lines, fields, versions, duplicates, and the page as received."""

import difflib
from dataclasses import dataclass, field

from flows.browse.site_names import SITE_NAME
from flows.browse.snapshot import Row, Snapshot
from flows.browse.stored import stored_rows
from flows.cli.explain import field_rows, outcome_sentences
from tasks.vocabulary import Doubt

RELATED_MAX = 100  # duplicates, near-duplicates or versions shown of one article
RAW_CHARS_MAX = 1_000_000  # of a page's source; more would only slow the browser down
_DIFF_PARAGRAPHS_MAX = 400  # of a text; the time of a comparison grows with their square
_BRIEF = "article_id, title, publisher, published_date, similarity"


@dataclass(frozen=True)
class Change:
    """A paragraph that a newer text has (`added`) or no longer has (`removed`)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Version:
    """An earlier text of an article, and what the text after it changed."""

    row: Row
    changes: list[Change] = field(default_factory=list)
    is_compared: bool = True


@dataclass(frozen=True)
class PageView:
    """What is shown of one page."""

    page: Row  # of the ledger
    sentences: list[str]
    article: Row | None  # the article that it is or, of an earlier version, was
    is_current: bool
    fields: list[tuple[str, str, str, str]]  # name, value, confidence, origin
    flags: list[tuple[str, str]]
    lines: list[Row]
    versions: list[Version]
    duplicates: list[Row]
    near_duplicates: list[Row]
    original: Row | None
    quarantine: Row | None


def find_page(snapshot: Snapshot, wanted: str) -> Row | None:
    """The newest row of the ledger of an article_id or a doc_id, with its site, or None.

    An article's own page comes first.
    """
    return snapshot.row(
        f"select *, {SITE_NAME} as site from ledger where doc_id = $1 or article_id = $1 "
        "order by outcome = 'article' desc, run_id desc, fetched_at desc",
        wanted,
    )


def page_view(snapshot: Snapshot, page: Row) -> PageView:
    """What is known of a page; `page` is its row of the ledger."""
    doc_id, article_id = page["doc_id"], page["article_id"]
    article = snapshot.row("select * from articles where doc_id = ?", doc_id)
    version = None if article else snapshot.row("select * from versions where doc_id = ?", doc_id)
    repeated = article["near_duplicate_of"] if article else article_id if page["outcome"] == "duplicate" else None
    original = snapshot.row("select * from articles where article_id = ?", repeated) if repeated else None
    quarantine = snapshot.row("select * from quarantine where doc_id = ? order by run_id desc", doc_id)
    duplicate = snapshot.row("select * from duplicates where doc_id = ?", doc_id)
    lines = _lines(snapshot, doc_id)
    known = {
        "page": page,
        "article": article and article | {"story_id": None},  # the other articles of the story are shown below
        "version": version,
        "original": original,
        "quarantine": quarantine,
        "duplicate": duplicate,
        "lines": lines,
    }
    shown = article or version
    return PageView(
        page=page,
        sentences=outcome_sentences(known),
        article=shown,
        is_current=article is not None,
        fields=field_rows(shown, lines) if shown else [],
        flags=[(flag, flag_sentence(flag)) for flag in shown["flags"]] if shown else [],
        lines=lines,
        versions=_versions(snapshot, article_id, article) if shown else [],
        duplicates=_duplicates(snapshot, article_id) if shown else [],
        near_duplicates=_near_duplicates(snapshot, article) if article else [],
        original=original,
        quarantine=quarantine,
    )


def flag_sentence(flag: str) -> str:
    """What a flag means; a flag of another version of Copydesk has no sentence here."""
    return Doubt(flag).sentence if flag in set(Doubt) else ""


def _lines(snapshot: Snapshot, doc_id: str) -> list[Row]:
    """The lines of a page as the newest run labelled them."""
    return sorted(stored_rows(snapshot, "lines", doc_id), key=lambda row: int(row["line_no"]))


def _versions(snapshot: Snapshot, article_id: str, article: Row | None) -> list[Version]:
    """The earlier texts of an article, the newest first, each compared with the text that replaced it."""
    columns = "doc_id, version, title, text, fetched_at, replaced_by_run, changes"
    rows = snapshot.rows(
        f"select {columns} from versions where article_id = ? order by version desc limit ?", article_id, RELATED_MAX
    )
    newer = article or snapshot.row("select text from articles where article_id = ?", article_id)
    texts = [newer["text"] if newer else None, *(row["text"] for row in rows)]
    versions = []
    for row, after in zip(rows, texts, strict=False):
        changes = _changes(row["text"], after) if after is not None else None
        versions.append(Version(row, changes or [], changes is not None))
    return versions


def _changes(before: str, after: str) -> list[Change] | None:
    """The paragraphs that a text lost and gained, or None if the texts are too long to compare."""
    old, new = before.split("\n\n"), after.split("\n\n")
    if max(len(old), len(new)) > _DIFF_PARAGRAPHS_MAX:
        return None
    changes = []
    for kind, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if kind != "equal":
            changes += [Change("removed", text) for text in old[old_from:old_to]]
            changes += [Change("added", text) for text in new[new_from:new_to]]
    return changes


def _duplicates(snapshot: Snapshot, article_id: str) -> list[Row]:
    """The pages that repeat an article."""
    return snapshot.rows(
        "select doc_id, source_uri, url, kind, similarity, fetched_at from duplicates where article_id = ? "
        "order by fetched_at desc, doc_id limit ?",
        article_id,
        RELATED_MAX,
    )


def _near_duplicates(snapshot: Snapshot, article: Row) -> list[Row]:
    """The other articles of the same story."""
    if not article["story_id"]:
        return []
    return snapshot.rows(
        f"select {_BRIEF} from articles where story_id = ? and article_id <> ? "
        "order by published_date desc nulls last, article_id limit ?",
        article["story_id"],
        article["article_id"],
        RELATED_MAX,
    )


@dataclass(frozen=True)
class RawPage:
    """A page as received, as source text."""

    text: str
    byte_count: int
    is_cut: bool


def raw_page(snapshot: Snapshot, doc_id: str) -> RawPage | None:
    """A page's bytes as text, or None if they were not kept.

    Bytes that are not UTF-8 are shown as replacement characters: this is for looking at the source, and the text of
    the article was decoded as the page declares.
    """
    kept = [row["raw"] for row in stored_rows(snapshot, "pages", doc_id) if row["raw"] is not None]
    if not kept:
        return None
    raw: bytes = kept[0]
    text = raw[: 4 * RAW_CHARS_MAX].decode("utf-8", "replace")
    return RawPage(text[:RAW_CHARS_MAX], len(raw), len(text) > RAW_CHARS_MAX or len(raw) > 4 * RAW_CHARS_MAX)
