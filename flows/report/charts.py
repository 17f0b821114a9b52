"""The pictures of a report as inline SVG: where the pages went, and a metric over the last runs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from flows.report.account import Account, account_rows, article_words, rest_words
from flows.report.wording import foreign_text, metric_value, plural

# the flow: units of the viewBox, which a phone shows about one to one
_FLOW_WIDTH, _TRUNK_X, _TRUNK_WIDTH = 340, 4, 116
_THINNEST = 1.5  # so that one page of a million is still visible
_LABEL_X, _BRANCH_END, _BRANCH_LABEL_X = 132, 156, 164
_TREND_WIDTH, _TREND_HEIGHT, _MARGIN = 200, 84, 6


def flow_plot(account: Account) -> Markup:
    """The account as a Sankey diagram from top to bottom, so that it can be read on a phone as on a wide screen.

    The trunk is what stays, the branches to the right are what leaves it; a dashed line across is a gate.
    """
    scale = _TRUNK_WIDTH / account.received if account.received else 0.0

    def width(pages: int) -> float:
        return max(pages * scale, _THINNEST) if pages > 0 else 0.0

    y, left = 16.0, account.received
    parts = [_level(y, left, f"{plural(left, 'page')} received")]
    if not left:  # an empty trunk shows that nothing came
        parts.append(f'<rect class="lost" x="{_TRUNK_X}" y="{y:.1f}" width="{_TRUNK_WIDTH}" height="66"/>')
    for step, pages in account.quarantined_after:
        left -= pages
        branch = _Branch(width(pages), pages, "quarantined", f"by the gate after {step}", "quarantined")
        svg, y = _trunk_with_branch(y, width(left), branch)
        parts += [svg, _level(y, left, f"passed {step}")]
    end, words, kind = account.articles, article_words(account), "end" if account.is_published else "unpublished"
    if account.is_cut_off:
        end, words = account.rest, rest_words(account)
        parts.append(f'<rect class="trunk" x="{_TRUNK_X}" y="{y:.1f}" width="{width(end):.1f}" height="40"/>')
        y += 40
    else:
        for pages, outcome in ((account.quarantined_copies, "quarantined"), (account.forgotten, "forgotten")):
            if pages:
                left -= pages
                branch = _Branch(width(pages), pages, outcome, "same bytes as such a page", "quarantined")
                svg, y = _trunk_with_branch(y, width(left), branch)
                parts.append(svg)
        pages = account.duplicates
        verb = "repeats" if pages == 1 else "repeat"
        branch = _Branch(width(pages), pages, plural(pages, "duplicate"), f"{verb} an article", "duplicates")
        svg, y = _trunk_with_branch(y, width(left - pages), branch)
        parts.append(svg)
    if account.rest > 0 and not account.is_cut_off:
        branch = _Branch(width(account.rest), account.rest, rest_words(account), "the run ended before", "lost")
        svg, y = _trunk_with_branch(y, width(end), branch)
        parts.append(svg)
    if end:
        parts.append(f'<rect class="{kind}" x="{_TRUNK_X}" y="{y:.1f}" width="{width(end):.1f}" height="14"/>')
    parts.append(_level(y, end, words))
    numbers = foreign_text("; ".join(f"{row.words}: {row.pages:,}" for row in account_rows(account)), 2000)
    opening = Markup(
        '<svg class="flow" role="img" aria-labelledby="flow-title flow-desc" viewBox="0 0 {} {:.0f}">'
        '<title id="flow-title">Where the pages went</title><desc id="flow-desc">{}. Widths are in '
        "proportion; the thinnest line may be a single page.</desc>"
    ).format(_FLOW_WIDTH, y + 24, numbers)
    return opening + Markup("".join(parts)) + Markup("</svg>")  # noqa: S704 - numbers and escaped words


@dataclass(frozen=True)
class _Branch:
    """What leaves the trunk at one point: its width, its pages, and two lines of words."""

    width: float
    pages: int
    words: str
    details: str
    kind: str


def _level(y: float, pages: int, words: str) -> str:
    """A line across the trunk with its number of pages beside it."""
    line = f'<line class="gate" x1="0" x2="{_LABEL_X - 6}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text x="{_LABEL_X}" y="{y + 4:.1f}"><tspan class="n">{pages:,}</tspan> {_escaped(words)}</text>'


def _trunk_with_branch(y: float, trunk_width: float, branch: _Branch) -> tuple[str, float]:
    """The trunk to the next level with a branch that leaves it; returns the SVG and the y of that level."""
    top = y + 20  # below the label of the level
    end = top + max(branch.width, 30.0) + 16
    inner, outer = _TRUNK_X + trunk_width, _TRUNK_X + trunk_width + branch.width
    parts = []
    if trunk_width:
        parts.append(
            f'<rect class="trunk" x="{_TRUNK_X}" y="{y:.1f}" width="{trunk_width:.1f}" height="{end - y:.1f}"/>'
        )
    middle = top + max(branch.width, 30.0) / 2
    if branch.width:
        high, low = middle - branch.width / 2, middle + branch.width / 2
        bend = min(high, y + 10)
        parts.append(
            f'<path class="{branch.kind}" d="M{outer:.1f} {y:.1f}V{bend:.1f}'
            f"Q{outer:.1f} {high:.1f} {_BRANCH_END} {high:.1f}V{low:.1f}"
            f'Q{inner:.1f} {low:.1f} {inner:.1f} {bend:.1f}V{y:.1f}Z"/>'
        )
    faint = "" if branch.width else ' class="faint"'
    parts.append(
        f'<text{faint} x="{_BRANCH_LABEL_X}" y="{middle - 2:.1f}">'
        f'<tspan class="n">{branch.pages:,}</tspan> {_escaped(branch.words)}'
        f'<tspan class="more" x="{_BRANCH_LABEL_X}" dy="15">{_escaped(branch.details)}</tspan></text>'
    )
    return "".join(parts), end


def trend_plot(
    metric: str, values: Sequence[float | None], limits: tuple[float | None, float | None] | None = None
) -> Markup:
    """One metric over runs, from zero up, with a gap where a run has no value.

    `limits` are drawn as a band; they are given where the newest value is outside them.
    """
    finite = [value if value is not None and math.isfinite(value) else None for value in values]
    low, high = (limit if limit is not None and math.isfinite(limit) else None for limit in limits or (None, None))
    floor = 0.01 if metric.endswith("_share") else 1.0
    most = max([*(value for value in finite if value is not None), high or 0.0, floor])
    inner_width, inner_height = _TREND_WIDTH - 2 * _MARGIN, _TREND_HEIGHT - 2 * _MARGIN
    step = inner_width / max(len(values) - 1, 1)

    def x_of(index: int) -> float:
        return _MARGIN + index * step if len(values) > 1 else _TREND_WIDTH / 2

    def y_of(value: float) -> float:
        return _MARGIN + inner_height * (1 - min(max(value, 0.0), most) / most)

    parts = []
    if limits:
        top, bottom = y_of(most if high is None else high), y_of(0.0 if low is None else low)
        height = max(bottom - top, 1)
        parts.append(f'<rect class="band" x="0" y="{top:.1f}" width="{_TREND_WIDTH}" height="{height:.1f}"/>')
    parts.append(f'<line class="axis" x1="0" x2="{_TREND_WIDTH}" y1="{y_of(0):.1f}" y2="{y_of(0):.1f}"/>')
    points = [None if value is None else (x_of(index), y_of(value)) for index, value in enumerate(finite)]
    parts += _lines(points)
    last = next((point for point in reversed(points) if point), None)
    if last:
        parts.append(_last_point(*last, is_outside=bool(limits)))
    shown = ", ".join("none" if value is None else metric_value(metric, value) for value in values)
    opening = Markup(
        '<svg class="trend" role="img" viewBox="0 0 {} {}"><title>{}, oldest run first: {}</title>'
    ).format(_TREND_WIDTH, _TREND_HEIGHT, foreign_text(metric), foreign_text(shown, 1500))
    return opening + Markup("".join(parts)) + Markup("</svg>")  # noqa: S704 - numbers only


def _lines(points: Sequence[tuple[float, float] | None]) -> list[str]:
    """A line through each stretch of points without a gap; a point alone is a dot."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            stretches.append([])
        else:
            stretches[-1].append(point)
    parts = []
    for stretch in stretches:
        if len(stretch) > 1:
            corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in stretch)
            parts.append(f'<polyline class="run" points="{corners}"/>')
    parts += [
        f'<circle class="run" cx="{stretch[0][0]:.1f}" cy="{stretch[0][1]:.1f}" r="2"/>'
        for stretch in stretches
        if len(stretch) == 1
    ]
    return parts


def _last_point(x: float, y: float, *, is_outside: bool) -> str:
    """The newest value: a dot, or a diamond where it is outside the usual range."""
    if is_outside:
        return f'<path class="last outside" d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5Z"/>'
    return f'<circle class="last" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'


def _escaped(words: str) -> str:
    return str(Markup.escape(foreign_text(words)))
