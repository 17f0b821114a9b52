"""Where the model's decision is taken back: parts of a page that are not its story beyond doubt."""

from tasks.clean.label import other_parts
from tasks.clean.label.other_parts import kept
from tasks.clean.label.page import Named, PageLines
from tasks.clean.label.rescue import put_back
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.publisher_names import squeeze
from tasks.vocabulary import Action, Label, Reason

_SMALL_SHARE = 0.1  # of the kept words: more, and it is the story itself that is hidden
_TEMPLATE_WORDS = 3
_PULL_QUOTE_WORDS = (4, 45)
_REPEATED_WORDS = 8  # shorter lines recur in interviews, lists and refrains
_STORY_WORDS = 60
_ASIDE = 1 << TAG_CODES["aside"]


def overrule(page: PageLines) -> dict[int, Named]:
    """Take lines out of the story (in `page.is_story`), put some in, and return what they are, by line."""
    taken: dict[int, Named] = {}
    _templates(page, taken)
    _repeated(page, taken)
    if page.is_html:
        _later_articles(page, taken)
        _hidden(page, taken)
        _pull_quotes(page, taken)
    other_parts.take_out(page, taken)
    back = put_back(page, taken)
    for n in taken:
        page.is_story[n] = False
    for n in back:
        page.is_story[n] = True
    return taken | back


def _templates(page: PageLines, taken: dict[int, Named]) -> None:
    """Lines that stand on many pages of the site; `Q:` and the like recur in stories too, so words are asked for."""
    own = [n for n, inside in enumerate(page.is_story) if inside and n not in page.template]
    last = own[-1] if own else len(page.is_story)
    for n, (count, total) in page.template.items():
        if page.is_story[n] and page.words[n] >= _TEMPLATE_WORDS:
            likely = page.entry[n].group if n in page.entry else ""
            if likely in ("related", "comment", "footer", "navigation"):
                label = Label(likely)
            else:
                label = Label.FOOTER if n > last else Label.PROMO
            taken[n] = Named(label, Action.DROP, Reason.TEMPLATE_ON_SITE, f"{count} of {total} pages", 0.95)


def _repeated(page: PageLines, taken: dict[int, Named]) -> None:
    """A paragraph that stands twice in the story: pages for phones and desks print it once for each.

    A refrain stays: one paragraph again in the same element, apart from its first place and among other lines.
    """
    lines = kept(page, taken)
    keys = [page.key[n] for n in lines]
    seen: dict[int, int] = {}
    for at, n in enumerate(lines):
        if page.words[n] < _REPEATED_WORDS:
            continue
        first = seen.setdefault(keys[at], at)
        if first != at and not _is_refrain(page, lines, keys, first, at):
            taken[n] = Named(Label.PARAGRAPH, Action.DROP, Reason.DUPLICATE_IN_PAGE, None, 0.95)


def _is_refrain(page: PageLines, lines: list[int], keys: list[int], first: int, at: int) -> bool:
    """Whether the kept line at `at` says again what the one at `first` says, on purpose."""
    if at - first == 1:
        return False
    for step in (-1, 1):  # a run of several lines is a copy
        if first + step >= 0 and at + step < len(keys) and keys[first + step] == keys[at + step] != 0:
            return False
    a, b = lines[first], lines[at]
    if not page.is_html:  # no element tells a refrain from a table of contents, which is no sentence
        return page.is_end[b]
    return (page.classes[a], page.tags_around[a], page.article[a], page.tag[a]) == (
        page.classes[b], page.tags_around[b], page.article[b], page.tag[b],
    )  # fmt: skip


def _later_articles(page: PageLines, taken: dict[int, Named]) -> None:
    """Infinite scroll puts whole further stories below the first, each with a heading of its own.

    Sections of one story may be `article` elements with a heading, too; but they are shorter than stories, or lie amid the
    lines of the first.
    """
    h1 = TAG_CODES["h1"]
    by_article: dict[int, list[int]] = {}
    for n, number in enumerate(page.article):
        by_article.setdefault(number, []).append(n)
    headed = {page.article[n] for n in range(len(page.text)) if page.tag[n] == h1 and page.article[n] >= 0}
    first = min(headed, default=-1)
    later = {
        number for number in headed
        if number != first and by_article[number][0] > by_article[first][-1]
        and sum(page.words[n] for n in by_article[number]) >= _STORY_WORDS
    }  # fmt: skip
    if not later or sum(page.words[n] for n in kept(page, taken) if page.article[n] == first) < _STORY_WORDS:
        return
    for n in kept(page, taken):
        if page.article[n] in later:
            taken[n] = Named(Label.RELATED, Action.DROP, Reason.CONTAINER, "another article below", 0.95)


def _hidden(page: PageLines, taken: dict[int, Named]) -> None:
    """Parts that readers do not see; a story hidden as a whole waits for a script and stays."""
    story = kept(page, taken)
    inside = [n for n in story if page.classes[n] & class_words.HIDDEN]
    if inside and sum(page.words[n] for n in inside) <= _SMALL_SHARE * sum(page.words[n] for n in story):
        taken.update({n: Named(Label.PROMO, Action.DROP, Reason.HIDDEN, None, 0.85) for n in inside})


def _pull_quotes(page: PageLines, taken: dict[int, Named]) -> None:
    """Words of the story set again in large type beside it stand whole in one of its paragraphs."""
    story = kept(page, taken)
    if not any(page.tags_around[n] & _ASIDE for n in story):
        return
    plain = {n: squeeze(page.text[n]) for n in story}
    joined = "\n".join(plain.values())
    low, high = _PULL_QUOTE_WORDS
    for n in story:
        if low <= page.words[n] <= high and page.tags_around[n] & _ASIDE and plain[n] and joined.count(plain[n]) > 1:
            taken[n] = Named(Label.PARAGRAPH, Action.DROP, Reason.DUPLICATE_IN_PAGE, "a pull quote", 0.9)
