"""Pages written over into other scripts, letter by letter, so that a model learns to read form where it knows no word.

The mapping is a cipher, not a transcription: words stay distinct, as long as they were (shorter in Chinese), with the
marks and spaces that the script has. Lexicon and stop words know none of them.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

_PIECES = re.compile(r"(<script\b.*?</script\s*>|<style\b.*?</style\s*>|<!--.*?-->|<[^>]*>|&#?\w+;)", re.S | re.I)
_CONTENT = re.compile(r"""(\bcontent\s*=\s*)("[^"]*\s[^"]*"|'[^']*\s[^']*')""", re.I)
_JSON_PROSE = re.compile(r'(?<=")(?!https?:)[^"\\]*\s[^"\\]*\s[^"\\]*(?=")')
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+")
_WORD_OR_MARK = re.compile(r"[A-Za-zÀ-ɏ]+|\s+|.", re.S)


@dataclass(frozen=True)
class Script:
    """How a script writes."""

    letters: str  # of the alphabet, small ones
    has_case: bool = False
    per_letter: float = 1.0  # letters of the script for one Latin letter
    space: float = 1.0  # share of the spaces between words that it writes
    marks: tuple[tuple[str, str], ...] = ()  # Latin mark -> mark of the script
    digits: str = ""


_ARABIC_MARKS = ((",", "،"), (";", "؛"), ("?", "؟"))
_WIDE = ((",", "，"), (".", "。"), ("?", "？"), ("!", "！"), (":", "："), ("(", "（"), (")", "）"))
SCRIPTS: dict[str, Script] = {
    "cipher": Script("aeioubcdfghjklmnpqrstvwxyz", has_case=True),
    "cyrillic": Script("абвгдежзийклмнопрстуфхцчшщыэюя", has_case=True),
    "greek": Script("αβγδεζηθικλμνξοπρστυφχψως", has_case=True),
    "armenian": Script("աբգդեզէըթժիլխծկհձղճմյնշոչպ", has_case=True, marks=((".", "։"),)),
    "arabic": Script("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", marks=_ARABIC_MARKS),
    "urdu": Script("ابپتٹثجچحخدڈذرڑزسشصطعفقکگلمنوہی", marks=(*_ARABIC_MARKS, (".", "۔")), digits="۰۱۲۳۴۵۶۷۸۹"),
    "hebrew": Script("אבגדהוזחטיכלמנסעפצקרשת"),
    "devanagari": Script("अकखगघचछजझटठडढतथदधनपफबभमयरलवशसह", marks=((".", "।"),)),
    "bengali": Script("অকখগঘচছজঝটঠডঢতথদধনপফবভমযরলশষসহ", marks=((".", "।"),), digits="০১২৩৪৫৬৭৮৯"),
    "tamil": Script("அகஙசஞடணதநபமயரலவழளறன", per_letter=1.2),
    "ethiopic": Script("ሀለሐመሠረሰሸቀበተቸነኘአከወዐዘየደገጠጸፀፈ", per_letter=0.6, marks=((".", "።"), (",", "፣"))),
    "georgian": Script("აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ"),
    "hangul": Script("가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주", per_letter=0.45),
    "thai": Script("กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวสหอ", space=0.12, marks=((".", ""), (",", ""))),
    "khmer": Script("កខគឃងចឆជឈញដឋឌណតថទធនបផពភមយរលវសហអ", space=0.2, marks=((".", "។"), (",", ""))),
    "burmese": Script("ကခဂငစဆဇညတထဒနပဖဗဘမယရလဝသဟအ", space=0.3, marks=((".", "။"), (",", "၊"))),
    "chinese": Script(
        "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生",
        per_letter=0.4,
        space=0.0,
        marks=_WIDE,
    ),
    "japanese": Script(
        "のにはをたがでてとしれさあいうえかきくけこすそつなまもやらりる日本人大学会年国時間",
        per_letter=0.6,
        space=0.0,
        marks=((",", "、"), *_WIDE[1:]),
    ),
}


def write_over(html: str, name: str) -> str:
    """An HTML page with its text, titles and declared prose in another script; markup, addresses and scripts stay."""
    cipher = _cipher(name)
    pieces = _PIECES.split(html)
    for n, piece in enumerate(pieces):
        if n % 2 == 0:
            pieces[n] = cipher(piece)
        elif piece[:5].lower() == "<meta":
            pieces[n] = _CONTENT.sub(lambda match: match[1] + cipher(match[2]), piece)
        elif piece[:7].lower() == "<script" and "ld+json" in piece[:200].lower():
            pieces[n] = _JSON_PROSE.sub(lambda match: cipher(match[0]), piece)
    return "".join(pieces)


def text_over(text: str, name: str) -> str:
    """Plain text in another script."""
    return _cipher(name)(text)


def is_latin(text: str) -> bool:
    """Whether most letters of a text are Latin, which is what the mappings start from."""
    return sum(map(len, _LATIN.findall(text))) > 0.6 * sum(map(str.isalpha, text))


@cache
def _cipher(name: str) -> Callable[[str], str]:
    script = SCRIPTS[name]
    marks = dict(script.marks)
    digits = str.maketrans("0123456789", script.digits) if script.digits else {}
    known: dict[str, str] = {}

    def word_over(word: str) -> str:
        small = word.lower()
        spelled = known.get(small)
        if spelled is None:
            spelled = known[small] = _spell(small, script)
        if not script.has_case:
            return spelled
        return (
            spelled.upper()
            if word.isupper() and len(word) > 1
            else spelled.capitalize()
            if word[0].isupper()
            else spelled
        )

    def over(text: str) -> str:
        out: list[str] = []
        last = ""
        for piece in _WORD_OR_MARK.findall(text):
            if piece[0].isspace():
                # the same word is always followed by a space or never, as a word that ends a clause is
                if script.space == 0 and "\n" not in piece:
                    continue
                if (
                    script.space < 1
                    and "\n" not in piece
                    and last
                    and zlib.crc32(last.encode()) % 100 >= 100 * script.space
                ):
                    continue
                out.append(piece)
            elif _LATIN.match(piece):
                last = piece
                out.append(word_over(piece))
            else:
                last = ""
                out.append(marks.get(piece, piece).translate(digits))
        return "".join(out)

    return over


def _spell(word: str, script: Script) -> str:
    """A word's letters in the script: equal words give equal letters, frequent Latin letters frequent ones."""
    size = max(1, round(len(word) * script.per_letter))
    letters = []
    for n in range(size):
        # the letter depends on the Latin one and, like sounds, a little on its neighbour
        position = min(int(n / script.per_letter), len(word) - 1)
        seed = ord(word[position]) * 7 + (ord(word[position - 1]) if script.per_letter < 1 and position else 0) * 31
        letters.append(script.letters[seed % len(script.letters)])
    return "".join(letters)
