"""Invented texts for `duplicates.py`: copies of stories, near-copies, and texts that only look alike."""

import random
import re
import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import newsroom

_WORD = {False: re.compile(r"\S+\s*"), True: re.compile(r"\S{1,2}\s*")}
_DENSE = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # scripts without spaces
_MIN_WORDS = 80  # of a story that is copied; shorter ones are among the rest
_SITES = [publisher.name for publisher in newsroom.PUBLISHERS[:5]]
_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
TEMPLATES = _TEXTS["templates"]
_NUMBERS = {
    "h": "23456789",
    "k": [str(number) for number in range(11, 24)],
    "n": [str(number) for number in range(2, 100)],
}
_SLOTS = _TEXTS["slots"] | _NUMBERS


@dataclass(frozen=True)
class Text:
    """One text of a round."""

    name: str
    text: str
    stem: str  # the original it comes from
    group: str  # what it is there for: story | standing | weather | market | quake | a kind of copy


class Scene:
    """The stories and what edits draw on."""

    def __init__(self, stories: dict[str, str]):
        self.stories = stories
        self.is_dense = {name: len(_DENSE.findall(text)) > 0.3 * len(text) for name, text in stories.items()}
        self.words = {name: _WORD[self.is_dense[name]].findall(text) for name, text in stories.items()}
        long = [name for name, words in self.words.items() if len(words) >= _MIN_WORDS]
        self.chosen = long[::2]
        self.pool = {dense: [name for name in long if self.is_dense[name] == dense] for dense in (False, True)}

    def passage(self, name: str, size: int, dice: random.Random) -> list[str]:
        """Words of other stories in the same kind of script, five in a row: more would make a copy of those stories."""
        others, found = [other for other in self.pool[self.is_dense[name]] if other != name] or [name], []
        while len(found) < size:
            words = self.words[dice.choice(others)]
            found += words[(start := dice.randrange(len(words) - 4)) : start + 5]
        return found[:size]

    def length(self, name: str) -> str:
        """The class of lengths of a story."""
        count = len(self.words[name])
        return (
            "no spaces"
            if self.is_dense[name]
            else "80 to 199 words"
            if count < 200
            else "200 to 499 words"
            if count < 500
            else "500 words or more"
        )


def change(words: list[str], scene: Scene, name: str, dice: random.Random, share: float, in_blocks: float) -> list[str]:
    """Of a story's words a share replaced, part of it in one to three blocks and the rest scattered."""
    new: dict[int, str] = {}
    blocks, total = dice.randrange(1, 4), round(share * len(words))
    for number in range(blocks) if in_blocks else ():
        size, room = int(total * in_blocks / blocks), len(words) // blocks
        new |= enumerate(scene.passage(name, size, dice), number * room + dice.randrange(room - size + 1))
    for place in dice.sample(sorted(set(range(len(words))) - set(new)), total - len(new)):
        while new.setdefault(place, words[place]).strip() == words[place].strip():
            new[place] = scene.passage(name, 1, dice)[0]
    return [new[n].rstrip() + word[len(word.rstrip()) :] if n in new else word for n, word in enumerate(words)]


def titled(words: list[str], scene: Scene, name: str, dice: random.Random) -> list[str]:
    return ["".join(scene.passage(name, dice.randrange(6, 13), dice)).strip() + "\n", *words]


def lengthened(words: list[str], scene: Scene, name: str, dice: random.Random) -> list[str]:
    place = dice.randrange(len(words) // 2, len(words) + 1)
    return [*words[:place], "\n", *scene.passage(name, dice.randrange(40, 91), dice), "\n", *words[place:]]


def cut(words: list[str], scene: Scene, name: str, dice: random.Random, kept: float) -> list[str]:
    return words[: round(kept * len(words))]


def framed(words: list[str], scene: Scene, name: str, dice: random.Random) -> list[str]:
    """Ten to twenty lines of a site's own around the text."""
    own = random.Random(site := dice.choice(_SITES))
    lines = own.sample(_TEXTS["chrome"], 20)
    if scene.is_dense[name]:
        lines = ["".join(scene.passage(name, own.randrange(2, 9), own)).strip() for _ in lines]
    lines = [line.format(site=site, n=dice.randrange(1, 90)) + "\n" for line in lines[: dice.randrange(10, 21)]]
    return [*lines[: len(lines) // 2], *words, "\n", *lines[len(lines) // 2 :]]


_TENTH = partial(change, share=0.1, in_blocks=0.5)
KINDS = {
    f"{how} {share:.0%}": [partial(change, share=share, in_blocks=in_blocks)]
    for how, in_blocks in (("scattered", 0.0), ("blocks", 1.0), ("mixed", 0.5))
    for share in (0.05, 0.1, 0.2, 0.4)
} | {
    "another title": [titled],
    "paragraph more": [lengthened],
    "last third gone": [partial(cut, kept=2 / 3)],
    "last half gone": [partial(cut, kept=1 / 2)],
    "chrome": [framed],
    "mixed 10% + title + chrome": [_TENTH, titled, framed],
    "mixed 10% + paragraph more": [_TENTH, lengthened],
    "mixed 10% + last third gone": [_TENTH, partial(cut, kept=2 / 3)],
}
AT_10 = ("scattered 10%", "blocks 10%", "mixed 10%")


def from_template(kind: str, dice: random.Random) -> str:
    """A weather report, market closing or quake bulletin."""
    facts = newsroom.Facts("en", dice)
    text = " ".join(dice.choice(choices.split("|")) for choices in TEMPLATES[kind])
    for slot, values in (_SLOTS | {"other": [newsroom.Facts("en", dice).words["place"]]}).items():
        text = re.sub("{" + slot + "}", lambda _, values=values: dice.choice(values), text)
    return facts.fill(text)


def plant(scene: Scene, number: int, seed: int) -> list[Text]:
    """The texts of one round: stories, the rest, and copies last."""
    texts, chosen, rest = [], set(scene.chosen), 0
    for name, text in scene.stories.items():
        rest += name not in chosen
        if name not in chosen and rest % 2:
            ending = _TEXTS["standing"].format(site=_SITES[rest // 2 % len(_SITES)], n=rest // 2 % len(_SITES))
            texts.append(Text(name, f"{text}\n{ending}", name, "standing"))
        else:
            texts.append(Text(name, text, name, "story"))
    for kind in TEMPLATES:
        names = [f"{kind} {number} {count}" for count in range(max(10, len(scene.stories) // 10))]
        texts += [Text(name, from_template(kind, random.Random(f"{seed} {name}")), name, kind) for name in names]
    for place, name in enumerate(scene.chosen):
        kind = list(KINDS)[(place + number) % len(KINDS)]
        dice, words = random.Random(f"{seed} {name} {kind}"), scene.words[name]
        for step in KINDS[kind]:
            words = step(words, scene, name, dice)
        texts.append(Text(f"{name} copy", "".join(words), name, kind))
    return texts
