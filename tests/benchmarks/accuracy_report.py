"""The report as Markdown."""

from itertools import groupby

OURS = "copydesk"
_PEER = {"html": "trafilatura"}  # the peer of each style by language; for text, the rule on the text
_TEXT_PEER = "best run of long lines"
_CURVE_STEP = 0.1  # every second point is printed
_STYLES = {"html": "HTML", "wet": "text, one block a line", "inscriptis": "text, laid out"}


def markdown(found):
    """All tables."""
    parts = ["# Accuracy of whole runs", _of_models(found)]
    for style, report in found["styles"].items():
        parts += [
            f"## {_STYLES[style]}",
            _corpora(report, style),
            "### By language",
            _languages(report["languages"], style),
            "### Stories lost, by reason",
            _lost(report),
            "### Kinds of pages, and what became of them",
            _kinds(report["all"]["kinds"]),
            "### What a threshold costs",
            _curves(report["all"]["curves"]),
        ]
    return "\n\n".join(parts) + "\n"


START, END = "<!-- accuracy: written by accuracy.py --readme -->", "<!-- accuracy: end -->"
_README_CURVE = ("0.05", "0.10", "0.15", "0.20", "0.30", "0.50", "0.70", "0.90")


def in_readme(text, found):
    """The README with the figures between its two marks.

    Raises:
        ValueError: the marks are missing.
    """
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"the file has no {START} ... {END}")
    parts = [_of_models(found), _readme_corpora(found), _readme_languages(found), _readme_curve(found)]
    return before + START + "\n" + "\n\n".join(parts) + "\n" + END + after


def _readme_corpora(found):
    rows = []
    for style, report in found["styles"].items():
        for name, own in [*report["corpora"].items(), ("all", report["all"])]:
            ours = own["text"].get(OURS)
            peers = [(own["text"].get(peer) or {}).get("f1") for peer in ("trafilatura", _TEXT_PEER)]
            if ours:
                rows.append(
                    [
                        _STYLES[style].partition(",")[0],
                        name,
                        own["stories"],
                        own["kept"],
                        own["let_through"],
                        ours["precision"],
                        ours["recall"],
                        f"**{ours['f1']:.3f}** ({_interval(ours)})",
                        *peers,
                    ]
                )
    head = "input|corpus|stories|kept|others let through|precision|recall|F1 (95 %)|trafilatura on the HTML".split("|")
    return table([*head, _TEXT_PEER], rows)


def _readme_languages(found):
    rows = []
    by_style = {style: report["languages"] for style, report in found["styles"].items()}
    for code in dict.fromkeys(code for own in by_style.values() for code in own):
        row = [code]
        for style, own in by_style.items():
            ours = own.get(code, {}).get(OURS)
            peer = own.get(code, {}).get(_PEER.get(style, _TEXT_PEER))
            row += [ours and ours["pages"], ours and f"**{ours['f1']:.3f}**", peer and peer["f1"]]
        rows.append(row)
    head = ["language"]
    for style in by_style:
        head += [f"{_STYLES[style].partition(',')[0]}: pages", "F1", _PEER.get(style, _TEXT_PEER)]
    return table(head, rows)


def _readme_curve(found):
    points = {
        style: {f"{point['threshold']:.2f}": point for point in report["all"]["curves"].get("story_probability", ())}
        for style, report in found["styles"].items()
    }
    head = ["`story_probability_min`"]
    for style in points:
        name = _STYLES[style].partition(",")[0]
        head += [f"{name}: stories lost", "others let through"]
    rows = [
        [step, *(own.get(step, {}).get(key) for own in points.values() for key in ("lost", "let_through"))]
        for step in _README_CURVE
    ]
    return table(head, rows)


def _of_models(found):
    which = (
        f"Models of {found['folds']} folds: no page ran with models that were trained on its site."
        if found["folds"]
        else "**The models that ship: they were trained on such corpora, so these figures flatter them** (use --folds)."
    )
    some = f" At most {found['pages_limit']} pages of each corpus." if found["pages_limit"] else ""
    return f"{found['date']}. {which}{some} A page without a row counts as an empty answer."


def table(head, rows):
    """A Markdown table; columns after the first are set to the right where they hold figures."""
    rows = [[_cell(value) for value in row] for row in rows]
    is_figure = [all(not row[n][:1].isalpha() for row in rows) for n in range(len(head))]
    rule = ["--:" if right and n else "---" for n, right in enumerate(is_figure)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [list(head), rule, *rows])


def _cell(value):
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _interval(text):
    return f"{text['f1_low']:.3f} to {text['f1_high']:.3f}"


def _corpora(report, style):
    rows = []
    for name, own in [*report["corpora"].items(), ("all", report["all"])]:
        for extractor, text in own["text"].items():
            gates = [own["pages"], own["stories"], own["kept"], own["let_through"]] if extractor == OURS else [""] * 4
            snippets = own.get("snippets", {}).get(extractor, {})
            figures = [text["precision"], text["recall"], text["f1"], _interval(text)] if text else [None] * 4
            label = extractor if style == "html" or extractor != "trafilatura" else "trafilatura on the HTML"
            rows.append(
                [
                    name if extractor == OURS else "",
                    label,
                    *gates,
                    *figures,
                    snippets.get("snippets_in"),
                    snippets.get("snippets_out"),
                ]
            )
    columns = "pages|stories|kept|others let through|precision|recall|F1|95 %|snippets in|snippets out"
    return table(["corpus", "", *columns.split("|")], rows)


def _languages(found, style):
    peer = _PEER.get(style, _TEXT_PEER)
    rows = []
    for code, own in found.items():
        ours, other = own[OURS], own.get(peer)
        is_below = other is not None and ours["f1"] < other["f1"]
        rows.append(
            [code, ours["pages"], ours["f1"], _interval(ours), other and other["f1"], "**below**" if is_below else ""]
        )
    return table(("language", "pages", OURS, "95 %", peer, ""), rows) if rows else "No language has 20 pages."


def _lost(report):
    rows = [
        [
            name,
            reason,
            own["pages"],
            own["pages"] / corpus["stories"],
            ", ".join(f"`{page}`" for page in own["examples"]),
        ]
        for name, corpus in report["corpora"].items()
        for reason, own in corpus["lost"].items()
    ]
    firsts = [
        [key if not n else "", *row[1:]]
        for key, group in groupby(rows, key=lambda row: row[0])
        for n, row in enumerate(group)
    ]
    return table(("corpus", "reason", "stories", "share", "pages"), firsts) if rows else "None."


def _kinds(found):
    columns = sorted({fate for own in found.values() for fate in own}, key=lambda fate: (fate != "published", fate))
    return table(
        ("kind", "pages", *columns),
        [[kind, sum(own.values()), *(own.get(fate, 0) for fate in columns)] for kind, own in found.items()],
    )


def _curves(found):
    if not found:
        return "No page was published."
    points = {name: {point["threshold"]: point for point in own} for name, own in found.items()}
    steps = [step for step in next(iter(points.values())) if round(step * 100) % round(_CURVE_STEP * 100) == 0]
    head = ("threshold", *(f"{name}: {what}" for name in found for what in ("stories lost", "others let through")))
    return table(
        head,
        [
            [f"{step:.1f}", *(own[step][key] for own in points.values() for key in ("lost", "let_through"))]
            for step in steps
        ],
    )
