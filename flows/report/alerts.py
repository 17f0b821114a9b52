"""Alerts: a message by any service that Apprise knows when a run stopped, failed or ended with warnings.

An alert is sent once for each problem: a run that only finds problems again of which an alert was delivered, or which
somebody acknowledged, sends none. A run that failed always sends one.

`COPYDESK_ALERT_URLS` holds Apprise addresses, separated by spaces: webhooks (`json://host/path`), e-mail
(`mailto://user:pass@host`), chats. `COPYDESK_ALERT_ON` lists which ends of a run are reported, by default
`stop failure warning`.
"""

import logging
import os
from collections.abc import Mapping
from typing import Any

from flows.browse.address import browse_link
from flows.report.model import RunReport
from flows.report.problems import ordered, problem_line, standing_phrase
from flows.report.wording import foreign_text

logger = logging.getLogger(__name__)

_KINDS = {"StoppedByGate": "stop", "Failed": "failure", "CompletedWithWarnings": "warning"}
_DEFAULT = "stop failure warning"
_RULES_SHOWN = 10
_MESSAGE_CHARS_MAX = 2000  # a push service cuts what is longer


def alert(report: RunReport | Mapping[str, Any]) -> bool | None:
    """Send an alert about a run's end, if such an end is to be reported. An alert that fails is logged, never raised.

    `report` is a report or its JSON.

    Returns: whether it was delivered everywhere; None where nothing was to be sent.
    """
    run = report if isinstance(report, RunReport) else RunReport.from_json(report)
    kind = _KINDS.get(run.state)
    addresses = os.environ.get("COPYDESK_ALERT_URLS", "").split()
    if kind is None or not addresses or kind not in os.environ.get("COPYDESK_ALERT_ON", _DEFAULT).split():
        return None
    if kind != "failure" and run.problems and not any(problem.awaits_alert for problem in run.problems):
        return None
    try:
        import apprise

        sender = apprise.Apprise()
        wrong = [number for number, address in enumerate(addresses, 1) if not sender.add(address)]
        if wrong:  # not the address itself: it may hold a password
            logger.error("COPYDESK_ALERT_URLS: Apprise does not know address %s", ", ".join(map(str, wrong)))
        level = apprise.NotifyType.WARNING if kind == "warning" else apprise.NotifyType.FAILURE
        delivered = bool(sender.notify(title=title(run), body=body(run), notify_type=level))
    except Exception:
        logger.exception("the alert could not be sent")
        return False
    if not delivered:
        logger.error("the alert could not be delivered to every address")
    return delivered and not wrong


def title(report: RunReport) -> str:
    """The subject of an alert."""
    return f"Copydesk: {report.state}, {report.parameters['output']}, run {report.run_id}"


def body(report: RunReport) -> str:
    """The text of an alert: the account, why the run stopped, and the rules that warn."""
    lines = [report.sentence()]
    if report.message:
        lines += ["", foreign_text(report.message, _MESSAGE_CHARS_MAX)]
    if report.state == "StoppedByGate" and report.losses:  # otherwise they are among the rules that warn
        lines += ["", *(f"- {foreign_text(loss.sentence)}" for loss in report.losses)]
    if report.problems:
        lines += ["", f"{standing_phrase(report)}:", *_problem_lines(report)]
    else:
        lines += _broken_rules(report)
    link = browse_link("runs", report.run_id)
    return "\n".join([*lines, "", f"Report: {link}"] if link else lines)


def _broken_rules(report: RunReport) -> list[str]:
    """The rules that warn or could not be checked, as many as fit."""
    broken = [
        f"- {rule.code} ({rule.severity}): {rule.sentence} {foreign_text(rule.observed)}".rstrip()
        for rule in report.rules
        if rule.is_unchecked or rule.is_warning
    ]
    more = len(broken) - _RULES_SHOWN
    return [*([""] if broken else []), *broken[:_RULES_SHOWN], *([f"- and {more} more"] if more > 0 else [])]


def _problem_lines(report: RunReport) -> list[str]:
    """The problems, the new ones first, as many as fit."""
    problems = ordered(report)
    lines = [f"- {problem_line(problem, report.run_id)}" for problem in problems[:_RULES_SHOWN]]
    more = len(problems) - len(lines)
    return [*lines, f"- and {more} more: copydesk problems"] if more else lines
