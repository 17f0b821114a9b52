"""What programs write about themselves, in a text for readers: errors, logs, marks of version control."""

import re

from tasks.extract.damage.evidence import Story

# each form with words of which its text has one, and literals: both are found many times as fast as patterns
_FORMS = tuple(
    (frozenset(words), signs, re.compile(pattern))
    for words, signs, pattern in (
        (("line",), (" on line ",), r"\bin \S{0,80}[/\\]\S{0,80} on line \d"),  # PHP
        (("line",), (", line ",), r"\bFile [\"“”«][^\"“”»\n]{1,200}[\"”»], line \d"),  # Python
        (("Traceback",), ("Traceback (",), r"\bTraceback \(most recent"),
        # Java, JavaScript and relatives
        (("at",), (".java:", ".js:", ".kt:"), r"\bat [\w$.<>/ ]{3,200} ?\([\w$./:-]{1,200}:\d{1,6}[:)]"),
        (("SQL", "ERROR:", "Error:"), ("SQL",), r"\bin your SQL syntax\b|\bSQLSTATE\["),
        (
            ("INFO", "WARN", "WARNING", "DEBUG", "ERROR", "[INFO]", "[WARN]", "[ERROR]", "[DEBUG]"),
            (":",),
            r"\d\d:\d\d:\d\d[^\n]{0,25}\b(?:INFO|WARN(?:ING)?|DEBUG|ERROR)\b",
        ),
        (('"GET', "“GET", '"POST', "“POST", '"HEAD'), ("HTTP/",), r"[\"“”](?:GET|POST|HEAD) /\S{0,500} HTTP/[12]"),
        (("<<<<<<<", ">>>>>>>"), ("<<<<<<<", ">>>>>>>"), r"<{7} ?\w|>{7} ?\w"),
        (("@@",), ("@@ -",), r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@"),
    )
)
_FRONT_MATTER = re.compile(r"---\s+[a-z_]{2,20}:\s[^\n]{1,80}?\s[a-z_]{2,20}:\s")  # of generators of sites


def message_at(story: Story) -> int | None:
    """The position of the first message of a program, or None."""
    text = story.text
    for words, signs, pattern in _FORMS:
        if not words.isdisjoint(story.words) and any(sign in text for sign in signs):
            match = pattern.search(text)
            if match:
                return match.start()
    return 0 if text.startswith("---") and _FRONT_MATTER.match(text) else None
