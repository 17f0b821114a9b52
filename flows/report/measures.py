"""What was measured of a run's pages: fields and languages as bars, and how the numbers moved over the last runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from flows.report.charts import trend_plot
from flows.report.model import RunReport
from flows.report.wording import metric_name, metric_value
from tasks.quality.metrics import ALL, PastMetric
from tasks.text.language import language_name

TREND_RUNS_MIN = 3  # two points are a line whatever they say
_TRENDS = ("pages", "passed", "quarantined_share", "duplicate_share", "words_median", "confidence_mean")
_MISSING, _LANGUAGE = "_missing_share", "language_"
_FIELD_NAMES = {
    "url": "address",
    "canonical": "canonical address",
    "time": "time of publication",
    "date": "date of publication",
    "offset": "time zone",
    "image": "picture",
}


@dataclass(frozen=True)
class Bar:
    """A share of the pages."""

    name: str
    share: float


@dataclass(frozen=True)
class TrendView:
    """One metric over the last runs."""

    name: str
    plot: Markup
    last: str  # the newest value
    is_missing: bool  # whether that value is of an earlier run
    is_outside: bool  # whether it is outside the usual range
    spread: str


@dataclass(frozen=True)
class MeasuresView:
    """What was measured."""

    passed: int  # pages that the bars are shares of
    words_median: str
    confidence: str
    fields: list[Bar]
    languages: list[Bar]
    run_count: int  # published runs with metrics, this one included
    trends: list[TrendView]
    unchanged: list[str]  # metrics with the same value in all these runs


def measures(report: RunReport, history: Sequence[PastMetric]) -> MeasuresView:
    """What was measured over all pages; `history` as in `flows.report.html.render_run`."""
    overall = [row for row in history if row["site"] == ALL]
    now = {row["metric"]: row["value"] for row in overall if row["run_id"] == report.run_id}
    runs = list(dict.fromkeys(row["run_id"] for row in overall))
    series: dict[str, dict[str, float]] = {}
    for row in overall:
        series.setdefault(row["metric"], {})[row["run_id"]] = row["value"]
    names = [name for name in _TRENDS if name in series]
    names += sorted(name for name in series if name.endswith(_MISSING))
    moved = [name for name in names if len(set(series[name].values())) > 1 or name in ("pages", "passed")]
    is_drawn = len(runs) >= TREND_RUNS_MIN
    return MeasuresView(
        passed=int(now.get("passed", 0)),
        words_median=metric_value("words_median", now["words_median"]) if "words_median" in now else "",
        confidence=metric_value("confidence_mean", now["confidence_mean"]) if "confidence_mean" in now else "",
        fields=_fields(now),
        languages=_languages(now),
        run_count=len(runs),
        trends=[_trend(report, name, [series[name].get(run) for run in runs], now) for name in moved if is_drawn],
        unchanged=[
            f"{metric_name(name)} {metric_value(name, next(iter(series[name].values())))}"
            for name in names
            if is_drawn and name not in moved
        ],
    )


def _fields(now: dict[str, float]) -> list[Bar]:
    """The share of pages with each field, the rarest last."""
    missing = {name.removesuffix(_MISSING): value for name, value in now.items() if name.endswith(_MISSING)}
    bars = [Bar(_FIELD_NAMES.get(name, name), min(max(1 - value, 0.0), 1.0)) for name, value in missing.items()]
    return sorted(bars, key=lambda bar: (-bar.share, bar.name))


def _languages(now: dict[str, float]) -> list[Bar]:
    """The share of the most frequent languages, and of the others."""
    shares = {
        name.removeprefix(_LANGUAGE).removesuffix("_share"): min(max(value, 0.0), 1.0)
        for name, value in now.items()
        if name.startswith(_LANGUAGE) and name.endswith("_share") and not name.endswith(_MISSING)
    }
    bars = [Bar(language_name(code), share) for code, share in shares.items()]
    bars.sort(key=lambda bar: (-bar.share, bar.name))
    unknown = now.get(f"language{_MISSING}", 0.0)
    others = 1 - sum(shares.values()) - unknown
    bars += [Bar("others", others)] if shares and others > 0.0005 else []
    return bars + ([Bar("unknown", unknown)] if unknown > 0 else [])


def _trend(report: RunReport, name: str, values: list[float | None], now: dict[str, float]) -> TrendView:
    present = [value for value in values if value is not None]
    limits = {row.metric: (row.low, row.high) for row in report.drift if row.site == ALL}
    limit = limits.get(name) if name in now else None
    spread = f"{metric_value(name, min(present))} to {metric_value(name, max(present))} in {len(present)} runs"
    return TrendView(
        name=metric_name(name),
        plot=trend_plot(name, values, limit),
        last=metric_value(name, now.get(name, present[-1])),
        is_missing=name not in now,
        is_outside=limit is not None,
        spread=spread if len(present) > 1 else "measured in one run",
    )
