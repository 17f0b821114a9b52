"""The list of publishers: a small TOML file, one entry a publisher, checked before anything is fetched."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tasks.errors import UsageError


class ListError(UsageError):
    """An unusable list of publishers; the message is shown to the user."""


class PublisherEntry(BaseModel):
    """One publisher: where its articles are listed, and what is known of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(None, description="Its name, for pages that do not say it.")
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}$", description="Language of its pages, ISO 639.")
    tags: list[str] = Field(default_factory=list, description="Words of your own; they come with every article.")
    feeds: list[str] = Field(default_factory=list, description="RSS, Atom or JSON feeds.")
    sitemaps: list[str] = Field(default_factory=list, description="Sitemaps or indexes of sitemaps.")
    pages: list[str] = Field(default_factory=list, description="Single pages.")
    delay_seconds: float = Field(1.0, ge=0, le=3600, description="Between two requests; robots.txt may ask for more.")
    max_pages: int = Field(500, ge=1, le=100_000, description="New pages of it in one run.")

    @field_validator("feeds", "sitemaps", "pages")
    @classmethod
    def _is_address(cls, values: list[str]) -> list[str]:
        for value in values:
            if not value.startswith(("http://", "https://")):
                raise ValueError(f"{value!r} is no http or https address")
        return values


class PublisherList(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: str = Field("", description="Address or mail under which you can be reached; it goes into the user agent.")
    private_hosts: list[str] = Field(
        default_factory=list, description="Hosts (or host:port) of your own network that may be fetched from."
    )
    publisher: list[PublisherEntry] = Field(min_length=1, description="The publishers.")


def read_publishers(path: str | Path) -> PublisherList:
    """The checked list.

    Raises:
        ListError: the file cannot be read, is no TOML, or has a wrong key or value; the message names it.
    """
    try:
        content: dict[str, Any] = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ListError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ListError(f"{path}: is not TOML: {error}") from error
    try:
        found = PublisherList.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ListError(f"{path}: {place or 'the file'}: {first['msg']}") from error
    for number, entry in enumerate(found.publisher):
        if not (entry.feeds or entry.sitemaps or entry.pages):
            raise ListError(
                f"{path}: publisher.{number} ({entry.name or 'without a name'}): needs feeds, sitemaps or pages"
            )
    return found
