"""Lines that clean dropped and that may still name the writer: by the headline, below the story, and labelled names.

A byline often stands in a bar of buttons, and a signature below the story: neither is text of the article.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_LINES_ABOVE = 4  # before the headline: a line with date and writer
_LINES_BELOW = 14  # after it: standfirst, picture, bar of buttons
_LINES_UNDER_STORY = 4  # after its last paragraph: rating, signature
_MAX_CHARS = 160  # of a line with writers, a date and the time it takes to read
# `Autor: Ada Mörk`, wherever it stands
_LABELLED_NAME = (
    r"^(?i:auth?or(?:in|en|es|a|s|ki|ka)?|auteur[es]{0,2}|autor[ei]|text[eo]?|words|written by|story by|автор|текст"
    r"|yazar|tekst|geschrieben von|verfasst von|redaktion|redactie|作者|文|撰文|글|كاتب|المؤلف|नाम|लेखक)\s*[:：]"
    r"|^(?i:(?:this (?:post|article|story) was )?written by|about the author"
    r"|(?:geschrieben|verfasst|erstellt|eingestellt) von)\s"
    # a label that is an element of its own has no colon; a name is short
    r"|^(?i:autor(?:in|/in)?(?:/autor(?:in)?)?|author|auteur|autrice|autore|автор|yazar)\s\p{Lu}.{3,50}$"
)


def writers_lines(lines: pa.Table) -> pa.ChunkedArray:
    """For each row of `schema.LINES`, whether it was dropped and stands where writers are named.

    The lines of a document are in one piece, in their order.
    """
    is_dropped = pc.and_(pc.equal(lines["action"], "drop"), pc.not_equal(lines["label"], "comment"))
    is_short = pc.less_equal(pc.utf8_length(lines["text"]), _MAX_CHARS)
    candidate = _as_numpy(pc.and_(pc.and_(is_dropped, is_short), pc.is_valid(lines["tag"])))
    document = pc.dictionary_encode(lines["doc_id"]).combine_chunks().indices.to_numpy(zero_copy_only=False)
    is_headline = _as_numpy(pc.and_(pc.equal(lines["label"], "headline"), pc.not_equal(lines["action"], "drop")))
    is_story = _as_numpy(pc.and_(pc.equal(lines["label"], "paragraph"), pc.equal(lines["action"], "keep")))
    near = _around(np.flatnonzero(is_headline), -_LINES_ABOVE, _LINES_BELOW, document)
    near |= _around(_last_of_each(np.flatnonzero(is_story), document), 1, _LINES_UNDER_STORY, document)
    is_labelled = _as_numpy(pc.match_substring_regex(lines["text"], _LABELLED_NAME))
    return pa.array(candidate & (near | is_labelled))


def _as_numpy(mask: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)


def _around(rows: np.ndarray, first: int, last: int, document: np.ndarray) -> np.ndarray:
    """Marks the rows at these distances from given rows, within their documents."""
    marked = np.zeros(len(document), dtype=bool)
    for distance in range(first, last + 1):
        there = rows + distance
        inside = (there >= 0) & (there < len(document))
        same = document[there[inside]] == document[rows[inside]]
        marked[there[inside][same]] = True
    return marked


def _last_of_each(rows: np.ndarray, document: np.ndarray) -> np.ndarray:
    """The last of some rows in each document."""
    is_last = np.ones(len(rows), dtype=bool)
    is_last[:-1] = document[rows[1:]] != document[rows[:-1]]
    return rows[is_last]
