"""The command `copydesk`. Heavy packages are imported inside the command that needs them: `--help` answers at once."""

import argparse
import os
import sys
from typing import Any

from flows.cli import commands as commands_of
from flows.cli import operate

_EPILOG = """exit codes:
  0  done (with warnings too: the summary says so)
  1  failed for another reason
  2  wrong use: a source, an output or an option is not right
  3  a gate stopped the run: nothing was published
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        print(commands_of.INTERRUPTED, file=sys.stderr)
        return commands_of.FAILED
    except BrokenPipeError:  # `copydesk show | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return commands_of.DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="copydesk", description="Scraped news pages in, a table of articles that analysts trust out.", epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _run_command(commands)
    show = _command(commands, "show", "what is in an output", "copydesk show --output output", commands_of.show)
    _output(show)
    explain = _command(
        commands,
        "explain",
        "every line of a page: what it is, what was done with it, and why",
        "copydesk explain pages/a.txt --output output",
        commands_of.explain_page,
    )
    explain.add_argument(
        "page", metavar="ID_OR_SOURCE", help="an article_id, a doc_id, an address or the path of the page"
    )
    explain.add_argument("--json", action="store_true", help="print it as JSON, for programs")
    _output(explain)
    check = _command(
        commands,
        "check-thresholds",
        "whether a thresholds file can be used",
        "copydesk check-thresholds my-thresholds.yml",
        commands_of.check_thresholds,
    )
    check.add_argument("file", nargs="?", metavar="FILE", help="default: the file that ships")
    quarantine = _command(
        commands,
        "quarantine",
        "the pages that failed a rule, by reason with examples",
        "copydesk quarantine --reason clean.too_short --output output",
        commands_of.quarantine,
    )
    _which(quarantine)
    quarantine.add_argument(
        "--limit", type=int, default=50, metavar="N", help="pages shown of one reason (default: 50; 0: all)"
    )
    quarantine.add_argument("--json", action="store_true", help="print the rows as JSON, for programs")
    quarantine.add_argument(
        "--prune-days",
        type=int,
        metavar="N",
        help="take rows and raw pages of runs older than N days out; the ledger stays",
    )
    quarantine.add_argument(
        "--prune-megabytes",
        type=int,
        metavar="N",
        help="take the oldest rows out until the pages behind the rest have N MB",
    )
    replay = _command(
        commands,
        "replay",
        "run pages received before again under today's rules, and publish what now passes",
        "copydesk replay --reason clean.too_short --output output",
        commands_of.replay,
    )
    _which(replay)
    replay.add_argument(
        "--all", action="store_true", help="every raw page that was kept: the dataset as today's rules make it"
    )
    replay.add_argument("--thresholds", metavar="FILE", help="use this file in place of the thresholds.yml that ships")
    replay.add_argument("--guess-dates", action="store_true", help="take dates from the text where a page gives none")
    replay.add_argument("--verbose", action="store_true", help="print Prefect's log too")
    compact = _command(
        commands, "compact", "join small files of the dataset, safe beside readers", "copydesk compact --output output", commands_of.compact
    )  # fmt: skip
    _output(compact)
    mirror = _command(
        commands,
        "mirror",
        "publish the dataset to an object store, whole states at once",
        "copydesk mirror s3://bucket/news --output output",
        commands_of.mirror,
    )
    mirror.add_argument("address", metavar="ADDRESS", help="s3://, gs://, az:// or another address that fsspec knows")
    mirror.add_argument(
        "--drop-earlier", action="store_true", help="remove all earlier states there, as after an article was forgotten"
    )
    mirror.add_argument("--list", metavar="TABLE", help="print the files of a table in the newest state there instead")
    _output(mirror)
    rebuild = _command(
        commands,
        "rebuild-index",
        "make the index of near-duplicates anew from the articles",
        "copydesk rebuild-index --output output",
        commands_of.rebuild_index,
    )
    _output(rebuild)
    forget = _command(
        commands,
        "forget",
        "remove an article, its versions, lines and raw pages everywhere, and prove it",
        "copydesk forget https://paper.example/story --output output",
        commands_of.forget,
    )
    forget.add_argument(
        "wanted", metavar="ID_OR_URL", help="an article_id, a doc_id, an address or the path of the page"
    )
    forget.add_argument("--yes", action="store_true", help="do it; without this the command says what would go")
    _output(forget)
    entities = _command(
        commands,
        "entities",
        "find the people, organisations and places in the articles (needs the extra `entities`)",
        "copydesk entities --model en_core_web_sm --output output",
        commands_of.entities,
    )
    entities.add_argument("--model", required=True, metavar="NAME", help="an installed spaCy model, or its folder")
    _output(entities)
    _operating_commands(commands)
    return parser


def _run_command(commands: Any) -> None:
    run = _command(
        commands,
        "run",
        "turn pages into articles",
        "copydesk run pages/ 'more/**/*.html' --output output",
        commands_of.run,
    )
    run.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a folder, a glob or a file of pages, an address of a feed or sitemap, or a list of publishers (.toml)",
    )
    run.add_argument("--output", default="output", metavar="DIR", help="folder of the dataset (default: output)")
    run.add_argument(
        "--map",
        metavar="FIELD=COLUMN,...",
        help="where tables and JSON lines hold the page: html or text, url, fetched_at, encoding (default: by usual names)",
    )
    run.add_argument("--keep-warc", action="store_true", help="write fetched pages as they came into DIR/warc too")
    run.add_argument(
        "--fetch-minutes", type=float, default=60.0, metavar="N", help="time for Web sources in this run (default: 60)"
    )
    run.add_argument(
        "--no-raw-pages", dest="keep_pages", action="store_false", help="do not keep the pages as they came"
    )
    run.add_argument(
        "--max-page-megabytes",
        type=int,
        default=20,
        metavar="N",
        help="larger pages are quarantined unread (default: 20)",
    )
    run.add_argument("--thresholds", metavar="FILE", help="use this file in place of the thresholds.yml that ships")
    run.add_argument(
        "--guess-dates",
        action="store_true",
        help="where a page gives no date, take one from its text, marked as a guess",
    )
    run.add_argument(
        "--executor",
        choices=("inline", "processes", "dask", "ray"),
        help="worker processes (default); all in this one, which a page that kills its parser takes along; or those of Dask or Ray",
    )
    run.add_argument("--workers", type=int, metavar="N", help="processes that work at once (default: one a core)")
    run.add_argument(
        "--address", help="of a running Dask scheduler (tcp://host:8786) or Ray cluster, in place of --workers"
    )

    run.add_argument(
        "--one-per-story", action="store_true", help="keep one article of those that tell a story nearly alike"
    )
    run.add_argument(
        "--data-docs", action="store_true", help="build Great Expectations' Data Docs in DIR/report/data_docs too"
    )
    run.add_argument("--verbose", action="store_true", help="print Prefect's log too")


def _operating_commands(commands: Any) -> None:
    serve = _command(
        commands,
        "serve",
        "run what is scheduled, in one process",
        "copydesk serve --schedules schedules.toml\n  copydesk serve pages/ --output output --cron '0 3 * * *'",
        operate.serve,
    )
    serve.add_argument("sources", nargs="*", metavar="SOURCE", help="as for `run`; without one, what the schedules say")
    _schedules(serve)
    _output(serve)
    serve.add_argument(
        "--cron", default="0 3 * * *", help="when to run SOURCE (default: %(default)r, each night at three)"
    )
    serve.add_argument("--timezone", default="UTC", help="time zone of --cron (default: UTC)")
    deploy = _command(
        commands,
        "deploy",
        "register what is scheduled with a work pool, for workers on other machines",
        "copydesk deploy --pool news",
        operate.deploy,
    )
    deploy.add_argument("--pool", required=True, metavar="NAME", help="a work pool of the Prefect server")
    _schedules(deploy)
    doctor = _command(
        commands, "doctor", "look at everything that could be wrong, and say what to do", "copydesk doctor", operate.doctor
    )  # fmt: skip
    _schedules(doctor)
    _output(doctor)


def _schedules(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--schedules", default="schedules.toml", metavar="FILE", help="what runs when (default: schedules.toml)"
    )


class _Version(argparse.Action):
    """Prints the version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"copydesk {version('copydesk')}")
        parser.exit()


def _command(commands: Any, name: str, text: str, example: str, run: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _which(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", metavar="CODE", help="only pages with this reason")
    command.add_argument("--run", metavar="RUN_ID", dest="run_id", help="only pages that this run set aside")
    _output(command)


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--output", default="output", metavar="DIR", help="folder of the dataset (default: output)")


if __name__ == "__main__":
    sys.exit(main())
