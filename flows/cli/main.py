"""The command `copydesk`: parse, run, and report what is wrong in one line.

Heavy packages are imported inside the command that needs them, so `--help` answers at once.
"""

import os
import sys
from pathlib import Path

from flows.cli.parser import build_parser
from flows.cli.run import INTERRUPTED, replay_pages, run_pages
from tasks.errors import EXIT_DONE, EXIT_INTERRUPTED, CopydeskError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = build_parser()
    if "_ARGCOMPLETE" in os.environ:  # the shell asks for completions (`copydesk completion`)
        import argcomplete

        argcomplete.autocomplete(parser)
    options = parser.parse_args(arguments)
    options.is_program = arguments is None  # and not a function call in a process that does other things too
    try:
        _check_process()
        return int(options.handler(options))
    except CopydeskError as error:
        from flows.cli.terminal import printable

        print(printable(f"copydesk: {error}"), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        is_run = options.handler in (run_pages, replay_pages)
        print(INTERRUPTED if is_run else "interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `copydesk show | head`
        from flows.cli.terminal import discard

        discard(sys.stdout)
        return EXIT_DONE


def _check_process() -> None:
    """Refuse what libraries would report in words about something else.

    Raises:
        CopydeskError: the current folder was deleted, or Python runs without docstrings.
    """
    try:
        Path.cwd()
    except FileNotFoundError:
        raise CopydeskError("the current folder no longer exists: change to another one") from None
    if sys.flags.optimize > 1:
        raise CopydeskError("Great Expectations needs docstrings: run Python without -OO, and unset PYTHONOPTIMIZE")


if __name__ == "__main__":
    sys.exit(main())
