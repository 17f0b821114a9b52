"""The errors that a user sees as one sentence, each with the exit code of the command that it ends."""

from typing import TYPE_CHECKING, get_args

from tasks.storage.addresses import scrubbed

if TYPE_CHECKING:  # heavy, and of no use to most commands
    from pydantic import BaseModel, ValidationError

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_STOPPED = 3  # by a gate
EXIT_INTERRUPTED = 130  # by Ctrl-C; 128 + the number of SIGINT, as shells report it


class CopydeskError(Exception):
    """An expected problem. Its message is shown to the user as it is, without a traceback; addresses lose secrets."""

    exit_code = EXIT_FAILED

    def __init__(self, *parts: object) -> None:
        super().__init__(*(scrubbed(part) if isinstance(part, str) else part for part in parts))


class UsageError(CopydeskError, ValueError):
    """An option, a source or a file of settings that cannot be used."""

    exit_code = EXIT_USAGE


def first_problem(error: "ValidationError", model: "type[BaseModel]", before: str = "") -> str:
    """The first problem of a file or a form that should be a `model`, in words: which key, and what is wrong.

    `before` is put before the key, e.g. `nightly.parameters.`.
    """
    problem = error.errors()[0]
    place, kind = problem["loc"], problem["type"]
    key = before + ".".join(str(part) for part in place)
    if kind == "extra_forbidden":
        from difflib import get_close_matches  # noqa: PLC0415 - for errors only

        known = _keys_at(model, place[:-1])
        similar = get_close_matches(str(place[-1]), known, n=1)
        return f"{key}: unknown key; " + (f"did you mean {similar[0]}?" if similar else f"known are {', '.join(known)}")
    if kind == "missing":
        return f"{key}: is missing"
    message = problem["msg"].removeprefix("Value error, ")
    if message.startswith("Input should be "):
        wanted = message.removeprefix("Input should be ").partition(", unable")[0]
        message = f"must be {wanted}, not {problem['input']!r}"
    return f"{key or 'the file'}: {message}"


def _keys_at(model: "type[BaseModel]", place: tuple[int | str, ...]) -> list[str]:
    """The keys of the table that is at a place of a file."""
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: object) -> "type[BaseModel] | None":
    """The model in `Model`, `Model | None` or `list[Model]`."""
    if hasattr(annotation, "model_fields"):
        return annotation  # type: ignore[return-value]  # it is a model: nothing else has fields
    return next((model for inner in get_args(annotation) if (model := _model_in(inner))), None)
