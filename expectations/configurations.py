"""The configuration of an expectation, made once during a check instead of at each of some 140 questions about it.

Great Expectations makes it from the expectation's fields each time it is asked, which took a third of a check. Nothing
changes an expectation while it is checked.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_kept = threading.local()  # `made`: by the identity of an expectation, it and its configuration; only during a check
_LOCK = threading.Lock()


@contextmanager
def configurations_kept() -> Iterator[None]:
    """Keep the configurations of all expectations that this thread checks within this block."""
    _install()
    _kept.made = {}
    try:
        yield
    finally:
        del _kept.made


def _install() -> None:
    """Let expectations look for a kept configuration first; without one they make it as ever."""
    from great_expectations.expectations.expectation import Expectation  # noqa: PLC0415 - see `checks.load`

    with _LOCK:
        make = vars(Expectation)["configuration"].fget
        if getattr(make, "is_kept", False):
            return

        def configuration(self: Any) -> Any:
            made = getattr(_kept, "made", None)
            if made is None:
                return make(self)
            if id(self) not in made:
                made[id(self)] = (self, make(self))  # with the expectation: so no other one gets its identity
            return made[id(self)][1]

        vars(configuration)["is_kept"] = True
        setattr(Expectation, "configuration", property(configuration))  # noqa: B010 - as a property, which mypy refuses
