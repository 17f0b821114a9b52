"""What the views of sites show, as values for the templates."""

from collections.abc import Collection, Sequence
from typing import Any

from markupsafe import Markup

from flows.browse.sites import SITE_FIELDS, SITE_SORTS
from flows.browse.snapshot import Row
from flows.report.charts import trend_plot
from flows.report.problems import life
from flows.report.wording import count, lacking_fields, metric_name, metric_value
from tasks.quality.problems import Problem

_BARS_WIDTH, _BARS_HEIGHT, _BAR_STEP = 180, 26, 6  # 30 runs
_TRENDS_FROM_RUNS = 3  # two points are a line whatever they say
_UNKNOWN = "–"
# the pages that none of the others counts are texts that a newer page replaced; a row says how many
_COUNTS = ("pages", "articles", "duplicates", "quarantined")
HEADINGS = (*_COUNTS, "confidence")


def sites_view(rows: Sequence[Row], runs: Sequence[str]) -> dict[str, Any]:
    """The sites of a page, each with its numbers, and its pages in the last runs as bars."""
    shown = [
        row | {"bars": _bars(row["runs"], runs), "numbers": _numbers(row), "missing": _missing(row)} for row in rows
    ]
    return {"rows": shown, "headings": HEADINGS, "run_count": len(runs), "sorts": _sort_labels()}


def _sort_labels() -> list[tuple[str, str]]:
    """The orders of the sites by their names in an address."""
    return [(name, label) for name, (label, _) in SITE_SORTS.items()]


def site_view(row: Row, problems: Sequence[Problem], reports: Collection[str]) -> dict[str, Any]:
    """One site; `reports` are the runs of which there is a report."""
    runs = row["runs"]
    return {
        "row": row,
        "missing": _missing(row),
        "headings": HEADINGS,
        "runs": [_described(run) | {"has_report": run["run_id"] in reports} for run in reversed(runs)],
        **_trends(runs),
        "trends_from_runs": _TRENDS_FROM_RUNS,
        "problems": [
            {"key": problem.key, "sentence": problem.sentence, "life": life(problem), "severity": problem.severity}
            for problem in problems
        ],
    }


def _described(row: Row) -> Row:
    """A site, or a site in one run, with the cells that both tables have."""
    return row | {"numbers": _numbers(row), "missing": _missing(row)}


def _numbers(row: Row) -> list[str]:
    """The cells of a site, or of a site in one run, under HEADINGS."""
    confidence = _UNKNOWN if row["confidence"] is None else f"{row['confidence']:.2f}"
    return [*(count(row[name]) for name in _COUNTS), confidence]


def _missing(row: Row) -> str:
    """The fields that articles of a site lack."""
    return lacking_fields({name: row[f"missing_{name}"] for name in SITE_FIELDS}) if row["articles"] else _UNKNOWN


def _bars(of_site: Sequence[Row], runs: Sequence[str]) -> Markup:
    """The pages of a site in each of the last runs as a bar; the upper part of a bar is the quarantined ones."""
    if not of_site:
        return Markup("")
    most = max(run["pages"] for run in of_site)
    parts, words = [], []
    for run in of_site:
        height = max(1.5, run["pages"] / most * _BARS_HEIGHT)
        lost = run["quarantined"] / run["pages"] * height
        x, top = runs.index(run["run_id"]) * _BAR_STEP, _BARS_HEIGHT - height
        for kind, y, part in (("quarantined", top, lost), ("published", top + lost, height - lost)):
            if part:
                parts.append(f'<rect class="{kind}" x="{x}" y="{y:.1f}" width="{_BAR_STEP - 1}" height="{part:.1f}"/>')
        words.append(f"{run['quarantined']:,} of {run['pages']:,}")
    parts.append(f'<line class="axis" x1="0" x2="{len(runs) * _BAR_STEP}" y1="{_BARS_HEIGHT}" y2="{_BARS_HEIGHT}"/>')
    title = f"Quarantined pages by run, the oldest run first: {', '.join(words)}"
    opening = Markup('<svg class="run-bars" role="img" viewBox="0 0 {} {}"><title>{}</title>')
    start = opening.format(_BARS_WIDTH, _BARS_HEIGHT, title)
    return start + Markup("".join(parts)) + Markup("</svg>")  # noqa: S704 - numbers only


def _trends(runs: Sequence[Row]) -> dict[str, Any]:
    """How the numbers of a site moved over its last runs, as plots; what stayed the same is one line."""
    series = {
        "pages": [float(run["pages"]) for run in runs],
        "quarantined_share": [run["quarantined"] / run["pages"] for run in runs],
        "confidence": [run["confidence"] for run in runs],
        **{f"{name}_missing_share": [run[f"missing_{name}"] for run in runs] for name in SITE_FIELDS},
    }
    trends, unchanged = [], []
    for name, values in series.items():
        present = [value for value in values if value is not None]
        if not present or len(runs) < _TRENDS_FROM_RUNS:
            continue
        words = metric_name(name.removesuffix("_share") if name == "quarantined_share" else name)
        last, spread = metric_value(name, present[-1]), f"{metric_value(name, min(present))} to"
        if len(set(present)) == 1 and name != "pages":
            unchanged.append(f"{words} {last}")
            continue
        spread = f"{spread} {metric_value(name, max(present))} in {count(len(present), 'run')}"
        trends.append({"name": words, "plot": trend_plot(name, values), "last": last, "spread": spread})
    return {"trends": trends, "unchanged": unchanged}
