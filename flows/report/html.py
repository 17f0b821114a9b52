"""A run's report as one HTML page that needs no network, no script and no other file.

What pages say of themselves is cleaned and escaped (`flows.templates`).
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from flows.browse.address import browse_link
from flows.report import sections
from flows.report.judgement import judgement
from flows.report.measures import TREND_RUNS_MIN, measures
from flows.report.model import RunReport
from flows.report.problem_list import problems
from flows.report.sections import Neighbours
from flows.report.sites import sites
from flows.report.wording import duration, metric_value, usual_range
from flows.templates import Filters, open_templates
from tasks.quality.metrics import PastMetric

_FOLDER = Path(__file__).parent
_INDEX_HEADINGS = ("pages", "articles", "duplicates", "quarantined", "warnings", "drifted")
_STEP_HEADINGS = ("pages", "CPU seconds", "pages per CPU second", "batches", "batches reused")
_ALONE = Neighbours()
_SITES_UNFOLDED = 15  # more do not fit on a screen


def render_run(report: RunReport, history: Sequence[PastMetric], neighbours: Neighbours = _ALONE) -> str:
    """One run as a page.

    Args:
        report: The run.
        history: Rows of `schema.QUALITY_METRICS` of the last runs, the oldest first: those of this run last, by site
            too; of earlier runs those over all sites.
        neighbours: The runs that the page links to.
    """
    began, ended = report.started_at, report.finished_at
    page = _templates().get_template("run.html.j2")
    return page.render(
        report=report,
        neighbours=neighbours,
        judgement=judgement(report),
        account=report.account,
        state=sections.state_mark(report.state),
        seconds=(ended - began).total_seconds() if began and ended else None,
        sources=report.parameters.get("sources") or [],
        is_completed=report.state.startswith("Completed"),
        problems=problems(report),
        flow=sections.flow(report.account),
        stops=sections.stops(report),
        drift=sections.drift(report),
        gates=sections.gates(report),
        reasons=sections.reasons(report),
        measures=measures(report, history),
        trend_runs_min=TREND_RUNS_MIN,
        sites=sites(report, history),
        sites_unfolded=_SITES_UNFOLDED,
        steps=sections.steps(report),
        step_headings=_STEP_HEADINGS,
    )


def render_index(reports: Sequence[RunReport]) -> str:
    """The runs of an output as a page of links to `<run_id>.html`, the newest first."""
    ordered = sorted(reports, key=lambda report: report.run_id, reverse=True)  # ids sort by time
    runs = [
        {
            "run_id": report.run_id,
            "started_at": report.started_at,
            "is_published": report.is_published,
            "state": sections.state_mark(report.state),
            "file_name": f"{quote(report.run_id, safe='')}.html",
            "numbers": sections.index_numbers(report),
            "judgement": judgement(report).sentence,
        }
        for report in ordered
    ]
    return _templates().get_template("index.html.j2").render(runs=runs, headings=_INDEX_HEADINGS)


@cache
def _templates() -> Environment:
    style = (_FOLDER / "style.css").read_text(encoding="utf-8")
    filters: Filters = {"duration": duration, "metric_value": metric_value, "usual_range": usual_range}
    names = {"browse_link": browse_link, "style": Markup(style)}  # noqa: S704 - our own file
    return open_templates(_FOLDER, filters, names)
