"""The list of publishers: a small TOML file with one entry per publisher, checked before anything is fetched."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tasks.errors import UsageError, first_problem
from tasks.storage.addresses import shown


class ListError(UsageError):
    """An unusable list of publishers; the message is shown to the user."""


class PublisherEntry(BaseModel):
    """One publisher: where its articles are listed, and what is known about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(None, description="Its name, for pages that do not declare it.")
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}$", description="Language of its pages, ISO 639.")
    tags: list[str] = Field(default_factory=list, description="Your own words, added to every article.")
    feeds: list[str] = Field(default_factory=list, description="RSS, Atom or JSON feeds.")
    sitemaps: list[str] = Field(default_factory=list, description="Sitemaps or indexes of sitemaps.")
    pages: list[str] = Field(default_factory=list, description="Single pages.")
    delay_seconds: float = Field(
        1.0, ge=0, le=3600, description="Pause between two requests; robots.txt may ask for more."
    )
    max_pages: int = Field(500, ge=1, le=100_000, description="Maximum number of new pages in one run.")

    @field_validator("feeds", "sitemaps", "pages")
    @classmethod
    def _is_address(cls, values: list[str]) -> list[str]:
        for value in values:
            if not value.startswith(("http://", "https://")):
                raise ValueError(f"{shown(value)!r} is not an http or https address")
        return values


class PublisherList(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: str = Field("", description="How to reach you (URL or e-mail); it is sent as part of the user agent.")
    private_hosts: list[str] = Field(
        default_factory=list, description="Hosts (or host:port) in your own network that may be fetched from."
    )
    publisher: list[PublisherEntry] = Field(min_length=1, description="The publishers.")


def read_publishers(path: str | Path) -> PublisherList:
    """The checked list.

    Raises:
        ListError: the file cannot be read, is not TOML, or has a wrong key or value; the message names it.
    """
    try:
        content: dict[str, Any] = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ListError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ListError(f"{path}: is not TOML: {error}") from error
    try:
        publishers = PublisherList.model_validate(content)
    except ValidationError as error:
        raise ListError(f"{path}: {first_problem(error, PublisherList)}") from error
    for number, entry in enumerate(publishers.publisher):
        if not (entry.feeds or entry.sitemaps or entry.pages):
            name = entry.name or "without a name"
            raise ListError(f"{path}: publisher.{number} ({name}): needs feeds, sitemaps or pages")
    return publishers
