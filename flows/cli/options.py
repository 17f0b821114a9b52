"""Commands and options as records, and the options that several commands share."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Handler = Callable[[argparse.Namespace], int]


class Option:
    """One argument of a command, as `argparse.ArgumentParser.add_argument` takes it."""

    def __init__(self, *names: str, **settings: Any) -> None:
        self.names, self.settings = names, settings


def folder(name: str) -> str:
    """The name of a folder, unless it is empty: that would be the current folder.

    Raises:
        ArgumentTypeError: it is empty.
    """
    if not name.strip():
        raise argparse.ArgumentTypeError("the name of the folder is empty; was a variable of the shell not set?")
    return name


@dataclass(frozen=True)
class Command:
    """One command. `help` is a phrase in the imperative, without a capital and a full stop."""

    name: str
    help: str
    example: str
    handler: Handler
    options: tuple[Option, ...] = ()


OUTPUT = Option(
    "--output", type=folder, default="output", metavar="DIR", help="folder of the dataset (default: output)"
)
REASON = Option("--reason", metavar="CODE", help="only pages with this reason")
RUN_ID = Option("--run", metavar="RUN_ID", dest="run_id", help="only pages that this run quarantined")
THRESHOLDS = Option("--thresholds", metavar="FILE", help="use this file instead of the bundled thresholds.yml")
SITES = Option("--sites", metavar="FILE", help="corrections by site (.toml) to apply")
VERBOSE = Option("--verbose", action="store_true", help="print Prefect's log too")
RECORD = Option(
    "--record",
    action="store_true",
    help="record the run in Prefect's database, for its UI, although no Prefect server is named",
)
QUIET = Option("--quiet", action="store_true", help="print nothing but errors")
JSON = Option("--json", action="store_true", help="print JSON, for programs")
SCHEDULES = Option(
    "--schedules", default="schedules.toml", metavar="FILE", help="what runs when (default: schedules.toml)"
)
SOURCE_HELP = "a folder, a glob or a file of pages, an address of a feed or sitemap, or a list of publishers (.toml)"
