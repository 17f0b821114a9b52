"""Pages of given lines for the tests of the rules that label lines, with the model's decision on the story given."""

from tasks.clean.label.page import PageLines
from tasks.clean.label.rules import label_line, open_view
from tasks.clean.model import lexicon
from tasks.clean.model.words import count_words, phrase_hashes
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action

PARAGRAPHS = [
    "The ropeworks at Tallow Quay will weave sails again from the spring, its new owners said on Monday morning.",
    "Nobody had worked in the long shed since the fire of four years ago, and the roof was about to come down.",
    "Two sisters from the next valley bought it for the price of a small car and have cleared it with their friends.",
    "“We found looms under the soot that only wanted oil and patience,” said the elder of them, Bettina Aldous.",
    "The harbour office has promised them its next order, which would keep six people busy until the late summer.",
    "A school for sailmakers is to follow, if the county agrees to pay for the teachers in the first two years.",
]


def page(
    lines, *, is_html=True, tags=None, classes=None, around=None, article=None, linked=(), outside=(), chance=None
):
    """A page of these lines, all of them in the story except those in `outside`; all arguments are by line number."""
    size = len(lines)
    words = [float(len(line.split())) for line in lines]
    keys = phrase_hashes(lines)[0].tolist()
    code = {n: TAG_CODES[tag] for n, tag in (tags or {}).items()}
    ends = [line.rstrip("”\"')")[-1:] in ".!?" for line in lines]
    return PageLines(
        text=list(lines),
        key=keys,
        has_digit=[any(c.isdigit() for c in line) for line in lines],
        is_story=[n not in outside for n in range(size)],
        chance=[(chance or {}).get(n, 0.95) for n in range(size)],
        entry=lexicon.find(list(lines), count_words(list(lines))),
        words=words,
        is_good=[end and count >= 12 for end, count in zip(ends, words, strict=True)],
        is_end=ends,
        has_colon=[":" in line for line in lines],
        blank_before=[0] * size,
        copies=[1.0] * size,
        cohesion=[0.5] * size,
        link_share=[1.0 if n in linked else 0.0 for n in range(size)],
        tag=[code.get(n, TAG_CODES["p"] if is_html else 0) for n in range(size)],
        classes=[(classes or {}).get(n, 0) for n in range(size)],
        tags_around=[sum(1 << TAG_CODES[tag] for tag in (around or {}).get(n, ())) for n in range(size)],
        article=[(article or {}).get(n, -1) for n in range(size)],
        is_html=is_html,
    )


def labels_of(lines, **facts):
    """The label of each line, by its text; of lines that recur, the last one's."""
    view = open_view(page(lines, **facts))
    return {line: label_line(view, n) for n, line in enumerate(lines)}


def kept(lines, **facts):
    """The lines that are kept."""
    view = open_view(page(lines, **facts))
    return [line for n, line in enumerate(lines) if label_line(view, n).action is Action.KEEP]
