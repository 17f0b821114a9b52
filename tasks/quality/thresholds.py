"""The thresholds of comparisons between runs: how far a metric or a loss may be from the usual."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=10_000_000)]
Factor: TypeAlias = Annotated[float, Field(ge=1, le=100)]


class HistoryThresholds(BaseModel):
    """The thresholds of a run compared with earlier runs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    history_runs: Count = Field(description="Published runs to look back.")
    history_runs_min: Count = Field(description="Runs without which there is too little history to compare with.")
    mad_factor: float = Field(ge=0, le=100, description="Median absolute deviations that are still usual.")
    volume_floor: Share = Field(description="Change of the number of pages that is never drift.")
    length_floor: Share = Field(description="Change of the median length that is never drift.")
    share_floor: Share = Field(description="Change of a share of pages that is never drift.")
    doubt_share_floor: Share = Field(description="Change of the share of pages with one flag that is never drift.")
    site_rows_min: Count = Field(description="Pages of a site in a run that are enough to judge the site.")
    site_history_rows_min: Count = Field(description="Pages of a site in the history that are enough to judge it.")
    site_share_floor: Share = Field(description="Change of a share by which a site's layout counts as changed.")
    site_length_ratio: Factor = Field(description="Ratio of lengths by which a site's layout counts as changed.")
    site_present_share: Share = Field(description="Share of runs with a site from which its absence is reported.")
    group_pages_min: Count = Field(description="Pages of a language or site in a run below which losses are chance.")
    group_quarantined_share_max: Share = Field(
        description="Share of quarantined pages of a group that is never unusual."
    )
    group_quarantined_factor: Factor = Field(description="Multiple of the usual share of losses that is unusual.")
    batch_pages_min: Count = Field(description="Pages of a site that are enough to judge its names without history.")
    stories_per_address_max: Count = Field(description="Stories of a site that declare one address (a warning).")
    publishers_share_max: Share = Field(description="Different publishers per page of a site (a warning).")
    foreign_headlines_share_max: Share = Field(
        description="Share of a site's headlines without a word of the text (a warning)."
    )
    is_drift_critical: bool = Field(description="Whether drift stops the run instead of raising a warning.")
