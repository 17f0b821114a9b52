"""What the views of sites show, as values for the templates."""

from collections.abc import Collection, Sequence
from typing import Any

from markupsafe import Markup

from flows.browse.sites import SITE_FIELDS, SITE_SORTS
from flows.browse.snapshot import Row
from flows.report.charts import trend_plot
from flows.report.problems import life
from flows.report.wording import count, metric_value, percent
from tasks.quality.problems import Problem

_BARS_WIDTH, _BARS_HEIGHT, _BAR_STEP = 150, 26, 5  # 30 runs
_TRENDS_FROM_RUNS = 3  # two points are a line whatever they say
_UNKNOWN = "–"


def site_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The sites of a page, each with its numbers and its last runs as bars."""
    return [row | {"bars": _bars(row["runs"]), "numbers": _numbers(row)} for row in rows]


def sort_labels() -> list[tuple[str, str]]:
    """The orders of the sites by their names in an address."""
    return [(name, label) for name, (label, _) in SITE_SORTS.items()]


def site_view(row: Row, problems: Sequence[Problem], reports: Collection[str]) -> dict[str, Any]:
    """One site; `reports` are the runs of which there is a report."""
    runs = row["runs"]
    return {
        "row": row,
        "numbers": list(zip(HEADINGS, _numbers(row), strict=True)),
        "headings": HEADINGS,
        "runs": [
            {"run_id": run["run_id"], "numbers": _numbers(run), "has_report": run["run_id"] in reports}
            for run in reversed(runs)
        ],
        "trends": _trends(runs) if len(runs) >= _TRENDS_FROM_RUNS else [],
        "trends_from_runs": _TRENDS_FROM_RUNS,
        "problems": [
            {"key": problem.key, "sentence": problem.sentence, "life": life(problem), "severity": problem.severity}
            for problem in problems
        ],
    }


HEADINGS = (
    "pages",
    "articles",
    "duplicates",
    "quarantined",
    "confidence",
    "flagged",
    *(f"no {name}" for name in SITE_FIELDS),
)


def _numbers(row: Row) -> list[str]:
    """The cells of a site, or of a site in one run, under HEADINGS."""
    shares = [row["flagged"], *(row[f"missing_{name}"] for name in SITE_FIELDS)]
    return [
        *(count(row[name]) for name in ("pages", "articles", "duplicates", "quarantined")),
        _UNKNOWN if row["confidence"] is None else f"{row['confidence']:.2f}",
        *(_UNKNOWN if share is None else percent(share) for share in shares),
    ]


def _bars(runs: Sequence[Row]) -> Markup:
    """The pages of each run as a bar, the oldest on the left; its upper part is the quarantined ones."""
    if not runs:
        return Markup("")
    most = max(run["pages"] for run in runs)
    parts, words = [], []
    for number, run in enumerate(runs):
        height = max(1.5, run["pages"] / most * _BARS_HEIGHT)
        lost = run["quarantined"] / run["pages"] * height
        x, top = number * _BAR_STEP, _BARS_HEIGHT - height
        for kind, y, part in (("quarantined", top, lost), ("published", top + lost, height - lost)):
            if part:
                parts.append(f'<rect class="{kind}" x="{x}" y="{y:.1f}" width="{_BAR_STEP - 1}" height="{part:.1f}"/>')
        words.append(f"{run['quarantined']:,} of {run['pages']:,}")
    title = f"Quarantined pages by run, the oldest run first: {', '.join(words)}"
    opening = Markup('<svg class="run-bars" role="img" viewBox="0 0 {} {}"><title>{}</title>')
    start = opening.format(_BARS_WIDTH, _BARS_HEIGHT, title)
    return start + Markup("".join(parts)) + Markup("</svg>")  # noqa: S704 - numbers only


def _trends(runs: Sequence[Row]) -> list[dict[str, Any]]:
    """How the numbers of a site moved over its last runs."""
    series = {
        "pages": [float(run["pages"]) for run in runs],
        "quarantined_share": [run["quarantined"] / run["pages"] for run in runs],
        "confidence": [run["confidence"] for run in runs],
        **{f"{name}_missing_share": [run[f"missing_{name}"] for run in runs] for name in SITE_FIELDS},
    }
    names = {"quarantined_share": "quarantined", "confidence": "confidence", "pages": "pages"}
    trends = []
    for name, values in series.items():
        present = [value for value in values if value is not None]
        if not present:
            continue
        spread = f"{metric_value(name, min(present))} to {metric_value(name, max(present))}"
        trends.append(
            {
                "name": names.get(name, f"no {name.removesuffix('_missing_share')}"),
                "plot": trend_plot(name, values),
                "last": metric_value(name, present[-1]),
                "spread": f"{spread} in {count(len(present), 'run')}",
            }
        )
    return trends
