"""Sentences of invented pages, plausible by form: lengths, marks, capitals, digits and names as each script has them.

`invented_words.toml` has the words of each language, `invented_grammar.toml` what English, German and French sentences
are made of.
"""

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_QUOTES = {
    "de": "„“",
    "pl": "„”",
    "cs": "„“",
    "hu": "„”",
    "bg": "„“",
    "fr": "«»",
    "it": "«»",
    "ru": "«»",
    "uk": "«»",
    "el": "«»",
    "fa": "«»",
    "hy": "«»",
    "ka": "„“",
    "zh": "“”",
    "ja": "「」",
    "fi": "””",
    "sv": "””",
    "am": "«»",
}
_MARKS = {
    "zh": "，。？",
    "ja": "、。？",
    "ar": "،.؟",
    "fa": "،.؟",
    "ur": "،۔؟",
    "hi": ",।?",
    "bn": ",।?",
    "am": "፣።?",
    "hy": ",։՞",
    "my": "၊။။",
    "km": " ។។",
    "th": "   ",
    "el": ",.;",
}
_DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹", "ur": "۰۱۲۳۴۵۶۷۸۹", "bn": "০১২৩৪৫৬৭৮৯", "my": "၀၁၂၃၄၅၆၇၈၉", "km": "០១២៣៤៥៦៧៨៩"}
UNSPACED = frozenset(["zh", "ja", "th", "km", "my"])
_GLUED_SPACE = {"zh": 0.0, "ja": 0.0, "th": 0.08, "km": 0.12, "my": 0.22}  # share of the words with a space before them
CASELESS = frozenset(["zh", "ja", "th", "km", "my", "ko", "ar", "fa", "ur", "he", "hi", "bn", "ta", "am", "ka"])
RIGHT_TO_LEFT = frozenset(["ar", "fa", "ur", "he"])
# median words of a sentence where it is not 15: languages that glue words together need fewer, lists of single
# characters more
_MEDIAN = {
    "fi": 10,
    "hu": 12,
    "tr": 11,
    "ko": 11,
    "ta": 10,
    "ka": 12,
    "am": 12,
    "hi": 19,
    "ur": 20,
    "vi": 20,
    "ja": 17,
    "he": 14,
}
_TOPIC = 11  # content words that a page comes back to
_UI = tuple("share related comments reply ad by photo most_read login accept settings read_also".split())


@dataclass(frozen=True)
class Language:
    """Words and phrases of one language."""

    code: str
    small: tuple[str, ...]
    large: tuple[str, ...]
    names: tuple[str, ...]
    menu: tuple[str, ...]
    ui: dict[str, str]
    cookie: tuple[str, ...]
    newsletter: str
    paywall: str
    lost: str
    grammar: dict[str, Any]  # empty for most


@cache
def languages() -> dict[str, Language]:
    """All languages by code, in the order of the file."""
    words = tomllib.loads((_HERE / "invented_words.toml").read_text(encoding="utf-8"))
    grammar = tomllib.loads((_HERE / "invented_grammar.toml").read_text(encoding="utf-8"))
    return {
        code: Language(
            code,
            tuple(row["small"].split()),
            tuple(row["large"].split()),
            tuple(row["names"].split()),
            tuple(row["menu"].split("|")),
            dict(zip(_UI, row["ui"].split("|"), strict=True)),
            tuple(row["cookie"].split("|")),
            row["newsletter"],
            row["paywall"],
            row["lost"],
            grammar.get(code, {}),
        )
        for code, row in words.items()
    }


class Writer:
    """Writes the texts of one page."""

    def __init__(self, language: Language, dice: random.Random) -> None:
        self.language = language
        self.code = language.code
        self.dice = dice
        self.topic = dice.sample(language.large, min(_TOPIC, len(language.large)))
        self.is_spaced = self.code not in UNSPACED
        self.comma, self.stop, self.question = tuple(_MARKS.get(self.code, ",.?"))
        self.open, self.close = tuple(_QUOTES.get(self.code, dice.choice(["“”", '""', "‘’"])))
        # some editions write their language plainly
        if dice.random() < 0.2:
            self.open = self.close = '"'
        self.pace = dice.uniform(0.75, 1.3)  # writers differ in how long their sentences are
        self.dash = dice.choice([" – ", " — ", " - "])

    def number(self, low: int = 2, high: int = 400) -> str:
        """A number in the language's digits."""
        value = self.dice.randrange(low, high)
        if self.dice.random() < 0.12:
            value = self.dice.choice([1890, 1960, 1990, 2000]) + self.dice.randrange(25)
        return self.digits(str(value))

    def digits(self, text: str) -> str:
        """Latin digits as the page writes them."""
        digits = _DIGITS.get(self.code)
        return text.translate(str.maketrans("0123456789", digits)) if digits else text

    def name(self) -> str:
        """A person or a place."""
        dice = self.dice
        if dice.random() < 0.35:
            return dice.choice(self.language.names)
        return (" " if self.is_spaced else "").join(dice.sample(self.language.names, 2))

    def word(self) -> str:
        """A content word, mostly of the page's subject."""
        return self.dice.choice(self.topic if self.dice.random() < 0.5 else self.language.large)

    def upper(self, text: str) -> str:
        """The text with a capital at its start, where the script has any."""
        return text if self.code in CASELESS else text[:1].upper() + text[1:]

    def words(self, count: int) -> str:
        """A run of words without marks, small and large ones taking turns as they do in sentences."""
        dice = self.dice
        out: list[str] = []
        for _ in range(count):
            draw = dice.random()
            if draw < 0.03:
                out.append(self.number())
            elif draw < 0.08:
                out.append(dice.choice(self.language.names))
            elif draw < 0.5:
                out.append(dice.choice(self.language.small))
            else:
                out.append(self.word())
            if len(out) > 1 and out[-1] == out[-2]:
                out[-1] = self.word()
        if self.is_spaced:
            return " ".join(out)
        space = _GLUED_SPACE[self.code]
        return "".join((" " if n and dice.random() < space else "") + one for n, one in enumerate(out))

    def clause(self, count: int) -> str:
        """Words with commas every few."""
        parts = []
        while count > 0:
            size = min(count, self.dice.randrange(5, 13)) if count > 7 else count
            parts.append(self.words(max(size, 1)))
            count -= size
        joint = self.comma.strip() + (" " if self.is_spaced or self.code in ("th", "km", "my") else "")
        return joint.join(parts)

    def length(self) -> int:
        """Words of a sentence: many of middling length, a few very long or short."""
        median = _MEDIAN.get(self.code, 15) * self.pace
        return max(3, min(60, round(self.dice.lognormvariate(0, 0.45) * median)))

    def sentence(self) -> str:
        """One sentence with its end mark, if the language has one."""
        dice = self.dice
        grammar = self.language.grammar
        text = self.formed(grammar) if grammar and dice.random() < 0.8 else self.clause(self.length())
        draw = dice.random()
        if draw < 0.1:
            return self.quoted(text)
        end = self.question if draw < 0.13 else "!" if draw < 0.14 and self.stop.strip() else self.stop
        return (self.upper(text) + end).strip()

    def formed(self, grammar: dict[str, Any]) -> str:
        """A sentence by grammar, some of them of two parts."""
        dice = self.dice
        subject, verb, thing = (dice.choice(grammar[key]) for key in ("subjects", "verbs", "objects"))
        tail = dice.choice(grammar["adjuncts"])
        has_opening = dice.random() < 0.5
        opening = dice.choice(grammar["openings"]) if has_opening else ""
        core = [opening, verb, subject, thing] if has_opening and self.code == "de" else [opening, subject, verb, thing]
        text = " ".join(part for part in (*core, tail) if part)
        if dice.random() < 0.25:
            text += self.dash + self.clause(dice.randrange(3, 9))
        elif dice.random() < 0.25:
            second = " ".join(dice.choice(grammar[key]) for key in ("subjects", "verbs", "objects"))
            text += {"en": ", and ", "de": "; ", "fr": ", et "}[self.code] + second
        return self.filled(text)

    def filled(self, text: str) -> str:
        """A pattern with its numbers and names."""
        while "{n}" in text:
            text = text.replace("{n}", self.number(), 1)
        while "{name}" in text:
            text = text.replace("{name}", self.name(), 1)
        return text

    def quoted(self, text: str) -> str:
        """Somebody's words."""
        grammar = self.language.grammar
        if not grammar:
            who = self.name()
            joint = self.comma.strip() + (" " if self.is_spaced else "")
            return f"{self.open}{self.upper(text)}{self.close}{joint}{who}{self.stop}".strip()
        spoken = self.filled(self.dice.choice(grammar["quotes"]))
        more = self.clause(self.dice.randrange(4, 12))
        inner = f"{spoken}, {more}" if self.dice.random() < 0.6 else spoken
        space = "\xa0" if self.open == "«" and self.code == "fr" else ""
        return f"{self.open}{space}{inner}{space}{self.close}, {self.filled(grammar['said'])}."

    def sentences(self, count: int) -> str:
        """Several sentences as one text."""
        joint = " " if self.code not in ("zh", "ja") else ""
        return joint.join(self.sentence() for _ in range(count))

    def headline(self) -> str:
        """A headline: short, mostly without an end mark."""
        dice = self.dice
        grammar = self.language.grammar
        if grammar and dice.random() < 0.6:
            parts = [dice.choice(grammar["subjects"]), dice.choice(grammar["verbs"]), dice.choice(grammar["objects"])]
            text = self.filled(" ".join(parts))
        else:
            text = self.words(dice.randrange(4, 12))
        text = self.upper(text)
        draw = dice.random()
        if draw < 0.15:
            return f"{self.name()}: {text}"
        if draw < 0.25 and self.code == "en":
            return text.title()
        return text + (self.question.strip() if draw > 0.92 else self.stop.strip() if draw > 0.86 else "")

    def chat(self) -> str:
        """A reader's remark: sometimes a careful sentence, sometimes three words, sometimes no capital or full stop."""
        dice = self.dice
        grammar = self.language.grammar
        draw = dice.random()
        if grammar and draw < 0.6:
            return " ".join(self.filled(dice.choice(grammar["chat"])) for _ in range(dice.choice([1, 1, 2, 3])))
        if draw < 0.7:
            return self.clause(dice.randrange(2, 9)) + dice.choice(["", "!", "!!!", "...", " :)", self.stop.strip()])
        return self.sentences(dice.choice([1, 1, 2, 2, 3, 5]))

    def box(self) -> str:
        """A sentence as boxes around stories have it."""
        dice = self.dice
        grammar = self.language.grammar
        if grammar:
            return self.filled(dice.choice(grammar["boxes"]))
        texts = [self.language.newsletter, self.language.paywall, f"{self.name()} {self.sentence()}"]
        return dice.choice(texts)

    def clock(self) -> str:
        """A time of day."""
        return f"{self.dice.randrange(24):02}{self.dice.choice([':', ':', '.'])}{self.dice.randrange(60):02}"

    def date(self) -> str:
        """A day as numbers."""
        dice = self.dice
        day, month, year = dice.randrange(1, 29), dice.randrange(1, 13), dice.randrange(2009, 2026)
        form = dice.choice(["{d}.{m}.{y}", "{d:02}/{m:02}/{y}", "{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}"])
        return form.format(d=day, m=month, y=year)
