"""The errors that a user sees as one sentence, each with the exit code of the command that it ends."""

from tasks.storage.addresses import scrubbed

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
