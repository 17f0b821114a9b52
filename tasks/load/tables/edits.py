"""What changed between two texts of an article, in a few words each."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

FIELDS = (
    "title",
    "authors",
    "published_at",
    "published_date",
    "publisher",
    "section",
    "topics",
    "summary",
    "image_url",
    "language",
    "kind",
    "corrections",
)


def what_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The fields that differ by name, and the text by how many words came and went: `text: +12 -3 words`."""
    changed = [name for name in FIELDS if old.get(name) != new.get(name)]
    before, after = (Counter((row.get("text") or "").split()) for row in (old, new))
    came, went = (after - before).total(), (before - after).total()
    if came or went:
        changed.append(f"text: +{came} -{went} words")
    elif old.get("text") != new.get("text"):
        changed.append("text: the same words in another order")
    return changed
