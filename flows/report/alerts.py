"""Alerts: a message to wherever Apprise can send one, when a gate stopped a run, a run failed, or one ended with warnings.

`COPYDESK_ALERT_URLS` holds Apprise addresses (webhooks as `json://host/path`, e-mail as `mailto://user:pass@host`, chats),
parted by spaces; `COPYDESK_ALERT_ON` says for which ends of a run, by default `stop failure warning`.
"""

import logging
import os
from typing import Any

logger = logging.getLogger(__name__)

_KINDS = {"StoppedByGate": "stop", "Failed": "failure", "CompletedWithWarnings": "warning"}
_DEFAULT = "stop failure warning"
_SHOWN = 10  # lines of rules and drift in one message


def alert(report: dict[str, Any]) -> bool | None:
    """Send what a run's report tells, if its end is one to tell of. Never raises: an alert that fails is logged.

    Returns: whether it was delivered everywhere; None where nothing was to be sent.
    """
    kind = _KINDS.get(str(report["state"]))
    addresses = os.environ.get("COPYDESK_ALERT_URLS", "").split()
    if kind is None or not addresses or kind not in os.environ.get("COPYDESK_ALERT_ON", _DEFAULT).split():
        return None
    try:
        import apprise

        sender = apprise.Apprise()
        wrong = [number for number, address in enumerate(addresses, 1) if not sender.add(address)]
        if wrong:  # the address itself may hold a password
            logger.error("COPYDESK_ALERT_URLS: address %s is not one that Apprise knows", ", ".join(map(str, wrong)))
        level = apprise.NotifyType.WARNING if kind == "warning" else apprise.NotifyType.FAILURE
        delivered = bool(sender.notify(title=title(report), body=body(report), notify_type=level))
    except Exception:
        logger.exception("the alert could not be sent")
        return False
    if not delivered:
        logger.error("the alert could not be delivered everywhere")
    return delivered and not wrong


def title(report: dict[str, Any]) -> str:
    """The subject of an alert."""
    return f"Copydesk: {report['state']}, {report['parameters']['output']}, run {report['run_id']}"


def body(report: dict[str, Any]) -> str:
    """The text of an alert: the account, why it stopped, which rules warn, what drifted."""
    counts = report["counts"]
    lines = [
        f"{counts['received']} pages in = {counts['articles']} articles + {counts['duplicates']} duplicates + {counts['quarantined']} quarantined",
    ]
    if report.get("message"):
        lines += ["", str(report["message"])]
    if report["state"] == "StoppedByGate" and report.get("losses"):  # else the rules that warn say it
        lines += ["", *(f"- {row['sentence']}" for row in report["losses"])]
    broken = [
        f"- {rule['code']} ({rule['severity']}): {rule['sentence']} {rule['observed']}".rstrip()
        for gate in report["gates"]
        for rule in gate["rules"]
        if rule["state"] == "error" or (rule["state"] == "fail" and rule["severity"] == "warning")
    ]
    lines += ["", *broken[:_SHOWN]] if broken else []
    if len(broken) > _SHOWN:
        lines.append(f"- and {len(broken) - _SHOWN} more")
    return "\n".join(lines)
