"""Text that is not read from line to line as it stands: columns beside each other, numbered lines, frames.

`pdftotext -layout` and text browsers print the columns of a page side by side; court records and bills number their
lines; converters draw a frame around a layout table, and some put an empty line between all lines. Only the form
decides: the parts of the lines must read on downwards, in the middle of sentences. Tables, lists and menus do not, and
stay as they are.
"""

import re
from collections import Counter
from collections.abc import Sequence

_MIN_LINES = 5  # with text on both sides, or with a number; fewer are alike by chance
_MIN_SHARE = 0.3  # of the lines beside a gap that have text on both sides: one column may be longer
_MIN_WORDS, _MIN_CHARS = 1.8, 14.0  # of a part of a line, on average; the cells of a table are shorter
_SIDEBAR_CHARS = 40.0  # of the text beside a menu, on average: it is the wide column
_MAX_AT_START = 0.5  # of a menu's entries, beside the start of a sentence; all of a transcript's names are
_MIN_LOWER = 0.35  # of the parts that start with a cased letter; German, which has most capitals, has 0.45
_MIN_CAPITALS_LESS = 3.2  # words of a part in scripts without capitals
_MAX_ENDS = 0.55  # of the parts, with a mark at the end; a list of sentences has nearly all
_MIN_MARKS = 0.25  # of the parts, with a comma or an end of a sentence; lists of words have none
_MAX_DIGITS = 0.2  # of the parts, that start with a digit
_MIN_LETTERS = 0.8  # of the parts in a script without capitals, and of the entries of a menu, start with a letter
_MAX_COLUMNS = 4
_MAX_PLACE = 300  # columns; no page is printed as wide
_MIN_NUMBERED = 8
_NUMBERED_SHARE = 0.95  # of the lines from the first numbered one to the last
_SHORT_END = 0.75  # of a column's width: a line that ends so early with a full stop ends its paragraph
_MAX_INDENT = 5  # of the first line of a paragraph
_INDENT = 1  # columns; the first line of a paragraph starts further right
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_END = re.compile(r"[.!?…。！？।؟۔։:][\"'”’»“‘)\]」』]*$")
_RIGHT_TO_LEFT = re.compile("[\u05d0-\u08ff]")
_COMMAS = ",،、，;؛"
_NUMBERED = re.compile(r"\s*(\d{1,4})(?:$|\s{1,8}(.*))")
_HYPHENATED = re.compile(r"[^\W\d_]{2}[-\u2010\u00ad]$")
_FRAMED = re.compile(r"\s*[|│║┃]([^|│║┃]*)[|│║┃]\s*$")
_FRAME_RULE = re.compile(r"\s*[|+│║┃┌┐└┘├┤╔╗╚╝╠╣][-=+─━═┬┴┼╦╩╬ |│║┃┐┘┤╗╝╣]*\s*$")
_FRAME_SIDES = ("|", "│", "║", "┃")
_MAX_LINES = 200_000  # at 3 microseconds each; a book has 10,000 to 20,000
_FRAMED_SHARE = 0.9  # of the lines with text from the first framed one to the last


def unfolded(lines: list[str]) -> list[str]:
    """The lines of a text, with columns below each other, each paragraph in one line, and without line numbers
    and frames.

    A text without any of these, or of more lines than a page has, is returned as it is, the same list.
    """
    if len(lines) > _MAX_LINES:
        return lines
    lines = _without_frame(_without_numbers(lines))
    if sum("  " in line for line in lines) < _MIN_LINES:
        return lines
    return _below_each_other(lines, _MAX_COLUMNS)


def _without_frame(lines: list[str]) -> list[str]:
    """The lines without the frame of a table of one column around them; the same list if there is none."""
    framed = [n for n, line in enumerate(lines) if line.lstrip()[:1] in _FRAME_SIDES and _FRAMED.match(line)]
    if len(framed) < _MIN_NUMBERED:
        return lines
    start, end = framed[0], framed[-1] + 1
    rules = [n for n in range(max(start - 1, 0), min(end + 1, len(lines))) if _FRAME_RULE.match(lines[n])]
    filled = sum(bool(line.strip()) for line in lines[start:end])
    if len({*framed, *rules} & set(range(start, end))) < _FRAMED_SHARE * filled:
        return lines
    inside = dict.fromkeys(rules, "") | {n: match[1] for n in framed if (match := _FRAMED.match(lines[n]))}
    return [inside.get(n, line) for n, line in enumerate(lines)]


def is_double_spaced(gaps: Sequence[int]) -> bool:
    """Whether one empty line is between nearly all lines, as `gaps` counts them: then it says nothing."""
    inner = gaps[1:]
    return len(inner) >= _MIN_NUMBERED and sum(gap == 1 for gap in inner) >= _NUMBERED_SHARE * len(inner)


def _below_each_other(lines: list[str], columns: int) -> list[str]:
    """The lines, with the parts on both sides of a gap below each other wherever both read on downwards."""
    result: list[str] = []
    at = 0  # the lines before it are in the result
    for start, end, place in _gaps(lines) if columns > 1 else []:
        if start < at:
            continue
        left = [line[:place].rstrip() for line in lines[start:end]]
        right = [line[place:].rstrip() for line in lines[start:end]]
        if _reads_on(left) and _reads_on(right):
            parts = [_outdented(left), *_split(_outdented(right), columns - 1)]
            below = _joined_columns(parts[::-1] if _is_right_to_left(parts[0]) else parts)
        elif _is_beside_text(left, right):
            below = [*left, "", *_joined_columns([_outdented(right)])]
        elif _is_beside_text(right, left):
            below = [*_joined_columns([_outdented(left)]), *right]
        else:
            continue
        result += [*lines[at:start], "", *below, ""]
        at = end
    return [*result, *lines[at:]] if at else lines


def _split(lines: list[str], columns: int) -> list[list[str]]:
    """The columns within a part of the page, which may have further gaps."""
    for start, end, place in _gaps(lines) if columns > 1 else []:
        left = [line[:place].rstrip() for line in lines[start:end]]
        right = [line[place:].rstrip() for line in lines[start:end]]
        if _reads_on(left) and _reads_on(right):
            return [lines[:start] + _outdented(left), *_split(_outdented(right) + lines[end:], columns - 1)]
    return [lines]


def _gaps(lines: list[str]) -> list[tuple[int, int, int]]:
    """Parts of the text where a place between two columns is empty: first line, line after the last, place."""
    places = Counter(match.end() for line in lines for match in _GAP.finditer(line, 0, _MAX_PLACE))
    # the first lines of paragraphs are indented, so they count for the place where the others start
    near = {place: sum(places[place + step] for step in range(_MAX_INDENT + 1)) for place in places}
    candidates = [place for place, _ in places.most_common(_MAX_COLUMNS) if near[place] >= _MIN_LINES]
    found: list[tuple[int, int, int]] = []
    for place in sorted(candidates):
        start = 0
        for n, line in enumerate([*lines, None]):
            if line is not None and not line[max(place - 2, 0) : place].strip():
                continue
            part = lines[start:n]
            both = sum(1 for text in part if text[:place].strip() and text[place:].strip())
            filled = sum(1 for text in part if text.strip())
            if both >= _MIN_LINES and both >= _MIN_SHARE * filled:
                found.append((*_trimmed(lines, start, n, place), place))
            start = n + 1
    return sorted(found)


def _trimmed(lines: list[str], start: int, end: int, place: int) -> tuple[int, int]:
    """The part without the lines above the columns, e.g. a headline that ends before the gap, and empty lines."""
    first = next(n for n in range(start, end) if lines[n][:place].strip() and lines[n][place:].strip())
    while not lines[end - 1].strip():
        end -= 1
    return first, end


def _reads_on(parts: list[str]) -> bool:
    """Whether the parts of lines, read downwards, are running text."""
    filled = [part.strip() for part in parts if part.strip()]
    count = len(filled)
    if count < _MIN_LINES:
        return False
    words = sum(len(text.split()) for text in filled) / count
    if words < _MIN_WORDS or sum(map(len, filled)) < _MIN_CHARS * count:
        return False
    ends = sum(_END.search(text) is not None for text in filled)
    marks = ends + sum(any(mark in text for mark in _COMMAS) for text in filled)
    if not ends or ends > _MAX_ENDS * count or marks < _MIN_MARKS * count:
        return False
    if sum(text[0].isdigit() for text in filled) > _MAX_DIGITS * count:
        return False
    cased = [text[0] for text in filled[1:] if text[0].lower() != text[0].upper()]
    if len(cased) < _MIN_SHARE * count:
        return words >= _MIN_CAPITALS_LESS and sum(text[0].isalpha() for text in filled) >= _MIN_LETTERS * count
    return sum(letter.islower() for letter in cased) >= _MIN_LOWER * len(cased)


def _is_right_to_left(lines: list[str]) -> bool:
    """Whether the first column is the one on the right."""
    text = "".join(lines)
    return len(_RIGHT_TO_LEFT.findall(text)) * 2 > sum(map(str.isalpha, text))


def _is_beside_text(menu: list[str], text: list[str]) -> bool:
    """Whether a column of short entries, e.g. a menu, is beside running text and does not belong to its lines."""
    filled = [part.strip() for part in text if part.strip()]
    entries = [n for n, part in enumerate(menu) if part.strip()]
    titles = [part.strip()[0] for part in menu if part.strip()]
    is_menu = sum(letter.isalpha() and not letter.islower() for letter in titles) >= _MIN_LETTERS * len(titles)
    if (
        len(entries) < _MIN_LINES
        or not is_menu
        or not _reads_on(text)
        or sum(map(len, filled)) < _SIDEBAR_CHARS * len(filled)
    ):
        return False
    at_start = sum(1 for n in entries if text[n].strip() and (not n or not text[n - 1].strip()))
    return at_start <= _MAX_AT_START * len(entries)


def _outdented(parts: list[str]) -> list[str]:
    """The parts without the white space that all but the first lines of paragraphs have in common."""
    indents = sorted(len(part) - len(part.lstrip()) for part in parts if part.strip())
    base = indents[len(indents) // 4] if indents else 0  # of two lines at least one continues a paragraph
    return [part[min(base, len(part) - len(part.lstrip())) :] for part in parts]


def _joined_columns(columns: list[list[str]]) -> list[str]:
    """The paragraphs of columns, with an empty line between them; one may run over from a column to the next."""
    paragraphs: list[str] = []
    for column in columns:
        width = max(map(len, column), default=0)
        is_open = bool(paragraphs) and not _END.search(paragraphs[-1])
        for line in column:
            text = " ".join(line.split())
            if not text:
                is_open = False
                continue
            is_indented = len(line) - len(line.lstrip()) > _INDENT
            if is_open and not is_indented:
                above = paragraphs[-1]
                is_divided = text[0].islower() and _HYPHENATED.search(above) is not None
                paragraphs[-1] = above[:-1] + text if is_divided else f"{above} {text}"
            else:
                paragraphs.append(text)
            is_open = not (_END.search(text) and len(line) < _SHORT_END * width)
    return [line for text in paragraphs for line in (text, "")]


def _without_numbers(lines: list[str]) -> list[str]:
    """The lines without numbers before them, where they count the lines and the text reads on from line to line."""
    filled = [n for n, line in enumerate(lines) if line.strip()]
    if not any(_NUMBERED.match(lines[n]) for n in filled[: len(filled) // 2 + 1 : 4]):
        return lines
    matches = {n: match for n in filled if (match := _NUMBERED.match(lines[n]))}
    if len(matches) < _MIN_NUMBERED:
        return lines
    first, last = min(matches), max(matches)
    spanned = [n for n in filled if first <= n <= last]
    numbers = [int(matches[n][1]) for n in spanned if n in matches]
    is_counted = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    texts = [matches[n][2] or "" for n in spanned if n in matches]
    if not is_counted or len(numbers) < _NUMBERED_SHARE * len(spanned) or not _reads_on(texts):
        return lines
    return [(matches[n][2] or "") if n in matches else line for n, line in enumerate(lines)]
