"""Typing errors on the command line: what was probably meant, in the words of the command that was meant."""

import os
import subprocess
import sys

import pytest

from flows.cli.commands import COMMANDS
from flows.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "usage", "message"),
    [
        pytest.param(["rum"], "usage: copydesk [", "unknown command: rum; did you mean run?", id="command"),
        pytest.param(
            ["xyz"], "usage: copydesk [", "unknown command: xyz; choose from run, try, show,", id="no such command"
        ),
        pytest.param(
            ["run", "pages", "--ouput", "x"],
            "usage: copydesk run ",
            "unknown argument: --ouput; did you mean --output?",
            id="option",
        ),
        pytest.param(
            ["show", "--limit=3"],
            "usage: copydesk show ",
            "unknown argument: --limit=3\n",
            id="option of another command",
        ),
        pytest.param(
            ["run", "pages", "--executor", "proceses"],
            "usage: copydesk run ",
            "argument --executor: unknown value: proceses; did you mean processes?",
            id="value",
        ),
        pytest.param(
            ["show", "--output", ""],
            "usage: copydesk show ",
            "argument --output: the name of the folder is empty; was a variable of the shell not set?",
            id="empty folder",
        ),
        pytest.param(
            ["browse", "--port", "80x"],
            "usage: copydesk browse ",
            "argument --port: not a whole number: 80x\n",
            id="int",
        ),
        pytest.param(
            ["preview", "--limit", "1.5"],
            "usage: copydesk preview ",
            "--limit: not a whole number: 1.5\n",
            id="fraction",
        ),
        pytest.param(["help", "docter"], "usage: copydesk help ", "did you mean doctor?", id="topic of help"),
    ],
)
def test_a_typing_error_gets_a_suggestion_and_the_usage_of_its_command(capsys, arguments, usage, message):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    printed = capsys.readouterr().err
    assert printed.startswith(usage)
    assert message in printed


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_help_prints_what_the_option_prints(capsys, command):
    assert main(["help", command]) == 0
    asked = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert capsys.readouterr().out == asked


@pytest.mark.parametrize("arguments", [["-V"], ["--version"]], ids=str)
def test_the_version(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("copydesk 0.")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_names_the_command(capsys, shell):
    assert main(["completion", shell]) == 0
    assert "copydesk" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("copydesk qu", {"quarantine"}),
        ("copydesk run --max", {"--max-page-megabytes"}),
        ("copydesk run --executor d", {"dask"}),
    ],
)
def test_a_shell_gets_its_completions(tmp_path, line, expected):
    answer = tmp_path / "answer"
    environment = os.environ | {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    program = "import sys; sys.argv[0] = 'copydesk'; from flows.cli.main import main; main([])"
    subprocess.run([sys.executable, "-c", program], env=environment, timeout=60, check=False)
    assert {word.strip() for word in answer.read_text().split("\n")} == expected
