"""Lines that different stories of a site have in common: they were written for the page, not for the story."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

_PAGES_MIN, _PAGES_SHARE = 3, 0.12  # of a site's pages: two stories may have one sentence by chance
_SAMPLE_PAGES, _LINES_MAX = 50, 50  # from which the lines are known, and lines: enough for what a template adds
_LINE_BYTES = 8  # in UTF-8; a shorter line may be a heading such as Sport
_SENTENCE_BYTES = 24  # of a line that no two stories have by chance; several shorter ones are none of a story, either
_SHORT_LINES_MIN = 2
_OWN_SHARE = 0.6  # of the lines of the stories with one line: of versions of one story most are the same


def lines_of(text: str) -> frozenset[str]:
    """The paragraphs of a text that are long enough to be compared."""
    return frozenset(one for one in text.split("\n\n") if len(one) * 4 >= _LINE_BYTES and _size(one) >= _LINE_BYTES)


def find_shared_lines(texts: Sequence[Collection[str]]) -> dict[str, list[int]]:
    """The pages with lines that other stories of the site have, by the longest of those lines."""
    sample = texts[:_SAMPLE_PAGES]
    counts = Counter(line for text in sample for line in text)
    least = max(_PAGES_MIN, _PAGES_SHARE * len(sample))
    often = sorted((-count, line) for line, count in counts.items() if count >= least)[:_LINES_MAX]
    shared = {line for _, line in often if not _is_of_versions(line, sample)}
    found: dict[str, list[int]] = defaultdict(list)
    for page, text in enumerate(texts) if shared else ():
        own = sorted((line for line in text if line in shared), key=lambda line: (_size(line), line))
        if own and (_size(own[-1]) >= _SENTENCE_BYTES or len(own) >= _SHORT_LINES_MIN):
            found[own[-1]].append(page)
    return found


def _is_of_versions(line: str, texts: Sequence[Collection[str]]) -> bool:
    """Whether the texts with a line are versions of one story, which have most lines in common."""
    owners = [text for text in texts if line in text]
    different = len({one for text in owners for one in text})
    return different < _OWN_SHARE * sum(map(len, owners))


def _size(line: str) -> int:
    return len(line.encode("utf-8", "surrogatepass"))
