"""The language of a text: what the page declares, checked by a cheap detector, settled by an exact one.

Shared by clean, which needs to name the language of a page that holds no story, and extract, of whose rows it is a field.
"""

from collections import Counter
from functools import cache
from typing import Any

from resiliparse.parse.lang import detect_fast

_ALIASES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "jp": "ja", "cz": "cs", "ua": "uk", "kr": "ko", "tw": "zh", "cn": "zh",
            "dk": "da", "se": "sv", "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it",
            "english": "en", "german": "de", "deutsch": "de", "french": "fr", "spanish": "es", "bs": "hr", "gr": "el"}  # fmt: skip
# languages of newspapers that have no two-letter code
_LONG_CODES = frozenset({"fil", "ast", "ceb", "haw", "hsb", "dsb", "szl", "nds", "gsw", "kab", "ckb"})
_PROBE_CHARS = 3_000  # the detectors' answers do not change beyond
NEAR = 320  # detect_fast's distance up to which it was right on every page of a news corpus in 20 languages; wrong from 380
_EXACT_CHARS = 1_000  # the exact detector's answers are the same as from three times as much, at a ninth of the time
MIN_CHARS = 20  # too little text to say anything from
_PAGE_LINES, _PAGE_CHARS = 20, 1_000  # of a page without a story; its longest lines are the least of menus
_SCRIPT_CHARS = 300  # tell the script
# first and last letter of the scripts that one language nearly owns
_SCRIPTS = (
    ("\u0370", "\u03ff", "el"), ("\u0530", "\u058f", "hy"), ("\u0590", "\u05ff", "he"), ("\u0980", "\u09ff", "bn"), ("\u0a00", "\u0a7f", "pa"),
    ("\u0a80", "\u0aff", "gu"), ("\u0b00", "\u0b7f", "or"), ("\u0b80", "\u0bff", "ta"), ("\u0c00", "\u0c7f", "te"), ("\u0c80", "\u0cff", "kn"),
    ("\u0d00", "\u0d7f", "ml"), ("\u0d80", "\u0dff", "si"), ("\u0e00", "\u0e7f", "th"), ("\u0e80", "\u0eff", "lo"), ("\u0f00", "\u0fff", "bo"),
    ("\u1000", "\u109f", "my"), ("\u10a0", "\u10ff", "ka"), ("\u1200", "\u137f", "am"), ("\u1780", "\u17ff", "km"), ("\u3040", "\u30ff", "ja"),
    ("\u3400", "\u9fff", "zh"), ("\uac00", "\ud7af", "ko"),
)  # fmt: skip
_NAMES = dict(
    pair.split("=")
    for pair in [
        "af=Afrikaans",
        "am=Amharic",
        "ar=Arabic",
        "az=Azerbaijani",
        "be=Belarusian",
        "bg=Bulgarian",
        "bn=Bengali",
        "bo=Tibetan",
        "ca=Catalan",
        "cs=Czech",
        "cy=Welsh",
        "da=Danish",
        "de=German",
        "el=Greek",
        "en=English",
        "es=Spanish",
        "et=Estonian",
        "eu=Basque",
        "fa=Persian",
        "fi=Finnish",
        "fr=French",
        "ga=Irish",
        "gl=Galician",
        "gu=Gujarati",
        "he=Hebrew",
        "hi=Hindi",
        "hr=Croatian",
        "hu=Hungarian",
        "hy=Armenian",
        "id=Indonesian",
        "is=Icelandic",
        "it=Italian",
        "ja=Japanese",
        "ka=Georgian",
        "kk=Kazakh",
        "km=Khmer",
        "kn=Kannada",
        "ko=Korean",
        "ky=Kyrgyz",
        "lo=Lao",
        "lt=Lithuanian",
        "lv=Latvian",
        "mk=Macedonian",
        "ml=Malayalam",
        "mn=Mongolian",
        "mr=Marathi",
        "ms=Malay",
        "mt=Maltese",
        "my=Burmese",
        "ne=Nepali",
        "nl=Dutch",
        "no=Norwegian",
        "or=Odia",
        "pa=Punjabi",
        "pl=Polish",
        "ps=Pashto",
        "pt=Portuguese",
        "ro=Romanian",
        "ru=Russian",
        "si=Sinhala",
        "sk=Slovak",
        "sl=Slovenian",
        "so=Somali",
        "sq=Albanian",
        "sr=Serbian",
        "sv=Swedish",
        "sw=Swahili",
        "ta=Tamil",
        "te=Telugu",
        "tg=Tajik",
        "th=Thai",
        "tl=Tagalog",
        "tr=Turkish",
        "uk=Ukrainian",
        "ur=Urdu",
        "uz=Uzbek",
        "vi=Vietnamese",
        "yi=Yiddish",
        "zh=Chinese",
        "zu=Zulu",
    ]
)


def base_language(tag: str | None) -> str | None:
    """The two-letter code of a language tag like `en-US` or `pt_BR`, or None."""
    if not tag:
        return None
    code = tag.strip().lower().replace("_", "-").split("-")[0].split(",")[0].split(";")[0]
    code = _ALIASES.get(code, code)
    return code if code.isalpha() and (len(code) == 2 or code in _LONG_CODES) else None


@cache
def _exact() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - loads a model; most pages never ask

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str, declared: str | None) -> tuple[str | None, str, float]:
    """The language of a text, where that comes from, and how sure it is (0 to 1).

    Where the declaration and the cheap detector (0.03 ms) agree, or that one is sure, that is the answer; else the exact
    one (1 ms) decides.
    """
    said = base_language(declared)
    if len(text) < MIN_CHARS:
        return said, "declared", 0.5 if said else 0.0
    probe = text[:_PROBE_CHARS]
    code, distance = detect_fast(probe)
    cheap = _ALIASES.get(code, code) if code != "unknown" else None
    if said and said == cheap:
        return said, "declared and detected", 0.99
    if cheap and distance <= NEAR and (said is None or said in _supported()):
        return cheap, "detected", 0.97
    exact_code, probability = _exact().classify(probe[:_EXACT_CHARS])
    exact = _ALIASES.get(exact_code, exact_code)
    if said and said == exact:
        return said, "declared and detected", 0.97
    if said and said not in _supported():
        return said, "declared", 0.8  # a language that neither detector knows
    if cheap == exact:
        return exact, "detected", 0.95
    return exact, "detected", float(min(probability, 0.9))


def language_of_page(texts: list[str], declared: str | None, *, is_thorough: bool) -> str | None:
    """The language of a page that may hold no story, by its longest lines; `is_thorough` asks the exact detector too where
    else nothing is known. Menus and templates are often in another language than what they hold, so the declaration comes last.
    """
    text = " ".join(sorted(texts, key=len, reverse=True)[:_PAGE_LINES])[:_PAGE_CHARS]
    if len(text) < MIN_CHARS:
        return base_language(declared)
    by_script = _by_script(text)
    if by_script:
        return by_script
    code, distance = detect_fast(text)
    said = base_language(declared)
    if code != "unknown" and distance <= NEAR:
        return _ALIASES.get(code, code)
    if said or not is_thorough:
        return said
    return detect(text, None)[0]


def _by_script(text: str) -> str | None:
    """The language that is nearly alone in writing its script, where a third of the letters are of it."""
    if text.isascii():
        return None
    letters = [char for char in text[:_SCRIPT_CHARS] if char.isalpha()]
    counts = Counter(
        next((code for first, last, code in _SCRIPTS if first <= char <= last), "")
        for char in letters
        if char > "\u02ff"
    )
    kana, han = counts.pop("ja", 0), counts.pop("zh", 0)
    # Japanese writes nouns in Han; a tenth of kana is not found in Chinese
    counts["ja" if 10 * kana > kana + han else "zh"] = kana + han
    del counts[""]
    code, count = counts.most_common(1)[0]
    return code if 3 * count > len(letters) else None


def name_of(code: str) -> str:
    """A language in words with its code: `Korean (ko)`; the code alone where its name is not known."""
    return f"{_NAMES[code]} ({code})" if code in _NAMES else code


@cache
def _supported() -> frozenset[str]:
    return frozenset(_ALIASES.get(code, code) for code in _exact().labels)
