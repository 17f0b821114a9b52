"""A parser whose errors name what was probably meant, and the command whose usage is printed."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

_SIMILAR = 0.6  # share of equal characters, difflib's own default: `rum` finds `run`, `xyz` finds nothing


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean run?`, or nothing if no known word is similar."""
    similar = get_close_matches(word, list(known), n=1, cutoff=_SIMILAR)
    return f"; did you mean {similar[0]}?" if similar else ""


_NUMBERS: dict[Any, str] = {int: "a whole number", float: "a number"}


class SuggestingParser(argparse.ArgumentParser):
    """An `ArgumentParser` that reports unknown commands, options and values with a suggestion.

    Unknown options are reported by the parser of the command, so the usage shown is that of the command.
    """

    def parse_known_args(  # type: ignore[override]  # the signature of argparse is an overload
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse; options that this parser does not know are an error of its own."""
        parsed, rest = super().parse_known_args(args, namespace)
        if rest:
            known = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
            self.error(f"unknown argument: {rest[0]}{did_you_mean(rest[0].partition('=')[0], known)}")
        return parsed, rest

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        name = "command" if isinstance(action, argparse._SubParsersAction) else "value"
        raise argparse.ArgumentError(
            None if name == "command" else action,
            f"unknown {name}: {value}{did_you_mean(str(value), known) or '; choose from ' + ', '.join(known)}",
        )

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        try:
            return super()._get_value(action, arg_string)  # type: ignore[misc]  # not in the stubs of argparse
        except argparse.ArgumentError as error:
            kind = _NUMBERS.get(action.type)
            if kind is None:
                raise
            raise argparse.ArgumentError(action, f"not {kind}: {arg_string}") from error

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, and exit with code 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"copydesk: {message}\n")
