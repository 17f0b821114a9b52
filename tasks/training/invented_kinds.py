"""Invented pages without a story: walls, forms, errors, listings, shops, forums, videos."""

from collections.abc import Callable

from tasks.training.invented_parts import Parts, plain
from tasks.training.invented_stories import inline

Page = tuple[str, str, str]  # page type, gold text, HTML of the page's middle


def _cookie_wall(parts: Parts) -> Page:
    return "cookie_wall", "", parts.consent(whole=True)


def _login(parts: Parts) -> Page:
    label = plain(parts.ui["login"])
    lead = f"<p>{plain(parts.write.language.paywall)}</p>" if parts.dice.random() < 0.6 else ""
    form = f'<form action="/login"><label>E-Mail</label><input><input type="password"><button>{label}</button></form>'
    return "login", "", parts.marks.part("login", f"<h1>{label}</h1>{lead}{form}", tag="div")


def _error(parts: Parts) -> Page:
    head = parts.dice.choice(["404", "Error 404", "404 Not Found", "500", "Oops!"])
    links = parts.most_read() if parts.dice.random() < 0.4 else ""
    return "error_page", "", f"<h1>{head}</h1><p>{plain(parts.write.language.lost)}</p>{links}"


def _empty(parts: Parts) -> Page:
    rest = parts.dice.choice(["", "", f"<h1>{plain(parts.write.headline())}</h1>", '<div id="root"></div>'])
    return "empty", "", rest


def _listing(parts: Parts) -> Page:
    dice = parts.dice
    sections = [parts.teasers(dice.randrange(4, 20)) for _ in range(dice.randrange(1, 5))]
    head = f"<h1>{plain(dice.choice(parts.write.language.menu))}</h1>" if dice.random() < 0.6 else ""
    extra = parts.ticker() if dice.random() < 0.4 else ""
    return "listing", "", head + extra + "".join(sections)


def _product(parts: Parts) -> Page:
    """The description counts as the page's main text, as it does in collected corpora."""
    dice, write, marks = parts.dice, parts.write, parts.marks
    texts = [write.sentences(dice.choice([1, 2, 3])) for _ in range(dice.randrange(1, 4))]
    price = marks.part("price", f"{dice.randrange(5, 900)},{dice.randrange(100):02} €", tag="div")
    words = "".join(f"<p>{inline(text, marks, dice)}</p>" for text in texts)
    facts = "".join(
        f"<li>{plain(write.upper(write.word()))}: {write.number()}</li>" for _ in range(dice.randrange(3, 9))
    )
    inner = f"<h1>{plain(write.headline())}</h1>{price}<button>+</button>{words}<ul>{facts}</ul>"
    return "product", "\n\n".join(texts), marks.part("product", inner, tag="div") + parts.teasers(dice.randrange(3, 9))


def _forum(parts: Parts) -> Page:
    """The posts count as the page's main text, as they do in collected corpora."""
    dice, write, marks = parts.dice, parts.write, parts.marks
    posts, texts = [], []
    for _ in range(dice.randrange(3, 20)):
        text = write.sentences(dice.choice([1, 2, 3, 5]))
        texts.append(text)
        by = f"<div>{plain(write.name())}</div><div>{write.date()} {write.clock()}</div>"
        posts.append(marks.part("post", f"{by}<div>{plain(text)}</div>{marks.link(parts.ui['reply'])}", tag="div"))
    return "forum", "\n\n".join(texts), f"<h1>{plain(write.headline())}</h1>" + "".join(posts)


def _video(parts: Parts) -> Page:
    write, marks = parts.write, parts.marks
    player = marks.part("player", "<video></video><div>0:00 / 2:41</div>", tag="div")
    text = f"<p>{plain(write.sentences(parts.dice.choice([1, 1, 2])))}</p>"
    return "video", "", f"<h1>{plain(write.headline())}</h1>{player}{text}{parts.teasers(parts.dice.randrange(5, 15))}"


OTHERS: dict[str, Callable[[Parts], Page]] = {
    "cookie_wall": _cookie_wall,
    "login": _login,
    "error_page": _error,
    "empty": _empty,
    "listing": _listing,
    "product": _product,
    "forum": _forum,
    "video": _video,
}
