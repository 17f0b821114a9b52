"""What each view shows, as values for the templates. Everything foreign is cleaned and escaped there."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment
from markupsafe import Markup

from expectations.reasons import quarantine_sentences
from flows.browse.articles import Found
from flows.browse.corrections import field_correction, line_correction
from flows.browse.downloads import FORMATS
from flows.browse.filters import KINDS, MISSING, NONE, PLACES, REPEATS, SORTS, ArticleFilter
from flows.browse.open_problems import by_rule
from flows.browse.overview import LOW_CONFIDENCE, Overview
from flows.browse.page import PageView, flag_sentence
from flows.browse.snapshot import Row
from flows.report.judgement import judgement
from flows.report.model import RunReport
from flows.report.sections import index_numbers, state_mark
from flows.report.wording import count
from flows.templates import Filters, open_templates
from tasks.load.output import Output
from tasks.quality.problems import Problem
from tasks.text.language import language_name
from tasks.vocabulary import Doubt, Reason

_FOLDER = Path(__file__).parent
_FOREIGN_CHARS_MAX = 100_000  # of one value; a paragraph may be long, a page of megabytes helps nobody
_FOLDED_FROM_LINES = 6  # fewer take less room than what stands in their place
_CHART_WIDTH, _CHART_HEIGHT = 640, 120
_ALIKE_MAX = 10  # names of publishers that a hint suggests
_PERIODS = {4: "year", 7: "month", 10: "day"}  # by the length of a label, such as 2026-03
_PLAIN_SPACES = frozenset("\n\t")
_JOINERS = frozenset("\u200c\u200d")  # invisible, but Persian and Hindi cannot be written without them
NAVIGATION = (
    ("/", "Dataset"),
    ("/articles", "Articles"),
    ("/pages", "Pages"),
    ("/quarantine", "Quarantine"),
    ("/sites", "Sites"),
    ("/runs", "Runs"),
)


def render(template: str, values: Mapping[str, Any]) -> str:
    """A view as HTML."""
    return _templates().get_template(template).render(values)


@cache
def _templates() -> Environment:
    filters: Filters = {"as_options": as_options, "source": source_text, "web_address": web_address, "query": urlencode}
    names = {"language_name": language_name, "navigation": NAVIGATION, "NONE": NONE}
    return open_templates(_FOLDER / "templates", filters, names, _FOREIGN_CHARS_MAX)


def as_options(values: Sequence[str]) -> list[tuple[str, str]]:
    """Options of a choice that are their own labels."""
    return [(value, value) for value in values]


def source_text(value: str) -> Markup:
    """Foreign text of many lines: control and bidi characters are shown as a replacement character."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if text.isprintable():
        return Markup.escape(text)
    shown = (char if char.isprintable() or char in _PLAIN_SPACES or char in _JOINERS else "\ufffd" for char in text)
    return Markup.escape("".join(shown))


def web_address(value: str | None) -> str:
    """A foreign address if it may be a link: of the Web, and no script; else empty."""
    try:
        parts = urlsplit(value or "")
    except ValueError:
        return ""
    return value or "" if parts.scheme in ("http", "https") and parts.netloc else ""


# ---------------------------------------------------------------------- dataset


def dataset_view(numbers: Overview, reports: Sequence[RunReport], problems: Sequence[Problem]) -> dict[str, Any]:
    """The dataset at a glance."""
    return {
        "numbers": numbers,
        "shares": _shares(numbers),
        "flags": [{**row, "sentence": flag_sentence(row["name"])} for row in numbers.flags],
        "chart": _chart(numbers.by_period),
        "highest": max(numbers.by_period, key=lambda row: int(row["articles"]), default=None),
        "period": _PERIODS.get(len(numbers.by_period[0]["label"]), "") if numbers.by_period else "",
        "runs": [_run_row(report) for report in reports],
        "problems": by_rule(problems, reports),
        "stop": _stop_of_last_run(reports),
        "received": sum(numbers.outcomes.values()),
    }


def _shares(numbers: Overview) -> list[dict[str, Any]]:
    """What is doubtful or missing, with the address of these articles."""
    rows = [
        ("with a flag", numbers.flagged, "flag=any"),
        (f"with a confidence below {LOW_CONFIDENCE:g}", numbers.doubtful, f"confidence_max={LOW_CONFIDENCE:g}"),
        *((f"without {MISSING[name][0]}", found, f"missing={name}") for name, found in numbers.missing.items()),
    ]
    total = max(1, numbers.articles)
    return [{"words": words, "articles": found, "share": found / total, "query": query} for words, found, query in rows]


def _stop_of_last_run(reports: Sequence[RunReport]) -> str:
    """Why the newest run published nothing; empty if it did."""
    newest = reports[0] if reports else None
    return newest.message or newest.state if newest and not newest.is_published else ""


def _chart(periods: Sequence[Row]) -> Markup:
    """The articles by day, month or year as bars, each a link to these articles."""
    if not periods:
        return Markup("")
    highest = max(row["articles"] for row in periods) or 1
    step = _CHART_WIDTH / len(periods)
    bars = Markup("").join(
        Markup(
            '<a href="/articles?first_day={}&amp;last_day={}"><rect class="published" x="{:.1f}" y="{:.1f}" '
            'width="{:.1f}" height="{:.1f}"><title>{}</title></rect></a>'
        ).format(
            row["first_day"],
            row["last_day"],
            number * step,
            _CHART_HEIGHT - (height := max(1.5, row["articles"] / highest * _CHART_HEIGHT)),
            max(1.0, step * 0.85),
            height,
            f"{row['label']}: {count(row['articles'], 'article')}",
        )
        for number, row in enumerate(periods)
        if row["articles"]
    )
    opening = Markup(
        '<svg class="days" aria-label="Articles by time of publication" role="group" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none">'
    )
    return opening.format(_CHART_WIDTH, _CHART_HEIGHT) + bars + Markup("</svg>")


# ---------------------------------------------------------------------- articles


def articles_view(wanted: ArticleFilter, found: Found, numbers: Overview) -> dict[str, Any]:
    """A page of articles with its filters and downloads."""
    return {
        "wanted": wanted,
        "found": found,
        "publishers": numbers.publisher_names,
        "language_options": sorted(
            ((code, language_name(code)) for code in numbers.language_names), key=lambda option: option[1]
        ),
        "hint": _hint(wanted, numbers) if not found.rows and not found.searched else "",
        "kinds": KINDS,
        "flags": [flag.value for flag in Doubt],
        "missing": {name: label for name, (label, _) in MISSING.items()},
        "repeats": {name: label for name, (label, _) in REPEATS.items()},
        "places": PLACES,
        "sorts": {name: label for name, (label, _) in SORTS.items()},
        "downloads": [(ending, words, wanted.query(page=1, after="")) for ending, (words, *_) in FORMATS.items()],
        "has_open_filters": bool(wanted.query(q="", place="text", page=1, after="")),
        "is_filtered": bool(wanted.query(page=1, after="", sort="newest", place="text")),
    }


def _hint(wanted: ArticleFilter, numbers: Overview) -> str:
    """Why filters let nothing through, if the filters alone show it."""
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        return f"The first day, {wanted.first_day}, is after the last one, {wanted.last_day}."
    limits = wanted.confidence_min, wanted.confidence_max
    if limits[0] is not None and limits[1] is not None and limits[0] > limits[1]:
        return f"No confidence is at least {limits[0]:g} and at most {limits[1]:g}."
    if wanted.publisher and wanted.publisher not in (NONE, *numbers.publisher_names):
        alike = [name for name in numbers.publisher_names if wanted.publisher.casefold() in name.casefold()]
        named = f" Publishers with this in their name: {'; '.join(alike[:_ALIKE_MAX])}." if alike else ""
        return f"A publisher's name has to be written in full.{named}"
    return ""


# ---------------------------------------------------------------------- one page


def page_view_values(view: PageView, output: Output) -> dict[str, Any]:
    """One page: its article beside its lines."""
    counts = {action: sum(line["action"] == action for line in view.lines) for action in ("keep", "field", "drop")}
    used = {line["reason"] for line in view.lines}
    return {
        "view": view,
        "article": view.article,
        "page": view.page,
        "paragraphs": view.article["text"].split("\n\n") if view.article else [],
        "counts": counts,
        "stretches": stretches(view.lines),
        "has_report": view.page["run_id"] in _reports(output),
        "reasons": {str(reason): reason.sentence for reason in Reason if reason in used},
    }


def correction_view(view: PageView, line: Row | None, output: Output) -> dict[str, Any]:
    """A correction of a page: of a line if one is given, else of its fields."""
    of_line = line_correction(view.page, view.article, line) if line else ""
    root = shlex.quote(str(output.root))
    commands = (
        "copydesk check-sites sites.toml",
        f"copydesk preview sites.toml --output {root}",
        f"copydesk replay --all --sites sites.toml --output {root}",
    )
    return {
        "page": view.page,
        "line": line,
        "entry": of_line or field_correction(view.page, view.article),
        "commands": "\n".join(commands),
    }


@dataclass(frozen=True)
class Stretch:
    """Lines in a row; many dropped ones are folded, so that what was kept is seen beside the text."""

    lines: list[Row]
    summary: str = ""  # of a folded stretch: `23 dropped lines: navigation 20, promo 3`


def stretches(lines: Sequence[Row]) -> list[Stretch]:
    """The lines of a page in stretches. Of a page without a kept line nothing is folded: one wants to see why."""
    found = []
    is_foldable = any(line["action"] == "keep" for line in lines)
    for is_dropped, members in groupby(lines, lambda line: line["action"] == "drop"):
        stretch = list(members)
        summary = ""
        if is_dropped and is_foldable and len(stretch) >= _FOLDED_FROM_LINES:
            labels = Counter(line["label"] for line in stretch).most_common(3)
            summary = f"{count(len(stretch), 'dropped line')}: " + ", ".join(f"{label} {n:,}" for label, n in labels)
        found.append(Stretch(stretch, summary))
    return found


# ---------------------------------------------------------------------- quarantine and runs


def quarantine_view(reasons: Sequence[Row], reason: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The quarantined pages with their reasons."""
    sentences = quarantine_sentences()
    described = [{**row, "sentence": sentences.get(row["name"], "")} for row in reasons]
    return {"reasons": described, "reason": reason, "rows": rows}


def run_rows(reports: Sequence[RunReport], output: Output) -> list[dict[str, Any]]:
    """The runs, each with whether its report is there."""
    present = _reports(output)
    return [{**_run_row(report), "has_report": report.run_id in present} for report in reports]


def _reports(output: Output) -> set[str]:
    """The runs of which there is a report."""
    return {path.stem for path in output.reports.glob("*.html")}


def _run_row(report: RunReport) -> dict[str, Any]:
    return {
        "run_id": report.run_id,
        "mark": state_mark(report.state),
        "started_at": report.started_at,
        "is_published": report.is_published,
        "numbers": index_numbers(report),
        "judgement": judgement(report).sentence,
    }
