"""The manual beside the data: README.md, DICTIONARY.md and croissant.json in every output."""

import logging
from pathlib import Path

import orjson

from expectations.reasons import quarantine_sentences
from tasks.schema.croissant import croissant
from tasks.schema.dictionary import dictionary
from tasks.schema.manual import MARK, dictionary_markdown, readme_markdown
from tasks.storage.atomic import write_text
from tasks.storage.output_mark import MANUAL

logger = logging.getLogger(__name__)
_PROBE_BYTES = 1 << 20  # of a file that may be the user's: its mark is in there


def write_manual(root: Path) -> list[Path]:
    """Write the files of the manual that are absent or out of date; a file that a user wrote stays as it is.

    Returns: the files written. A folder that refuses them is reported in the log: the data is published already.
    """
    described = dictionary(quarantine_sentences())
    written = []
    texts = (
        readme_markdown(described),
        dictionary_markdown(described),
        orjson.dumps(croissant(), option=orjson.OPT_INDENT_2).decode() + "\n",
    )
    for name, text in zip(MANUAL, texts, strict=True):
        path = root / name
        try:
            if _is_outdated(path, text):
                write_text(text, path)
                written.append(path)
        except OSError as error:
            logger.warning("%s could not be written (%s)", path, error.strerror or error)
    return written


def _is_outdated(path: Path, text: str) -> bool:
    """Whether a file is absent, or is ours and has another text."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return False
    if not path.exists():
        return True
    with path.open("rb") as handle:
        found = handle.read(_PROBE_BYTES)
    return MARK.encode() in found and found != text.encode()
