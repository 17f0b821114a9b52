"""Lines of the log without the secrets of addresses, whichever library writes them: Prefect stores them."""

import logging
from typing import Any

from tasks.storage.addresses import scrubbed

_formatter = logging.Formatter()
_factory = logging.getLogRecordFactory()


def scrub_logs() -> None:
    """Let every line of this process's log, and every traceback in it, lose the secrets of its addresses."""
    logging.setLogRecordFactory(_scrubbed_record)


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
