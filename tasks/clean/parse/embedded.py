"""Stories that a page holds only as data for its scripts: in JSON, in attributes, in templates, in text areas.

Sites that build their pages in the browser send the text in the state of the program (`__NEXT_DATA__`,
`window.__INITIAL_STATE__ = {...}`, chunks of React's server components), in an attribute (`srcdoc`, `data-content`)
or as markup that a script moves to its place. Only pages that show no story themselves are searched.
"""

import html
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tasks.clean.parse.shells import MIN_STORY_WORDS, is_sentence, paragraphs_of, word_count
from tasks.text.publisher_names import squeeze

MIN_DATA_WORDS = 30  # of sentences beside the page's own title, which a summary has too, but not in several paragraphs
MAX_SCRIPT_CHARS = 3_000_000  # of one page; states of real pages have 20,000 to 900,000
MAX_VALUES = 60  # JSON values that are read; a page has a handful, a server component one per line
MAX_NESTING = 3  # JSON in a string of JSON
MAX_NODES = 200_000  # of all values of a page
MIN_TITLE_CHARS = 6  # of a headline that both the page and its data have; a shorter one may be the name of the site
_MAIN_SHARE = 0.5  # of the prose words of a value: the part with more of them is the story
_KEY_SHARE = 0.1  # of the story's words: texts under a key with fewer are captions, summaries and notes
_SIDE_KEY = re.compile(r"related|comment|recommend|teaser|caption|bio|summary|description|excerpt|seo|meta|i18n|transl")
_OPENING_TAG = re.compile(r"<(script|textarea|noframes|xmp)\b([^<>]*)>", re.I)
_CLOSING_TAG = {name: re.compile(f"</{name}", re.I) for name in ("script", "textarea", "noframes", "xmp")}
_TEMPLATE_TYPE = re.compile(r"\btype\s*=\s*[\"']?text/(?!javascript|jsx|babel)", re.I)
_NO_STATE = re.compile(r"\bsrc\s*=|ld\+json", re.I)
_ATTRIBUTE = re.compile(r"""\s(?:srcdoc|props|:[\w-]+|data-[\w-]+)\s*=\s*(?:"([^"]{200,})"|'([^']{200,})')""")
_START = re.compile(r"""(?:^|[=(])\s*(?=[{\["'])""")  # of a value that is assigned, an argument, or all of a script
# of a script, up to the errors in it: each counts the lines above it; thousands would take hours, this many a second
_MAX_FAILED_CHARS = 100_000_000
_LONG_VALUE = 200  # characters; a shorter value holds no story
_OPENING = frozenset("{[")
_SINGLE_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'", re.S)
_NO_JSON = re.compile(r"(?<=[:,\[])\s*(?:undefined|void 0|NaN|!0|!1)(?=\s*[,}\]])")
_STATE = re.compile(r"window(?:\.|\[\")\w+(?:\"\])?\s*=")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)
_NAME = re.compile(r"([\w$]{1,40})\"?\s{0,3}:\s{0,3}$")
_NAME_CHARS = 60
_HEX_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
_CHUNK = re.compile(r"^[0-9a-f]{1,6}:(?:[A-Z]{0,2}(?=[\[{\"])|T[0-9a-f]+,)", re.M)
_BLOCK_TAG = re.compile(r"<(?:p|br|div|li|h[1-6]|blockquote)\b", re.I)
_DECODER = json.JSONDecoder(strict=False)
_TEXT_LEAVES = frozenset(("text", "span"))  # types of the pieces that editors cut a paragraph into
_PROPS = 3  # where an element of a React tree has its attributes and children: ["$", tag, key, {...}]
_PARAGRAPHS = frozenset(("p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"))
_MAX_INLINE_DEPTH = 20

Path = tuple[str | int, ...]


def find_story(page: str, titles: list[str]) -> list[str]:
    """The story that only the data of a page holds, as paragraphs; empty where there is none.

    `titles` are those that the page declares or shows. A text in JSON counts only beside one of them: states also hold
    stories of other pages, and all the messages of a program.
    """
    for fragment in _fragments(page):
        paragraphs = paragraphs_of([fragment])
        if len(paragraphs) > 1 and sum(word_count(text) for text in paragraphs if is_sentence(text)) >= MIN_STORY_WORDS:
            return paragraphs
    keys = {key for title in titles if len(key := squeeze(title)) >= MIN_TITLE_CHARS}
    if not keys:
        return []
    best: list[str] = []
    for value in _values(page):
        found = _story_of(value, keys)
        if sum(map(word_count, found)) > sum(map(word_count, best)):
            best = found
    return best


def _fragments(page: str) -> Iterator[str]:
    """Markup in attributes, and in elements that browsers show as they are or not at all."""
    for text in _attributes(page):
        if text[:1] not in _OPENING and len(_BLOCK_TAG.findall(text)) > 1:
            yield text
    for name, attributes, content in _raw_elements(page):
        if name != "script":
            yield html.unescape(content)
        elif _TEMPLATE_TYPE.search(attributes):
            yield content


def _attributes(page: str) -> Iterator[str]:
    return (html.unescape(found[1] or found[2]).strip() for found in _ATTRIBUTE.finditer(page))


def _raw_elements(page: str) -> Iterator[tuple[str, str, str]]:
    """The names, attributes and contents of elements whose content is not parsed; one that is not closed ends them."""
    position = 0
    while opening := _OPENING_TAG.search(page, position):
        name = opening[1].lower()
        closing = _CLOSING_TAG[name].search(page, opening.end())
        if not closing:
            return
        position = closing.end()
        yield name, opening[2], page[opening.end() : closing.start()]


def _values(page: str) -> Iterator[Any]:
    """The JSON values of a page's attributes and scripts, with those that are written as strings."""
    yield from filter(None, map(_decoded, islice(_attributes(page), MAX_VALUES)))
    yield from script_values(page)


def script_values(page: str) -> Iterator[Any]:
    """The JSON values of a page's scripts; the chunks of React's server components are one list."""
    left, chars = MAX_VALUES, MAX_SCRIPT_CHARS
    pushed: list[str] = []
    for name, attributes, content in _raw_elements(page):
        source = content[:chars]
        if name != "script" or len(source) < _LONG_VALUE or _NO_STATE.search(attributes):
            continue
        chars -= len(source)
        for value in _values_of(source):
            if isinstance(value, list) and value and isinstance(value[-1], str) and "__next_f" in source[:80]:
                pushed.append(value[-1])
                continue
            yield value
            left -= 1
            if left <= 0:
                return
    if pushed:
        yield list(_chunks("".join(pushed)))


def _values_of(source: str) -> list[Any]:
    """What a script assigns or passes on, or the whole script where that is JSON."""
    values, is_complete = _scan(source)
    if not is_complete and _NO_JSON.search(source):
        values, _ = _scan(_NO_JSON.sub("null", source))
    if not values and _STATE.search(source):
        values.append(_literals(source))
    return values


def _literals(source: str) -> list[dict[str, str]]:
    """The strings of a program's state that is not JSON, each with the name in front of it."""
    found = []
    for literal in islice(_LITERAL.finditer(source), MAX_NODES):
        if len(literal[1]) > 1:
            name = _NAME.search(source, max(0, literal.start() - _NAME_CHARS), literal.start())
            text = _decoded_literal(literal[0])
            found.append({name[1] if name else "": text})
    return found


def _decoded_literal(literal: str) -> str:
    try:
        text: str = _DECODER.raw_decode(_HEX_ESCAPE.sub(r"\\u00\1", literal).replace("\\'", "'"))[0]
    except ValueError:
        return ""
    return text


def _scan(source: str) -> tuple[list[Any], bool]:
    """The values in a script that are JSON, and whether all that look like it could be read."""
    values: list[Any] = []
    is_complete = True
    text = source.strip()
    position = failed_chars = 0
    while failed_chars < _MAX_FAILED_CHARS and (start := _START.search(text, position)):
        position = max(start.end(), 1)
        if text[start.end()] == "'":
            quoted = _SINGLE_QUOTED.match(text, position)
            if not quoted:
                break
            position = quoted.end()
            value = quoted[1].replace("\\'", "'").replace("\\\\", "\\")
        else:
            try:
                value, position = _DECODER.raw_decode(text, start.end())
            except json.JSONDecodeError as error:
                is_complete &= error.pos - start.end() < _LONG_VALUE
                failed_chars += error.pos
                continue
            except RecursionError:
                failed_chars += position
                continue
        if position - start.end() >= _LONG_VALUE:
            values.append(value)
    return values, is_complete


def _decoded(text: str) -> Any:
    """The JSON value that a string holds; None for any other string."""
    try:
        return _DECODER.raw_decode(text)[0] if text[:1] in _OPENING else None
    except (ValueError, RecursionError):
        return None


def _chunks(payload: str) -> Iterator[Any]:
    """The values of a stream of server components: one per line, texts with their length in bytes before them."""
    starts = list(_CHUNK.finditer(payload))
    for match, after in zip(starts, [*starts[1:], None], strict=True):
        body = payload[match.end() : after.start() if after else len(payload)].strip()
        yield (None if "T" in match[0] else _decoded(body)) or body


def _story_of(value: Any, titles: set[str]) -> list[str]:
    """The text of the part of a JSON value that has most of its prose, if a title of the page is there too."""
    strings: list[tuple[Path, str]] = []
    _collect(value, (), strings, 0)
    if not any(squeeze(text[:300]) in titles for _, text in strings):
        return []
    prose = [(path, text, _prose_words(text)) for path, text in strings if not _is_beside(path)]
    main = _main_path([(path, words) for path, _, words in prose if words])
    inside = [(path, text, words) for path, text, words in prose if path[: len(main)] == main]
    by_key: dict[str, float] = {}
    for path, _, words in inside:
        by_key[_key(path)] = by_key.get(_key(path), 0) + words
    total = sum(by_key.values())
    if total < MIN_DATA_WORDS:
        return []
    kept = [n for n, (path, _, words) in enumerate(inside) if words and by_key[_key(path)] >= _KEY_SHARE * total]
    lines = [inside[n][1] for n in range(kept[0], kept[-1] + 1) if by_key[_key(inside[n][0])] >= _KEY_SHARE * total]
    paragraphs: list[str] = []
    seen: set[str] = set()
    for line in lines:
        for text in paragraphs_of([line], 0):
            if text not in seen and any(map(str.isalnum, text)):
                seen.add(text)
                paragraphs.append(text)
    return paragraphs if len(paragraphs) > 1 or total >= MIN_STORY_WORDS else []


def _is_beside(path: Path) -> bool:
    return any(isinstance(step, str) and _SIDE_KEY.search(step.lower()) for step in path)


def _key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _main_path(prose: list[tuple[Path, float]]) -> Path:
    """The path down to the smallest part of a value that has most of its prose."""
    main: Path = ()
    while True:
        size = len(main)
        shares: dict[str | int, float] = {}
        for path, words in prose:
            if len(path) > size:
                shares[path[size]] = shares.get(path[size], 0) + words
        if not shares:
            return main
        step = max(shares, key=lambda step: shares[step])
        if shares[step] < _MAIN_SHARE * sum(words for _, words in prose):
            return main
        if isinstance(step, int) and sum(1 for words in shares.values() if words) > 1 and not _is_record(prose, main):
            return main  # a list of paragraphs, one of them a long one
        main = (*main, step)
        prose = [(path, words) for path, words in prose if path[: size + 1] == main]


def _is_record(prose: list[tuple[Path, float]], main: Path) -> bool:
    """Whether the items of a list hold several texts each, as whole stories do, and paragraphs do not."""
    items: dict[str | int, int] = {}
    for path, _ in prose:
        if len(path) > len(main):
            items[path[len(main)]] = items.get(path[len(main)], 0) + 1
    return max(items.values(), default=0) > 2


def _prose_words(text: str) -> float:
    """The words of a text's sentences; 0 for names, addresses, code and single phrases."""
    if _BLOCK_TAG.search(text):
        return sum(word_count(line) for line in paragraphs_of([text], 0) if is_sentence(line))
    return word_count(text) if is_sentence(text) and "{" not in text else 0


def _collect(value: Any, path: Path, strings: list[tuple[Path, str]], nesting: int) -> None:
    """Add all strings of a JSON value with their paths; a string that is JSON again is read as such."""
    if len(strings) >= MAX_NODES or len(path) > 200:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            _collect(item, (*path, str(key)), strings, nesting)
    elif isinstance(value, list):
        _collect_list(value, path, strings, nesting)
    elif isinstance(value, str):
        if nesting < MAX_NESTING and (inner := _decoded(value)):
            _collect(inner, path, strings, nesting + 1)
        elif value:
            strings.append((path, value))


def _collect_list(items: list[Any], path: Path, strings: list[tuple[Path, str]], nesting: int) -> None:
    if whole := _joined_leaves(items):
        strings.append(((*path, "text"), whole))
    elif len(items) > _PROPS and items[0] == "$" and isinstance(items[_PROPS], dict):  # an element of a React tree
        children = items[_PROPS].get("children")
        if items[1] in _PARAGRAPHS:
            strings.append(((*path, "children"), "".join(_texts(children, 0))))
        else:
            _collect(children, (*path, "children"), strings, nesting)
    else:
        for n, item in enumerate(items):
            _collect(item, (*path, n), strings, nesting)


def _texts(children: Any, depth: int) -> Iterator[str]:
    """The text in the children of an element of a React tree."""
    if isinstance(children, str):
        yield children
    elif isinstance(children, list) and depth < _MAX_INLINE_DEPTH:
        is_element = len(children) > _PROPS and children[0] == "$" and isinstance(children[_PROPS], dict)
        for item in [children[_PROPS].get("children")] if is_element else children:
            yield from _texts(item, depth + 1)


def _joined_leaves(items: list[Any]) -> str:
    """The text of a paragraph that an editor has cut into pieces of one format; empty for any other list."""
    pieces = [
        item["text"]
        for item in items
        if isinstance(item, dict)
        and isinstance(item.get("text"), str)
        and (item.get("type", item.get("_type")) in _TEXT_LEAVES)
    ]
    return "".join(pieces) if len(pieces) > 1 and len(pieces) == len(items) else ""
