"""The stories of invented pages: what belongs to the gold text, and how it is marked up."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from textwrap import wrap

from tasks.training.invented_names import Markup
from tasks.training.invented_text import Writer


@dataclass
class Story:
    """Pieces of a story in order: the text of each (lines of the gold text) and its HTML."""

    texts: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    page_type: str = "article"
    is_whole: bool = False  # nothing may be put between its pieces

    def add(self, html: str, *texts: str) -> None:
        """Add one piece."""
        self.texts += texts
        self.pieces.append(html)

    @property
    def body(self) -> str:
        """The gold text."""
        return "\n\n".join(self.texts)


def prose(write: Writer, marks: Markup, paragraphs: int, few: tuple[int, ...] = (1, 1, 2, 2, 3, 4)) -> Story:
    """A story in paragraphs, with subheads if it is long."""
    dice = write.dice
    story = Story()
    tag = dice.choice(["p", "p", "p", "p", "div", "br"])
    subhead = dice.choice(["h2", "h3", "strong", "h4"])
    every = dice.choice([0, 4, 6, 9]) if paragraphs > 8 else 0
    own_class = (
        f' class="{dice.choice(["paragraph", "text", "MsoNormal", "css-at9mc1", "mb-4"])}"'
        if dice.random() < 0.2
        else ""
    )
    for number in range(paragraphs):
        if every and number and number % every == 0:
            text = write.upper(write.words(dice.randrange(2, 7)))
            heading = (
                f"<p><strong>{escape(text, quote=False)}</strong></p>"
                if subhead == "strong"
                else f"<{subhead}>{escape(text, quote=False)}</{subhead}>"
            )
            story.add(heading, text)
        text = write.sentences(dice.choice(few))
        html = inline(text, marks, dice) if tag != "br" else escape(text, quote=False)
        if tag == "br":
            story.add(f"{html}<br><br>", text)
        elif dice.random() < 0.03:
            story.add(f"<blockquote><p>{html}</p></blockquote>", text)
        else:
            story.add(f"<{tag}{own_class}>{html}</{tag}>", text)
    story.is_whole = tag == "br"
    return story


def inline(text: str, marks: Markup, dice: random.Random) -> str:
    """A paragraph's text, in some of them with a link or a stressed word."""
    words = text.split(" ")
    if len(words) < 8 or dice.random() < 0.75:
        return escape(text, quote=False)
    start = dice.randrange(1, len(words) - 4)
    end = start + dice.randrange(1, 4)
    before, middle, after = (" ".join(words[slice(*span)]) for span in ((0, start), (start, end), (end, None)))
    tag = dice.choice(["a", "a", "strong", "em", "b", "i"])
    opening = f'<a href="/topic/{dice.randrange(999)}">' if tag == "a" else f"<{tag}>"
    plain = [escape(part, quote=False) for part in (before, middle, after)]
    return f"{plain[0]} {opening}{plain[1]}</{tag}> {plain[2]}"


def short(write: Writer, marks: Markup) -> Story:
    """60 to 200 words."""
    return prose(write, marks, write.dice.randrange(2, 6), (1, 2, 2, 3))


def middling(write: Writer, marks: Markup) -> Story:
    """80 to 600 words."""
    return prose(write, marks, write.dice.randrange(3, 15))


def brief(write: Writer, marks: Markup) -> Story:
    """Two sentences."""
    return prose(write, marks, write.dice.choice([1, 1, 2]), (2,) if write.dice.random() < 0.6 else (1,))


def endless(write: Writer, marks: Markup) -> Story:
    """About 280 paragraphs."""
    return prose(write, marks, write.dice.randrange(200, 300), (1, 1, 2, 3))


def poem(write: Writer, marks: Markup) -> Story:
    """Verses of short lines, by breaks or each in an element."""
    dice = write.dice
    story = Story(is_whole=True)
    form = dice.choice(["br", "p", "div"])
    size = dice.choice([3, 4, 4, 6])
    for _ in range(dice.randrange(3, 8)):
        lines = []
        for number in range(size):
            end = dice.choice(["", "", ",", ";"]) if number < size - 1 else dice.choice(["", write.stop.strip()])
            lines.append(write.upper(write.words(dice.randrange(5, 9))) + end)
        html = [escape(line, quote=False) for line in lines]
        if form == "br":
            story.add("<p>" + "<br>\n".join(html) + "</p>", *lines)
        else:
            story.add("".join(f"<{form}>{line}</{form}>" for line in html), *lines)
    return story


def interview(write: Writer, marks: Markup) -> Story:
    """Questions and answers."""
    dice = write.dice
    story = prose(write, marks, 1)
    form = dice.choice(
        ["<p><strong>{}</strong></p>", "<p><b>{}</b></p>", "<h3>{}</h3>", "<p><em>{}</em></p>", "<dt>{}</dt>"]
    )
    who, other = write.name(), write.name()
    has_names = dice.random() < 0.4
    for _ in range(dice.randrange(4, 16)):
        question = write.upper(write.clause(dice.randrange(4, 16))) + write.question.strip()
        answer = write.sentences(dice.choice([1, 2, 3, 4, 6]))
        if has_names:
            question, answer = f"{who}: {question}", f"{other}: {answer}"
        story.add(form.format(escape(question, quote=False)), question)
        story.add(f"<p>{inline(answer, marks, dice)}</p>", answer)
    return story


def with_table(write: Writer, marks: Markup) -> Story:
    """Prose with a table of results in it."""
    dice = write.dice
    story = prose(write, marks, dice.randrange(2, 5))
    rows, texts = [], []
    for place in range(1, dice.randrange(5, 20)):
        first = f"{write.digits(str(place))}. {write.name()} ({write.words(3)})"
        score = write.digits(f"{dice.randrange(9)}:{dice.randrange(60):02}")
        texts += [first, score]
        rows.append(f"<tr><td>{escape(first, quote=False)}</td><td>{score}</td></tr>")
    story.add(marks.part("table", "<tbody>" + "".join(rows) + "</tbody>", tag="table"), *texts)
    rest = prose(write, marks, dice.randrange(1, 4))
    story.texts += rest.texts
    story.pieces += rest.pieces
    story.is_whole = True
    return story


def with_list(write: Writer, marks: Markup) -> Story:
    """Prose around a long list."""
    dice = write.dice
    story = prose(write, marks, dice.randrange(1, 4))
    tag = dice.choice(["ul", "ol"])
    items = [
        write.sentence() if dice.random() < 0.5 else write.upper(write.words(dice.randrange(5, 14)))
        for _ in range(dice.randrange(6, 40))
    ]
    story.add(f"<{tag}>" + "".join(f"<li>{escape(item, quote=False)}</li>" for item in items) + f"</{tag}>", *items)
    rest = prose(write, marks, dice.randrange(1, 3))
    story.texts += rest.texts
    story.pieces += rest.pieces
    return story


def live(write: Writer, marks: Markup) -> Story:
    """A live blog: entries that begin with a time."""
    dice = write.dice
    story = prose(write, marks, 1)
    is_apart = dice.random() < 0.6
    has_headings = dice.random() < 0.5
    tag = marks.tag("entry")
    minutes = dice.randrange(900, 1400)
    for _ in range(dice.randrange(8, 40)):
        minutes = max(1, minutes - dice.randrange(1, 25))
        clock = write.digits(f"{minutes // 60:02}:{minutes % 60:02}")
        text = write.sentences(dice.choice([1, 2, 2, 3]))
        heading = write.upper(write.words(dice.randrange(4, 9))) if has_headings else ""
        head = f"<h3>{escape(heading, quote=False)}</h3>" if heading else ""
        texts = [heading, text] if heading else [text]
        if is_apart:
            inner = f"<div><time>{clock}</time></div>{head}<p>{escape(text, quote=False)}</p>"
            texts = [clock, *texts]
        else:
            texts[-1] = f"{clock} {text}"
            inner = f"{head}<p><b>{clock}</b> {escape(text, quote=False)}</p>"
        story.add(marks.part("entry", inner, tag=tag), *texts)
    story.page_type = "live"
    return story


def hard_wrapped(write: Writer, marks: Markup) -> Story:
    """Text broken at a common width, in `pre` or with breaks."""
    dice = write.dice
    width = dice.randrange(56, 80)
    texts = [write.sentences(dice.choice([2, 3, 4, 5])) for _ in range(dice.randrange(3, 12))]
    broken = [
        "\n".join(wrap(escape(text, quote=False), width, break_long_words=False, break_on_hyphens=False))
        for text in texts
    ]
    story = Story(texts, is_whole=True)
    if dice.random() < 0.5:
        story.pieces.append("<pre>" + "\n\n".join(broken) + "</pre>")
    else:
        story.pieces.append("<br><br>\n".join(text.replace("\n", "<br>\n") for text in broken))
    return story


FORMS: dict[str, Callable[[Writer, Markup], Story]] = {
    "short": short,
    "middling": middling,
    "brief": brief,
    "endless": endless,
    "poem": poem,
    "interview": interview,
    "table": with_table,
    "list": with_list,
    "live": live,
    "wrapped": hard_wrapped,
}
