"""The sites of a dataset: what became of their pages, how complete their articles are, and how that moved over runs."""

from collections import Counter

from flows.browse.filters import MISSING, ROWS_OF_A_PAGE
from flows.browse.open_problems import open_problems
from flows.browse.site_names import SITE_NAME
from flows.browse.snapshot import Row, Snapshot
from tasks.quality.problems import Problem

SITE_FIELDS = ("title", "authors", "date", "publisher")  # of which the missing share is shown for each site
# sort orders: name -> (label, SQL)
SITE_SORTS = {
    "pages": ("most pages first", "pages desc, site"),
    "quarantined": ("most quarantined first", "quarantined / pages desc, pages desc, site"),
    "doubtful": ("least confident first", "confidence nulls last, site"),
    "problems": ("most open problems first", "problems desc, pages desc, site"),
    "name": ("by name", "site"),
}
_RUNS = 30  # the newest of the dataset; of these each site has numbers by run
_NUMBERS, _BY_RUN = "site_numbers", "site_runs"


def sites(snapshot: Snapshot, wanted: str, sort: str, page: int) -> tuple[list[Row], int]:
    """A page of the sites in an order of SITE_SORTS, and how many there are; those with `wanted` in the name.

    A row has the numbers of the site over all runs, `runs` with those of the last runs, the oldest first, and
    `problems`, the number of open ones.
    """
    condition = "contains(site, ?)"
    snapshot.prepared(_NUMBERS, prepare_sites)
    total = snapshot.rows(f"select count(*) as total from {_NUMBERS} where {condition}", wanted.lower())[0]["total"]
    order = f"order by {SITE_SORTS[sort][1]} limit ? offset ?"
    rows = _numbered(snapshot, f"{condition} {order}", wanted.lower(), ROWS_OF_A_PAGE, (page - 1) * ROWS_OF_A_PAGE)
    return rows, total


def find_site(snapshot: Snapshot, name: str) -> Row | None:
    """One site by its exact name, as a row of `sites`; None if the dataset has no page of it."""
    rows = _numbered(snapshot, "site = ?", name)
    return rows[0] if rows else None


def _numbered(snapshot: Snapshot, condition: str, *values: object) -> list[Row]:
    """The sites of a condition with their problems and their last runs."""
    snapshot.prepared(_NUMBERS, prepare_sites)
    problems = Counter(problem.scope.lower() for problem in open_problems(snapshot))
    rows = snapshot.rows(
        f"select {_NUMBERS}.*, coalesce(found.problems, 0) as problems from {_NUMBERS} left join "
        "(select unnest(?::varchar[]) as site, unnest(?::integer[]) as problems) as found using (site) "
        f"where {condition}",
        list(problems),
        list(problems.values()),
        *values,
    )
    by_site: dict[str, list[Row]] = {row["site"]: [] for row in rows}
    of_these = f"select * from {_BY_RUN} where list_contains(?::varchar[], site) order by site, run_id"
    for run in snapshot.rows(of_these, list(by_site)):
        by_site[run["site"]].append(run)
    return [row | {"runs": by_site[row["site"]]} for row in rows]


def last_runs(snapshot: Snapshot) -> list[str]:
    """The ids of the runs of which sites have numbers, the oldest first."""
    snapshot.prepared(_NUMBERS, prepare_sites)
    return [row["run_id"] for row in snapshot.rows(f"select distinct run_id from {_BY_RUN} order by 1")]


def problems_of(snapshot: Snapshot, name: str) -> list[Problem]:
    """The open problems of a site, the gravest and largest first."""
    found = [problem for problem in open_problems(snapshot) if problem.scope.lower() == name]
    return sorted(found, key=lambda problem: (problem.severity, -problem.pages, problem.key))


def prepare_sites(snapshot: Snapshot) -> bool:
    """Make the tables of sites: their numbers over all runs, and in each of the last runs."""
    _create(snapshot, _NUMBERS, "site", "true")
    last = f"run_id in (select run_id from ledger group by 1 order by 1 desc limit {_RUNS})"
    _create(snapshot, _BY_RUN, "site, run_id", last)
    return True


def _create(snapshot: Snapshot, name: str, keys: str, condition: str) -> None:
    """A table of what became of pages and how complete and certain articles are, by site, or by site and run."""
    missing = ", ".join(f"avg(({MISSING[field][1]})::int) as missing_{field}" for field in SITE_FIELDS)
    columns = f"{SITE_NAME} as {keys}"
    snapshot.create_table(
        name,
        f"select *, became - coalesce(articles, 0) as replaced from (select {columns}, count(*) as pages, "
        "count(*) filter (where outcome = 'quarantined') as quarantined, "
        "count(*) filter (where outcome = 'duplicate') as duplicates, "
        "count(*) filter (where outcome = 'article') as became "
        f"from ledger where outcome <> 'forgotten' and {condition} group by {keys}) left join "
        f"(select {columns}, count(*) as articles, avg(confidence) as confidence, "
        "avg((len(flags) > 0)::int) as flagged, mode(publisher order by publisher) as publisher, "
        f"{missing} from articles where {condition} group by {keys}) using ({keys})",
    )
