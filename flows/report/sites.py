"""The table of sites in a report: what became of their pages in this run, what is missing, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.report.model import RunReport
from flows.report.wording import lacking_fields
from tasks.quality.drift import ComparedMetric
from tasks.quality.metrics import ALL, PastMetric

SITE_FIELDS = ("authors", "date", "publisher")  # of which the missing share is shown
_UNKNOWN = "–"
_SITES_MAX = 1000  # a browser cannot scroll more; `copydesk browse` shows all


@dataclass
class SiteRow:
    """A site in a run."""

    name: str
    pages: int = 0
    passed: int = 0
    confidence: float | None = None
    missing: dict[str, float] = field(default_factory=dict)
    is_gone: bool = False  # earlier runs had pages of it, this one has none
    changes: list[ComparedMetric] = field(default_factory=list)
    bar_percent: float = 0.0  # its pages, of those of the largest site
    passed_percent: float = 0.0  # of the bar

    @property
    def numbers(self) -> list[str]:
        """The cells of the table."""
        confidence = _UNKNOWN if self.confidence is None else f"{self.confidence:.2f}"
        return [f"{self.pages:,}", f"{self.passed:,}", f"{self.pages - self.passed:,}", confidence]

    @property
    def lacking(self) -> str:
        """The fields that its pages lack: `authors 25%, date 3%`."""
        return lacking_fields(self.missing) if self.passed else _UNKNOWN


@dataclass(frozen=True)
class SitesView:
    """The sites of a run, those that changed first, then those with the most pages."""

    headings: tuple[str, ...]
    rows: list[SiteRow]
    left_out: int
    has_folders: bool  # whether pages without an address are counted by folder


def sites(report: RunReport, history: Sequence[PastMetric]) -> SitesView:
    """The sites of a run; `history` as in `flows.report.html.render_run`."""
    by_name: dict[str, SiteRow] = {}
    for metric in history:
        if metric["run_id"] == report.run_id and metric["site"] != ALL:
            _note(by_name.setdefault(metric["site"], SiteRow(metric["site"])), metric)
    for change in sorted((row for row in report.drift if row.is_of_site), key=lambda row: row.metric):
        row = by_name.setdefault(change.site, SiteRow(change.site))
        row.changes.append(change)
        row.is_gone = row.is_gone or change.code == "site_missing"
    most = max((row.pages for row in by_name.values()), default=0)
    for row in by_name.values():
        row.bar_percent = 100 * row.pages / most if most else 0.0
        row.passed_percent = 100 * row.passed / row.pages if row.pages else 0.0
    ordered = sorted(by_name.values(), key=lambda row: (not row.is_gone, not row.changes, -row.pages, row.name))
    return SitesView(
        headings=("pages", "passed", "quarantined", "confidence"),
        rows=ordered[:_SITES_MAX],
        left_out=max(0, len(ordered) - _SITES_MAX),
        has_folders=any("/" in row.name and not row.passed for row in ordered),
    )


def _note(row: SiteRow, metric: PastMetric) -> None:
    name, value = metric["metric"], metric["value"]
    if name == "pages":
        row.pages = int(value)
    elif name == "passed":
        row.passed = int(value)
    elif name == "confidence_mean":
        row.confidence = value
    elif name.removesuffix("_missing_share") in SITE_FIELDS and name.endswith("_missing_share"):
        row.missing[name.removesuffix("_missing_share")] = value
