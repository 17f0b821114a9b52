"""The file of corrections, read and checked: an error names the line of the wrong key or value."""

import tomllib
from bisect import bisect_left
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tasks.errors import UsageError
from tasks.site_rules.entries import LineRule, SiteEntry, SiteRules

DEFAULT_FILE = "sites.toml"
_CLOSING = ("", "]", "]]")  # what may end a list that goes on in the next line
_MAX_BYTES = 1 << 20  # ten thousand rules
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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
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
    where = f"line {line}: {_shown(place)}"
    kind, message = problem["type"], problem["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        models: dict[int, type[BaseModel]] = {1: SiteRules, 3: SiteEntry}
        model = models.get(len(place), LineRule)
        return f"{where}: unknown key; expected one of {', '.join(model.model_fields)}"
    if kind == "value_error":
        return f"{where}: {message}"
    if kind == "string_pattern_mismatch":  # only a language has one
        return f"{where}: {problem['input']!r} is not a language code in small letters, e.g. de"
    if kind in ("tuple_type", "model_type", "dict_type"):
        expected = "a list" if kind == "tuple_type" else "keys and values"
        return f"{where}: expected {expected}, not {problem['input']!r}"
    return f"{where}: {message.replace('Input should be', 'must be')}, not {problem['input']!r}"


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
