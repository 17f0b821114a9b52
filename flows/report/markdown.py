"""A run's report as Markdown, for an artifact in the Prefect UI."""

from collections.abc import Iterator

from flows.report.judgement import judgement
from flows.report.model import RunReport
from flows.report.problems import ordered, problem_line, standing_phrase
from flows.report.wording import markdown_text


def render_markdown(report: RunReport) -> str:
    """The report as Markdown."""
    return "\n".join(_lines(report))


def _lines(report: RunReport) -> Iterator[str]:
    yield from (f"# {report.state}", "", judgement(report).sentence, "", report.sentence(), "")
    if report.message:
        yield from (f"> {markdown_text(report.message)}", "")
    if report.problems:
        yield from (f"**{standing_phrase(report)}**", "")
        yield from (f"- {markdown_text(problem_line(problem, report.run_id))}" for problem in ordered(report))
        yield ""
    yield from ("| step | pages | batches | already done | CPU seconds |", "|---|--:|--:|--:|--:|")
    for step in report.steps:
        yield f"| {step.step} | {step.pages} | {step.batches} | {step.reused} | {step.cpu_seconds:.2f} |"
    if report.quarantine_counts:
        yield from ("", "## Quarantine", "", "| reason | pages | example |", "|---|--:|---|")
        for reason, number, examples in report.quarantined():
            shown = markdown_text(f"{examples[0].source_uri}: {examples[0].detail or ''}") if examples else ""
            yield f"| `{reason}` | {number} | {shown} |"
    if report.warnings:
        yield from ("", "## Warnings", "")
        for rule in report.warnings:
            yield f"- `{rule.code}`: {rule.sentence} {markdown_text(rule.breach)}"
    if report.losses:
        yield from ("", "## Languages and sites that lost pages", "")
        for loss in report.losses:
            yield f"- {markdown_text(loss.sentence)}"
    yield from (
        "",
        f"Run `{report.run_id}`, rules `{report.rules_version}`, output {markdown_text(report.parameters['output'])}.",
    )
