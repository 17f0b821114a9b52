"""Headlines that no editor wrote: without spaces, cut within a character, or of a test of variants."""

import re

from tasks.extract.damage.evidence import Evidence, Story, excerpt
from tasks.text.scripts import COMPARED_LETTERS, char_class

_INNER_CAPITAL = re.compile(r"[a-zß-öø-ÿа-яё][A-ZÀ-ÖØ-ÞА-ЯЁ]")
_LONG_CHARS = 32
_GLUED_CHARS, _INNER_CAPITALS_MIN = 20, 3  # a hashtag or the name of a program has fewer
_ONE_WORD = re.compile(r"[\wÀ-ɏЀ-ӿ.,:;!?’'“”«»„-]{32,}")  # longer than any word of a headline
_DENSE = re.compile(f"[{char_class(COMPARED_LETTERS)}\uac00-\ud7af\u0e00-\u0e7f]")  # scripts without spaces
_BY = re.compile(r"\W(?:by|von|par|por|di|da|av|af|door|autor|text|автор)\W{1,2}$", re.I)  # before the author's name
_VARIANT = re.compile(
    r"""
    ^\W? (?: variant[ea]? | version | vers[ãi][oó]n | test | ab[-_ ]?test | headline | hl | draft | entwurf | brouillon
      | borrador | bozza | rascunho | utkast | черновик | вариант | тест )
      (?: [-_ ]? (?: [a-d] | hl | [ivx]{1,3} | \d{1,2} ) ){0,3} \s? [\]:|–—] | ^A/B\b (?: \s? \d{1,3}\ ?% )? \s? [-–—:|]
    | [-–—|\[(]\s? (?: variant[ea]? | test | ab[-_ ]?test ) [-_ ]? (?: [a-d] | \d{1,2} ) [\])]? $
    """,
    re.I | re.X,
)
_SIGN_RUN = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]{3}")
_REPLACED = "\ufffd"


def find_odd_headline(story: Story) -> Evidence | None:
    """A headline whose words stick together, or that is cut within a character, or with what is not its own."""
    title = story.title
    is_glued = (
        len(title) >= _GLUED_CHARS and " " not in title and len(_INNER_CAPITAL.findall(title)) >= _INNER_CAPITALS_MIN
    )
    if not title.isascii() and _SIGN_RUN.search(title):
        return Evidence(None, excerpt(title))
    is_one_word = len(title) >= _LONG_CHARS and " " not in title and _ONE_WORD.fullmatch(title)
    if (is_one_word and not _DENSE.search(title)) or any(_is_signed(title, author) for author in story.authors):
        return Evidence(None, excerpt(title))
    if is_glued or _REPLACED in title or _VARIANT.search(title):
        return Evidence(None, excerpt(title))
    return None


def _is_signed(title: str, author: str) -> bool:
    """Whether a headline ends with a byline of its author."""
    return " " in author and title.endswith(author) and bool(_BY.search(title[: -len(author)]))
