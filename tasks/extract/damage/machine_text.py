"""Text that a machine wrote for a machine: code, markup, templates and encodings, known by form in every language."""

import re
from collections import Counter

from tasks.extract.damage.evidence import Evidence, Story, excerpt
from tasks.extract.damage.literals import sought
from tasks.extract.damage.messages import message_at

_CODE_CHARS = "{}[]=;<>\\"
_CODE_CHARS_MIN, _CODE_SHARE = 6, 0.06  # of a paragraph without spaces; prose has less than 0.01
_CODE_SIGNS_MIN = 3  # of a form that prose has not
_CODE_CHAR_KINDS = 3  # fewer may be a formula, or a pattern of arrows or brackets
_DRAWING_STARTS = sought(*(f"{letter}{digit}" for letter in "Mm" for digit in range(10)))
_DRAWING = re.compile(r"(?:[A-Za-z]?[ ,]?-?\d{0,5}\.\d{1,6}[ ,]?[A-Za-z]?){10}")
_NAME = re.compile(r"[a-z\d]{1,20}(?:[-_:/=.\[][a-z\d\[\]%]{1,20}){1,6}")  # md:w-1/2, max_age=31536000
_NAMES_MIN, _NAMES_SHARE, _NAME_LINES_MIN = 3, 0.5, 2  # in a line, of its words, lines
# forms that prose has not at any length; every repeat has a bound, so that a megabyte without a space takes no minutes
_CODE = re.compile(
    r"""
    (?<![\w.\#-]) [\w.\#-]++ \s{0,9} \{ \s{0,9} [a-z-]{1,40} \s{0,9} : [^{}]{1,80} [;}]      # .lead { color: red; }
    | \bfunction \s{0,9} \w{0,60} \s{0,9} \( [^()]{0,60} \) \s{0,9} \{                       # function gtag() {
    | \b(?: window | document | dataLayer | jQuery | \$ ) (?: \.\w{1,60} ){0,6} \s{0,9} [(=.\[] [^\s]{0,40} [;)\]=]
    | \b(?: var | let | const ) \s+ \w+ \s* = \s* [\w\["'({]
    | \) \s* => \s* \{ | \|\| \s* \[\]
    | [{,\[] \s* ["'] [\w@$-]{1,40} ["'] \s* : \s* (?: ["'\[{\d-] | true | false | null )   # {"id": 24
    | \[ \[ \d{2,4} , \s* \d{2,4} \]                                # [[300,250]
    | \bdiv-gpt-ad\b | \bgoogletag\. | \badsbygoogle\b
    """,
    re.X,
)
TAG = re.compile(
    r"</?(?:p|div|span|a|b|i|u|em|strong|br|img|ul|ol|li|h[1-6]|table|tr|td|script|style|iframe|blockquote|figure|font)"
    r"(?:\s+[\w-]+\s*=[^<>]*|\s*/?)>|<!--|-->|<!\[CDATA\["
    r"|\[/(?:b|i|u|url|img|quote|caption|embed|vc_row|vc_column)\]|\[\w+ [\w-]+=[“\"'\w][^\[\]]{0,600}\]"
    r"|\[(?:url|img|quote|size|color|font)=[^\[\]]{1,200}\]",
    re.I,
)
_TAG_SIGNS = sought("[/", "-->")  # what a tag has that has no <, unless it has both [ and =
_MARKUP_MIN = 3  # fewer are what a story about the Web names; one at the start of a paragraph is enough
_ENTITIES_MIN = 2
ENTITY = re.compile(r"&(?:amp;)*(?:[a-z]{2,8}\d{0,2}|#\d{2,6}|#x[0-9a-f]{2,5});", re.I)
_BARE_ENTITY = re.compile(
    r"(?<!&)(?:\b(?:quot|nbsp|amp|apos|[lr][ds]quo|[mn]dash|hellip);|#(?:8\d{3}|39|34|160|0\d{2});)"
)
_ENTITY_NAMES = ("quot", "nbsp", "amp", "apos", "quo", "dash", "ellip")
_MARKDOWN = re.compile(
    r"""
    !?\[ [^\[\]]{0,200} \] \( (?: https?:/ | / | \# | mailto: ) [^\s()]{0,300} \)   # [text](https://site)
    | (?<![\w*]) \*\* (?=\S) [^*\n]{1,120} (?<=\S) \*\* (?!\*)
    | (?<![\w_]) __ (?=\w) [^_\n]{1,60} \s [^_\n]{1,60} (?<=\S) __ (?!\w)
    | (?: ^ | \n ) \#{2,6} \s+ \S
    | (?: ^ | \n ) \| (?: \s? [^|\n]{0,60} \w [^|\n]{0,60} \| ){2,}
    | ```
    | \[\[ [^\[\]\n]{1,200} \]\] | (?<!') ''' (?=\w) [^'\n]{1,120} (?<=\S) ''' (?!')     # [[link|text]] of a wiki
    | (?: ^ | \n ) ={2,5}\  [^=\n]{1,100} \ ={2,5} (?= \n | $ )
    | \\ [a-z]{2,20} (?: \[ [^\[\]\n]{0,60} \] )? \{ [^{}\n]{0,200} \}                      # \emph{of LaTeX}
    | (?: ^ | \n ) \.\.\  [a-z][\w-]{2,20} ::                                             # .. image:: of Sphinx
    """,
    re.X,
)
# each of its forms has one of these, or both a backslash and a brace
_MARKDOWN_SIGNS = sought("**", "](", "__", "```", "\n##", "\n|", "[[", "'''", "\n==", "\n.. ")
_QUOTE_MARKS = (">", "+ ", "| ", "# ")  # before each paragraph
_QUOTED_MIN, _QUOTED_SHARE = 3, 0.4
_MARKDOWN_MIN = 2  # a single mark may be a typing error or a footnote
TEMPLATE = re.compile(
    r"""
    \{\{ \s* [^{}\n]{1,80} \}\} | \{% [^{}\n]{1,80} %\} | <%=? [^<>\n]{1,80} %> | \$\{ [\w.]{1,40} \}
    | %% [A-Z_]{2,40} %% | \#\{ [\w.]{1,40} \} | \[object\ Object\] | %\( \w{1,30} \)s | \*\| [A-Z_]{2,30} \|\*
    | \b(?: [Ll]orem\ ipsum\ dolor | consectetur\ adipisc | [Dd]uis\ aute\ irure | [Ee]xcepteur\ sint
    | [Uu]t\ enim\ ad\ minim | sunt\ in\ culpa\ qui )
    """,
    re.X,
)
_TEMPLATE_SIGNS = sought("%%", "%(", "<%", "[object Object]", "*|")
_FILLER = sought("orem ipsum", "ectetur adip", "uis aute irure", "xcepteur sint", "t enim ad minim", "unt in culpa qui")
_UNDEFINED = re.compile(r"(?<![A-Za-z])(?:undefined|NaN)(?![A-Za-z])")
_UNDEFINED_OR_NULL = re.compile(r"(?<![A-Za-z])(?:undefined|NaN|null)(?![A-Za-z])")
_NULL_IS_ZERO = frozenset("de da no nb nn sv".split())  # languages
_NO_VALUES = sought("undefined", "NaN", "null")
_UNDEFINED_MIN = 3  # fewer may be words of the story
_FORMAT = re.compile(r"(?<![\w%])%(?:\d\$)?[sd@](?![A-Za-z])|\{(?:\d|[a-z][a-z_.]{1,30})\}")  # %s, {0}, {name}
_FORMAT_SIGNS = sought("%s", "%d", "%@", "$s", "$d", "$@")
_FORMATS_MIN = 3
_BLANK = re.compile(r"\[[^\W\d_][^\[\]\n]{1,30}\]")  # [name]
_BLANKS_MIN, _BLANKS_SHARE = 4, 0.02  # of one spelling, and of the words; fewer are additions to quotes, or references
_HIDDEN = re.compile(
    r"(?<![*])[*]{3,8}(?![*])|(?<!#)#{3,12}(?!#)|(?<!_)_{3,20}(?!_)|#(?:REF|DIV/0|VALUE|NAME\?)!?|#N/A|#NV|#WERT!"
)  # also errors of spreadsheets
_HIDDEN_SIGNS = sought("***", "###", "___", "#REF", "#DIV/0", "#VALUE", "#NAME", "#N/A", "#NV", "#WERT!")
_HIDDEN_MIN = 5
_KEY = re.compile(r"[a-z]\w{1,30}(?:\.[a-z_]\w{1,30}){2,6}|[A-Z]{2,20}(?:_[A-Z\d]{2,20}){2,6}")  # article.label.more
_KEYS_MIN = 2
_BASE64 = re.compile(r"data:[a-z]+/[\w.+-]{2,40};base64,|(?<![\w/.-])(?=[A-Za-z+/]{0,80}\d)[A-Za-z\d+/]{100,}={0,2}")
_DATA_ADDRESS = sought(";base64,")
_MANY_BASE64 = b"0" * 100  # found many times as fast as the pattern
_BASE64_AS_ZERO = bytes(
    ord("0") if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "+/") else code for code in range(256)
)
_PERCENT = re.compile(r"(?<!\S)\S*?(?:%[0-9A-F]{2}\S*?){2}", re.I)
_PERCENT_BYTE = re.compile(r"%[0-9A-F]{2}", re.I)  # two of these are in each match, and no per cent sign of prose
_ESCAPED = re.compile(r"\\u[0-9a-f]{4}|\\x[0-9a-f]{2}", re.I)
_QUOTED_PRINTABLE = re.compile(r"=(?:E[0-9A-F]|[CD][0-9A-F])=[89AB][0-9A-F]|=(?:20|3D)(?![\w])")
_ENCODED_MIN = 3  # signs of percent and escape encoding; an address in the text has fewer
_ADDRESS = re.compile(r"https?:|www\.|[?&]\w+=|\.\w{2,6}/")


def find_code(story: Story) -> Evidence | None:
    """Program code, a style sheet, data, an ad slot's parameters or a program's message, outside elements for code."""
    position = message_at(story)
    if position is not None:
        evidence = story.at(position)
        if not story.is_code(evidence.paragraph):
            return evidence
    for number, paragraph in enumerate(story.paragraphs) if story.has(_DRAWING_STARTS) else ():
        if paragraph[1:2].isdigit() and paragraph[0] in "Mm" and _DRAWING.match(paragraph):
            return Evidence(number, excerpt(paragraph))
    if story.count_of(_CODE_CHARS) < _CODE_SIGNS_MIN:
        return None
    chars = [char for char in _CODE_CHARS if story.count_of(char)]
    for number, paragraph in enumerate(story.paragraphs):
        signs = sum(map(paragraph.count, chars))
        if signs < _CODE_SIGNS_MIN or story.is_code(number):
            continue
        match = _CODE.search(paragraph)
        size = len(paragraph) - paragraph.count(" ")
        is_dense = signs >= _CODE_CHARS_MIN and signs >= _CODE_SHARE * size
        kinds = sum(char in paragraph for char in chars)
        if match or (is_dense and kinds >= _CODE_CHAR_KINDS and not _ADDRESS.search(paragraph)):
            return Evidence(number, excerpt(paragraph, match.start() if match else 0))
    return None


def find_names(story: Story) -> Evidence | None:
    """Lines of names that a machine reads, such as the classes of a style sheet or settings."""
    if story.count_of("-_:/=") < _NAMES_MIN * _NAME_LINES_MIN:
        return None
    small = [n for n in story.open_lines if story.paragraphs[n].islower()]  # ends at the first capital of most lines
    lines = [n for n in small if _is_names(story.paragraphs[n]) and not story.is_code(n)]
    return Evidence(lines[0], excerpt(story.paragraphs[lines[0]])) if len(lines) >= _NAME_LINES_MIN else None


def _is_names(line: str) -> bool:
    words = [word.rstrip(",;:") for word in line.split()]
    if len(words) < _NAMES_MIN or not line.isascii():
        return False
    names = sum([bool(_NAME.fullmatch(word)) for word in words])
    return names >= max(_NAMES_MIN, _NAMES_SHARE * len(words))


def find_markup(story: Story) -> Evidence | None:
    """Tags, shortcodes or character references that a reader sees."""
    text, count_of = story.text, story.count_of
    for is_likely, pattern, least in (
        (count_of("<") or story.has(_TAG_SIGNS) or (count_of("[") and count_of("=")), TAG, _MARKUP_MIN),
        (count_of("&") and count_of(";"), ENTITY, _ENTITIES_MIN),
        (count_of(";") and _may_have_bare_entities(text), _BARE_ENTITY, _ENTITIES_MIN),
    ):
        if not is_likely:
            continue
        found = [match.start() for match in pattern.finditer(text)]
        is_start = any(position == 0 or text[position - 1] == "\n" for position in found)
        if found and (is_start or len(found) >= least):
            evidence = story.at(found[0])
            if not story.is_code(evidence.paragraph):
                return evidence
    return None


def _may_have_bare_entities(text: str) -> bool:
    """Whether the name or number of a character is before one of the semicolons."""
    names = [part[-5:] for part in text.split(";")[:-1]]
    return any(name.endswith(_ENTITY_NAMES) or name[-2:].isdigit() for name in names)


def find_markdown(story: Story) -> Evidence | None:
    """Marks of Markdown that were not turned into markup."""
    text = story.text
    may_be_quoted = story.count_of("".join(_QUOTE_MARKS).replace(" ", "")) >= _QUOTED_MIN
    quoted = [n for n, one in enumerate(story.paragraphs) if one.startswith(_QUOTE_MARKS)] if may_be_quoted else []
    if len(quoted) >= max(_QUOTED_MIN, _QUOTED_SHARE * len(story.paragraphs)):
        return Evidence(quoted[0], excerpt(story.paragraphs[quoted[0]]))
    is_latex = bool(story.count_of("\\") and story.count_of("{"))
    if not (story.has(_MARKDOWN_SIGNS) or is_latex or text.startswith(("##", "|", "==", ".. "))):
        return None
    matches = list(_MARKDOWN.finditer(text))
    return story.at(matches[0].start()) if len(matches) >= _MARKDOWN_MIN else None


def find_template(story: Story) -> Evidence | None:
    """Variables and fillers of a template that nobody filled in."""
    text = story.text
    if story.count_of("{") or story.has(_TEMPLATE_SIGNS) or story.has(_FILLER):
        match = TEMPLATE.search(text)
        if match:
            evidence = story.at(match.start())
            if not story.is_code(evidence.paragraph):
                return evidence
    filled = next((line for line in story.lines_after if any(words in line for words in _FILLER)), None)
    if filled:  # in place of the rest of the text
        return Evidence(None, excerpt(filled))
    if story.count(_NO_VALUES) >= _UNDEFINED_MIN:
        pattern = _UNDEFINED if story.language in _NULL_IS_ZERO else _UNDEFINED_OR_NULL
        matches = list(pattern.finditer(text))
        if len(matches) >= _UNDEFINED_MIN:
            return story.at(matches[0].start())
    return _find_blanks(story)


def _find_blanks(story: Story) -> Evidence | None:
    """Places of a template to be filled: %s, {0}, [name], or the key of a phrase."""
    text = story.text
    if story.count_of("{") + story.count(_FORMAT_SIGNS) >= _FORMATS_MIN:
        matches = list(_FORMAT.finditer(text))
        if len(matches) >= _FORMATS_MIN:
            return story.at(matches[0].start())
    if story.count(_HIDDEN_SIGNS) >= _HIDDEN_MIN:
        hidden = _HIDDEN.findall(text)
        if len(hidden) >= max(_HIDDEN_MIN, _BLANKS_SHARE * story.word_count):
            return story.at(text.find(hidden[0]))
    if story.count_of("[") >= _BLANKS_MIN:
        counts = Counter(match[0] for match in _BLANK.finditer(text))
        for blank, count in counts.most_common(1):
            if (
                count >= max(_BLANKS_MIN, _BLANKS_SHARE * story.word_count / 2)
                and counts.total() >= _BLANKS_SHARE * story.word_count
            ):
                return story.at(text.find(blank))
    lone = story.lone_words
    keys = [n for n in lone if _KEY.fullmatch(story.paragraphs[n])] if len(lone) >= _KEYS_MIN else []
    if len(keys) >= _KEYS_MIN:
        return Evidence(keys[0], excerpt(story.paragraphs[keys[0]]))
    return None


def find_encoded(story: Story) -> Evidence | None:
    """Text that is still encoded: base64, percent signs, backslash escapes, quoted-printable."""
    text = story.text
    if story.has(_DATA_ADDRESS) or _MANY_BASE64 in story.utf8.translate(_BASE64_AS_ZERO):
        match = _BASE64.search(text)
        if match:
            return story.at(match.start())
    for sign, pattern in (("%", _PERCENT), ("\\", _ESCAPED), ("=", _QUOTED_PRINTABLE)):
        if story.count_of(sign) < _ENCODED_MIN:
            continue
        if sign == "%" and len(_PERCENT_BYTE.findall(text)) < 2 * _ENCODED_MIN:
            continue
        matches = [found for found in pattern.finditer(text) if not _ADDRESS.search(found[0])]
        if len(matches) >= _ENCODED_MIN:
            return story.at(matches[0].start())
    return None
