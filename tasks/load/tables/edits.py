"""What changed between two texts of an article, in a few words each."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

FIELDS = tuple(
    "title authors published_at published_date publisher section topics summary image_url language kind "
    "corrections".split()
)


def what_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names of fields that differ, and how many words of the text were added and removed: `text: +12 -3 words`."""
    changed = [name for name in FIELDS if old.get(name) != new.get(name)]
    before, after = (Counter((row.get("text") or "").split()) for row in (old, new))
    added, removed = (after - before).total(), (before - after).total()
    if added or removed:
        changed.append(f"text: +{added} -{removed} words")
    elif old.get("text") != new.get("text"):
        changed.append("text: the same words in another order")
    return changed
