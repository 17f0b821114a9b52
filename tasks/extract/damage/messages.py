"""What programs write about themselves, in a text for readers: errors, logs, marks of version control."""

import re

from tasks.extract.damage.evidence import Story
from tasks.extract.damage.literals import sought

# each form with the strings of which its text has one: they are found many times as fast as patterns
_FORMS = tuple(
    (sought(*literals), re.compile(pattern))
    for literals, pattern in (
        ((" on line ",), r"\bin \S{0,80}[/\\]\S{0,80} on line \d"),  # PHP
        ((", line ",), r"\bFile [\"“”«][^\"“”»\n]{1,200}[\"”»], line \d"),  # Python
        (("Traceback (most recent",), r"\bTraceback \(most recent"),
        # Java, JavaScript and relatives
        ((".java:", ".js:", ".kt:"), r"\bat [\w$.<>/ ]{3,200} ?\([\w$./:-]{1,200}:\d{1,6}[:)]"),
        (("in your SQL syntax", "SQLSTATE["), r"\bin your SQL syntax\b|\bSQLSTATE\["),
        (("INFO", "WARN", "DEBUG", "ERROR"), r"\d\d:\d\d:\d\d[^\n]{0,25}\b(?:INFO|WARN(?:ING)?|DEBUG|ERROR)\b"),
        (("GET /", "POST /", "HEAD /"), r"[\"“”](?:GET|POST|HEAD) /\S{0,500} HTTP/[12]"),
        (("<<<<<<<", ">>>>>>>"), r"<{7} ?\w|>{7} ?\w"),
        (
            ("INSERT INTO ", "CREATE TABLE ", "DROP TABLE "),
            r"\b(?:INSERT INTO|(?:CREATE|DROP) TABLE) [`\"“”\w. ]{1,80}[(;]",
        ),
        # of a service that was asked for the text, as the start of a paragraph
        (
            (
                *(f"{word} {digit}" for word in ("Error", "Error:", "ERROR") for digit in "45"),
                *("429 Too Many", "500 Internal", "502 Bad Gate", "503 Service"),
            ),
            r"(?:^|\n)(?:(?:HTTP |Server )?(?:Error|ERROR):? \d{3}\b|\d{3} (?:Too Many|Internal|Bad Gate|Service Un))",
        ),
        (
            ("quota exceeded", "quota reached", "with status code"),
            r"\b[Qq]uota (?:exceeded|reached) for \w|\bwith status code \d",
        ),
        (("MYMEMORY WARNING", "ranslation missing: "), r"MYMEMORY WARNING|[Tt]ranslation missing: "),
        (("@@ -",), r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@"),
    )
)
_FRONT_MATTER = re.compile(r"---\s+[a-z_]{2,20}:\s[^\n]{1,80}?\s[a-z_]{2,20}:\s")  # of generators of sites


def message_at(story: Story) -> int | None:
    """The position of the first message of a program, or None."""
    text = story.text
    for literals, pattern in _FORMS:
        match = pattern.search(text) if story.has(literals) else None
        if match:
            return match.start()
    return 0 if text.startswith("---") and _FRONT_MATTER.match(text) else None
