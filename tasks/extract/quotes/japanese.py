"""Quotes and speakers of Japanese texts, which have neither spaces nor capitals."""

import re

from tasks.extract.quotes.marks import MAX_QUOTES, spans_of
from tasks.extract.quotes.people import MAX_TEXT_CHARS
from tasks.extract.quotes.quote import CHARS_BESIDE, CJK_CHARS_PER_WORD, Quote

_KANJI = "一-龯々ヶ"
_ROLE = "|".join(
    """
    副町長 副市長 副知事 副社長 副会長 組合長 理事長 委員長 事務局長 支配人 准教授 町長 市長 村長 区長 知事 社長 会長
    館長 校長 園長 課長 部長 局長 店長 駅長 院長 所長 議長 団長 船長 隊長 署長
    教授 議員 監督 選手 首相 大臣 代表 女将 おかみ 住職 宮司 店主 医師 弁護士 学芸員 研究員 主任 職員 漁師 農家
    """.split()
)
_NAME = re.compile(
    rf"""
    ( [{_KANJI}]{{1,12}}? [ァ-ヴー]{{0,6}} | [ァ-ヴー]{{1,20}} (?: [・＝] [ァ-ヴー]{{1,20}} ){{0,5}} )
    ( さん | 氏 | 様 | 君 | {_ROLE} )
    (?![{_KANJI}])
    """,
    re.VERBOSE,
)
_ROLE_PREFIX = re.compile(rf"^.*(?:{_ROLE})(?=.)")
_ROLE_BEFORE = re.compile(rf"({_ROLE})[の、]?$")
_ROLE_AT_END = re.compile(rf"({_ROLE})$")
_GROUP = re.compile(
    "協会|組合|会社|大学|役場|委員会|観光|商店|学校|病院|事務|市役|警察|消防|同社|同町|同市|"
    "皆|客|患者|業者|記者|お父|お母|父|母|娘|息子|奥"
)
_SUBJECT = re.compile(rf"([{_KANJI}ァ-ヴー]{{2,20}}(?:たち|ら)?)(?:（[^）]{{0,20}}）)?(?:は|が)")
# a particle after the quote, not followed by "is called" and the like, and a verb of saying in the next 60 characters
_SAYING = re.compile(
    r"""
    、? (?: と | って | などと | とも )
    (?! (?: 呼 | 名付 | 題 | 書か | 称 | 銘打 | いう | して | の ) )
    (?= .{0,60}? (?:
        話 | 語 | 述べ | 言[うい っ] | 言って | 説明 | 強調 | 訴え | コメント | 振り返 | 笑 | 答え |
        明か | 指摘 | 喜 | 期待 | 意気込 | 打ち明 | つぶや | ため息 | 力を込 | 呼びかけ | 感謝 | 悔し | 懐かし | 断言 |
        苦笑 | 胸を張 | 首をかし | 目を細 | 声を | 嘆 | 漏ら | もら | 否定 | 考え | みる | 見る
    ) )
    """,
    re.VERBOSE,
)
_MIN_WORDS = 3  # a shorter span is a term unless it is a sentence


class JapanesePeople:
    """The people of a Japanese text: their names are followed by さん, 氏 or a role."""

    def __init__(self, text: str) -> None:
        self._full_names: list[str] = []
        self._names_by_role: dict[str, set[str]] = {}
        text = text[:MAX_TEXT_CHARS]
        for match in _NAME.finditer(text):
            name = self._without_role(match.group(1))
            if not name:
                continue
            if name not in self._full_names:
                self._full_names.append(name)
            role_before = _ROLE_BEFORE.search(text[max(0, match.start() - 6) : match.start()])
            for role in (match.group(2), role_before.group(1) if role_before else ""):
                self._names_by_role.setdefault(role, set()).add(name)
        # so that a surname alone means its full name
        self._full_names.sort(key=len, reverse=True)

    @staticmethod
    def _without_role(name: str) -> str:
        """A name without a role before it; an empty string if it is not a person's."""
        name = _ROLE_PREFIX.sub("", name)
        # six characters are the longest names; one is too short
        is_name = len(name) >= 2 and not _GROUP.search(name) and (len(name) <= 6 or "・" in name)
        return name if is_name and not re.fullmatch(_ROLE, name) else ""

    def _full_name(self, name: str) -> str:
        return next((full for full in self._full_names if full.startswith(name)), name)

    def subject(self, clause: str) -> tuple[bool, str | None]:
        """Whether a clause says who speaks, and the name if it gives one."""
        for match in _NAME.finditer(clause):
            if name := self._without_role(match.group(1)):
                return True, self._full_name(name)
        if subject := _SUBJECT.search(clause):
            role = _ROLE_AT_END.search(subject.group(1))
            names = self._names_by_role.get(role.group(1), ()) if role else ()
            full_names = {self._full_name(name) for name in names}
            return True, full_names.pop() if len(full_names) == 1 else None
        return False, None

    def named_last(self, text: str) -> str | None:
        """The person named last in a text, or None."""
        names = [name for match in _NAME.finditer(text) if (name := self._without_role(match.group(1)))]
        return self._full_name(names[-1]) if names else None


def find_japanese_quotes(paragraphs: list[str]) -> list[Quote]:
    """The quotes of a Japanese text, in 「」; 『』 are titles."""
    people = JapanesePeople("\n".join(paragraphs))
    quotes: list[Quote] = []
    speaker: str | None = None
    previous = ""
    for paragraph in paragraphs:
        spans = [s for s in spans_of(paragraph, is_inward=False, continues=False) if paragraph[s.start] == "「"]
        narrative_start = 0
        has_quote = False
        for index, span in enumerate(spans[: MAX_QUOTES - len(quotes)]):
            before = paragraph[max(narrative_start, span.start - CHARS_BESIDE) : span.start]
            next_start = spans[index + 1].start if index + 1 < len(spans) else len(paragraph)
            after = paragraph[span.end : min(next_start, span.end + CHARS_BESIDE)].split("。")[0]
            earlier, lead = before.rsplit("。", 1) if "。" in before else ("", before)
            has_saying = bool(_SAYING.match(after))
            is_alone = not lead.strip() and (not after or has_saying)
            is_long = len(span.text) >= _MIN_WORDS * CJK_CHARS_PER_WORD or span.text[-1] in "。！？…"
            if not (has_saying and (is_long or is_alone)) and not (is_alone and (is_long or has_quote)):
                continue
            has_subject, name = people.subject(after + "。" + lead)
            if has_subject:
                speaker = name
            elif mentioned := people.named_last(earlier):
                speaker = mentioned
            elif not has_quote and not earlier:
                speaker = people.named_last(previous) or speaker
            quotes.append(Quote(span.text, speaker))
            has_quote = True
            narrative_start = span.end + len(after)
        previous = paragraph
    return quotes
