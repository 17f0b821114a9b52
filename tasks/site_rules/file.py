"""The file of corrections, read and checked: an error names the line of the wrong key or value."""

import tomllib
from bisect import bisect_left
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tasks.errors import UsageError
from tasks.site_rules.entries import LineRule, SiteEntry, SiteRules

DEFAULT_FILE = "sites.toml"
_CLOSING = ("", "]", "]]")  # what may end a list that goes on in the next line
_MAX_BYTES = 1 << 20  # ten thousand rules
_SHOWN_CHARS = 80  # of a wrong value
_ENTRY_PLACE = 2  # the length of the place of an entry: `site` and its number
# kind of an error, as pydantic names it -> what is expected
_EXPECTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text in quotes",
    "tuple_type": "a list in square brackets",
    "model_type": "keys and values",
    "dict_type": "keys and values",
    "too_long": "fewer values",
}
_EXPECTED_LINE_RULE = "{ text = ... }, { pattern = ... } or { css = ... }"
Place = tuple[int | str, ...]  # of a value within the file, as pydantic names it


class SiteRulesError(UsageError):
    """An unusable file of corrections; the message is shown to the user and names the line."""


def load_site_rules(path: str | Path) -> SiteRules:
    """The rules in a TOML file.

    Raises:
        SiteRulesError: it cannot be read, is not TOML, or has a wrong key or value.
    """
    try:
        data = Path(path).read_bytes()
        if len(data) > _MAX_BYTES:
            raise SiteRulesError(f"{path}: is larger than {_MAX_BYTES >> 20} MB")
        text = data.decode("utf-8-sig")
        content = tomllib.loads(text)
    except OSError as error:
        raise SiteRulesError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SiteRulesError(f"{path}: is not text in UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SiteRulesError(f"{path}: is not TOML: {error}") from error
    if not content.get("site") and set(content) <= {"site"}:
        raise SiteRulesError(f"{path}: has no entry; expected [[site]]")
    try:
        return SiteRules.model_validate(content)
    except ValidationError as error:
        raise SiteRulesError(f"{path}: {_first_problem(error, text)}") from error


def _first_problem(error: ValidationError, text: str) -> str:
    """The problem that is first in the file, in words."""
    found = [(_line_of(text, tuple(problem["loc"])), problem) for problem in error.errors()]
    line, problem = min(found, key=lambda item: item[0])
    place = tuple(problem["loc"])
    others = f" ({len(found) - 1} more after it)" if len(found) > 1 else ""
    return f"line {line}: {_shown(place)}: {_in_words(place, problem)}{others}"


def _in_words(place: Place, problem: ErrorDetails) -> str:
    """What is wrong with a value, and what is expected."""
    kind, message = problem["type"], problem["msg"].removeprefix("Value error, ")
    given = repr(problem["input"])
    if kind == "extra_forbidden":
        models: dict[int, type[BaseModel]] = {1: SiteRules, 3: SiteEntry}
        model = models.get(len(place), LineRule)
        return f"unknown key; expected one of {', '.join(model.model_fields)}"
    if kind == "value_error":
        return message
    if kind == "string_too_short":
        return "is empty"
    if kind == "string_too_long":
        return f"is longer than {problem['ctx']['max_length']:,} characters"
    if kind == "tuple_type" and place == ("site",):
        return f"expected entries that begin with [[site]], with two brackets, not {_cut(given)}"
    expected = _EXPECTED_LINE_RULE if kind == "model_type" and len(place) > _ENTRY_PLACE else _EXPECTED.get(kind, "")
    return f"expected {expected}, not {_cut(given)}" if expected else f"{message}, not {_cut(given)}"


def _cut(given: str) -> str:
    return given if len(given) <= _SHOWN_CHARS else f"{given[:_SHOWN_CHARS]}..."


def _shown(place: Place) -> str:
    """`site.drop.css` for the place of a value; the line says which one."""
    return ".".join(str(part) for part in place if isinstance(part, str))


def _line_of(text: str, place: Place) -> int:
    """The number of the line in which a value is, from 1; that of the table or list around it where it is missing.

    TOML's parser names no lines. A value is in the last line of the shortest beginning of the file that has it.
    """
    lines = text.split("\n")
    while place and not _has(tomllib.loads(text), place):
        place = place[:-1]
    numbers = range(1, len(lines) + 1)
    return 1 + bisect_left(numbers, True, key=lambda number: _has(_parsed_up_to(lines, number), place))


def _parsed_up_to(lines: list[str], number: int) -> dict[str, Any]:
    """What the lines up to this one say, or up to an earlier one where a string goes on in the next."""
    while number:
        beginning = "\n".join(lines[:number])
        for closing in _CLOSING:
            try:
                return tomllib.loads(f"{beginning}\n{closing}")
            except tomllib.TOMLDecodeError:
                continue
        number -= 1
    return {}


def _has(content: Any, place: Place) -> bool:
    """Whether a value is there."""
    for part in place:
        is_there = (isinstance(content, dict) and part in content) or (
            isinstance(content, list) and isinstance(part, int) and part < len(content)
        )
        if not is_there:
            return False
        content = content[part]
    return True
