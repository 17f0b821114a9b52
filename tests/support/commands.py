"""Commands as users start them, each in a process of its own."""

import subprocess
import sys

from support.paths import ROOT


def run_command(*arguments, environment):
    """What `copydesk ARGUMENTS` printed and how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "flows", *map(str, arguments)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
