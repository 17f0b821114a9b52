"""The language of a text: what the page declares, checked by a cheap detector, settled by an exact one.

Shared by clean, which reports the language of pages without a story, and extract, where it is a field of every article.
"""

from collections import Counter
from functools import cache
from typing import Any

from resiliparse.parse.lang import detect_fast

_ALIAS_PAIRS = """
    nb=no nn=no iw=he in=id jp=ja cz=cs ua=uk kr=ko tw=zh cn=zh dk=da se=sv eng=en deu=de ger=de fra=fr fre=fr
    spa=es ita=it english=en german=de deutsch=de french=fr spanish=es bs=hr gr=el
"""
_ALIASES = dict(pair.split("=") for pair in _ALIAS_PAIRS.split())
# languages of newspapers that have no two-letter code
_LONG_CODES = frozenset({"fil", "ast", "ceb", "haw", "hsb", "dsb", "szl", "nds", "gsw", "kab", "ckb"})
_PROBE_CHARS = 3_000  # more text does not change the detectors' answers
# distance up to which detect_fast was right on every page of a news corpus in 20 languages; it is wrong from 380 on
MAX_SURE_DISTANCE = 320
_EXACT_CHARS = 1_000  # the exact detector's answers are the same as for three times as much, in a ninth of the time
_MIN_CHARS = 20  # less text says nothing about its language
_PAGE_LINES, _PAGE_CHARS = 20, 1_000  # of a page without a story; its longest lines are the least likely to be menus
_SCRIPT_CHARS = 300  # enough to recognise the script
# languages that differ in few words: where the page declares the other one, the cheap detector is not sure
_TWIN_LISTS = """
    id=ms ms=id hr=bs,sr bs=hr,sr sr=bs,hr,mk cs=sk sk=cs da=no no=da bg=ru,mk mk=bg,sr ru=bg,uk,be uk=ru,be be=ru,uk
    gl=pt,es pt=gl es=gl
"""
_TWINS = {code: others.split(",") for code, others in (pair.split("=") for pair in _TWIN_LISTS.split())}
# scripts used almost only by one language: its code, first and last letter of the script
_SCRIPT_RANGES = """
    el-0370-03ff hy-0530-058f he-0590-05ff bn-0980-09ff pa-0a00-0a7f gu-0a80-0aff or-0b00-0b7f ta-0b80-0bff
    te-0c00-0c7f kn-0c80-0cff ml-0d00-0d7f si-0d80-0dff th-0e00-0e7f lo-0e80-0eff bo-0f00-0fff my-1000-109f
    ka-10a0-10ff am-1200-137f km-1780-17ff ja-3040-30ff zh-3400-9fff ko-ac00-d7af
"""
_SCRIPTS = tuple(
    (chr(int(first, 16)), chr(int(last, 16)), code)
    for code, first, last in (entry.split("-") for entry in _SCRIPT_RANGES.split())
)
_NAME_PAIRS = """
    af=Afrikaans am=Amharic ar=Arabic az=Azerbaijani be=Belarusian bg=Bulgarian bn=Bengali bo=Tibetan ca=Catalan
    cs=Czech cy=Welsh da=Danish de=German el=Greek en=English es=Spanish et=Estonian eu=Basque fa=Persian
    fi=Finnish fr=French ga=Irish gl=Galician gu=Gujarati he=Hebrew hi=Hindi hr=Croatian hu=Hungarian
    hy=Armenian id=Indonesian is=Icelandic it=Italian ja=Japanese ka=Georgian kk=Kazakh km=Khmer kn=Kannada
    ko=Korean ky=Kyrgyz lo=Lao lt=Lithuanian lv=Latvian mk=Macedonian ml=Malayalam mn=Mongolian mr=Marathi
    ms=Malay mt=Maltese my=Burmese ne=Nepali nl=Dutch no=Norwegian or=Odia pa=Punjabi pl=Polish ps=Pashto
    pt=Portuguese ro=Romanian ru=Russian si=Sinhala sk=Slovak sl=Slovenian so=Somali sq=Albanian sr=Serbian
    sv=Swedish sw=Swahili ta=Tamil te=Telugu tg=Tajik th=Thai tl=Tagalog tr=Turkish uk=Ukrainian ur=Urdu
    uz=Uzbek vi=Vietnamese yi=Yiddish zh=Chinese zu=Zulu
"""
_NAMES = dict(pair.split("=") for pair in _NAME_PAIRS.split())


def base_language(tag: str | None) -> str | None:
    """The two-letter code of a language tag like `en-US` or `pt_BR`, or None."""
    if not tag:
        return None
    code = tag.strip().lower().replace("_", "-").split("-")[0].split(",")[0].split(";")[0]
    code = _ALIASES.get(code, code)
    return code if code.isalpha() and (len(code) == 2 or code in _LONG_CODES) else None


@cache
def _exact_detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - loads a model that few pages need

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect_exactly(text: str) -> str:
    """The language of a text by the exact detector, which takes 1 ms for a thousand characters."""
    code: str = _exact_detector().classify(text[:_EXACT_CHARS])[0]
    return _ALIASES.get(code, code)


def detect(text: str, declared: str | None) -> tuple[str | None, str, float]:
    """The language of a text, the origin of that answer, and its confidence (0 to 1).

    The cheap detector (0.03 ms) decides if it agrees with the declaration or is sure; otherwise the exact one (1 ms).
    """
    declared_code = base_language(declared)
    if len(text) < _MIN_CHARS:
        return declared_code, "declared", 0.5 if declared_code else 0.0
    probe = text[:_PROBE_CHARS]
    code, distance = detect_fast(probe)
    cheap = _ALIASES.get(code, code) if code != "unknown" else None
    if declared_code and declared_code == cheap:
        return declared_code, "declared and detected", 0.99
    is_twin = cheap is not None and declared_code in _TWINS.get(cheap, ())
    if (
        cheap
        and not is_twin
        and distance <= MAX_SURE_DISTANCE
        and (declared_code is None or declared_code in _exact_languages())
    ):
        return cheap, "detected", 0.97
    exact_code, probability = _exact_detector().classify(probe[:_EXACT_CHARS])
    exact = _ALIASES.get(exact_code, exact_code)
    if declared_code and declared_code == exact:
        return declared_code, "declared and detected", 0.97
    if declared_code and declared_code not in _exact_languages():
        return declared_code, "declared", 0.8  # a language that neither detector knows
    if cheap == exact:
        return exact, "detected", 0.95
    return exact, "detected", float(min(probability, 0.9))


def language_of_page(texts: list[str], declared: str | None, *, is_thorough: bool) -> str | None:
    """The language of a page that may have no story, by its longest lines.

    Menus and templates are often in another language than the content, so the declaration comes last. `is_thorough`
    also runs the exact detector if nothing else is known.
    """
    text = " ".join(sorted(texts, key=len, reverse=True)[:_PAGE_LINES])[:_PAGE_CHARS]
    if len(text) < _MIN_CHARS:
        return base_language(declared)
    by_script = _language_of_script(text)
    if by_script:
        return by_script
    code, distance = detect_fast(text)
    declared_code = base_language(declared)
    if code != "unknown" and distance <= MAX_SURE_DISTANCE:
        return _ALIASES.get(code, code)
    if declared_code or not is_thorough:
        return declared_code
    return detect(text, None)[0]


def _language_of_script(text: str) -> str | None:
    """The language that is almost alone in using its script, if a third of the letters are in that script."""
    if text.isascii():
        return None
    letters = [char for char in text[:_SCRIPT_CHARS] if char.isalpha()]
    counts = Counter(
        next((code for first, last, code in _SCRIPTS if first <= char <= last), "")
        for char in letters
        if char > "\u02ff"
    )
    kana, han = counts.pop("ja", 0), counts.pop("zh", 0)
    # Japanese writes nouns in Han; Chinese never has a tenth of kana
    counts["ja" if 10 * kana > kana + han else "zh"] = kana + han
    del counts[""]
    code, count = counts.most_common(1)[0]
    return code if 3 * count > len(letters) else None


def language_name(code: str) -> str:
    """A language in words with its code, `Korean (ko)`; only the code if its name is not known."""
    return f"{_NAMES[code]} ({code})" if code in _NAMES else code


@cache
def _exact_languages() -> frozenset[str]:
    """The codes of the languages that the exact detector knows."""
    return frozenset(_ALIASES.get(code, code) for code in _exact_detector().labels)
