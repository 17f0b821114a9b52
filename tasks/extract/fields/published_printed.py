"""The dates of publication that a page prints: in its date lines, beside its headline, before and after its story."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from tasks.extract.page import LabelledLine, Page, once_per_page
from tasks.text.date_lines import words_beside_dates
from tasks.text.dates import find_dates

_UPDATED_WORDS = re.compile(
    r"updat|modif|aktualisiert|mise? à jour|actualiza[dc]|atualiza[dçc]|aggiorna|bijgewerkt|"
    r"gewijzigd|wijziging|geändert|änderung|modyfik|изменен|last (?:reviewed|revised|changed)|amended|"
    r"aktuali[sz]a|aktualizov|обновлен|оновлен|актуализ|ажурир|ažurir|posodob|güncelle|更新|修訂|last edited|zuletzt|"
    r"frissít|actualizat|uppdater|oppdater|opdater|päivitet|muokat|ενημερ[ωώ]|τροποποι|تحديث|بروزرسانی|به‌روز|"
    r"עודכן|עדכון|अपडेट|संशोधित|আপডেট|হালনাগাদ|புதுப்பிக்க|수정|업데이트|ปรับปรุง|อัปเดต|แก้ไข|cập nhật|diperbarui|"
    r"pembaruan|dikemas kini|განახლ|թարմացվ|atnaujint|atjaunin|uuendat|yangilan|yenilən",
    re.I,
)
_PUBLISHED_WORDS = re.compile(
    r"publi[kcszée]|posted|veröffentlich|erschienen|opubli|yayın|udgivet|pubblic|julkaistu|geschrieben|erstellt|"
    r"mise? en ligne|"
    r"verfasst|eingestellt|eingetragen|written|опубликован|опублік|публикуван|објављ|objavlj|发布|發布|发表|發表|公開|掲載|配信|"
    r"게시|등록|입력|승인|פורסם|نشر|انتشار|منتشر|شائع|δημοσι|megjelent|közzé|zveřejn|vydáno|प्रकाशित|প্রকাশ|வெளியிட|เผยแพร่|"
    r"โพสต์|đăng lúc|xuất bản|diterbitkan|tayang|გამოქვეყნ|paskelbt|avaldat|giriş tarihi|eklenme",
    re.I,
)
_FIRST_PUBLISHED = re.compile(
    r"(?:first|originally)\s(?:published|posted)|erst(?:mals|ver)\s?öffentlicht|erstmals\s(?:veröffentlicht|erschienen)"
    r"|première\s(?:publication|parution)|publicad[oa]\s(?:originalmente|por\sprimera\svez)|初出|初回公開|首发|首發",
    re.I,
)
_STATE_WORD = re.compile(r"\W*(?:stand|as of|stan na|stav k|état au)\b", re.I)  # `Stand: 2 May | Veröffentlicht: 1 May`
_LEAD_CHARS = 12  # a line with a word for "updated" this early is about the update
_RECEIVED_WORDS = re.compile(
    r"\b(?:received|accepted|submitted|revised|eingereicht|eingegangen|angenommen|reçu|recibido)\b", re.I
)
# of a writer's account, a copyright, or the wording of another date than that of publication
_OTHER_DATES = re.compile(
    r"©|\(c\)|copyright|regist(?:ered|riert)|joined|member since|mitglied seit|beigetreten|dabei seit|inscrit|"
    r"\b(?:bis|until|deadline|jusqu|hasta|fino a|termin)\b|"
    # of the licence of a newspaper, in its imprint
    r"발행인|편집인|등록번호|청소년보호|свидетельств|зарегистрир|giấy phép|\bissn\b",
    re.I,
)
_HOURS_RANGE = re.compile(
    r"(?<![\d.])\d{1,2}[:.：]\d{2}\s?(?:uhr|h)?\s?[-–—－〜～]\s?\d{1,2}[:.：]\d{2}", re.I
)  # of an event
_WEATHER = re.compile(r"\d\s?°\s*(?:[CF]\b|[|·•/,;]|$)")  # of today; `1° ottobre 2024` is a day
_DATE_LABEL = re.compile(
    r"\W*(?:(?:发布|發布|发表|發表|公開|掲載)?(?:日期|日付|日|時間|时间|于|於)|datum|date|fecha|data|дата|날짜|등록|입력|erschienen|veröffentlich\w*|publi[kcszée]\w*|"
    r"pubblicat\w*|posted|erstellt|verfasst|opublikowan\w*)\b[^\d]{0,16}\d",
    re.I,
)
_WEEKDAY_ALONE = re.compile(r"[^\W\d_]{3,12},?\s[^|·•]{6,24}")  # today's, in a masthead: `Thursday, November 9th 2023`
# dropped lines of this size that may have a full date are read too; the expression is for Arrow, which searches in C++
DATED_LINE_BYTES = 240
MAY_HAVE_DATE = r"\p{Nd}{4}|\p{Nd}{1,2} ?[./|-] ?\p{Nd}{1,2} ?[./|-] ?\p{Nd}{2}|年"
_DIGIT_OR_YEAR = re.compile(r"\d|年")
_DIGIT = "[\\d१२३४५६७८९٠-٩۰-۹]"
_DATE = rf"{_DIGIT}[\w.,/ -]{{5,28}}?"
_DELIMITER = r"(?:[–—:|„“”«»]|\s-|<)"
_FRONT = re.compile(rf"(?:\s|<[^>]{{0,80}}>)*({_DATE})\s*(?:{_DELIMITER}|(?<=[12]\d{{3}})(?=[^\W\d_]))")
# `Karlsruhe, (12.11.2021). ...`, `Press release of 25 January 2022 | Berlin - ...`, `Berlin, 11. November 2021`
_DATELINE = re.compile(rf"[^\W\d_][^\d.:;!?„“”]{{2,60}}?[,(\s]\(?({_DATE}\d)\)?\s*(?:{_DELIMITER}|\)\.|$)")
_TITLE_TAIL = re.compile(r"[|–—-]\s*([^|–—]{6,30}\d)\s*$")  # "Headline | DW | 28.04.2023"
_LINES_OF_KICKER = 3  # above a headline, in which its date may stand
_LINES_BEFORE, _LINES_AFTER = 2, 8  # a byline area rarely has more
_SENTENCE_ENDS = ".!?…।。؟"
_SENTENCE_WORDS = 6  # `Published on Monday, 12 October 2024 at noon.` has five without the comma's
_FEW_WORDS = 2  # of more than three letters, beside a date
_BESIDE_LABELS = frozenset(["navigation", "promo", "related"])
_LINES_BELOW = 2  # after the end of the story
_LINE_CHARS = 120
_LONGEST = 300  # of a line with a date beside names, places and buttons
_LABEL_CHARS = 60  # of a line that is no more than a label and a date
_FIRST_LINES = 4  # of the story; a notice or a standfirst may come before its dateline
_DATELINE_CHARS = 100


def date_line_candidates(page: Page) -> list[tuple[str, str]]:
    """The date lines and bylines of the article, those that name the publication first."""
    named: list[tuple[str, str]] = []
    below: list[tuple[str, str]] = []
    above: list[tuple[str, str]] = []
    todays: list[tuple[str, str]] = []
    headline = next((line.line_no for line in reversed(page.labelled("headline"))), 0)
    end = _end_of_story(page)
    for line, text in _about_article(page, page.labelled("date", "byline")):
        if line.line_no > end and line.line_no in _in_list_below(page):
            continue
        if _PUBLISHED_WORDS.search(line.text):
            named.append(("date line", text))
        elif line.line_no > headline:
            below.append(("date line", text))
        elif _WEEKDAY_ALONE.fullmatch(line.text):
            todays.append(("date line", text))
        elif line.line_no >= headline - _LINES_OF_KICKER or not _is_of_the_fetch(text, page):
            above.append(("date line", text))
    return named + below + above + todays


def _is_of_the_fetch(text: str, page: Page) -> bool:
    """Whether a line names the day of the fetch: far above the headline it is today's, beside the weather."""
    if page.fetched_at is None:
        return False
    days = [printed.day for printed in find_dates(text, page.printed_language())[:1]]
    return any(abs(day - page.fetched_at.date()) <= timedelta(days=1) for day in days)


def days_named_as_publication(page: Page) -> set[date]:
    """The days in date lines with a word for publication: `Published 12 October 2024`."""
    lines = [line for line in page.labelled("date", "byline") if _PUBLISHED_WORDS.search(line.text)]
    texts = [text for _, text in _about_article(page, lines)]
    return {printed.day for text in texts for printed in find_dates(text, page.printed_language())[:1]}


def candidates_by_the_headline(page: Page, language: str | None) -> list[tuple[str, str]]:
    """Dates in lines beside the headline and right after the story, whatever these lines are taken for."""
    return [
        ("line by the headline", text)
        for line, text in _about_article(page, _lines_by_the_headline(page))
        if len(text) <= _LINE_CHARS
        and find_dates(text, language)
        and not _is_of_picture(line)
        and line.text not in dropped_teasers(page)
    ]


def _is_of_picture(line: LabelledLine) -> bool:
    """Whether a line says when a picture was taken: `Colin Marsh at the pier on 3 May 2019`.

    A date in front is that of the story: `12/10/2024 - Source: Wend - Photo: Colin Marsh`.
    """
    is_in_front = line.text[:1].isdecimal()
    return line.label in ("caption", "credit") and not is_in_front and not _is_little_more_than_date(line.text)


def labelled_candidates(page: Page, language: str | None) -> list[tuple[str, str]]:
    """The one day that lines with a word for publication or date name, wherever they stand: `Erschienen am: ...`."""
    labelled = (
        line
        for line in page.lines_and_dates
        if len(line.text) <= _LABEL_CHARS and _has_year(line.text) and _DATE_LABEL.match(line.text)
    )
    texts: dict[object, str] = {}
    for _, text in _about_article(page, labelled):
        for printed in find_dates(text, language):
            texts.setdefault(printed.day, text)
    return [("labelled line", text) for text in texts.values()] if len(texts) == 1 else []


def candidates_in_front(page: Page) -> list[tuple[str, str]]:
    """Dates that end or begin the title, or begin one of the first paragraphs: `12.10.2024 – Rain has come ...`."""
    title = page.signals.get("title") or ""
    tail = _TITLE_TAIL.search(title)
    found = [("title", tail[1])] if tail else []
    texts = [("title", title), *(("title", text) for _, text in page.meta("og:title"))]
    texts += [("headline", line.text) for line in page.labelled("headline")[:2]]
    texts += [("text", line.text) for line in page.kept[:_FIRST_LINES]]
    for origin, whole in texts:
        text = whole[:_DATELINE_CHARS]
        if not _DIGIT_OR_YEAR.search(text):
            continue
        match = _FRONT.match(text)
        if match is None and origin == "text":
            match = _DATELINE.match(text)
        if match:
            found.append((f"start of the {origin}", match[0]))
    return found


def lines_under_the_headline(page: Page) -> list[str]:
    """The lines between headline and story that are not about an update, a teaser or a comment."""
    lines = {line.line_no: line for line in [*page.lines, *page.dropped_names]}
    head = next((number for number in sorted(lines) if lines[number].label == "headline"), None)
    if head is None:
        return []
    story = (number for number in sorted(lines) if number > head and lines[number].action == "keep")
    end = min(next(story, head), head + _LINES_AFTER + 1)
    near = [lines[number] for number in sorted(lines) if head < number < end]
    others = ("related", "comment", "navigation")
    return [line.text for line in near if line.label not in others and not _UPDATED_WORDS.search(line.text)]


@once_per_page
def _in_list_below(page: Page) -> set[int]:
    """The numbers of the date lines in a list of other stories below this one: `Gate opens`, then `1 May 2023`.

    Below a teaser or beside a second day stands no date of this story, unless a word says that it was published then.
    """
    end = _end_of_story(page)
    short = {line.line_no: line for line in page.dropped_names if line.line_no > end > 0}
    teaser = next((number for number in sorted(short) if short[number].label == "related"), None)
    below: list[LabelledLine] = []
    for line in page.lines_and_dates:
        is_asked = line.line_no > end > 0 and (line.action != "drop" or line.line_no <= end + _LINES_AFTER)
        if not is_asked or line.label == "footer" or words_beside_dates(line.text) is None:
            continue
        label = short.get(line.line_no - 1)  # `Mise en ligne`, then `23 mai 2019`
        is_named = _PUBLISHED_WORDS.search(line.text) or (label and _PUBLISHED_WORDS.search(label.text))
        if not is_named and not _OTHER_DATES.search(line.text):
            below.append(line)
    language = page.printed_language()
    days = {
        printed.day
        for line in below
        if line.action != "drop" or line.label == "related"
        for printed in find_dates(line.text, language)[:1]
    }
    bounds = [*([teaser] if teaser else []), *([end + _LINES_BELOW] if len(days) > 1 else [])]
    return {line.line_no for line in below if bounds and line.line_no > min(bounds)}


@once_per_page
def dated_teasers(page: Page) -> list[str]:
    """The dated lines of a list of other stories above the headline: `Gate opens 1 May 2023`, then another."""
    return _list_above(page, page.labelled("date"))


@once_per_page
def dropped_teasers(page: Page) -> list[str]:
    """Such lines with the dropped ones among them, as in a ticker."""
    return _list_above(page, [*page.labelled("date"), *page.dropped_dates])


def _list_above(page: Page, lines: list[LabelledLine]) -> list[str]:
    headline = next((line.line_no for line in page.labelled("headline")), 0)
    above = [line.text for line in lines if line.line_no < headline]
    if len(above) < 2:
        return []  # one line does not make a list
    words = {text: words_beside_dates(text) for text in above if not _PUBLISHED_WORDS.search(text)}
    others = [text for text, beside in words.items() if beside]
    days = {printed.day for text in others for printed in find_dates(text)[:1]}
    # one section beside two forms of one date is that of this story
    return others if len({" ".join(words[text] or ()) for text in others}) > 1 and len(days) > 1 else []


def text_about_the_update(text: str) -> str | None:
    """What follows a word for "updated"; None if there is none."""
    match = _UPDATED_WORDS.search(text)
    return text[match.end() :] if match else None


def _lines_by_the_headline(page: Page) -> Iterator[LabelledLine]:
    """The lines from the headline to the story, those just before the headline, and those just after the story."""
    head = next((line.line_no for line in page.lines_and_dates if line.label == "headline"), None)
    if head is not None:
        for line in page.lines_and_dates:
            if not head < line.line_no <= head + _LINES_AFTER or line.line_no in _in_list_below(page):
                continue
            if line.action != "keep":
                yield line
            elif len(line.text) > _LINE_CHARS:
                break
            elif _is_little_more_than_date(line.text):
                yield line
        before = [line for line in page.lines_and_dates if head - _LINES_BEFORE <= line.line_no < head]
        yield from (line for line in reversed(before) if not _WEEKDAY_ALONE.fullmatch(line.text))
    end = _end_of_story(page)
    for line in page.lines_and_dates if end else ():
        is_below = end < line.line_no <= end + _LINES_BELOW and line.label not in _BESIDE_LABELS
        if is_below and line.line_no not in _in_list_below(page) and _is_little_more_than_date(line.text):
            yield line


def _end_of_story(page: Page) -> int:
    """The number of the last line of the story; 0 if nothing is kept."""
    return page.kept[-1].line_no if page.kept else 0


def _is_little_more_than_date(text: str) -> bool:
    words = words_beside_dates(text)
    return words is not None and len(words) <= _FEW_WORDS and not _is_sentence(text)


def _is_sentence(text: str) -> bool:
    """Whether a text is a sentence by its end and the number of its words, most of which may be short ones."""
    return text.rstrip()[-1:] in _SENTENCE_ENDS and sum(map(str.isalpha, text.split())) >= _SENTENCE_WORDS


def _has_year(text: str) -> bool:
    """Whether a text may have a year in Western digits; other digits are rare enough to look at the text itself."""
    return "20" in text or "19" in text or not text.isascii()


def _about_article(page: Page, lines: Iterable[LabelledLine]) -> Iterator[tuple[LabelledLine, str]]:
    """Lines with a date that may be the article's, and their part about its publication.

    Not that of an account, an event, the subject of the headline or a comment.
    """
    title = page.signals.get("title") or ""
    times = page.signals.get("times", ())
    in_comments = {time["text"] for time in times if time.get("is_in_comment")}
    of_teasers = dated_teasers(page)
    for line in lines:
        if line.label in ("headline", "comment") or line.text in in_comments or line.text in of_teasers:
            continue
        if len(line.text) > _LONGEST or not _DIGIT_OR_YEAR.search(line.text):
            continue
        if line.text in title and words_beside_dates(line.text) != []:
            continue
        if _OTHER_DATES.search(line.text) or _HOURS_RANGE.search(line.text) or _WEATHER.search(line.text):
            continue
        text = _part_about_publication(line.text)
        if text:
            yield line, text


def _part_about_publication(text: str) -> str | None:
    """The part of a date line about publication; last in `Aktualizacja: 2 May Publikacja: 1 May`."""
    if _RECEIVED_WORDS.search(text):  # of a paper: `Received 1 May / Accepted 2 June / Published 3 July`
        published = _PUBLISHED_WORDS.search(text)
        return text[published.end() :] if published else None
    if first := _FIRST_PUBLISHED.search(text):
        return text[first.end() :]
    updated = _UPDATED_WORDS.search(text)
    state = None if updated else _STATE_WORD.match(text)  # alone it stands before the only date
    if state and (published := _PUBLISHED_WORDS.search(text, state.end())):
        return text[published.end() :]
    if not updated:
        return text
    if updated.start() >= _LEAD_CHARS and _DIGIT_OR_YEAR.search(text, 0, updated.start()):
        return text[: updated.start()]
    published = _PUBLISHED_WORDS.search(text, updated.end())
    return text[published.end() :] if published else _after_the_update(text)


def _after_the_update(text: str) -> str | None:
    """What follows the date of an update, if it has an earlier date: `Aktualizováno 13. 10. 2024 | 12. 10. 2024`."""
    dates = find_dates(text)
    if len(dates) > 1 and dates[1].day <= dates[0].day:
        return text[dates[0].span[1] :]
    return None
