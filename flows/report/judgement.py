"""The one sentence at the top of a report: what the run did to the dataset, and what needs a look."""

from dataclasses import dataclass

from flows.report.model import RunReport
from flows.report.wording import count, gate_name, plural
from tasks.quality.problems import NEW, STILL_OPEN


@dataclass(frozen=True)
class Look:
    """Something that needs a look, and the section of the report that shows it."""

    words: str
    section: str
    is_one: bool = True


@dataclass(frozen=True)
class Judgement:
    """What a run did, and what needs a look."""

    text: str
    looks: list[Look]

    @property
    def ending(self) -> str:
        """The end of the sentence."""
        if not self.looks:
            return ", and nothing needs a look."
        is_one = len(self.looks) == 1 and self.looks[0].is_one
        return " needs a look." if is_one else " need a look."

    @property
    def sentence(self) -> str:
        """The judgement as plain text."""
        looks = " and ".join(look.words for look in self.looks)
        return f"{self.text}{'; ' if looks else ''}{looks}{self.ending}"


def judgement(report: RunReport) -> Judgement:
    """The judgement on a run."""
    if report.state.startswith("Completed"):
        return Judgement(_published(report), _looks(report))
    if report.state == "StoppedByGate":
        gate = gate_name(report.account.stopped_after) if report.account.stopped_after else "a gate"
        return Judgement(f"Not published: {gate} stopped the run", [Look("the reason", "stop")])
    if report.state == "Running":
        return Judgement("Not published yet: the run is not over", [])
    how = {"Failed": "failed", "Cancelled": "was cancelled"}.get(report.state, "did not finish")
    text = f"Published, but then the run {how}" if report.snapshot else f"Not published: the run {how}"
    return Judgement(text, [Look("its message", "stop")])


def _published(report: RunReport) -> str:
    account = report.account
    if account.received:
        became = plural(account.articles, "an article", "articles")
        return f"Published: {account.articles:,} of {count(account.received, 'page')} became {became}"
    if account.known:
        skipped = f"{count(account.known, 'known page')} {'was' if account.known == 1 else 'were'} skipped"
        return f"Nothing new: {skipped}, the dataset is as before"
    return "No page came in: the dataset is as before"


def _looks(report: RunReport) -> list[Look]:
    """The open problems that nobody has acknowledged; of a report without problems the broken rules that warn."""
    if report.problems:
        groups = report.problems_by_standing()
        still_open = [problem for problem in groups[STILL_OPEN] if problem.acknowledged_at is None]
        parts = ((len(groups[NEW]), "new problem"), (len(still_open), "older problem"))
        return [Look(count(number, noun), "problems", number == 1) for number, noun in parts if number]
    number = len(report.warnings)
    return [Look(count(number, "warning"), "gates", number == 1)] if number else []
