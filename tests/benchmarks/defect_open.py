"""Kinds of damage that were found by outsiders: each is planted in all pages of one site.

A kind is a function of a page and a scene that returns the damaged page. What the pages say in place of their story is
in `defect_open.toml`.
"""

import base64
import gzip
import quopri
import random
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path
from urllib.parse import quote

import newsroom
from defect_pages import Scene, dated, document, of_html, published_at, tell
from newsroom import Page

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_LOOKALIKES = str.maketrans("aeopcxyi", "аеорсхуі")
_JOINERS = "\u2060\u200d"
_SOFT_HYPHEN = "\u00ad"

Plant = Callable[[Page, Scene], Page]


def paragraphs(page: Page, change: Callable[[list[str]], list[str]]) -> Page:
    """The page with other paragraphs."""
    return tell(page, paragraphs=tuple(change(list(page.story.paragraphs))))


def each(change: Callable[[str], str]) -> Plant:
    """Every paragraph is changed."""
    return lambda page, _: paragraphs(page, lambda lines: [change(line) for line in lines])


def words(share: float, change: Callable[[str], str], least: int = 1) -> Plant:
    """A share of the words, of so many letters at least, is changed."""

    def plant(page: Page, scene: Scene) -> Page:
        def one(word: str) -> str:
            is_changed = len(word) >= least and scene.dice.random() < share
            return change(word) if is_changed else word

        return paragraphs(page, lambda lines: [" ".join(map(one, line.split())) for line in lines])

    return plant


def among(added: Callable[[int], str]) -> Plant:
    """A line of something else stands after every second paragraph."""
    return lambda page, _: paragraphs(
        page,
        lambda lines: [
            part for n, line in enumerate(lines) for part in ([line, added(page.number + n)] if n % 2 == 0 else [line])
        ],
    )


def titled(change: Callable[[str], str]) -> Plant:
    """The headline is changed; the text is not."""
    return lambda page, _: tell(page, headline=change(page.story.headline))


def named(*authors: str) -> Plant:
    """All pages have these authors."""
    return lambda page, _: tell(page, authors=authors)


def published_by(name: str) -> Plant:
    """The publisher has another name everywhere on the page."""
    return lambda page, _: replace(page, publisher=replace(page.publisher, name=name))


def published(value: str) -> Plant:
    """All pages declare this time; the printed one is right."""
    return lambda page, _: of_html(page, lambda text: text.replace(page.story.published, value))


def said(name: str, headline: str = "") -> Plant:
    """The paragraphs are the lines of a text, in one of the languages that it is written in."""

    def plant(page: Page, scene: Scene) -> Page:
        lines = scene.dice.choice(_TEXTS[name]).strip().split("\n")
        return tell(page, paragraphs=tuple(lines), headline=headline or page.story.headline)

    return plant


def stocked(name: str, count: int, headline: str) -> Plant:
    """The paragraphs are drawn from a stock of phrases and filled in with names and numbers."""

    def plant(page: Page, scene: Scene) -> Page:
        dice = scene.dice
        facts = newsroom.Facts(page.publisher.language, dice)
        stock = [line for text in _TEXTS[name] for line in text.strip().split("\n")]
        lines = []
        for _ in range(count):
            facts.words["a"] = newsroom.full_name(page.publisher.language, dice)
            lines.append(facts.fill(dice.choice(stock)))
        return tell(page, paragraphs=tuple(lines), headline=headline)

    return plant


def ended_by(count: int, line: str) -> Plant:
    """Only the first paragraphs are left, and a line says why."""
    return lambda page, _: paragraphs(page, lambda lines: [*lines[:count], line])


def wall_page(page: Page, scene: Scene) -> Page:
    lines = scene.dice.choice(_TEXTS["consent_wall"]).strip().split("\n")
    inner = f"<h1>{escape(lines[0])}</h1>" + "".join(f"<p>{escape(line)}</p>" for line in lines[1:])
    return document(page, escape(lines[0]), inner + "<button>OK</button>")


def parked(page: Page, _: Scene) -> Page:
    host = page.publisher.host
    lines = _TEXTS["parked"][0].strip().replace("HOST", host).split("\n")
    inner = f"<h1>{host}</h1>" + "".join(f"<p>{line}</p>" for line in lines)
    return replace(page, raw=f"<html><head><title>{host}</title></head><body>{inner}</body></html>".encode())


def front_page_as_address(page: Page, _: Scene) -> Page:
    return of_html(page, lambda text: text.replace(page.url, f"https://{page.publisher.host}/"))


def misread(encoding: str, read_as: str) -> Plant:
    """A text in another alphabet was decoded with the wrong encoding before the page was made."""

    def plant(page: Page, scene: Scene) -> Page:
        own = _TEXTS[f"in_{encoding}"]
        lines = [
            line.encode(encoding).decode(read_as, "replace") for line in scene.dice.choice(own).strip().split("\n")
        ]
        return tell(page, paragraphs=tuple(lines), headline=lines[0][:40], summary=lines[0])

    return plant


def gallery(page: Page, scene: Scene) -> Page:
    others = scene.dice.sample(scene.pages, 12)
    lines = []
    for number, other in enumerate(others, 1):
        lines += [f"{number} of {len(others)}", f"{other.story.caption}. Photo: {scene.dice.randrange(10, 99)}"]
    return tell(page, paragraphs=tuple(lines))


def _other(page: Page, scene: Scene) -> Page:
    """The page before this one on its site."""
    own = [other for other in scene.pages if other.publisher is page.publisher]
    return own[[other.number for other in own].index(page.number) - 1]


def followed_by_another(page: Page, scene: Scene) -> Page:
    other = _other(page, scene).story
    return paragraphs(page, lambda lines: [*lines, other.headline, *other.paragraphs])


def interleaved(page: Page, scene: Scene) -> Page:
    theirs = _other(page, scene).story.paragraphs
    own = page.story.paragraphs
    pairs = [part for one, two in zip(own, theirs, strict=False) for part in (one, two)]
    return tell(page, paragraphs=tuple(pairs) + own[len(pairs) // 2 :])


def shifted(page: Page, scene: Scene) -> Page:
    return tell(page, paragraphs=_other(page, scene).story.paragraphs)


def in_spanish(page: Page, scene: Scene) -> Page:
    lines = newsroom.foreign_paragraphs(scene.dice, 4)
    story = tell(page, paragraphs=lines, headline=lines[0].split(". ")[0] + ".", summary=lines[-1])
    return replace(story, html_language="es")


def gone(page: Page, scene: Scene) -> Page:
    teasers = [other.story.paragraphs[0] for other in scene.dice.sample(scene.pages, 6)]
    own = _TEXTS["gone"][0].strip().split("\n")
    return tell(page, paragraphs=(*own, *teasers), headline="This piece has moved on")


def live_entries(page: Page, scene: Scene) -> Page:
    shown = "".join(
        f"<h3>{escape(' '.join(line.split()[:5]))}</h3><p>{escape(line)}</p><p>{3 + 7 * n} min ago</p>"
        for n, line in enumerate(page.story.paragraphs)
    )
    return replace(page, body=shown)


def transcript(page: Page, scene: Scene) -> Page:
    sentences = re.split(r"(?<=\.) ", " ".join(page.story.paragraphs).upper())
    lines = [f"00:{6 * n % 60:02d} >> {sentence}" for n, sentence in enumerate(sentences, 1)]
    return tell(page, paragraphs=("[MUSIC PLAYING]", *lines))


def pull_quotes(page: Page, _: Scene) -> Page:
    return paragraphs(
        page,
        lambda lines: [
            part for line in lines for part in ([line, line.split(". ")[0] + "."] if ". " in line else [line])
        ],
    )


def quoted_printable(line: str) -> str:
    return quopri.encodestring(line.encode()).decode().replace("\n", " ")


def misrecognised(word: str) -> str:
    return word.replace("h", "li").replace("ll", "11").replace("o", "0").replace("rn", "m")


def as_json(page: Page, _: Scene) -> Page:
    blocks = ", ".join(f'{{"type": "paragraph", "data": {{"text": "{line}"}}}}' for line in page.story.paragraphs)
    return tell(page, paragraphs=(f'{{"id": {page.number}, "type": "article", "blocks": [{blocks}]}}',))


def as_base64(line: str) -> str:
    return base64.b64encode(line.encode()).decode()


def image_in_base64(number: int) -> str:
    return "data:image/png;base64," + base64.b64encode(random.Random(number).randbytes(240)).decode()


def compressed(page: Page, _: Scene) -> Page:
    return replace(page, raw=gzip.compress(page.render()).decode("latin-1").encode())


def milliseconds(page: Page, scene: Scene) -> Page:
    return published(str(int(published_at(page).timestamp() * 1000)))(page, scene)


def of_the_side_box(page: Page, scene: Scene) -> Page:
    return dated(
        page, published_at(page) - timedelta(days=scene.dice.randrange(3, 26), minutes=scene.dice.randrange(600))
    )


def glued(line: str) -> str:
    parts = line.split(" ")
    return "".join(part + ("" if n % 3 == 1 else " ") for n, part in enumerate(parts)).strip()


_PAY = "The rest of this piece is for supporters. Chip in to carry on."
_SCRIPT = "window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments);} gtag('js',new Date());"
OPEN_KINDS: dict[str, Plant] = {
    "ad_slots": among(lambda n: f"adslot div-gpt-ad-{n} size=[[300,250],[728,90]] targeting={{pos:mid,cat:news}}"),
    "advertorial": said("advertorial", "Dream kitchens at dream prices"),
    "assistant_frame": lambda page, _: paragraphs(
        page,
        lambda lines: ["Sure! Here is a rewritten version of the article:", *lines, "I hope this helps!"],
    ),
    "author_one": named("Hester Penhale"),
    "author_undefined": named("undefined"),
    "base64_image": among(image_in_base64),
    "base64_text": each(as_base64),
    "bidi_reversed": each(lambda line: f"\u202e{line[::-1]}\u202c"),
    "canonical_front_page": front_page_as_address,
    "robot_test": said("robot_test"),
    "classifieds": stocked("classifieds", 12, "Small ads of the day"),
    "publisher_cms": published_by("WordPress"),
    "comments_as_text": said("comments"),
    "cyrillic_misread": misread("cp1251", "cp1252"),
    "one_paragraph_paid": ended_by(1, _PAY),
    "gallery": gallery,
    "country_refused": said("country_refused"),
    "compressed_as_text": compressed,
    "lookalike_letters": words(0.4, lambda word: word.translate(_LOOKALIKES)),
    "horoscope": stocked("horoscope", 24, "Your stars today"),
    "another_story_below": followed_by_another,
    "interleaved": interleaved,
    "script": among(lambda n: _SCRIPT),
    "json_text": as_json,
    "japanese_misread": misread("utf-8", "cp932"),
    "koi8_misread": misread("koi8-r", "cp1251"),
    "site_in_spanish": in_spanish,
    "live_without_times": live_entries,
    "markdown": words(0.15, lambda word: f"**{word}** [{word}](https://ledger.example/{len(word)})"),
    "migration_date": published("2023-04-02T03:14:00+00:00"),
    "milliseconds": milliseconds,
    "death_notices": stocked("death_notices", 12, "Death notices"),
    "recognition": words(0.35, misrecognised, 3),
    "parked": parked,
    "photographer": lambda page, scene: tell(
        page, authors=(f"Photo: {newsroom.full_name(page.publisher.language, scene.dice)}",)
    ),
    "pull_quotes": pull_quotes,
    "quoted_printable": each(quoted_printable),
    "date_of_side_box": of_the_side_box,
    "every_second_paragraph": lambda page, _: paragraphs(page, lambda lines: lines[::2]),
    "shifted": shifted,
    "soft_hyphens": words(0.5, lambda word: word[:4] + _SOFT_HYPHEN + word[4:], 6),
    "publisher_home": published_by("Home"),
    "story_gone": gone,
    "spaces_lost": each(glued),
    "disclaimer": said("disclaimer"),
    "template_variables": each(lambda line: line.replace(" the ", " {{ article.field }} ")),
    "three_paragraphs_paid": ended_by(3, _PAY),
    "title_cut": titled(lambda title: title[:28].rstrip() + "..."),
    "title_template": titled(lambda title: "{{ page.title }}"),
    "title_undefined": titled(lambda title: "undefined"),
    "transcript": transcript,
    "escaped_thrice": each(lambda line: line.replace(", ", ",&amp;amp;nbsp;")),
    "twice_as_one": lambda page, _: paragraphs(page, lambda lines: [*lines, " ".join(lines)]),
    "capitals": each(str.upper),
    "percent_encoded": each(quote),
    "wall_as_text": said("consent_wall"),
    "wall_as_page": wall_page,
    "year_one": published("0001-01-01T00:00:00Z"),
    "zero_date": published("0000-00-00 00:00:00"),
    "joiners": words(0.6, lambda word: word[:3] + _JOINERS + word[3:], 5),
}
# what no rule can see in a row or a batch without knowledge of the story
UNSEEN = {"date_of_side_box"}
