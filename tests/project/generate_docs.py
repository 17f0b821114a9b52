"""Writes the generated parts of the READMEs: `make docs`, or `tests/project/generate_docs.py [--check | --picture]`.

Tables of columns, rules, thresholds, labels, formats and commands are made from the code that they describe, between
`<!-- generated: NAME -->` and `<!-- end -->`. Console blocks whose first line is a `copydesk` command (or `make run`)
on the sample pages, and text blocks that follow a Python block, hold what these print in a new run on the sample pages.
A block whose output differs only in what differs between any two runs (ids of runs, times of files) stays as it is.

`--check` changes nothing and fails if a file is out of date. `--picture` also makes the picture of the report with
Chromium.
"""

import argparse
import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa

from expectations import clean, dataset, extract, ingest, load
from expectations.thresholds import DEFAULT_FILE, load_thresholds
from flows.cli.parser import build_parser
from tasks import schema
from tasks.ingest.formats import FORMATS
from tasks.schema.manual import columns_markdown
from tasks.vocabulary import Action, Doubt, Label, Reason

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    ROOT / name
    for name in (
        "README.md",
        "flows/README.md",
        "tasks/README.md",
        "tasks/clean/README.md",
        "expectations/README.md",
        "tests/benchmarks/README.md",
        "output/README.md",
    )
]
PICTURE = ROOT / ".github" / "report.png"
_PART = re.compile(r"(<!-- generated: ([\w:-]+) -->\n)(?:(?!<!-- ).)*?(<!-- end -->)", re.S)
_CONSOLE = re.compile(r"(```console\n\$ ([^\n]+)\n)(.*?)(```)", re.S)
_PYTHON = re.compile(r"(```python\n((?:(?!```).)*)```\n\n?```text\n)((?:(?!```).)*)(```)", re.S)
_MADE_BY_RUNS = re.compile(
    r"\d{8}T\d{6}-[0-9a-f]{6}"  # the id of a run
    r"|\d{4}-\d\d-\d\d \d\d:\d\d UTC"  # when a file was changed
    r"|\d+\.\d+\.\d+\+[0-9a-f]{8}"  # the version of the rules
)
_WIDTH = 110
_SUITES = {"ingest": ingest, "clean": clean, "extract": extract, "load": load, "dataset": dataset}


def table(head, rows, right=()):
    """A Markdown table; the columns numbered in `right` are aligned to the right."""
    rule = ["--:" if n in right else "---" for n in range(len(head))]
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [list(head), rule, *cells])


# the parts made from code


def columns(name):
    """The columns of a table; of versions only what `articles` does not have."""
    tables = {
        bytes(one.metadata[b"table"]).decode(): one for one in vars(schema).values() if isinstance(one, pa.Schema)
    }
    if name != "versions":
        return columns_markdown(tables[name])
    return columns_markdown(pa.schema([field for field in schema.VERSIONS if field.name not in schema.ARTICLES.names]))


def words(name):
    """A vocabulary with its sentences."""
    vocabulary = {"labels": Label, "actions": Action, "reasons": Reason, "flags": Doubt}[name]
    return table((name[:-1], "meaning"), [(f"`{word.value}`", word.sentence) for word in vocabulary])


def rules(step):
    """The rules of a suite with the default thresholds."""
    suite = _SUITES[step].suite(getattr(load_thresholds(), step))
    rows = [(f"`{rule.code}`", rule.severity.value, rule.holds, _bounds(rule.check.arguments)) for rule in suite.rules]
    return table(("rule", "severity", "what must hold", "limit"), rows)


def _bounds(arguments):
    parts = [
        f"{word} {arguments[key]:g}"
        for key, word in (("min_value", "at least"), ("max_value", "at most"))
        if isinstance(arguments.get(key), int | float)
    ]
    if arguments.get("mostly", 1) < 1:
        parts.append(f"in {arguments['mostly']:.0%} of the rows")
    return ", ".join(parts)


def thresholds(_):
    """Every threshold with its default, what it is, and the comment of thresholds.yml on its value."""
    notes = _notes()
    rows = [
        (
            f"`{step}.{key}`",
            str(value).lower() if isinstance(value, bool) else value,
            field.description,
            notes[step, key],
        )
        for step, model in load_thresholds()
        for key, field in type(model).model_fields.items()
        for value in [getattr(model, key)]
    ]
    return table(("threshold", "default", "meaning", "note"), rows)


def _notes():
    """The comment of each key of thresholds.yml, beside it or on the lines above it."""
    notes, step, above = {}, "", []
    for line in DEFAULT_FILE.read_text(encoding="utf-8").splitlines():
        code, _, comment = line.partition("#")
        key = code.partition(":")[0]
        if not code.strip():
            above.append(comment.strip())
            continue
        if key.startswith(" "):
            notes[step, key.strip()] = " ".join([*above, comment.strip()]).strip()
        else:
            step = key
        above = []
    return notes


def formats(_):
    """The formats of files and the endings they are recognised by."""
    rows = [(one.name, " ".join(f"`{suffix}`" for suffix in one.suffixes)) for one in FORMATS]
    return table(("format", "endings"), rows)


def _commands():
    """Each command with its parser and its line of help."""
    parser = build_parser()
    choices = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    helps = {action.dest: action.help for action in choices._choices_actions}
    return {name: (command, helps[name]) for name, command in choices.choices.items()}


def commands(_):
    """One row per command."""
    return table(("command", "what it does"), [(f"`copydesk {name}`", text) for name, (_, text) in _commands().items()])


def names(_):
    """The names of all commands, in one line."""
    return " · ".join(f"`copydesk {name}`" for name in _commands())


def options(_):
    """The arguments and options of every command."""
    parts = []
    for name, (command, text) in _commands().items():
        rows = [
            (f"`{_spelled(action)}`", (action.help or "") % {"default": action.default})
            for action in command._actions
            if not isinstance(action, argparse._HelpAction)
        ]
        example = (command.epilog or "").partition("\n")[2]
        usage = inspect.cleandoc(example)
        parts.append(f"#### `copydesk {name}`\n\n{text[0].upper()}{text[1:]}.\n\n```sh\n{usage}\n```")
        if rows:
            parts.append(table(("option", "meaning"), rows))
    return "\n\n".join(parts)


def _spelled(action):
    """An option as it is typed, e.g. `--workers N`."""
    if not action.option_strings:
        return action.metavar or action.dest
    value = action.metavar or (",".join(action.choices) if action.choices else action.dest.upper())
    return action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {value}"


def _benchmark_rows():
    """The rows of all tables in the README of the benchmarks."""
    text = (ROOT / "tests" / "benchmarks" / "README.md").read_text(encoding="utf-8")
    return [[cell.strip(" *`") for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def curve(_):
    """What each threshold of the story's probability costs, out of the README of the benchmarks."""
    rows = _benchmark_rows()
    first = next(n for n, row in enumerate(rows) if row[0] == "story_probability_min")
    points = [row for row in rows[first + 2 : first + 10] if row[0].startswith("0.")]
    return table((f"`{rows[first][0]}`", *rows[first][1:]), points, right=range(5))


def numbers(_):
    """The main figures of the benchmarks, read out of their tables."""
    rows = _benchmark_rows()
    html = next(row for row in rows if row[:2] == ["HTML", "all"])
    plain = next(row for row in rows if row[:2] == ["text", "all"])
    speed = {row[0].partition(":")[0]: row[1] for row in rows}
    ours, peer = (f"{speed[f'{name}, HTML']} and {speed[f'{name}, text']}" for name in ("Copydesk", "datatrove 0.10.1"))
    defects = next(row for row in rows if row[0].startswith("kinds caught"))
    of = re.search(r"of the (\d+)", defects[0])[1]
    figures = [(f1[:5].strip("*"), peer) for f1, peer in ((html[7], html[8]), (plain[7], plain[9]))]
    return table(
        ("", "Copydesk", "compared with"),
        [
            (f"F1 of the text, HTML pages ({html[2]} stories)", figures[0][0], f"{figures[0][1]} trafilatura"),
            (
                f"F1 of the text, text pages ({plain[2]} stories)",
                figures[1][0],
                f"{figures[1][1]} best run of long lines",
            ),
            ("stories published, HTML and text", f"{html[3]} and {plain[3]}", ""),
            ("other pages published, HTML and text", f"{html[4]} and {plain[4]}", ""),
            ("ms of CPU per page, HTML and text", ours, f"{peer} datatrove, with trafilatura on HTML"),
            ("kinds of planted defects caught", f"{defects[1]} of {of}", f"{defects[2]} of {of} a plain suite"),
        ],
    )


_PARTS = {
    "columns": columns,
    "words": words,
    "rules": rules,
    "thresholds": thresholds,
    "formats": formats,
    "commands": commands,
    "names": names,
    "options": options,
    "curve": curve,
    "numbers": numbers,
}


def with_parts(text):
    """The text with its generated parts made again."""

    def made(match):
        kind, _, argument = match[2].partition(":")
        return f"{match[1]}\n{_PARTS[kind](argument)}\n\n{match[3]}"

    return _PART.sub(made, text)


# the parts made from a run


class Sample:
    """A folder with the sample pages and the dataset that `make run` makes of them."""

    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "tests").symlink_to(ROOT / "tests")
        (self.folder / ".venv").symlink_to(sys.prefix)
        programs = self.folder / "bin"
        programs.mkdir()
        for name, code in (("copydesk", "-m flows"), ("python", "")):
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {code} "$@"\n', encoding="utf-8")
            program.chmod(0o755)
        self._environment = os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(self.folder / "prefect"),
            "COLUMNS": str(_WIDTH),
        }
        self._first = self.printed("copydesk run tests/pages --output output")

    def printed(self, command):
        """What a command prints; `make run` prints what the first run printed."""
        if command == "make run":
            return self._first
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self._environment,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        if done.returncode or not done.stdout:
            raise RuntimeError(f"{command}: exit code {done.returncode}\n{done.stderr}")
        return "".join(f"{line.rstrip()}\n" for line in done.stdout.replace(f"{self.folder}/", "").splitlines())

    def answered(self, code):
        """What Python code prints."""
        done = subprocess.run(
            [sys.executable, "-c", "import duckdb, pandas, polars\n" + code], cwd=self.folder, env=self._environment,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{code}\n{done.stderr}")
        return done.stdout.rstrip() + "\n"


def masked(text):
    """The text without what differs between any two runs."""
    return _MADE_BY_RUNS.sub("…", text)


def with_outputs(text, sample):
    """The text with its console and answer blocks as they come out now."""

    def console(match):
        if not match[2].startswith(("make run", "copydesk run tests/pages", "copydesk explain", "copydesk show")):
            return match[0]
        now = sample.printed(match[2].partition("  #")[0])
        return match[0] if masked(now) == masked(match[3]) else match[1] + now + match[4]

    def answer(match):
        now = sample.answered(match[2])
        return match[0] if masked(now) == masked(match[3]) else match[1] + now + match[4]

    return _PYTHON.sub(answer, _CONSOLE.sub(console, text))


def take_picture(sample):
    """Make the picture of the sample run's report.

    Raises:
        RuntimeError: there is no Chromium.
    """
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise RuntimeError("a picture needs chromium or google-chrome")
    PICTURE.parent.mkdir(exist_ok=True)
    page = next(path for path in (sample.folder / "output" / "report").glob("*.html") if path.name != "index.html")
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,900",
         f"--screenshot={PICTURE}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


def main():
    """Write the generated parts, or check them; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a file is out of date")
    parser.add_argument("--picture", action="store_true", help="make the picture of the report too (needs Chromium)")
    given = parser.parse_args()
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        sample = Sample(folder)
        for path in FILES:
            before = path.read_text(encoding="utf-8")
            after = with_outputs(with_parts(before), sample)
            if after != before:
                stale.append(path.relative_to(ROOT).as_posix())
                if not given.check:
                    path.write_text(after, encoding="utf-8")
        if given.picture:
            take_picture(sample)
    print(f"{'out of date' if given.check else 'written'}: {', '.join(stale)}" if stale else "all up to date")
    return 1 if given.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
