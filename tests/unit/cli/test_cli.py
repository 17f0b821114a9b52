"""The command line: its options as values, its errors in one sentence, its table of commands."""

import argparse
import re

import pytest
from support.browsing import make_dataset

from flows.cli import main as program
from flows.cli.commands import COMMANDS
from flows.cli.explain import _DUPLICATE_WORDS
from flows.cli.main import main
from flows.cli.parser import build_parser
from flows.cli.run import columns_of, settings_of
from flows.settings import Settings, override
from tasks.errors import EXIT_FAILED, EXIT_USAGE, CopydeskError, UsageError
from tasks.load.dedup.plan import REASONS
from tasks.load.mirror import MirrorError
from tasks.load.output import NothingPublishedError, Output, OutputError


def test_every_command_can_be_parsed_from_its_example():
    for command in COMMANDS:
        for example in command.example.splitlines():
            arguments = example.replace("'", "").split()[1:]
            if "--cron" in arguments:  # an expression of five words
                arguments = [*arguments[: arguments.index("--cron")], "--cron", "0 3 * * *"]
            assert build_parser().parse_args(arguments).handler is command.handler


@pytest.mark.parametrize("option", ["--output", "--thresholds", "--sites"])
def test_a_name_that_prefect_cannot_store_is_refused_in_words(tmp_path, capsys, option):
    (tmp_path / "a.html").write_text("<p>a")
    assert main(["run", str(tmp_path), option, "caf\udce9"]) == EXIT_USAGE
    assert f"{option} caf\\xe9: the name is not in UTF-8" in capsys.readouterr().err


def test_columns_are_a_mapping():
    assert columns_of("url=link, html=body,") == {"url": "link", "html": "body"}
    assert columns_of(None) == {}


@pytest.mark.parametrize("text", ["foo", "colour=red", "url="], ids=["no separator", "no such field", "no column"])
def test_a_wrong_mapping_is_a_usage_error(text):
    with pytest.raises(UsageError, match="expected FIELD=COLUMN"):
        columns_of(text)


def options_of(**given):
    return argparse.Namespace(**({"executor": None, "workers": None, "address": None} | given))


def test_options_win_over_the_environment_and_reach_the_run_as_values(monkeypatch):
    monkeypatch.setenv("COPYDESK_EXECUTOR", "processes")
    monkeypatch.setenv("COPYDESK_WORKERS", "3")
    settings = settings_of(options_of(executor="inline"))
    assert (settings.executor, settings.workers) == ("inline", 3)
    with override(settings_of(options_of(workers=7))):
        assert Settings.from_environment().workers == 7
    assert Settings.from_environment().workers == 3


def test_a_wrong_variable_is_a_usage_error(monkeypatch):
    monkeypatch.setenv("COPYDESK_WORKERS", "many")
    with pytest.raises(UsageError, match="COPYDESK_WORKERS"):
        settings_of(options_of())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CopydeskError("it broke"), EXIT_FAILED),
        (UsageError("it broke"), EXIT_USAGE),
        (MirrorError("it broke"), EXIT_FAILED),
        (OutputError("it broke"), EXIT_USAGE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_an_error_is_one_sentence_and_an_exit_code(monkeypatch, capsys, error, code):
    def fail(_options):
        raise error

    parser = argparse.ArgumentParser()
    parser.set_defaults(handler=fail)
    monkeypatch.setattr(program, "build_parser", lambda: parser)
    assert program.main([]) == code
    assert capsys.readouterr().err == "copydesk: it broke\n"


def test_an_output_without_a_run_is_an_error_that_says_how_to_begin(tmp_path):
    with pytest.raises(NothingPublishedError, match="no run has published here yet; try `copydesk run SOURCE"):
        Output.open(tmp_path)


@pytest.mark.parametrize("part", ["articles", "articles/published_month=2026-03", "report"])
def test_a_part_of_a_dataset_is_not_taken_for_an_empty_output(tmp_path, part):
    root = make_dataset(tmp_path / "out")
    message = f"{root / part}: is a part of the dataset in {root}; give the folder of the whole dataset"
    with pytest.raises(NothingPublishedError, match=re.escape(message)):
        Output.open(root / part)


def test_a_file_is_not_taken_for_an_empty_output(tmp_path):
    (tmp_path / "a.csv").write_text("a", encoding="utf-8")
    with pytest.raises(NothingPublishedError, match=r"a.csv: is a file; give the folder of a dataset"):
        Output.open(tmp_path / "a.csv")


def test_explain_has_words_for_every_kind_of_duplicate():
    assert set(_DUPLICATE_WORDS) == {reason for reason in REASONS if reason}


@pytest.mark.parametrize(
    ("command", "place", "code", "said"),
    [
        ("show", "tasks.load.output.Output.open", 130, "interrupted\n"),
        ("browse", "flows.browse.server.serve_dataset", 130, "stopped\n"),
        (
            "run pages",
            "flows.cli.run._check_options",
            130,
            "interrupted; finished work is kept, and the next run resumes from it\n",
        ),
    ],
)
def test_an_interrupted_command_says_only_what_is_true_of_it(monkeypatch, capsys, command, place, code, said):
    def interrupt(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupt)
    assert main(command.split()) == code
    assert capsys.readouterr().err == said
