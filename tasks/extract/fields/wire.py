"""Agencies that a page credits outside a line of its own: in a dateline, a source line, or beside the writer's name."""

import re

from tasks.extract.fields.address import host
from tasks.extract.fields.byline_places import dropped_by_the_headline, lines_by_the_headline
from tasks.extract.fields.json_ld_people import names_of
from tasks.extract.page import LabelledLine, Page
from tasks.text.publisher_names import is_wire_agency, squeeze

_HEAD_CHARS = 70  # of the first paragraph; a dateline has a place, a date and an agency
_WORDS_BEFORE = 7  # `RIO DE JANEIRO, 12 out 2024 (EFE)`
_LINE_CHARS = 120
_LINES_BELOW = 2  # of the story
_CREDIT_CHARS = 50  # of a source line below it; a longer one names books and pictures
_WORDS_OF_PHRASE = 8  # before the name of an agency; a sentence is longer
_MIN_DECLARED = 3  # letters; two may be the initials of a writer
_COPYRIGHT = re.compile(
    r"^(?:copyright|©|\(c\))\s*(?:©|\(c\))?\s*(?:\d{4},?)?\s*(?:by\s+)?([^.,]{2,40}?)\s*(?:[.,]|$)", re.I
)
_MIN_BESIDE_DATE = 3  # letters; `AP` and `AA` are parts of times and buttons
_ZONES = frozenset(["BST", "BTT", "CAT", "CST", "EAT", "EST", "IST", "MSK", "PST", "SAST", "SST", "STA", "WAT", "WIB"])
_IN_BRACKETS = re.compile(r"[（(\[【]([^()（）\[\]【】]{2,40})[）)\]】]")
# what ends a dateline; a bracket in a sentence explains a word: `The statistics office (STA) said`
_END_OF_DATELINE = re.compile(r"\s*(?:[.:,।]?\s*[-–—=]|[.:।]\s|[^\W\d_]{2,4}\s(?:기자|특파원)|$)")
_AFTER_DASH = re.compile(r"^[^.!?—–]{2,40}\s?[—–-]\s?([^.,—–]{2,30})[.,]\s")
_BY_WIRE = re.compile(
    r"^[（(【]?([\u3400-\u9fff]{3,5}?)(?:[\u3400-\u9fff]{2,8}\d{1,2}(?:月\d{1,2})?日)?.{0,16}?[电電讯訊]"
)
_BETWEEN_AGENCIES = re.compile(
    r"\s*[=＝/／,、|•·;+]\s*|\s+(?:and|und|et|y|e|och|og|en|i|ve|и|та|with|mit|avec|con|com)\s+"
)
_SOURCE = re.compile(
    r"(?<!\w)(?:sources?|quellen?|fuentes?|fontes?|fonti|bron|źródło|zdroje?|kaynak|izvor|извор|източник|источник|джерело"
    r"|来源|來源|출처|forrás|sursa|πηγή|المصدر|منبع|מקור|nguồn|sumber|källa|kilde|lähde|წყარო|स्रोत|সূত্র|ที่มา)\s*[:：/]\s*",
    re.I,
)
_WHOLE_BRACKET = re.compile(r"^[（(\[【]([^()（）\[\]【】]+)[）)\]】]$")
_PICTURES = re.compile(
    r"©|photo|foto|bild|image|picture|фото|صور|صورة|עלם|צילום|사진|写真|撮影|图|圖|ảnh|ภาพ|video", re.I
)
_OF_OTHERS = frozenset(["caption", "comment", "credit", "headline", "navigation", "paragraph", "related", "promo"])
_LABELS_OF_WRITERS = re.compile(
    r"^(?:by|theo|von|par|por|di|door|af|av|autor(?:in|ka)?|szerző|yazan|yazar|автор|аутор|sursa|redaktor|auteur|συντάκτης|penulis|作者|記者|نویسنده)\s*[:：]?\s+",
    re.I,
)


def without_source_label(text: str) -> str:
    """A credit without the words before it and brackets around it: `Quelle: dpa`, `(dpa)`, `Mit Material der dpa`."""
    label = _SOURCE.match(text)
    text = text[label.end() :].strip() if label else text
    text = _WHOLE_BRACKET.sub(r"\1", text)
    return _agencies_behind_phrase(text) or text


def _agencies_behind_phrase(text: str) -> str | None:
    """The agencies that a credit ends with, after a phrase in small letters: `Com informações da Reuters`."""
    words = text.strip(" .").split()
    if is_wire_agency(" ".join(words)):
        return None
    for start in range(1, min(len(words), _WORDS_OF_PHRASE)):
        if start > 1 and not words[start - 1].islower():
            continue
        agencies = [part.strip() for part in _BETWEEN_AGENCIES.split(" ".join(words[start:]))]
        if all(map(is_wire_agency, agencies)):
            return ", ".join(agencies)
    return None


def agency_in_dateline(lede: str) -> str | None:
    """The agency in a dateline of any script: `Lornhaven, 12 oct (EFE).-` or `МОСКВА, 12 окт — РИА Новости.`."""
    head = lede[:_HEAD_CHARS]
    bracket = _IN_BRACKETS.search(head)
    if bracket and _END_OF_DATELINE.match(head, bracket.end()) and _is_place_and_date(head[: bracket.start()]):
        for part in _BETWEEN_AGENCIES.split(bracket[1]):
            if is_wire_agency(part.strip()):
                return part.strip()
    for pattern in (_AFTER_DASH, _BY_WIRE):
        match = pattern.match(head)
        if match and is_wire_agency(match[1].strip()):
            return match[1].strip()
    return None


def _is_place_and_date(text: str) -> bool:
    """Whether words before a bracket may be a place and a date: few, and none in lower case but a month's."""
    words = re.findall(r"[^\W\d_]+", text)
    lower = [word for word in words if word.islower()]
    return len(words) <= _WORDS_BEFORE and len(lower) <= (1 if re.search(r"\d", text) else 0)


def agency_by_the_headline(page: Page) -> str | None:
    """The agency in a source line or beside the writer by the headline; that of a picture is none of the text."""
    for line in [*lines_by_the_headline(page), *dropped_by_the_headline(page)]:
        if line.label in _OF_OTHERS or len(line.text) > _LINE_CHARS or _PICTURES.search(line.text):
            continue
        if agencies := _agencies_of(line, host(page.document.get("url")) or ""):
            return ", ".join(agencies)
    return None


def agency_declared(page: Page) -> str | None:
    """The agency that a page declares as its writer, or names as the owner of the text below the story."""
    site = host(page.document.get("url")) or ""
    declared = [name for node in page.nodes() for name in names_of(node.get("author"), page)]
    end = page.kept[-1].line_no if page.kept else 0
    below = [line for line in page.dropped_names if line.line_no > end > 0]
    for line in below[:_LINES_BELOW]:
        is_credit = line.line_no <= end + _LINES_BELOW and len(line.text) <= _CREDIT_CHARS and _SOURCE.match(line.text)
        if is_credit and (agencies := _agencies_of(line, site)):
            return ", ".join(agencies)
    owners = [match[1] for line in below if (match := _COPYRIGHT.match(line.text))]
    beside_writers = [part.strip() for name in declared for part in name.split(",")[1:]]
    for name in [*declared, *owners, *beside_writers]:
        if is_wire_agency(name) and (len(squeeze(name)) >= _MIN_DECLARED or name == "AP"):
            return None if squeeze(name) in squeeze(site) else name
    return None


def _agencies_of(line: LabelledLine, site: str) -> list[str]:
    """The agencies that a line names after a word for the source, or alone, or beside a writer or a date.

    `site` is the host of the page: beside a date stands the site as often.
    """
    source = _SOURCE.search(line.text)
    if source:
        named = re.split(r"[|•·]|\s{2,}|\s(?=\S+[:：])", line.text[source.end() :])[0]
    else:
        named = _LABELS_OF_WRITERS.sub("", line.text)
    agencies: dict[str, str] = {}
    for part in _BETWEEN_AGENCIES.split(named):
        name = (part or "").strip(" .:-–—()")
        # `A A` are the buttons for the size of letters
        if not is_wire_agency(name) or all(len(word) == 1 for word in name.split()):
            continue
        if source or line.label != "date" or _is_agency_beside_date(name, site):
            agencies.setdefault(squeeze(name), name)
    return list(agencies.values())


def _is_agency_beside_date(name: str, site: str) -> bool:
    """Whether a name in a date line is an agency's and not the site's or a time zone's."""
    key = squeeze(name)
    return bool(site) and len(key) >= _MIN_BESIDE_DATE and key not in squeeze(site) and name.upper() not in _ZONES
