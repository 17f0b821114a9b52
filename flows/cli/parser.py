"""The parser of the command line, made from the table of commands."""

import argparse
from typing import Any

from flows.cli.commands import COMMANDS
from flows.cli.suggestions import SuggestingParser
from tasks.errors import EXIT_DONE

_EPILOG = """exit codes:
  0  done (warnings are in the summary)
  1  failed for another reason
  2  usage error: bad source, output or option
  3  stopped by a gate: nothing was published
  130  interrupted (Ctrl-C)
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `handler` of what it parses is the function to call."""
    parser = SuggestingParser(
        prog="copydesk",
        description="Scraped news pages in, a table of articles that analysts trust out.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action=_Version, nargs=0, help="print the version and exit")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = subparsers.add_parser(
            command.name,
            help=command.help,
            description=command.help[0].upper() + command.help[1:] + ".",
            epilog=f"example:\n  {command.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for option in command.options:
            subparser.add_argument(*option.names, **option.settings)
        subparser.set_defaults(handler=command.handler)
    _add_help_command(parser, subparsers)
    return parser


def _add_help_command(
    parser: argparse.ArgumentParser, subparsers: "argparse._SubParsersAction[SuggestingParser]"
) -> None:
    """`copydesk help [COMMAND]`, which prints what `--help` prints."""
    names = [command.name for command in COMMANDS]
    helper = subparsers.add_parser("help", help="show the help of a command")
    helper.add_argument("topic", nargs="?", choices=names, metavar="COMMAND", help="default: the list of commands")

    def show_help(options: argparse.Namespace) -> int:
        (subparsers.choices[options.topic] if options.topic else parser).print_help()
        return EXIT_DONE

    helper.set_defaults(handler=show_help)


class _Version(argparse.Action):
    """Prints the version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"copydesk {version('copydesk')}")
        parser.exit()
