"""The pattern of a person's name with its titles in running text."""

import re

from tasks.extract.quotes.words import WORDS

# re has no class for capital letters: Latin to Cyrillic, and the Vietnamese part of Latin
_CAPITALS = "".join(char for code in (*range(0x41, 0x530), *range(0x1E00, 0x1F00)) if (char := chr(code)).isupper())
# "der" and the like join names only after "von": "Ende der Spielzeit" is not a name
_LONE_PARTICLES = WORDS["particles"] - {"der", "den", "des", "dem", "of"}
_PARTICLES = "(?:von|van|de|zu)[ \u00a0](?:der|den|dem|het|la|las|los|le)|" + "|".join(
    sorted(_LONE_PARTICLES, key=lambda word: (-len(word), word))
)
# An item of a name: a capitalised word with its hyphenated or O’-joined parts; a full stop only after an initial or an
# abbreviated title. It starts with a plain character class, which re finds several times faster than anything else. Its
# length is bounded because it is tried at every capital: a page of words of 60,000 letters would take forever.
_ITEM = rf"""
    [{_CAPITALS}]\w{{0,60}} (?: [-’'][{_CAPITALS}]\w{{0,60}} ){{0,6}}
    (?: \. (?:
        (?<=\b[{_CAPITALS}]\.)
      | (?<=\b(?:Mr|Ms|Dr|St|Lt|Sr)\.)
      | (?<=\b(?:Mrs|Rev|Sen|Rep|Gov|Gen|Sgt|Col|Mme|Sra|Sig)\.)
      | (?<=\b(?:Prof|Capt|Mlle)\.)
    ) )?
"""
_NEXT_ITEM = rf"""
    (?: [ \u00a0] (?: (?:{_PARTICLES}) [ \u00a0] ){{0,2}} (?: d[’'] )? {_ITEM} | (?<=\.) {_ITEM} )
"""
# six items are the longest name with its titles in news; more are a headline
NAME = re.compile(f"{_ITEM} {_NEXT_ITEM}{{0,5}}", re.VERBOSE)
FULL_NAME = re.compile(f"{_ITEM} {_NEXT_ITEM}{{1,5}}", re.VERBOSE)
