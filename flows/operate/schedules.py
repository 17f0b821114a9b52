"""The file that says what runs when: read, checked, and told line by line what is wrong with it."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tasks.errors import UsageError

DEFAULT_FILE = "schedules.toml"
EXAMPLE = """\
# What Copydesk runs when. Check it with `copydesk doctor`, run it with `copydesk serve`.
timezone = "UTC"
output = "output"

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
    """An unusable file of schedules; the message is shown to the user."""


def check_cron(value: str) -> str:
    """The expression, if it is one of five fields that names a time.

    Raises:
        ValueError: it is not.
    """
    from prefect.client.schemas.schedules import CronSchedule  # what will run it knows best

    try:
        CronSchedule(cron=value)
        is_cron = len(value.split()) == 5
    except ValueError:
        is_cron = False
    if not is_cron:
        raise ValueError(
            f"{value!r} is no cron expression: five fields are expected, as '0 3 * * *' for each night at three"
        )
    return value


class Line(BaseModel):
    """One scheduled run of the line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cron: str
    sources: list[str] = Field(min_length=1)
    parameters: dict[str, Any] = Field(default_factory=dict)  # further ones of `NewsParameters`

    _cron = field_validator("cron")(check_cron)


class Upkeep(BaseModel):
    """The scheduled maintenance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cron: str
    parameters: dict[str, Any] = Field(default_factory=dict)  # of `MaintenanceParameters`

    _cron = field_validator("cron")(check_cron)


class Backfill(BaseModel):
    """What a backfill starts from, unless the form says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: list[str] = Field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None


class Schedules(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: str = "UTC"
    output: str = Field("output", min_length=1)
    hourly: Line | None = None
    nightly: Line | None = None
    maintenance: Upkeep | None = None
    backfill: Backfill = Backfill()

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no time zone; one as Europe/Berlin is expected") from error
        return value


def read_schedules(path: str | Path) -> Schedules:
    """The checked file.

    Raises:
        ScheduleError: it cannot be read, is no TOML, or has a wrong key or value; the message names it.
    """
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        found = Schedules.model_validate(content)
    except OSError as error:
        raise ScheduleError(
            f"{path}: cannot be read ({error.strerror}); it may look like this:\n\n{EXAMPLE}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScheduleError(f"{path}: is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ScheduleError(f"{path}: {place or 'the file'}: {first['msg'].removeprefix('Value error, ')}") from error
    if not (found.hourly or found.nightly or found.maintenance):
        raise ScheduleError(f"{path}: nothing is scheduled; [hourly], [nightly] or [maintenance] is expected")
    return found
