"""What programs write about themselves, in a text for readers: errors, logs, marks of version control."""

import re

# each form has one of the literals beside it, and literals are found many times as fast as patterns
_FORMS = tuple(
    (signs, re.compile(pattern))
    for signs, pattern in (
        ((" on line ",), r"\bin \S{0,200}[/\\]\S{0,200} on line \d"),  # PHP
        ((", line ",), r"\bFile [\"“”«][^\"“”»\n]{1,200}[\"”»], line \d"),  # Python
        (("Traceback (",), r"\bTraceback \(most recent"),
        # Java, JavaScript and relatives
        ((".java:", ".js:", ".ts:", ".kt:", ".cs:"), r"\bat [\w$.<>/ ]{3,200} ?\([\w$./:-]{1,200}:\d{1,6}[:)]"),
        (("SQL",), r"\bin your SQL syntax\b|\bSQLSTATE\["),
        (
            (" INFO", " WARN", " DEBUG", " ERROR"),
            r"\d\d:\d\d:\d\d[^\n]{0,25}\b(?:INFO|WARN(?:ING)?|DEBUG|ERROR)\b",
        ),
        (("HTTP/1", "HTTP/2"), r"[\"“”](?:GET|POST|HEAD) /\S{0,500} HTTP/[12]"),
        (("<<<<<<<", ">>>>>>>"), r"<{7} ?\w|>{7} ?\w"),
        # what a paste from a word processor brings, and the attributes of tags
        (
            ("X-NONE", "MicrosoftInternetExplorer", "#default#VML", " false false false"),
            r"\bNormal(?:\.dotm)? \d[ \d]|X-NONE|MicrosoftInternetExplorer4|#default#VML|MsoNormal",
        ),
        (
            ("class=", "style=", "data-"),
            r"\b(?:class|style|data-[a-z]{2,20})=[\"“”][^\"“”\n]{1,200}[\"“”]\s(?:[\w-]{2,20}=|>)",
        ),
        (
            ("Minified React", "Hydration failed", "Cannot read propert", "is not a function"),
            r"Minified React error #\d|Hydration failed because|Cannot read propert|TypeError: \S+ is not a f",
        ),
        (("captures",), r"\b\d{1,6} captures? \d{1,2} \w{3} \d{4}"),  # an archive's toolbar
        (("@@ -",), r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@"),
    )
)
_FRONT_MATTER = re.compile(r"---\s+[a-z_]{2,20}:\s[^\n]{1,80}?\s[a-z_]{2,20}:\s")  # of generators of sites


def message_at(text: str) -> int | None:
    """The position of the first message of a program, or None."""
    for signs, pattern in _FORMS:
        if any(sign in text for sign in signs):
            match = pattern.search(text)
            if match:
                return match.start()
    return 0 if text.startswith("---") and _FRONT_MATTER.match(text) else None
