"""The schedules file: which runs start when. An error names the wrong key and what is expected.

Paths in the file are relative to its folder, and absolute once it is read: a worker runs elsewhere.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from flows.operate.paths import absolute, absolute_parameters
from tasks.errors import UsageError, first_problem

DEFAULT_FILE = "schedules.toml"
EXAMPLE = """\
# What Copydesk runs when. Check it with `copydesk doctor`, run it with `copydesk serve`.
# Paths are relative to the folder of this file.
timezone = "UTC"
output = "output"
# sites = "sites.toml"                # corrections by site, beside this file

[hourly]                              # feeds and sitemaps
cron = "15 * * * *"
sources = ["publishers.toml"]

[nightly]                             # folders and archives
cron = "0 3 * * *"
sources = ["pages"]

[maintenance]                         # compaction and retention
cron = "30 4 * * 0"

# [backfill] has no schedule: start it in the UI, or with `prefect deployment run backfill/backfill`
"""


class ScheduleError(UsageError):
    """An unusable schedules file; the message is shown to the user."""


def check_cron(value: str) -> str:
    """The expression itself, if it is a cron expression of five fields.

    Raises:
        ValueError: it is not.
    """
    from prefect.client.schemas.schedules import CronSchedule  # validate with the code that will run it

    try:
        CronSchedule(cron=value)
        is_cron = len(value.split()) == 5
    except ValueError:
        is_cron = False
    if not is_cron:
        raise ValueError(
            f"{value!r} is not a cron expression: expected five fields, e.g. '0 3 * * *' (every night at 03:00)"
        )
    return value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RunSchedule(_Section):
    """A scheduled run of the pipeline."""

    cron: str
    sources: list[str] = Field(min_length=1)
    parameters: dict[str, Any] = Field(default_factory=dict)  # further ones of `NewsParameters`

    _cron = field_validator("cron")(check_cron)


class MaintenanceSchedule(_Section):
    """The scheduled maintenance."""

    cron: str
    parameters: dict[str, Any] = Field(default_factory=dict)  # of `MaintenanceParameters`

    _cron = field_validator("cron")(check_cron)


class BackfillDefaults(_Section):
    """What a backfill starts from, unless the form in the UI says otherwise."""

    sources: list[str] = Field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None


class Schedules(_Section):
    """The whole file."""

    timezone: str = "UTC"
    output: str = Field("output", min_length=1)
    sites: str | None = Field(None, min_length=1)  # corrections by site; relative to the folder of this file
    hourly: RunSchedule | None = None
    nightly: RunSchedule | None = None
    maintenance: MaintenanceSchedule | None = None
    backfill: BackfillDefaults = BackfillDefaults()

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is not a time zone; expected e.g. Europe/Berlin") from error
        return value

    def with_absolute_paths(self, folder: Path) -> "Schedules":
        """The same with its paths, relative to `folder`, made absolute."""
        changed: dict[str, Any] = {"output": absolute(self.output, folder)}
        if self.sites:
            changed["sites"] = absolute(self.sites, folder)
        for name, section in (("hourly", self.hourly), ("nightly", self.nightly)):
            if section is not None:
                sources = [absolute(source, folder) for source in section.sources]
                parameters = absolute_parameters(section.parameters, folder)
                changed[name] = section.model_copy(update={"sources": sources, "parameters": parameters})
        if self.maintenance is not None:
            parameters = absolute_parameters(self.maintenance.parameters, folder)
            changed["maintenance"] = self.maintenance.model_copy(update={"parameters": parameters})
        sources = [absolute(source, folder) for source in self.backfill.sources]
        changed["backfill"] = self.backfill.model_copy(update={"sources": sources})
        return self.model_copy(update=changed)

    def outputs(self) -> list[str]:
        """The output folders of everything that is scheduled, without repetitions."""
        sections = (self.hourly, self.nightly, self.maintenance)
        others = [
            str(section.parameters["output"]) for section in sections if section and "output" in section.parameters
        ]
        return list(dict.fromkeys([self.output, *others]))

    def missing_sources(self) -> list[str]:
        """The folders and files of scheduled runs that do not exist on this machine."""
        sources = [source for section in (self.hourly, self.nightly) if section for source in section.sources]
        local = [source for source in sources if "://" not in source and not any(sign in source for sign in "*?[")]
        return [source for source in dict.fromkeys(local) if not Path(source).exists()]


def read_schedules(path: str | Path) -> Schedules:
    """The validated file, with its paths made absolute.

    Raises:
        ScheduleError: it cannot be read, is not TOML, or has a wrong key or value; the message names it.
    """
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        schedules = Schedules.model_validate(content)
    except OSError as error:
        raise ScheduleError(f"{path}: cannot be read ({error.strerror}); an example:\n\n{EXAMPLE}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScheduleError(f"{path}: is not TOML: {error}") from error
    except ValidationError as error:
        raise ScheduleError(f"{path}: {first_problem(error, Schedules)}") from error
    if not (schedules.hourly or schedules.nightly or schedules.maintenance):
        raise ScheduleError(f"{path}: nothing is scheduled; expected [hourly], [nightly] or [maintenance]")
    return schedules.with_absolute_paths(Path(path).absolute().parent)
