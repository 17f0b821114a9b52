"""The story's text and what goes with it: captions, image credits, agencies, corrections, the dateline's place."""

import re
from dataclasses import dataclass
from functools import cached_property

from tasks.extract.fields.wire import agency_by_the_headline, agency_declared, agency_in_dateline, without_source_label
from tasks.extract.page import Page
from tasks.text.publisher_names import is_agency, is_wire_agency

_CREDIT_IN_CAPTION = re.compile(
    r"""
    # in brackets at the end: (Photo by Dana Wirth)
    \s*[(\[] (
        (?: photo(?:graph)?s? | image | picture | foto | bild | crédit | crédits[ ]photo | fot\. | 撮影 )? \s*
        (?: by | : | von | de | di | ・ )? \s*
        [^()\[\]]{2,80}
    ) [)\]]\s*$
    # after a word for credits: Foto: Dana Wirth
    | \s+(
        (?: photo(?:graph)? | image | picture | foto | bild | crédit(?:s)?(?:\s+photo)? | credit | fot\. | 撮影 ) \s*
        (?: by\b | : | ・ | / ) \s*
        .{2,80}
    )$
    | \s+( fot\.\s+[^\W\d_].{2,60} )$
    # after the end of a sentence: ... in March. Dana Wirth / Ledger
    | (?<=[.!?])\s+( [^\W\d_][\w.’' -]{2,40} \s/\s [^\W\d_].{2,50} )$
    | \s*[(（]( 撮影・[^)）]{1,40} )[)）]\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CREDIT_PREFIX = re.compile(
    r"""
    ^\s*
    (?:
        (?: photo(?:graph)?s? | image | picture | foto(?:grafie|grafía)? | bild | crédits?(?:\s+photo)?
          | photo[ ]credit | image[ ]credit | credit | fot\. | 撮影 | 写真 )
        (?: \s+credit )? \s*
        (?: by\b | : | ・ | / | ： )?
        | © | \(c\) | by\s+(?=[A-Z])
    ) \s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PHOTO_WORDS = re.compile(
    r"photo|image|picture|foto|bild|crédit|credit|getty|reuters|afp|\bap\b|epa|©|courtesy|via|fot\.|撮影|写真|/", re.I
)
_DATELINE = re.compile(
    r"""
    ^(?P<place> [A-ZÀ-Þ][A-ZÀ-Þ.'’ -]{2,40} (?: ,\s+ (?!MONTH\b) [A-Z][\w. ]{1,25} )? )
    (?: ,\s+ (?: MONTH\.? \s+ \d{1,2} (?: ,\s+\d{4} )? ) )?
    \s* (?: \( (?P<agency>[^)]{2,40}) \) )?
    \s* (?: — | – | -- | - ) \s+
    """.replace("MONTH", r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"),
    re.VERBOSE,
)
_REPORTING = re.compile(r"^\(?(?:additional\s+)?(?:reporting|writing|text|bericht)\s+(?:by|von)\b", re.I)
_CORRECTION = re.compile(
    r"^(?:correction|clarification|editor['’]?s note|update|korrektur|rectificatif|fe de errata|rettifica|correção)\b|"
    r"^(?:this (?:article|story) (?:has been|was) (?:updated|corrected|amended)|an earlier version)",
    re.I,
)
_LETTER = re.compile(r"[^\W\d_]")
_BULLET = re.compile(r"^[•·▪◦‣●■◆►*–-]\s+(?=\S)")
# words of video players, galleries and newsletter boxes that stand where captions do
_CONTROLS = re.compile(
    r"""
    ^ (?: video[ ](?: player | loading ) | loading[ ]video | replay[ ]video | the[ ]video[ ]will | type="video
      | click[ ]to[ ](?: play | enlarge ) | enlarge[ ]image | slideshow$ | view[ ]this[ ]post | share[ ]on
      | (?: current | remaining )[ ]time | stream[ ]type | seek[ ]to[ ]live | playback[ ]rate
      | (?: captions | subtitles | descriptions )[ ](?: settings | off ) | this[ ]is[ ]a[ ]modal | close[ ]modal
      | (?: beginning | end )[ ]of[ ]dialog | text[ ]edge[ ]style | font[ ](?: size | family )$ | reset[ ]restore
      | we[ ]apologize,[ ]but[ ]this[ ]video | try[ ]refreshing[ ]your | dein[ ]browser[ ]kann
      | (?: skip[ ]past | after | free[ ]weekly )[ ]newsletter | sign[ ]up[ ](?: to | for )
      | newsletter[ ]abonnieren | bitte[ ](?: wählen | tragen )[ ]sie | mit[ ]meiner[ ]anmeldung )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AGENCY_WORDS = re.compile(r"\bwires?\b|agenc|agentur|press", re.I)


@dataclass(frozen=True)
class Body:
    """The text and what goes with it."""

    text: str
    paragraphs: list[str]
    captions: list[str]
    image_credits: list[str]
    wire_credit: str | None
    corrections: list[str]
    dateline_place: str | None
    dateline_agency: str | None

    @cached_property
    def words(self) -> list[str]:
        """The text cut at spaces, once for all who count its words or look at them."""
        return self.text.split()


def read_body(page: Page) -> Body:
    """The body of a page, read from the labels of its lines."""
    paragraphs = [_BULLET.sub("", line.text) for line in page.kept]
    captions, image_credits = _captions_and_credits(page)
    wire_lines = [line.text for line in page.labelled("wire")]
    corrections = [text for text in wire_lines if _CORRECTION.match(text)]
    place, agency = _dateline(paragraphs[0]) if paragraphs else (None, None)
    if agency is None and paragraphs:
        agency = agency_in_dateline(paragraphs[0])
    wire_credit = _wire_credit([text for text in wire_lines if text not in corrections], agency)
    if wire_credit is None and page.is_html:
        wire_credit = agency_by_the_headline(page) or agency_declared(page)
    return Body(
        text="\n\n".join(paragraphs),
        paragraphs=paragraphs,
        captions=captions,
        image_credits=image_credits,
        wire_credit=wire_credit,
        corrections=corrections,
        dateline_place=place,
        dateline_agency=agency,
    )


def _dateline(lede: str) -> tuple[str | None, str | None]:
    """The place and the agency in the dateline of the first paragraph."""
    match = _DATELINE.match(lede)
    if not match:
        return None, None
    agency = match["agency"]
    is_known = bool(agency) and (is_agency(agency) or "Wire" in agency)
    return match["place"].strip(" ,").title(), agency if is_known else None


def _wire_credit(wire_lines: list[str], dateline_agency: str | None) -> str | None:
    """The first line that is not about reporters, else the dateline's agency, else the first line."""
    credit = next((text for text in wire_lines if not _REPORTING.match(text)), None)
    credit = credit or dateline_agency or next(iter(wire_lines), None)
    return without_source_label(credit.strip()) if credit else None


def _captions_and_credits(page: Page) -> tuple[list[str], list[str]]:
    """The captions of images without the credits inside them, and all credits; each once."""
    captions: list[str] = []
    image_credits: list[str] = []
    for line in page.labelled("caption", "credit"):
        text = line.text
        if _CONTROLS.match(text):
            continue
        if line.label == "credit":
            image_credits += _credit_names(text)
            continue
        match = _CREDIT_IN_CAPTION.search(text)
        if match and match.start() > 0:
            credit = next(group for group in match.groups() if group)
            if _PHOTO_WORDS.search(credit) or is_agency(credit):
                image_credits += _credit_names(credit)
                text = text[: match.start()].strip()
        if len(_LETTER.findall(_CREDIT_PREFIX.sub("", text))) > 1:  # not "©", "Foto:" or "1/2"
            captions.append(text)
    return list(dict.fromkeys(captions)), list(dict.fromkeys(image_credits))


def _credit_names(text: str) -> list[str]:
    name = _CREDIT_PREFIX.sub("", text.strip(" ()[]")).strip(" ()[].:")
    return [name] if _LETTER.search(name) and len(name) < 120 else []


def is_agency_copy(body: Body) -> bool:
    """Whether the page credits an agency for its text."""
    if body.dateline_agency:
        return True
    credit = body.wire_credit or ""
    return (
        bool(_AGENCY_WORDS.search(credit))
        or is_wire_agency(credit)
        or any(is_wire_agency(word) for word in re.findall(r"[A-Z][\w-]+", credit))
    )
