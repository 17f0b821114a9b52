"""The web page: which address shows what."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from flows.browse import overview, views
from flows.browse.articles import find_articles
from flows.browse.downloads import FORMATS, articles_in_batches
from flows.browse.filters import PAGES_MAX, ROWS_OF_A_PAGE, ArticleFilter, FilterError
from flows.browse.open_problems import open_problems
from flows.browse.page import find_page, page_view, raw_page
from flows.browse.pages import OUTCOMES, PageFilter, list_pages
from flows.browse.safety import HEADERS, REPORT_POLICY, SafeAnswers, allowed_hosts
from flows.browse.site_views import site_view, sites_view
from flows.browse.sites import SITE_SORTS, find_site, last_runs, prepare_sites, problems_of, sites
from flows.browse.snapshot import ChangedError, ClosedError, Dataset, Snapshot, TooSlowError
from flows.browse.stored import prepare_lines, prepare_pages
from flows.report.model import read_reports

_FOLDER = Path(__file__).parent
_RUNS_SHOWN, _LAST_RUNS = 200, 5
View = Callable[[Request, Snapshot], Response]


def make_app(root: str | Path) -> Starlette:
    """The application over the dataset in a folder.

    Raises:
        NothingPublishedError: no run has published there.
    """
    dataset = Dataset(root, prepare_in_background)

    def route(path: str, view: View) -> Route:
        return Route(path, _with_snapshot(dataset, view), methods=["GET"])

    app = Starlette(
        routes=[
            route("/", show_dataset),
            route("/articles", show_articles),
            route("/articles.{ending}", download_articles),
            route("/page/{page_id}", show_page),
            route("/page/{page_id}/source", show_source),
            route("/page/{page_id}/correction", show_correction),
            route("/pages", show_pages),
            route("/quarantine", show_quarantine),
            route("/sites", show_sites),
            route("/site", show_site),
            route("/runs", show_runs),
            route("/runs/{run_id}", show_report),
            Route("/style.css", _style, methods=["GET"]),
        ],
        # the outermost first: the headers are on refusals too
        middleware=[
            Middleware(SafeAnswers),
            Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(), www_redirect=False),
        ],
        exception_handlers={HTTPException: _error, Exception: _failure},
    )
    app.state.dataset = dataset
    return app


def prepare_in_background(snapshot: Snapshot) -> None:
    """Make what a state needs once, before somebody waits for it."""
    snapshot.in_background(_prepare)


def _prepare(snapshot: Snapshot) -> None:
    try:
        overview.overview(snapshot)
        snapshot.prepared("lines_index", prepare_lines)
        snapshot.prepared("site_numbers", prepare_sites)
        snapshot.prepared("pages_index", prepare_pages)
    except (ChangedError, ClosedError, TooSlowError):
        return  # a view prepares it again, and says what is wrong


def _with_snapshot(dataset: Dataset, view: View) -> Callable[[Request], Response]:
    """A view of the newest state. If a file is gone it is tried once more; other errors become a page that says why."""

    @wraps(view)
    def answer(request: Request) -> Response:
        for is_last in (False, True):
            snapshot = dataset.snapshot()
            try:
                return view(request, snapshot)
            except FilterError as error:
                raise HTTPException(400, str(error)) from error
            except (TooSlowError, ClosedError) as error:
                raise HTTPException(503, str(error)) from error
            except ChangedError as error:
                if is_last:
                    raise HTTPException(503, f"{error} ({error.__cause__})") from error
                dataset.open_again(snapshot)
        raise AssertionError  # the loop returns or raises

    return answer


def show_dataset(_request: Request, snapshot: Snapshot) -> Response:
    """What is in the dataset, and whether it can be trusted."""
    numbers = overview.overview(snapshot)
    reports = read_reports(snapshot.output, _LAST_RUNS)
    return _page("dataset.html.j2", views.dataset_view(numbers, reports, open_problems(snapshot)))


def show_articles(request: Request, snapshot: Snapshot) -> Response:
    """A page of articles."""
    wanted = ArticleFilter.from_query(request.query_params)
    found = find_articles(snapshot, wanted)
    return _page("articles.html.j2", views.articles_view(wanted, found, overview.overview(snapshot)))


def download_articles(request: Request, snapshot: Snapshot) -> Response:
    """All articles of a filter as a file."""
    ending = request.path_params["ending"]
    if ending not in FORMATS:
        raise HTTPException(404, f"Articles are not available as .{ending}.")
    wanted = ArticleFilter.from_query(request.query_params)
    _, media_type, write = FORMATS[ending]
    name = f"articles-{datetime.now(UTC):%Y%m%d}.{ending}"
    return StreamingResponse(
        write(articles_in_batches(snapshot, wanted)),
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def show_page(request: Request, snapshot: Snapshot) -> Response:
    """One page and its article, by an article_id or a doc_id."""
    page = find_page(snapshot, request.path_params["page_id"])
    if page is None:
        raise HTTPException(404, "No page of this dataset has this id.")
    return _page("page.html.j2", views.page_view_values(page_view(snapshot, page), snapshot.output))


def show_source(request: Request, snapshot: Snapshot) -> Response:
    """The page as it was received, as text."""
    page = find_page(snapshot, request.path_params["page_id"])
    if page is None:
        raise HTTPException(404, "No page of this dataset has this id.")
    return _page("source.html.j2", {"page": page, "raw": raw_page(snapshot, page["doc_id"])})


def show_correction(request: Request, snapshot: Snapshot) -> Response:
    """A correction of a page's site as text to copy: of one line, or of the fields."""
    page = find_page(snapshot, request.path_params["page_id"])
    if page is None:
        raise HTTPException(404, "No page of this dataset has this id.")
    view, number = page_view(snapshot, page), request.query_params.get("line", "")
    line = next((line for line in view.lines if str(line["line_no"]) == number), None)
    if number and line is None:
        raise HTTPException(404, "This page has no such line.")
    return _page("correction.html.j2", views.correction_view(view, line, snapshot.output))


def show_pages(request: Request, snapshot: Snapshot) -> Response:
    """The pages that were received, by address, outcome or site."""
    number, wanted = _number(request), PageFilter.from_query(request.query_params)
    rows, total = list_pages(snapshot, wanted, number)
    values = {"rows": rows, "wanted": wanted, "outcomes": OUTCOMES}
    return _page("pages.html.j2", {**values, **_turning(request, number, total)})


def show_quarantine(request: Request, snapshot: Snapshot) -> Response:
    """The quarantined pages, by reason."""
    number, reason = _number(request), request.query_params.get("reason", "")
    rows, total = overview.quarantined(snapshot, reason, number)
    reasons = overview.overview(snapshot).quarantine
    values = views.quarantine_view(reasons, reason, rows)
    return _page("quarantine.html.j2", {**values, **_turning(request, number, total)})


def show_sites(request: Request, snapshot: Snapshot) -> Response:
    """The sites: what became of their pages, and how that moved over the last runs."""
    number, wanted = _number(request), request.query_params.get("q", "")
    sort = request.query_params.get("sort", "pages")
    if sort not in SITE_SORTS:
        raise FilterError(f"sort: unknown value {sort[:20]!r}")
    rows, total = sites(snapshot, wanted, sort, number)
    values = {**sites_view(rows, last_runs(snapshot)), "q": wanted, "sort": sort}
    return _page("sites.html.j2", {**values, **_turning(request, number, total)})


def show_site(request: Request, snapshot: Snapshot) -> Response:
    """One site: its numbers, its open problems, and its last runs."""
    row = find_site(snapshot, request.query_params.get("name", ""))
    if row is None:
        raise HTTPException(404, "No page of this dataset is from this site.")
    reports = {path.stem for path in snapshot.output.reports.glob("*.html")}
    return _page("site.html.j2", site_view(row, problems_of(snapshot, row["site"]), reports))


def show_runs(_request: Request, snapshot: Snapshot) -> Response:
    """The last runs, with links to their reports."""
    return _page("runs.html.j2", {"runs": views.run_rows(read_reports(snapshot.output, _RUNS_SHOWN), snapshot.output)})


def show_report(request: Request, snapshot: Snapshot) -> Response:
    """A run's report. Its name is looked up among the reports of the output, never used as a path."""
    name = request.path_params["run_id"].removesuffix(".html")  # reports link to the files of others
    if name == "index":
        return RedirectResponse("/runs")
    reports = {path.stem: path for path in snapshot.output.reports.glob("*.html") if path.stem != "index"}
    path = reports.get(name)
    if path is None:
        raise HTTPException(404, "There is no report of this run.")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY})


def _style(_request: Request) -> Response:
    """The style of the reports, and what only this web page has."""
    report = (_FOLDER.parent / "report" / "style.css").read_text(encoding="utf-8")
    return Response(report + (_FOLDER / "style.css").read_text(encoding="utf-8"), media_type="text/css")


def _number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PAGES_MAX):
        raise FilterError(f"page: {text[:20]!r} is not a number from 1 to {PAGES_MAX}")
    return int(text)


def _turning(request: Request, number: int, total: int) -> dict[str, Any]:
    """The addresses of the pages before and after this one of a list."""

    def address(page: int) -> str:
        return str(request.url.include_query_params(page=page).query)

    has_next = number * ROWS_OF_A_PAGE < total and number < PAGES_MAX
    return {
        "total": total,
        "page_number": number,
        "previous_query": address(number - 1) if number > 1 else "",
        "next_query": address(number + 1) if has_next else "",
    }


def _page(template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    return HTMLResponse(views.render(template, values), status)


def _error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _page("error.html.j2", {"status": error.status_code, "message": error.detail}, error.status_code)


def _failure(_request: Request, _error: Exception) -> Response:
    """What nobody expected; the server logs it."""
    message = "This view failed. The terminal where copydesk browse runs shows why."
    answer = _page("error.html.j2", {"status": 500, "message": message}, 500)
    answer.headers.update(HEADERS)  # it is made outside of what adds them
    return answer
