"""What a run does: one frozen model. Its texts are the form in the Prefect UI."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class NewsParameters(BaseModel):
    """The parameters of one run of the line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: list[str] = Field(
        min_length=1,
        title="Sources",
        description="Folders, globs or files of pages (text, HTML, WARC, JSON lines, Parquet ...), addresses of feeds, or a list of publishers (.toml).",
        examples=[["pages/2026-11-22"], ["publishers.toml"]],
    )
    output: str = Field(
        "output", min_length=1, title="Output", description="Folder of the dataset; it is made if it is not there."
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        title="Columns",
        description="Where tables and JSON lines hold the page: html or text, url, fetched_at, encoding, each with the name of its column.",
        examples=[{"html": "body", "url": "link"}],
    )
    if_busy: Literal["wait", "skip", "fail"] = Field(
        "fail",
        title="If the output is busy",
        description="While another run writes to the output: wait for it, skip this run, or fail.",
    )
    timeout_minutes: float | None = Field(
        None, gt=0, title="Timeout in minutes", description="A run that takes longer ends as failed; nothing is lost."
    )
    fetch_minutes: float = Field(
        60.0,
        gt=0,
        le=1440,
        title="Minutes to fetch",
        description="Time for Web sources; what is left then is there next time.",
    )
    keep_warc: bool = Field(
        default=False, title="Keep as WARC", description="Write fetched pages as they came into warc/ too."
    )
    keep_pages: bool = Field(
        default=True,
        title="Keep raw pages",
        description="Keep the pages as they came, compressed, so that new rules can be applied to them.",
    )
    guess_dates: bool = Field(
        default=False,
        title="Guess dates",
        description="Where a page gives no date of publication, take one from its text; such dates are marked as guesses.",
    )
    one_per_story: bool = Field(
        default=False,
        title="One article a story",
        description="Near-duplicates of an article, as other papers print an agency's text, become rows of `duplicates`.",
    )
    max_page_megabytes: int = Field(
        20, ge=1, le=512, title="Largest page", description="In megabytes; a larger page goes to quarantine unread."
    )
    data_docs: bool = Field(
        default=False,
        title="Data Docs",
        description="Build Great Expectations' own pages too, in report/data_docs; they load styles from the network when opened.",
    )
    thresholds: str | None = Field(
        None, title="Thresholds", description="A file to use in place of the thresholds.yml that ships with Copydesk."
    )


class BackfillParameters(BaseModel):
    """The parameters of a backfill: the line over a range of days or a list of files, in slices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: list[str] = Field(
        min_length=1,
        title="Sources",
        description="As for a run; `{day}` stands for each day of the range, as in crawls/{day:%Y/%m/%d}.",
        examples=[["crawls/{day:%Y-%m-%d}"]],
    )
    first_day: date | None = Field(None, title="First day", description="Of the range; for sources with {day}.")
    last_day: date | None = Field(None, title="Last day", description="Of the range; today, if it is left out.")
    output: str = Field("output", min_length=1, title="Output", description="Folder of the dataset.")
    slice_sources: int = Field(
        1, ge=1, le=1000, title="Sources a slice", description="So many days or files are one run, published by itself."
    )
    goes_on: bool = Field(
        default=False,
        title="Go on after a stop",
        description="Whether a gate that stops a slice lets the next ones run.",
    )
    thresholds: str | None = Field(None, title="Thresholds", description="A file in place of the one that ships.")

    @model_validator(mode="after")
    def _has_days(self) -> "BackfillParameters":
        is_daily = any("{day" in source for source in self.sources)
        if is_daily and self.first_day is None:
            raise ValueError("a source with {day} needs a first day")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("the last day lies before the first")
        return self


class MaintenanceParameters(BaseModel):
    """The parameters of the care of an output."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    output: str = Field("output", min_length=1, title="Output", description="Folder of the dataset.")
    compacts: bool = Field(default=True, title="Compact", description="Join small files.")
    rebuilds_index: bool = Field(
        default=False, title="Rebuild index", description="Make the index of near-duplicates anew from the articles."
    )
    prune_days: int | None = Field(
        None, ge=0, title="Prune after days", description="Take older rows out of quarantine; empty keeps them all."
    )
    prune_megabytes: int | None = Field(
        None, ge=0, title="Prune above megabytes", description="Of pages in quarantine; the oldest go."
    )
    keep_run_days: int | None = Field(
        90, ge=1, title="Keep runs for days", description="Older runs leave Prefect's database; empty keeps them all."
    )
    mirror: str | None = Field(
        None, title="Mirror", description="Address of an object store to publish the dataset to, as s3://bucket/news."
    )


class ReplayParameters(BaseModel):
    """The parameters of a replay of pages that were received before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    output: str = Field("output", min_length=1, title="Output", description="Folder of the dataset.")
    reason: str | None = Field(
        None,
        title="Reason",
        description="Only pages with this reason, as `clean.too_short`.",
        examples=["clean.too_short"],
    )
    run: str | None = Field(None, title="Run", description="Only pages that this run set aside, by its id.")
    everything: bool = Field(
        default=False,
        title="Everything",
        description="All raw pages that were kept, not only those in quarantine: the dataset as today's rules make it.",
    )
    guess_dates: bool = Field(
        default=False,
        title="Guess dates",
        description="Take a date from the text where a page gives none, marked as a guess.",
    )
    data_docs: bool = Field(
        default=False,
        title="Data Docs",
        description="Build Great Expectations' own pages too, in report/data_docs; they load styles from the network when opened.",
    )
    thresholds: str | None = Field(
        None, title="Thresholds", description="A file to use in place of the thresholds.yml that ships with Copydesk."
    )
