"""Words beside a time that say which half of the day it is in: `下午6:40`, `06:40 م`, `6:40 de la tarde`.

`a.m.` and `p.m.` are read with the time itself. A time without such a word is one of 24 hours.
"""

import re
from datetime import time

# of the second half of the day, in any language: no other language has the word
_AFTER_NOON = frozenset(
    """
    下午 午後 午后 中午 晚上 晚间 傍晚 夕方 오후 저녁 مساء مساءً مساءا ظهرا ظهرًا عصرا عصرًا بعدازظهر عصر ب.ظ
    ب.ظ. سہ‌پہر دوپہر شام अपराह्न अपरान्ह दोपहर शाम सायं दुपारी सायंकाळी साँझ बेलुकी পিএম পি.এম. অপরাহ্ন বিকাল বিকেল
    সন্ধ্যা দুপুর பிற்பகல் மாலை மதியம் మధ్యాహ్నం సాయంత్రం ഉച്ചയ്ക്ക് വൈകുന്നേരം ಮಧ್ಯಾಹ್ನ ಸಂಜೆ બપોરે સાંજે ਸ਼ਾਮ
    ප.ව. ප.ව පස්වරු บ่าย เย็น ညနေ μ.μ. μμ γ.μ. chiều вечера вечора следобед поподне вечерта попладне навечер
    petang ptg sore jioni mchana 夜晚 ከሰዓት
    """.split()
)
_BEFORE_NOON = frozenset(
    """
    上午 早上 凌晨 清晨 早晨 午前 朝 未明 오전 새벽 아침 صباحا صباحًا صباحاً فجرا فجرًا ق.ظ ق.ظ. صبح पूर्वाह्न सुबह सकाळी बिहान
    এএম এ.এম. সকাল ভোর পূর্বাহ্ন முற்பகல் காலை ఉదయం രാവിലെ ಬೆಳಿಗ್ಗೆ સવારે ਸਵੇਰੇ පෙ.ව. පෙ.ව පෙරවරු เช้า နံနက် π.μ. πμ
    sáng утра ранку сутринта pagi asubuhi ጠዋት
    """.split()
)
# words for night: before six o'clock the night is that of the morning
_NIGHT = frozenset(
    "رات رات، ليلا ليلاً ليلًا شب रात रात्री রাত இரவு రాత్రి രാത്രി ರಾತ್ರಿ રાત્રે ਰਾਤ đêm tối malam usiku 夜 밤 ночи ночі".split()
)
_NIGHT_ENDS = 6  # o'clock
# abbreviations and phrases, by language: after noon, then before noon
_BY_LANGUAGE: dict[str, tuple[str, str]] = {
    "ar": ("م م.", "ص ص."),
    "cs": ("odp. odpoledne večer", "dop. dopoledne ráno"),
    "es": ("de_la_tarde de_la_noche", "de_la_mañana"),
    "fi": ("ip. ip iltapäivällä illalla", "ap. ap aamulla"),
    "gl": ("da_tarde da_noite", "da_mañá"),
    "hu": ("du. du délután este", "de. de délelőtt"),
    "mn": ("ү.х. үх", "ү.ө. үө"),
    "pt": ("da_tarde da_noite", "da_manhã"),
    "sq": ("md m.d. MD", "pd p.d. PD"),
    "sv": ("em em.", "fm fm."),
    "tr": ("ös ÖS", "öö ÖÖ"),
    "uk": ("пп", "дп"),
    "vi": ("ch CH", "sa SA"),
}
_WORD_AFTER = re.compile(r"\s*(?:น\.\s*)?([^\W\d_][^\s\d|,;()]*(?:\s[^\W\d_]+\s[^\W\d_]+)?)")
_WORD_BEFORE = re.compile(r"([^\s\d|,;()]+)\s*$")
_ADDED_CHARS = 24  # of the longest phrase


def half_beside(text: str, span: tuple[int, int], language: str | None) -> tuple[str | None, int]:
    """`a`, `p` or `n` (night) by the word beside a time, whose span is given, or None; and where the time ends."""
    base = (language or "").lower()[:2]
    if text.isascii() and base not in _BY_LANGUAGE:
        return None, span[1]
    after = _WORD_AFTER.match(text, span[1], span[1] + _ADDED_CHARS)
    if after:
        words = after[1].split()
        for candidate in ("_".join(words), words[0]):
            if half := _half(candidate, base):
                return half, after.start(1) + len(candidate)
    before = _WORD_BEFORE.search(text, max(span[0] - _ADDED_CHARS, 0), span[0])
    # Chinese and Japanese write no space in front: `12日午後6時`
    return (_half(before[1], base) or _half(before[1][-2:], base) if before else None), span[1]


def _half(word: str, base: str) -> str | None:
    after, before = (phrases.split() for phrases in _BY_LANGUAGE.get(base, ("", "")))
    if word in _AFTER_NOON or word in after:
        return "p"
    if word in _BEFORE_NOON or word in before:
        return "a"
    return "n" if word in _NIGHT else None


def in_half(clock: time, half: str | None) -> time | None:
    """A time of 12 hours in its half of the day; one of 24 hours stays; None for twelve at night, of either day."""
    if half is None or clock.hour > 12:
        return clock
    if half == "n":
        if clock.hour == 12:
            return None
        half = "a" if clock.hour < _NIGHT_ENDS else "p"
    return clock.replace(hour=clock.hour % 12 + (12 if half == "p" else 0))
