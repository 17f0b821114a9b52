"""What a run does: one frozen model per flow. Titles and descriptions are the form in the Prefect UI."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tasks.ingest.formats.columns import FIELDS
from tasks.storage.addresses import keep_as_given, shown

_DATASET = "Folder of the dataset."
_THRESHOLDS = "A thresholds file to use instead of the bundled one."
_SITES = "A file of corrections by site, e.g. sites.toml."


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceParameters(_Form):
    """Where pages come from."""

    sources: list[str] = Field(
        min_length=1,
        title="Sources",
        description="Folders, globs or files of pages (text, HTML, WARC, JSON lines, Parquet ...), addresses of feeds, "
        "or a list of publishers (.toml).",
        examples=[["pages/2026-11-22"], ["publishers.toml"]],
    )
    include: list[str] = Field(
        default_factory=list,
        title="Include",
        description="Patterns of files to read, e.g. `*.html`; empty: all. One without a slash is for any name in the "
        "path below the source.",
        examples=[["*.html", "2026/*/story.json"]],
    )
    exclude: list[str] = Field(
        default_factory=list,
        title="Exclude",
        description="Patterns of files and folders not to read, e.g. `index.csv` or `drafts`.",
        examples=[["index.csv", "drafts"]],
    )

    _kept = field_validator("sources")(keep_as_given)  # Prefect stores parameters

    @field_validator("include", "exclude")
    @classmethod
    def _are_shown(cls, patterns: list[str]) -> list[str]:
        """The names that they are compared with have no secrets either."""
        return [shown(pattern) for pattern in patterns]


class ProcessingParameters(_Form):
    """What news and replay have in common."""

    is_replay: ClassVar[bool] = False

    output: str = Field("output", min_length=1, title="Output", description=f"{_DATASET} It is created if missing.")
    if_busy: Literal["wait", "skip", "fail"] = Field(
        "fail",
        title="If the output is busy",
        description="While another run writes to the output: wait for it, skip this run, or fail.",
    )
    timeout_minutes: float | None = Field(
        None, gt=0, title="Timeout in minutes", description="A run that takes longer fails; nothing is lost."
    )
    guess_dates: bool = Field(
        default=False,
        title="Guess dates",
        description="Where a page gives no publication date, take one from its text; such dates are marked as guesses.",
    )
    one_per_story: bool = Field(
        default=False,
        title="One article per story",
        description="Near-duplicates of an article, e.g. agency copy in other papers, become rows of `duplicates`.",
    )
    data_docs: bool = Field(
        default=False,
        title="Data Docs",
        description="Also build Great Expectations' own pages in report/data_docs; they load styles from the network.",
    )
    thresholds: str | None = Field(None, title="Thresholds", description=_THRESHOLDS)
    sites: str | None = Field(None, title="Corrections by site", description=_SITES)

    @property
    def keeps_raw_pages(self) -> bool:
        """Whether the output has the raw pages after the run."""
        return True


class NewsParameters(ProcessingParameters, SourceParameters):
    """The parameters of one run of the pipeline."""

    columns: dict[str, str] = Field(
        default_factory=dict,
        title="Columns",
        description="Columns of tables and JSON lines by what they hold: html or text, url, fetched_at, encoding.",
        examples=[{"html": "body", "url": "link"}],
    )
    fetch_minutes: float = Field(
        60.0,
        gt=0,
        le=1440,
        title="Minutes to fetch",
        description="Time limit for web sources; the rest is fetched in the next run.",
    )
    keep_warc: bool = Field(
        default=False, title="Keep as WARC", description="Also store fetched pages unchanged as WARC files in warc/."
    )
    keep_pages: bool = Field(
        default=True,
        title="Keep raw pages",
        description="Store the raw pages, compressed, so that new rules can be applied to them.",
    )
    max_page_megabytes: int = Field(
        20,
        ge=1,
        le=512,
        title="Maximum page size",
        description="In megabytes; a larger page is quarantined without being read.",
    )

    @field_validator("columns")
    @classmethod
    def _names_fields(cls, columns: dict[str, str]) -> dict[str, str]:
        for field, column in columns.items():
            if field not in FIELDS or not column.strip():
                raise ValueError(f"{field}={column}: expected a column for one of {', '.join(FIELDS)}")
        return columns

    @property
    def keeps_raw_pages(self) -> bool:
        """Whether the output has the raw pages after the run."""
        return self.keep_pages


class ReplayParameters(ProcessingParameters):
    """The parameters of a replay of stored pages."""

    is_replay: ClassVar[bool] = True

    reason: str | None = Field(
        None,
        title="Reason",
        description="Only pages quarantined for this reason, e.g. `clean.too_short`.",
        examples=["clean.too_short"],
    )
    run: str | None = Field(None, title="Run", description="Only pages that this run quarantined, by its id.")
    everything: bool = Field(
        default=False,
        title="Everything",
        description="All stored pages, not only quarantined ones: rebuild the dataset with the current rules.",
    )


class BackfillParameters(_Form):
    """The parameters of a backfill: the pipeline over a range of days or a list of files, in slices."""

    sources: list[str] = Field(
        min_length=1,
        title="Sources",
        description="As for a run; `{day}` stands for each day of the range, e.g. crawls/{day:%Y/%m/%d}.",
        examples=[["crawls/{day:%Y-%m-%d}"]],
    )
    first_day: date | None = Field(None, title="First day", description="Of the range; for sources with {day}.")
    last_day: date | None = Field(None, title="Last day", description="Of the range; default: today.")
    output: str = Field("output", min_length=1, title="Output", description=_DATASET)
    slice_sources: int = Field(
        1,
        ge=1,
        le=1000,
        title="Sources per slice",
        description="Days or files per run; each slice is published separately.",
    )
    goes_on: bool = Field(
        default=False,
        title="Continue after a stop",
        description="Whether the next slices run after a gate has stopped one.",
    )
    thresholds: str | None = Field(None, title="Thresholds", description=_THRESHOLDS)
    sites: str | None = Field(None, title="Corrections by site", description=_SITES)

    _kept = field_validator("sources")(keep_as_given)

    @model_validator(mode="after")
    def _has_days(self) -> "BackfillParameters":
        is_daily = any("{day" in source for source in self.sources)
        if is_daily and self.first_day is None:
            raise ValueError("a source with {day} needs a first day")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("the last day is before the first day")
        return self


class MaintenanceParameters(_Form):
    """The parameters of the maintenance of an output."""

    output: str = Field("output", min_length=1, title="Output", description=_DATASET)
    compacts: bool = Field(default=True, title="Compact", description="Merge small files.")
    rebuilds_index: bool = Field(
        default=False, title="Rebuild index", description="Rebuild the near-duplicate index from the articles."
    )
    prune_days: int | None = Field(
        None, ge=0, title="Prune after days", description="Delete older rows of quarantine; empty keeps them all."
    )
    prune_megabytes: int | None = Field(
        None,
        ge=0,
        title="Prune above megabytes",
        description="Delete the oldest rows of quarantine until their raw pages take at most this much.",
    )
    keep_run_days: int | None = Field(
        90, ge=1, title="Keep runs for days", description="Delete older runs from Prefect's database; empty keeps all."
    )
    mirror: str | None = Field(
        None,
        title="Mirror",
        description="Address of an object store to publish the dataset to, e.g. s3://bucket/news.",
    )

    @field_validator("mirror")
    @classmethod
    def _kept(cls, mirror: str | None) -> str | None:
        return keep_as_given([mirror])[0] if mirror else None
