"""Invented pages that teach the block model what collected corpora rarely show, as a corpus that `corpus.py` reads.

Threads longer than their story, cards below a story of 100 words, dialogs in many languages, boxes in sentences,
briefs, poems, tables, live blogs, and pages without a story; 35 languages, layouts and class names of many houses. Same
seed, same bytes.
"""

import argparse
import gzip
import random
import sys
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path

import orjson

from tasks.training.invented_kinds import OTHERS
from tasks.training.invented_names import Markup
from tasks.training.invented_parts import Parts
from tasks.training.invented_stories import FORMS, Story
from tasks.training.invented_text import RIGHT_TO_LEFT, Writer, languages

# what pages are about, and how many of a hundred; the last ones have no story
THEMES = {
    "thread": 21,
    "teasers": 22,
    "consent": 9,
    "boxes": 14,
    "forms": 16,
    **dict.fromkeys(OTHERS, 2),
    "cookie_wall": 3,
}
_FORMS = ("brief", "poem", "interview", "table", "list", "live", "wrapped", "brief", "interview", "live", "endless")
_RICH = ("en", "de", "fr")  # languages with a grammar: real pages are mostly of these
_RICH_TIMES = 4
_SITES = 90  # pages of one site are in one fold, so there must be many


def main(arguments: list[str] | None = None) -> int:
    """Write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", type=Path, help="where to write; a name with `invented` in it gets the weight of such pages"
    )
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    write_corpus(options.folder, options.pages, options.seed)
    return 0


def write_corpus(folder: Path, pages: int, seed: int) -> None:
    """Write `pages` pages and their gold texts into a folder."""
    (folder / "pages").mkdir(parents=True, exist_ok=True)
    rows = []
    for row, html in invented(pages, seed):
        path = folder / "pages" / f"{row['page_id']}.html.gz"
        path.write_bytes(gzip.compress(html.encode("utf-8"), 6, mtime=0))
        rows.append(orjson.dumps(row))
    (folder / "gold.jsonl.gz").write_bytes(gzip.compress(b"\n".join(rows) + b"\n", 9, mtime=0))


def invented(pages: int, seed: int) -> list[tuple[dict[str, str], str]]:
    """Gold rows and the pages' HTML. From about 130 pages on every theme and language is among them."""
    dice = random.Random(f"invented {seed}")  # noqa: S311 - not for secrets
    themes = _deck([theme for theme, times in THEMES.items() for _ in range(times)], sorted(THEMES), pages, dice)
    codes = [code for code in languages() for _ in range(_RICH_TIMES if code in _RICH else 1)]
    spoken = _deck(codes, list(languages()), pages, dice)
    forms = _deck(list(_FORMS), list(_FORMS), pages, dice)
    return [_page(n, seed, *drawn) for n, drawn in enumerate(zip(themes, spoken, forms, strict=True))]


def _deck(cards: list[str], first: list[str], count: int, dice: random.Random) -> list[str]:
    """Draws by weight; each kind of card is among the first ones."""
    out = list(first)
    dice.shuffle(out)
    while len(out) < count:
        more = list(cards)
        dice.shuffle(more)
        out += more
    return out[:count]


def _page(number: int, seed: int, theme: str, code: str, form: str) -> tuple[dict[str, str], str]:
    dice = random.Random(f"invented {seed} {number}")  # noqa: S311
    write, marks = Writer(languages()[code], dice), Markup(dice)
    parts = Parts(write, marks)
    title = write.headline()
    if theme in OTHERS:
        page_type, body, inside = OTHERS[theme](parts)
        page = _framed(parts, title, inside, chance_of_dialog=0.0 if theme == "cookie_wall" else 0.15)
    else:
        story = _story(theme, form, write, marks)
        page_type, body = story.page_type, story.body
        chance = 1.0 if theme == "consent" else 0.12
        inside = _story_page(parts, title, theme, story)
        page = _framed(parts, title, inside, chance, _declared(write, title, story.texts[0]))
    host = f"site{dice.randrange(_SITES)}.example"
    row = {
        "page_id": f"i{number:05}",
        "url": f"https://www.{host}/{page_type}/{number}",
        "page_type": page_type,
        "publisher": host,
        "body": body,
        "language": code,
        "title": title,
    }
    return row, page


def _story(theme: str, form: str, write: Writer, marks: Markup) -> Story:
    dice = write.dice
    if theme == "forms":
        return FORMS[form](write, marks)
    if theme == "thread":
        return FORMS["middling"](write, marks)
    return FORMS[
        dice.choice(["short", "short", "short", "brief"]) if theme != "boxes" else dice.choice(["short", "middling"])
    ](write, marks)


def _story_page(parts: Parts, title: str, theme: str, story: Story) -> str:
    """The article with all parts in and around it."""
    dice, marks = parts.dice, parts.marks
    pieces = _with_insets(parts, theme, story)
    body = marks.part("body", marks.wrapped("\n".join(pieces), 2))
    heading = f"<h1{marks.attribute('title')}>{escape(title, quote=False)}</h1>"
    top = [heading, parts.byline()]
    if dice.random() < 0.25:
        dice.shuffle(top)
    if dice.random() < 0.4:
        top.append(parts.figure())
    if dice.random() < 0.4:
        top.append(parts.share())
    inside, after = _after(parts, theme, story)
    is_flat = dice.random() < 0.15  # everything in one element
    article = "".join([*top, body, *inside])
    if not is_flat:
        article = marks.part("article", article)
    return marks.wrapped(article) + "".join(after)


def _with_insets(parts: Parts, theme: str, story: Story) -> list[str]:
    """The story's pieces with boxes, pictures and links between them."""
    dice = parts.dice
    pieces = list(story.pieces)
    if story.is_whole or len(pieces) < 2:
        return pieces
    share = 0.9 if theme == "boxes" else 0.3
    makers: list[Callable[[], str]] = [parts.ad, parts.read_also, parts.figure]
    makers += [partial(parts.box, part) for part in ("newsletter", "promo", "paywall")]
    for _ in range(dice.choice([1, 2, 3])):
        if dice.random() < share:
            pieces.insert(dice.randrange(1, len(pieces)), dice.choice(makers)())
    return pieces


def _after(parts: Parts, theme: str, story: Story) -> tuple[list[str], list[str]]:
    """What follows the story: within the article's element, and after it."""
    dice = parts.dice
    blocks: list[str] = []
    if theme == "boxes" or dice.random() < 0.15:
        blocks += [
            parts.box(part) for part in dice.sample(["bio", "newsletter", "paywall", "promo"], dice.randrange(1, 4))
        ]
    if theme == "teasers":
        blocks.append(parts.teasers(dice.choice([6, 8, 10, 12, 20, 40])))
        blocks += [make() for make in (parts.ticker, parts.most_read, parts.slides) if dice.random() < 0.35]
    elif dice.random() < 0.4:
        blocks.append(dice.choice([lambda: parts.teasers(dice.randrange(2, 7)), parts.most_read, parts.ticker])())
    if theme == "thread" or dice.random() < 0.1:
        size = len(story.body.split()) if parts.write.is_spaced else len(story.body) // 3
        factor = dice.choice([0.2, 0.5, 0.9, 1.3, 2.5])  # two of five threads are longer than the story
        blocks.append(parts.thread(max(30, min(2500, round(size * factor)))))
    if dice.random() < 0.3:
        dice.shuffle(blocks)
    within = dice.choice([0, 0, 1, 2, len(blocks)])
    return blocks[:within], blocks[within:]


def _declared(write: Writer, title: str, opening: str) -> str:
    """What the page's head declares about the story: nothing, Open Graph, JSON-LD, or both."""
    dice = write.dice
    declarations: list[str] = []
    summary = opening[:160] if dice.random() < 0.4 else write.sentence()
    if dice.random() < 0.6:
        pairs = (("og:title", title), ("og:description", summary), ("og:type", "article"))
        declarations += [f'<meta property="{key}" content="{escape(value)}">' for key, value in pairs]
    if dice.random() < 0.4:
        node = {
            "@context": "https://schema.org",
            "@type": dice.choice(["NewsArticle", "Article", "BlogPosting"]),
            "headline": title,
        }
        node |= {"description": summary, "author": {"@type": "Person", "name": write.name()}}  # type: ignore[dict-item]
        declarations.append(
            f'<script type="application/ld+json">{orjson.dumps(node).decode().replace("</", "")}</script>'
        )
    return "".join(declarations)


def _with_dialog(parts: Parts, page: str, middle: str) -> str:
    """The page with a dialog about data: before or after everything, or right above or below the story."""
    dialog = parts.consent()
    draw = parts.dice.random()
    if draw < 0.35:
        return dialog + page
    if draw < 0.7:
        return page + dialog
    return page.replace(middle, dialog + middle if draw < 0.85 else middle + dialog, 1)


def _framed(parts: Parts, title: str, inside: str, chance_of_dialog: float, declared: str = "") -> str:
    """A whole document."""
    dice, marks, write = parts.dice, parts.marks, parts.write
    header = marks.part("header", marks.link(write.name(), "/") + parts.menu())
    main = marks.part("main", marks.wrapped((parts.crumbs() if dice.random() < 0.4 else "") + inside))
    sidebar = ""
    if dice.random() < 0.35:
        few = partial(parts.teasers, dice.randrange(3, 8))
        makers: list[Callable[[], str]] = [parts.most_read, parts.ticker, few, partial(parts.box, "newsletter")]
        maker = dice.choice(makers)
        sidebar = marks.part("sidebar", maker())
    middle = sidebar + main if dice.random() < 0.25 else main + sidebar
    page = header + middle + (parts.footer() if dice.random() < 0.9 else "")
    if dice.random() < 0.7:
        page = marks.part("page", page, tag="div")
    if dice.random() < chance_of_dialog:
        page = _with_dialog(parts, page, inside or main)
    direction = ' dir="rtl"' if write.code in RIGHT_TO_LEFT else ""
    language = f' lang="{write.code}"' if dice.random() < 0.85 else ""
    site = f" | {write.name()}" if dice.random() < 0.6 else ""
    head = f'<meta charset="utf-8"><title>{escape(title + site, quote=False)}</title>{declared}'
    return f"<!DOCTYPE html>\n<html{language}{direction}><head>{head}</head>\n<body>{page}</body></html>\n"


if __name__ == "__main__":
    sys.exit(main())
