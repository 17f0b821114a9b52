"""Whether words are a person's name by a frequent given name or surname: nothing else says it without capitals.

Used where a place, a section or a heading may stand as well: beside a date, alone by a headline, below a story.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("given_names.toml")
_compiled = cache(re.compile)  # for the first page in these scripts: they take a millisecond each
_HAN = r"[\u3400-\u9fff々]+"
_JAPANESE = r"[\u3040-\u30ff\u3400-\u9fff々]+(?:[ 　][\u3040-\u30ff\u3400-\u9fff々]+)?"
_HANGUL = r"[가-힣]{3}"
_WORDS = range(2, 5)  # of a full name
# surnames that begin common words: 文化 (culture), 高清 (high definition), 安全 (security)
_OPEN_CHINESE = frozenset("文高万方任安常马馬石江金明向曲成路项項单單包关關白黄黃温溫时经左司牛陶易宁寧毛龙龍阳景席")
# last characters of sections, offices and places
_NO_CHINESE_END = frozenset("网網报報社部版组組台室院局讯訊区區市省县縣村会會厅廳站图圖片")
_NO_JAPANESE_END = frozenset("部社局市県町村区駅版面会院署省庁室課発線政")
_JAPANESE_PLACES = ("千葉", "福島", "山口", "宮崎", "石川", "長崎", "福岡", "東", "関", "原", "林", "森", "堀", "辻")
_NO_KOREAN_END = frozenset("부팀시군도구읍면란")
_KOREAN_WORDS = frozenset(
    "조회수 추천수 남양주 기사문 전문가 한국의 오늘의 이메일 연재물 정기적 신문사 방송국 주간지 공지글".split()
)
_NO_CAPITALS = "\u1000"  # letters from here on are not written as capitals; Georgian ones count as small
_CHINESE_CHARS = 3  # with two, as many are words
_JAPANESE_CHARS = range(3, 7)


@cache
def _names() -> dict[str, frozenset[str]]:
    """The lists by their names, words in lower case."""
    lists: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {key: frozenset(words.split()) for key, words in lists.items()}


@cache
def _given_names() -> frozenset[str]:
    """The given names of all scripts in which they stand first."""
    return frozenset().union(*(words for key, words in _names().items() if not key.endswith("surnames")))


def is_known_name(name: str, language: str | None) -> bool:
    """Whether words are a person's full name, by its given name, or by its surname where that comes first."""
    base = (language or "").lower()[:2]
    if base == "ja":
        return _is_japanese(name)
    if base == "zh":
        return _is_chinese(name)
    if base == "ko":
        return _is_korean(name)
    words = unicodedata.normalize("NFC", name).casefold().split()
    if len(words) not in _WORDS or not all(word[0].isalpha() for word in words):
        return False
    if any(letter.islower() and letter < _NO_CAPITALS for letter in (name[0], name.rpartition(" ")[2][0])):
        return False  # an account or a tag
    if base == "vi" and words[0] in _names()["vietnamese_surnames"]:
        return True
    given = words[-1] if base == "hu" else words[0]
    return given.strip(".") in _given_names()


def _is_chinese(name: str) -> bool:
    is_open = name[:1] in _OPEN_CHINESE or name[-1:] in _NO_CHINESE_END
    has_surname = name[:1] in _names()["chinese_surnames"]
    return len(name) == _CHINESE_CHARS and _compiled(_HAN).fullmatch(name) is not None and has_surname and not is_open


def _is_japanese(name: str) -> bool:
    if len(name) not in _JAPANESE_CHARS or not _compiled(_JAPANESE).fullmatch(name) or name[-1] in _NO_JAPANESE_END:
        return False
    if not _compiled(_HAN).match(name):
        return False  # a surname is in Chinese characters
    has_space = " " in name or "　" in name
    surname = next((name[:size] for size in (3, 2, 1) if name[:size] in _names()["japanese_surnames"]), None)
    rest = name[len(surname or "") :].strip(" 　")
    return surname is not None and 1 <= len(rest) <= 3 and (has_space or surname not in _JAPANESE_PLACES)


def _is_korean(name: str) -> bool:
    has_surname = name[:1] in _names()["korean_surnames"]
    is_word = name[-1:] in _NO_KOREAN_END or name in _KOREAN_WORDS
    return _compiled(_HANGUL).fullmatch(name) is not None and has_surname and not is_word
