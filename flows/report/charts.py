"""The pictures of a report as inline SVG, and how its numbers and foreign text are written. Dicts in, strings out."""

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PAGE_GATES = ("ingest", "clean", "extract")  # the gates that set pages aside; those of load and dataset only stop runs
_TEXT_MOST = 400  # characters of a foreign text; a detail or an address may be a megabyte
_JOINERS = "\u200c\u200d"  # invisible, but Persian and Hindi cannot be written without them

# the flow: units of the viewBox, which a phone shows about one to one
_FLOW_WIDTH, _TRUNK_X, _TRUNK_WIDTH = 340, 4, 116
_THINNEST = 1.5  # one page of a million is still seen
_LABEL_X, _BRANCH_END, _BRANCH_LABEL_X = 132, 156, 164
_TREND_WIDTH, _TREND_HEIGHT, _MARGIN = 200, 84, 6


def plain(value: object, most: int = _TEXT_MOST) -> str:
    """Any value as text that is safe in HTML, in elements and attributes: escaped, cut, no control or bidi characters."""
    text = re.sub(r"\s+", " ", str(value))
    if len(text) > most:
        text = text[:most] + "…"
    return html.escape("".join(char if char.isprintable() or char in _JOINERS else "\ufffd" for char in text))


def losses(report: Mapping[str, Any]) -> str:
    """The languages and sites that lost an unusual share of their pages, as a list; empty where there is none."""
    items = "".join(
        f'<li><span class="warn" aria-hidden="true">▲</span> {plain(row["sentence"])}</li>'
        for row in report.get("losses") or ()
    )
    return f"<ul>{items}</ul>" if items else ""


def count(value: Any, noun: str = "") -> str:
    """A whole number with commas, with its noun in the right number if one is given."""
    number = int(value or 0)
    return f"{number:,}" + (f" {noun}" if noun else "") + ("s" if noun and number != 1 else "")


def percent(value: float) -> str:
    """A share; what is not nothing is not written as 0 %, and what is not all not as 100 %."""
    if 0 < value < 0.001:
        return "<0.1%"
    return f"{math.floor(value * 1000) / 10:.1f}%" if 0.995 <= value < 1 else f"{value:.1%}".replace(".0%", "%")


def shown(metric: str, value: float) -> str:
    """A metric's value as a person writes it: shares in percent, times as dates, others with commas."""
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


def usual(metric: str, low: float | None, high: float | None) -> str:
    """The limits of a metric in words; None and infinity are no limit."""
    lowest = low if low is not None and math.isfinite(low) else None
    highest = high if high is not None and math.isfinite(high) else None
    if lowest is not None and metric != "fetched_at_newest":
        lowest = max(lowest, 0.0)  # no metric is negative, so a limit below zero says nothing
    if highest is not None and metric.endswith("_share"):
        highest = min(highest, 1.0)
    if lowest is not None and highest is not None:
        return f"{shown(metric, lowest)} to {shown(metric, highest)}"
    if lowest is not None:
        return f"at least {shown(metric, lowest)}"
    return f"at most {shown(metric, highest)}" if highest is not None else "anything"


@dataclass(frozen=True)
class Flow:
    """Where the pages of a run went; the parts add up to `received`."""

    received: int
    gates: tuple[tuple[str, int], ...]  # step -> pages that its gate set aside
    duplicates: int
    articles: int
    rest: int  # stopped on the way; below zero, pages were counted twice
    is_published: bool

    @property
    def is_cut(self) -> bool:
        """Whether the run ended before any page was made an article or found a duplicate."""
        return self.rest > 0 and not (self.is_published or self.articles or self.duplicates)

    @property
    def end_words(self) -> str:
        """What the end of the trunk is."""
        return ("article" if self.articles == 1 else "articles") + ("" if self.is_published else ", not published")

    @property
    def rest_words(self) -> str:
        """What became of the rest."""
        if self.rest < 0:
            return "counted twice"
        return "not accounted for" if self.is_published else "not published"


def flow_of(report: Mapping[str, Any]) -> Flow:
    """The flow of a run. A stopped run has its pages in quarantine from the gates, and the rest reached no end."""
    counts = report.get("counts") or {}
    gates = [gate for gate in report.get("gates") or [] if gate["step"] in PAGE_GATES]
    received = max([counts.get("received", 0), *(gate["received"] for gate in gates)])
    aside = tuple((gate["step"], gate["quarantined"]) for gate in gates)
    articles, duplicates = counts.get("articles", 0), counts.get("duplicates", 0)
    rest = received - sum(number for _, number in aside) - articles - duplicates
    is_published = str(report.get("state")).startswith("Completed") or bool(report.get("snapshot"))
    return Flow(received, aside, duplicates, articles, rest, is_published)


def flow_rows(flow: Flow) -> list[tuple[str, int, str]]:
    """The numbers of the flow for a table: what, how many pages, and kind (in | out | end)."""
    rows, left = [("pages received", flow.received, "in")], flow.received
    for step, number in flow.gates:
        left -= number
        rows += [(f"quarantined after {step}", number, "out"), (f"passed {step}", left, "in")]
    if flow.is_cut:
        return [*rows, (flow.rest_words, flow.rest, "end")]
    rows.append(("duplicates", flow.duplicates, "out"))
    if flow.rest:
        rows.append((flow.rest_words, flow.rest, "out"))
    return [*rows, (flow.end_words, flow.articles, "end")]


def flow_plot(flow: Flow) -> str:
    """The flow as a Sankey diagram from top to bottom, so that it is read on a phone as on a wide screen.

    The trunk is what goes on, the branches to the right are what leaves it; a dashed line across is a gate.
    """
    scale = _TRUNK_WIDTH / flow.received if flow.received else 0.0

    def width(number: int) -> float:
        return max(number * scale, _THINNEST) if number > 0 else 0.0

    y, left = 16.0, flow.received
    parts = [_node(y, left, "page received" if left == 1 else "pages received")]
    if not left:  # an empty trunk, so that nothing is seen to have come
        parts.append(f'<rect class="lost" x="{_TRUNK_X}" y="{y:.1f}" width="{_TRUNK_WIDTH}" height="66"/>')
    for step, number in flow.gates:
        left -= number
        drawn, y = _leave(y, width(left), width(number), number, "quarantined", f"by the gate after {step}", "aside")
        parts += [drawn, _node(y, left, f"passed {step}")]
    end, words, kind = flow.articles, flow.end_words, "end" if flow.is_published else "unpublished"
    if flow.is_cut:
        end, words = flow.rest, flow.rest_words
        parts.append(f'<rect class="trunk" x="{_TRUNK_X}" y="{y:.1f}" width="{width(end):.1f}" height="40"/>')
        y += 40
    else:
        left -= flow.duplicates
        drawn, y = _leave(y, width(left), width(flow.duplicates), flow.duplicates, "duplicates" if flow.duplicates != 1 else "duplicate",
                          "tell what an article tells", "twice")  # fmt: skip
        parts.append(drawn)
    if flow.rest > 0 and not flow.is_cut:
        drawn, y = _leave(y, width(end), width(flow.rest), flow.rest, flow.rest_words, "the run ended before", "lost")
        parts.append(drawn)
    if end:
        parts.append(f'<rect class="{kind}" x="{_TRUNK_X}" y="{y:.1f}" width="{width(end):.1f}" height="14"/>')
    parts.append(_node(y, end, words))
    said = "; ".join(f"{what}: {number:,}" for what, number, _ in flow_rows(flow))
    height = y + 24
    return (f'<svg class="flow" role="img" aria-labelledby="flow-title flow-desc" viewBox="0 0 {_FLOW_WIDTH} {height:.0f}">'
            f'<title id="flow-title">Where the pages went</title><desc id="flow-desc">{plain(said, 2000)}. Widths are in '
            f"proportion; the thinnest line may be a single page.</desc>{''.join(parts)}</svg>")  # fmt: skip


def _node(y: float, number: int, words: str) -> str:
    """A place on the trunk: a line across it, and its count in words beside it."""
    line = f'<line class="gate" x1="0" x2="{_LABEL_X - 6}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text x="{_LABEL_X}" y="{y + 4:.1f}"><tspan class="n">{number:,}</tspan> {plain(words)}</text>'


def _leave(y: float, stays: float, leaves: float, number: int, words: str, more: str, kind: str) -> tuple[str, float]:
    """The trunk from one place to the next with a branch that leaves it; returns the drawing and where the next place is."""
    top = y + 20  # below the label of the place
    end = top + max(leaves, 30.0) + 16
    inner, outer = _TRUNK_X + stays, _TRUNK_X + stays + leaves
    parts = []
    if stays:
        parts.append(f'<rect class="trunk" x="{_TRUNK_X}" y="{y:.1f}" width="{stays:.1f}" height="{end - y:.1f}"/>')
    middle = top + max(leaves, 30.0) / 2
    if leaves:
        high, low = middle - leaves / 2, middle + leaves / 2
        bend = min(high, y + 10)
        parts.append(
            f'<path class="{kind}" d="M{outer:.1f} {y:.1f}V{bend:.1f}Q{outer:.1f} {high:.1f} {_BRANCH_END} {high:.1f}V{low:.1f}'
            f'Q{inner:.1f} {low:.1f} {inner:.1f} {bend:.1f}V{y:.1f}Z"/>'
        )
    label = f'<tspan class="n">{number:,}</tspan> {plain(words)}'
    faint = "" if leaves else ' class="faint"'
    parts.append(f'<text{faint} x="{_BRANCH_LABEL_X}" y="{middle - 2:.1f}">{label}'
                 f'<tspan class="more" x="{_BRANCH_LABEL_X}" dy="15">{plain(more)}</tspan></text>')  # fmt: skip
    return "".join(parts), end


def trend_plot(
    metric: str, values: Sequence[float | None], limits: tuple[float | None, float | None] | None = None
) -> str:
    """One metric over runs, from zero up, a gap where a run has no value; `limits` are drawn as a band."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = (limit if limit is not None and math.isfinite(limit) else None for limit in limits or (None, None))
    most = max([*known, high or 0.0, 0.01 if metric.endswith("_share") else 1.0])
    inner_width, inner_height = _TREND_WIDTH - 2 * _MARGIN, _TREND_HEIGHT - 2 * _MARGIN

    def place(number: float) -> float:
        return _MARGIN + inner_height * (1 - min(max(number, 0.0), most) / most)

    step = inner_width / max(len(values) - 1, 1)
    parts = []
    if limits:
        top, bottom = place(high if high is not None else most), place(low if low is not None else 0.0)
        parts.append(
            f'<rect class="band" x="0" y="{top:.1f}" width="{_TREND_WIDTH}" height="{max(bottom - top, 1):.1f}"/>'
        )
    parts.append(f'<line class="axis" x1="0" x2="{_TREND_WIDTH}" y1="{place(0):.1f}" y2="{place(0):.1f}"/>')
    line: list[str] = []
    lines = [line]
    dots = [
        (_MARGIN + index * step if len(values) > 1 else _TREND_WIDTH / 2, value) for index, value in enumerate(values)
    ]
    for x, value in dots:
        if value is None or not math.isfinite(value):
            line = []
            lines.append(line)
            continue
        line.append(f"{x:.1f},{place(value):.1f}")
    parts += [f'<polyline class="run" points="{" ".join(points)}"/>' for points in lines if len(points) > 1]
    for points in lines:  # what stands alone has no line, so it gets a dot
        if len(points) == 1:
            x_text, _, y_text = points[0].partition(",")
            parts.append(f'<circle class="run" cx="{x_text}" cy="{y_text}" r="2"/>')
    last = next(((x, value) for x, value in reversed(dots) if value is not None and math.isfinite(value)), None)
    if last:
        x, value = last
        mark = f'<circle class="last" cx="{x:.1f}" cy="{place(value):.1f}" r="3.5"/>'
        if limits:  # outside of the usual: another shape too
            y = place(value)
            mark = f'<path class="last outside" d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5Z"/>'
        parts.append(mark)
    said = ", ".join("none" if value is None else shown(metric, value) for value in values)
    return (f'<svg class="trend" role="img" viewBox="0 0 {_TREND_WIDTH} {_TREND_HEIGHT}"><title>{plain(metric)}, oldest run first: '
            f"{plain(said, 1500)}</title>{''.join(parts)}</svg>")  # fmt: skip
