"""The table of commands: each with its help, an example, its options and the function that runs it."""

from flows.cli import dataset, export, operate, preview, problems, run, schema, try_page
from flows.cli.options import (
    JSON,
    OUTPUT,
    QUIET,
    REASON,
    RECORD,
    RUN_ID,
    SCHEDULES,
    SITES,
    SOURCE_HELP,
    THRESHOLDS,
    VERBOSE,
    Command,
    Option,
    folder,
)

RUN = Command(
    "run",
    "turn pages into articles",
    "copydesk run pages/ 'more/**/*.html' --output output",
    run.run_pages,
    (
        Option("sources", nargs="+", metavar="SOURCE", help=SOURCE_HELP),
        OUTPUT,
        Option(
            "--include",
            action="append",
            default=[],
            metavar="PATTERN",
            help="read only such files, e.g. '*.html'; may be given several times (default: all)",
        ),
        Option(
            "--exclude",
            action="append",
            default=[],
            metavar="PATTERN",
            help="do not read such files or folders, e.g. index.csv; may be given several times",
        ),
        Option(
            "--map",
            metavar="FIELD=COLUMN,...",
            help="columns of tables and JSON lines: html or text, url, fetched_at, encoding "
            "(default: common names are recognised)",
        ),
        Option("--keep-warc", action="store_true", help="also write fetched pages, as received, into DIR/warc"),
        Option(
            "--fetch-minutes",
            type=float,
            default=60.0,
            metavar="N",
            help="time for Web sources in this run (default: 60)",
        ),
        Option(
            "--no-raw-pages",
            dest="keep_pages",
            action="store_false",
            help="do not keep the pages as they were received",
        ),
        Option(
            "--max-page-megabytes",
            type=int,
            default=20,
            metavar="N",
            help="quarantine larger pages unread (default: 20)",
        ),
        THRESHOLDS,
        SITES,
        Option("--guess-dates", action="store_true", help=run.GUESS_DATES_HELP),
        Option(
            "--executor",
            choices=("inline", "processes", "dask", "ray"),
            help="where pages are processed: worker processes (default), inline (no crash isolation), dask or ray",
        ),
        Option("--workers", type=int, metavar="N", help="number of worker processes (default: one per core)"),
        Option(
            "--address",
            help="address of a running Dask scheduler (tcp://host:8786) or Ray cluster, instead of --workers",
        ),
        Option("--one-per-story", action="store_true", help="keep one article per story: the others are duplicates"),
        Option(
            "--data-docs", action="store_true", help="also build Great Expectations' Data Docs in DIR/report/data_docs"
        ),
        JSON,
        QUIET,
        RECORD,
        VERBOSE,
    ),
)
REPLAY = Command(
    "replay",
    "re-process stored pages with the current rules and publish what passes",
    "copydesk replay --reason clean.too_short --output output",
    run.replay_pages,
    (
        REASON,
        RUN_ID,
        OUTPUT,
        Option("--all", action="store_true", help="every stored raw page: the dataset as the current rules make it"),
        THRESHOLDS,
        SITES,
        Option("--guess-dates", action="store_true", help=run.GUESS_DATES_HELP),
        JSON,
        QUIET,
        RECORD,
        VERBOSE,
    ),
)
TRY = Command(
    "try",
    "show the article of one page, without a dataset",
    "copydesk try pages/a.html --format markdown",
    try_page.try_page,
    (
        Option("page", metavar="FILE|URL|-", help="a file with one page, an address, or - for standard input"),
        Option("--format", choices=try_page.FORMATS, default="text", help="text (default), markdown or json"),
        Option(
            "--explain",
            action="store_true",
            help="show every line with its label and reason and every field with its origin, instead of the text; "
            "add the lines to json",
        ),
        Option("--full", action="store_true", help="with --explain: wrap long lines instead of cutting them"),
        Option("--anyway", action="store_true", help="print the text even if the page is not a story"),
        Option("--url", metavar="ADDRESS", help="where a file or standard input is from: publisher and zone need it"),
        SITES,
        Option("--guess-dates", action="store_true", help=run.GUESS_DATES_HELP),
    ),
)
READING = (
    Command("show", "summarise a dataset", "copydesk show --output output", dataset.show_dataset, (JSON, OUTPUT)),
    Command(
        "explain",
        "show every line of a page: what it is, what was done with it, and why",
        "copydesk explain pages/a.txt --output output",
        dataset.explain_page,
        (
            Option("page", metavar="ID_OR_SOURCE", help="an article_id, a doc_id, or the address or path of the page"),
            Option("--full", action="store_true", help="wrap long lines on a terminal instead of cutting them"),
            JSON,
            OUTPUT,
        ),
    ),
    Command(
        "browse",
        "show a dataset in the browser: articles, lines, sites, quarantine and runs, on this machine only",
        "copydesk browse --output output",
        operate.browse_dataset,
        (
            OUTPUT,
            Option(
                "--port",
                type=int,
                default=8321,
                metavar="N",
                help="port of 127.0.0.1 to listen on (default: 8321; 0: any free one)",
            ),
        ),
    ),
    Command(
        "check-thresholds",
        "validate a thresholds file",
        "copydesk check-thresholds my-thresholds.yml",
        dataset.check_thresholds,
        (Option("file", nargs="?", metavar="FILE", help="default: the bundled file"),),
    ),
    Command(
        "check-sites",
        "validate a file of corrections by site",
        "copydesk check-sites sites.toml",
        preview.check_sites,
        (Option("file", nargs="?", default="sites.toml", metavar="FILE", help="default: sites.toml"),),
    ),
    Command(
        "preview",
        "show which articles a file of corrections by site would change, and how, without publishing",
        "copydesk preview sites.toml --output output",
        preview.preview_sites,
        (
            Option("file", nargs="?", default="sites.toml", metavar="FILE", help="default: sites.toml"),
            OUTPUT,
            Option(
                "--limit",
                type=int,
                default=50,
                metavar="N",
                help="newest pages to process for each entry (default: 50)",
            ),
            Option("--earlier", metavar="FILE", help="compare with this file instead of with no corrections"),
            THRESHOLDS,
            JSON,
        ),
    ),
    Command(
        "quarantine",
        "list the pages that failed a rule, by reason with examples",
        "copydesk quarantine --reason clean.too_short --output output",
        dataset.list_or_prune_quarantine,
        (
            REASON,
            RUN_ID,
            OUTPUT,
            Option(
                "--limit", type=int, default=50, metavar="N", help="pages shown of one reason (default: 50; 0: all)"
            ),
            JSON,
            Option(
                "--prune-days",
                type=int,
                metavar="N",
                help="delete rows and raw pages of runs older than N days (the ledger is kept)",
            ),
            Option(
                "--prune-megabytes",
                type=int,
                metavar="N",
                help="delete the oldest rows until their raw pages take at most N MB",
            ),
        ),
    ),
)
PROBLEMS = Command(
    "problems",
    "list what runs found wrong: since when, how often, and which run closed it",
    "copydesk problems --output output\n  copydesk problems --acknowledge KEY --note relaunched",
    problems.list_or_acknowledge_problems,
    (
        Option("--all", action="store_true", help="also problems that are closed"),
        Option("--acknowledge", metavar="KEY", help="send no alert about this problem while it is open"),
        Option("--note", metavar="TEXT", help="why, or what is done about it; kept with the problem"),
        OUTPUT,
        JSON,
    ),
)
SCHEMA = Command(
    "schema",
    "print every table, column and code with its meaning",
    "copydesk schema articles",
    schema.print_schema,
    (
        Option("table", nargs="?", metavar="TABLE", help="a table, or flags, labels, actions, reasons (default: all)"),
        JSON,
    ),
)
EXPORT = Command(
    "export",
    "write the articles for other tools: JSON lines, CSV, SQLite, DuckDB or Markdown",
    """copydesk export articles.csv --where "language='de'" --output output""",
    export.export_articles,
    (
        Option("target", metavar="TARGET", help="a new file, a new folder for markdown, or - for standard output"),
        Option("--format", choices=export.FORMATS, help="default: by the ending of TARGET"),
        Option("--where", metavar="SQL", help="only articles that meet this condition, as in a query of DuckDB"),
        Option("--columns", metavar="NAME,...", help="only these columns, in this order (default: all)"),
        Option("--overwrite", action="store_true", help="replace TARGET if it exists"),
        OUTPUT,
    ),
)
MAINTAINING = (
    Command(
        "compact",
        "join small files of the dataset; safe while others read it",
        "copydesk compact --output output",
        dataset.compact_files,
        (OUTPUT,),
    ),
    Command(
        "mirror",
        "publish the dataset to an object store, one whole state at a time",
        "copydesk mirror s3://bucket/news --output output",
        dataset.mirror_dataset,
        (
            Option("address", metavar="ADDRESS", help="s3://, gs://, az:// or another address that fsspec knows"),
            Option("--drop-earlier", action="store_true", help="delete all earlier states (e.g. after `forget`)"),
            Option("--list", metavar="TABLE", help="only print the files of a table in the newest state there"),
            OUTPUT,
        ),
    ),
    Command(
        "repair",
        "make the links of a copied output again, from its newest whole snapshot",
        "copydesk repair --output output",
        dataset.repair_output,
        (OUTPUT,),
    ),
    Command(
        "rebuild-index",
        "rebuild the near-duplicate index",
        "copydesk rebuild-index --output output",
        dataset.rebuild_index,
        (OUTPUT,),
    ),
    Command(
        "forget",
        "remove an article, its versions, lines and raw pages everywhere, and verify that it is gone",
        "copydesk forget https://paper.example/story --output output",
        dataset.forget_article,
        (
            Option("wanted", metavar="ID_OR_URL", help="an article_id, a doc_id, or the address or path of the page"),
            Option("--yes", action="store_true", help="delete; without it, only show what would be deleted"),
            OUTPUT,
        ),
    ),
    Command(
        "entities",
        "find the people, organisations and places in the articles (needs the extra `entities`)",
        "copydesk entities --model en_core_web_sm --output output",
        dataset.add_entities,
        (
            Option("--model", required=True, metavar="NAME", help="an installed spaCy model, or its folder"),
            OUTPUT,
        ),
    ),
)
OPERATING = (
    Command(
        "serve",
        "run what is scheduled, in one process",
        "copydesk serve --schedules schedules.toml\n  copydesk serve pages/ --output output --cron '0 3 * * *'",
        operate.serve_schedules,
        (
            Option("sources", nargs="*", metavar="SOURCE", help="same as for `run`; default: the schedules file"),
            SCHEDULES,
            OUTPUT,
            Option(
                "--cron", default="0 3 * * *", help="when to run SOURCE (default: %(default)r, every night at 03:00)"
            ),
            Option("--timezone", default="UTC", help="time zone of --cron (default: UTC)"),
        ),
    ),
    Command(
        "deploy",
        "register what is scheduled with a work pool, for workers on other machines",
        "copydesk deploy --pool news",
        operate.deploy_schedules,
        (Option("--pool", required=True, metavar="NAME", help="a work pool of the Prefect server"), SCHEDULES),
    ),
    Command(
        "doctor",
        "check the installation and suggest fixes",
        "copydesk doctor",
        operate.check_installation,
        (
            JSON,
            SCHEDULES,
            Option(
                "--output",
                type=folder,
                metavar="DIR",
                help="folder of the dataset (default: those of the schedules file, or output)",
            ),
        ),
    ),
    Command(
        "completion",
        "print the script that lets a shell complete commands and options",
        "copydesk completion bash",
        operate.print_completion,
        (
            Option(
                "shell",
                choices=("bash", "zsh", "fish"),
                metavar="SHELL",
                help='bash, zsh or fish; for bash, add to ~/.bashrc: eval "$(copydesk completion bash)"',
            ),
        ),
    ),
)
COMMANDS = (RUN, TRY, *READING, PROBLEMS, SCHEMA, EXPORT, REPLAY, *MAINTAINING, *OPERATING)
