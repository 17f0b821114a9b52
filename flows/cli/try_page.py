"""`copydesk try`: one page in, its article out on the terminal, without an output folder and without Prefect."""

import argparse
import gc
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.foreign_text import one_line, printable
from tasks.errors import EXIT_DONE, UsageError
from tasks.storage.addresses import shown, with_plain_scheme

if TYPE_CHECKING:
    from flows.article import Article, Problem

STANDARD_INPUT = "-"
_ONLY_IN_RUNS = "Flags that compare a page with others of its site, such as title_shared, are set only in a run."
_WEB = ("https://", "http://")
FORMATS = ("text", "markdown", "json")


def try_page(options: argparse.Namespace) -> int:
    """Print the article of one page, or what the page is instead."""
    if options.is_program:
        _start_fast()
    article = _read(options)
    if article.problem and article.problem.step == "ingest":
        raise UsageError(f"{shown(article.source_uri)}: {_found(article.problem)}")
    if options.format == "json":
        _print_json(article, has_lines=options.explain)
        return EXIT_DONE
    if article.problem:
        print(_problem_sentences(article, is_shown=options.anyway or options.explain), file=sys.stderr)
    if options.explain:
        _print_explanation(article, is_full=options.full)
    elif article.is_story or options.anyway:
        print(_markdown(article) if options.format == "markdown" else _text(article))
    return EXIT_DONE


class _NoPandas:
    """A finder for which pandas is not installed: pyarrow would import it with the first list that it converts."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse pandas, and leave all else to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _start_fast() -> None:
    """Leave out what one page does not need and a process of one second would wait for: pandas and the search for
    garbage.
    """
    gc.disable()
    sys.meta_path.insert(0, _NoPandas)


def _read(options: argparse.Namespace) -> "Article":
    from tasks.ingest import one_page

    source = with_plain_scheme(options.page)
    is_web = source.startswith(_WEB)
    if options.url and is_web:
        raise UsageError("--url is for a file or standard input; an address is the page's own")
    if options.url and not (web_address := with_plain_scheme(options.url)).startswith(_WEB):
        raise UsageError(f"--url: {shown(web_address)}: is not an address that begins with https:// or http://")
    if source == STANDARD_INPUT:
        row = one_page.page_of_stream(sys.stdin.buffer, "standard input", url=options.url)
    elif is_web:
        row = one_page.page_of_address(source)
    elif "://" in source and not source.startswith("file://"):
        raise UsageError(f"{shown(source)}: only addresses with https:// or http:// can be fetched, and files be read")
    elif Path(source).is_fifo():  # copydesk try <(curl ...)
        with Path(source).open("rb") as stream:
            row = one_page.page_of_stream(stream, source, url=options.url)
    else:
        row = one_page.page_of_file(source)
        row["url"] = options.url or row["url"]
    from flows.article import read_page

    site_rules = None
    if options.sites:
        from tasks.site_rules.file import load_site_rules

        site_rules = load_site_rules(options.sites)
    return read_page(row, guess_dates=options.guess_dates, site_rules=site_rules)


def _problem_sentences(article: "Article", *, is_shown: bool) -> str:
    """What a page is that a run would quarantine, and why."""
    problem = article.problem
    assert problem is not None
    sentences = [
        f"{one_line(article.source_uri)}: {_found(problem)}",
        f"A run would quarantine it: {problem.code}.",
    ]
    if article.text and not is_shown:
        sentences.append("Print what was found nevertheless with --anyway.")
    return " ".join(sentences)


def _found(problem: "Problem") -> str:
    """What is wrong with a page, as one sentence."""
    detail = f" ({one_line(problem.detail)})" if problem.detail and problem.detail != problem.sentence else ""
    return f"{problem.sentence.rstrip('.')}{detail}."


def _text(article: "Article") -> str:
    """The article as plain text: headline, a line on its origin, the paragraphs."""
    day = article.published_date.isoformat() if article.published_date else None
    origin = " · ".join(one_line(part) for part in (article.publisher, article.author, day) if part)
    parts = [one_line(article.title) if article.title else "", origin]
    head = "\n".join(part for part in parts if part)
    return printable(f"{head}\n\n{article.text}" if head else article.text)


def _markdown(article: "Article") -> str:
    from flows.export.markdown import article_markdown

    return printable(article_markdown(asdict(article))).rstrip("\n")


def _print_json(article: "Article", *, has_lines: bool) -> None:
    import orjson

    row = asdict(article)
    if not has_lines:
        del row["lines"]
    print(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())


def _print_explanation(article: "Article", *, is_full: bool) -> None:
    """Print every line with label and reason, and every field with its origin, as `explain` does for a dataset."""
    from flows.cli.explain import print_fields, print_lines
    from flows.cli.terminal import Terminal

    row = asdict(article)
    console = Terminal()
    console.print(one_line(article.source_uri), style="bold")
    if not article.lines:
        console.print("No line was read.")
        return
    print_lines(console, list(row["lines"]), is_full=is_full)
    print_fields(console, row, list(row["lines"]))
    console.print(_ONLY_IN_RUNS, soft_wrap=True)
