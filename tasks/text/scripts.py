"""Scripts that are written without spaces between words, as ranges of code points.

The sets differ because each was measured with the rule that uses it, and the models are trained with theirs; a change
of one changes values of the dataset. All are about Thai, Lao, Burmese, Khmer, Chinese and Japanese (and Tibetan in
some). None has the syllables of Hangul, which is written with spaces.
"""

Ranges = tuple[tuple[int, int], ...]

# Letters that the models' features count one by one instead of as words. Marks in these ranges are not letters and stay
# what they are. Reaches from radicals (2E80) to Yi (A4CF), and has half-width katakana.
MODEL_LETTERS: Ranges = (
    (0x0E00, 0x0EFF),
    (0x0F00, 0x0FFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x2FDF),
    (0x3040, 0x312F),
    (0x31A0, 0xA4CF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
)

# Scripts whose lines may be broken anywhere, so that wrapped text is joined without spaces. Includes marks, since these
# end lines, too, but neither Tibetan nor the syllables of Hangul (between ABFF and F900).
WRAPPED_TEXT: Ranges = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0xABFF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFF9F),
)

# Letters that are counted to tell whether a page holds a paragraph at all. Common letters are enough for that.
COMMON_LETTERS: Ranges = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF))

# Letters that near-duplicates are compared by, one by one: the common ones with Tibetan and the rare ideographs of the
# supplementary planes.
COMPARED_LETTERS: Ranges = (
    (0x0E00, 0x0FFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0x20000, 0x3FFFF),
)

# Letters that count as words of their own where lines are aligned with gold texts, in training only.
GOLD_LETTERS: Ranges = ((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x312F), (0x3400, 0x9FFF))


def char_class(ranges: Ranges) -> str:
    """The ranges as the inside of a regular expression's `[...]`."""
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
