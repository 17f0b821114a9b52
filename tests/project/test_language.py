"""Plain trade English: the words that this project once used in a sense of its own stay out of what people read."""

import ast
import io
import re
import tokenize

import pytest
from support.paths import ROOT

# What is banned, as a pattern, and what to write instead.
BANNED = {
    r"parted": "separated",
    r"anew": "again",
    r"mend(s|ed|ing)?": "fix, repair",
    r"told(?! apart)": "reported",
    r"strangers?": "foreign",
    r"lies in": "is in",
    r"set(s|ting)? aside": "quarantine",
    r"(?<!there )is no(?! longer| more| other| \w+er than)": "is not a",
}
PATTERN = re.compile("|".join(rf"\b{word}(?!\w)" for word in BANNED), re.IGNORECASE)
# (file, word in lower case): why it may stay. Words of pages are data; the word lists in TOML files are not read here.
ALLOWED: dict[tuple[str, str], str] = {}
PYTHON = sorted(path for package in ("flows", "tasks", "expectations") for path in (ROOT / package).rglob("*.py"))
TEXTS = [
    ROOT / "Makefile",
    *(path for path in sorted(ROOT.glob("*.md")) if path.name != "CHANGELOG.md"),
    *(
        path
        for folder in ("flows", "tasks", "expectations", "output", ".github")
        for path in (ROOT / folder).rglob("*.md")
    ),
    *(path for folder in ("flows", "expectations") for path in (ROOT / folder).rglob("*.yml")),
]


def prose_of(path):
    """(line number, text) of a Python file's comments and strings, except single words; of any other file's lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return list(enumerate(text.splitlines(), 1))
    strings = [
        (node.lineno, node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.isidentifier()
    ]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return strings + [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def hits(path):
    """The banned words of a file, each with its line number."""
    name = path.relative_to(ROOT).as_posix()
    found = []
    for number, text in prose_of(path):
        for match in PATTERN.finditer(re.sub(r"\s+", " ", text)):
            if (name, match[0].lower()) not in ALLOWED:
                context = re.sub(r"\s+", " ", text)[max(match.start() - 30, 0) : match.end() + 30]
                found.append(f"{name}:{number}: {match[0]!r} in {context!r}")
    return found


@pytest.mark.parametrize("path", [*TEXTS, *PYTHON], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_words_that_only_this_project_uses_stay_out(path):
    assert not hits(path)


@pytest.mark.parametrize(
    "text", ["It is parted by a comma.", "made anew", "No one was TOLD.", "x is no file", "set aside"]
)
def test_the_pattern_finds_what_it_is_for(text):
    assert PATTERN.search(text)


@pytest.mark.parametrize(
    "text", ["department", "There is no page.", "is no longer used", "retold", "commend", "is not a file"]
)
def test_the_pattern_leaves_good_english_alone(text):
    assert not PATTERN.search(text)
