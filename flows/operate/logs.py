"""Lines of the log without the secrets of addresses and without noise, whichever library writes them."""

import logging
from typing import Any

from tasks.storage.addresses import scrubbed

_formatter = logging.Formatter()
_factory = logging.getLogRecordFactory()


def scrub_logs() -> None:
    """Let every line of this process's log, and every traceback in it, lose the secrets of its addresses.

    Prefect stores the log. Of a task that ends in a failed state it logs the data of the state, as Python writes
    it, and then the state in words: the first line is dropped.
    """
    logging.setLogRecordFactory(_scrubbed_record)
    logging.getLogger("prefect.task_runs").addFilter(_is_in_words)  # again and again it is the same filter


def _is_in_words(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Task run failed with state:")


def _scrubbed_record(*arguments: Any, **keywords: Any) -> logging.LogRecord:
    record = _factory(*arguments, **keywords)
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit, which the handler reports
        return record
    if (clean := scrubbed(message)) != message:
        record.msg, record.args = clean, None
    if record.exc_info:
        record.exc_text = scrubbed(_formatter.formatException(record.exc_info))  # used instead of a new one
    return record
