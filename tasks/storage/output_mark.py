"""The file by which an output of Copydesk is recognised, also by steps that read what users name."""

from pathlib import Path
from typing import Any

import orjson

MANUAL = ("README.md", "DICTIONARY.md", "croissant.json")  # beside the tables; `flows.manual` writes them
MARK = "copydesk.json"  # in every output: which version created it, and whether a run has published to it


def read_mark(root: Path) -> dict[str, Any] | None:
    """The mark of an output, or None: it has none, or a file of that name is not of Copydesk."""
    try:
        content = orjson.loads((root / MARK).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return content if isinstance(content, dict) and "made_by" in content else None
