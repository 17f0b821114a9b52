"""What Prefect's settings name, checked before Prefect fails on it: its home folder, and the server to report to."""

import os
import tempfile
from pathlib import Path

from tasks.errors import CopydeskError

_SECONDS = 10.0  # to respond


class PrefectSettingError(CopydeskError, OSError):
    """A setting of Prefect that cannot be used; the message names it, and where it is set."""


def api_url() -> str:
    """The server that the environment or a profile names; empty if none is named."""
    from prefect.settings import PREFECT_API_URL

    return (os.environ.get("PREFECT_API_URL") or PREFECT_API_URL.value() or "").rstrip("/")


def check_home() -> None:
    """Refuse a home folder in which a server of Prefect cannot keep its database.

    Raises:
        PrefectSettingError: it cannot be created or written.
    """
    from prefect.settings import PREFECT_HOME

    home = Path(PREFECT_HOME.value())
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise PrefectSettingError(
            f"PREFECT_HOME: {home} cannot be written ({error.strerror}); set PREFECT_HOME to a folder that can"
        ) from error


def check_server() -> None:
    """Refuse a named server that does not respond.

    Raises:
        PrefectSettingError: it does not; the message says what names it.
    """
    from prefect.client.orchestration import get_client

    with get_client(httpx_settings={"timeout": _SECONDS}, sync_client=True) as client:
        error = client.api_healthcheck()
    if error is not None:
        named, remedy = _origin()
        raise PrefectSettingError(
            f"no Prefect server responds at {api_url()}, which {named} names: start that server, or {remedy}"
        ) from error


def _origin() -> tuple[str, str]:
    """What names the server, and how to name none or another one."""
    from prefect.context import get_settings_context

    if os.environ.get("PREFECT_API_URL"):
        return "PREFECT_API_URL", "unset that variable"
    profile = get_settings_context().profile
    if any(setting.name == "PREFECT_API_URL" for setting in profile.settings):
        return f"the profile {profile.name!r} in {profile.source}", "choose another profile by `prefect profile use`"
    return "a file of Prefect's settings", "find it by `prefect config view --show-sources`"
