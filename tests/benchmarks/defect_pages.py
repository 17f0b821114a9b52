"""Defects of single pages: a page in, the damaged page out."""

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import newsroom
from defect_pipeline import MAX_PAGE_BYTES
from newsroom import Page

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Scene:
    """What a defect may draw on: chance, the undamaged batch, and the batch before it."""

    dice: random.Random
    pages: list[Page]
    before: list[Page]


def tell(page: Page, **changes) -> Page:
    """The page with another story."""
    return replace(page, story=replace(page.story, **changes))


def document(page: Page, title: str, inner: str) -> Page:
    """A page in place of the article, in the publisher's name."""
    text = (
        f'<!DOCTYPE html><html lang="{page.html_language}"><head><meta charset="utf-8"><title>{title} | '
        f"{escape(page.publisher.name)}</title></head><body>{inner}</body></html>"
    )
    return replace(page, raw=text.encode())


def of_html(page: Page, change: Callable[[str], str], encoding: str = "utf-8") -> Page:
    """The page with its rendered HTML changed."""
    return replace(page, raw=change(page.render().decode()).encode(encoding, "replace"))


def said(page: Page, name: str) -> str:
    """A text of `defect_pages.toml` in the page's language."""
    return _TEXTS[name][page.publisher.language]


def mojibake(page: Page, _: Scene) -> Page:
    return replace(page, raw=page.render().decode("cp1252", "replace").encode())


def letters_lost(page: Page, _: Scene) -> Page:
    return replace(page, raw=page.render().decode("ascii", "replace").encode())


def question_marks(page: Page, _: Scene) -> Page:
    return of_html(page, lambda text: text.encode("ascii", "replace").decode())


def wrong_encoding(page: Page, _: Scene) -> Page:
    return replace(page, raw=page.render().decode().encode("cp1252", "replace"))


def cut_third(page: Page, _: Scene) -> Page:
    story = page.story.paragraphs
    keep = "\n\n".join(story)[: len("\n\n".join(story)) // 3]
    return tell(page, paragraphs=tuple(keep.split("\n\n")))


def boilerplate(page: Page, _: Scene) -> Page:
    lines = said(page, "boilerplate")
    return replace(page, inside="".join(f"<p>{line}.</p>" for line in lines.split("|")))


def cookie_wall(page: Page, _: Scene) -> Page:
    return document(page, said(page, "cookie_wall_title"), said(page, "cookie_wall"))


def login_wall(page: Page, _: Scene) -> Page:
    return document(page, said(page, "login_wall_title"), said(page, "login_wall"))


def error_page(page: Page, _: Scene) -> Page:
    return document(page, "404", said(page, "error_page"))


def empty_shell(page: Page, _: Scene) -> Page:
    return document(
        page,
        escape(page.story.headline),
        '<div id="root"></div><script src="/app.js"></script><noscript>Please enable JavaScript</noscript>',
    )


def link_list(page: Page, scene: Scene) -> Page:
    others = scene.dice.sample(scene.pages, 25)
    return replace(
        page,
        body="<ul>"
        + "".join(f'<li><a href="{other.url}">{escape(other.story.headline)}</a></li>' for other in others)
        + "</ul>",
    )


def _neighbour(page: Page, scene: Scene) -> Page:
    """The page of the same publisher that came before."""
    own = [other for other in scene.pages if other.publisher is page.publisher]
    return own[[other.number for other in own].index(page.number) - 1]


def previous_body(page: Page, scene: Scene) -> Page:
    return tell(
        page, paragraphs=_neighbour(page, scene).story.paragraphs, summary=_neighbour(page, scene).story.summary
    )


def site_as_title(page: Page, _: Scene) -> Page:
    return tell(page, headline=page.publisher.name)


def section_as_title(page: Page, _: Scene) -> Page:
    return tell(page, headline=said(page, "section_as_title"))


def no_title(page: Page, _: Scene) -> Page:
    return tell(page, headline="")


def dated(page: Page, day: datetime) -> Page:
    return tell(page, published=day.isoformat())


def published_at(page: Page) -> datetime:
    return datetime.fromisoformat(page.story.published)


def crawl_date(page: Page, _: Scene) -> Page:
    return dated(page, page.fetched_at)


def swapped(page: Page, _: Scene) -> Page:
    day = published_at(page)
    return dated(page, day.replace(month=day.day, day=day.month) if day.day <= 12 else day)


def year_off(page: Page, _: Scene) -> Page:
    return dated(page, published_at(page) - timedelta(days=365))


def day_off(page: Page, _: Scene) -> Page:
    return dated(page, published_at(page) - timedelta(days=1))


def in_future(page: Page, _: Scene) -> Page:
    return dated(page, published_at(page) + timedelta(days=30))


def long_ago(page: Page, _: Scene) -> Page:
    return dated(page, datetime(1970, 1, 1, tzinfo=UTC))


def no_date(page: Page, _: Scene) -> Page:
    return tell(page, published="")


def no_zone(page: Page, _: Scene) -> Page:
    return tell(page, published=page.story.published[:19])


def organisation(page: Page, _: Scene) -> Page:
    return tell(page, authors=(page.publisher.name,))


def no_authors(page: Page, _: Scene) -> Page:
    return tell(page, authors=())


def wrong_author(page: Page, scene: Scene) -> Page:
    return tell(page, authors=(newsroom.full_name(page.publisher.language, scene.dice),))


def staff_list(page: Page, scene: Scene) -> Page:
    names = {newsroom.full_name(page.publisher.language, scene.dice) for _ in range(40)}
    return tell(page, authors=tuple(sorted(names)[:30]))


def wrong_lang(page: Page, _: Scene) -> Page:
    return replace(page, html_language={"en": "de", "de": "fr", "fr": "en"}[page.html_language])


def foreign_text(page: Page, scene: Scene) -> Page:
    story = newsroom.foreign_paragraphs(scene.dice, 4)
    return tell(page, paragraphs=story, summary=story[0].split(". ")[0] + ".")


def mixed_languages(page: Page, scene: Scene) -> Page:
    own = page.story.paragraphs
    return tell(page, paragraphs=(*own[: len(own) // 2], *newsroom.foreign_paragraphs(scene.dice, 4)))


def machine_look(page: Page, _: Scene) -> Page:
    """Neighbouring words change places, as where each word was translated by itself."""

    def turned(sentence: str) -> str:
        words = sentence.split()
        for n in range(0, len(words) - 1, 2):
            words[n], words[n + 1] = words[n + 1], words[n]
        return " ".join(words)

    return tell(
        page,
        paragraphs=tuple(". ".join(map(turned, text.rstrip(".").split(". "))) + "." for text in page.story.paragraphs),
    )


def word_salad(page: Page, scene: Scene) -> Page:
    def stir(sentence: str) -> str:
        words = sentence.split()
        scene.dice.shuffle(words)
        return newsroom.upper_first(" ".join(words).replace(",", "").lower())

    return tell(
        page,
        paragraphs=tuple(
            ". ".join(stir(one) for one in text.rstrip(".").split(". ")) + "." for text in page.story.paragraphs
        ),
    )


def word_lines(page: Page, _: Scene) -> Page:
    words = " ".join(page.story.paragraphs).split()
    return replace(page, body="".join(f"<p>{escape(word)}</p>" for word in words))


def gibberish(page: Page, scene: Scene) -> Page:
    def word() -> str:
        return "".join(scene.dice.choice("bcdfghjklmnpqrstvwxzaeiou") for _ in range(scene.dice.randrange(3, 10)))

    return tell(
        page,
        paragraphs=tuple(
            newsroom.upper_first(" ".join(word() for _ in text.split())) + "." for text in page.story.paragraphs
        ),
    )


def altered_numbers(page: Page, _: Scene) -> Page:
    return tell(
        page, paragraphs=tuple(text.translate(str.maketrans("12345678", "87654321")) for text in page.story.paragraphs)
    )


def other_site(page: Page, scene: Scene) -> Page:
    others = [
        other
        for other in scene.before
        if other.publisher is not page.publisher and other.publisher.language == page.publisher.language
    ]
    other = scene.dice.choice(others)
    return replace(
        page, raw=replace(other, story=newsroom.write_story(other.publisher, page.fetched_at, scene.dice)).render()
    )


def binary(page: Page, scene: Scene) -> Page:
    return replace(page, raw=b"\x89PNG\r\n\x1a\n" + scene.dice.randbytes(4000))


def oversized(page: Page, _: Scene) -> Page:
    return replace(page, raw=page.render() + b"<!-- " + b"x" * MAX_PAGE_BYTES + b" -->")


def nul_bytes(page: Page, _: Scene) -> Page:
    raw = page.render()
    return replace(page, raw=b"\x00".join(raw[n : n + 200] for n in range(0, len(raw), 200)))


def comments(page: Page, scene: Scene) -> Page:
    texts = said(page, "comments").split("|")
    shown = "".join(
        (
            f"<p>{newsroom.full_name(page.publisher.language, scene.dice)}, {scene.dice.randrange(2, 23)} h</p><p>"
            f"{text}</p>"
        )
        for text in scene.dice.sample(texts * 2, 9)
    )
    return replace(page, inside=shown)


def live_ticker(page: Page, scene: Scene) -> Page:
    shown = "".join(
        f"<p>{8 + n}:{scene.dice.randrange(10, 60)}</p><p>{escape(text)}</p>"
        if n > 1
        else f"<p>0{8 + n}:{scene.dice.randrange(10, 60)}</p><p>{escape(text)}</p>"
        for n, text in enumerate(
            (*page.story.paragraphs, *newsroom.paragraphs_of(newsroom.Facts(page.publisher.language, scene.dice), 8))
        )
    )
    return replace(page, body=shown)


def paywall_stub(page: Page, _: Scene) -> Page:
    gate = said(page, "paywall_stub")
    return replace(tell(page, paragraphs=page.story.paragraphs[:1]), inside=f'<div class="paywall"><p>{gate}</p></div>')


def captions_only(page: Page, scene: Scene) -> Page:
    shown = "".join(
        (
            f'<figure><img src="/{n}.jpg"><figcaption>{escape(other.story.caption)}. Photo: '
            f"{scene.dice.randrange(10, 99)}</figcaption></figure>"
        )
        for n, other in enumerate(scene.dice.sample(scene.pages, 8))
    )
    return replace(page, body=shown)


def body_twice(page: Page, _: Scene) -> Page:
    return tell(page, paragraphs=page.story.paragraphs * 2)


def fetched_future(page: Page, _: Scene) -> Page:
    return replace(page, fetched_at=datetime.now(UTC) + timedelta(days=30))


def fetched_long_ago(page: Page, _: Scene) -> Page:
    return replace(page, fetched_at=page.fetched_at - timedelta(days=120))


def one_title(page: Page, scene: Scene) -> Page:
    return tell(page, headline=_neighbour(page, scene).story.headline)


def teaser(page: Page, _: Scene) -> Page:
    return tell(page, paragraphs=(page.story.paragraphs[0].split(". ")[0] + " …",))
