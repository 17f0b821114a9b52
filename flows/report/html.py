"""A run as one HTML page that needs nothing else: no network, no script, no file beside it. Dicts in, a string out.

Page text and addresses come from strangers: whatever is not ours goes through `plain`, and the page forbids itself to
load anything (Content-Security-Policy).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flows.report.charts import count, flow_of, flow_plot, flow_rows, losses, percent, plain, shown, trend_plot, usual

Row = Mapping[str, Any]

# state -> symbol and kind; the symbol carries the state where colour does not
_STATES = {"Completed": ("✓", "good"), "CompletedWithWarnings": ("▲", "warn"), "StoppedByGate": ("■", "bad"),
           "Failed": ("✕", "bad")}  # fmt: skip
_RULE_STATES = {"pass": ("✓", "passed", "good"), "error": ("!", "not checked", "bad")}
_SEVERITIES = {"critical": ("✕", "failed", "bad"), "warning": ("▲", "warning", "warn"), "info": ("●", "note", "note")}
_RANKS = {"bad": 0, "warn": 1, "note": 2, "good": 3}
_SITE_CODES = ("site_layout", "site_missing")
_TRENDS = ("pages", "passed", "quarantined_share", "duplicate_share", "words_median", "confidence_mean")
_REASONS_OPEN = 3  # of the most frequent ones, the examples are shown unfolded
_SITES_OPEN = 30  # more than fit on a screen are folded
_SECTIONS = {"flow": "Flow", "stop": "Why it stopped", "drift": "Drift", "gates": "Gates", "quarantine": "Quarantine", "trends": "Trends",
             "sites": "Sites", "duplicates": "Duplicates", "speed": "Speed"}  # fmt: skip

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#59636e;--paper:#fff;--card:#f6f7f9;--edge:#d5dae0;--link:#0b57c2;--good:#1a7037;
--warn:#8a5a00;--bad:#b42318;--note:#3b5b8c;--trunk:#7aa7d9;--aside:#dd8a7f;--twice:#b9a4d6;--end:#5fae7b;--band:#dfe9dc}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--dim:#9da7b3;--paper:#14171b;--card:#1d2126;--edge:#363d46;--link:#7db4ff;
--good:#6bd08f;--warn:#e8b44c;--bad:#ff8a7d;--note:#9dbcec;--trunk:#3f6fa3;--aside:#a04a40;--twice:#6f5a92;--end:#3a8456;--band:#26382c}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:64rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:clamp(1.15rem,5.4vw,1.6rem);line-height:1.2;margin:.2rem 0 .6rem}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-top:.5rem;border-top:1px solid var(--edge)}
h3{font-size:1rem;margin:0}p{margin:.4rem 0}a{color:var(--link)}code,.code{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
.dim,small{color:var(--dim)}small{font-size:.88rem}.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.note{color:var(--note)}
.account{font-size:1.1rem}nav{font-size:.92rem}nav a{display:inline-block;margin-right:.9rem;padding:.15rem 0}
.stop{border:2px solid var(--bad);border-radius:6px;padding:.6rem .9rem}.stop p:first-child{margin-top:0}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.6rem 0}dl.facts dt{color:var(--dim)}dl.facts dd{margin:0}
.pair{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;align-items:flex-start}.pair>svg{flex:0 1 27rem;min-width:0;width:100%;max-width:27rem}.pair>div{flex:1 1 18rem;min-width:0}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{padding:.3rem .7rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--edge)}
th{color:var(--dim);font-weight:600}.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}tr.end td,tr.sum td{font-weight:600}tr.out td:first-child{padding-left:1.2rem}
ul{padding-left:1.2rem;margin:.4rem 0}li{margin:.25rem 0}ul.rules,ul.bare{list-style:none;padding-left:0}ul.rules li{padding-left:1.5rem;text-indent:-1.5rem}ul.rules li>*{text-indent:0}
details{background:var(--card);border:1px solid var(--edge);border-radius:6px;padding:.45rem .8rem;margin:.5rem 0}details details{background:none;border:0;padding:.2rem 0}
summary{cursor:pointer}summary h3{display:inline}.bar{display:block;height:.35rem;border-radius:2px;background:var(--aside);margin:.3rem 0;min-width:2px}
.trends{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,9.6rem),1fr));gap:1rem}.trends figure{margin:0;min-width:0}.trends figcaption{font-size:.92rem;color:var(--dim)}.trends p{margin:0;font-size:.92rem;line-height:1.35}
svg{display:block;max-width:100%;height:auto}.trend{width:100%;margin:.2rem 0}.flow text{font-size:13px;fill:var(--ink)}.flow .n{font-weight:700}
.flow .more{font-size:11.5px;fill:var(--dim)}.flow .faint,.flow .faint .n{fill:var(--dim);font-weight:400}.flow .trunk{fill:var(--trunk)}.flow .aside{fill:var(--aside)}
.flow .twice{fill:var(--twice)}.flow .lost,.flow .unpublished{fill:none;stroke:var(--dim);stroke-dasharray:3 2}.flow rect.end{fill:var(--end)}.flow rect.unpublished{fill:none}
.flow .gate{stroke:var(--ink);stroke-dasharray:3 3}.trend .run{fill:none;stroke:var(--note);stroke-width:1.8}.trend circle.run{fill:var(--note)}
.trend .last{fill:var(--ink)}.trend .outside{fill:var(--warn)}.trend .axis{stroke:var(--edge)}.trend .band{fill:var(--band)}
@media(max-width:40rem){table.stack thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}table.stack,table.stack tbody{display:block}
table.stack tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--edge)}table.stack td{display:block;border:0;padding:.05rem 0;text-align:left;white-space:normal}
table.stack td[data-label]{display:inline-block;margin-right:.9rem}table.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--dim)}}
@media print{:root{--paper:#fff;--ink:#000;--card:#fff;--dim:#333}body{max-width:none;padding:0;font-size:10pt}nav{display:none}
details::details-content{content-visibility:visible;block-size:auto}details,figure,tr,li{break-inside:avoid}h2{break-after:avoid}svg,.bar{print-color-adjust:exact}}
"""


def render_run(report: Row, history: Sequence[Row]) -> str:
    """One run as a page.

    Args:
        report: What lies in `DIR/runs/<run_id>.json`.
        history: Rows of `schema.QUALITY_METRICS` of the last runs including this one, the oldest first.
    """
    sections = {
        "flow": _flow(report), "stop": _stop(report), "drift": _drift(report), "gates": _gates(report), "quarantine": _quarantine(report),
        "trends": _trends(report, history), "sites": _sites(report), "duplicates": _duplicates(report), "speed": _speed(report),
    }  # fmt: skip
    links = "".join(f'<a href="#{name}">{_SECTIONS[name]}</a>' for name, body in sections.items() if body)
    parts = [
        f'<section id="{name}"><h2>{_SECTIONS[name]}</h2>{body}</section>' for name, body in sections.items() if body
    ]
    return _page(f"{report['state']}: run {report['run_id']}", f"{_head(report)}<nav>{links}</nav>{''.join(parts)}")


def render_index(reports: Sequence[Row]) -> str:
    """The runs of an output as a page of links to `<run_id>.html`, the newest first."""
    rows, names = [], ("pages", "articles", "duplicates", "quarantined", "warnings", "drifted")
    for report in sorted(reports, key=lambda report: str(report["run_id"]), reverse=True):  # ids sort by time
        flow = flow_of(report)
        aside = sum(number for _, number in flow.gates)
        numbers = (flow.received, flow.articles, flow.duplicates, aside, len(_warnings(report)), len(report.get("drift") or []))  # fmt: skip
        link = f'<a href="{plain(quote(str(report["run_id"]), safe=""))}.html">{plain(report["run_id"])}</a>'
        state = _state(report["state"]) + ("" if flow.is_published else "<br><small>nothing was published</small>")
        when = f"<small>{_time(report.get('started_at'))}</small>"
        rows.append(
            f"<tr><td>{state}</td><td>{link}<br>{when}</td>{_cells(names, [f'{number:,}' for number in numbers])}</tr>"
        )
    said = f"{count(len(rows), 'run')}, the newest first." if rows else "No run has left a report here yet."
    table = _table("state</th><th>run", names, rows) if rows else ""
    return _page("Runs", f"<header><h1>Runs</h1><p>{said}</p></header>{table}")


def account(report: Row) -> str:
    """What a run did, in one sentence of plain text."""
    flow, counts = flow_of(report), report.get("counts") or {}
    known = f"{count(counts.get('known'), 'page')} known from earlier runs {'was' if counts.get('known') == 1 else 'were'} skipped"
    if not flow.received and flow.is_published:
        return f"No new page came in; {known}." if counts.get("known") else "No page came in."
    aside = sum(number for _, number in flow.gates)
    if not flow.is_published:
        stopped = [gate["step"] for gate in report.get("gates") or [] if gate["stops"]]
        why = f"the gate {_after(stopped[0])} stopped the run" if stopped else "the run did not come to its end"
        return f"{count(flow.received, 'page')} in, {aside:,} quarantined; then {why}, and nothing was published."
    text = f"{count(flow.received, 'page')} in = {count(flow.articles, 'article')} + {count(flow.duplicates, 'duplicate')} + {aside:,} quarantined"
    return text + (f"; {known}." if counts.get("known") else ".")


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
        f'<meta name="referrer" content="no-referrer"><title>{plain(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n'
    )


def _state(state: object) -> str:
    symbol, kind = _STATES.get(str(state), ("○", "note"))
    return f'<b class="{kind}"><span aria-hidden="true">{symbol}</span> {plain(state)}</b>'


def _time(value: object) -> str:
    when = _moment(value)
    return f"{when:%Y-%m-%d %H:%M:%S} UTC" if when else plain(value or "unknown")


def _moment(value: object) -> datetime | None:
    try:
        when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _after(step: str) -> str:
    """Where a gate stands: that of load checks what is about to be published, that of dataset the run beside others."""
    return {"load": "before publication", "dataset": "beside earlier runs"}.get(step, f"after {step}")


def _warnings(report: Row) -> list[Row]:
    rules = [rule for gate in report.get("gates") or [] for rule in gate["rules"]]
    return [rule for rule in rules if rule["state"] == "fail" and rule["severity"] == "warning"]


def _head(report: Row) -> str:
    began, ended = _moment(report.get("started_at")), _moment(report.get("finished_at"))
    seconds = (ended - began).total_seconds() if began and ended else None
    took = (
        ""
        if seconds is None
        else f", took {seconds:.1f} s"
        if seconds < 60
        else f", took {seconds // 60:,.0f} min {seconds % 60:.0f} s"
    )
    sources = (report.get("parameters") or {}).get("sources") or []
    listed = ", ".join(f"<bdi>{plain(source, 120)}</bdi>" for source in sources[:3]) + (
        f" and {len(sources) - 3} more" if len(sources) > 3 else ""
    )
    facts = [("run", f'<span class="code">{plain(report["run_id"])}</span>'), ("started", _time(report.get("started_at")) + took),
             ("rules", f'<span class="code">{plain(report.get("rules_version"))}</span>')]  # fmt: skip
    facts += [("sources", listed)] if sources else []
    warnings, drift = len(_warnings(report)), len(report.get("drift") or [])
    notes = f' <a class="warn" href="#gates">▲ {count(warnings, "warning")}</a>' if warnings else ""
    notes += f' <a class="warn" href="#drift">◆ {drift:,} drifted</a>' if drift else ""
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    return f'<header><h1>{_state(report["state"])}</h1><p class="account">{plain(account(report))}{notes}</p><dl class="facts">{rows}</dl></header>'


def _flow(report: Row) -> str:
    flow = flow_of(report)
    rows = "".join(
        f'<tr class="{kind}"><td>{plain(what)}</td><td class="num">{number:,}</td><td class="num">{percent(number / flow.received) if flow.received else ""}</td></tr>'
        for what, number, kind in flow_rows(flow)
    )
    table = f'<table><thead><tr><th>pages</th><th class="num">number</th><th class="num">share</th></tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="pair">{flow_plot(flow)}<div>{table}</div></div>'


def _stop(report: Row) -> str:
    """Why the run did not publish, and what a person can do."""
    state = str(report["state"])
    if state.startswith("Completed"):
        return ""
    stops = [(gate["step"], stop) for gate in report.get("gates") or [] for stop in gate["stops"]]
    if not stops:
        done = "It was published before it failed." if report.get("snapshot") else "Nothing was published."
        done += " What was done is kept: mend the cause and run again, and the run goes on from there."
        return f'<div class="stop"><p><b>{plain(report.get("message") or "The run left no message.")}</b></p><p>{done}</p></div>'
    reasons = "".join(f"<li><b>{plain(stop)}</b><br>{_advice(step, stop)}</li>" for step, stop in stops)
    return f'<div class="stop"><p>Nothing was published; readers still see the dataset of the run before.</p><ul>{reasons}</ul></div>'


def _advice(step: str, stop: str) -> str:
    """What to do about a stop, by the kinds of stops that `expectations.gate` and `flows.gates` know."""
    code = stop.partition(":")[0]
    if stop.endswith("could not be checked"):
        return "The rule itself broke, which never counts as a pass. Run again; if it stays, report it as a fault of the program."
    if code.endswith(".schema"):
        return "A step wrote other columns than are declared: a fault of the program, not of a page. Report it."
    if step == "dataset":
        return ('See <a href="#drift">what drifted</a>. If the change is real and welcome, set <code>dataset.is_drift_critical</code> to '
                "<code>false</code> for one run, so that it becomes history; else mend the source and run again.")  # fmt: skip
    if code == step:
        return ('See <a href="#quarantine">the quarantine</a>. If those pages are bad, the source is broken or the wrong one: mend it and run again. '
                f"If they are good, raise <code>{plain(step)}.quarantined_share_max</code> or the limit of the rule they break in the thresholds.")  # fmt: skip
    if code in ("ingest.pages", "load.articles"):
        return "Too little came in. Look whether the source holds what it should; the limits stand in the thresholds."
    if step == "load":
        return "The dataset as staged breaks its own rules: a fault of the program, not of a page. Report it."
    return "Mend the source or the thresholds and run again."


def _measured(row: Row) -> str:
    return f"{plain(row['metric'])} {plain(shown(row['metric'], row['value']))}; usual: {plain(usual(row['metric'], row.get('low'), row.get('high')))}"


def _drift(report: Row) -> str:
    rows = list(report.get("drift") or [])
    overall = [row for row in rows if row.get("code") not in _SITE_CODES]
    sites = {row["site"] for row in rows} - {row["site"] for row in overall}
    items = [
        f'<li><span class="warn" aria-hidden="true">◆</span> {plain(row.get("sentence") or row["metric"])}'
        f"<br><small>{_measured(row)}; rule <code>dataset.{plain(row.get('code'))}</code></small></li>"
        for row in overall
    ]
    if sites:
        moved = "The quality of one site moved" if len(sites) == 1 else f"The quality of {len(sites):,} sites moved"
        items.append(
            f'<li><span class="warn" aria-hidden="true">◆</span> {moved}: see <a href="#sites">sites</a>.</li>'
        )
    history = [
        rule
        for gate in report.get("gates") or []
        for rule in gate["rules"]
        if rule["code"] == "dataset.history" and rule["state"] == "fail"
    ]
    if history:
        items.append(
            f"<li>Not all could be compared: {plain(history[0].get('observed') or 'there are too few earlier runs.')}</li>"
        )
    if not items:
        is_compared = any(gate["step"] == "dataset" for gate in report.get("gates") or [])
        return (
            "<p>Nothing lies outside the usual.</p>"
            if is_compared
            else "<p>This run was not compared with earlier ones.</p>"
        )
    return f'<ul class="bare">{"".join(items)}</ul>'


def _rule_mark(rule: Row) -> tuple[str, str, str]:
    return _RULE_STATES.get(rule["state"]) or _SEVERITIES.get(rule["severity"], ("✕", "failed", "bad"))


def _rule(rule: Row) -> str:
    symbol, word, kind = _rule_mark(rule)
    found = f"{rule['failed']:,} of {rule['checked']:,} fail" if rule["failed"] else f"{rule['checked']:,} checked"
    observed = f"<br><small><bdi>{plain(rule['observed'])}</bdi></small>" if rule.get("observed") else ""
    return (f'<li><b class="{kind}"><span aria-hidden="true">{symbol}</span> {word}</b> <code>{plain(rule["code"])}</code> '
            f'{plain(rule["sentence"])} <span class="dim">{found}</span>{observed}</li>')  # fmt: skip


def _gates(report: Row) -> str:
    """Every gate with its rules, the worst first; what failed is open, what passed is folded."""
    drawn = []
    for gate in report.get("gates") or []:
        rules = sorted(
            gate["rules"],
            key=lambda rule: (_RANKS[_rule_mark(rule)[2]], rule["state"] != "error", -rule["failed"], rule["code"]),
        )
        broken = [rule for rule in rules if rule["state"] != "pass"]
        passed = rules[len(broken):]  # fmt: skip
        worst = min((_RANKS[_rule_mark(rule)[2]] for rule in rules), default=3)
        if gate["stops"]:
            mark, rank = '<b class="bad">■ stopped the run</b>', -1
        else:
            mark, rank = ('<b class="bad">✕ set pages aside</b>', '<b class="warn">▲ warns</b>', '<b class="note">● notes</b>',
                          '<b class="good">✓ passed</b>')[worst], worst  # fmt: skip
        unit = "value" if gate["step"] == "dataset" else "article" if gate["step"] == "load" else "page"
        body = f'<ul class="rules">{"".join(map(_rule, broken))}</ul>' if broken else ""
        if passed:
            listed = f'<ul class="rules">{"".join(map(_rule, passed))}</ul>'
            body += (
                f'<details><summary><span class="good">✓</span> {count(len(passed), "rule")} passed</summary>{listed}</details>'
                if broken
                else listed
            )
        aside = f", {gate['quarantined']:,} quarantined" if unit == "page" else ""
        head = f'<summary><h3>{plain(_after(gate["step"]).capitalize())}</h3> {mark} <span class="dim">{count(gate["received"], unit)} in{aside}</span></summary>'
        drawn.append((rank, f"<details{' open' if broken else ''}>{head}{body}</details>"))
    drawn.sort(key=lambda item: item[0])
    return "".join(body for _, body in drawn) or "<p>No gate was reached.</p>"


def _quarantine(report: Row) -> str:
    counts: Row = report.get("quarantine_counts") or {}
    if not counts:
        return "<p>No page was set aside.</p>"
    sentences = {rule["code"]: rule["sentence"] for gate in report.get("gates") or [] for rule in gate["rules"]}
    total, most, parts = sum(counts.values()), max(counts.values()), []
    for place, (reason, number) in enumerate(sorted(counts.items(), key=lambda item: (-item[1], item[0]))):
        examples = "".join(
            f'<li><bdi class="code">{plain(example["source_uri"])}</bdi><br><small><bdi>{plain(example.get("detail") or "")}</bdi></small></li>'
            for example in ((report.get("quarantine") or {}).get(reason) or [])[:5]
        )
        parts.append(
            f"<details{' open' if place < _REASONS_OPEN else ''}><summary><h3><code>{plain(reason)}</code></h3> <b>{count(number, 'page')}</b> "
            f'<span class="dim">{percent(number / total)}</span><span class="bar" style="width:{100 * number / most:.1f}%"></span></summary>'
            f"<p>{plain(sentences.get(reason, ''))}</p><ul>{examples}</ul></details>"
        )
    return f"{losses(report)}<p>{count(total, 'page')} set aside for {count(len(counts), 'reason')}. A page may break several rules; it is counted under the first.</p>{''.join(parts)}"


def _trends(report: Row, history: Sequence[Row]) -> str:
    runs = list(dict.fromkeys(row["run_id"] for row in history))
    series: dict[str, dict[str, float]] = {}
    for row in history:
        if row["site"] == "":
            series.setdefault(row["metric"], {})[row["run_id"]] = row["value"]
    names = [name for name in _TRENDS if name in series] + sorted(
        name for name in series if name.endswith("_missing_share")
    )
    if not names:
        return "<p>No run has been measured yet.</p>"
    drifted = [row for row in report.get("drift") or [] if row["site"] == ""]
    limits = {row["metric"]: (row.get("low"), row.get("high")) for row in drifted}
    figures = []
    for name in names:
        values = [series[name].get(run) for run in runs]
        known = [value for value in values if value is not None]
        now = series[name].get(report["run_id"])
        last = f"<b>{plain(shown(name, known[-1] if now is None else now))}</b>"
        if now is None:
            last += " before; this run has none"
        elif name in limits:
            last += ' <span class="warn">◆ outside the usual</span>'
        low, high = (shown(name, bound(known)) for bound in (min, max))
        spread = f"{low} to {high} in {len(known)} runs" if len(known) > 1 else "one run so far"
        figures.append(
            f"<figure><figcaption>{plain(name.replace('_missing_share', ' missing').replace('_', ' '))}</figcaption>"
            f"{trend_plot(name, values, limits.get(name) if now is not None else None)}<p>{last}<br><small>{plain(spread)}</small></p></figure>"
        )
    return f'<p class="dim">All pages, the oldest run on the left, each plot from zero up; a band is what is usual.</p><div class="trends">{"".join(figures)}</div>'


def _sites(report: Row) -> str:
    rows = [row for row in report.get("drift") or [] if row.get("code") in _SITE_CODES]
    if not rows:
        return "<p>No site's quality moved.</p>"
    by_site: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["code"] != "site_missing", row["site"], row["metric"])):
        by_site.setdefault(row["site"], []).append(row)
    items = []
    for site, own in by_site.items():
        said = "".join(f"<li>{plain(row.get('sentence') or '')}<br><small>{_measured(row)}</small></li>" for row in own)
        mark = "○ missing" if own[0]["code"] == "site_missing" else "◆ moved"
        items.append(f'<li><bdi><b>{plain(site)}</b></bdi> <span class="warn">{mark}</span><ul>{said}</ul></li>')
    drawn, more = f'<ul class="bare">{"".join(items[:_SITES_OPEN])}</ul>', items[_SITES_OPEN:]
    if more:
        drawn += f'<details><summary>{count(len(more), "site")} more</summary><ul class="bare">{"".join(more)}</ul></details>'
    return drawn


def _duplicates(report: Row) -> str:
    flow, replaced = flow_of(report), (report.get("counts") or {}).get("replaced", 0)
    share = f" ({percent(flow.duplicates / flow.received)} of the pages received)" if flow.received else ""
    text = f"<p><b>{count(flow.duplicates, 'page')}</b>{share} told what an article tells already: the same text, or an older text of its address."
    if replaced:
        text += f" {count(replaced, 'published article')} gave way to a newer text of the same address."
    return text + "</p>"


def _speed(report: Row) -> str:
    rows = []
    names = ("pages", "seconds of CPU", "pages per CPU second", "batches", "batches reused")
    for step in report.get("steps") or []:
        cpu = step["cpu_seconds"]
        rate = f"{step['pages'] / cpu:,.0f}" if cpu else "–"
        values = (f"{step['pages']:,}", f"{cpu:,.2f}", rate, f"{step['batches']:,}", f"{step['reused']:,}")
        rows.append(f"<tr><td><b>{plain(step['step'])}</b></td>{_cells(names, values)}</tr>")
    told = "Batches reused were done by an earlier run; the seconds are those of this one."
    return _table("step", names, rows) + f'<p class="dim">{told}</p>' if rows else "<p>No step was run.</p>"


def _cells(names: Sequence[str], values: Sequence[str]) -> str:
    return "".join(
        f'<td class="num" data-label="{name}">{value}</td>' for name, value in zip(names, values, strict=True)
    )


def _table(first: str, names: Sequence[str], rows: Sequence[str]) -> str:
    """A table of numbers, a card a row on a narrow screen."""
    heads = f"<th>{first}</th>" + "".join(f'<th class="num">{name}</th>' for name in names)
    return f'<div class="wide"><table class="stack"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
