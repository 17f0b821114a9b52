"""What a quote is, and the measures shared by the ways to find one."""

from dataclasses import dataclass

CJK_CHARS_PER_WORD = 3  # characters of a script without spaces that make up a word
CHARS_BESIDE = 200  # characters beside a quote that may contain its attribution


@dataclass(slots=True)
class Quote:
    """A direct quote: its words without the marks, and the fullest name of its speaker."""

    text: str
    speaker: str | None = None
