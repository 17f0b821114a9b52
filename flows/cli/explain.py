"""What is known of one page: its outcome, every line with its label and why, every field with its origin."""

from typing import Any, Literal

from rich.table import Table

from flows.cli.lookup import Row, explanation
from flows.cli.terminal import Terminal, one_line
from tasks.load.output import Output
from tasks.schema import CONFIDENCE_COLUMNS, ORIGIN_COLUMNS
from tasks.vocabulary import Action, Reason

_STYLES = {"keep": "default", "field": "cyan", "drop": "dim"}
_SIGNS = {"keep": "+", "field": ">", "drop": "-"}
_DUPLICATE_WORDS = {
    "same_text": "it has the same text as",
    "seen_again": "it was fetched again, with the same text, at the address of",
    "same_page": "it has the same bytes as the page of",
    "older_version": "it is an older text of",
    "near_duplicate": "it is a near-duplicate of",
}
_WIDE = 100  # columns from which the reason of a line is shown with its detail
# fields read off lines -> labels of the lines that may hold the value, the likeliest first
_LINE_LABELS = {
    "captions": ("caption",),
    "image_credits": ("credit", "caption"),
    "wire_credit": ("wire", "paragraph"),
    "corrections": ("wire",),
    "dateline_place": ("paragraph",),
}
_IN_PARAGRAPH = "dateline in "  # an agency or place found in a paragraph stands in its dateline


def print_explanation(page: Row, output: Output, *, is_full: bool = False) -> None:
    """Print what is known of a page for people; `page` is its row of the ledger.

    On a terminal, long lines are cut unless `is_full`; in a file or a pipe nothing is.
    """
    known = explanation(page, output)
    article, lines = known["article"] or known["version"], known["lines"]
    console = Terminal()
    console.print(one_line(page["source_uri"]), style="bold")
    fetched = f"fetched {page['fetched_at']:%Y-%m-%d %H:%M} UTC"
    identity = f"doc {page['doc_id']}, sha256 {page['page_digest'][:16]}…"
    console.print(f"{identity}, {page['byte_count']:,} bytes, {fetched}", soft_wrap=True)
    for sentence in outcome_sentences(known):
        console.print(sentence, soft_wrap=True)
    if lines:
        print_lines(console, lines, is_full=is_full)
    elif known["quarantine"]:
        console.print("It was quarantined before its lines were labelled.")
    if article:
        print_fields(console, article, lines)


def print_lines(console: Terminal, lines: list[Row], *, is_full: bool = False) -> None:
    """Print every line with its label and reason, how many were kept, and what the reasons mean."""
    console.print()
    console.print_table(_line_table(lines, console, is_full=is_full))
    console.print(_count_sentence(lines))
    console.print("\nReasons", style="bold")
    for reason in sorted({line["reason"] for line in lines}):
        console.print(f"  {reason:<18} {Reason(reason).sentence}", soft_wrap=True)


def print_fields(console: Terminal, article: Row, lines: list[Row]) -> None:
    """Print every field of an article with its origin, and its quotes."""
    console.print("\nFields", style="bold")
    console.print_table(_field_table(article, lines))
    _print_quotes(console, article["quotes"])


def outcome_sentences(known: Row) -> list[str]:
    """What became of a page, in sentences; `known` is its `explanation`."""
    page, article, version, quarantine = (known[name] for name in ("page", "article", "version", "quarantine"))
    decided = f"decided by run {page['run_id']} with rules {page['rules_version']}"
    if page["outcome"] == "forgotten":
        return ["Forgotten: nothing of it is kept but this entry of the ledger."]
    if page["outcome"] == "duplicate":
        words = _DUPLICATE_WORDS[page["reason"]]
        repeated = _article_named(page["article_id"], known["original"])
        if page["reason"] == "near_duplicate" and known["duplicate"]:
            repeated += f", similarity {known['duplicate']['similarity']:.2f}"
        return [f"Duplicate: {words} {repeated}; {decided}"]
    if quarantine:
        detail = one_line(quarantine["detail"] or "")
        reason = f"Quarantined after {quarantine['step']}: {quarantine['reason']} - {detail}"
        return [f"{reason}; {decided}", f"raw page: {quarantine['raw_file'] or 'not kept'}"]
    if article:
        sentences = [f"Article {page['article_id']}, version {article['version']}; {decided}"]
        if article["near_duplicate_of"]:
            resembled = _article_named(article["near_duplicate_of"], known["original"])
            sentences.append(f"Near-duplicate (similarity {article['similarity']:.2f}) of {resembled}")
        return [*sentences, f"Story {article['story_id']}"] if article["story_id"] else sentences
    if version:
        replaced = f"replaced by run {version['replaced_by_run']}"
        changed = f" ({', '.join(version['changes'])})" if version["changes"] else ""
        return [f"Article {page['article_id']}, earlier version {version['version']}: {replaced}{changed}; {decided}"]
    return [f"{page['outcome'].capitalize()}; {decided}. Its row is no longer in this dataset."]


def _article_named(article_id: str, article: Row | None) -> str:
    """An article by its id and, if it is in the dataset, by publisher and headline."""
    if article is None:
        return f"article {article_id}"
    names = [one_line(article[name]) for name in ("publisher", "title") if article[name]]
    return f"article {article_id}" + (f" ({': '.join(names)})" if names else "")


def _line_table(lines: list[Row], console: Terminal, *, is_full: bool) -> Table:
    """Every line; what the narrow columns leave goes to the text, and number, sign and label are never cut."""
    is_cut = console.is_terminal and not is_full
    is_wide = console.width >= _WIDE
    label = max(len(line["label"]) for line in lines)
    # on a terminal, the text gets what the other columns leave
    why = (34 if is_wide else 16) if console.is_terminal else None
    text = max(20, console.width - (4 + 1 + label + 4 + (why or 0) + 6)) if console.is_terminal else None
    overflow: Literal["ellipsis", "fold"] = "ellipsis" if is_cut else "fold"
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("line", justify="right", no_wrap=True, width=4)
    table.add_column("", no_wrap=True, width=1)
    table.add_column("label", no_wrap=True, width=label)
    table.add_column("conf", justify="right", no_wrap=True, width=4)
    table.add_column("why", no_wrap=is_cut, overflow=overflow, width=why)
    table.add_column("text", no_wrap=is_cut, overflow=overflow, width=text)
    for line in lines:
        why_text = line["reason"] + (f": {line['detail']}" if line["detail"] and (is_wide or not is_cut) else "")
        table.add_row(
            str(line["line_no"]),
            _SIGNS[line["action"]],
            line["label"],
            f"{line['confidence']:.2f}",
            one_line(f"{line['doubt']}? {why_text}" if line["doubt"] else why_text),
            one_line(line["text"]),
            style=_STYLES[line["action"]],
        )
    return table


def _count_sentence(lines: list[Row]) -> str:
    counts = {action: sum(line["action"] == action for line in lines) for action in Action}
    parts = (
        f"{counts[Action.KEEP]} kept (+)",
        f"{counts[Action.FIELD]} moved to fields (>)",
        f"{counts[Action.DROP]} dropped (-)",
    )
    return f"\n{len(lines)} lines = {' + '.join(parts)}"


def _field_table(article: Row, lines: list[Row]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("field", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("confidence", justify="right", no_wrap=True)
    table.add_column("origin", overflow="fold")
    for name, value, confidence, origin in field_rows(article, lines):
        table.add_row(name, one_line(value), confidence, one_line(origin))
    size = f"{article['word_count']} words in {article['paragraph_count']} paragraphs"
    text = f"{size}, from {article['text'][:40]!r} to {article['text'][-30:]!r}"
    table.add_row("text", text, "", "kept lines")
    return table


def field_rows(article: Row, lines: list[Row]) -> list[tuple[str, str, str, str]]:
    """The fields of an article that have a value: name, value, confidence and origin, each as text.

    `lines` are those of its page. The text itself is not among the fields.
    """
    rows = []
    for name, origin_column in ORIGIN_COLUMNS.items():
        value = article[name]
        origin = article.get(origin_column) if origin_column else _line_origin(name, value, lines)
        has_no_author = name == "authors" and origin  # the page declares that it has none
        if value is None or (value in ([], "") and not has_no_author):
            continue
        if name == "flags":
            origin = _flag_evidence(article)
        confidence = article.get(CONFIDENCE_COLUMNS.get(name, ""))  # null in articles of versions without the column
        shown = "" if confidence is None else f"{confidence:.2f}"
        rows.append((name, _shown(value) or "(none)", shown, origin or ""))
    return rows


def _flag_evidence(article: Row) -> str:
    """What shows each flag, where something does: the line's number, or the words of a field."""
    shown = []
    for one in article.get("flag_evidence") or ():
        place = f" line {one['line_no']}:" if one["line_no"] else ""
        words = f" {one['shown']!r}" if one["shown"] else ""
        shown.append(f"{one['flag']}:{place}{words}" if place or words else one["flag"])
    return "; ".join(shown)


def _line_origin(name: str, value: Any, lines: list[Row]) -> str:
    """The lines that hold a value, by label and number; empty if the field is not read off lines or no line has it."""
    found: dict[str, list[int]] = {}
    for part in value if isinstance(value, list) else [value] if value else []:
        line = _line_with(str(part), _LINE_LABELS.get(name, ()), lines)
        if line:
            found.setdefault(line["label"], []).append(line["line_no"])
    return "; ".join(
        f"{_IN_PARAGRAPH if label == 'paragraph' else f'{label} '}line{'s' if len(set(numbers)) > 1 else ''} "
        + ", ".join(map(str, sorted(set(numbers))))
        for label, numbers in found.items()
    )


def _line_with(part: str, labels: tuple[str, ...], lines: list[Row]) -> Row | None:
    """The first line with one of these labels whose text has the words, by the order of the labels."""
    wanted = " ".join(part.casefold().split())
    for label in labels:
        for line in lines:
            is_used = line["action"] != Action.DROP and line["label"] == label
            if is_used and wanted in " ".join(line["text"].casefold().split()):
                return line
    return None


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _print_quotes(console: Terminal, quotes: list[Row]) -> None:
    if quotes:
        console.print("\nQuotes", style="bold")
        for quote in quotes:
            console.print(one_line(f"  {quote['speaker'] or '(speaker not named)'}: {quote['text']}"), soft_wrap=True)
