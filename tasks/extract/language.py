"""The language of the text: what the page declares, checked by a cheap detector, settled by an exact one."""

from functools import cache
from typing import Any

from resiliparse.parse.lang import detect_fast

from tasks.extract.page import Found

_ALIASES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "jp": "ja", "cz": "cs", "ua": "uk", "kr": "ko", "tw": "zh", "cn": "zh",
            "dk": "da", "se": "sv", "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it",
            "english": "en", "german": "de", "deutsch": "de", "french": "fr", "spanish": "es", "bs": "hr", "gr": "el"}  # fmt: skip
# languages of newspapers that have no two-letter code
_LONG_CODES = frozenset({"fil", "ast", "ceb", "haw", "hsb", "dsb", "szl", "nds", "gsw", "kab", "ckb"})
_PROBE_CHARS = 3_000  # the detectors' answers do not change beyond
NEAR = 320  # detect_fast's distance up to which it was right on every page of a news corpus in 20 languages; wrong from 380
_EXACT_CHARS = 1_000  # the exact detector's answers are the same as from three times as much, at a ninth of the time
MIN_CHARS = 20  # too little text to say anything from


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


def find_language(text: str, declared: str | None) -> tuple[Found | None, float]:
    """The language of a text with its origin, and how sure it is (0 to 1).

    Where the declaration and the cheap detector (0.03 ms) agree, or that one is sure, that is the answer; else the exact
    one (1 ms) decides.
    """
    said = base_language(declared)
    if len(text) < MIN_CHARS:
        return (Found(said, "declared"), 0.5) if said else (None, 0.0)
    probe = text[:_PROBE_CHARS]
    code, distance = detect_fast(probe)
    cheap = _ALIASES.get(code, code) if code != "unknown" else None
    if said and said == cheap:
        return Found(said, "declared and detected"), 0.99
    if cheap and distance <= NEAR and (said is None or said in _supported()):
        return Found(cheap, "detected"), 0.97
    exact_code, probability = _exact().classify(probe[:_EXACT_CHARS])
    exact = _ALIASES.get(exact_code, exact_code)
    if said and said == exact:
        return Found(said, "declared and detected"), 0.97
    if said and said not in _supported():
        return Found(said, "declared"), 0.8  # a language that neither detector knows
    if cheap == exact:
        return Found(exact, "detected"), 0.95
    return Found(exact, "detected"), float(min(probability, 0.9))


@cache
def _supported() -> frozenset[str]:
    return frozenset(_ALIASES.get(code, code) for code in _exact().labels)
