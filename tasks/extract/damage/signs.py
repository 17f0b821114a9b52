"""Signs at places where no prose has them: within words, twice after each other, in place of characters or numbers."""

import re

from tasks.extract.damage.evidence import Evidence, Story
from tasks.extract.damage.literals import sought

# signs that stand between two letters in prose: apostrophes, hyphens, marks of addresses, of gender, of other scripts
_BETWEEN = (
    r"\w\s.,;:?!'’‘ʼ`´/&@#*()\[\]{}\"“”„«»‹›<>=~·・•‐‑‒–—―…°|‧∙∼˙¸¨ˆ\\^%$€£§®™©\-"
    "\u00ad\u0300-\u036f\u0483-\u0489\u0590-\u08ff\u0900-\u0fff\u1780-\u17ff\u200b-\u200f\u2060\u3000-\u303f\ufe00-\ufe6f"
    "\uff00-\uffef\ufffd"
)
_WITHIN = re.compile(rf"(?<=[^\W\d_])[^{_BETWEEN}](?=[^\W\d_])")
_NOT_BETWEEN = re.compile(f"[^{_BETWEEN}]")
_LINED = re.compile(r"(?<=[^\W\d_])_(?=[^\W\d_])")
# signs of prices, rights and currencies between small letters: a letter was decoded wrongly
_SMALL_SIGNS = frozenset("®©™¢£¥§¶¬±√∞∂∑≤≥◊ÄÅÃÂ†‡")
_AMONG_SMALL = re.compile(f"(?<=[a-zß-öø-ÿа-я])[{''.join(_SMALL_SIGNS)}](?=[a-zß-öø-ÿа-я])")
# languages in which _ may stand for a lost letter; German writes Schüler_innen, and English texts name variables
_ACCENTED = frozenset("fr es it pt pl cs sk sv da no fi hu tr ro hr sl lv lt et sq vi ca ru uk bg sr el".split())
_JOINED = re.compile(r"(?<!\S)[a-z]{2,20}(?:_[a-z\d]{2,20}){1,4}(?!\S)")  # the name of an icon: bookmark_border
_JOINED_MIN, _JOINED_SHARE = 5, 0.025  # of the words; texts for programmers have fewer
_WITHIN_MIN, _WITHIN_SHARE = 4, 0.008  # of the words
# dots between syllables; French and German write étudiant·e and Schüler·innen, Catalan col·legi
_SYLLABLES = re.compile(r"(?<=[^\W\d_])[·‧∙•](?!e\b|e·|s\b|ne|trice|euse|[Ii]n|l)(?=[^\W\d_])")
_SYLLABLE_DOTS = frozenset("·‧∙•")
_SYLLABLES_MIN, _SYLLABLES_SHARE = 8, 0.04  # of the words
_WIDE_MARKS = frozenset("。，；")  # of East Asian scripts
_WIDE_MARK = re.compile(r"(?<=[a-zß-öø-ÿ])[。，；]")
_WIDE_MARKS_MIN, _WIDE_LANGUAGES = 3, ("ja", "zh", "yue", "ko")
_TWO_MARKS = sought("..", ",,", "،،", "。。", "、、")
_DOUBLED = re.compile(r"(?<![.,\s\d])(?:\.\.|,,|،،|。。|、、)(?![.,。、])")
_DOUBLED_MIN, _DOUBLED_SHARE = 5, 0.012  # of the words; some writers end in two full stops
_SLASHED = re.compile(r"\\['\"’“”](?=\w|\s)|\w\\['’]")
_SLASHED_MIN = 3
_TIED = re.compile(r"(?<=[^\W\d_])~(?=[^\W\d_])")  # as LaTeX keeps words together
_STACKING = re.compile("[\u0300-\u036f\u0483-\u0489]")
_STACKED = re.compile("[\u0300-\u036f\u0483-\u0489]{2}|[\u0334-\u0338]")  # or struck through
_STACKED_MIN = 5
_SUBWORD = re.compile(
    r"[▁Ġ]\w|(?<=\w)Ġ|(?<!\S)##\w{1,20}|<unk>|\[UNK\]|\[MASK\]|<mask>|</s>|<\|\w{2,20}\|>|@@ (?=[a-z])"
)
_SUBWORD_PARTS = sought("▁", "Ġ", "##", "unk>", "[UNK", "ask>", "[MASK", "</s>", "<|", "@@ ")
_SUBWORD_MIN = 3
_TILE = re.compile("[〓□■�ｦ-ﾟ]")
_TILES = re.compile("[〓□■�]|[ｦ-ﾟ]{2}")  # or letters of half the width
_TILES_MIN, _TILES_SHARE = 4, 0.004  # of the characters; lists mark their items with such
_CODE_STARTS = sought("(cid:", "+A")
_CID = re.compile(r"\(cid:\d{1,5}\)")
_UTF7 = re.compile(r"\+A[A-Z][\w/]{1,6}-")
_CODES_MIN = 3
_SHEET_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|NV|BEZUG!|WERT!|ZAHL!|¡VALOR!|¡REF!|¿NOMBRE\?|VALEUR!|NOM\?"
    r"|NOMBRE!|VALORE!|RIF!|NOME\?|VALOR!|ЗНАЧ!|ССЫЛКА!|ИМЯ\?|Н/Д|ARG!|ADR!|SAKNAS!|VÄRDEFEL!)"
)
_POWERS = sought("E+", "e+", "E-")
_POWER = re.compile(r"(?<![\w.])\d[.,]\d{1,8}[Ee][+-]?\d{1,3}(?!\w)")
_NUMBERS_MIN = 3
_OTHER_THAN_ZERO = "123456789"  # one of the first is in nearly every text, and the search ends there
_ALL_ZERO = re.compile(r"(?<![\w.,])0(?:[.,]0)?(?![\w,.]\d|\w)")
# letters read for 0 and 1 in numbers, but not litres
_READ_AS_LETTERS = sought(*(pair for digit in range(10) for pair in (f"{digit}O", f"O{digit}", f"l{digit}")))
_LETTERED_NUMBER = re.compile(r"(?<![\w.-])(?=\w{0,5}[Ol])(?=\w{0,5}\d)(?!\d+l\b)[\dOlS]{2,6}(?![\w-])")
_X_NUMBER = re.compile(r"(?<![\w-])(?:X{2,6}|x{2,6}|N{2,4})(?![\w-])")
_CROSSES = sought("XX", "xx", "NN")
# what is left where a number was, in a text without any
_ORPHANS = sought(
    *(" % ", " %.", " %,", "€ ", " €.", " €,", "£ "),
    *("of percent", "by percent", "at o'clock", "at o’clock", " -year-old", " -page", " um Uhr"),
    *(" um Prozent", "del per cento", "del por ciento", "un por ciento"),
)
_ORPHAN_COUNTER = re.compile("(?<=[はがのに、])(?:月|時|人が|人の|円|年間)")
_ORPHANS_MIN, _NO_DIGITS_CHARS = 2, 300
_SPACED_MARKS = sought(" ,", " .")
_BEFORE_MARK = re.compile(r"[^\W_] [,.](?= |\n|$)")
_BEFORE_MARK_MIN, _BEFORE_MARK_SHARE = 5, 0.03
_HAN_KANA = "\u3040-\u30ff\u3400-\u9fff"
_APART = re.compile(f"(?<=[{_HAN_KANA}]) (?=[{_HAN_KANA}])")
_APART_MIN, _APART_SHARE = 20, 0.06  # of the characters; headings and names have fewer
# a single Katakana sign that looks like a Chinese one or a Hiragana one, and is not beside its like
_LOOKALIKE = re.compile("(?<=[\u3041-\u3096\u4e00-\u9fff])[ロニカエヘタトハ](?=[\u3041-\u3096\u4e00-\u9fff])")
_NUMERAL_BEFORE = frozenset("一二三四五六七八九十百千万数何")
_LOOKALIKE_MIN = 2  # none in 185 real pages


def find_signs_in_words(story: Story) -> Evidence | None:
    """Signs within words, stacked accents, marks printed twice, and parts of words as programs cut them."""
    text = story.text
    for sign, pattern in (("\\", _SLASHED), ("~", _TIED)):
        found = list(pattern.finditer(text)) if story.count_of(sign) >= _SLASHED_MIN else []
        if len(found) >= _SLASHED_MIN:
            return story.at(found[0].start())
    if story.count(_TWO_MARKS) >= _DOUBLED_MIN:
        doubled = list(_DOUBLED.finditer(text))
        if len(doubled) >= max(_DOUBLED_MIN, _DOUBLED_SHARE * story.word_count):
            return story.at(doubled[0].start())
    if story.count(_SUBWORD_PARTS) >= _SUBWORD_MIN:
        parts = list(_SUBWORD.finditer(text))
        if len(parts) >= _SUBWORD_MIN:
            return story.at(parts[0].start())
    least = max(_WITHIN_MIN, _WITHIN_SHARE * story.word_count)
    if story.count_of("_") >= least and story.language in _ACCENTED:
        lined = list(_LINED.finditer(text))
        if len(lined) >= least:
            return story.at(lined[0].start())
    least_joined = max(_JOINED_MIN, _JOINED_SHARE * len(story.tokens))
    if story.count_of("_") >= least_joined:
        joined = list(_JOINED.finditer(text))
        if len(joined) >= least_joined:
            return story.at(joined[0].start())
    return _find_odd_letters(story, least)


def _find_odd_letters(story: Story, least: float) -> Evidence | None:
    text, chars = story.text, story.chars_beyond_ascii
    if not chars and story.count_of("+") < least:
        return None
    # the signs of each pattern, which are counted many times as fast as it is searched
    for signs, pattern, count in (
        ([*_NOT_BETWEEN.findall(chars), "+"], _WITHIN, least),
        (_SMALL_SIGNS.intersection(chars), _AMONG_SMALL, least),
        (_STACKING.findall(chars), _STACKED, _STACKED_MIN),
        (_SYLLABLE_DOTS.intersection(chars), _SYLLABLES, max(_SYLLABLES_MIN, _SYLLABLES_SHARE * len(story.tokens))),
    ):
        is_likely = bool(signs) and sum(map(text.count, signs)) >= count
        found = pattern.finditer(text) if is_likely else iter(())
        first = next(found, None)
        if first and 1 + sum(1 for _ in found) >= count:
            return story.at(first.start())
    if story.language not in _WIDE_LANGUAGES and not _WIDE_MARKS.isdisjoint(chars):
        wide = list(_WIDE_MARK.finditer(text))
        if len(wide) >= _WIDE_MARKS_MIN:
            return story.at(wide[0].start())
    if story.language in ("ja", "zh", "yue") and _TILE.search(chars):
        tiles = list(_TILES.finditer(text))
        if len(tiles) >= max(_TILES_MIN, _TILES_SHARE * len(text)):
            return story.at(tiles[0].start())
    if story.language == "ja":
        alike = [one for one in _LOOKALIKE.finditer(text) if text[one.start() - 1] not in _NUMERAL_BEFORE]
        if len(alike) >= _LOOKALIKE_MIN:
            return story.at(alike[0].start())
    return None


def find_codes(story: Story) -> Evidence | None:
    """Characters as numbers of a font or in an encoding for mail."""
    if story.count(_CODE_STARTS) < _CODES_MIN:
        return None
    for pattern in (_CID, _UTF7):
        found = list(pattern.finditer(story.text))
        if len(found) >= _CODES_MIN:
            return story.at(found[0].start())
    return None


def find_numbers_damaged(story: Story) -> Evidence | None:
    """Numbers that are errors of a spreadsheet, powers of ten or zeros, that have letters, or that are missing."""
    text = story.text
    for count, pattern in ((story.count_of("#"), _SHEET_ERROR), (story.count(_POWERS), _POWER)):
        found = list(pattern.finditer(text)) if count >= _NUMBERS_MIN else []
        if len(found) >= _NUMBERS_MIN:
            return story.at(found[0].start())
    if story.count(_READ_AS_LETTERS) >= _NUMBERS_MIN:
        found = list(_LETTERED_NUMBER.finditer(text))
        if len({match[0] for match in found}) >= _NUMBERS_MIN:
            return story.at(found[0].start())
    if any(map(text.__contains__, _OTHER_THAN_ZERO)):
        return None
    for pattern, is_likely in (
        (_ALL_ZERO, text.count("0") >= _NUMBERS_MIN),
        (_X_NUMBER, story.has(_CROSSES)),
        (_ORPHAN_COUNTER, story.language == "ja" and "0" not in text),
    ):
        found = list(pattern.finditer(text)) if is_likely else []
        if len(found) >= _NUMBERS_MIN:
            return story.at(found[0].start())
    if len(text) < _NO_DIGITS_CHARS or "0" in text:
        return None
    return story.at(0) if story.count(_ORPHANS) >= _ORPHANS_MIN else None


def find_spaces_before_marks(story: Story) -> Evidence | None:
    """Spaces before full stops and commas, or between the characters of a script without spaces."""
    text = story.text
    least = max(_BEFORE_MARK_MIN, _BEFORE_MARK_SHARE * story.word_count)
    if story.count(_SPACED_MARKS) >= least:
        marks = list(_BEFORE_MARK.finditer(text))
        if len(marks) >= least:
            return story.at(marks[0].start())
    if story.language in ("ja", "zh", "yue") and text.count(" ") >= _APART_MIN:
        apart = list(_APART.finditer(text))
        is_own_way = len(_APART.findall(story.title)) >= _APART_SHARE * len(story.title) > 0  # of the site's printing
        if len(apart) >= max(_APART_MIN, _APART_SHARE * len(text)) and not is_own_way:
            return story.at(apart[0].start())
    return None
