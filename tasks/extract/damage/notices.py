"""Notices in place of a story, known by their words in more than twenty languages even when they come once."""

import re
import tomllib
from collections.abc import Sequence, Sized
from functools import cache
from pathlib import Path

from tasks.extract.damage.evidence import Evidence, Story, excerpt
from tasks.extract.damage.literals import Phrases, sought

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_WHOLE = ("here_is", "sorry", "label")  # known from the first word of a paragraph on
_STARTS = {
    name: re.compile(words.replace("^", ""))
    for table in _WORDS.values()
    for name, words in table.items()
    if name in _WHOLE
}
_WALL_CHARS = 2_500  # a longer text has a story in it
# Things that a notice says at least, and at most so many characters for each. A story about notices says fewer, or says
# them among much else: invented ones had 7 things of walls at 78 characters each, and 2 of tests for robots at 214.
_CONSENT = ((6, 60), (9, 130))
_NOTICE_CHARS = 1_500
_PART_CHARS = 250  # of a text that may be a part of a notice
_REFUSALS = {
    "robot": ((2, 120), (3, 220)),
    "wall": ((3, 120), (5, 150)),
    "region": ((2, 70), (3, 220)),
    "denied": ((3, 60), (4, 100)),
    "parked": ((3, 300),),
}
# a text that does not look like a story speaks of a few such things; the model doubts one real story in twenty
_DOUBTFUL, _DOUBTFUL_CHARS = ((3, 110),), 600
_HEAD_CHARS = 400
_HEADS = 2  # paragraphs, since what follows may be teasers of other stories
_LABEL_CHARS = 60
_AD_MARKS = frozenset({"anzeige", "реклама", "annons", "広告", "广告", "광고"})
_FRAME_CHARS = 240
_SPEAKS_CHARS = 60  # of a paragraph's start, where a language model says what it is
_CRY_CHARS, _REST_CHARS = 15, 6
_QUOTES = "\"'“„«‹‘「『–—"
_MODEL = sought(
    *("anguage model", "as an AI", "As an AI", "prachmodell", "KI-Modell", "modèle de langage", "odelo de lengua"),
    *("odello linguistico", "odelo de lingua", "aalmodel", "model językowy", "зыковая модель", "мовна модель"),
    *("pråkmodell", "sprogmodel", "kielimalli", "言語モデル", "语言模型"),
)
_LAST_CHARS = 200
_STUB_CHARS = 1_500  # of a text whose rest is missing: three paragraphs
_ALTERNATIVES = re.compile(
    r"\(\?:([^()]*)\)(\?)?|\[(\w+)\](\?)?|(.)\?"
)  # (?:a|b), [sz], or a letter that may be absent


def spellings(phrase: str) -> list[str]:
    """The plain spellings of a phrase with alternatives: literals are found many times as fast as patterns."""
    match = _ALTERNATIVES.search(phrase)
    if not match:
        return [phrase]
    group, group_may_lack, letters, letter_may_lack, single = match.groups()
    parts = group.split("|") if group is not None else list(letters or single)
    if group_may_lack or letter_may_lack or single:
        parts.append("")
    return [whole for part in parts for whole in spellings(phrase[: match.start()] + part + phrase[match.end() :])]


@cache
def _phrases(*kinds: str) -> Phrases[tuple[str, str]]:
    """The phrases of some kinds in all their spellings, made for the first text that needs them."""
    return Phrases(
        (spelled, (kind, name))
        for kind in kinds
        for name, words in _WORDS[kind].items()
        if name not in _WHOLE
        for spelled in dict.fromkeys(one for phrase in _alternatives(words) for one in spellings(phrase))
    )


def _alternatives(words: str) -> list[str]:
    """The parts of a table's line between the bars that are not in brackets."""
    depth, cut, phrases = 0, 0, []
    for position, char in enumerate([*words, "|"]):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            phrases.append(words[cut:position])
            cut = position + 1
    return phrases


def find_consent_wall(story: Story) -> Evidence | None:
    """A text that asks for consent to cookies and says nothing else."""
    if len(story.text) > _WALL_CHARS:
        return None
    plain = _plain(story.text)
    said = _said(plain, "consent")["consent"]
    return story.at(min(said.values())) if "cookies" in said and _is_dense(said, plain, _CONSENT) else None


def find_refusal(story: Story) -> Evidence | None:
    """A text that tests for robots, asks to allow adverts, refuses a reader or a country, or sells the domain.

    Where little was kept of a notice, its headline and the lines above and below say the rest.
    """
    if len(story.text) > _NOTICE_CHARS:
        return None
    around = ""
    if len(story.text) <= _PART_CHARS:
        around = _plain(" ".join([story.title, *story.lines_before, *story.lines_after]))
    plain = _plain(story.text)
    whole = f"{plain} {around}"
    in_text = _said(plain, "web", *_REFUSALS)
    in_all = _said(whole, "web", *_REFUSALS) if around else in_text
    for kind, bounds in _REFUSALS.items():
        said = in_text[kind]
        if said and (_is_dense(said, plain, bounds) or _is_dense(in_all[kind], whole, bounds)):
            return story.at(min(said.values()))
    may_be_any = story.is_doubtful and len(plain) <= _DOUBTFUL_CHARS
    if may_be_any and _is_dense(in_all["web"], whole, _DOUBTFUL):
        return Evidence(0, excerpt(story.text))
    return None


def find_story_gone(story: Story) -> Evidence | None:
    """A text that says first that the story is no longer there."""
    plain = _plain("\n\n".join(story.paragraphs[:_HEADS])[:_HEAD_CHARS])
    said = _said(plain, "gone")["gone"]
    return story.at(min(said.values())) if len(said) == len(_WORDS["gone"]) else None


def find_machine_frame(story: Story) -> Evidence | None:
    """What a language model says before and after a text, or instead of it."""
    if not story.paragraphs:
        return None
    first, last = story.paragraphs[0], story.paragraphs[-1]
    head, tail = _plain(first[:_FRAME_CHARS]), _plain(last[:_FRAME_CHARS])
    is_short = len(first) < _FRAME_CHARS
    if (
        (is_short and (_STARTS["here_is"].match(head) or _is_announced(first)))
        or _STARTS["sorry"].match(head)
        or "as_model" in _said(head, "machine")["machine"]
    ):
        return Evidence(0, excerpt(first))
    if len(last) < _FRAME_CHARS and not _said(tail, "machine")["machine"].keys().isdisjoint(("hope", "as_model")):
        return Evidence(len(story.paragraphs) - 1, excerpt(last))
    number = _reply_inside(story)
    return None if number is None else Evidence(number, excerpt(story.paragraphs[number]))


def _is_announced(line: str) -> bool:
    """Whether a line announces a text as an answer does, in any language: by an exclamation and a colon."""
    cry, mark, rest = line.replace("！", "!").partition("!")
    return bool(mark) and len(cry) <= _CRY_CHARS and rest.rstrip()[-1:] in (":", "：") and len(rest) > _REST_CHARS


def _reply_inside(story: Story) -> int | None:
    """The first short paragraph in which a language model announces the next part of a text, or refuses to write it."""
    may_cry = story.count_of("!") and story.count_of(":")
    for number in [n for n in story.open_lines if story.paragraphs[n][-1:] == ":"] if may_cry else ():
        start = _plain(story.paragraphs[number])
        if "!" in start[:_CRY_CHARS] and _STARTS["here_is"].match(start):  # "Sure! Here is the next part:"
            return number
    if not story.has(_MODEL):
        return None
    spoken = [n for n, one in enumerate(story.paragraphs) if len(one) < _FRAME_CHARS and one[0] not in _QUOTES]
    starts = (_plain(story.paragraphs[n][:_SPEAKS_CHARS]) for n in spoken)
    said = (_said(start, "machine")["machine"] for start in starts)
    return next((n for n, things in zip(spoken, said, strict=True) if "as_model" in things), None)


def find_pay_line(story: Story) -> Evidence | None:
    """A last line that says who may read the rest, in whatever words.

    It may have been dropped because it is on all pages of the site; then it counts below a short text only, since
    whole texts have such lines below them, too.
    """
    if not story.paragraphs:
        return None
    if _is_pay_line(story.paragraphs[-1]):
        return Evidence(len(story.paragraphs) - 1, excerpt(story.paragraphs[-1]))
    below = story.lines_after if len(story.text) <= _STUB_CHARS else ()
    shown = next((line for line in below if _is_pay_line(line)), None) or _meter_of(below)
    return Evidence(None, excerpt(shown)) if shown else None


def _meter_of(lines: Sequence[str]) -> str | None:
    """The line that says how many stories a reader has for nothing, if one of these lines names those who pay."""
    plain = list(map(_plain, lines))
    if not any("payers" in _said(line, "pay")["pay"] for line in plain):
        return None
    return next((line for line, own in zip(lines, plain, strict=True) if _said(own, "meter")["meter"]), None)


def _is_pay_line(line: str) -> bool:
    return 0 < len(line) <= _LAST_CHARS and len(_said(_plain(line), "pay")["pay"]) == len(_WORDS["pay"])


def find_sponsored(story: Story) -> Evidence | None:
    """A text labelled as paid for, in a line of its own."""
    for number, paragraph in enumerate(story.paragraphs[:_HEADS]):
        if _is_label(paragraph):
            return Evidence(number, excerpt(paragraph))
    shown = next((line for line in story.lines_before if _is_label(line) and not _is_ad_mark(line)), None)
    return Evidence(None, excerpt(shown)) if shown else None


def _is_label(line: str) -> bool:
    return len(line) < _LABEL_CHARS and bool(_STARTS["label"].match(_plain(line)))


def _is_ad_mark(line: str) -> bool:
    """Whether a line is one word that also stands above an advert beside a story."""
    return _plain(line).strip(" .:!") in _AD_MARKS


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _is_dense(said: Sized, plain: str, bounds: tuple[tuple[int, int], ...]) -> bool:
    """Whether a text says enough things, and little else."""
    return any(len(said) >= least and len(plain) <= len(said) * chars for least, chars in bounds)


def _said(plain: str, *kinds: str) -> dict[str, dict[str, int]]:
    """The things of some kinds that a text says, each with the position of the first phrase that says it."""
    said: dict[str, dict[str, int]] = {kind: {} for kind in kinds}
    for (kind, name), position in _phrases(*kinds).in_text(plain).items():
        said[kind][name] = position
    return said
