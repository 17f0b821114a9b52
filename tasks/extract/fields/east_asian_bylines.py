"""Who wrote a line in Chinese, Japanese or Korean: `記者王小明／台北報導`, `文・佐藤花子`, `박지은 기자 =`.

The patterns take 14 ms to compile, so each is compiled for the first line that has a letter of these scripts.
"""

import re
from functools import cache

_compiled = cache(re.compile)
_LETTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff가-힣]")
_BEFORE_SIGN = r"(?:作者|撰文|撰稿|採訪|采写|记者|記者|筆者|執筆|取材・文|文・取材|文・写真|文)"
_HAN = r"[\u3400-\u9fff]"
_HAN_NAME = rf"{_HAN}{{2,4}}"
_HAN_NAMES = rf"{_HAN_NAME}(?:[、，,\s和與与]{{1,2}}{_HAN_NAME})*"
_HAN_LABEL = (
    rf"(?<!\w)(?:本報|本报)?(?:特約|特约|實習|实习)?{_BEFORE_SIGN}\s*[:：／/｜|]\s*({_HAN_NAMES})(?![\w：:／/])"
)
_HAN_REPORTER = (
    rf"^[（(〔\[【]?(?:本報|本报|中央社)?(?:特派員|特派员|記者|记者)\s?({_HAN_NAMES})\s?[／/]\s?[^／/]{{2,12}}[／/]?"
    r"(?:綜合)?(?:報導|报道|電)"
)
# the names of nearly all reporters have three characters; the place follows without a sign
_HAN_REPORTER_AND_PLACE = rf"^[（(]中央社記者({_HAN}{{3}})(?={_HAN}{{2,3}}\d{{1,2}}日)"
_HAN_REPORTER_IN_DATELINE = rf"[电電讯訊]\s?[（(](?:本报|本報)?(?:记者|記者)\s?({_HAN_NAMES})[）)]"
_HAN_REPORTER_ALONE = rf"^(?:本報|本报)(?:特派|特約|特约|實習|实习|見習|见习)?(?:記者|记者)\s+({_HAN_NAMES})$"
_KANA = r"[\u3040-\u30ff\u3400-\u9fff々]"
_JAPANESE_LABEL = (
    rf"(?<!\w)(?:取材・)?文(?:・写真)?\s*[:：／/]\s*({_KANA}{{1,4}}[\s　]{_KANA}{{1,4}})"
    r"(?=$|\s*(?:撮影|写真|編集|構成|[（(]))"
)
_NAME_AND_ROLE = rf"^({_KANA}{{2,6}}(?:[\s　]{_KANA}{{1,4}})?)\s*[（(]?(?:記者|編集委員|特派員|論説委員)[）)]?$"
_SIGNED_IN_JAPANESE = rf"^[【〔（(]({_KANA}{{3,6}}|{_KANA}{{1,4}}[\s　]{_KANA}{{1,4}})[】〕）)]$"
_HANGUL_NAMES = r"[가-힣]{2,4}(?:\s?[·ㆍ,、]\s?[가-힣]{2,4})*"
_KOREAN_REPORTER = (
    rf"^(?:[\[(（【][^\])）】]{{2,24}}[\])）】])?\s*(?:(?:글|사진|취재)[·ㆍ]?)*\s*({_HANGUL_NAMES})\s*"
    r"(?:선임|수습|전문|객원|인턴)?(?:기자|특파원)(?:\s*[=(/|]|\s+\S+@\S+|$)"
)
_KOREAN_REPORTER_OF_SITE = rf"^[\[(【](?!사진|그래픽|영상)[^\])】=\s]{{2,20}}(?:=\s*|\s)({_HANGUL_NAMES})\s*기자[\])】]"
_LABELS = (_HAN_LABEL, _HAN_REPORTER, _HAN_REPORTER_ALONE, _NAME_AND_ROLE, _KOREAN_REPORTER, _KOREAN_REPORTER_OF_SITE)
_IN_DATELINES = (
    *(_KOREAN_REPORTER, _KOREAN_REPORTER_OF_SITE),
    *(_HAN_REPORTER, _HAN_REPORTER_AND_PLACE, _HAN_REPORTER_IN_DATELINE),
)
_BETWEEN = r"[、，,·ㆍ和與与]\s?|(?<=[\u3400-\u9fff]{2})\s+(?=[\u3400-\u9fff]{2})"


def names_labelled(text: str) -> list[str]:
    """The names after a word for the writer in a line, or before one: `記者王小明／台北報導`, `佐藤花子 記者`."""
    if not _LETTER.search(text):
        return []
    match = _compiled(_JAPANESE_LABEL).search(text)
    return [match[1]] if match else _names_by(_LABELS, text)


def names_in_dateline(head: str) -> list[str]:
    """The reporters in a dateline: `(서울=연합뉴스) 박지은 기자 =`, `新华社北京电（记者李明）`."""
    return _names_by(_IN_DATELINES, head) if _LETTER.search(head) else []


def name_in_brackets(text: str) -> list[str]:
    """The name that a line is, in the brackets in which Japanese stories are signed: `（佐藤花子）`."""
    match = _compiled(_SIGNED_IN_JAPANESE).match(text)
    return [match[1]] if match else []


def _names_by(patterns: tuple[str, ...], text: str) -> list[str]:
    match = next((match for pattern in patterns if (match := _compiled(pattern).search(text))), None)
    return [name for name in _compiled(_BETWEEN).split(match[1]) if name] if match else []
