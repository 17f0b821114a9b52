"""The environment of all HTML templates: those of the reports and those of `copydesk browse`.

Page texts and addresses are foreign. So every value is cleaned by `foreign_text` and escaped, unless it is markup that
Copydesk made itself, and a name that no code defines is an error.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.report.wording import FOREIGN_CHARS_MAX, count, foreign_text, percent

Filters = dict[str, Callable[..., Any]]
_SHARED = Path(__file__).parent / "report"  # mark.html.j2: what looks the same in both


def open_templates(
    folder: Path,
    filters: Filters,
    names: Mapping[str, Any],
    chars_max: int = FOREIGN_CHARS_MAX,
) -> Environment:
    """The environment of a folder of templates.

    Args:
        folder: Where the templates are; those of the reports can be imported too.
        filters: Filters beside `count`, `cut` and `percent`.
        names: What templates may use without being given it.
        chars_max: The longest value that is shown; the rest of a longer one is cut off.
    """

    def cleaned(value: object) -> object:
        return value if isinstance(value, Markup) else foreign_text(value, chars_max)

    environment = Environment(
        loader=FileSystemLoader([folder, _SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": count, "cut": foreign_text, "percent": percent, **filters}
    environment.globals |= names
    return environment
