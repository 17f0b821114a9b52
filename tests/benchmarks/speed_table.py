"""Measurements of `speed.py` beside their goals: ratios, a table as text, and a plot as SVG. Dicts in, strings out."""

import math
from dataclasses import dataclass
from html import escape
from typing import Any

OURS_HTML, OURS_TEXT = "Copydesk, HTML", "Copydesk, text"
DATATROVE_HTML, DATATROVE_TEXT = "datatrove, HTML", "datatrove, text"
LEXBOR = "lexbor parse"
_BAR_LEFT, _BAR_WIDTH, _BAR_HEIGHT, _STEP = 190, 380, 18, 28


@dataclass(frozen=True)
class Goal:
    """A number to reach."""

    name: str
    value: float | None
    goal: float
    is_most: bool  # the goal is the most it may be, not the least
    form: str

    @property
    def is_met(self) -> bool | None:
        """Whether it is reached; nothing where it was not measured."""
        if self.value is None:
            return None
        return self.value <= self.goal if self.is_most else self.value >= self.goal

    @property
    def words(self) -> str:
        """The goal as a person writes it."""
        return f"{'at most' if self.is_most else 'at least'} {self.form.format(self.goal)}"


def row(
    name: str, pages: int, cpu_seconds: float, *, warm_seconds: float = 0.0, warm_pages: int = 0, **more: Any
) -> dict[str, Any]:
    """The cost of a program for some pages; `warm_seconds` for `warm_pages` are subtracted for the net cost."""
    net = max(cpu_seconds - warm_seconds, 0.0) / (pages - warm_pages)
    return {
        "name": name,
        "pages": pages,
        "cpu_seconds": cpu_seconds,
        "warm_seconds": warm_seconds,
        "net_milliseconds_a_page": 1000 * net,
        "gross_milliseconds_a_page": 1000 * cpu_seconds / pages,
    } | more


def _net(rows: list[dict[str, Any]], name: str) -> float | None:
    return next((one["net_milliseconds_a_page"] for one in rows if one["name"] == name), None)


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def goals(rows: list[dict[str, Any]], figures: dict[str, float]) -> list[Goal]:
    """The goals with what was reached; None where a part was not run or a peer is not there."""
    html, text = _net(rows, OURS_HTML), _net(rows, OURS_TEXT)
    return [
        Goal(
            "HTML: datatrove with trafilatura takes",
            _ratio(_net(rows, DATATROVE_HTML), html),
            10,
            False,
            "{:.1f} times ours",
        ),
        Goal("text: datatrove takes", _ratio(_net(rows, DATATROVE_TEXT), text), 25, False, "{:.1f} times ours"),
        Goal("HTML: ours takes", _ratio(html, _net(rows, LEXBOR)), 10, True, "{:.1f} lexbor parses"),
        Goal("gates, duplicates, Parquet, orchestration", figures.get("rest_share"), 0.15, True, "{:.1%} of the CPU"),
        Goal("two workers", figures.get("speed_up"), 1.8, False, "{:.2f} times as fast"),
        Goal("largest process", figures.get("peak_megabytes"), 1024, True, "{:,.0f} MB"),
        Goal("known pages skipped", figures.get("skipped_a_second"), 50_000, False, "{:,.0f} a second of CPU"),
        Goal("start-up, in imports of Prefect and GX", figures.get("start_ratio"), 3, True, "{:.1f}"),
    ]


def table(found: dict[str, Any]) -> str:
    """The whole measurement as text for a terminal."""
    rows, corpus = found["rows"], found["corpus"]
    lines = [
        (
            f"{found['date']}, {found['machine']['cpu']}, {found['machine']['cores']} cores, Python "
            f"{found['machine']['python']}"
        ),
        "; ".join(f"{name} {number}" for name, number in sorted(found["versions"].items())),
        (
            f"{corpus['pages']:,} pages of {corpus['kilobytes_a_page']:,.0f} KB on average ({corpus['from']}), seed "
            f"{corpus['seed']}"
        ),
        "",
        f"{'CPU a page, whole process tree':52}{'pages':>7}{'net ms':>9}{'gross ms':>10}{'to ours':>9}{'MB':>7}",
    ]
    for one in rows:
        ours = _net(rows, OURS_TEXT if one.get("is_text") else OURS_HTML)
        ratio = _ratio(one["net_milliseconds_a_page"], ours)
        lines.append(
            f"{one['name'] + (': ' + one['what'] if one.get('what') else ''):52.52}{one['pages']:7,}"
            f"{one['net_milliseconds_a_page']:9.2f}"
            f"{one['gross_milliseconds_a_page']:10.2f}{f'{ratio:.2f}' if ratio else '-':>9}"
            f"{one.get('peak_megabytes') or 0:7,.0f}"
        )
    lines.append("net: without what start and warm-up take, which is measured on a few pages; gross: with it")
    for name, split in found["splits"].items():
        shares = ", ".join(f"{step} {share:.1%}" for step, share in split.items())
        lines += ["", f"{name}: {shares}"]
    lines += ["", f"{'':44}{'measured':>26}  goal"]
    for goal in goals(rows, found["figures"]):
        value = goal.form.format(goal.value) if goal.value is not None else "not measured"
        lines.append(f"{goal.name:44}{value:>26}  {goal.words}{'' if goal.is_met is not False else '   MISSED'}")
    return "\n".join([*lines, *(["", *(f"note: {note}" for note in found["notes"])] if found["notes"] else [])])


def plot(found: dict[str, Any]) -> str:
    """The net CPU a page of every program as bars on a logarithmic scale."""
    rows = sorted(found["rows"], key=lambda one: (bool(one.get("is_text")), one["net_milliseconds_a_page"]))
    values = [max(one["net_milliseconds_a_page"], 0.01) for one in rows]
    low = math.floor(math.log10(min(values, default=0.1)))
    high = max(math.ceil(math.log10(max(values, default=10))), low + 1)

    def place(value: float) -> float:
        return _BAR_LEFT + _BAR_WIDTH * (math.log10(value) - low) / (high - low)

    height = 46 + _STEP * len(rows) + 24
    parts = [f'<text x="8" y="18" class="head">CPU of a page, ms, logarithmic ({escape(found["date"])})</text>']
    for power in range(low, high + 1):
        x = place(10.0**power)
        parts += [
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="30" y2="{height - 24}"/>',
            f'<text x="{x:.1f}" y="{height - 8}" class="scale">{10.0**power:g}</text>',
        ]
    for number, (one, value) in enumerate(zip(rows, values, strict=True)):
        y = 36 + _STEP * number
        kind = "ours" if one["name"].startswith("Copydesk") else "peer"
        parts += [
            f'<text x="{_BAR_LEFT - 8}" y="{y + 13}" class="name">{escape(one["name"])}</text>',
            (
                f'<rect class="{kind}" x="{_BAR_LEFT}" y="{y}" width="{max(place(value) - _BAR_LEFT, 1):.1f}" '
                f'height="{_BAR_HEIGHT}"/>'
            ),
            f'<text x="{place(value) + 6:.1f}" y="{y + 13}">{value:.3g}</text>',
        ]
    style = (
        "text{font:12px sans-serif;fill:#222}.head{font-weight:bold}.name{text-anchor:end}.scale{text-anchor:midd"
        "le;fill:#666}"
        "line{stroke:#ddd}.ours{fill:#1f6f8b}.peer{fill:#b9c4ca}"
    )
    width = _BAR_LEFT + _BAR_WIDTH + 70
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}"><title>CPU of a '
        "page</title>"
        f'<style>{style}</style><rect width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )
