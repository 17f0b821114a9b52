"""The people and speakers of Japanese texts, which have no spaces and no capitals to go by."""

import re

from tasks.extract.quotes.people import MAX_TEXT

_KANJI = "一-龯々ヶ"
_JA_ROLE = (
    "副町長|副市長|副知事|副社長|副会長|組合長|理事長|委員長|事務局長|支配人|准教授|町長|市長|村長|区長|知事|社長|会長|館長|校長|園長|課長|部長|局長|店長|駅長|院長|所長|議長|団長|船長|隊長|署長|"
    "教授|議員|監督|選手|首相|大臣|代表|女将|おかみ|住職|宮司|店主|医師|弁護士|学芸員|研究員|主任|職員|漁師|農家"
)
_JA_NAME = re.compile(
    rf"([{_KANJI}]{{1,12}}?[ァ-ヴー]{{0,6}}|[ァ-ヴー]{{1,20}}(?:[・＝][ァ-ヴー]{{1,20}}){{0,5}})(さん|氏|様|君|{_JA_ROLE})(?![{_KANJI}])"
)
_JA_PREFIX = re.compile(rf"^.*(?:{_JA_ROLE})(?=.)")
_JA_GROUP = re.compile(
    r"協会|組合|会社|大学|役場|委員会|観光|商店|学校|病院|事務|市役|警察|消防|同社|同町|同市|皆|客|患者|業者|記者|お父|お母|父|母|娘|息子|奥"
)
_JA_SUBJECT = re.compile(rf"([{_KANJI}ァ-ヴー]{{2,20}}(?:たち|ら)?)(?:（[^）]{{0,20}}）)?(?:は|が)")


class JapaneseCast:
    """The people of a Japanese text: names stand before さん, 氏 or a role."""

    def __init__(self, text: str) -> None:
        self._full: list[str] = []
        self._by_role: dict[str, set[str]] = {}
        text = text[:MAX_TEXT]
        for match in _JA_NAME.finditer(text):
            name = self._bare(match.group(1))
            if not name:
                continue
            if name not in self._full:
                self._full.append(name)
            role = re.search(rf"({_JA_ROLE})[の、]?$", text[max(0, match.start() - 6) : match.start()])
            for each in (match.group(2), role.group(1) if role else ""):
                self._by_role.setdefault(each, set()).add(name)
        # a surname alone is no person beside its full name
        self._full.sort(key=len, reverse=True)

    @staticmethod
    def _bare(name: str) -> str:
        name = _JA_PREFIX.sub("", name)
        # six characters are the longest names; one is none
        is_name = len(name) >= 2 and not _JA_GROUP.search(name) and (len(name) <= 6 or "・" in name)
        return name if is_name and not re.fullmatch(_JA_ROLE, name) else ""

    def _fullest(self, name: str) -> str:
        return next((full for full in self._full if full.startswith(name)), name)

    def subject(self, clause: str) -> tuple[bool, str | None]:
        """Whether a clause says who speaks, and the name where it gives one."""
        for match in _JA_NAME.finditer(clause):
            if name := self._bare(match.group(1)):
                return True, self._fullest(name)
        if subject := _JA_SUBJECT.search(clause):
            role = re.search(rf"({_JA_ROLE})$", subject.group(1))
            named = {self._fullest(name) for name in self._by_role.get(role.group(1), ())} if role else set()
            return True, named.pop() if len(named) == 1 else None
        return False, None

    def latest(self, text: str) -> str | None:
        """Who is named last in a text, or None."""
        names = [name for match in _JA_NAME.finditer(text) if (name := self._bare(match.group(1)))]
        return self._fullest(names[-1]) if names else None
