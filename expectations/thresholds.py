"""The numbers of `thresholds.yml`, checked against what the rules know: a wrong key or value names its line."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tasks.errors import UsageError

DEFAULT_FILE = Path(__file__).parent / "thresholds.yml"

# what each key must be: (type, lowest, highest)
_SHARE = (float, 0.0, 1.0)
_COUNT = (int, 0, 10_000_000)
KNOWN: dict[str, dict[str, tuple[type, float, float] | type[bool] | None]] = {
    "ingest": {"quarantined_share_max": _SHARE, "quarantined_share_from_rows": _COUNT, "fetched_after_now_days_max": (float, 0, 3650)},
    "clean": {
        "quarantined_share_max": _SHARE, "quarantined_share_from_rows": _COUNT, "words_min": _COUNT, "stub_words_min": _COUNT,
        "link_share_max": _SHARE, "damaged_share_max": _SHARE,
        "story_probability_min": (float, 0.01, 1.0),  # what is certainly no article has a probability of 0
        "body_confidence_min": _SHARE, "suspect_line_share_max": _SHARE,
    },
    "extract": {
        "quarantined_share_max": _SHARE, "quarantined_share_from_rows": _COUNT, "title_chars_max": _COUNT, "text_chars_min": _COUNT,
        "text_chars_max": _COUNT, "damage_share_max": _SHARE, "confidence_min": _SHARE, "mean_paragraph_words_min": (float, 0, 1000),
        "title_present_share": _SHARE, "date_present_share": _SHARE, "publisher_present_share": _SHARE,
        "language_present_share": _SHARE, "authors_max": _COUNT, "title_repeats_max": _COUNT, "disordered_share_max": _SHARE, "mixed_share_max": _SHARE, "languages": None,
    },
    "dataset": {
        "history_runs": _COUNT, "history_runs_min": _COUNT, "mad_factor": (float, 0, 100), "volume_floor": _SHARE, "length_floor": _SHARE,
        "share_floor": _SHARE, "doubt_share_floor": _SHARE, "site_rows_min": _COUNT, "site_history_rows_min": _COUNT, "site_share_floor": _SHARE,
        "group_pages_min": _COUNT, "group_quarantined_share_max": _SHARE, "group_quarantined_factor": (float, 1, 100),
        "site_length_ratio": (float, 1, 100), "site_present_share": _SHARE, "is_drift_critical": bool,
    },
    "load": {"quarantined_share_max": _SHARE, "quarantined_share_from_rows": _COUNT, "articles_min": _COUNT},
}  # fmt: skip


class ThresholdError(UsageError):
    """An unusable thresholds file; the message names the line and is shown to the user."""


@cache
def limits(path: Path = DEFAULT_FILE) -> dict[str, dict[str, Any]]:
    """The thresholds by step and key.

    Raises:
        ThresholdError: unknown, missing or repeated key, wrong type or range; the message names file and line.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ThresholdError(f"{path}: cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        said = str(error).replace('in "<unicode string>", ', "")
        raise ThresholdError(f"{path}: is not YAML: {said}") from error
    if not isinstance(root, yaml.MappingNode):
        raise ThresholdError(f"{path}: line 1: steps are expected ({', '.join(KNOWN)})")
    values: dict[str, dict[str, Any]] = {}
    for key, node in root.value:
        step, line = key.value, key.start_mark.line + 1
        if step not in KNOWN:
            raise ThresholdError(f"{path}: line {line}: there is no step {step!r}; there are {', '.join(KNOWN)}")
        if step in values:
            raise ThresholdError(f"{path}: line {line}: {step!r} stands here a second time")
        if not isinstance(node, yaml.MappingNode):
            raise ThresholdError(f"{path}: line {line}: {step!r} needs keys and values")
        values[step] = _step(path, step, node)
    for step, keys in KNOWN.items():
        missing = [name for name in keys if name not in values.get(step, {})]
        if missing:
            raise ThresholdError(f"{path}: {step}: {', '.join(missing)} is missing")
    return values


def _step(path: Path, step: str, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value_node in node.value:
        name, line = key.value, key.start_mark.line + 1
        where = f"{path}: line {line}: {step}.{name}"
        if name not in KNOWN[step]:
            raise ThresholdError(f"{where}: there is no such threshold; there are {', '.join(KNOWN[step])}")
        if name in found:
            raise ThresholdError(f"{where}: stands here a second time")
        value = yaml.safe_load(yaml.serialize(value_node))
        found[name] = _checked(where, value, KNOWN[step][name])
    return found


def _checked(where: str, value: Any, rule: tuple[type, float, float] | type[bool] | None) -> Any:
    if rule is None:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ThresholdError(f"{where}: a list of codes is expected, not {value!r}")
        return value
    if isinstance(rule, type):
        if not isinstance(value, bool):
            raise ThresholdError(f"{where}: true or false is expected, not {value!r}")
        return value
    kind, low, high = rule
    if isinstance(value, bool) or not isinstance(value, (int, float)) or (kind is int and not isinstance(value, int)):
        raise ThresholdError(f"{where}: {'a whole number' if kind is int else 'a number'} is expected, not {value!r}")
    if not low <= value <= high:
        raise ThresholdError(f"{where}: {value} is not between {low:g} and {high:g}")
    return value
