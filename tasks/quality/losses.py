"""Languages and sites that lose more pages to the gates than the rest of the run, probably by a fault of Copydesk.

Pages that were broken when they were received do not count: those that ingest rejected, error pages, empty pages, and
those that could not be parsed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from tasks.quality.drift import ComparedMetric
from tasks.quality.metrics import ALL, PastMetric, site_of_row
from tasks.quality.thresholds import HistoryThresholds
from tasks.text.language import language_name

BROKEN = frozenset("clean.error_page clean.empty_shell clean.unparsed clean.parser_crash clean.parser_timeout".split())
LANGUAGE, SITE = "language", "site"
_LOST_MIN = 3  # two pages are chance, whatever their share


@dataclass
class _Group:
    """The pages of one language or site."""

    pages: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    example: str = ""  # the first quarantined page

    @property
    def lost(self) -> int:
        return self.reasons.total()


@dataclass(frozen=True)
class _Usual:
    """What a group's share is compared with."""

    lost: float
    pages: float

    @property
    def share(self) -> float:
        """By Laplace's rule, so that after a handful of pages without a loss not every loss is unusual."""
        return (self.lost + 1) / (self.pages + 2)


@dataclass(frozen=True)
class UnusualLoss(ComparedMetric):
    """A language or site that lost an unusual share of its pages; code `language_quarantined` or `site_quarantined`."""

    kind: str = ""  # language | site
    name: str = ""
    lost: int = 0  # pages
    reasons: dict[str, int] = field(default_factory=dict)  # pages by reason
    example: str = ""  # the first quarantined page


def find_losses(
    documents: Iterable[Mapping[str, Any]],
    quarantined: Mapping[str, str],
    history: Iterable[PastMetric],
    limits: HistoryThresholds,
) -> list[UnusualLoss]:
    """The languages and sites that lose an unusual share of their pages, the largest losses first.

    A site with enough pages in the history is compared with itself, everything else with the rest of the run. A
    language without any page left is always reported.

    Args:
        documents: Rows with doc_id, language, url and source_uri.
        quarantined: The reason by doc_id.
        history: The metrics of earlier runs.
        limits: The thresholds of `thresholds.yml: dataset`.
    """
    groups = _grouped(documents, quarantined)
    before = _before(history)
    losses = []
    for kind, members in groups.items():
        pages = sum(group.pages for group in members.values())
        lost = sum(group.lost for group in members.values())
        for name, group in members.items():
            usual = _Usual(lost - group.lost, pages - group.pages)
            if kind == SITE and before[name].pages >= limits.site_history_rows_min:
                usual = before[name]
            is_all = kind == LANGUAGE and group.lost == group.pages
            if name and _is_unusual(group, usual, limits, is_all=is_all):
                losses.append(_loss(kind, name, group, usual))
    return sorted(losses, key=lambda loss: (-loss.lost, loss.kind, loss.name))


def recovered_groups(
    documents: Iterable[Mapping[str, Any]], quarantined: Mapping[str, str], limits: HistoryThresholds
) -> set[tuple[str, str]]:
    """The languages and sites of which a replay of quarantined pages lost no more than is never unusual: kind, name."""
    return {
        (kind, name)
        for kind, members in _grouped(documents, quarantined).items()
        for name, group in members.items()
        if name and group.lost <= limits.group_quarantined_share_max * group.pages
    }


def _grouped(
    documents: Iterable[Mapping[str, Any]], quarantined: Mapping[str, str]
) -> dict[str, defaultdict[str, _Group]]:
    groups: dict[str, defaultdict[str, _Group]] = {LANGUAGE: defaultdict(_Group), SITE: defaultdict(_Group)}
    for row in documents:
        reason = quarantined.get(row["doc_id"])
        if reason in BROKEN:
            continue
        # pages of unknown language are part of the rest
        for kind, name in ((LANGUAGE, row["language"] or ""), (SITE, site_of_row(row))):
            group = groups[kind][name]
            group.pages += 1
            if reason:
                group.reasons[reason] += 1
                group.example = group.example or row["source_uri"]
    return groups


def _before(history: Iterable[PastMetric]) -> defaultdict[str, _Usual]:
    """The losses of each site in earlier runs."""
    losses: defaultdict[str, _Usual] = defaultdict(lambda: _Usual(0.0, 0.0))
    for row in history:
        if row["metric"] == "quarantined_share" and row["site"] != ALL:
            before = losses[row["site"]]
            losses[row["site"]] = _Usual(before.lost + row["value"] * row["rows"], before.pages + row["rows"])
    return losses


def _is_unusual(group: _Group, usual: _Usual, limits: HistoryThresholds, *, is_all: bool) -> bool:
    if group.pages < limits.group_pages_min or group.lost < _LOST_MIN:
        return False
    share = group.lost / group.pages
    return share > limits.group_quarantined_share_max and (
        is_all or share > limits.group_quarantined_factor * usual.share
    )


def _loss(kind: str, name: str, group: _Group, usual: _Usual) -> UnusualLoss:
    share = group.lost / group.pages
    whose = f"in {language_name(name)}" if kind == LANGUAGE else f"of {name}"
    reasons = group.reasons.most_common()
    why = reasons[0][0] if len(reasons) == 1 else ", ".join(f"{reason} {count:,}" for reason, count in reasons)
    sentence = (
        f"{group.lost:,} of {group.pages:,} pages {whose} were quarantined ({why}), "
        f"e.g. {PurePosixPath(group.example).name}"
    )
    return UnusualLoss(
        site=name if kind == SITE else ALL,
        metric="quarantined_share",
        value=share,
        low=0.0,
        high=usual.share,
        rows=group.pages,
        code=f"{kind}_quarantined",
        sentence=sentence,
        kind=kind,
        name=name,
        lost=group.lost,
        reasons=dict(group.reasons),
        example=group.example,
    )
