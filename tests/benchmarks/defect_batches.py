"""Defects of whole batches and of tables."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import escape

import newsroom
import pyarrow as pa
import pyarrow.compute as pc
from defect_pages import Scene, dated, published_at, tell
from newsroom import Page


def _as_new(page: Page, number: int) -> Page:
    return replace(page, number=number, is_planted=True)


def copies(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    chosen = scene.dice.sample(pages, max(1, round(share * len(pages))))
    return pages + [
        _as_new(
            replace(page, url=page.url.replace(".html", "-2.html"), fetched_at=page.fetched_at + timedelta(hours=1)),
            len(pages) + n,
        )
        for n, page in enumerate(chosen)
    ]


def near_copies(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    made = copies(pages, scene, share)
    return [
        tell(
            page,
            paragraphs=(
                *page.story.paragraphs[:-1],
                newsroom.paragraphs_of(newsroom.Facts(page.publisher.language, scene.dice), 1)[0],
            ),
        )
        if page.is_planted
        else page
        for page in made
    ]


def known_texts(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    chosen = scene.dice.sample(scene.before, min(len(scene.before), max(1, round(share * len(pages)))))
    return pages + [
        _as_new(
            replace(page, url=page.url.replace(".html", "-2.html"), fetched_at=page.fetched_at + timedelta(days=1)),
            len(pages) + n,
        )
        for n, page in enumerate(chosen)
    ]


def few(pages: list[Page], scene: Scene, _: float) -> list[Page]:
    return scene.dice.sample(pages, len(pages) // 10)


def many(pages: list[Page], scene: Scene, _: float) -> list[Page]:
    more = [
        newsroom.page_of(page.publisher, len(pages) + n, page.fetched_at, scene.dice)
        for n, page in enumerate(pages * 9)
    ]
    return pages + more


def nothing(pages: list[Page], scene: Scene, _: float) -> list[Page]:
    return []


BROKEN = newsroom.PUBLISHERS[4]  # the site that breaks


def site_gone(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return [page for page in pages if page.publisher != BROKEN]


def _of_site(pages: list[Page], change: Callable[[Page], Page]) -> list[Page]:
    return [replace(change(page), is_planted=True) if page.publisher == BROKEN else page for page in pages]


def site_body_hidden(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return _of_site(pages, lambda page: replace(page, body=f"<script>load({page.number})</script>"))


def site_half_hidden(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return _of_site(
        pages,
        lambda page: replace(
            page, body=f"<p>{escape(page.story.paragraphs[0])}</p><script>load({page.number})</script>"
        ),
    )


def site_fields_gone(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return _of_site(pages, lambda page: tell(page, published="", authors=()))


def site_one_title(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return _of_site(pages, lambda page: tell(page, headline="Nachrichten aus der Region"))


def _moved(page: Page, days: int, *, is_story_too: bool) -> Page:
    moved = replace(page, fetched_at=page.fetched_at - timedelta(days=days), is_planted=True)
    return dated(moved, published_at(page) - timedelta(days=days)) if is_story_too else moved


def stale(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    chosen = {page.number for page in scene.dice.sample(pages, round(share * len(pages)))}
    return [_moved(page, 120, is_story_too=True) if page.number in chosen else page for page in pages]


def out_of_order(pages: list[Page], _: Scene, __: float) -> list[Page]:
    return [_moved(page, 4, is_story_too=True) for page in pages]


def old_stories(pages: list[Page], scene: Scene, share: float) -> list[Page]:
    """Fetched now, written long ago: an archive came in with the crawl."""
    chosen = {page.number for page in scene.dice.sample(pages, max(1, round(share * len(pages))))}
    return [
        replace(dated(page, published_at(page) - timedelta(days=400)), is_planted=True)
        if page.number in chosen
        else page
        for page in pages
    ]


def other_mix(pages: list[Page], scene: Scene, _: float) -> list[Page]:
    """One language takes the place of the others."""
    own = [publisher for publisher in newsroom.PUBLISHERS if publisher.language == "fr"]
    return [
        page
        if page.publisher.language == "fr"
        else _as_new(newsroom.page_of(own[page.number % 3], page.number, page.fetched_at, scene.dice), page.number)
        for page in pages
    ]


# tables: columns of the pages or of the candidates


def nulls(column: str, table: pa.Table, chosen: set[str]) -> pa.Table:
    """The column null in the chosen rows."""
    at = table.schema.get_field_index(column)
    mask = pa.array([doc_id in chosen for doc_id in table.column("doc_id").to_pylist()])
    values = pc.if_else(mask, pa.nulls(table.num_rows, table.schema.field(at).type), table.column(at))
    return table.set_column(at, pa.field(column, table.schema.field(at).type), values)


def same_ids(table: pa.Table, chosen: set[str]) -> pa.Table:
    """The chosen rows carry the id of the row before them."""
    ids = table.column("doc_id").to_pylist()
    own = [ids[n - 1] if doc_id in chosen else doc_id for n, doc_id in enumerate(ids)]
    return table.set_column(table.schema.get_field_index("doc_id"), table.schema.field("doc_id"), pa.array(own))


def lost(column: str, table: pa.Table, _: set[str]) -> pa.Table:
    return table.drop_columns([column])


def renamed(column: str, table: pa.Table, _: set[str]) -> pa.Table:
    return table.rename_columns({column: f"{column}_new"})


def as_text(column: str, table: pa.Table, _: set[str]) -> pa.Table:
    at = table.schema.get_field_index(column)
    return table.set_column(
        at,
        column,
        pa.array([None if value is None else str(value) for value in table.column(at).to_pylist()], pa.string()),
    )
