"""How the numbers of a report are written for people."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

FOREIGN_CHARS_MAX = 400  # a detail or an address may be a megabyte
_JOINERS = "\u200c\u200d"  # invisible, but Persian and Hindi cannot be written without them


def foreign_text(value: object, longest: int = FOREIGN_CHARS_MAX) -> str:
    """Any value as one line of text of limited length, without control and bidi characters; not escaped."""
    text = re.sub(r"\s+", " ", str(value))
    if len(text) > longest:
        text = text[:longest] + "…"
    return "".join(char if char.isprintable() or char in _JOINERS else "\ufffd" for char in text)


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-!|~&])")

# copies of known pages are received and counted as duplicates, but not processed again
_METRIC_NAMES = {"pages": "pages processed", "passed": "pages passed"}


def markdown_text(value: object) -> str:
    """Foreign text that Markdown shows literally: no link, image, HTML or table cell of its own."""
    return _MARKDOWN.sub(r"\\\1", foreign_text(value))


def count(value: int | None, noun: str = "", nouns: str = "") -> str:
    """A whole number with commas, and its noun in singular or plural if one is given: `1 page`, `1,200 pages`."""
    number = int(value or 0)
    return f"{number:,}" + (f" {plural(number, noun, nouns)}" if noun else "")


def plural(number: int, noun: str, nouns: str = "") -> str:
    """A noun in singular or plural; `nouns` is the plural of an irregular one."""
    return noun if number == 1 else nouns or f"{noun}s"


def percent(share: float) -> str:
    """A share in percent. One that is above 0 is never written as 0%, one below 1 never as 100%."""
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{math.floor(share * 1000) / 10:.1f}%" if 0.995 <= share < 1 else f"{share:.1%}".replace(".0%", "%")


def metric_value(metric: str, value: float) -> str:
    """A metric's value: shares in percent, times as dates, others with commas."""
    if not math.isfinite(value):
        return "no limit"
    if metric.endswith("_share"):
        return percent(value)
    if metric.startswith("fetched_at"):
        try:
            return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M} UTC"
        except (OverflowError, OSError, ValueError):
            return f"{value:g}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def usual_range(metric: str, low: float | None, high: float | None) -> str:
    """The usual range of a metric in words; None and infinity are no limit."""
    lowest = low if low is not None and math.isfinite(low) else None
    highest = high if high is not None and math.isfinite(high) else None
    if lowest is not None and metric != "fetched_at_newest":
        lowest = max(lowest, 0.0)  # no metric is negative, so a limit below zero says nothing
    if highest is not None and metric.endswith("_share"):
        highest = min(highest, 1.0)
    if lowest is not None and highest is not None:
        return f"{metric_value(metric, lowest)} to {metric_value(metric, highest)}"
    if lowest is not None:
        return f"at least {metric_value(metric, lowest)}"
    return f"at most {metric_value(metric, highest)}" if highest is not None else "anything"


def metric_name(metric: str) -> str:
    """A metric's name in words: `date_missing_share` is `date missing`."""
    if metric in _METRIC_NAMES:
        return _METRIC_NAMES[metric]
    return metric.replace("_missing_share", " missing").replace("_", " ")


def lacking_fields(shares: Mapping[str, float]) -> str:
    """The fields that some articles lack, with their shares: `authors 25%, date 3%`."""
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {percent(share)}" for name, share in ordered if share > 0) or "nothing"


def duration(seconds: float) -> str:
    """A length of time: `8.1 s`, `3 min 20 s`."""
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:,.0f} min {seconds % 60:.0f} s"


def gate_title(step: str) -> str:
    """A gate by its position in the run, as a title. Those of load and dataset check what is about to be published."""
    return {"load": "Before publication", "dataset": "Compared with earlier runs"}.get(step, f"After {step}")


def gate_name(step: str) -> str:
    """A gate by its position in the run, inside a sentence."""
    others = {"load": "the gate before publication", "dataset": "the comparison with earlier runs"}
    return others.get(step, f"the gate after {step}")
