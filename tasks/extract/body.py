"""The story's text and what stands beside it: captions, image credits, agencies, corrections, the dateline's place."""

import re
from dataclasses import dataclass

from tasks.extract.page import Page
from tasks.text.publisher_names import is_agency, is_wire_agency

_CREDIT_IN_CAPTION = re.compile(
    r"\s*[(\[]((?:photo(?:graph)?s?|image|picture|foto|bild|crédit|crédits photo|fot\.|撮影)?\s*(?:by|:|von|de|di|・)?\s*[^()\[\]]{2,80})[)\]]\s*$|"
    r"\s+((?:photo(?:graph)?|image|picture|foto|bild|crédit(?:s)?(?:\s+photo)?|credit|fot\.|撮影)\s*(?:by\b|:|・|/)\s*.{2,80})$|"
    r"\s+(fot\.\s+[^\W\d_].{2,60})$|"
    r"(?<=[.!?])\s+([^\W\d_][\w.’' -]{2,40}\s/\s[^\W\d_].{2,50})$|"
    r"\s*[(（](撮影・[^)）]{1,40})[)）]\s*$",
    re.I,
)  # fmt: skip
_CREDIT_PREFIX = re.compile(
    r"^\s*(?:(?:photo(?:graph)?s?|image|picture|foto(?:grafie|grafía)?|bild|crédits?(?:\s+photo)?|photo credit|image credit|credit|fot\.|撮影|写真)"
    r"(?:\s+credit)?\s*(?:by\b|:|・|/|：)?|©|\(c\)|by\s+(?=[A-Z]))\s*",
    re.I,
)
_PHOTO_WORDS = re.compile(
    r"photo|image|picture|foto|bild|crédit|credit|getty|reuters|afp|\bap\b|epa|©|courtesy|via|fot\.|撮影|写真|/", re.I
)
_DATELINE = re.compile(
    r"^(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ.'’ -]{2,40}(?:,\s+[A-Z][\w. ]{1,25})?)"
    r"(?:,\s+(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+\d{1,2}(?:,\s+\d{4})?))?"
    r"\s*(?:\((?P<agency>[^)]{2,40})\))?\s*(?:—|–|--|-)\s+"
)
_REPORTING = re.compile(r"^\(?(?:additional\s+)?(?:reporting|writing|text|bericht)\s+(?:by|von)\b", re.I)
_CORRECTION = re.compile(
    r"^(?:correction|clarification|editor['’]?s note|update|korrektur|rectificatif|fe de errata|rettifica|correção)\b|^(?:this (?:article|story) (?:has been|was) (?:updated|corrected|amended)|an earlier version)",
    re.I,
)
_BULLET = re.compile(r"^[•·▪◦‣●■◆►*–-]\s+(?=\S)")


@dataclass(frozen=True)
class Body:
    """The text and its companions."""

    text: str
    paragraphs: list[str]
    captions: list[str]
    image_credits: list[str]
    wire_credit: str | None
    corrections: list[str]
    dateline_place: str | None
    dateline_agency: str | None


def read_body(page: Page) -> Body:
    """Everything that the labels say of the story's text."""
    paragraphs = [_BULLET.sub("", line.text) for line in page.lines if line.action == "keep"]
    captions, credited = _pictures(page)
    wires = [line.text for line in page.labelled("wire")]
    corrections = [text for text in wires if _CORRECTION.match(text)]
    sources = [text for text in wires if text not in corrections]
    dateline = _DATELINE.match(paragraphs[0]) if paragraphs else None
    agency = (
        dateline["agency"]
        if dateline and dateline["agency"] and (is_agency(dateline["agency"]) or "Wire" in dateline["agency"])
        else None
    )
    wire = next((text for text in sources if not _REPORTING.match(text)), None) or agency or next(iter(sources), None)
    place = dateline["place"].strip(" ,").title() if dateline else None
    return Body(
        "\n\n".join(paragraphs), paragraphs, captions, credited, wire.strip() if wire else None, corrections, place, agency
    )  # fmt: skip


def _pictures(page: Page) -> tuple[list[str], list[str]]:
    captions: list[str] = []
    credited: list[str] = []
    for line in page.labelled("caption", "credit"):
        text = line.text
        if line.label == "credit":
            credited += _credit_names(text)
            continue
        match = _CREDIT_IN_CAPTION.search(text)
        if match and match.start() > 0:
            inside = next(group for group in match.groups() if group)
            if _PHOTO_WORDS.search(inside) or is_agency(inside):
                credited += _credit_names(inside)
                text = text[: match.start()].strip()
        if text:
            captions.append(text)
    return list(dict.fromkeys(captions)), list(dict.fromkeys(credited))


def _credit_names(text: str) -> list[str]:
    name = _CREDIT_PREFIX.sub("", text.strip(" ()[]")).strip(" ()[].:")
    return [name] if name and len(name) < 120 else []


def is_agency_copy(body: Body) -> bool:
    """Whether the page credits an agency for its text."""
    if body.dateline_agency:
        return True
    credit = body.wire_credit or ""
    return (
        bool(re.search(r"\bwires?\b|agenc|agentur|press", credit, re.I))
        or is_wire_agency(credit)
        or any(is_wire_agency(word) for word in re.findall(r"[A-Z][\w-]+", credit))
    )
