"""The spoken text of a file of subtitles, whose cues are pieces of a line or two, each below its number and times.

The text is joined to paragraphs, which end with a sentence. The numbers and times follow it as one line, so that every
word of the file is still accounted for.
"""

import re
from itertools import pairwise

_MIN_CUES = 5  # fewer times may be quoted in any text
_CUE_SHARE = 0.7  # of the lines with text from the first times on, in cues
_CUE_LINES = 4  # of text; subtitles have one or two
_PARAGRAPH_CHARS = 240  # a paragraph ends with the first sentence after so many
_TIMES = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}")
_MARKUP = re.compile(r"</?(?:[bciuv]|ruby|rt|lang|font)(?:[ .][^<>]*)?>|<\d[\d:.]*>|\{\\an?\d+\}")
_END = re.compile(r"[.!?…。！？।؟۔։][\"'”’»“‘)\]」』]*$")


def without_times(lines: list[str]) -> list[str]:
    """The lines of a text, with the text of its subtitles in paragraphs; the same list if they are no subtitles."""
    times = [n for n, line in enumerate(lines) if "-->" in line and _TIMES.match(line)]
    if len(times) < _MIN_CUES:
        return lines
    is_numbered = [n > 0 and not (n > 1 and lines[n - 2].strip()) and bool(lines[n - 1].strip()) for n in times]
    heads = [n - numbered for n, numbered in zip(times, is_numbered, strict=True)]
    cues: list[list[str]] = []
    rest: list[str] = []
    for at, (_, following) in zip(times, pairwise([*heads, len(lines)]), strict=True):
        texts = [line.strip() for line in lines[at + 1 : following]]
        end = texts.index("") if "" in texts else len(texts)
        cues.append([_MARKUP.sub("", text).strip() for text in texts[:end]])
        rest += [text for text in texts[end:] if text]
    if len(rest) > (1 - _CUE_SHARE) * len(times) or any(len(cue) > _CUE_LINES for cue in cues):
        return lines
    marks = [" ".join(lines[head : at + 1]) for head, at in zip(heads, times, strict=True)]
    return [*lines[: heads[0]], "", *_paragraphs(cues), *rest, "", " ".join(marks)]


def _paragraphs(cues: list[list[str]]) -> list[str]:
    """The text of all cues, in paragraphs with an empty line between them."""
    result: list[str] = []
    paragraph: list[str] = []
    for cue in cues:
        paragraph += [text for text in cue if text]
        if paragraph and _END.search(paragraph[-1]) and sum(map(len, paragraph)) >= _PARAGRAPH_CHARS:
            result += [" ".join(paragraph), ""]
            paragraph = []
    return [*result, " ".join(paragraph), ""]
