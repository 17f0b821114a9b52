"""A correction of a page as text for `sites.toml`: of one of its lines, or of its fields."""

import json
import re
from pathlib import PurePosixPath

from flows.browse.snapshot import Row
from tasks.site_rules.addresses import host_and_path
from tasks.site_rules.entries import RULE_CHARS_MAX

_PATTERN_CHARS = 200  # of a line that is too long for a rule with its whole text


def line_correction(page: Row, article: Row | None, line: Row) -> str:
    """An entry that drops a line that was kept, or keeps one that was not."""
    action = "drop" if line["action"] == "keep" else "keep"
    text = line["text"].strip()
    if len(text) <= RULE_CHARS_MAX:
        rule = f"text = {toml_string(text)}"
    else:
        rule = f"pattern = {toml_string('^' + re.escape(text[:_PATTERN_CHARS]))}"
    return f"{_head(page, article)}{action} = [{{ {rule} }}]\n"


def field_correction(page: Row, article: Row | None) -> str:
    """An entry with a commented line for each field: values as they are now, and selectors as examples."""
    publisher = (article or {}).get("publisher") or "Name of the publisher"
    language = (article or {}).get("language") or "en"
    lines = (
        f"publisher = {toml_string(publisher)}",
        f"language = {toml_string(language)}",
        'timezone = "Europe/Berlin"  # of the newsroom',
        'title = "h1"  # this and the following are CSS selectors of elements of the page',
        'author = ".byline"',
        'date = "time"',
        'body = "article"',
        "never_a_story = true  # quarantines the pages",
    )
    return _head(page, article) + "".join(f"# {line}\n" for line in lines)


def toml_string(text: str) -> str:
    """A string of TOML, which is written like one of JSON. What cannot be seen is escaped, so that it can be copied."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in quoted)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _head(page: Row, article: Row | None) -> str:
    """The beginning of an entry: the host of the page as it was fetched or declares it, else its folder."""
    for address in (page["url"], (article or {}).get("canonical_url")):
        found = host_and_path(address)
        if found:
            return f"[[site]]\nmatch = [{toml_string(found[0])}]\n"
    file = PurePosixPath(page["source_uri"].partition("#")[0])
    # a file that was named without a folder is for itself, with its records if it is an archive
    source = f"{file.parent}/*" if file.parent.name else f"{file}*"
    return f"[[site]]\nsources = [{toml_string(source)}]\n"
