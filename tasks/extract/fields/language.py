"""The language of a story as a field with its origin."""

from tasks.extract.page import SITE_RULE, FieldValue
from tasks.text.language import base_language, detect


def find_language(text: str, declared: str | None, ruled: str | None = None) -> tuple[FieldValue[str] | None, float]:
    """The language of a text with its origin, and the confidence of that answer (0 to 1).

    `ruled` is what the user's rules for the site say; the origin names the detected language if it is another one.
    """
    code, origin, confidence = detect(text, declared)
    if ruled:
        code_by_rule = base_language(ruled) or ruled
        is_detected = code == code_by_rule
        origin = SITE_RULE if is_detected or not code else f"{SITE_RULE}; detected: {code}"
        return FieldValue(code_by_rule, origin), confidence if is_detected else 1 - confidence
    return (FieldValue(code, origin) if code else None), confidence
