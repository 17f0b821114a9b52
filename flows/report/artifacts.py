"""The report of a run as artifacts of its page in the Prefect UI."""

from prefect.artifacts import create_link_artifact, create_markdown_artifact

from flows.browse.address import browse_link
from flows.report.model import RunReport
from tasks.load.output import Output


def show_report(report: RunReport, output: Output) -> None:
    """Show the report in the UI, with the path of its page; with a link where reports are served."""
    page = (output.reports / f"{report.run_id}.html").resolve()
    markdown = f"{report.markdown()}\n\nThe whole report: `{page}`"
    create_markdown_artifact(key="run-report", markdown=markdown, description=report.sentence())
    if link := browse_link("runs", report.run_id):  # browsers open no file from a web page
        create_link_artifact(
            key="run-report-page", link=link, link_text="The whole report", description=report.sentence()
        )
