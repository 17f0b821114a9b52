"""Lines that say in any script who wrote it: `كتبت: منى السيد`, `Пише: Милица Јовановић`, `記者王小明／台北報導`.

Clean knows fewer words than there are languages, so such a line may have any label. It counts beside the headline and
at both ends of the story, and only if a name follows its word and nothing else does.
"""

import re
from collections.abc import Iterator

from tasks.extract.fields.byline_places import dropped_by_the_headline, is_source, lines_by_the_headline
from tasks.extract.fields.byline_words import ROLE_AT_END, TWO_IN_ARABIC
from tasks.extract.fields.east_asian_bylines import name_in_brackets, names_in_dateline, names_labelled
from tasks.extract.page import LabelledLine, Page, once_per_page
from tasks.text.cldr_dates import is_weekday
from tasks.text.date_patterns import LETTER
from tasks.text.known_names import is_known_name
from tasks.text.person_names import INITIAL_AND_NAME, NAME_PARTICLES, leading_name
from tasks.text.publisher_names import is_newsroom, is_wire_agency, role_words, squeeze

_LINE_CHARS = 160  # a name or two, two dates, a source
_OF_OTHERS = ("comment", "related")
_OF_OTHERS_OR_MENUS = (*_OF_OTHERS, "navigation")
_LINES_TO_BYLINE = 3  # below the headline, past a standfirst and a date
_LEDE_CHARS = 80  # in which a dateline names its reporter
_LINES_UNDER_STORY = 4  # as many as are read; with a second name among them it is a list
_SHORT_WORD = 4  # letters; a weekday or preposition of a date
_LINES_TO_SIGNATURE = 1
_NAME_CHARS = 40
_SIGNED_TAGS = frozenset(["p", "div", "span", "strong", "b", "em", "i", "address"])
_OF_LISTS = frozenset(["link_list", "lexicon", "container"])
_WORDS_WITH_ROLE = 8  # a sentence about the writer is longer
# words that name the writer before a colon; in many languages they are ordinary words without it
_BEFORE_COLON = r"""
    γράφ(?:ει|ουν) (?: \s (?: ο/η | ο | η | οι ) )? | συντάκτ(?:ης|ρια) | κείμενο | ρεπορτάζ
  | كتبت? | كتبه | بقلم | إعداد | اعداد | الكاتب(?:ة)? | تقرير
  | نویسنده | نوشته | خبرنگار | گزارش(?:گر)? | گفت‌وگو | به \s قلم | تحریر | مصنف | از \s قلم | رپورٹ
  | מאת | כתבה? | כותבת?
  | लेखक | लेखिका | लेखन | रिपोर्ट | রচনা | লেখক | লিখেছেন | লেখা | প্রতিবেদক | எழுதியவர் | எழுத்து | రచన | రచయిత
  | ಲೇಖಕ(?:ರು)? | ಬರಹ | എഴുതിയത് | ലേഖകൻ | લેખક | ਲੇਖਕ | लेख | written \s by | reported \s by
  | ผู้เขียน | เขียนโดย | โดย | เรื่อง | tác \s giả | phóng \s viên | bài (?: \s viết )?
  | bài (?: \s và | ,? ) \s ảnh | tin (?: \s và | ,? ) \s ảnh | ảnh \s và \s bài | thực \s hiện
  | penulis | oleh | ditulis \s oleh | reporter | pewarta | laporan
  | ავტორი | ტექსტი | հեղինակ | müəllif | авторы? | muallif | mwandishi | imeandikwa \s na | ጸሐፊ | ዘጋቢ
  | teksti | kirjoittaja | toimittaja | tekst | autors | autorius | text | av | af | höfundur
  | journalist(?:e|in|en)? | periodista | giornalista | jornalista | skribent | журналист(?:ка)? | корреспондент
  | кореспондент(?:ка)? | skrevet \s av | skriven \s av | skrevet \s af | napisal[aio]? | pripravil[aio]? | parengė
  | разговара(?:о|ла) | пишува | подготви | пише | piše | pripremi(?:o|la) | аутор | автор | текст | avtor
  | haber | röportaj | muhabir | yaz[ai]n | yazar | hazırlayan
  | autori | autoři | napsala? | szerző | írta | scris \s de | autor | egilea
  | escriben? | reportagem | reporta(?:je|zh|ż) | interviu | intervju | interviul
  | (?: text | tekst | texte | texto | teksti? | testo ) \s (?: og | och | und | et | y | e | ja | i | a | & ) \s
    (?: foto\w* | photos? | bild\w* | kuva\w* | video )
  | 글 | 취재 | protokoll | گزارش \s از | бичсэн | ရေးသားသူ | ដោយ | නිර්මාණය
"""
_LABEL = re.compile(rf"(?<![\w'’-])(?:{_BEFORE_COLON})\s*[:：՝]\s*", re.IGNORECASE | re.VERBOSE)
# words that need no colon at the start of a line
_SURE = re.compile(
    r"""
    ^(?: γράφ(?:ει|ουν) (?: \s (?: ο/η | ο | η | οι ) )? | द्वारा | بقلم | به \s قلم | از \s قلم | מאת | โดย | เขียนโดย
      | ditulis \s oleh | oleh
      | пише | piše | teksti | yazan | scris \s de | írta | imeandikwa \s na
      | eine? \s (?:\w+ \s){1,2} von
      | (?: ptal[aoi]? \s se | rozmawiał[ai]? | розмовля(?:в|ла) | спілкува(?:вся|лася) \s з? | беседовал[аи]?
        | zapytał[a]? | razgovarao | razgovarala | (?:разговарао | разговарала) )
      | (?: redactat | escrit | elaborat ) \s per | by (?= \s [^\x00-\u024f] )
      | (?: un \s )? (?: articol | reportaj | interviu ) \s (?: de | realizat \s de )
      | (?: uma? \s )? (?: reportagem | texto | entrevista ) \s (?: de | por )
      | (?: escribe | escriben | reportagem | tekst | texte | foto \s og \s tekst | tekst \s og \s foto )
      | laporan \s (?: wartawan | reporter | kontributor ) \s [\w.]+ (?: \s [A-Z]\w+ )? , | laporan \s wartawan
      | (?: texto | testo | text ) (?= \s .* \s (?: foto | imag | bild ))
      | (?:columna | crónica | artículo | análisis | reportaje) (?: \s de \s opinión )? \s por
    )\s+
    """,
    re.IGNORECASE | re.VERBOSE,
)
# words of content systems for who submitted a page
_SUBMITTED = re.compile(
    r"""
    ^(?: (?: soumis | proposé | mis \s en \s ligne ) \s par | (?: ingediend | geplaatst | verzonden ) \s door
      | publicat \s de | (?: enviado | publicado | postado ) \s por | (?: inviato | pubblicato ) \s da
      | (?: eingereicht | gespeichert | eingestellt ) \s von | indsendt \s af | (?: skickat | innsendt ) \s av
      | (?: przesłan | opublikowan | dodan ) [aey] \s przez | vložil[a]? | zveřejnil[a]? | od[eo]slal[a]? | beküldte
      | gönderen | отправлен[оа] | опубликовал[а]?
      | опубліковано | надіслано | опубліку(?: вав | вала ) | публикувано \s от
      | objavi(?: o | la ) | objavil[a]?
      | imetumwa \s na | imeandikwa \s na | lähettänyt | postitas | pateikė | paskelbė
      | (?: dërguar | botuar | shkruar ) \s nga | бичсэн | нийтэлсэн | нийтлэгч | ავტორი | հեղինակ
      | (?: diposting | dikirim | dipublikasikan ) \s oleh | (?: đăng | gửi ) \s bởi | (?: enviat | publicat ) \s per
      | ដោយ | በ (?= \s )
    )\s+
    """,
    re.IGNORECASE | re.VERBOSE,
)
# words as short as `By` that count in their language only
_SHORT_WORDS = {
    "ar": re.compile(r"^كتبت?\s+(?:[-–]\s*)?"),
    **dict.fromkeys(("da", "nb", "nn", "no", "sv"), re.compile(r"^(?:Af|Av)\s+")),
    "ca": re.compile(r"^Per\s+"),
    "bg": re.compile(r"^[Оо]т\s+"),
    "cy": re.compile(r"^Gan\s+"),
    "de": re.compile(r"^Interview\s*:\s+"),  # in German the one who asks
    "ga": re.compile(r"^Le\s+"),
    "is": re.compile(r"^Eftir\s+"),
    "ro": re.compile(r"^De\s+"),
    "sq": re.compile(r"^Nga\s+"),
    "sw": re.compile(r"^Na\s+"),
    "eu": re.compile(r"^Egilea\s+"),
}
# where a writer reports from, behind the role or the verb: `envoyée spéciale à Lornhaven`, `reports from Lornhaven`
_PLACE_OF_WRITER = re.compile(r"\s(?:à|au|en|in|a|ad|da|de|em|w|we|v|i|aus|from|for)\s(?:[A-ZÀ-Þ][\w’'-]*\s?){1,3}$")
_REPORTS_FROM = re.compile(
    r"\s(?:reports?|reporting|writes|berichtet|informa|rapporte|rapporteert|rapporterar|rapporterer)$"
)
# what another person did, behind the writer's name: `Rita Lobo e fotos de Rui Sá`, `Sanna Koski Kuvat: Olli Laine`
_OTHER_TASK = re.compile(
    r"(?:\s*[,;|]|\s(?:e|y|et|und|and|og|och|ja|i|a|en)(?=\s))?\s+(?:fotos?|photos?|fotograf\w*|kuvat?|bild(?:er)?|beeld|zdjęcia"
    r"|fot\.|фото|світлини|снимки|ภาพ|撮影|写真|عکس|تصوير|צילום|pictures?|images?|imágenes|grafik|video|ảnh|edição|edición)(?:\s|:).*$",
    re.I,
)
# what a correspondent or editor is for, before that word
_BEATS = frozenset(
    """affairs arts business chief city climate community consumer court courts crime culture defence defense deputy
    digital economics economy education energy entertainment environment fashion features film financial food foreign
    health home investigations labour legal local maritime media music national news parliamentary political politics
    property regional religion religious royal rural science security senior social special sport sports technology
    transport transportation travel world""".split()
)
_MAIL_BEHIND = re.compile(r"\s*[<(]?[\w.+-]+@[\w-]+(?:\.[\w-]+)+[>)]?$")
# words for a kind of story stand before its subject as well: `گزارش: بازار طلا`
_KIND_OF_STORY = re.compile("گزارش|گفت|تقرير|رپورٹ|रिपोर्ट")
_UNCASED_WORD = rf"(?:{LETTER}\.\s?)?{LETTER}{{2,}}(?:[-־]{LETTER}{{2,}})?"
_UNCASED_NAME = re.compile(rf"{_UNCASED_WORD}(?:[ ]{_UNCASED_WORD}){{1,3}}")
_BESIDE_SITE = re.compile(r"\s*[,|،]\s*|\s/\s|\s[–—-]\s|/(?=(?:TT|NTB|Ritzau|STT)$)")
_NORDIC_AGENCIES = frozenset(["TT", "NTB", "Ritzau", "STT"])  # `Anna Ek/TT`; elsewhere a slash is of pictures
_CASED = re.compile(r"[A-Za-zÀ-ɏḀ-ỿΑ-ωА-яЀ-џҐґԱ-և]")
_END_OF_NAMES = re.compile(r"[|•·(\[\d;؛]|\s[–—-]\s|\.\s|[\s ]{2,}|　")
_BETWEEN = re.compile(r"\s*[,،、&/／]\s*|\s+(?:and|και|και η|და|և|ve|və|dan|ja|și|şi|és|та|и|і|й|และ|và|og|och|und)\s+")
# a signature below the story: a Vietnamese surname in front says that it is a person, not a tag
_VIETNAMESE_NAME = re.compile(
    r"(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Đinh|Trương|Trịnh)(?:\s[^\W\d_]+){1,3}"
)


def signed_names(page: Page, site_keys: set[str]) -> list[str]:
    """The names in the first line by the headline or at the ends of the story that says who wrote it.

    `site_keys` are the squeezed names of the site, beside which a name stands too.
    """
    language = _language(page)
    for line in _near_lines(page):
        if len(line.text) > _LINE_CHARS:
            continue
        names = names_signed(line.text, language)
        if line.label in _OF_OTHERS_OR_MENUS and not names:
            continue
        names = names or _name_beside_site(line.text, site_keys) or _name_with_role(line.text)
        if names:
            return names
    kept = page.kept
    if kept and (names := names_in_dateline(kept[0].text[:_LEDE_CHARS])):
        return names
    topics = page.signals.get("tag_links", [])
    at_end = [
        names
        for line in _lines_at_the_end(page, kept)
        if (names := names_signed(line.text, language) or _signature(line.text, language, topics))
    ]
    return at_end[0] if len(at_end) == 1 else []  # several are those of a list of other stories


def _name_beside_site(text: str, site_keys: set[str]) -> list[str]:
    """The name that stands beside the site or an agency and nothing else: `Jana Dvořáková, ČTK`."""
    parts = [part.strip() for part in _BESIDE_SITE.split(text)]
    if len(parts) != 2 or not all(parts):
        return []
    for name, owner in (parts, reversed(parts)):
        is_agency_of_writers = owner in _NORDIC_AGENCIES or (is_wire_agency(owner) and ("," in text or " / " in text))
        if squeeze(owner) in site_keys or is_agency_of_writers:
            full = leading_name(name) == name if _CASED.search(name) else _uncased_name(name) is not None
            return [name] if full and not is_newsroom(name) else []
    return []


def _name_with_role(text: str) -> list[str]:
    """The name that a line starts with, before a role and perhaps a place, or a mail address: `Sam Pryce, reporter`."""
    if mail := _MAIL_BEHIND.search(text):
        name = text[: mail.start()].strip(" ,|·–-")
        return [name] if leading_name(name) == name and not is_newsroom(name) else []
    placed = _PLACE_OF_WRITER.sub("", text)
    if placed != text and (reports := _REPORTS_FROM.search(placed)):
        name = placed[: reports.start()]
        return [name] if leading_name(name) == name else []
    words = text.split()
    if len(words) > _WORDS_WITH_ROLE or not any(ROLE_AT_END.search(end.rstrip(".")) for end in (text, placed)):
        return []
    name, comma, _ = text.partition(",")
    if not comma:  # `Tom Ellery Education Editor`: the role has to be a known one, or its first word joins the name
        is_role = squeeze(" ".join(words[2:])) in role_words() or _BEATS.issuperset(map(str.casefold, words[2:-1]))
        name = " ".join(words[:2]) if is_role and len(words) > 3 else ""
    return [name] if name and leading_name(name) == name else []


def names_signed(text: str, language: str | None) -> list[str]:
    """The names after a word for the writer in a line, or before one: `Autor: Ada Mörk`, `佐藤花子 記者`."""
    if names := names_labelled(text):
        return names
    short = _SHORT_WORDS.get((language or "")[:2])
    for words in (_LABEL.search(text), _SURE.match(text), _SUBMITTED.match(text), short.match(text) if short else None):
        if words and (names := _names_after(text[words.end() :], language)):
            if (
                _KIND_OF_STORY.search(words[0])
                and not _CASED.search(names[0])
                and not is_known_name(names[0], language)
            ):
                continue
            # in scripts without capitals a place behind a comma looks like a second name
            others = [name for name in names[1:] if _CASED.search(name) or is_known_name(name, language)]
            return [names[0], *others]
    return []


def _without_weekday(name: str, language: str | None) -> str:
    """A name without the weekday of the date behind it: `Zawadi Mushi Jumamosi, 12 Oktoba`."""
    shorter, _, last = name.rpartition(" ")
    # no name ends in a short word in small letters: `sam, 12/10`, `le 12 octobre`
    is_of_date = is_weekday(last, language) or (last.islower() and len(last) <= _SHORT_WORD and _CASED.search(last))
    return shorter if " " in shorter and is_of_date else name


def _language(page: Page) -> str | None:
    return page.printed_language()


def _near_lines(page: Page) -> Iterator[LabelledLine]:
    """The lines around the headline in their order; those of teasers and pictures are left out."""
    lines = {line.line_no: line for line in [*lines_by_the_headline(page), *dropped_by_the_headline(page)]}
    head = max((number for number, line in lines.items() if line.label == "headline"), default=None)
    for number in sorted(lines):
        line = lines[number]
        if line.label in _OF_OTHERS_OR_MENUS:
            # between headline and story stands the byline, whatever it looks like; in a list stand links
            is_below = head is not None and head < number <= head + _LINES_TO_BYLINE
            if is_below and line.label != "comment" and line.tag != "li" and line.reason != "link_list":
                yield line
        elif line.label not in ("credit", "footer", "headline"):
            yield line


def _lines_at_the_end(page: Page, kept: list[LabelledLine]) -> list[LabelledLine]:
    """The last short line of the story and the dropped lines right below it."""
    if not kept:
        return []
    end = kept[-1].line_no
    below = [line for line in page.dropped_names if end < line.line_no <= end + _LINES_UNDER_STORY]
    return [line for line in [kept[-1], *below] if len(line.text) <= _LINE_CHARS and line.label not in _OF_OTHERS]


@once_per_page
def names_under_story(page: Page) -> list[str]:
    """The plain name in the line below the story, or in its last line, if it stands nowhere else on the page.

    In German, where nouns have capitals, two words are an institution or a heading as often: the given name decides.
    """
    kept = page.kept
    language = _language(page)
    if len(kept) <= 1 or language is None:
        return []
    end = kept[-1].line_no
    below = [line for line in page.dropped_names if end < line.line_no <= end + _LINES_UNDER_STORY]
    lines = [line for line in [kept[-1], *below] if _is_bare_name(line) or _is_known_in_box(line, language)]
    if len(lines) != 1 or lines[0].line_no > end + _LINES_TO_SIGNATURE:
        return []
    name = lines[0].text
    if is_source(name, language) or (language.startswith("de") and not is_known_name(name, language)):
        return []
    elsewhere = [line.text for line in page.lines if line.line_no != lines[0].line_no]
    elsewhere += page.signals.get("tag_links", [])
    return [] if any(name in text for text in elsewhere) else [name]


def _is_bare_name(line: LabelledLine) -> bool:
    """Whether a line is two to four words in the form of a name, and not a heading, a link or an item of a list."""
    if line.tag not in _SIGNED_TAGS or line.reason in _OF_LISTS or len(line.text) > _NAME_CHARS:
        return False
    return leading_name(line.text) == line.text and not line.text.isupper()


def _is_known_in_box(line: LabelledLine, language: str) -> bool:
    """Whether a line that is taken for a box of its own is a plain name, by its given name."""
    return line.label == "promo" and line.tag in _SIGNED_TAGS and is_known_name(line.text, language)


def _signature(text: str, language: str | None, topics: list[str]) -> list[str]:
    """The name that a line below the story is, in the form that its language has for signatures; `topics` are none."""
    base = (language or "")[:2]
    if base == "ja" and (names := name_in_brackets(text)):
        return names
    is_name = base == "vi" and text not in topics and _VIETNAMESE_NAME.fullmatch(text) is not None
    return [text] if is_name else []


def _names_after(rest: str, language: str | None) -> list[str]:
    """The names that a text starts with; none if it starts with something else."""
    rest = _OTHER_TASK.sub("", rest)
    rest = TWO_IN_ARABIC.sub(r"\1، \2", _END_OF_NAMES.split(rest, maxsplit=1)[0].strip())
    names: list[str] = []
    for piece in _BETWEEN.split(rest):
        part = _without_weekday(piece.strip(), language)
        name = _cased_name(part) if _CASED.search(part) else _uncased_name(part.strip(" .:"))
        if not name:
            break
        names.append(name)
    return names


def _cased_name(text: str) -> str | None:
    """A name that a text starts with, or a longer one with particles that is all of it."""
    if initial := INITIAL_AND_NAME.match(text):  # in Mongolian the father's initial and the name
        return initial[0]
    words = text.split()
    is_long = 4 < len(words) <= 7 and all(word in NAME_PARTICLES or word[0].isupper() for word in words)
    return leading_name(text) or (text if is_long and not text.isupper() and text.replace(" ", "").isalpha() else None)


def _uncased_name(text: str) -> str | None:
    """A name of two to four words in a script without capitals; it has to be all there is."""
    return text if _UNCASED_NAME.fullmatch(text) else None
