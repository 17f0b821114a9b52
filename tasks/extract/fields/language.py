"""The language of a story as a field with its origin."""

from tasks.extract.page import FieldValue
from tasks.text.language import detect


def find_language(text: str, declared: str | None) -> tuple[FieldValue[str] | None, float]:
    """The language of a text with its origin, and the confidence of that answer (0 to 1)."""
    code, origin, confidence = detect(text, declared)
    return (FieldValue(code, origin) if code else None), confidence
