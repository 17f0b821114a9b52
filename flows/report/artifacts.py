"""The report of a run as artifacts of its page in the Prefect UI."""

import os
from pathlib import Path
from urllib.parse import quote

from prefect.artifacts import create_link_artifact, create_markdown_artifact

from flows.report.model import RunReport
from tasks.load.output import Output

BROWSE_URL = "COPYDESK_BROWSE_URL"


def show_report(report: RunReport, output: Output) -> None:
    """Show the report in the UI, with the path of its page; with a link where reports are served."""
    page = (output.reports / f"{report.run_id}.html").resolve()
    markdown = f"{report.markdown()}\n\nThe whole report: `{page}`"
    create_markdown_artifact(key="run-report", markdown=markdown, description=report.sentence())
    if (link := link_to(page)) is not None:
        create_link_artifact(
            key="run-report-page", link=link, link_text="The whole report", description=report.sentence()
        )


def link_to(page: Path) -> str | None:
    """The address of a report where `COPYDESK_BROWSE_URL` names a server of reports, else None.

    A browser does not open `file:` addresses from a page of a server.
    """
    base = os.environ.get(BROWSE_URL, "").strip().rstrip("/")
    return f"{base}/runs/{quote(page.stem)}" if base else None
