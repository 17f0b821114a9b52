"""Invented news pages for benchmarks: ten publishers with layouts of their own, in English, German and French.

Every name, place and story is made up; the same seed gives the same pages. A sentence is an opening and a clause, with
names, places and numbers that are its story's own, so that no two stories are near-duplicates.
"""

import json
import random
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from pathlib import Path

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_FIRST, _LAST, _PLACES = _WORDS["first_names"], _WORDS["last_names"], _WORDS["places"]
_BODIES, _STREETS, _HEADLINES = _WORDS["bodies"], _WORDS["streets"], _WORDS["headlines"]
_OPENINGS, _CLAUSES, _QUOTES = _WORDS["openings"], _WORDS["clauses"], _WORDS["quotes"]
_MONTHS = {language: names.split() for language, names in _WORDS["months"].items()}
_DAYS = {language: names.split() for language, names in _WORDS["days"].items()}
_SUBJECTS = {
    language: [
        f"{article} {adjective} {thing}"
        for adjective in _WORDS["adjectives"][language].split()
        for thing in _WORDS["things"][language]
    ]
    for language, article in _WORDS["articles"].items()
}
_LABELS = _WORDS["labels"]
SPANISH = _WORDS["foreign"]["spanish"]


_ELISION = re.compile(r"\bde (?=avril|août|octobre)")  # French: d'avril


@dataclass(frozen=True)
class Publisher:
    """One invented newspaper and how its pages are built."""

    name: str
    host: str
    language: str
    utc_offset: int  # hours
    declares: str  # json-ld | meta | both | neither
    body_class: str
    style: int  # 0 | 1 | 2: the order and the elements of header, byline and boxes
    share: float  # of the pages of a usual batch
    sections: tuple[str, ...]


PUBLISHERS = tuple(Publisher(**one | {"sections": tuple(one["sections"])}) for one in _WORDS["publishers"])


@dataclass(frozen=True)
class Story:
    """What an article tells, before it is a page. `published` is text as the page declares it, ISO 8601."""

    headline: str
    summary: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    published: str
    section: str
    caption: str
    related: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A story at a publisher's address, and what was done to it on the way."""

    number: int  # names it within the batch
    publisher: Publisher
    story: Story
    url: str
    fetched_at: datetime
    html_language: str
    inside: str = ""  # HTML after the last paragraph, within the body's element
    body: str | None = None  # HTML in place of the paragraphs
    raw: bytes | None = None  # bytes in place of the rendered page
    is_planted: bool = False

    def render(self) -> bytes:
        """The page's bytes."""
        return self.raw if self.raw is not None else page_html(self).encode()


@dataclass
class Facts:
    """The names and numbers of one story."""

    language: str
    dice: random.Random
    words: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pick, language = self.dice.choice, self.language
        people = [full_name(language, self.dice) for _ in range(3)]
        subject = pick(_SUBJECTS[language])
        thing = subject.split(" ")[-1]
        self.words = {
            "subject": subject,
            "thing": thing,
            "place": pick(_PLACES[language].split()),
            "body": pick(_BODIES[language]),
            "street": pick(_STREETS[language]),
            "a": people[0],
            "b": people[1],
            "c": people[2],
        }

    def fill(self, template: str) -> str:
        """A sentence; numbers, days and months are new each time, names are the story's own."""
        dice = self.dice
        loose = {
            "number": str(dice.randrange(21, 980)),
            "small": str(dice.randrange(3, 20)),
            "money": f"{dice.randrange(2, 60)}.{dice.randrange(1, 9)}",
            "month": dice.choice(_MONTHS.get(self.language, _MONTHS["en"])),
            "day": dice.choice(_DAYS.get(self.language, _DAYS["en"])),
        }
        words = self.words | loose
        words |= {"Place": words["place"], "Body": upper_first(words["body"]), "last": words["a"].split()[-1]}
        return _ELISION.sub("d'", template.format(**words))


def upper_first(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def full_name(language: str, dice: random.Random) -> str:
    """An invented person's name."""
    return f"{dice.choice(_FIRST[language].split())} {dice.choice(_LAST[language].split())}"


def paragraphs_of(facts: Facts, count: int, *, is_brief: bool = False) -> tuple[str, ...]:
    """The paragraphs of a story: one to three sentences each and some quotes, no clause twice."""
    language, dice = facts.language, facts.dice
    clauses, openings, quotes = (
        dice.sample(table[language], len(table[language])) for table in (_CLAUSES, _OPENINGS, _QUOTES)
    )
    made = []
    for number in range(count):
        # a long story must not use up the clauses, or all long ones would be alike
        sentences = 1 if count >= 8 else 2 if is_brief else dice.choice((2, 2, 3))
        own = []
        for _ in range(sentences):
            if clauses:
                opening = facts.fill(openings[(len(clauses)) % len(openings)])
                clause = facts.fill(clauses.pop())
                own.append(f"{opening}{' ' if language == 'de' else ', '}{clause}.")
        if quotes and number % 3 == 1:
            own.append(facts.fill(quotes.pop()))
        if own:
            made.append(" ".join(own))
    return tuple(made)


def with_lede(headline: str, paragraphs: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The paragraphs with a first sentence that restates the headline, as the lede of a news story does."""
    says = {
        "en": "{} - that is how people in the town put it.",
        "de": "{} - so heißt es im Ort.",
        "fr": "{} - voilà ce qu'on dit en ville.",
    }
    return (f"{says[language].format(headline.rstrip('.'))} {paragraphs[0]}", *paragraphs[1:])


def foreign_paragraphs(dice: random.Random, count: int) -> tuple[str, ...]:
    """Paragraphs in Spanish, which no publisher here writes."""
    facts = Facts("fr", dice)
    sentences = [facts.fill(one) for one in dice.sample(SPANISH, len(SPANISH))]
    return tuple(" ".join(sentences[n * 3 : n * 3 + 3]) for n in range(min(count, 4)))


def write_story(publisher: Publisher, fetched_at: datetime, dice: random.Random) -> Story:
    """A new story of a publisher, published in the day and a half before it was fetched."""
    language = publisher.language
    facts = Facts(language, dice)
    is_brief = dice.random() < 0.05
    count = dice.choice((2, 3)) if is_brief else dice.randrange(4, 15)
    zone = timezone(timedelta(hours=publisher.utc_offset))
    published = (fetched_at - timedelta(minutes=dice.randrange(20, 36 * 60))).astimezone(zone).replace(microsecond=0)
    authors = tuple(dict.fromkeys(full_name(language, dice) for _ in range(dice.choice((1, 1, 1, 1, 2)))))
    if dice.random() < 0.08:
        authors = ()
    others = tuple(upper_first(Facts(language, dice).fill(dice.choice(_HEADLINES[language]))) for _ in range(4))
    headline = upper_first(facts.fill(dice.choice(_HEADLINES[language])))
    return Story(
        headline=headline,
        summary=facts.fill(dice.choice(_QUOTES[language])),
        paragraphs=with_lede(headline, paragraphs_of(facts, count, is_brief=is_brief), language),
        authors=authors,
        published=published.isoformat(),
        section=dice.choice(publisher.sections),
        caption=f"{upper_first(facts.words['subject'])}, {facts.words['place']}",
        related=others,
    )


def page_of(publisher: Publisher, number: int, fetched_at: datetime, dice: random.Random) -> Page:
    """A new page of a publisher."""
    story = write_story(publisher, fetched_at, dice)
    slug = "".join(char if char.isascii() and char.isalnum() else "-" for char in story.headline.lower())[:60].strip(
        "-"
    )
    url = f"https://{publisher.host}/{story.section}/{slug}-{dice.randrange(10**6, 10**7)}.html"
    return Page(number, publisher, story, url, fetched_at, publisher.language)


def batch(seed: int, day: datetime, pages: int) -> list[Page]:
    """A day's crawl: volume and mix of publishers vary by about a fifth from one to the next."""
    dice = random.Random(seed)
    weights = [publisher.share * dice.uniform(0.8, 1.2) for publisher in PUBLISHERS]
    count = round(pages * dice.uniform(0.8, 1.2))
    owners = dice.choices(PUBLISHERS, weights, k=count)
    return [
        page_of(owner, number, day + timedelta(seconds=dice.randrange(6 * 3600)), dice)
        for number, owner in enumerate(owners)
    ]


def _printed(published: str, language: str) -> str:
    """The time as a reader sees it."""
    try:
        when = datetime.fromisoformat(published)
    except ValueError:
        return published
    month = _MONTHS[language][when.month - 1]
    return f"{when.day}{'.' if language == 'de' else ''} {month} {when.year}, {when:%H:%M}"


def head_html(page: Page) -> str:
    """What the page declares of itself."""
    story, publisher = page.story, page.publisher
    own = [f'<link rel="canonical" href="{page.url}">']
    if story.headline:
        own.append(f"<title>{escape(story.headline)} | {escape(publisher.name)}</title>")
    if publisher.declares in ("meta", "both"):
        own += [
            f'<meta property="og:site_name" content="{escape(publisher.name)}">',
            '<meta property="og:type" content="article">',
            f'<meta property="og:description" content="{escape(story.summary)}">',
            f'<meta property="og:image" content="https://{publisher.host}/img/{page.number}.jpg">',
        ]
        if story.headline:
            own.append(f'<meta property="og:title" content="{escape(story.headline)}">')
        if story.published:
            own.append(f'<meta property="article:published_time" content="{story.published}">')
        own += [f'<meta name="author" content="{escape(name)}">' for name in story.authors]
    if publisher.declares in ("json-ld", "both"):
        node = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.headline,
            "datePublished": story.published,
            "author": [{"@type": "Person", "name": name} for name in story.authors],
            "description": story.summary,
            "publisher": {"@type": "NewsMediaOrganization", "name": publisher.name},
            "url": page.url,
        }
        node = {key: value for key, value in node.items() if value}
        own.append(f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>')
    return "\n".join(own)


def page_html(page: Page) -> str:
    """The page in its publisher's layout."""
    story, publisher, says = page.story, page.publisher, _LABELS[page.publisher.language]
    style = publisher.style
    menu = "".join(
        f'<li><a href="/{word.lower()}">{word}</a></li>'
        for word in [*says["menu"].split(), *map(str.title, publisher.sections)]
    )
    time_tag = (
        f'<time datetime="{story.published}">{_printed(story.published, publisher.language)}</time>'
        if story.published
        else ""
    )
    if publisher.declares == "neither" and story.published:
        time_tag = f'<span class="date">{says["published"]} {_printed(story.published, publisher.language)}</span>'
    names = ", ".join(story.authors)
    byline = (
        (
            f'<p class="byline">{says["by"]} {escape(names)}</p>',
            f'<div class="autor">{says["by"]} <a rel="author" href="/team">{escape(names)}</a></div>',
            f'<span class="author">{escape(names)}</span>',
        )[style]
        if names
        else ""
    )
    heading = (
        f'<h1 class="{("headline", "entry-title", "titel")[style]}">{escape(story.headline)}</h1>'
        if story.headline
        else ""
    )
    figure = (
        f'<figure><img src="/img/{page.number}.jpg" alt=""><figcaption>{escape(story.caption)}. {says["caption"]} '
        f"{publisher.name}</figcaption></figure>"
    )
    text = (
        "\n".join(f"<p>{escape(one, quote=False)}</p>" for one in story.paragraphs) if page.body is None else page.body
    )
    wrapper = ("article", "div", "section")[style]
    body = f'<{wrapper} class="{publisher.body_class}">\n{text}\n{page.inside}</{wrapper}>'
    links = "".join(f'<li><a href="/{story.section}/{n}">{escape(one)}</a></li>' for n, one in enumerate(story.related))
    related = (
        f'<aside class="related"><h3>{says["related"]}</h3><ul>{links}</ul></aside>',
        f'<div class="teaser-box"><h2>{says["related"]}</h2><ul>{links}</ul></div>',
        f'<nav class="more"><p>{says["related"]}</p><ul>{links}</ul></nav>',
    )[style]
    newsletter = f'<div class="newsletter-box"><p>{says["newsletter"]}</p></div>'
    main = (
        (
            f'<main>{heading}<p class="lead">{escape(story.summary)}</p>{byline}{time_tag}{figure}{body}<div '
            f'class="share">{says["share"]}</div>{related}</main>'
        ),
        (
            f'<div id="content"><div class="kicker">{story.section.title()}</div>'
            f"{heading}{figure}{byline}{time_tag}{body}{newsletter}</div>{related}"
        ),
        f'<div class="page-wrap"><header>{heading}{time_tag} {byline}</header>{body}{figure}{related}</div>',
    )[style]
    return (
        f'<!DOCTYPE html>\n<html lang="{page.html_language}"><head><meta charset="utf-8">\n{head_html(page)}\n'
        "</head><body>\n"
        f'<header class="top"><a href="/">{escape(publisher.name)}</a><nav><ul>{menu}</ul></nav></header>\n{main}\n'
        f"<footer><p>© {publisher.name}</p><p>{says['footer']}</p></footer>\n</body></html>\n"
    )


def utc(year: int, month: int, day: int, hour: int = 16) -> datetime:
    """A time of a crawl."""
    return datetime(year, month, day, hour, tzinfo=UTC)
